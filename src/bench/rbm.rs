//! `experiments bench rbm` and `experiments bench flow`: training and flow of untrained machines on random spins.

use std::num::NonZeroUsize;

use anyhow::{Context, Result};
use burn::tensor::Device;
use ising_data::stream::{self, Purpose};
use models::{ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, flow};
use rand::{Rng, RngExt};

use super::{Rate, peak, rate};
use crate::cli::{BenchFlow, BenchRbm};

/// Runs per figure.
const N_RUNS: usize = 5;

/// Epochs per second of contrastive divergence.
///
/// # Errors
/// When the device fails.
pub fn train(settings: &BenchRbm, device: &Device) -> Result<String> {
    let BenchRbm { visible, hidden, batch, samples, n_gibbs_steps, machines, .. } = *settings;
    let n_threads = rayon::current_num_threads();
    let measured = epochs_per_second(settings, n_threads, N_RUNS, device)?;
    // Two products of n_v n_h multiply-adds for each Gibbs step, one to begin with, two for the statistics.
    let n_products = 3 + 2 * n_gibbs_steps;
    let flops = 2.0 * (n_products * visible * hidden) as f64 * samples as f64 * measured.median;
    let peak = peak::multiply_adds();
    Ok(format!(
        "CD-{n_gibbs_steps}, {visible} x {hidden}, {samples} samples, batch {batch}, {machines} machine(s), {n_threads} threads\n\
         spread: {:.2} to {:.2}\n\
         share_of_peak: {:.2} (dense products would take {:.1} Gflop/s; measured peak {:.1} Gflop/s in 32 bits)\n\
         epochs_per_s: {:.3}\n",
        measured.least,
        measured.largest,
        flops / peak,
        flops / 1e9,
        peak / 1e9,
        measured.median
    ))
}

/// Epochs per second, those of all machines added up, on so many threads.
pub(crate) fn epochs_per_second(settings: &BenchRbm, n_threads: usize, n_runs: usize, device: &Device) -> Result<Rate> {
    let BenchRbm { visible, hidden, batch, samples, epochs, n_gibbs_steps, machines, .. } = *settings;
    let spins = random_spins(samples, visible, device)?;
    // The epochs of a run, one behind the other, the same for every machine.
    let order: Vec<u32> = (0..epochs).flat_map(|_| 0..samples as u32).collect();
    let (orders, keys) = (vec![order.as_slice(); machines], vec![1; machines]);
    let n_gibbs_steps = NonZeroUsize::new(n_gibbs_steps).context("CD-0 is no contrastive divergence")?;
    let batch_size = NonZeroUsize::new(batch).context("a batch without samples")?;
    let divergence = ContrastiveDivergence { n_gibbs_steps, learning_rate: 0.01, ..Default::default() };
    let begin = |index| Ok(Training::begin(random_machine(visible, hidden, index, device)?, spins.first(1)));
    let mut trainings = (0..machines).map(begin).collect::<Result<Vec<_>>>()?;
    let (mut first_step, mut failure) = (0, None);
    let measured = rate(n_runs, || {
        let stretch = Stretch { samples: &spins, orders: &orders, batch_size, keys: &keys, first_step, n_threads };
        match divergence.train(std::mem::take(&mut trainings), &stretch) {
            Ok(trained) => trainings = trained.into_iter().map(|(training, _)| training).collect(),
            Err(error) => failure = Some(error),
        }
        first_step += order.len().div_ceil(batch) as u64;
        (epochs * machines) as f64
    });
    failure.map_or(Ok(measured), |error| Err(error.into()))
}

/// Configuration-steps per second of the sampled flow.
///
/// # Errors
/// When the device fails.
pub fn flow_steps(settings: &BenchFlow, device: &Device) -> Result<String> {
    let BenchFlow { visible, hidden, chains, steps, .. } = *settings;
    let measured = steps_per_second(settings, N_RUNS, device)?;
    Ok(format!(
        "{visible} x {hidden}, {chains} chains, {steps} steps, {} threads\n\
         spread: {:.4e} to {:.4e}\nconfiguration_steps_per_s: {:.4e}\n",
        rayon::current_num_threads(),
        measured.least,
        measured.largest,
        measured.median
    ))
}

/// Steps of all chains together per second.
pub(crate) fn steps_per_second(settings: &BenchFlow, n_runs: usize, device: &Device) -> Result<Rate> {
    let BenchFlow { visible, hidden, chains, steps, .. } = *settings;
    let machine = random_machine(visible, hidden, 0, device)?;
    let start = random_spins(chains, visible, device)?;
    let mut failure = None;
    let measured = rate(n_runs, || {
        // Waits for the device.
        let end = flow(&machine, start.clone(), steps as u64, 1, 0).and_then(|end| end.to_words());
        failure = end.err().or(failure.take());
        (chains * steps) as f64
    });
    failure.map_or(Ok(measured), |error| Err(error.into()))
}

fn random_spins(n_samples: usize, n_sites: usize, device: &Device) -> Result<PackedTensor> {
    let mut rng = stream::stream(0, Purpose::Benchmark, 1, 0);
    let n_words = n_sites.div_ceil(32);
    let last = u32::MAX >> (32 * n_words - n_sites);
    let words: Vec<u32> = (0..n_samples * n_words)
        .map(|i| rng.next_u32() & if i % n_words + 1 == n_words { last } else { u32::MAX })
        .collect();
    Ok(PackedTensor::new(&words, n_sites, device)?)
}

fn random_machine(n_visible: usize, n_hidden: usize, index: usize, device: &Device) -> Result<Rbm> {
    Ok(Rbm::new(&random_parameters(n_visible, n_hidden, index), device)?)
}

/// A machine with random weights.
pub(crate) fn random_parameters(n_visible: usize, n_hidden: usize, index: usize) -> RbmParameters {
    let mut rng = stream::stream(0, Purpose::Benchmark, 2, index as u64);
    let weights = (0..n_visible * n_hidden).map(|_| 0.2 * (rng.random::<f32>() - 0.5)).collect();
    RbmParameters::untrained(n_visible, n_hidden, weights)
}
