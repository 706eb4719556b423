//! Errors of correlated measurements: blocking and the integrated autocorrelation time.

use crate::error::{Unequal, same};
use crate::estimate::{Estimate, mean};

/// Mean of a time series with the standard error over `n_blocks` ≥ 2 blocks of equal length (a remainder in front is left out).
pub fn blocked_mean(series: &[f64], n_blocks: usize) -> Estimate {
    let length = (series.len() / n_blocks.max(1)).max(1);
    let blocks: Vec<f64> = series.rchunks_exact(length).map(|block| mean(block).value).collect();
    mean(&blocks)
}

/// Integrated autocorrelation time of one series, see [`autocorrelation`].
pub fn autocorrelation_time(series: &[f64]) -> Estimate {
    of_chains(&[series]).time
}

/// How chains of one law forget where they were.
#[derive(Clone, Debug, PartialEq)]
pub struct Autocorrelation {
    /// ρ(t) for t = 0, 1, … up to the end of the sum for τ, in steps of the series.
    pub function: Vec<f64>,
    /// τ with its error.
    pub time: Estimate,
}

/// ρ(t) about the mean of all chains, equally long, and the integrated autocorrelation time τ = ½ + Σₜ ρ(t) in steps of the
/// series, summed to the first t ≥ 6 τ(t) (Madras and Sokal, J. Stat. Phys. 50, 109), with its error τ √((4 t + 2)/n), n the
/// length of all chains; constant chains have τ = ½. Chains that do not mix keep ρ(t) from falling.
///
/// # Errors
/// [`Unequal`] for chains of unequal lengths.
pub fn autocorrelation(chains: &[impl AsRef<[f64]>]) -> Result<Autocorrelation, Unequal> {
    let length = chains.first().map_or(0, |chain| chain.as_ref().len());
    chains.iter().try_for_each(|chain| same("a chain", chain.as_ref().len(), length))?;
    Ok(of_chains(chains))
}

fn of_chains(chains: &[impl AsRef<[f64]>]) -> Autocorrelation {
    let length = chains.first().map_or(0, |chain| chain.as_ref().len());
    let centre = mean(&chains.iter().map(|chain| mean(chain.as_ref()).value).collect::<Vec<_>>()).value;
    let covariance = |lag: usize| {
        let of_chain =
            |chain: &[f64]| -> f64 { chain[lag..].iter().zip(chain).map(|(a, b)| (a - centre) * (b - centre)).sum() };
        let sum: f64 = chains.iter().map(|chain| of_chain(chain.as_ref())).sum();
        sum / ((length - lag) * chains.len()) as f64
    };
    let variance = covariance(0);
    let (mut tau, mut function) = (0.5, vec![1.0]);
    while variance > 0.0 && function.len() < length && (function.len() as f64) <= 6.0 * tau {
        let correlation = covariance(function.len()) / variance;
        tau += correlation;
        function.push(correlation);
    }
    let n = (length * chains.len()) as f64;
    let error = tau * ((4 * function.len() - 2) as f64 / n).sqrt();
    Autocorrelation { function, time: Estimate { value: tau, error } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Numbers;

    /// x ← a x + noise has ρ(t) = aᵗ, τ = ½ (1 + a)/(1 − a); both within 5 standard errors (false-alarm rate 1e-6).
    #[test]
    fn autoregression() {
        let (mut rng, a, n) = (Numbers::new(1), 0.8, 100_000);
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

    /// Chains of one law have its τ; chains with a mean of their own never forget it.
    #[test]
    fn chains_that_do_not_mix_are_seen() {
        let mut rng = Numbers::new(2);
        let mut chains = |offset: f64| -> Vec<Vec<f64>> {
            (0..8).map(|chain| (0..500).map(|_| rng.uniform() + offset * f64::from(chain % 2)).collect()).collect()
        };
        // White noise: τ = ½ within 5 standard errors (false-alarm rate 1e-6).
        let mixed = of_chains(&chains(0.0));
        assert!((mixed.time.value - 0.5).abs() < 5.0 * mixed.time.error, "{mixed:?}");
        let apart = of_chains(&chains(3.0));
        assert!(apart.time.value > 50.0 && apart.function[10] > 0.9, "{:?}", apart.time);
    }
}
