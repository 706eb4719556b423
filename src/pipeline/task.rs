//! What a stage hands to the pipeline, and what it works with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::Device;

use crate::{
    artifacts::{self, Checkpoints, TaskRecord, checksum},
    progress::Progress,
};

type WorkOfSome<'a> = Box<dyn Fn(&mut [Workbench<'_>]) -> Result<()> + Sync + 'a>;

/// What a task does, once or again.
pub struct Work<'a> {
    /// The tasks that it can do in one go have this name and number in common.
    family: Option<(&'a str, u64)>,
    /// Which member of its family the task is.
    pub(super) member: u64,
    /// Does some tasks of the family, each on its own workbench.
    pub(super) run: WorkOfSome<'a>,
}

impl<'a> Work<'a> {
    /// Work on one task.
    pub fn alone(run: impl Fn(&mut Workbench<'_>) -> Result<()> + Sync + 'a) -> Self {
        let run = Box::new(move |workbenches: &mut [Workbench<'_>]| workbenches.iter_mut().try_for_each(&run));
        Self { family: None, member: 0, run }
    }

    /// Work that can be done for some neighbouring tasks of a stage, those of a family, in one go.
    pub fn of_family(
        family: (&'a str, u64),
        member: u64,
        run: impl Fn(&mut [Workbench<'_>]) -> Result<()> + Sync + 'a,
    ) -> Self {
        Self { family: Some(family), member, run: Box::new(run) }
    }

    /// Whether it can do the other in one go with its own.
    pub(super) fn does_too(&self, other: &Self) -> bool {
        self.family.is_some() && self.family == other.family
    }
}

/// One piece of work with its own record in the manifest: a stage, or one machine of it.
pub struct Task<'a> {
    /// Its name: `stage` or `stage/machine/seed-K`.
    pub name: String,
    /// The settings it depends on.
    pub settings: toml::Table,
    /// The tasks whose files it reads.
    pub inputs: Vec<String>,
    /// Whether its results are worth refusing to replace them when a setting changed.
    pub precious: bool,
    /// The work.
    pub work: Work<'a>,
}

/// What a task works with: where to read and write, and whom to tell.
pub struct Workbench<'a> {
    /// The run folder.
    pub folder: &'a Path,
    /// The device.
    pub device: &'a Device,
    /// Whom to tell.
    pub progress: &'a Progress,
    /// The task's fingerprint, which its checkpoints are bound to.
    pub fingerprint: &'a str,
    /// Which member of its family the task is.
    pub member: u64,
    /// Threads for this task, when others run beside it.
    pub n_threads: usize,
    /// Where its checkpoints lie.
    pub checkpoints: Checkpoints,
    pub(super) record: &'a mut TaskRecord,
}

impl Workbench<'_> {
    /// Path of a file of the run.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Reads a file of an earlier task.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path(file);
        artifacts::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Writes one of the task's files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        artifacts::write(&self.path(file), bytes)?;
        self.record.outputs.insert(file.into(), checksum(bytes));
        Ok(())
    }

    /// Notes in the manifest how the task was done.
    pub fn note(&mut self, key: &str, value: impl ToString) {
        self.record.notes.insert(key.into(), value.to_string());
    }
}
