//! Doing a task.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};

use super::{PLAN_ANEW, Sweep, Task, plan};
use crate::{
    config::Config,
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
            let shared = shared.with_context(|| format!("tasks.jsonl lacks what the run shares: {PLAN_ANEW}"))?;
            self.bring_up_to_date(shared, how)?;
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
        let config = self.config_of_its_folder(task)?;
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
            folder: folder.clone(),
        };
        pipeline::run(&config, &request, &Progress::default()).map_err(|error| without_restart(error, &folder))
    }

    /// The settings of a task, which must be those that its folder is named for: nothing else may be done there.
    fn config_of_its_folder(&self, task: &Task) -> Result<Config> {
        let config = self.config(task)?;
        let (common, own) = (plan::shared_folder(&config), plan::run_folder(&config));
        let are_its_own = match &task.shared {
            None => task.folder == common,
            Some(shared) => (shared, &task.folder) == (&common, &own),
        };
        ensure!(
            are_its_own,
            "task {} has other settings than those that {} is named for: a file of the sweep was changed, or it was planned by \
             another version of this program: {PLAN_ANEW}",
            task.index,
            self.folder.join(&task.folder).display()
        );
        Ok(config)
    }
}

/// An error that asks for `--restart`, with what does the same in a sweep.
fn without_restart(error: anyhow::Error, folder: &Path) -> anyhow::Error {
    if !format!("{error:#}").contains("--restart") {
        return error;
    }
    error.context(format!(
        "{} is not what it should be; a sweep has no --restart: remove this folder, or what is damaged in it, \
         and give the command again",
        folder.display()
    ))
}
