//! What the softmax over state points says about a set of configurations.

use ising_data::{Estimate, StatePoint, mean};

/// The reading of a set of configurations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Mean of the configurations' temperatures.
    pub temperature: Estimate,
    /// Mean of their fields.
    pub field: Estimate,
    /// Standard deviation of the configurations' temperatures.
    pub spread: f64,
    /// Probability of the classes at T = ∞, which have no part in the mean temperature.
    pub infinite: f64,
}

/// Turns probabilities of state points into temperatures and fields.
#[derive(Clone, Debug)]
pub struct Reader {
    points: Vec<StatePoint>,
}

impl Reader {
    /// A reader for a softmax over `points`.
    pub fn new(points: &[StatePoint]) -> Self {
        Self { points: points.to_vec() }
    }

    /// The state points, in the order of the softmax.
    pub fn points(&self) -> &[StatePoint] {
        &self.points
    }

    /// Reads `probabilities`, shape `[n_configurations, n_points]`.
    pub fn read(&self, probabilities: &[f32]) -> Reading {
        let rows = || probabilities.chunks_exact(self.points.len());
        let temperatures: Vec<f64> = rows().filter_map(|row| self.temperature(row)).collect();
        let fields: Vec<f64> = rows().map(|row| self.sum(row, StatePoint::field)).collect();
        let infinite = |row: &[f32]| self.sum(row, |point| f64::from(u8::from(point.temperature().is_infinite())));
        let temperature = mean(&temperatures);
        Reading {
            temperature,
            field: mean(&fields),
            spread: temperature.error * (temperatures.len() as f64).sqrt(),
            infinite: rows().map(infinite).sum::<f64>() / rows().len() as f64,
        }
    }

    /// The softmax averaged over configurations, one estimate for every state point.
    pub fn average(&self, probabilities: &[f32]) -> Vec<Estimate> {
        let n_points = self.points.len();
        let column =
            |i: usize| probabilities.iter().skip(i).step_by(n_points).map(|&p| f64::from(p)).collect::<Vec<_>>();
        (0..n_points).map(|i| mean(&column(i))).collect()
    }

    /// Mean temperature of one configuration over the classes at finite temperature, if they have any probability.
    pub fn temperature(&self, row: &[f32]) -> Option<f64> {
        let finite = |point: StatePoint| point.temperature().is_finite();
        let weight = self.sum(row, |point| f64::from(u8::from(finite(point))));
        let sum = self.sum(row, |point| if finite(point) { point.temperature() } else { 0.0 });
        (weight > 0.0).then(|| sum / weight)
    }

    fn sum(&self, row: &[f32], quantity: impl Fn(StatePoint) -> f64) -> f64 {
        row.iter().zip(&self.points).map(|(&p, &point)| f64::from(p) * quantity(point)).sum()
    }
}
