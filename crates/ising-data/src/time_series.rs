//! Errors of correlated measurements: blocking and the integrated autocorrelation time.

use crate::observables::{Estimate, mean};

/// Mean of a time series with the standard error over `n_blocks` ≥ 2 blocks of equal length (a remainder in front is left out).
pub fn blocked_mean(series: &[f64], n_blocks: usize) -> Estimate {
    let length = (series.len() / n_blocks).max(1);
    let blocks: Vec<f64> = series.rchunks_exact(length).map(|block| mean(block).value).collect();
    mean(&blocks)
}

/// Integrated autocorrelation time τ = ½ + Σₜ ρ(t) in steps of the series, summed to the first t ≥ 6 τ(t)
/// (Madras and Sokal, J. Stat. Phys. 50, 109), with their error τ √((4 t + 2)/n); a constant series has τ = ½.
pub fn autocorrelation_time(series: &[f64]) -> Estimate {
    let n = series.len();
    let centre = mean(series).value;
    let covariance = |lag: usize| {
        let products = series[lag..].iter().zip(series).map(|(a, b)| (a - centre) * (b - centre));
        products.sum::<f64>() / (n - lag) as f64
    };
    let variance = covariance(0);
    let (mut tau, mut window) = (0.5, 0);
    while variance > 0.0 && window + 1 < n && (window as f64) < 6.0 * tau {
        window += 1;
        tau += covariance(window) / variance;
    }
    Estimate { value: tau, error: tau * ((4 * window + 2) as f64 / n as f64).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Xoroshiro;

    /// x ← a x + noise has ρ(t) = aᵗ, τ = ½ (1 + a)/(1 − a); both within 5 standard errors (false-alarm rate 1e-6).
    #[test]
    fn autoregression() {
        let (mut rng, a, n) = (Xoroshiro::new(1, 0), 0.8, 100_000);
        let mut x = 0.0;
        let series: Vec<f64> = (0..n)
            .map(|_| {
                x = a * x + rng.uniform() - 0.5;
                x
            })
            .collect();
        let tau = autocorrelation_time(&series);
        assert!((tau.value - 4.5).abs() < 5.0 * tau.error && tau.error < 0.2, "{tau:?}");
        let blocked = blocked_mean(&series, 100);
        let naive = mean(&series).error;
        assert!(blocked.value.abs() < 5.0 * blocked.error);
        // Each block of 1000 steps is 100 times its correlation time; 100 blocks give the error to 7 %.
        assert!((blocked.error / (naive * (2.0 * 4.5_f64).sqrt()) - 1.0).abs() < 0.35);
    }

    #[test]
    fn constant_series() {
        assert!((autocorrelation_time(&[1.0; 10]).value - 0.5).abs() < 1e-15);
        assert_eq!(blocked_mean(&[1.0; 10], 3), Estimate { value: 1.0, error: 0.0 });
    }
}
