//! The energy of a machine against the energy of the lattice: of held-out data, of their reconstructions, and of the same
//! chains at the end of the flow. Part of `dissect`.

#[cfg(test)]
mod tests;

use anyhow::Result;
use burn::tensor::Device;
use ising_data::{
    PackedSpins, SampleSet, StatePoint, bond_energies, magnetizations,
    stream::{self, Purpose},
};
use ising_theory::Lattice;
use models::{PackedTensor, Rbm, RbmParameters, flow, gibbs::sample, likelihood::free_energies};
use statistics::mean;

use super::{
    Subject,
    relation::{COLUMNS, Relation},
};
use crate::{
    stages::law::Law,
    table::{Cell, Table},
    training::{machine::evenly_spaced, spins_on},
};

/// Configurations that are looked at, and of these the ones in the scatter of each origin.
const N_CONFIGURATIONS: usize = 4000;
const N_SCATTERED: usize = 600;
/// Data in the scatter along the training, and snapshots that have one.
const N_ALONG_TRAINING: usize = 300;
const N_SNAPSHOTS: usize = 5;

/// Steps of all chains together, at most, for the end of the flow of the trained machine, and at each snapshot before; but at
/// least so many chains.
const N_CHAIN_STEPS: usize = 4_000_000;
const N_CHAIN_STEPS_BEFORE: usize = 400_000;
const MIN_CHAINS: usize = 100;

/// Configurations with the state points at which they, or the data that they come from, were drawn.
#[derive(Clone)]
pub(super) struct Configurations {
    pub(super) spins: PackedSpins,
    pub(super) points: Vec<StatePoint>,
}

/// How the chains of the machines run.
#[derive(Clone, Copy)]
pub(super) struct Chains {
    pub(super) seed: u64,
    /// Steps of the flow.
    pub(super) n_steps: usize,
}

impl Configurations {
    /// Some of a data set, of every state point.
    pub(super) fn of(samples: SampleSet) -> Result<Self> {
        Self { spins: samples.spins, points: samples.points }.evenly(N_CONFIGURATIONS)
    }

    /// At most `n` of them, evenly spread and so over the state points.
    fn evenly(&self, n: usize) -> Result<Self> {
        let chosen = evenly_spaced(self.points.len(), n);
        let points = chosen.iter().map(|&i| self.points[i]).collect();
        Ok(Self { spins: self.spins.select(&chosen)?, points })
    }
}

/// What the energies of machines are held against.
pub(super) struct Physics<'a> {
    pub(super) lattice: Lattice,
    /// The law of the data, where it is known.
    pub(super) law: Option<&'a Law>,
}

/// Energies of configurations, per site; those of the machine in units of kT.
pub(super) struct Energies {
    /// E in the field of the state point.
    pub(super) physical: Vec<f64>,
    magnetization: Vec<f64>,
    /// F(v); E(v, h) with hidden units drawn given v; and −ln q(v), what F of a perfect machine would be.
    pub(super) of_machine: [(&'static str, Vec<f64>); 3],
}

impl Physics<'_> {
    /// The energies under a machine, whose hidden units are those that the chains of `key` draw after step `step`.
    pub(super) fn energies(
        &self,
        machine: &RbmParameters,
        configurations: &Configurations,
        (key, step): (u64, u64),
        device: &Device,
    ) -> Result<Energies> {
        let Configurations { spins, points } = configurations;
        let n_sites = self.lattice.n_sites();
        let per_site = |energy: f64| energy / n_sites as f64;
        let (bonds, magnetizations) = (bond_energies(self.lattice, spins)?, magnetizations(spins));
        let seen = || bonds.iter().copied().zip(magnetizations.iter().copied());
        let physical = seen().zip(points).map(|((bonds, m), point)| per_site(bonds as f64 - point.field() * m as f64));
        let ln_q = |(bonds, m)| self.law.map_or(f64::NAN, |law| law.ln_probability(bonds, m));
        let rbm = Rbm::new(machine, device)?;
        let visible = spins_on(device, spins);
        let hidden = sample(rbm.hidden_field(visible.clone()).tanh(), key, step, 0)?;
        let joint: Vec<f32> = rbm.energy(visible, hidden).try_into_vec_as()?;
        let marginal = free_energies(machine, &spins.to_f32())?;
        Ok(Energies {
            physical: physical.collect(),
            magnetization: seen().map(|(_, m)| per_site(m as f64)).collect(),
            of_machine: [
                ("marginal", marginal.into_iter().map(per_site).collect()),
                ("joint", joint.into_iter().map(|energy| per_site(energy.into())).collect()),
                ("exact", seen().map(|seen| per_site(-ln_q(seen))).collect()),
            ],
        })
    }
}

impl Energies {
    /// How each energy of the machine follows the physical one.
    pub(super) fn relations(&self) -> Result<Vec<(&'static str, Relation)>> {
        let of = |(name, energies): &(&'static str, Vec<f64>)| {
            Ok((*name, Relation::of(&self.physical, &self.magnetization, energies)?))
        };
        self.of_machine.iter().map(of).collect()
    }
}

/// The configurations in question: data, the same one step of the machine on, and some of these at the end of the flow.
fn origins(
    machine: &Rbm,
    data: &Configurations,
    (key, n_steps, n_chains): (u64, u64, usize),
) -> Result<[(&'static str, u64, Configurations); 3]> {
    let after = |from: &Configurations, n_steps: u64, first_step: u64| -> Result<Configurations> {
        let n_sites = from.spins.n_sites();
        let chains = PackedTensor::new(&from.spins.to_words(), n_sites, &machine.weights.device())?;
        let words = flow(machine, chains, n_steps, key, first_step)?.to_words()?;
        Ok(Configurations { spins: PackedSpins::from_words(n_sites, &words)?, points: from.points.clone() })
    };
    let reconstruction = after(data, 1, 0)?;
    let end = after(&reconstruction.evenly(n_chains)?, n_steps - 1, 1)?;
    Ok([("data", 0, data.clone()), ("reconstruction", 1, reconstruction), ("flow-end", n_steps, end)])
}

/// The relation of the energies along the training, and the energies of configurations of the trained machine.
pub(super) fn tables(
    subject: &Subject<'_>,
    held_out: &Configurations,
    Chains { seed, n_steps }: Chains,
    device: &Device,
    advance: &dyn Fn() -> Result<()>,
) -> Result<[Table; 3]> {
    let physics = Physics { lattice: subject.lattice, law: subject.law.as_ref() };
    let mut relations = Table::with_header("energy-relation", RELATION.into_iter().chain(COLUMNS));
    let mut scatter = Table::new("energies", SCATTER);
    let mut along_training = Table::new("energies-along-training", ALONG_TRAINING);
    let chosen = spread_out(subject.snapshots.len(), N_SNAPSHOTS);
    for (i, snapshot) in subject.snapshots.iter().enumerate() {
        let is_trained = std::ptr::eq(snapshot, subject.trained());
        let key = stream::key(seed, Purpose::Energies, subject.machine.1, snapshot.stream_index());
        let n_chain_steps = if is_trained { N_CHAIN_STEPS } else { N_CHAIN_STEPS_BEFORE };
        let n_chains = (n_chain_steps / n_steps).max(MIN_CHAINS);
        let rbm = Rbm::new(&snapshot.parameters, device)?;
        for (origin, step, configurations) in origins(&rbm, held_out, (key, n_steps as u64, n_chains))? {
            let energies = physics.energies(&snapshot.parameters, &configurations, (key, step), device)?;
            let mut head = subject.cells().to_vec();
            head.extend([snapshot.parameters.n_hidden.into(), snapshot.epoch.into(), origin.into()]);
            push_relations(&mut relations, &head, &energies)?;
            if is_trained {
                push_scatter(&mut scatter, subject, origin, &configurations.points, &energies)?;
            }
            if origin == "data" && chosen.contains(&i) {
                push_along_training(&mut along_training, &head[..4], &configurations.points, &energies)?;
            }
        }
        advance()?;
    }
    Ok([relations, scatter, along_training])
}

const RELATION: [&str; 11] = [
    "machine",
    "seed",
    "n_hidden",
    "epoch",
    "origin",
    "n_configurations",
    "energy_per_site",
    "energy_per_site_error",
    "energy",
    "machine_energy_per_site",
    "relative_slope",
];

/// What the rows of the seeds agree in, and what is averaged over them.
pub(super) const KEYS: [&str; 5] = ["machine", "n_hidden", "epoch", "origin", "energy"];
pub(super) const VALUES: [&str; 8] = [
    "energy_per_site",
    "correlation",
    "slope",
    "relative_slope",
    "residual_per_site",
    "explained_by_magnetization",
    "explained_by_both",
    "explained_of_rest",
];

/// A row for each energy of the machine, the slope also relative to that of a perfect one.
fn push_relations(table: &mut Table, head: &[Cell], energies: &Energies) -> Result<()> {
    let relations = energies.relations()?;
    let perfect = relations[2].1.line.slope.value;
    let physical = mean(&energies.physical);
    for ((energy, relation), (_, of_machine)) in relations.into_iter().zip(&energies.of_machine) {
        let mut row = head.to_vec();
        row.extend([energies.physical.len().into(), physical.value.into(), physical.error.into()]);
        row.extend([energy.into(), mean(of_machine).value.into(), (relation.line.slope.value / perfect).into()]);
        row.extend(relation.cells());
        table.push(row)?;
    }
    Ok(())
}

const SCATTER: [&str; 10] = [
    "machine",
    "seed",
    "origin",
    "temperature",
    "field",
    "energy_per_site",
    "magnetization_per_site",
    "marginal_energy_per_site",
    "joint_energy_per_site",
    "exact_energy_per_site",
];

fn push_scatter(
    table: &mut Table,
    subject: &Subject<'_>,
    origin: &str,
    points: &[StatePoint],
    energies: &Energies,
) -> Result<()> {
    for i in evenly_spaced(points.len(), N_SCATTERED) {
        let mut row = subject.cells().to_vec();
        row.push(origin.into());
        row.extend([points[i].temperature(), points[i].field()].map(Cell::from));
        row.extend([energies.physical[i], energies.magnetization[i]].map(Cell::from));
        row.extend(energies.of_machine.iter().map(|(_, energies)| Cell::from(energies[i])));
        table.push(row)?;
    }
    Ok(())
}

const ALONG_TRAINING: [&str; 10] = [
    "machine",
    "seed",
    "n_hidden",
    "epoch",
    "temperature",
    "field",
    "energy_per_site",
    "magnetization_per_site",
    "marginal_energy_per_site",
    "exact_energy_per_site",
];

/// Energies of data under one snapshot; `head` is machine, seed, n_hidden, epoch.
fn push_along_training(table: &mut Table, head: &[Cell], points: &[StatePoint], energies: &Energies) -> Result<()> {
    let [marginal, _, exact] = &energies.of_machine;
    for i in evenly_spaced(points.len(), N_ALONG_TRAINING) {
        let numbers = [points[i].temperature(), points[i].field(), energies.physical[i], energies.magnetization[i]];
        let row = numbers.into_iter().chain([marginal.1[i], exact.1[i]]).map(Cell::from);
        table.push(head.iter().cloned().chain(row).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// At most `n` ≥ 2 of the indices below `length`, the first and the last among them.
fn spread_out(length: usize, n: usize) -> Vec<usize> {
    if length <= n { (0..length).collect() } else { (0..n).map(|i| i * (length - 1) / (n - 1)).collect() }
}
