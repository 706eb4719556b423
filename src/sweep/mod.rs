//! `experiments sweep`: one config at many points, each in a run folder of its own.
//!
//! A sweep is a folder: `NAME.toml`, the config; `tasks.jsonl`, a line for each run; `sweep.toml`, its axes, and checksums of the
//! other two; `runs/HASH`, the run folders, named by a hash of their merged settings; `shared/HASH`, the samples and thermometers
//! that several runs have in common, computed once. Any process that sees the folder can do any task, in any order; results do not
//! depend on who does what.
//!
//! No folder may hold results of other settings than it is named for. Three things see to that: the checksums, for every command, that
//! the three files are of one plan; the hash, before a task works, that its settings are those of the folder (`work.rs`); and, without
//! computing hashes of thousands of runs, the settings that a run's manifest records, before it is called done (`status.rs`).

mod collect;
mod grid;
mod jobs;
mod plan;
mod status;
mod work;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub use collect::Collection;
pub use grid::Axis;
pub use jobs::Jobs;
pub use plan::Order;
pub use status::describe;
pub use work::How;

use crate::{
    artifacts::{checksum, is_below, read_text},
    config::{Config, Override},
    stages::Stage,
};

/// Names of the files.
const SWEEP: &str = "sweep.toml";
const TASKS: &str = "tasks.jsonl";

/// What mends a plan.
const PLAN_ANEW: &str = "plan the sweep anew: give the command `experiments sweep` again; what is done stays";

/// A sweep that was planned.
#[derive(Clone, Debug)]
pub struct Sweep {
    folder: PathBuf,
    plan: Plan,
    tasks: Vec<Task>,
}

/// `sweep.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    /// File of the config, beside this one.
    config: String,
    /// Settings that all runs have changed alike.
    set: Vec<String>,
    /// Keys of the axes.
    axes: Vec<String>,
    /// The last stage that is asked for.
    until: String,
    /// The other files of the plan with their BLAKE3 checksums.
    files: BTreeMap<String, String>,
}

/// A line of `tasks.jsonl`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
struct Task {
    index: usize,
    /// Its folder, relative to the sweep's.
    folder: String,
    /// The folder of what it shares with others; none for those folders themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<String>,
    /// Its values of the axes, in their order; for what is shared those of the first run that needs it.
    values: Vec<String>,
}

impl Sweep {
    /// The sweep of a folder.
    ///
    /// # Errors
    /// When it holds none, or files that are not of one plan.
    pub fn open(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            read_text(&path)
                .with_context(|| format!("{} is no sweep: cannot read {}", folder.display(), path.display()))
        };
        let damaged =
            |name: &str| format!("{} is damaged, or of an earlier version: {PLAN_ANEW}", folder.join(name).display());
        let plan: Plan = toml::from_str(&read(SWEEP)?).with_context(|| damaged(SWEEP))?;
        ensure!(is_below(&plan.config), "the config is not in the folder of the sweep: {}", damaged(SWEEP));
        let planned = |name: &str| {
            let text = read(name)?;
            ensure!(
                plan.files.get(name) == Some(&checksum(text.as_bytes())),
                "{} is not the file that was planned (its checksum differs from that in {SWEEP}): {PLAN_ANEW}",
                folder.join(name).display()
            );
            Ok(text)
        };
        planned(&plan.config)?;
        let tasks = planned(TASKS)?.lines().map(serde_json::from_str).collect::<Result<Vec<Task>, _>>();
        let tasks = tasks.with_context(|| damaged(TASKS))?;
        for (line, task) in tasks.iter().enumerate() {
            let fits = task.index == line && task.values.len() == plan.axes.len();
            ensure!(fits, "line {} is no task of this sweep: {}", line + 1, damaged(TASKS));
            for name in [&task.folder].into_iter().chain(&task.shared) {
                ensure!(is_below(name), "the folder {name:?} is not below that of the sweep: {}", damaged(TASKS));
            }
        }
        Ok(Self { folder: folder.to_owned(), plan, tasks })
    }

    /// Whether a folder holds a sweep.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(SWEEP).exists()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The numbers of all tasks, those first that others share.
    pub fn indices(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.tasks.len()
    }

    /// The runs among the tasks.
    fn runs(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.shared.is_some())
    }

    /// Number of tasks that others share.
    fn n_shared(&self) -> usize {
        self.tasks.len() - self.runs().count()
    }

    /// The settings of a task.
    fn config(&self, task: &Task) -> Result<Config> {
        let axes = self.plan.axes.iter().zip(&task.values).map(|(key, value)| format!("{key}={value}"));
        let changes = self.plan.set.iter().cloned().chain(axes).map(|change| change.parse::<Override>());
        let changes = changes.collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;
        Ok(Config::load(&self.folder.join(&self.plan.config), changes)?)
    }

    /// The stages of a task.
    fn stages(&self, task: &Task) -> Result<Vec<Stage>> {
        let last = Stage::from_str(&self.plan.until, false).map_err(anyhow::Error::msg)?;
        let last = if task.shared.is_none() { last.min(Stage::TrainThermometer) } else { last };
        Ok(Stage::ALL.into_iter().filter(|stage| *stage <= last).collect())
    }

    /// The task's values of the axes in words: `rbm.n_hidden=16 seed=2`.
    fn name(&self, task: &Task) -> String {
        let values = self.plan.axes.iter().zip(&task.values).map(|(key, value)| format!("{key}={value}"));
        values.collect::<Vec<_>>().join(" ")
    }

    /// The command that does a task.
    fn command(&self, task: &Task) -> String {
        format!("experiments task --dir {} --index {}", self.folder.display(), task.index)
    }
}
