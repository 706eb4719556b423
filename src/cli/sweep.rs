//! `experiments sweep`, `task` and `collect`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigArgs, HowArgs};
use crate::{stages::Stage, sweep::Axis};

/// Who does the runs of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// This process, one run after another.
    Local,
    /// Slurm: arrays of jobs that are requeued when they are stopped.
    Slurm,
    /// HyperQueue: arrays of tasks.
    Hyperqueue,
}

/// `experiments sweep`.
#[derive(Args, Debug)]
pub struct SweepArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// An axis: a setting and its values, as KEY=4,16,64 or KEY=0..31 (both ends included); several make all combinations
    #[arg(long = "grid", value_name = "KEY=VALUES", required = true)]
    pub axes: Vec<Axis>,
    /// Take the first values of all axes, the second ones, and so on, in place of all combinations.
    #[arg(long)]
    pub zip: bool,
    /// Who does the runs
    #[arg(long, value_name = "ENGINE", default_value = "local")]
    pub engine: Engine,
    /// Hand the jobs to the batch system; without it they are only written, and how to do so is said
    #[arg(long)]
    pub submit: bool,
    /// Run up to and including this stage
    #[arg(long, value_name = "STAGE", default_value = "analyze")]
    pub until: Stage,
    /// Folder of the sweep [default: artifacts/NAME-sweep]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How the runs are done.
    #[command(flatten)]
    pub how: HowArgs,
}

/// `experiments task`.
#[derive(Args, Debug)]
pub struct TaskArgs {
    /// Folder of the sweep.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Number of the task in tasks.jsonl.
    #[arg(long, value_name = "I")]
    pub index: usize,
    /// How it is done.
    #[command(flatten)]
    pub how: HowArgs,
}

/// `experiments collect`.
#[derive(Args, Debug)]
pub struct CollectArgs {
    /// Folder of the sweep.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Tables of the runs to put together, beside the ends of the flows: a path in a run folder, such as analysis/weights.csv
    #[arg(long = "table", value_name = "FILE")]
    pub tables: Vec<String>,
}
