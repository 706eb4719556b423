//! The command line.

mod bench;
mod shell;
mod sweep;
mod theory;

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand};

pub use bench::{BenchCommand, BenchFlow, BenchRbm, BenchSampler};
pub use shell::{completions, manual};
pub use sweep::{CollectArgs, Engine, SweepArgs, TaskArgs};
pub use theory::{Flow, Ridge, StatePointArgs, System, TheoryCommand};

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
  experiments run configs/zero-field-quick.toml         from config to figures
  experiments run configs/zero-field.toml --live        with a dashboard on the terminal
  experiments run configs/zero-field.toml --set rbm.n_hidden=16 --out artifacts/n-hidden-16
  experiments status artifacts/zero-field-quick         what is done there
  experiments compare artifacts/zero-field-quick artifacts/untrained      a run beside its control
  experiments config show configs/zero-field.toml       every setting with its origin
  experiments init mine --from zero-field-wide          an experiment of your own, in mine.toml
  experiments doctor                                    this machine, and how long each config takes";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an experiment: sample, train, flow, analyze, render.
    ///
    /// Before work of more than some seconds it tells how long it will take, and how much memory and disk. What does not fit this
    /// machine is refused (exit code 78) with the setting that makes it large and what would fit. Stages whose settings and inputs have not changed are left as they are. A run that was killed or stopped goes on
    /// from its last checkpoint when the same command is given again, and ends in the same bytes.
    Run(RunArgs),
    /// Run an experiment at many points of its settings, here or through a batch system.
    ///
    /// Writes a folder with the config, `tasks.jsonl` (a line for each run) and a run folder for each, named by a hash of its
    /// settings: the same point is never done twice. Samples and thermometers that runs have in common are computed once. With a
    /// batch system it writes `job.sh` and `submit.sh`; partition, memory and so on are settings: `[cluster]` of the config.
    #[command(after_help = "Examples:\n  \
        experiments sweep configs/zero-field-quick.toml --grid rbm.n_hidden=4,16,64 --grid rbm.learning_rate=0.1,0.01\n  \
        experiments sweep configs/zero-field.toml --grid seed=0..31 --engine slurm --set cluster.partition=main --submit")]
    Sweep(SweepArgs),
    /// Do one task of a sweep: what a job of a batch system calls.
    #[command(
        after_help = "Example:\n  seq 0 23 | parallel -j 8 experiments task --dir artifacts/mine-sweep --threads 1 --index {}"
    )]
    Task(TaskArgs),
    /// Put the tables of a sweep's runs together: DIR/end-points.csv, and DIR/summary.csv with means and errors over the seeds.
    ///
    /// Runs that are not done are listed. The same runs give the same bytes, whoever did them.
    #[command(after_help = "Example:\n  experiments collect artifacts/mine-sweep --table analysis/weights.csv")]
    Collect(CollectArgs),
    /// Tell what is done in a run folder, or how far a sweep has come.
    Status {
        /// A run folder, for example artifacts/zero-field-quick, or the folder of a sweep.
        folder: PathBuf,
    },
    /// Tell what a file holds: a data set, weights, a checkpoint, a manifest or a table.
    Inspect {
        /// The file.
        file: PathBuf,
    },
    /// Hold runs against the claims of the talk and the papers: the numbers, and a verdict by the rules of docs/claims.md.
    Claims {
        /// Run folders that are done up to `analyze`.
        #[arg(value_name = "DIR", required = true)]
        folders: Vec<PathBuf>,
        /// File of the table; beside it the same as a page, .md [default: DIR/analysis/claims.csv of a single DIR, none of several]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Critical exponents by finite-size scaling over runs of different sides L, each with samples at Tc: of the samples and of
    /// the ends of the machines' flows.
    Exponents {
        /// Run folders that are done up to `analyze`, of three or more sides.
        #[arg(value_name = "DIR", required = true)]
        folders: Vec<PathBuf>,
        /// Folder of the table and the figure
        #[arg(long, value_name = "FOLDER", default_value = "artifacts/exponents")]
        out: PathBuf,
    },
    /// Hold the ends of the flows of several runs side by side, trained machines beside their controls.
    ///
    /// Writes end-points.csv (mean over the seeds with its standard error, and median, of every machine: temperature by network
    /// and exactly, energy, |m|, correlations; then the references of the run), end-points-of-seeds.csv, and the figures
    /// controls, spectra and, of runs with flow.along_training, ends-along-training and end-state.
    #[command(
        after_help = "Example:\n  experiments compare artifacts/zero-field-wide artifacts/mean-field artifacts/untrained \
                            --out artifacts/controls"
    )]
    Compare {
        /// Run folders that are done up to `analyze`.
        #[arg(value_name = "DIR", required = true)]
        folders: Vec<PathBuf>,
        /// Folder of the tables and figures.
        #[arg(long, value_name = "DIR", default_value = "artifacts/comparison")]
        out: PathBuf,
    },
    /// Write a run as one HTML file, DIR/report.html, that needs no network and no other file: answer, figures, claims, tables,
    /// settings, and a viewer that steps through the flow.
    Report {
        /// A run folder that is done up to `render`.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Open it in the browser.
        #[arg(long)]
        open: bool,
    },
    /// Look at this machine: devices, threads, memory, disk and speed, and how long each config would take here.
    ///
    /// Takes some ten seconds. It ends with advice where something is amiss.
    #[command(after_help = "Examples:\n  experiments doctor\n  experiments doctor my-configs --json > doctor.json")]
    Doctor(DoctorArgs),
    /// Exact physics: thermodynamics, lines of maximal specific heat, renormalization.
    #[command(subcommand)]
    Theory(TheoryCommand),
    /// Measure the speed of the hot paths on this machine.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Look at a config without running it.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Begin an experiment: write NAME.toml with the settings of another config, and a header to fill in.
    #[command(after_help = "Example:\n  experiments init n-hidden-25 --from zero-field-wide")]
    Init {
        /// Name of the experiment, or path of its file.
        name: String,
        /// The config to begin with: one that ships, by name, or a file.
        #[arg(long, value_name = "CONFIG", default_value = "zero-field-quick")]
        from: String,
    },
    /// Print a script that lets a shell complete commands, options and their values.
    #[command(after_help = "Examples:\n  \
        experiments completions bash > ~/.local/share/bash-completion/completions/experiments\n  \
        experiments completions fish > ~/.config/fish/completions/experiments.fish")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for the program and one for each command.
    #[command(after_help = "Example:\n  experiments man --out ~/.local/share/man/man1; man experiments-run")]
    Man {
        /// Folder of the pages.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
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
    /// How it is done.
    #[command(flatten)]
    pub how: HowArgs,
    /// Show a dashboard on the terminal: tasks, speed, training curves, the flow so far; q stops as Ctrl-C does, ? helps
    #[arg(long)]
    pub live: bool,
    /// Forget what is there and compute the stages anew; a run that is stopped then goes on without it.
    #[arg(long)]
    pub restart: bool,
}

/// How a run is done.
#[derive(Args, Clone, Copy, Debug)]
pub struct HowArgs {
    /// Device to compute on, one of those compiled in: flex or ndarray (CPU), wgpu, cuda
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
    /// Threads to use [default: all cores]; the results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Seconds between checkpoints of a training.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = seconds)]
    pub checkpoint_every: f64,
    /// Go on where memory or disk do not suffice.
    #[arg(long)]
    pub force: bool,
}

/// `experiments doctor`.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Config, or folder of configs
    #[arg(value_name = "CONFIGS", default_value = "configs")]
    pub configs: PathBuf,
    /// Folder where results go
    #[arg(long, value_name = "DIR", default_value = "artifacts")]
    pub out: PathBuf,
    /// Threads to use [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
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
    /// Check the settings and say what the experiment consists of, how long it takes here, and whether there is room for it.
    #[command(after_help = "Example:\n  experiments config check configs/zero-field.toml --set rbm.seeds=8")]
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
