//! `experiments bench`: how fast the hot paths run on this machine.

mod peak;
pub mod rbm;
pub mod sampler;

use std::time::Instant;

/// Median, least and largest of the rates of several runs.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Median.
    pub median: f64,
    /// Slowest run.
    pub least: f64,
    /// Fastest run.
    pub largest: f64,
}

/// Runs `work`, which returns how many units it did, `n_runs` times after one warm-up, and returns units per second.
pub fn rate(n_runs: usize, mut work: impl FnMut() -> f64) -> Rate {
    work();
    let mut rates: Vec<f64> = (0..n_runs.max(1))
        .map(|_| {
            let clock = Instant::now();
            let n_units = work();
            n_units / clock.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    Rate { median: rates[rates.len() / 2], least: rates[0], largest: rates[rates.len() - 1] }
}
