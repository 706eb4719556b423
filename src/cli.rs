//! The command line.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{config::Override, device::Backend, stages::Stage};

/// The RBM-flow laboratory: is the flow of a Restricted Boltzmann Machine trained on Ising configurations a
/// renormalization group flow?
#[derive(Debug, Parser)]
#[command(name = "experiments", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  experiments run configs/zero-field-quick.toml         from config to figures, in artifacts/zero-field-quick
  experiments run configs/zero-field.toml --set rbm.n_hidden=16 --out artifacts/n-hidden-16
  experiments status artifacts/zero-field-quick         what is done there
  experiments config show configs/zero-field.toml       every setting with its origin";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an experiment: sample, train, flow, analyze, render.
    ///
    /// Stages whose settings and inputs have not changed are left as they are. A run that was killed or stopped goes on
    /// from its last checkpoint when the same command is given again, and ends in the same bytes.
    Run(RunArgs),
    /// Tell what is done in a run folder.
    Status {
        /// A run folder, for example artifacts/zero-field-quick.
        folder: PathBuf,
    },
    /// Tell what a file holds: a data set, weights, a checkpoint, a manifest or a table.
    Inspect {
        /// The file.
        file: PathBuf,
    },
    /// Exact physics: thermodynamics, lines of maximal specific heat, renormalization.
    #[command(subcommand)]
    Theory(TheoryCommand),
    /// Measure the speed of the hot paths on this machine.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Look at a config without running it.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// `experiments bench`.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Flips per nanosecond of the heat bath, samples per second of the exact and the perfect sampler, at Tc.
    Sampler(BenchSampler),
    /// Epochs per second of contrastive divergence.
    Rbm(BenchRbm),
    /// Configuration-steps per second of the sampled flow.
    Flow(BenchFlow),
}

/// `experiments bench rbm`.
#[derive(Args, Clone, Copy, Debug)]
pub struct BenchRbm {
    /// Visible units.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive)]
    pub visible: usize,
    /// Hidden units.
    #[arg(long, value_name = "N", default_value_t = 81, value_parser = positive)]
    pub hidden: usize,
    /// Samples of a batch.
    #[arg(long, value_name = "B", default_value_t = 100, value_parser = positive)]
    pub batch: usize,
    /// Samples of an epoch.
    #[arg(long, value_name = "N", default_value_t = 25_000, value_parser = positive)]
    pub samples: usize,
    /// Epochs of a run.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = positive)]
    pub epochs: usize,
    /// The k of CD-k.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = positive)]
    pub n_gibbs_steps: usize,
    /// Machines trained side by side; their epochs are added up.
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = positive)]
    pub machines: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Device [default: the first compiled in]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
}

/// `experiments bench flow`.
#[derive(Args, Clone, Copy, Debug)]
pub struct BenchFlow {
    /// Visible units.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive)]
    pub visible: usize,
    /// Hidden units.
    #[arg(long, value_name = "N", default_value_t = 81, value_parser = positive)]
    pub hidden: usize,
    /// Chains.
    #[arg(long, value_name = "N", default_value_t = 25_000, value_parser = positive)]
    pub chains: usize,
    /// Steps of a run.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = positive)]
    pub steps: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Device [default: the first compiled in]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text} is not allowed here: a whole number of at least 1 is needed")),
        Ok(n) => Ok(n),
    }
}

/// `experiments bench sampler`.
#[derive(Args, Debug)]
pub struct BenchSampler {
    /// Side of the torus.
    #[arg(long, value_name = "L", default_value_t = 10, value_parser = positive)]
    pub side: usize,
    /// Replicas of the heat bath, rounded up to whole blocks of 512.
    #[arg(long, value_name = "R", default_value_t = 512, value_parser = positive)]
    pub replicas: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// `experiments theory`; J = k_B = 1, per site, the field term included in the energy.
#[derive(Debug, Subcommand)]
pub enum TheoryCommand {
    /// The ring, exactly.
    Ring {
        /// Number of sites [default: the infinite chain]
        #[arg(long, value_name = "N")]
        sites: Option<usize>,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The L x L torus: exactly at any (T, H) up to L = 12, at H = 0 for any L.
    Square {
        /// Side L.
        #[arg(long, value_name = "L")]
        side: usize,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The Bethe lattice: the mean field of a site and its neighbours.
    Bethe {
        /// Number of neighbours.
        #[arg(long, value_name = "Z", default_value_t = 4)]
        coordination: usize,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The infinite square lattice at H = 0 (Onsager 1944, Yang 1952).
    Onsager {
        /// Temperature T.
        #[arg(long, value_name = "T")]
        temperature: f64,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// The line of maximal specific heat, (dC/dT)_H = 0: every maximum at the given fields.
    Ridge(Ridge),
    /// A renormalization trajectory: decimation of the chain (exact), or Migdal-Kadanoff on the square lattice.
    Rg(Flow),
}

/// A state point.
#[derive(Args, Debug)]
pub struct StatePointArgs {
    /// Temperature T; 0 and inf are allowed.
    #[arg(long, value_name = "T")]
    pub temperature: f64,
    /// Field H.
    #[arg(long, value_name = "H", default_value_t = 0.0, allow_negative_numbers = true)]
    pub field: f64,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// A system with a line of maximal specific heat.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum System {
    /// The ring of --sites sites.
    Ring,
    /// The torus of side --side, at most 12 in a field.
    Square,
    /// The Bethe lattice with four neighbours.
    Bethe,
}

/// `experiments theory ridge`.
#[derive(Args, Debug)]
pub struct Ridge {
    /// The system.
    pub system: System,
    /// Sites of the ring.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub sites: usize,
    /// Side of the torus.
    #[arg(long, value_name = "L", default_value_t = 10)]
    pub side: usize,
    /// Fields H.
    #[arg(long = "field", value_name = "H", num_args = 1.., value_delimiter = ',', default_values_t = [0.0, 0.1, 0.5, 1.0, 2.0, 4.5], allow_negative_numbers = true)]
    pub fields: Vec<f64>,
    /// Take the specific heat of the bond energy alone.
    #[arg(long)]
    pub without_field_term: bool,
    /// Print a JSON list.
    #[arg(long)]
    pub json: bool,
}

/// `experiments theory rg`.
#[derive(Args, Debug)]
pub struct Flow {
    /// Temperature T > 0 to start from.
    #[arg(long, value_name = "T")]
    pub temperature: f64,
    /// Field H to start from.
    #[arg(long, value_name = "H", default_value_t = 0.0, allow_negative_numbers = true)]
    pub field: f64,
    /// Number of steps, each doubling the length scale.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub steps: usize,
    /// Migdal-Kadanoff on the square lattice in place of decimation of the chain.
    #[arg(long)]
    pub migdal_kadanoff: bool,
    /// Print a JSON list.
    #[arg(long)]
    pub json: bool,
}

/// `experiments run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Run only this stage; the earlier ones must be done.
    #[arg(long, value_name = "STAGE", conflicts_with = "until")]
    pub only: Option<Stage>,
    /// Run up to and including this stage.
    #[arg(long, value_name = "STAGE")]
    pub until: Option<Stage>,
    /// Folder of the results [default: artifacts/NAME, NAME being the config's file name]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Device to compute on, one of those compiled in: flex or ndarray (CPU), wgpu, cuda
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
    /// Threads to use [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Seconds between checkpoints of a training.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = seconds)]
    pub checkpoint_every: f64,
    /// Throw away what is there and compute the stages anew.
    #[arg(long)]
    pub restart: bool,
}

/// A config and changes to it.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// The experiment, for example configs/zero-field-quick.toml.
    #[arg(value_name = "CONFIG")]
    pub file: PathBuf,
    /// Change a setting: data.n_samples=100, rbm.n_hidden=16 (every machine), rbm.NAME.n_hidden=16 (one machine).
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<Override>,
}

/// `experiments config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the merged settings, each with its origin.
    Show(ConfigArgs),
    /// Check the settings and say what the experiment consists of.
    Check(ConfigArgs),
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text} is not a number"))?;
    if (0.0..=1e9).contains(&seconds) { Ok(seconds) } else { Err("seconds from 0 to 1e9 are allowed".into()) }
}

impl RunArgs {
    /// The stages asked for.
    pub fn stages(&self) -> Vec<Stage> {
        let asked = |stage: &Stage| match (self.only, self.until) {
            (Some(only), _) => *stage == only,
            (None, Some(until)) => *stage <= until,
            (None, None) => true,
        };
        Stage::ALL.into_iter().filter(asked).collect()
    }
}
