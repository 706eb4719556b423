//! The settings that a machine and its data had, by the manifest of the run.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use toml::{Table, Value};

use crate::artifacts::Manifest;

/// Settings by key: those of `[data]` and `[flow]` as `data.n_samples`, those of the machine as `rbm.n_hidden`.
pub(super) type Settings = BTreeMap<String, String>;

/// What tells machines apart without being a setting of theirs.
const NAMES: [&str; 3] = ["rbm.name", "rbm.seeds", "rbm.data_seeds"];

/// The config in a run folder's manifest; empty without one.
///
/// # Errors
/// When the manifest cannot be read.
pub(super) fn read(folder: &Path) -> Result<Table> {
    Ok(Manifest::read(folder)?.unwrap_or_default().config)
}

/// The settings of one machine.
pub(super) fn of_machine(config: &Table, machine: &str) -> Settings {
    let mut settings = Settings::new();
    for section in ["data", "flow"] {
        if let Some(value) = config.get(section) {
            flatten(section, value, &mut settings);
        }
    }
    let machines = config.get("rbm").and_then(Value::as_array).into_iter().flatten();
    for entry in machines.filter(|entry| entry.get("name").and_then(Value::as_str) == Some(machine)) {
        flatten("rbm", entry, &mut settings);
    }
    settings.retain(|key, _| !NAMES.contains(&key.as_str()));
    settings
}

fn flatten(key: &str, value: &Value, settings: &mut Settings) {
    match value {
        Value::Table(table) if !is_range(table) => {
            table.iter().for_each(|(name, value)| flatten(&format!("{key}.{name}"), value, settings));
        }
        _ => {
            settings.insert(key.into(), value.to_string());
        }
    }
}

/// A grid is one setting.
fn is_range(table: &Table) -> bool {
    table.contains_key("start")
}
