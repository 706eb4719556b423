//! Doing a task.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Sweep, Task};
use crate::{
    device::Backend,
    interrupt::Interrupted,
    pipeline::{self, Request},
    progress::Progress,
    resources::Room,
};

/// How tasks are done: no result depends on it.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// The device.
    pub backend: Backend,
    /// Time between checkpoints of a training.
    pub checkpoint_every: Duration,
    /// Whether to go on where memory or disk do not suffice.
    pub force: bool,
}

impl Sweep {
    /// Does one task; for a run first what it shares, if nobody has.
    ///
    /// # Errors
    /// When there is no such task, or it fails.
    pub fn work_on(&self, index: usize, how: How) -> Result<()> {
        let task = self.tasks.get(index).with_context(|| {
            format!("{} has no task {index}: there are {}, from 0 on", self.folder.display(), self.tasks.len())
        })?;
        if let Some(shared) = &task.shared {
            let shared = self.tasks.iter().find(|other| other.folder == *shared);
            self.bring_up_to_date(shared.context("tasks.jsonl lacks what the run shares: plan the sweep anew")?, how)?;
        }
        self.bring_up_to_date(task, how)
    }

    /// Does all tasks; one that fails does not keep the others from being done.
    ///
    /// # Errors
    /// When it is stopped, or after the last task if some failed.
    pub fn work_on_all(&self, how: How) -> Result<()> {
        let mut failed = Vec::new();
        for task in &self.tasks {
            Progress::default().say(&format!("{} of {}: {}", task.index + 1, self.tasks.len(), self.name(task)));
            match self.work_on(task.index, how) {
                Ok(()) => {}
                Err(error) if error.is::<Interrupted>() => return Err(error),
                Err(error) => failed.push(format!("{}: {error:#}", task.folder)),
            }
        }
        ensure!(failed.is_empty(), "{} of {} tasks failed\n  {}", failed.len(), self.tasks.len(), failed.join("\n  "));
        Ok(())
    }

    fn bring_up_to_date(&self, task: &Task, how: How) -> Result<()> {
        let folder = self.folder.join(&task.folder);
        let request = Request {
            room: Room::of(&folder),
            force: how.force,
            stages: self.stages(task)?,
            restart: false,
            checkpoint_every: how.checkpoint_every,
            backend: how.backend,
            // What is shared, several runs want at once.
            waits: task.shared.is_none(),
            inherits: task.shared.as_ref().map(|shared| self.folder.join(shared)),
            folder,
        };
        pipeline::run(&self.config(task)?, &request, &Progress::default())
    }
}
