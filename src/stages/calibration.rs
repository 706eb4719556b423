//! What the trained thermometer reads from held-out configurations, beside what the best reader reads: part of
//! `train-thermometer`.

use anyhow::Result;
use burn::tensor::Device;
use ising_data::{Estimate, SampleSet, StatePoint, mean};
use ising_theory::{BayesThermometer, ReadingLimits, TheoryError};
use models::Thermometer;

use crate::{
    reading::Reader,
    table::{Cell, Table},
    training::{spins_on, thermometer::probabilities},
};

/// Bins of probability in the reliability table.
const N_BINS: usize = 10;

/// The probabilities of all state points given each held-out configuration.
pub(super) struct Readings {
    reader: Reader,
    n_sites: usize,
    /// Configurations at each state point.
    n_each: usize,
    /// By the network, shape `[n_samples, n_points]`, the samples state point after state point.
    network: Vec<f32>,
    /// What the best reader attains on average over all configurations, where it can be summed.
    limits: Option<ReadingLimits>,
    /// By Bayes' rule from the exact partition functions; NaN on a lattice whose partition function is out of reach.
    bayes: Vec<f32>,
}

impl Readings {
    pub(super) fn new(
        points: &[StatePoint],
        thermometer: &Thermometer,
        held_out: SampleSet,
        device: &Device,
    ) -> Result<Self> {
        let n_each = held_out.spins.n_samples() / points.len();
        let mut network = Vec::new();
        for i in 0..points.len() {
            let spins = held_out.spins.slice(i * n_each..(i + 1) * n_each);
            network.extend(probabilities(thermometer, spins_on(device, &spins))?);
        }
        let (bayes, limits) = exact_posteriors(points, &held_out)?;
        Ok(Self { limits, reader: Reader::new(points), n_sites: held_out.lattice.n_sites(), n_each, network, bayes })
    }

    /// Relative entropy of the exact posterior on held-out data, in nats: no reader of one configuration does better.
    pub(super) fn limit(&self) -> f64 {
        mean(&self.surprises(&self.bayes)).value
    }

    /// Relative entropy and accuracy of the network and of the best reader, with standard errors, and what the network has
    /// more, the error of which is that of the differences configuration by configuration. `exact` is the best reader's on
    /// average over all configurations, where it can be summed.
    pub(super) fn summary(&self) -> Result<Table> {
        let header =
            ["quantity", "network", "network_error", "bayes", "bayes_error", "excess", "excess_error", "exact"];
        let mut table = Table::new("thermometer summary", header);
        let [entropy, accuracy] =
            self.limits.map_or([f64::NAN; 2], |limits| [limits.relative_entropy, limits.accuracy]);
        for (name, network, bayes, exact) in [
            ("relative_entropy", self.surprises(&self.network), self.surprises(&self.bayes), entropy),
            ("accuracy", self.hits(&self.network), self.hits(&self.bayes), accuracy),
        ] {
            let excess: Vec<f64> = network.iter().zip(&bayes).map(|(network, bayes)| network - bayes).collect();
            let numbers = [network, bayes, excess].map(|values| {
                let Estimate { value, error } = mean(&values);
                [Cell::from(value), Cell::from(error)]
            });
            table.push([&[name.into()], &numbers.concat()[..], &[exact.into()]].concat())?;
        }
        Ok(table)
    }

    /// The averaged probability of every state point given configurations of every state point, with its standard error.
    pub(super) fn confusion(&self) -> Result<Table> {
        let header = ["temperature", "field", "read_temperature", "read_field", "network", "network_error", "bayes"];
        let mut table = Table::new("confusion", header);
        for (i, point) in self.reader.points().iter().enumerate() {
            let (network, bayes) =
                (self.reader.average(self.of(&self.network, i)), self.reader.average(self.of(&self.bayes, i)));
            for ((read, network), bayes) in self.reader.points().iter().zip(network).zip(bayes) {
                let places = [point.temperature(), point.field(), read.temperature(), read.field()];
                let values = [network.value, network.error, bayes.value];
                table.push([&places[..], &values].concat().into_iter().map(Cell::from).collect::<Vec<_>>())?;
            }
        }
        Ok(table)
    }

    /// How often a state point is the true one where it is given a probability between i/10 and (i + 1)/10: the mean of these
    /// probabilities and the frequency, with its binomial standard error, by network and by the best reader.
    pub(super) fn reliability(&self) -> Result<Table> {
        let header = ["reader", "bin", "n", "probability", "frequency", "frequency_error"];
        let mut table = Table::new("reliability", header);
        for (reader, rows) in [("network", &self.network), ("bayes", &self.bayes)] {
            let (mut counts, mut probabilities, mut hits) = ([0usize; N_BINS], [0.0; N_BINS], [0usize; N_BINS]);
            for (row, truth) in self.with_truth(rows) {
                for (i, &probability) in row.iter().enumerate().filter(|(_, probability)| !probability.is_nan()) {
                    let bin = ((probability * N_BINS as f32) as usize).min(N_BINS - 1);
                    counts[bin] += 1;
                    probabilities[bin] += f64::from(probability);
                    hits[bin] += usize::from(i == truth);
                }
            }
            for (bin, ((&n, probability), hits)) in counts.iter().zip(probabilities).zip(hits).enumerate() {
                let frequency = hits as f64 / n as f64;
                let error = (frequency * (1.0 - frequency) / n as f64).sqrt();
                let numbers = [probability / n as f64, frequency, error].map(Cell::from);
                table.push([&[reader.into(), bin.into(), n.into()], &numbers[..]].concat())?;
            }
        }
        Ok(table)
    }

    /// Mean and spread of the readings at every state point, beside the exact posterior's and the Cramér-Rao limit
    /// σ_T = T / √(N c) of a single configuration; `specific_heat` is c at each point.
    pub(super) fn calibration(&self, specific_heat: &[f64]) -> Result<Table> {
        let header = [
            "temperature",
            "field",
            "n_samples",
            "mean_temperature",
            "mean_temperature_error",
            "spread",
            "bayes_mean_temperature",
            "bayes_spread",
            "cramer_rao_spread",
        ];
        let mut table = Table::new("calibration", header);
        for (i, (point, specific_heat)) in self.reader.points().iter().zip(specific_heat).enumerate() {
            let [network, bayes] = [&self.network, &self.bayes].map(|rows| self.reader.read(self.of(rows, i)));
            let information = self.n_sites as f64 * specific_heat;
            table.push([
                point.temperature().into(),
                point.field().into(),
                self.n_each.into(),
                network.temperature.value.into(),
                network.temperature.error.into(),
                network.spread.into(),
                bayes.temperature.value.into(),
                bayes.spread.into(),
                (point.temperature() / information.sqrt()).into(),
            ])?;
        }
        Ok(table)
    }

    /// The rows of the configurations at state point `i`.
    fn of<'a>(&self, rows: &'a [f32], i: usize) -> &'a [f32] {
        let n = self.n_each * self.reader.points().len();
        &rows[i * n..(i + 1) * n]
    }

    /// Every configuration's probabilities, and its true state point.
    fn with_truth<'a>(&self, rows: &'a [f32]) -> impl Iterator<Item = (&'a [f32], usize)> {
        let (n_points, n_each) = (self.reader.points().len(), self.n_each);
        rows.chunks_exact(n_points).enumerate().map(move |(sample, row)| (row, sample / n_each))
    }

    /// −ln p(truth) of every configuration, in nats.
    fn surprises(&self, rows: &[f32]) -> Vec<f64> {
        self.with_truth(rows).map(|(row, truth)| -f64::from(row[truth]).ln()).collect()
    }

    /// 1 for every configuration whose most probable state point is the true one, else 0; NaN where nothing is known.
    fn hits(&self, rows: &[f32]) -> Vec<f64> {
        let hit = |(row, truth): (&[f32], usize)| {
            let best = (0..row.len()).max_by(|&i, &j| row[i].total_cmp(&row[j]));
            if row[truth].is_nan() { f64::NAN } else { f64::from(u8::from(best == Some(truth))) }
        };
        self.with_truth(rows).map(hit).collect()
    }
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
    for row in samples.spins.rows() {
        let energy = ising_data::bond_energy(samples.lattice, row);
        let posterior = exact.posterior(energy, ising_data::magnetization(samples.lattice.n_sites(), row))?;
        posteriors.extend(posterior.into_iter().map(|p| p as f32));
    }
    Ok((posteriors, exact.limits()?))
}
