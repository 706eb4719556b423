//! Training and flow of the talk's machine, 100 visible and 81 hidden units, fused and in plain tensor operations.

use std::num::NonZeroUsize;

use burn::tensor::Device;
use divan::{Bencher, counter::ItemsCount};
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training,
    cpu::{Batches, Level, TrainingState, train},
    flow,
    gibbs::flow_plain,
    likelihood::{Annealing, annealed_ln_z, exact_ln_z},
    random::Draw,
    spectrum::weight_products,
};

fn main() {
    divan::main();
}

const N_SAMPLES: usize = 25_000;

fn machine(device: &Device) -> Rbm {
    let weights = Draw::new(1, 0, 0).thresholds(100, 81).iter().map(|x| 0.1 * x).collect();
    Rbm::new(&RbmParameters::untrained(100, 81, weights), device).expect("a machine")
}

fn size(batch_size: usize) -> NonZeroUsize {
    NonZeroUsize::new(batch_size).expect("a batch")
}

/// Random configurations of 100 sites, packed.
fn words() -> Vec<u32> {
    let word = |i: u32| Draw::new(2, 0, 0).bits(i) & if i % 4 == 3 { 15 } else { u32::MAX };
    (0..4 * N_SAMPLES as u32).map(word).collect()
}

fn samples(device: &Device) -> PackedTensor {
    PackedTensor::new(&words(), 100, device).expect("samples")
}

/// Epochs of 25,000 samples; arguments: batch size and threads.
#[divan::bench(args = [(100, 1), (100, 2), (1000, 1), (1000, 2)], sample_count = 10)]
fn epoch_fused(bencher: Bencher<'_, '_>, (batch_size, n_threads): (usize, usize)) {
    let device = Device::default();
    let (samples, order) = (samples(&device), (0..N_SAMPLES as u32).collect::<Vec<_>>());
    let divergence = ContrastiveDivergence { learning_rate: 0.01, ..Default::default() };
    bencher.bench_local(|| {
        let (orders, keys) = ([order.as_slice()], [1]);
        let stretch = Stretch {
            samples: &samples,
            orders: &orders,
            batch_size: size(batch_size),
            keys: &keys,
            first_step: 0,
            n_threads,
        };
        divergence.train(vec![Training::begin(machine(&device), samples.first(1))], &stretch).expect("a machine")
    });
}

/// An epoch on one thread at every instruction set that the machine has, batches of 500.
#[divan::bench(args = Level::available(), sample_count = 10)]
fn epoch_at_level(bencher: Bencher<'_, '_>, level: Level) {
    let words = words();
    let order: Vec<u32> = (0..N_SAMPLES as u32).collect();
    let divergence = ContrastiveDivergence { learning_rate: 0.01, ..Default::default() };
    let weights = Draw::new(1, 0, 0).thresholds(100, 81).iter().map(|x| 0.1 * x).collect();
    let machine = RbmParameters::untrained(100, 81, weights);
    let last_change = RbmParameters::untrained(100, 81, vec![0.0; 8100]);
    bencher.bench_local(|| {
        let mut state =
            TrainingState { machine: machine.clone(), last_change: last_change.clone(), chains: Vec::new() };
        let batches = Batches { words: &words, order: &order, batch_size: 500, key: 1, first_step: 0 };
        train(&mut state, &batches, &divergence, 1, level)
    });
}

/// A tenth of an epoch.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn tenth_of_an_epoch_plain(bencher: Bencher<'_, '_>, batch_size: usize) {
    let device = Device::default();
    let (samples, order) = (samples(&device), (0..N_SAMPLES as u32 / 10).collect::<Vec<_>>());
    let divergence = ContrastiveDivergence { learning_rate: 0.01, ..Default::default() };
    bencher.bench_local(|| {
        let (orders, keys) = ([order.as_slice()], [1]);
        let stretch = Stretch {
            samples: &samples,
            orders: &orders,
            batch_size: size(batch_size),
            keys: &keys,
            first_step: 0,
            n_threads: 1,
        };
        divergence.train_plain(vec![Training::begin(machine(&device), samples.first(1))], &stretch)
    });
}

#[divan::bench(sample_count = 10)]
fn ten_steps_of_the_flow_fused(bencher: Bencher<'_, '_>) {
    let device = Device::default();
    let (machine, chains) = (machine(&device), samples(&device));
    bencher.counter(ItemsCount::new(10 * N_SAMPLES)).bench_local(|| flow(&machine, chains.clone(), 10, 1, 0));
}

#[divan::bench(sample_count = 5)]
fn one_step_of_the_flow_plain(bencher: Bencher<'_, '_>) {
    let device = Device::default();
    let (machine, chains) = (machine(&device), samples(&device));
    bencher.counter(ItemsCount::new(N_SAMPLES)).bench_local(|| flow_plain(&machine, chains.clone(), 1, 1, 0));
}

/// ln Z of a machine with 100 visible and so many hidden units, by summing over all states of these.
#[divan::bench(args = [16, 20], sample_count = 5)]
fn exact_partition_function(bencher: Bencher<'_, '_>, n_hidden: usize) {
    let weights = Draw::new(1, 0, 0).thresholds(100, n_hidden).iter().map(|x| 0.3 * x).collect();
    let machine = RbmParameters::untrained(100, n_hidden, weights);
    bencher.bench_local(|| exact_ln_z(&machine).expect("a number"));
}

/// The same by annealing 100 chains: through 1000 temperatures, or for the larger machine through so many that the work is about the
/// same; arguments: visible and hidden units.
#[divan::bench(args = [(100, 81), (4096, 256)], sample_count = 5)]
fn annealed_partition_function(bencher: Bencher<'_, '_>, (n_visible, n_hidden): (usize, usize)) {
    let n_weights = n_visible * n_hidden;
    let weights = Draw::new(1, 0, 0).thresholds(n_visible, n_hidden).iter().map(|x| 0.1 * x).collect();
    let machine = RbmParameters::untrained(n_visible, n_hidden, weights);
    let annealing = Annealing { n_temperatures: 8_100_000 / n_weights, key: 1 };
    let base = vec![0.0; n_visible];
    bencher.bench_local(|| annealed_ln_z(&machine, &base, 100, annealing, &|| true).expect("a number"));
}

/// w wᵀ of the same machines.
#[divan::bench(args = [(100, 81), (4096, 256)], sample_count = 5)]
fn products_of_weights(bencher: Bencher<'_, '_>, (n_visible, n_hidden): (usize, usize)) {
    let weights = Draw::new(1, 0, 0).thresholds(n_visible, n_hidden).iter().map(|x| 0.1 * x).collect();
    let machine = RbmParameters::untrained(n_visible, n_hidden, weights);
    bencher.bench_local(|| weight_products(&machine).expect("a machine"));
}
