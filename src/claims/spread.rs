//! How far the starts of a flow are apart: an interval for their spread, from χ² of their readings.

use anyhow::Result;
use statistics::p_value;

use crate::table::Table;

/// Starts closer than this have one end: 0.1 in T, as in |m| and m. At Tc on 10 x 10 sites both are about the same distance.
pub(super) const BOUND: f64 = 0.1;

/// The normal distribution exceeds it with a probability of 1 %.
const ONE_SIDED: f64 = 2.3263;

/// Student's distribution with so many degrees of freedom is normal.
const NORMAL: usize = 100_000;

/// Whether the starts of the flow of an RBM have come to one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Starts {
    /// Their spread is shown to be below [`BOUND`].
    Together,
    /// The interval holds the bound.
    Unresolved,
    /// Their spread is shown to be above the bound.
    Apart,
}

/// The standard deviation of the starts about their mean, beyond the errors of their readings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) value: f64,
    /// Error of one reading, σ.
    pub(super) resolution: f64,
    /// Σ (x − x̄)²/σ², for starts of spread τ a noncentral χ² with noncentrality n τ²/σ², n its degrees of freedom.
    pub(super) chi_square: f64,
    pub(super) degrees_of_freedom: f64,
}

impl Spread {
    /// Over all seeds, at one snapshot of a training by one reading (rows of `ends-along-training.csv`); nothing where the table
    /// does not say how well it is resolved.
    pub(super) fn along_training(rows: &Table) -> Result<Option<Self>> {
        let has = |column: &str| rows.header().iter().any(|name| name == column);
        if !(has("spread_resolution") && has("degrees_of_freedom")) {
            return Ok(None);
        }
        let all = rows.filter("seed", "all")?;
        let read = |column: &str| -> Result<f64> { Ok(all.column(column)?.first().copied().unwrap_or(f64::NAN)) };
        let (value, resolution) = (read("spread_of_starts")?, read("spread_resolution")?);
        let degrees_of_freedom = read("degrees_of_freedom")?;
        // At most, where no spread was found beyond the errors.
        let chi_square = degrees_of_freedom * (1.0 + (value / resolution).powi(2));
        let found = Self { value, resolution, chi_square, degrees_of_freedom };
        Ok((degrees_of_freedom >= 1.0 && value.is_finite()).then_some(found))
    }

    /// By the one-sided intervals for 99 %.
    pub(super) fn starts(&self) -> Starts {
        match self.deviate(BOUND) {
            z if z < -ONE_SIDED => Starts::Together,
            z if z > ONE_SIDED => Starts::Apart,
            _ => Starts::Unresolved,
        }
    }

    /// Probability of readings that differ from a spread of [`BOUND`] at least as much, to the side on which they do.
    pub(super) fn p_value(&self) -> f64 {
        0.5 * p_value(self.deviate(BOUND), NORMAL)
    }

    /// The spreads that one-sided intervals for 99 % leave, from below and from above.
    pub(super) fn limits(&self) -> [f64; 2] {
        [ONE_SIDED, -ONE_SIDED].map(|z| {
            if self.deviate(0.0) <= z {
                return 0.0;
            }
            let (mut low, mut high) = (0.0, self.value + self.resolution + f64::MIN_POSITIVE);
            for _ in 0..100 {
                high *= if self.deviate(high) > z { 2.0 } else { 1.0 };
            }
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if self.deviate(middle) > z { low = middle } else { high = middle }
            }
            0.5 * (low + high)
        })
    }

    /// χ² as a standard normal number, were the spread `spread` (Sankaran, Biometrika 46, 235 (1959)).
    fn deviate(&self, spread: f64) -> f64 {
        if self.resolution <= 0.0 {
            return if self.value > spread { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        let n = self.degrees_of_freedom;
        let noncentrality = n * (spread / self.resolution).powi(2);
        let mean = n + noncentrality;
        let [twice, thrice] = [2.0, 3.0].map(|times| n + times * noncentrality);
        let h = 1.0 - 2.0 * mean * thrice / (3.0 * twice * twice);
        let p = twice / (mean * mean);
        let m = (h - 1.0) * (1.0 - 3.0 * h);
        let center = 1.0 + h * p * (h - 1.0 - 0.5 * (2.0 - h) * m * p);
        ((self.chi_square / mean).powf(h) - center) / (h * (2.0 * p).sqrt() * (1.0 + 0.5 * m * p))
    }
}

#[cfg(test)]
mod tests {
    use ising_data::stream::{Purpose, stream};
    use rand::RngExt;

    use super::*;

    /// Readings with errors of `resolution` of `n` starts that are `spread` apart, and what is found of them.
    fn found(spread: f64, resolution: f64, n: usize, draw: u64) -> Spread {
        let mut rng = stream(1, Purpose::Weights, draw, 0);
        // Twelve uniform numbers: normal but for the far tails.
        let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let readings: Vec<f64> =
            (0..n).map(|i| spread * f64::from(1 - 2 * (i as i32 % 2)) + resolution * normal()).collect();
        let mean = readings.iter().sum::<f64>() / n as f64;
        let squares: f64 = readings.iter().map(|reading| (reading - mean).powi(2)).sum();
        let degrees_of_freedom = (n - 1) as f64;
        Spread {
            value: (squares / degrees_of_freedom - resolution.powi(2)).max(0.0).sqrt(),
            resolution,
            chi_square: squares / resolution.powi(2),
            degrees_of_freedom,
        }
    }

    /// At the bound each side is shown wrongly in one case of a hundred: in 4000 draws 40 ± 6.3 each, within 5 deviations (a
    /// false-alarm rate of 1e-6, the seeds are fixed). Two values apart by 2τ have a spread of τ √(n/(n − 1)).
    #[test]
    fn the_interval_is_wrong_as_often_as_it_says() {
        for (resolution, n) in [(0.05, 8), (0.1, 20), (0.3, 200)] {
            let spread = BOUND * ((n - 1) as f64 / n as f64).sqrt();
            let mut wrong = [0, 0];
            for draw in 0..4000 {
                match found(spread, resolution, n, draw).starts() {
                    Starts::Together => wrong[0] += 1,
                    Starts::Apart => wrong[1] += 1,
                    Starts::Unresolved => {}
                }
            }
            assert!(wrong.iter().all(|n| (9..=71).contains(n)), "{wrong:?} at {resolution}, {n} starts");
        }
    }

    /// Limits are where the test turns; without errors the spread is what it is.
    #[test]
    fn limits_are_where_the_verdict_changes() {
        let spread = found(0.2, 0.1, 20, 1);
        let [low, high] = spread.limits();
        assert!(low < spread.value && spread.value < high && spread.starts() == Starts::Apart, "{low} {high}");
        assert!((spread.deviate(low) - ONE_SIDED).abs() < 1e-6 && (spread.deviate(high) + ONE_SIDED).abs() < 1e-6);
        // 26 starts that agree within errors of 0.1: the spread is below 0.07; within errors of 0.5 nothing is known.
        let agreeing = |resolution| Spread { value: 0.0, resolution, chi_square: 24.0, degrees_of_freedom: 25.0 };
        assert_eq!(agreeing(0.1).starts(), Starts::Together);
        assert_eq!(agreeing(0.5).starts(), Starts::Unresolved);
        assert!(agreeing(0.1).p_value() < 0.01 && agreeing(0.5).p_value() > 0.01);
        for (value, starts) in [(0.0, Starts::Together), (0.2, Starts::Apart)] {
            let exact = Spread { value, resolution: 0.0, chi_square: f64::NAN, degrees_of_freedom: 3.0 };
            assert!(exact.starts() == starts && exact.p_value() < 1e-300);
            assert!(exact.limits().iter().all(|limit| (limit - value).abs() < 1e-12));
        }
    }
}
