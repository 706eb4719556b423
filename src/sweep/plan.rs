//! Planning: points become tasks.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

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
        let points = grid::points(&order.axes, order.zip)?;
        let (mut shared, mut runs): (Vec<Task>, Vec<Task>) = (Vec::new(), Vec::new());
        let mut known = HashSet::new();
        for point in points {
            let values = || point.iter().map(|value| (*value).to_owned()).collect();
            let config = config_at(order, &point)?;
            let [common, own] = [format!("shared/{}", hash_of_shared(&config)), format!("runs/{}", hash(&config))];
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
        let name = order.config.file_name().context("the config has no name")?.to_string_lossy().into_owned();
        let plan = Plan {
            config: name,
            set: order.overrides.iter().map(Override::setting).collect(),
            axes: order.axes.iter().map(|axis| axis.key.clone()).collect(),
            until: order.until.name().into(),
        };
        let sweep = Self { folder: folder.to_owned(), plan, tasks };
        sweep.write(&order.config)?;
        Ok(sweep)
    }

    fn write(&self, config: &Path) -> Result<()> {
        let text = fs::read(config).with_context(|| format!("cannot read {}", config.display()))?;
        artifacts::write(&self.folder.join(&self.plan.config), &text)?;
        artifacts::write(&self.folder.join(SWEEP), toml::to_string_pretty(&self.plan)?.as_bytes())?;
        let lines = self.tasks.iter().map(|task| Ok(serde_json::to_string(task)? + "\n"));
        artifacts::write(&self.folder.join(TASKS), lines.collect::<Result<String>>()?.as_bytes())
    }
}

/// The settings at a point.
fn config_at(order: &Order, point: &[&str]) -> Result<Config> {
    let mut changes = order.overrides.clone();
    for (axis, value) in order.axes.iter().zip(point) {
        changes.push(format!("{}={value}", axis.key).parse().map_err(anyhow::Error::msg)?);
    }
    Ok(Config::load(&order.config, changes)?)
}

/// Of all that decides the results.
fn hash(config: &Config) -> String {
    let mut settings = config.table();
    settings.remove("cluster");
    shortened(&settings.to_string())
}

/// Of all that decides samples and thermometer.
fn hash_of_shared(config: &Config) -> String {
    let stages = [Stage::Sample, Stage::TrainThermometer];
    let tasks = stages.into_iter().flat_map(|stage| stage.tasks(config));
    shortened(&tasks.map(|task| task.settings.to_string()).collect::<String>())
}

fn shortened(text: &str) -> String {
    checksum(text.as_bytes())[..N_DIGITS].to_owned()
}
