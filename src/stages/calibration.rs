//! What the trained thermometer reads from held-out configurations, beside what the best reader reads: part of
//! `train-thermometer`.

mod agreement;
mod bounds;
mod summary;

use anyhow::Result;
use ising_data::{SampleSet, StatePoint};
use ising_theory::{BayesThermometer, ReadingLimits, TheoryError};
use statistics::{Estimate, mean};

pub(super) use bounds::{Bounds, bounds};

use crate::{
    config::schema::HeadKind,
    reading::{Quantity, Readings},
    table::{Cell, Table},
};

/// A thermometer's readings of held-out configurations and those of the best reader.
pub(super) struct Calibration<'a> {
    head: HeadKind,
    points: &'a [StatePoint],
    /// Configurations at each state point; they lie state point after state point.
    n_each: usize,
    network: Readings<'a>,
    /// By Bayes' rule from the exact partition functions; NaN on a lattice whose partition function is out of reach.
    bayes: Readings<'a>,
    /// What the best reader attains on average over all configurations, where it can be summed.
    limits: Option<ReadingLimits>,
}

impl<'a> Calibration<'a> {
    /// `network` read the configurations `held_out`, which are given here on the lattice.
    pub(super) fn new(
        head: HeadKind,
        points: &'a [StatePoint],
        network: Readings<'a>,
        held_out: &SampleSet,
    ) -> Result<Self> {
        let (bayes, limits) = exact_posteriors(points, held_out)?;
        let bayes = Readings::of_probabilities(points, bayes);
        Ok(Self { head, points, n_each: held_out.spins.n_samples() / points.len(), network, bayes, limits })
    }

    /// At every state point mean and spread of the readings of T and H, the network's and the exact posterior's, beside the
    /// bounds of Cramér and Rao; and what the network's relative entropy exceeds the posterior's by, which is the least.
    pub(super) fn table(&self, bounds: &[Bounds]) -> Result<Table> {
        let of_quantity = |quantity: &Quantity| {
            let columns = ["mean_#", "mean_#_error", "bias_#", "#_spread", "#_predicted_spread"];
            let limits = ["bayes_mean_#", "bayes_#_spread", "cramer_rao_#_spread"];
            columns.into_iter().chain(limits).map(|name| name.replace('#', quantity.name())).collect::<Vec<_>>()
        };
        let entropies = ["relative_entropy", "bayes_relative_entropy", "excess", "excess_error", "excess_percent"];
        let header = ["temperature", "field", "n_samples"].map(str::to_owned).into_iter();
        let header = header.chain(Quantity::ALL.iter().flat_map(of_quantity)).chain(entropies.map(str::to_owned));
        let mut table = Table::with_header("calibration", header);
        let surprises = [&self.network, &self.bayes].map(|readings| self.surprises(readings));
        for (i, (point, bounds)) in self.points.iter().zip(bounds).enumerate() {
            let here = self.configurations(i);
            let [network, bayes] = [&self.network, &self.bayes].map(|readings| readings.part(here.clone()));
            let mut row: Vec<Cell> = vec![point.temperature().into(), point.field().into(), self.n_each.into()];
            for (quantity, bound) in Quantity::ALL.into_iter().zip(bounds) {
                let (read, least) = (Scatter::of(&network, quantity), Scatter::of(&bayes, quantity));
                let Estimate { value, error } = read.mean;
                let of_network = [value, error, value - quantity.of(*point), read.spread, read.predicted_spread];
                row.extend(of_network.into_iter().chain([least.mean.value, least.spread, *bound]).map(Cell::from));
            }
            let [network, bayes] = [0, 1].map(|reader: usize| &surprises[reader][here.clone()]);
            let excess = excess(network, bayes);
            let (network, bayes) = (mean(network).value, mean(bayes).value);
            let percent = 100.0 * excess.value / bayes;
            row.extend([network, bayes, excess.value, excess.error, percent].map(Cell::from));
            table.push(row)?;
        }
        Ok(table)
    }

    /// The configurations at state point `i`.
    fn configurations(&self, i: usize) -> std::ops::Range<usize> {
        i * self.n_each..(i + 1) * self.n_each
    }

    /// Every configuration's probabilities, and its true state point.
    fn with_truth<'b>(&self, readings: &'b Readings<'_>) -> impl Iterator<Item = (&'b [f32], usize)> {
        let n_each = self.n_each;
        readings.rows().enumerate().map(move |(sample, row)| (row, sample / n_each))
    }

    /// −ln p(truth) of every configuration, in nats.
    fn surprises(&self, readings: &Readings<'_>) -> Vec<f64> {
        self.with_truth(readings).map(|(row, truth)| -f64::from(row[truth]).ln()).collect()
    }
}

/// How the readings of one quantity at one state point scatter.
struct Scatter {
    mean: Estimate,
    spread: f64,
    /// Root of the mean square of the spreads that the reader expects.
    predicted_spread: f64,
}

impl Scatter {
    fn of(readings: &Readings<'_>, quantity: Quantity) -> Self {
        let reading = readings.together();
        let (mean, spread) = match quantity {
            Quantity::Temperature => (reading.temperature, reading.temperature_spread),
            Quantity::Field => (reading.field, reading.field_spread),
        };
        let squares = readings.guesses(quantity).iter().map(|guess| guess.spread.powi(2));
        let squares: Vec<f64> = squares.filter(|square| !square.is_nan()).collect();
        Self { mean, spread, predicted_spread: (squares.iter().sum::<f64>() / squares.len() as f64).sqrt() }
    }
}

/// Mean of the differences configuration by configuration, with its error.
fn excess(network: &[f64], bayes: &[f64]) -> Estimate {
    mean(&network.iter().zip(bayes).map(|(network, bayes)| network - bayes).collect::<Vec<_>>())
}

/// The exact posterior over the state points given each configuration, shape `[n_samples, n_points]`, and the limits of
/// reading; NaN and nothing on a lattice whose partition function is out of reach.
fn exact_posteriors(points: &[StatePoint], samples: &SampleSet) -> Result<(Vec<f32>, Option<ReadingLimits>)> {
    let pairs: Vec<(f64, f64)> = points.iter().map(|point| (point.temperature(), point.field())).collect();
    let exact = match BayesThermometer::new(samples.lattice, &pairs) {
        Err(TheoryError::SideTooLarge { .. }) => {
            return Ok((vec![f32::NAN; samples.spins.n_samples() * points.len()], None));
        }
        exact => exact?,
    };
    let mut posteriors = Vec::with_capacity(samples.spins.n_samples() * points.len());
    let energies = ising_data::bond_energies(samples.lattice, &samples.spins)?;
    for (energy, magnetization) in energies.into_iter().zip(ising_data::magnetizations(&samples.spins)) {
        let posterior = exact.posterior(energy, magnetization)?;
        posteriors.extend(posterior.into_iter().map(|p| p as f32));
    }
    Ok((posteriors, exact.limits()?))
}
