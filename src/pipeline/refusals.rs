//! What is refused before a run begins: stages whose inputs are not done, and results that would be lost.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::{Run, standing::Standing};
use crate::stages::Stage;

impl Run<'_> {
    /// What the asked stages read from stages that are not asked for must be done, with these settings, and intact.
    pub(super) fn require_earlier_stages(&self) -> Result<()> {
        let (asked, earlier): (Vec<Stage>, Vec<Stage>) =
            Stage::ALL.into_iter().partition(|stage| self.request.stages.contains(stage));
        let tasks = |stages: Vec<Stage>| stages.into_iter().flat_map(|stage| stage.tasks(self.config));
        let mut needed: BTreeSet<String> = tasks(asked).flat_map(|task| task.inputs).collect();
        // The stages stand in their order: going backwards, a task's inputs are met after it.
        for task in tasks(earlier).collect::<Vec<_>>().into_iter().rev() {
            if !needed.contains(&task.name) {
                continue;
            }
            needed.extend(task.inputs.iter().cloned());
            let reason = match self.standing(&task) {
                Standing::UpToDate => continue,
                Standing::Missing => "is not done, or a file of it is gone".into(),
                Standing::Changed(difference) => format!("was done with other settings: {difference}"),
                Standing::Damaged(file) => format!("is damaged: {file} is not the file that was written"),
            };
            bail!(
                "{}: {}, which is needed here, {reason}\n  run without --only",
                self.request.folder.display(),
                task.name
            );
        }
        Ok(())
    }

    /// Before anything is written: no precious result may be replaced because a setting changed.
    pub(super) fn refuse_lost_results(&self) -> Result<()> {
        if self.request.restart {
            return Ok(());
        }
        let tasks = self.request.stages.iter().flat_map(|stage| stage.tasks(self.config));
        for task in tasks.filter(|task| task.precious) {
            let lost = match self.standing(&task) {
                Standing::Changed(difference) => difference,
                Standing::Damaged(file) => format!("{file} is not the file that was written (its checksum differs)"),
                Standing::UpToDate | Standing::Missing => continue,
            };
            bail!(
                "{}: {lost}\n  {} would be computed anew and the old result lost\n  \
                 keep it: give this run another folder with --out\n  \
                 replace it: add --restart",
                self.request.folder.display(),
                task.name
            );
        }
        Ok(())
    }
}
