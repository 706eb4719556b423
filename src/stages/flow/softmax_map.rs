//! The averaged softmax at the end of a flow as a map over (T, H), beside the maps of controls.

use anyhow::Result;
use burn::tensor::Device;
use ising_data::{
    PackedSpins, StatePoint, bond_energies, magnetizations, shuffled_spins,
    stream::{self, Purpose},
};
use ising_theory::{BayesThermometer, Lattice};
use models::Thermometer;

use super::Common;
use crate::{
    config::Config,
    interrupt,
    reading::read,
    stages::{drawing::unless_stopped, exact_thermometers::known},
    table::{Cell, Table},
    training::spins_on,
};

/// Exact samples of the control, at most.
const N_EXACT: usize = 10_000;

/// Where the configurations of a map are from.
const SOURCES: [&str; 3] = ["flow-end", "exact-samples", "free-spins"];

const HEADER: [&str; 9] = [
    "machine",
    "seed",
    "source",
    "source_temperature",
    "source_field",
    "temperature",
    "field",
    "probability",
    "probability_error",
];

/// Draws the maps of the machine of this name and index.
pub(super) struct SoftmaxMaps<'a> {
    pub(super) config: &'a Config,
    pub(super) machine: (&'a str, u64),
    pub(super) common: &'a Common,
    pub(super) thermometer: &'a Thermometer,
    pub(super) device: &'a Device,
}

impl SoftmaxMaps<'_> {
    /// The softmax averaged over all chains at the end of the flow, `spins` as the machine makes them; over exact samples of the
    /// state point that these are read as; and over the same chains with their spins shuffled, which have the same
    /// magnetizations and no other correlations.
    pub(super) fn table(&self, spins: &PackedSpins) -> Result<Table> {
        let mut table = Table::new("softmax map", HEADER);
        let seed = stream::key(self.config.settings.seed.into(), Purpose::EndControl, self.machine.1, 0);
        self.push(&mut table, SOURCES[0], None, spins)?;
        if let Some(point) = self.state_point(&self.common.control.undo(spins.clone())?)? {
            let go_on = |_| !interrupt::asked();
            let n = spins.n_samples().min(N_EXACT);
            let drawn = ising_data::sample(self.config.lattice, &[point], n, seed, Purpose::EndControl, &go_on);
            let drawn = self.common.control.for_thermometer(unless_stopped(drawn)?)?;
            self.push(&mut table, SOURCES[1], Some(point), &drawn)?;
        }
        let free = shuffled_spins(spins, &self.common.starts, seed, Purpose::EndControl)?;
        self.push(&mut table, SOURCES[2], None, &free)?;
        Ok(table)
    }

    fn push(&self, table: &mut Table, source: &str, point: Option<StatePoint>, spins: &PackedSpins) -> Result<()> {
        let points = &self.common.points;
        let readings = read(self.thermometer, points, &spins_on(self.device, spins))?;
        let from = point.map_or([f64::NAN; 2], |point| [point.temperature(), point.field()]);
        for (class, probability) in points.iter().zip(readings.average()) {
            let head: [Cell; 3] = [self.machine.0.into(), self.machine.1.into(), source.into()];
            let numbers = [class.temperature(), class.field(), probability.value, probability.error];
            table.push(head.into_iter().chain(from.into_iter().chain(numbers).map(Cell::from)).collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// The most likely state point of the configurations in the range of the thermometer's grid: the exact reading, if it lies
    /// there, else the point of the grid with the largest likelihood. None where no partition function is known.
    fn state_point(&self, spins: &PackedSpins) -> Result<Option<StatePoint>> {
        let lattice = self.config.lattice;
        let seen: Vec<(i64, i64)> = bond_energies(lattice, spins)?.into_iter().zip(magnetizations(spins)).collect();
        let mean = |of: fn(&(i64, i64)) -> i64| {
            seen.iter().map(|seen| of(seen) as f64).sum::<f64>() / (seen.len() * lattice.n_sites()) as f64
        };
        let read = self.common.exact.by_means(seen.len(), mean(|seen| seen.0), mean(|seen| seen.1))?;
        let (temperature, field) = (read.temperature.value, read.field.value);
        if is_inside(&self.common.points, temperature, field) {
            return Ok(Some(StatePoint::new(temperature, field)?));
        }
        let (points, bayes) = (&self.common.points, self.common.grid_of_maps.as_ref());
        Ok(bayes.and_then(|bayes| most_likely(bayes, points, &seen)))
    }
}

/// Whether a state point lies between the coldest and the hottest finite temperature above 0 and the fields of these.
fn is_inside(points: &[StatePoint], temperature: f64, field: f64) -> bool {
    let finite = || points.iter().filter(|point| point.temperature().is_finite());
    let holds = |of: fn(StatePoint) -> f64, value: f64| {
        finite().any(|&point| of(point) <= value) && finite().any(|&point| of(point) >= value)
    };
    temperature > 0.0 && holds(StatePoint::temperature, temperature) && holds(StatePoint::field, field)
}

/// The likelihoods of the grid's points; nothing where partition functions are not known.
pub(super) fn likelihoods(lattice: Lattice, points: &[StatePoint]) -> Result<Option<BayesThermometer>> {
    let grid: Vec<(f64, f64)> = points.iter().map(|point| (point.temperature(), point.field())).collect();
    known(BayesThermometer::new(lattice, &grid))
}

/// Of `points`, those of `bayes`, the one with the largest likelihood of all configurations, given as (bond energy,
/// magnetization), among those at finite temperatures above 0.
fn most_likely(bayes: &BayesThermometer, points: &[StatePoint], seen: &[(i64, i64)]) -> Option<StatePoint> {
    let mut sums = vec![0.0; points.len()];
    for &(bonds, m) in seen {
        sums.iter_mut().zip(bayes.ln_likelihood(bonds, m)).for_each(|(sum, ln)| *sum += ln);
    }
    let is_inside = |i: &usize| points[*i].temperature() > 0.0 && points[*i].temperature().is_finite();
    (0..sums.len()).filter(is_inside).max_by(|&i, &j| sums[i].total_cmp(&sums[j])).map(|i| points[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Free spins have no state point of the lattice but T = ∞: the nearest in a grid lies at its strongest field.
    #[test]
    fn the_control_lies_in_the_range_of_the_grid() -> Result<()> {
        let lattice = Lattice::ring(100)?;
        let points = ising_data::grid(&[0.0, 1.0, 2.0, 3.0, 4.0, f64::INFINITY], &[0.0, 1.0, 2.0])?;
        assert!(is_inside(&points, 2.5, 0.5) && is_inside(&points, 0.5, 2.0) && is_inside(&points, 4.0, 0.0));
        for (temperature, field) in [(4.1, 1.0), (2.0, 2.1), (2.0, -0.1), (0.0, 1.0), (f64::NAN, 1.0)] {
            assert!(!is_inside(&points, temperature, field), "({temperature}, {field})");
        }
        // At m = 0.8 free spins have −Σ ss' = −64. On the grid (3, 2) comes nearest: m = 0.83; at (4, 2) it is 0.67.
        let bayes = likelihoods(lattice, &points)?.ok_or_else(|| anyhow::anyhow!("the ring is known"))?;
        let found =
            |seen: (i64, i64)| most_likely(&bayes, &points, &[seen]).map(|point| (point.temperature(), point.field()));
        assert_eq!(found((-64, 80)), Some((3.0, 2.0)));
        // A configuration of (1, 0): −Σ ss' = −100 tanh 1.
        assert_eq!(found((-76, 0)), Some((1.0, 0.0)));
        Ok(())
    }
}
