//! Whether a task has to be done: its settings, inputs and files against the manifest.

use std::path::Path;

use anyhow::{Result, anyhow, ensure};

use super::Task;
use crate::artifacts::{Manifest, checksum, checksum_of_file};

/// Raised for a stage when a change of the program alters what it computes: earlier results are then out of date.
fn revision(task: &Task<'_>) -> u32 {
    match task.name.as_str() {
        name if name == "analyze" || name.starts_with("flow/") => 3,
        name if name.starts_with("dissect/") => 2,
        _ => 1,
    }
}

/// What has to be done about a task.
pub(super) enum Standing {
    /// Its files are what its settings and inputs give.
    UpToDate,
    /// It has not been done, or a file of it is gone.
    Missing,
    /// It was done or begun with other settings or inputs; the first difference.
    Changed(String),
    /// A file is not what was written.
    Damaged(String),
}

impl Standing {
    /// Compares `task` with its record and its files.
    pub(super) fn of(task: &Task<'_>, manifest: &Manifest, folder: &Path) -> Self {
        let Some(record) = manifest.tasks.get(&task.name) else { return Self::Missing };
        if let Some(difference) = first_difference(&record.settings, &task.settings, "") {
            return Self::Changed(difference);
        }
        if record.finished.is_none() {
            return Self::Missing;
        }
        for (file, expected) in &record.outputs {
            match checksum_of_file(&folder.join(file)) {
                Ok(found) if found == *expected => {}
                Ok(_) => return Self::Damaged(file.clone()),
                Err(_) => return Self::Missing,
            }
        }
        match fingerprint(task, manifest) {
            Ok(fingerprint) if fingerprint == record.fingerprint => Self::UpToDate,
            Ok(_) => Self::Changed("its inputs or the program changed".into()),
            Err(_) => Self::Missing,
        }
    }
}

/// Hash of everything the task's result depends on.
///
/// # Errors
/// When a task whose files it reads is not done.
pub(super) fn fingerprint(task: &Task<'_>, manifest: &Manifest) -> Result<String> {
    let mut text = format!("{}\n{}\n{}\n", revision(task), task.name, task.settings);
    for input in &task.inputs {
        let record = manifest.tasks.get(input).filter(|record| record.finished.is_some());
        let record = record.ok_or_else(|| {
            anyhow!("{} needs {input}, which is not done: run without --only, or that stage first", task.name)
        })?;
        ensure!(!record.outputs.is_empty(), "{input} has no files");
        for (file, checksum) in &record.outputs {
            text += &format!("{file} {checksum}\n");
        }
    }
    Ok(checksum(text.as_bytes()))
}

/// The beginning of a value, whole if it is short.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST).chain(" …".chars()).collect()
}

/// The first key, written as in a config, on which two tables differ, with both values.
fn first_difference(old: &toml::Table, new: &toml::Table, prefix: &str) -> Option<String> {
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    for key in keys {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match (old.get(key), new.get(key)) {
            (Some(toml::Value::Table(old)), Some(toml::Value::Table(new))) => {
                if let Some(difference) = first_difference(old, new, &name) {
                    return Some(difference);
                }
            }
            (old, new) if old != new => {
                let text =
                    |value: Option<&toml::Value>| value.map_or("not set".into(), |value| shortened(&value.to_string()));
                return Some(format!("{name} was {}, now {}", text(old), text(new)));
            }
            _ => {}
        }
    }
    None
}
