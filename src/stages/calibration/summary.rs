//! All held-out configurations together: the network against the best reader.

use std::f64::consts::PI;

use anyhow::Result;
use models::LARGEST_LN_SPREAD;
use statistics::{Estimate, mean};

use super::{Calibration, excess};
use crate::{
    config::schema::HeadKind,
    reading::{Guess, Quantity, Readings},
    table::{Cell, Table},
};

impl Calibration<'_> {
    /// The least loss that the network can have on held-out data, in nats: of a classifier the relative entropy of the exact
    /// posterior, of a regressor the same for the Gaussians with the posterior's means and spreads.
    pub(in crate::stages) fn least_loss(&self) -> f64 {
        let surprises = match self.head {
            HeadKind::Classifier => self.surprises(&self.bayes),
            HeadKind::Regressor => self.densities(&self.bayes),
        };
        mean(&surprises).value
    }

    /// Relative entropy, accuracy and, of T and H where they vary, squared error of the mean reading: of the network and of
    /// the best reader, with standard errors, and what the network has more, in absolute terms (the error is that of the
    /// differences configuration by configuration) and in percent. `exact` is the best reader's on average over all
    /// configurations, where it can be summed.
    pub(in crate::stages) fn summary(&self) -> Result<Table> {
        let columns = ["network", "network_error", "bayes", "bayes_error", "excess", "excess_error", "excess_percent"];
        let header = ["quantity"].into_iter().chain(columns).chain(["exact"]);
        let mut table = Table::with_header("thermometer summary", header);
        let [entropy, accuracy] =
            self.limits.map_or([f64::NAN; 2], |limits| [limits.relative_entropy, limits.accuracy]);
        let mut push = |name: &str, measure: &dyn Fn(&Readings<'_>) -> Vec<f64>, exact: f64| {
            let [network, bayes] = [&self.network, &self.bayes].map(measure);
            let excess = excess(&network, &bayes);
            let (network, bayes) = (mean(&network), mean(&bayes));
            let percent = 100.0 * excess.value / bayes.value;
            let numbers = [network, bayes, excess].into_iter().flat_map(|Estimate { value, error }| [value, error]);
            let row = [name.into()].into_iter().chain(numbers.chain([percent, exact]).map(Cell::from));
            table.push(row.collect::<Vec<_>>())
        };
        push("relative_entropy", &|readings| self.surprises(readings), entropy)?;
        push("accuracy", &|readings| self.hits(readings), accuracy)?;
        for quantity in Quantity::varying(self.points) {
            let name = format!("squared_error_{}", quantity.name());
            push(&name, &|readings| self.squared_errors(readings, quantity), f64::NAN)?;
        }
        Ok(table)
    }

    /// 1 for every configuration whose most probable state point is the true one, else 0; NaN where nothing is known.
    fn hits(&self, readings: &Readings<'_>) -> Vec<f64> {
        let hit = |(row, truth): (&[f32], usize)| {
            let best = (0..row.len()).max_by(|&i, &j| row[i].total_cmp(&row[j]));
            if row[truth].is_nan() { f64::NAN } else { f64::from(u8::from(best == Some(truth))) }
        };
        self.with_truth(readings).map(hit).collect()
    }

    /// Squared distance of every reading from the truth, where both are finite.
    fn squared_errors(&self, readings: &Readings<'_>, quantity: Quantity) -> Vec<f64> {
        let squares = self.with_guess(readings, quantity).map(|(guess, truth)| (guess.mean - truth).powi(2));
        squares.filter(|square| square.is_finite()).collect()
    }

    /// −ln of the Gaussian density at the truth for every configuration, in nats; spreads are at least a thousandth of that
    /// of the grid, as the regressor's are.
    fn densities(&self, readings: &Readings<'_>) -> Vec<f64> {
        let mut sums = vec![0.0; readings.rows().len()];
        for quantity in Quantity::varying(self.points) {
            let values: Vec<f64> = self.points.iter().map(|&point| quantity.of(point)).collect();
            let least = (-LARGEST_LN_SPREAD).exp() * (mean(&values).error * (values.len() as f64).sqrt());
            for (sum, (guess, truth)) in sums.iter_mut().zip(self.with_guess(readings, quantity)) {
                let spread = guess.spread.max(least);
                *sum += spread.ln() + 0.5 * ((truth - guess.mean) / spread).powi(2) + 0.5 * (2.0 * PI).ln();
            }
        }
        sums
    }

    /// Every configuration's reading, and its true value.
    fn with_guess(&self, readings: &Readings<'_>, quantity: Quantity) -> impl Iterator<Item = (Guess, f64)> {
        let (points, n_each) = (self.points, self.n_each);
        let guesses = readings.guesses(quantity).to_vec();
        guesses.into_iter().enumerate().map(move |(sample, guess)| (guess, quantity.of(points[sample / n_each])))
    }
}
