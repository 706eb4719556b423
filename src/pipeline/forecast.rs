//! What is still to be done, told before it is done; what does not fit this machine is refused.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Run, standing::Standing};
use crate::estimate::{Estimate, LONG, pieces};

impl Run<'_> {
    /// Refuses work that this machine has no room for, and tells how long it will take where that is more than some seconds.
    pub(super) fn forecast(&self) -> Result<()> {
        let (due, config) = (self.due(), self.config);
        let mut pieces = pieces(&config.settings, config.lattice);
        pieces.retain(|piece| due.contains(&piece.name));
        let estimate = Estimate::forecast(config, &pieces, self.request.backend, self.device)?;
        if !self.request.force {
            estimate.check_fits(&config.settings, config.lattice, self.request.room)?;
        }
        if estimate.seconds() >= LONG {
            self.progress.say(&estimate.describe());
        }
        Ok(())
    }

    /// The names of the asked tasks that are not up to date, or read the files of one that is not.
    fn due(&self) -> BTreeSet<String> {
        let mut due = BTreeSet::new();
        for task in self.request.stages.iter().flat_map(|stage| stage.tasks(self.config)) {
            let is_due = self.request.restart
                || task.inputs.iter().any(|input| due.contains(input))
                || !matches!(self.standing(&task), Standing::UpToDate);
            if is_due {
                due.insert(task.name);
            }
        }
        due
    }
}
