//! Whether the network's probabilities are those of the best reader, and whether they are kept.

use anyhow::Result;
use statistics::mean;

use super::{Calibration, excess};
use crate::{
    reading::Readings,
    table::{Cell, Table},
};

/// Bins of probability in the reliability table: five a decade down to 0.001, the first for all below.
const N_BINS: usize = 16;

/// The bin of a probability.
fn bin(probability: f32) -> usize {
    ((N_BINS as f32 + 5.0 * probability.log10()).max(0.0) as usize).min(N_BINS - 1)
}

impl Calibration<'_> {
    /// The averaged probability of every state point given configurations of every state point: the network's, the exact
    /// posterior's, and their difference, whose error is that of the differences configuration by configuration.
    pub(in crate::stages) fn confusion(&self) -> Result<Table> {
        let truth = ["temperature", "field", "read_temperature", "read_field"];
        let averages = ["network", "network_error", "bayes", "bayes_error", "difference", "difference_error"];
        let mut table = Table::with_header("confusion", truth.into_iter().chain(averages));
        for (i, point) in self.points.iter().enumerate() {
            let [network, bayes] = [&self.network, &self.bayes].map(|readings| readings.part(self.configurations(i)));
            for (read, state) in self.points.iter().enumerate() {
                let [network, bayes] = [&network, &bayes].map(|readings| column(readings, read));
                let estimates = [mean(&network), mean(&bayes), excess(&network, &bayes)];
                let places = [point.temperature(), point.field(), state.temperature(), state.field()];
                let values = estimates.into_iter().flat_map(|estimate| [estimate.value, estimate.error]);
                table.push(places.into_iter().chain(values).map(Cell::from).collect::<Vec<_>>())?;
            }
        }
        Ok(table)
    }

    /// How far the averaged probabilities are from the exact posterior's at every state point: the largest difference and where
    /// it is, and the root mean square over the state points of the difference in units of the standard error of the
    /// network's average. Below 1 the difference is hidden by the scatter of configurations. State points with less than one
    /// configuration's worth of probability, which have no Gaussian error, are left out of it.
    pub(in crate::stages) fn agreement(&self) -> Result<Table> {
        let largest = ["largest_difference", "largest_difference_error", "at_temperature", "at_field"];
        let header = ["temperature", "field", "n_samples"].into_iter().chain(largest).chain(["rms_deviation"]);
        let mut table = Table::with_header("agreement", header);
        for (i, point) in self.points.iter().enumerate() {
            let [network, bayes] = [&self.network, &self.bayes].map(|readings| readings.part(self.configurations(i)));
            let (mut largest, mut squares) = (None, Vec::new());
            for (read, state) in self.points.iter().enumerate() {
                let [network, bayes] = [&network, &bayes].map(|readings| column(readings, read));
                let (average, difference) = (mean(&network), excess(&network, &bayes));
                if average.value * self.n_each as f64 > 1.0 && average.error > 0.0 {
                    squares.push((difference.value / average.error).powi(2));
                }
                let is_larger = |(earlier, _): &(statistics::Estimate, _)| difference.value.abs() > earlier.value.abs();
                if largest.as_ref().is_none_or(is_larger) {
                    largest = Some((difference, *state));
                }
            }
            let Some((difference, state)) = largest else { continue };
            let rms = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
            let mut row: Vec<Cell> = vec![point.temperature().into(), point.field().into(), self.n_each.into()];
            let numbers = [difference.value, difference.error, state.temperature(), state.field(), rms];
            row.extend(numbers.map(Cell::from));
            table.push(row)?;
        }
        Ok(table)
    }

    /// How often a state point is the true one where it is given a probability of one of [`N_BINS`]: the mean of these
    /// probabilities and the frequency, with the binomial standard error that it has if the probability is right, by network and by the best reader.
    pub(in crate::stages) fn reliability(&self) -> Result<Table> {
        let header = ["reader", "bin", "n", "probability", "frequency", "frequency_error"];
        let mut table = Table::new("reliability", header);
        for (reader, readings) in [("network", &self.network), ("bayes", &self.bayes)] {
            let (mut counts, mut probabilities, mut hits) = ([0usize; N_BINS], [0.0; N_BINS], [0usize; N_BINS]);
            for (row, truth) in self.with_truth(readings) {
                for (i, &probability) in row.iter().enumerate().filter(|(_, probability)| !probability.is_nan()) {
                    let bin = bin(probability);
                    counts[bin] += 1;
                    probabilities[bin] += f64::from(probability);
                    hits[bin] += usize::from(i == truth);
                }
            }
            for (bin, ((&n, probability), hits)) in counts.iter().zip(probabilities).zip(hits).enumerate() {
                let (probability, frequency) = (probability / n as f64, hits as f64 / n as f64);
                let error = (probability * (1.0 - probability) / n as f64).sqrt();
                let numbers = [probability, frequency, error].map(Cell::from);
                table.push([&[reader.into(), bin.into(), n.into()], &numbers[..]].concat())?;
            }
        }
        Ok(table)
    }
}

/// The probabilities that all configurations give to one state point.
fn column(readings: &Readings<'_>, state: usize) -> Vec<f64> {
    readings.rows().map(|row| f64::from(row[state])).collect()
}
