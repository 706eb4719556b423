//! What a thermometer says about a set of configurations.

use std::ops::Range;

use anyhow::Result;
use burn::tensor::Tensor;
use ising_data::StatePoint;
use models::Thermometer;
use statistics::{Estimate, mean};

/// One of the two numbers of a state point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// T.
    Temperature,
    /// H.
    Field,
}

impl Quantity {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Temperature, Self::Field];

    /// Its value at a state point.
    pub fn of(self, point: StatePoint) -> f64 {
        match self {
            Self::Temperature => point.temperature(),
            Self::Field => point.field(),
        }
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Field => "field",
        }
    }

    /// Those that are not the same at all `points`: a regressor reads them, and takes the others for known.
    pub fn varying(points: &[StatePoint]) -> Vec<Self> {
        let varies =
            |quantity: &Self| points.iter().any(|&point| quantity.of(point).total_cmp(&quantity.of(points[0])).is_ne());
        Self::ALL.into_iter().filter(varies).collect()
    }
}

/// What is read from one configuration: the mean, and the standard deviation that the reader itself expects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub spread: f64,
}

/// What a thermometer says of each of a set of configurations.
#[derive(Clone, Debug)]
pub struct Readings<'a> {
    points: &'a [StatePoint],
    /// Probability of every state point, shape `[n_configurations, n_points]`.
    probabilities: Vec<f32>,
    /// T and H of every configuration, each `[n_configurations]`; T, of the state points at finite T, is NaN if these have no
    /// probability.
    guesses: [Vec<Guess>; 2],
}

/// A set of configurations, read together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Mean of the configurations' temperatures.
    pub temperature: Estimate,
    /// Mean of their fields.
    pub field: Estimate,
    /// Covariance of these two means.
    pub covariance: f64,
    /// Standard deviation of the configurations' temperatures.
    pub temperature_spread: f64,
    /// Standard deviation of their fields.
    pub field_spread: f64,
    /// Probability of the classes at T = ∞, which have no part in the mean temperature.
    pub infinite: f64,
}

/// Configurations evaluated at once: bounds the memory of the local network.
pub const BATCH: usize = 1000;

/// Reads `spins`, shape `[n_configurations, n_sites]`, by a thermometer of these state points.
///
/// # Errors
/// When the device fails.
pub fn read<'a>(thermometer: &Thermometer, points: &'a [StatePoint], spins: &Tensor<2>) -> Result<Readings<'a>> {
    let n_samples = spins.dims()[0];
    let varying = Quantity::varying(points);
    let (mut probabilities, mut means, mut spreads) = (Vec::new(), Vec::new(), Vec::new());
    for start in (0..n_samples).step_by(BATCH) {
        let batch = spins.clone().narrow(0, start, BATCH.min(n_samples - start));
        probabilities.extend(thermometer.probabilities(batch.clone())?.try_into_vec_as::<f32>()?);
        if let Some(gaussians) = thermometer.gaussians(batch)? {
            means.extend(gaussians.means.try_into_vec_as::<f32>()?);
            spreads.extend(gaussians.spreads.try_into_vec_as::<f32>()?);
        }
    }
    let mut readings = Readings::of_probabilities(points, probabilities);
    if !means.is_empty() {
        for (place, quantity) in varying.iter().enumerate() {
            let column = |values: &[f32]| values.iter().skip(place).step_by(varying.len()).copied().collect::<Vec<_>>();
            let guess = |(&mean, &spread): (&f32, &f32)| Guess { mean: mean.into(), spread: spread.into() };
            readings.guesses[*quantity as usize] = column(&means).iter().zip(&column(&spreads)).map(guess).collect();
        }
    }
    Ok(readings)
}

impl<'a> Readings<'a> {
    /// Readings by mean and standard deviation of a distribution over state points, shape `[n_configurations, n_points]`.
    pub fn of_probabilities(points: &'a [StatePoint], probabilities: Vec<f32>) -> Self {
        let rows = || probabilities.chunks_exact(points.len());
        let guesses = Quantity::ALL.map(|quantity| rows().map(|row| guess(points, row, quantity)).collect());
        Self { points, probabilities, guesses }
    }

    /// The readings of some of the configurations.
    pub fn part(&self, configurations: Range<usize>) -> Self {
        let n_points = self.points.len();
        Self {
            points: self.points,
            probabilities: self.probabilities[configurations.start * n_points..configurations.end * n_points].to_vec(),
            guesses: [0, 1].map(|quantity: usize| self.guesses[quantity][configurations.clone()].to_vec()),
        }
    }

    /// Probabilities of the state points, one row a configuration.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.probabilities.chunks_exact(self.points.len())
    }

    /// What is read of `quantity` from every configuration.
    pub fn guesses(&self, quantity: Quantity) -> &[Guess] {
        &self.guesses[quantity as usize]
    }

    /// All configurations together.
    pub fn together(&self) -> Reading {
        let [(temperature, temperature_spread), (field, field_spread)] = Quantity::ALL.map(|quantity| {
            let known = self.guesses(quantity).iter().map(|guess| guess.mean).filter(|mean| !mean.is_nan());
            let means: Vec<f64> = known.collect();
            let estimate = mean(&means);
            (estimate, estimate.error * (means.len() as f64).sqrt())
        });
        let is_infinite = |point: StatePoint| f64::from(u8::from(point.temperature().is_infinite()));
        let infinite =
            self.rows().map(|row| sum(self.points, row, is_infinite)).sum::<f64>() / self.rows().len() as f64;
        Reading { temperature, field, covariance: self.covariance(), temperature_spread, field_spread, infinite }
    }

    /// Covariance of the means of T and H, over the configurations that have both.
    fn covariance(&self) -> f64 {
        let [temperatures, fields] = &self.guesses;
        let pairs = temperatures.iter().zip(fields).map(|(t, h)| [t.mean, h.mean]);
        let known: Vec<[f64; 2]> = pairs.filter(|pair| pair.iter().all(|value| !value.is_nan())).collect();
        let n = known.len() as f64;
        let [t, h] = [0, 1].map(|axis| known.iter().map(|pair: &[f64; 2]| pair[axis]).sum::<f64>() / n);
        known.iter().map(|pair| (pair[0] - t) * (pair[1] - h)).sum::<f64>() / (n * (n - 1.0))
    }

    /// The state point with the largest probability averaged over the configurations; the first of several.
    pub fn peak(&self) -> StatePoint {
        let sum = |i: usize| self.rows().map(|row| f64::from(row[i])).sum::<f64>();
        let sums: Vec<f64> = (0..self.points.len()).map(sum).collect();
        self.points[largest(&sums)]
    }

    /// Mean over the configurations of T and H of the most probable state point of each; those where it is at T = ∞ are left
    /// out of the mean of T.
    pub fn modes(&self) -> [Estimate; 2] {
        let points: Vec<StatePoint> = self.rows().map(|row| self.points[largest(row)]).collect();
        Quantity::ALL.map(|quantity| {
            let values = points.iter().map(|&point| quantity.of(point)).filter(|value| value.is_finite());
            mean(&values.collect::<Vec<_>>())
        })
    }

    /// The probabilities averaged over the configurations, one estimate for every state point.
    pub fn average(&self) -> Vec<Estimate> {
        let column = |i: usize| self.rows().map(|row| f64::from(row[i])).collect::<Vec<_>>();
        (0..self.points.len()).map(|i| mean(&column(i))).collect()
    }
}

/// The place of the largest number; the first of several.
fn largest<T: PartialOrd>(values: &[T]) -> usize {
    (1..values.len()).fold(0, |largest, i| if values[i] > values[largest] { i } else { largest })
}

/// Mean and standard deviation over the state points where the quantity is finite.
fn guess(points: &[StatePoint], row: &[f32], quantity: Quantity) -> Guess {
    let of_finite = |value: &dyn Fn(f64) -> f64| {
        sum(points, row, |point| if quantity.of(point).is_finite() { value(quantity.of(point)) } else { 0.0 })
    };
    let weight = match quantity {
        Quantity::Temperature => of_finite(&|_| 1.0),
        Quantity::Field => 1.0,
    };
    if weight == 0.0 {
        return Guess { mean: f64::NAN, spread: f64::NAN };
    }
    let mean = of_finite(&|value| value) / weight;
    Guess { mean, spread: (of_finite(&|value| (value - mean).powi(2)) / weight).sqrt() }
}

fn sum(points: &[StatePoint], row: &[f32], quantity: impl Fn(StatePoint) -> f64) -> f64 {
    row.iter().zip(points).map(|(&p, &point)| f64::from(p) * quantity(point)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ising_data::grid;

    #[test]
    fn readings_are_mean_and_spread_of_what_is_finite() -> Result<()> {
        let points = grid(&[1.0, 3.0, f64::INFINITY], &[0.0, 2.0])?;
        assert_eq!(Quantity::varying(&points), Quantity::ALL);
        assert_eq!(Quantity::varying(&points[..2]), [Quantity::Field]);
        let rows = [[0.25, 0.25, 0.25, 0.25, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]];
        let readings = Readings::of_probabilities(&points, rows.concat());
        let temperatures = readings.guesses(Quantity::Temperature);
        assert_eq!(temperatures[..2], [Guess { mean: 2.0, spread: 1.0 }, Guess { mean: 1.0, spread: 0.0 }]);
        assert!(temperatures[2].mean.is_nan());
        assert_eq!(readings.guesses(Quantity::Field)[0], Guess { mean: 1.0, spread: 1.0 });
        let reading = readings.together();
        assert!((reading.temperature.value - 1.5).abs() < 1e-12 && (reading.infinite - 0.5).abs() < 1e-12);
        assert!((reading.field.value - 1.0).abs() < 1e-12);
        assert!((readings.part(1..3).average()[5].value - 0.25).abs() < 1e-12);
        // (2, 1) and (1, 2): deviations ±½ of opposite sign, covariance −½ of the values, half of it of the means.
        assert!((reading.covariance + 0.25).abs() < 1e-12);
        // Averaged, (1, 2) has 0.25 and (∞, 0) 0.33; the modes are (1, 0), the first of four, (1, 2) and (∞, 0).
        assert_eq!((readings.peak(), readings.part(0..2).peak()), (points[4], points[1]));
        let [temperature, field] = readings.modes();
        assert!((temperature.value - 1.0).abs() < 1e-12 && (field.value - 2.0 / 3.0).abs() < 1e-12);
        Ok(())
    }
}
