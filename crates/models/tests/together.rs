//! Machines trained together become, bit for bit, what they become alone.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

#[cfg(feature = "wgpu")]
mod adapter;

use std::num::NonZeroUsize;

use burn::tensor::Device;
use models::{ContrastiveDivergence, ModelError, PackedTensor, Rbm, RbmParameters, Stretch, Training, random::Draw};

const N_MACHINES: usize = 5;
const N_SAMPLES: usize = 45;
const BATCH_SIZE: usize = 19;

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn machine(n_visible: usize, n_hidden: usize, index: usize) -> RbmParameters {
    let weights = Draw::new(index as u64, 0, 0).thresholds(n_visible, n_hidden).iter().map(|x| 0.3 * x).collect();
    RbmParameters::untrained(n_visible, n_hidden, weights)
}

/// Random packed spins.
fn spins(n_samples: usize, n_sites: usize, index: usize, device: &Device) -> PackedTensor {
    let n_words = n_sites.div_ceil(32);
    let last = u32::MAX >> (32 * n_words - n_sites);
    let draw = Draw::new(index as u64, 1, 0);
    let word = |i: usize| draw.bits(i as u32) & if i % n_words + 1 == n_words { last } else { u32::MAX };
    PackedTensor::new(&(0..n_samples * n_words).map(word).collect::<Vec<_>>(), n_sites, device).expect("samples")
}

/// Machine `index` with more persistent chains than a batch moves.
fn begin((n_visible, n_hidden): (usize, usize), index: usize, device: &Device) -> Training {
    let rbm = Rbm::new(&machine(n_visible, n_hidden, index), device).expect("a machine");
    Training::begin(rbm, spins(BATCH_SIZE + 4, n_visible, 100 + index, device))
}

/// All numbers of a training, and the flipped units.
type Everything = (RbmParameters, RbmParameters, Vec<u32>, u64);

fn everything((training, n_flips): &(Training, u64)) -> Everything {
    let chains = training.chains.to_words().expect("words");
    let parameters = |rbm: &Rbm| rbm.parameters().expect("a machine");
    (parameters(&training.rbm), parameters(&training.last_change), chains, *n_flips)
}

/// Two stretches of training, of all machines at once and one after another.
fn compare(device: &Device, shape: (usize, usize), rule: ContrastiveDivergence, n_threads: usize) {
    let samples = spins(N_SAMPLES, shape.0, 99, device);
    let order = |index: usize| (0..N_SAMPLES as u32).map(|i| (i * 7 + index as u32) % N_SAMPLES as u32).collect();
    let orders: Vec<Vec<u32>> = (0..N_MACHINES).map(order).collect();
    let orders: Vec<&[u32]> = orders.iter().map(Vec::as_slice).collect();
    let keys: Vec<u64> = (0..N_MACHINES as u64).map(|index| 3 * index).collect();
    let train = |mut trainings: Vec<Training>, orders: &[&[u32]], keys: &[u64]| {
        let mut trained = Vec::new();
        for first_step in [0, 3] {
            let stretch =
                Stretch { samples: &samples, orders, batch_size: size(BATCH_SIZE), keys, first_step, n_threads };
            trained = rule.train(trainings, &stretch).expect("machines");
            trainings = trained.iter().map(|(training, _)| training.clone()).collect();
        }
        trained.iter().map(everything).collect::<Vec<_>>()
    };
    let together = train((0..N_MACHINES).map(|index| begin(shape, index, device)).collect(), &orders, &keys);
    for (index, found) in together.iter().enumerate() {
        let alone = train(vec![begin(shape, index, device)], &orders[index..=index], &keys[index..=index]);
        assert!(alone[0] == *found, "machine {index} of {shape:?} differs with {rule:?}");
    }
    assert!(together[0].0.weights != machine(shape.0, shape.1, 0).weights, "nothing was learned");
    assert!(together[0].3 > 0 && together[0].0 != together[1].0);
}

fn rules() -> [ContrastiveDivergence; 3] {
    let rule = ContrastiveDivergence { learning_rate: 0.05, ..Default::default() };
    let with_memory = ContrastiveDivergence { momentum: 0.5, weight_decay: 0.1, persistent: true, ..rule };
    [rule, with_memory, ContrastiveDivergence { n_gibbs_steps: size(2), hidden_bias: false, ..with_memory }]
}

#[test]
fn on_the_cpu() {
    for rule in rules() {
        for n_threads in [1, 2, 12] {
            compare(&Device::flex(), (37, 20), rule, n_threads);
        }
    }
}

/// Machines in shared memory, and machines that do not fit there.
#[cfg(feature = "wgpu")]
#[test]
fn on_a_gpu() {
    let Some(device) = adapter::device() else { return };
    for rule in rules() {
        compare(&device, (37, 20), rule, 1);
    }
    compare(&device, (100, 81), rules()[0], 1);
    compare(&device, (140, 130), rules()[1], 1);
}

#[test]
fn machines_that_do_not_fit_together_are_refused() {
    let device = Device::flex();
    let samples = spins(N_SAMPLES, 9, 0, &device);
    let order: Vec<u32> = (0..N_SAMPLES as u32).collect();
    let train = |shapes: [(usize, usize); 2], orders: &[&[u32]], keys: &[u64]| {
        let stretch = Stretch { samples: &samples, orders, batch_size: size(10), keys, first_step: 0, n_threads: 1 };
        let trainings = shapes.into_iter().map(|shape| begin(shape, 0, &device)).collect();
        ContrastiveDivergence::default().train(trainings, &stretch).map(|trained| trained.len())
    };
    let refused = |name, found, expected| Err(ModelError::Shape { name, found, expected });
    assert_eq!(train([(9, 4); 2], &[&order, &order], &[0, 1]), Ok(2));
    assert_eq!(train([(9, 4); 2], &[&order], &[0, 1]), refused("orders", 1, 2));
    assert_eq!(train([(9, 4); 2], &[&order, &order[1..]], &[0, 1]), refused("order", 44, 45));
    assert_eq!(train([(9, 4); 2], &[&order, &order], &[0]), refused("keys", 1, 2));
    assert_eq!(train([(9, 4), (9, 5)], &[&order, &order], &[0, 1]), refused("hidden_bias", 5, 4));
}
