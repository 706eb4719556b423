//! `experiments bench sampler`: the heat bath, the exact and the perfect sampler at the critical temperature.

use anyhow::Result;
use ising_data::{
    HeatBath, LANES, Sampler, SimdLevel, StatePoint,
    stream::{self, Purpose},
};
use ising_theory::{CRITICAL_TEMPERATURE, Lattice};
use rayon::prelude::*;

use super::rate;
use crate::cli::BenchSampler;

/// Runs per figure.
const N_RUNS: usize = 5;

/// Measures, and tells the figures.
///
/// # Errors
/// A lattice that cannot be.
pub fn run(settings: &BenchSampler) -> Result<String> {
    let lattice = Lattice::square(settings.side)?;
    let point = StatePoint::new(CRITICAL_TEMPERATURE, 0.0)?;
    let n_blocks = settings.replicas.div_ceil(LANES);
    let mut text = format!(
        "{lattice} at Tc, {} replicas in blocks of {LANES}, {} threads, medians of {N_RUNS} runs\n",
        n_blocks * LANES,
        rayon::current_num_threads()
    );
    for level in SimdLevel::available() {
        let rate = heat_bath(lattice, point, n_blocks, level);
        text += &format!("flips_per_ns_{level:?}: {:.3}\n", rate / 1e9).to_lowercase();
    }
    for (name, point) in
        [("flips_per_ns_in_a_field", StatePoint::new(CRITICAL_TEMPERATURE, 0.1)?), ("flips_per_ns", point)]
    {
        text += &format!("{name}: {:.3}\n", heat_bath(lattice, point, n_blocks, SimdLevel::best()) / 1e9);
    }
    for (sampler, n_samples) in [(Sampler::Exact, 100_000), (Sampler::Perfect, 50 * rayon::current_num_threads())] {
        if let Ok(rate) = samples_per_second(sampler, lattice, point, n_samples) {
            text += &format!("{}_samples_per_s: {rate:.1}\n", sampler.name());
        }
    }
    Ok(text)
}

/// Attempted flips per second of `n_blocks` blocks of replicas.
fn heat_bath(lattice: Lattice, point: StatePoint, n_blocks: usize, level: SimdLevel) -> f64 {
    let key = |block| stream::key(0, Purpose::Benchmark, block, 0);
    let mut blocks: Vec<HeatBath> =
        (0..n_blocks as u64).map(|block| HeatBath::new(lattice, &[point; LANES], key(block), level)).collect();
    // About a fifth of a second a run at 10 flips a nanosecond and thread.
    let n_flips = 2e9 / (lattice.n_sites() * LANES) as f64 * rayon::current_num_threads() as f64;
    let n_sweeps = (n_flips / n_blocks as f64).ceil() as usize;
    rate(N_RUNS, || {
        blocks.par_iter_mut().for_each(|block| block.sweep(n_sweeps));
        (n_sweeps * n_blocks * LANES * lattice.n_sites()) as f64
    })
    .median
}

/// Independent configurations per second.
fn samples_per_second(sampler: Sampler, lattice: Lattice, point: StatePoint, n_samples: usize) -> Result<f64> {
    sampler.sample(lattice, &[point], 1, 0, Purpose::Benchmark, &|_| true)?;
    let mut seed = 0;
    // One point for each thread, each with its share of the samples.
    let points = vec![point; rayon::current_num_threads()];
    let each = n_samples.div_ceil(points.len());
    let rate = rate(N_RUNS, || {
        seed += 1;
        let drawn = sampler.sample(lattice, &points, each, seed, Purpose::Benchmark, &|_| true);
        drawn.map_or(0.0, |samples| samples.spins.n_samples() as f64)
    });
    Ok(rate.median)
}
