//! Planning: points become tasks.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{Axis, Plan, SWEEP, Sweep, TASKS, Task, grid};
use crate::{
    artifacts::{self, checksum},
    config::{Config, Override},
    stages::Stage,
};

/// What a sweep is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The config.
    pub config: PathBuf,
    /// Settings that all runs have changed alike.
    pub overrides: Vec<Override>,
    /// The axes.
    pub axes: Vec<Axis>,
    /// Whether to take the values of all axes side by side.
    pub zip: bool,
    /// The last stage.
    pub until: Stage,
}

/// Digits of a hash in the name of a folder.
const N_DIGITS: usize = 16;

impl Sweep {
    /// Plans a sweep in a folder. What an earlier plan left there stays, and is not done again where it is part of this one.
    ///
    /// # Errors
    /// When a point has wrong settings, or a file cannot be written.
    pub fn plan(order: &Order, folder: &Path) -> Result<Self> {
        let (name, text) = read(&order.config)?;
        let points = grid::points(&order.axes, order.zip)?;
        let (mut shared, mut runs): (Vec<Task>, Vec<Task>) = (Vec::new(), Vec::new());
        let mut known = HashSet::new();
        for point in points {
            let values = || point.iter().map(|value| (*value).to_owned()).collect();
            let config = config_at(order, &point)?;
            let (common, own) = (shared_folder(&config), run_folder(&config));
            if known.insert(common.clone()) {
                shared.push(Task { index: 0, folder: common.clone(), shared: None, values: values() });
            }
            // Points of the same settings are one run.
            if known.insert(own.clone()) {
                runs.push(Task { index: 0, folder: own, shared: Some(common), values: values() });
            }
        }
        let mut tasks = [shared, runs].concat();
        tasks.iter_mut().enumerate().for_each(|(index, task)| task.index = index);
        let lines = tasks.iter().map(|task| Ok(serde_json::to_string(task)? + "\n")).collect::<Result<String>>()?;
        let files = [(name.as_str(), text.as_slice()), (TASKS, lines.as_bytes())];
        let plan = Plan {
            config: name.clone(),
            set: order.overrides.iter().map(Override::setting).collect(),
            axes: order.axes.iter().map(|axis| axis.key.clone()).collect(),
            until: order.until.name().into(),
            files: files.map(|(name, bytes)| (name.to_owned(), checksum(bytes))).into(),
        };
        // The last vouches for those before it: what a crash leaves in between is noticed.
        for (name, bytes) in files.into_iter().chain([(SWEEP, toml::to_string_pretty(&plan)?.as_bytes())]) {
            artifacts::write(&folder.join(name), bytes)?;
        }
        Ok(Self { folder: folder.to_owned(), plan, tasks })
    }
}

/// Name and text of a config, which stand in the folder of the sweep beside its own files.
fn read(config: &Path) -> Result<(String, Vec<u8>)> {
    let name = config.file_name().context("the config has no name")?.to_string_lossy().into_owned();
    ensure!(
        ![SWEEP, TASKS].iter().any(|own| own.eq_ignore_ascii_case(&name)),
        "{}: a sweep keeps its plan in a file called {name}: give the config another name",
        config.display()
    );
    let text = fs::read(config).with_context(|| format!("cannot read {}", config.display()))?;
    Ok((name, text))
}

/// The settings at a point.
fn config_at(order: &Order, point: &[&str]) -> Result<Config> {
    let mut changes = order.overrides.clone();
    for (axis, value) in order.axes.iter().zip(point) {
        changes.push(format!("{}={value}", axis.key).parse().map_err(anyhow::Error::msg)?);
    }
    Ok(Config::load(&order.config, changes)?)
}

/// The folder of a run, named by all that decides its results.
pub(super) fn run_folder(config: &Config) -> String {
    let mut settings = config.table();
    settings.remove("cluster");
    format!("runs/{}", hash(&settings.to_string()))
}

/// The folder of what a run shares with others, named by all that decides samples and thermometer.
pub(super) fn shared_folder(config: &Config) -> String {
    let stages = [Stage::Sample, Stage::TrainThermometer];
    let tasks = stages.into_iter().flat_map(|stage| stage.tasks(config));
    format!("shared/{}", hash(&tasks.map(|task| task.settings.to_string()).collect::<String>()))
}

fn hash(text: &str) -> String {
    checksum(text.as_bytes())[..N_DIGITS].to_owned()
}
