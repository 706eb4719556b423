//! `--restart`: what is there is forgotten in one step, so that a run that is stopped after it goes on as any other.

use anyhow::{Error, Result};

use super::Run;
use crate::interrupt::Interrupted;

impl Run<'_> {
    /// Takes the records of all asked tasks out of the manifest, in one write: a task without one has not been done, whatever files
    /// and checkpoints lie there.
    pub(super) fn forget(&self) -> Result<()> {
        let mut manifest = self.manifest.lock();
        for task in self.request.stages.iter().flat_map(|stage| stage.tasks(self.config)) {
            manifest.tasks.remove(&task.name);
        }
        manifest.write(&self.request.folder)
    }
}

/// Adds to the error of a run that was stopped the command that goes on with it.
pub(super) fn how_to_go_on(error: Error, was_restarted: bool) -> Error {
    match error.is::<Interrupted>() {
        true if was_restarted => error.context("stopped: to go on, run the same command again without --restart"),
        true => error.context("stopped: to go on, run the same command again"),
        false => error,
    }
}
