//! The mean-field theory of young RBMs beside what the trained ones do: |m|, energy and temperature at the end of the flow.

use anyhow::Result;
use ising_data::{SampleSet, magnetizations};
use ising_theory::{EnergyThermometer, Lattice};
use models::{
    ContrastiveDivergence,
    rank_one::{IndependentSpins, RankOne},
};
use rayon::prelude::*;

use crate::{
    config::{
        Config,
        schema::{self, UpdateKind},
    },
    interrupt,
    stages::{exact_thermometers::known, log_spaced},
    table::{Cell, Table},
    training::machine::is_snapshot,
};

/// Largest lattice and longest training that are followed update by update: seconds for each entry.
const MOST_SITES: usize = 400;
const MOST_UPDATES: usize = 20_000;

const HEADER: [&str; 8] = [
    "machine",
    "n_hidden",
    "n_updates",
    "training_time",
    "abs_magnetization_per_site",
    "magnetization_squared",
    "energy_per_site",
    "temperature",
];

/// For every entry trained by CD-k with drawn units: where the theory of rank one has the end of its flow after so many updates.
/// The energy is that of free spins with this ⟨m²⟩, the temperature the one at which the lattice has it (NaN for data in several fields).
pub(super) fn theory(config: &Config, samples: &SampleSet) -> Result<Table> {
    let mut table = Table::new("rank-one-theory", HEADER);
    let n_sites = config.lattice.n_sites();
    if n_sites > MOST_SITES {
        return Ok(table);
    }
    let thermometer = match config.settings.data.fields.values().as_slice() {
        &[field] => known(EnergyThermometer::new(config.lattice, field))?.map(|thermometer| (field, thermometer)),
        _ => None,
    };
    let (data, spins) = (n_up_distribution(samples), IndependentSpins::new(n_sites)?);
    let curves = config.settings.rbm.par_iter().filter(|rbm| is_described(rbm)).map(|rbm| {
        let n_samples = config.settings.n_training_samples();
        let rule = rule(rbm);
        let mut machine = RankOne::untrained(rbm.n_hidden.get(), rbm.initial_spread.get());
        let last = (rbm.n_epochs.get() * rbm.updates_per_epoch(n_samples)).min(MOST_UPDATES);
        let (mut rows, mut n_done) = (Vec::new(), 0);
        for n_updates in looked_at(last, rbm.updates_per_epoch(n_samples)) {
            for update in n_done..n_updates {
                let epoch = update / rbm.updates_per_epoch(n_samples);
                let factor = rbm.schedule.factor(epoch, rbm.n_epochs.get());
                machine.step(
                    &ContrastiveDivergence { learning_rate: factor * rule.learning_rate, ..rule },
                    &data,
                    &spins,
                )?;
            }
            n_done = n_updates;
            interrupt::check()?;
            let end = End::of(config.lattice, &machine.stationary(&spins));
            let temperature = thermometer.as_ref().map_or(f64::NAN, |(field, thermometer)| {
                thermometer.read(end.bond_energy - field * end.magnetization).temperature
            });
            let time = rbm.training_time(n_updates as u64, n_samples);
            let mut row: Vec<Cell> = vec![rbm.name.as_str().into(), rbm.n_hidden.get().into(), n_updates.into()];
            row.extend([time, end.abs_magnetization, end.square, end.bond_energy, temperature].map(Cell::from));
            rows.push(row);
        }
        Ok(rows)
    });
    for row in curves.collect::<Result<Vec<_>>>()?.into_iter().flatten() {
        table.push(row)?;
    }
    Ok(table)
}

/// Updates after which the theory is looked at, up to `last`: about ten a decade, and those at which the trained RBMs are kept.
fn looked_at(last: usize, updates_per_epoch: usize) -> Vec<usize> {
    let first_epoch = (1..updates_per_epoch).filter(|&update| is_snapshot(update));
    let epochs = (1..=last / updates_per_epoch).filter(|&epoch| is_snapshot(epoch));
    let kept = first_epoch.chain(epochs.map(|epoch| epoch * updates_per_epoch)).filter(|&update| update <= last);
    let mut all: Vec<usize> = log_spaced(last).into_iter().skip(1).chain(kept).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Persistent chains have no mean-field update of this kind, nor have units that are not drawn.
fn is_described(rbm: &schema::Rbm) -> bool {
    let is_drawn = [rbm.hidden_units, rbm.visible_units] == [UpdateKind::Sampled; 2];
    is_drawn && !rbm.persistent && rbm.n_epochs.get() > 0
}

fn rule(rbm: &schema::Rbm) -> ContrastiveDivergence {
    ContrastiveDivergence {
        n_gibbs_steps: rbm.n_gibbs_steps.non_zero(),
        learning_rate: rbm.learning_rate.get(),
        momentum: rbm.momentum.get(),
        weight_decay: rbm.weight_decay.get(),
        visible_bias: rbm.visible_bias,
        hidden_bias: rbm.hidden_bias,
        ..ContrastiveDivergence::default()
    }
}

/// P(n_up) of the training data, shape `[n_sites + 1]`.
fn n_up_distribution(samples: &SampleSet) -> Vec<f64> {
    let n_sites = samples.lattice.n_sites();
    let mut counts = vec![0.0; n_sites + 1];
    for m in magnetizations(&samples.spins) {
        counts[(m + n_sites as i64) as usize / 2] += 1.0 / samples.spins.n_samples() as f64;
    }
    counts
}

/// Means of free spins with a distribution of M.
struct End {
    magnetization: f64,
    abs_magnetization: f64,
    square: f64,
    bond_energy: f64,
}

impl End {
    fn of(lattice: Lattice, distribution: &[f64]) -> Self {
        let n = lattice.n_sites() as f64;
        let mean = |of: fn(f64) -> f64| {
            let at = |(n_up, p): (usize, &f64)| p * of(2.0 * n_up as f64 / n - 1.0);
            distribution.iter().enumerate().map(at).sum::<f64>()
        };
        let square = mean(|m| m * m);
        let pair = (n * square - 1.0) / (n - 1.0);
        Self {
            magnetization: mean(|m| m),
            abs_magnetization: mean(f64::abs),
            square,
            bond_energy: -(lattice.n_bonds() as f64 / n) * pair,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batches of 1000 of 25,000 configurations: 25 updates an epoch.
    #[test]
    fn the_theory_is_looked_at_where_rbms_are_kept() {
        let all = looked_at(5000, 25);
        assert!(
            all.is_sorted()
                && [1, 2, 5, 10, 20, 25, 50, 125, 250, 500, 1250, 2500, 5000].iter().all(|n| all.contains(n))
        );
        assert_eq!(looked_at(3, 25), [1, 2, 3]);
    }
}
