//! The ends of the flows of several runs along their trainings, one curve for every RBM of every run.

use std::path::Path;

use anyhow::Result;

use crate::{
    artifacts::read_table,
    config::schema::Rbm,
    figures::{self, EndsTables, Figure},
    table::Table,
};

/// What a run with `flow.along_training = true` says of the ends along its trainings.
pub(super) struct AlongTraining {
    ends: Table,
    states: Table,
    likelihood: Table,
    weights: Table,
    markers: Table,
    references: Table,
    theory: Option<Table>,
}

impl AlongTraining {
    /// The tables of a run folder; none if its flows were followed from the trained RBMs alone.
    pub(super) fn read(folder: &Path, machines: &[Rbm]) -> Result<Option<Self>> {
        let read = |file: &str| read_table(folder, file);
        let exists = |file: &str| folder.join(file).exists();
        if !exists("analysis/ends-along-training.csv") {
            return Ok(None);
        }
        let mut likelihood: Option<Table> = None;
        for rbm in machines {
            for seed in 0..rbm.seeds.get() {
                let table = read(&format!("rbm/{}/seed-{seed}/likelihood.csv", rbm.name))?;
                append(&mut likelihood, table)?;
            }
        }
        let theory = "analysis/rank-one-theory.csv";
        Ok(Some(Self {
            ends: read("analysis/ends-along-training.csv")?,
            states: read("analysis/end-states.csv")?,
            likelihood: likelihood.unwrap_or_else(|| Table::new("likelihood", [])),
            weights: read("analysis/weights.csv")?,
            markers: read("analysis/markers.csv")?,
            references: read("analysis/state-references.csv")?,
            theory: exists(theory).then(|| read(theory)).transpose()?,
        }))
    }

    /// The same with other names of the RBMs.
    fn renamed(&self, name: &impl Fn(&str) -> String) -> Result<Self> {
        let renamed = |table: &Table| table.with_text("machine", name);
        Ok(Self {
            ends: renamed(&self.ends)?,
            states: renamed(&self.states)?,
            likelihood: renamed(&self.likelihood)?,
            weights: renamed(&self.weights)?,
            markers: self.markers.clone(),
            references: self.references.clone(),
            theory: self.theory.as_ref().map(renamed).transpose()?,
        })
    }

    /// All runs as one. Of the markers those stay that all runs share: T<sub>c</sub>, but not the mixtures of other grids.
    pub(super) fn together<'a, N: Fn(&str) -> String>(
        runs: impl IntoIterator<Item = (&'a Self, N)>,
    ) -> Result<Option<Self>> {
        let mut all: Option<Self> = None;
        for (run, name) in runs {
            let run = run.renamed(&name)?;
            let Some(all) = &mut all else {
                all = Some(run);
                continue;
            };
            all.ends.append(run.ends)?;
            all.states.append(run.states)?;
            all.likelihood.append(run.likelihood)?;
            all.weights.append(run.weights)?;
            all.markers = all.markers.shared_with(&run.markers);
            all.references = all.references.shared_with(&run.references);
            if let Some(theory) = run.theory {
                append(&mut all.theory, theory)?;
            }
        }
        Ok(all)
    }

    /// The figures `ends-along-training` and `end-state`.
    pub(super) fn figures(&self) -> Result<[(&'static str, Figure); 2]> {
        let ends = figures::ends_along_training(EndsTables {
            ends: &self.ends,
            states: &self.states,
            likelihood: &self.likelihood,
            weights: &self.weights,
            markers: &self.markers,
            references: &self.references,
            theory: self.theory.as_ref(),
        })?;
        Ok([("ends-along-training", ends), ("end-state", figures::end_state(&self.states, &self.references)?)])
    }
}

fn append(all: &mut Option<Table>, table: Table) -> Result<()> {
    match all {
        None => *all = Some(table),
        Some(all) => all.append(table)?,
    }
    Ok(())
}
