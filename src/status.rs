//! `experiments status`: what is done in a run folder.

use std::{fmt::Write, path::Path, time::Duration};

use anyhow::{Context, Result};

use crate::artifacts::{Checkpoints, Manifest, TaskRecord, checksum_of_file};

/// The experiment of a run folder, its tasks and their files.
///
/// # Errors
/// When the folder holds no run.
pub fn describe(folder: &Path) -> Result<String> {
    let manifest = Manifest::read(folder)?
        .with_context(|| format!("{} holds no run: it has no manifest.toml", folder.display()))?;
    let mut text = format!(
        "{}: version {} ({}), device {}, {} threads, host {}\n",
        manifest.experiment, manifest.version, manifest.commit, manifest.device, manifest.threads, manifest.host
    );
    for (name, record) in &manifest.tasks {
        let state = match (&record.finished, damaged(folder, record)) {
            (None, _) => match Checkpoints::of_task(folder, name, Duration::MAX).load(|_| ()) {
                Ok(Some(state)) => format!("stopped in epoch {}", epoch(&state)),
                Ok(None) => "begun, not done".into(),
                Err(error) => format!("begun; {error:#}"),
            },
            (Some(_), Some(file)) => format!("{file} is missing or has changed"),
            (Some(finished), None) => format!("done {finished} in {:.1} s", record.seconds),
        };
        let _ = writeln!(text, "  {name:<40} {state}");
        for (key, note) in &record.notes {
            let _ = writeln!(text, "  {:<40} {key}: {note}", "");
        }
    }
    Ok(text)
}

/// Epoch under way at a checkpoint, counted from 1.
fn epoch(state: &crate::artifacts::TensorFile) -> usize {
    1 + state.get_text("epoch").ok().and_then(|epoch| epoch.parse::<usize>().ok()).unwrap_or_default()
}

/// The first file that is not what was written.
fn damaged<'r>(folder: &Path, record: &'r TaskRecord) -> Option<&'r str> {
    let intact = |(file, expected): &(&String, &String)| {
        checksum_of_file(&folder.join(file)).is_ok_and(|found| found == **expected)
    };
    record.outputs.iter().find(|entry| !intact(entry)).map(|(file, _)| file.as_str())
}
