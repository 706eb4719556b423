//! `dissect`: what is inside every machine, along its training.

mod couplings;
mod energies;
mod hidden_units;
mod relation;
#[cfg(test)]
mod tests;
mod weights;

pub(crate) use weights::N_MAPPED;

use anyhow::Result;
use ising_data::SampleSet;
use ising_theory::Lattice;

use super::{
    HELD_OUT, Stage, control::Control, data_tasks, law::Law, machine_task, machines, on_lattice, pick, read_samples,
    read_snapshots, samples_file, write_table,
};
use crate::{
    config::{Config, schema},
    interrupt,
    pipeline::{Task, Work, Workbench},
    table::Cell,
    training::machine::Snapshot,
};
use energies::{Chains, Configurations};

pub(super) fn tasks(config: &Config) -> Vec<Task<'_>> {
    let task = |(rbm, index)| Task {
        name: task_name(rbm, index),
        settings: pick(config, &["seed", "data", "flow"]),
        inputs: data_tasks(rbm, index).into_iter().chain([machine_task(rbm, index)]).collect(),
        precious: false,
        work: Work::alone(move |workbench| run(config, rbm, index, workbench)),
    };
    machines(&config.settings).map(task).collect()
}

pub(super) fn task_name(rbm: &schema::Rbm, index: u64) -> String {
    format!("{}/{}/seed-{index}", Stage::Dissect.name(), rbm.name)
}

/// Tables that are averaged over the seeds: name, keys and values.
pub(super) const AVERAGED: [(&str, &[&str], &[&str]); 4] = [
    ("weights", &weights::KEYS, &weights::VALUES),
    ("energy-relation", &energies::KEYS, &energies::VALUES),
    ("couplings", &couplings::KEYS, &["coupling", "coupling_spread", "expected_coupling"]),
    ("coupling-summary", &couplings::KEYS_OF_SUMMARY, &couplings::SUMS),
];

/// Where the insides of a machine are described in the run folder.
pub(super) fn folder(rbm: &schema::Rbm, index: u64) -> String {
    format!("inside/{}/seed-{index}", rbm.name)
}

/// A machine and its training data, both on the lattice: with permuted sites, the permutation undone.
struct Subject<'a> {
    /// Its name and its index K.
    machine: (&'a str, u64),
    lattice: Lattice,
    /// The machine along its training; the last is the trained one.
    snapshots: Vec<Snapshot>,
    samples: SampleSet,
    /// The exact law of these, where it is known.
    law: Option<Law>,
}

impl<'a> Subject<'a> {
    fn read(config: &Config, rbm: &'a schema::Rbm, index: u64, workbench: &Workbench<'_>) -> Result<Self> {
        let taken = read_snapshots(config, rbm, index, workbench)?;
        let control = Control::new(config);
        let on_sites = |taken: Snapshot| Snapshot { parameters: control.place(taken.parameters), ..taken };
        Ok(Self {
            machine: (&rbm.name, index),
            lattice: config.lattice,
            snapshots: taken.into_iter().map(on_sites).collect(),
            samples: on_lattice(config, &read_samples(config, workbench, &samples_file(rbm.data_set(index)))?)?,
            law: Law::of(config)?,
        })
    }

    /// The trained machine.
    fn trained(&self) -> &Snapshot {
        &self.snapshots[self.snapshots.len() - 1]
    }

    /// Its name and index, with which every row begins.
    fn cells(&self) -> [Cell; 2] {
        [self.machine.0.into(), self.machine.1.into()]
    }
}

fn run(config: &Config, rbm: &schema::Rbm, index: u64, workbench: &mut Workbench<'_>) -> Result<()> {
    let subject = Subject::read(config, rbm, index, workbench)?;
    let (label, folder) = (format!("inside of {} seed {index}", rbm.name), folder(rbm, index));
    // Each snapshot is looked at three times: weights, energies, couplings.
    let work = workbench.progress.begin(&label, 3 * subject.snapshots.len() as u64, "snapshot");
    let advance = || {
        work.advance(1);
        Ok(interrupt::check()?)
    };
    let mut tables = weights::tables(&subject, &advance)?;
    let held_out = Configurations::of(on_lattice(config, &read_samples(config, workbench, HELD_OUT)?)?)?;
    let chains = Chains { seed: config.settings.seed.into(), n_steps: config.settings.flow.n_steps.get() };
    tables.extend(energies::tables(&subject, &held_out, chains, workbench.device, &advance)?);
    tables.extend(couplings::tables(&subject, &held_out, &advance)?);
    tables.extend(hidden_units::tables(&subject)?);
    drop(work);
    for table in tables {
        write_table(workbench, &format!("{folder}/{}.csv", table.name()), &table)?;
    }
    Ok(())
}

/// Over how many sites a pattern is spread: (Σu²)²/Σu⁴, from 1 to their number.
fn participation_ratio(pattern: &[f64]) -> f64 {
    let sum = |power: i32| pattern.iter().map(|value| value.powi(power)).sum::<f64>();
    sum(2).powi(2) / sum(4)
}
