//! The settings that a machine and its data had, by the manifest of the run.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use toml::{Table, Value};

/// Settings by key: those of `[data]` and `[flow]` as `data.n_samples`, those of the machine as `rbm.n_hidden`.
pub(super) type Settings = BTreeMap<String, String>;

/// What tells machines apart without being a setting of theirs.
const NAMES: [&str; 2] = ["rbm.name", "rbm.seeds"];

/// The config in a run folder's manifest; empty without one.
///
/// # Errors
/// When the manifest is no TOML.
pub(super) fn read(folder: &Path) -> Result<Table> {
    let path = folder.join("manifest.toml");
    let Ok(text) = fs::read_to_string(&path) else { return Ok(Table::new()) };
    let mut manifest: Table = text.parse().with_context(|| format!("cannot read {}", path.display()))?;
    Ok(match manifest.remove("config") {
        Some(Value::Table(config)) => config,
        _ => Table::new(),
    })
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
