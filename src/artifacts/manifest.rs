//! `manifest.toml`: what was computed from which settings, and the checksum of every file.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Component, Path},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::{atomic, read_text};

/// The record of a run folder.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the experiment.
    pub experiment: String,
    /// Version of this program.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
    /// Name of the machine it ran on last.
    pub host: String,
    /// Device it ran on last.
    pub device: String,
    /// Number of threads it ran with last.
    pub threads: usize,
    /// The merged settings it ran with last.
    pub config: toml::Table,
    /// What was computed, by name of the task.
    #[serde(default)]
    pub tasks: BTreeMap<String, TaskRecord>,
}

/// One task: a stage, or one machine of a stage.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRecord {
    /// Hash of the task's settings and of the files it reads.
    pub fingerprint: String,
    /// When it began (UTC).
    pub started: String,
    /// When it was done (UTC); missing while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// Seconds of its last, perhaps resumed, run.
    pub seconds: f64,
    /// Device it ran on.
    pub device: String,
    /// What a reader should know about how it was done.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
    /// The settings it depends on.
    pub settings: toml::Table,
    /// Its files, relative to the run folder, with their BLAKE3 checksums.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
}

/// Name of the manifest in a run folder.
const FILE_NAME: &str = "manifest.toml";

impl Manifest {
    /// The manifest of `folder`, if there is one.
    ///
    /// # Errors
    /// When there is one that cannot be read, or that names files elsewhere.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE_NAME);
        let text = match read_text(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let manifest: Self = toml::from_str(&text)
            .with_context(|| format!("{} is damaged: restore it, or run with another --out folder", path.display()))?;
        for name in manifest.tasks.iter().flat_map(|(task, record)| [task].into_iter().chain(record.outputs.keys())) {
            ensure!(is_below(name), "{} names {name:?}, which is not below its folder", path.display());
        }
        Ok(Some(manifest))
    }

    /// Whether `folder` holds a manifest, be it damaged.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE_NAME).exists()
    }

    /// Writes the manifest into `folder`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self).context("the manifest cannot be written as TOML")?;
        atomic::write(&folder.join(FILE_NAME), text.as_bytes())
    }
}

/// Whether a relative path stays below the folder it starts from, so that a folder from a stranger reaches nothing else.
pub fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// BLAKE3 checksum of `bytes`, in hexadecimal.
pub fn checksum(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_nothing_outside_its_folder() -> Result<()> {
        assert!(is_below("flow/a/seed-0/flow.csv"));
        for name in ["", "/dev/zero", "../other/weights.safetensors", "flow/../../secret.csv", "."] {
            assert!(!is_below(name), "{name}");
            let folder = tempfile::tempdir()?;
            let mut manifest = Manifest::default();
            let record =
                TaskRecord { outputs: BTreeMap::from([(name.to_owned(), checksum(b""))]), ..TaskRecord::default() };
            manifest.tasks.insert("sample".into(), record);
            manifest.write(folder.path())?;
            assert!(Manifest::read(folder.path()).is_err(), "{name}");
        }
        Ok(())
    }
}
