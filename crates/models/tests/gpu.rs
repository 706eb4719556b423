//! The kernels of the GPU against the plain tensor operations of the CPU.
//!
//! Without an adapter the tests pass with a message. On a machine without a GPU, Mesa's software Vulkan driver serves:
//! `tests/wgpu-on-software-vulkan.sh` shows how to choose it.
#![cfg(feature = "wgpu")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod adapter;

use std::num::NonZeroUsize;

use adapter::device;
use burn::tensor::Device;
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, flow, gibbs::flow_plain, random::Draw,
};

fn machine(n_visible: usize, n_hidden: usize) -> RbmParameters {
    let values =
        |layer, n: usize, scale: f32| Draw::new(1, 0, layer).thresholds(1, n).iter().map(|x| scale * x).collect();
    RbmParameters {
        n_visible,
        n_hidden,
        weights: values(0, n_visible * n_hidden, 0.3),
        visible_bias: values(1, n_visible, 0.2),
        hidden_bias: values(2, n_hidden, 0.2),
    }
}

/// Random packed spins.
fn words(n_samples: usize, n_sites: usize) -> Vec<u32> {
    let n_words = n_sites.div_ceil(32);
    let last = u32::MAX >> (32 * n_words - n_sites);
    let word = |i: usize| Draw::new(2, 0, 0).bits(i as u32) & if i % n_words + 1 == n_words { last } else { u32::MAX };
    (0..n_samples * n_words).map(word).collect()
}

/// Layers of ±1 as 64-bit numbers on the host, and how near a unit's mean came to its threshold.
struct Reference<'a> {
    machine: &'a RbmParameters,
    margin: f64,
}

impl Reference<'_> {
    fn weight(&self, i: usize, a: usize) -> f64 {
        f64::from(self.machine.weights[i * self.machine.n_hidden + a])
    }

    fn hidden_means(&self, v: &[f64]) -> Vec<f64> {
        let field = |(a, b): (usize, &f32)| {
            f64::from(*b) + v.iter().enumerate().map(|(i, v)| v * self.weight(i, a)).sum::<f64>()
        };
        self.machine.hidden_bias.iter().enumerate().map(field).map(f64::tanh).collect()
    }

    fn visible_means(&self, h: &[f64]) -> Vec<f64> {
        let field = |(i, c): (usize, &f32)| {
            f64::from(*c) + h.iter().enumerate().map(|(a, h)| h * self.weight(i, a)).sum::<f64>()
        };
        self.machine.visible_bias.iter().enumerate().map(field).map(f64::tanh).collect()
    }

    fn sample(&mut self, means: &[f64], draw: Draw, row: usize) -> Vec<f64> {
        let mut unit = |(i, mean): (usize, &f64)| {
            let excess = mean - f64::from(draw.threshold((row * means.len() + i) as u32));
            self.margin = self.margin.min(excess.abs());
            excess.signum()
        };
        means.iter().enumerate().map(&mut unit).collect()
    }
}

fn unpacked(words: &[u32], n_sites: usize) -> Vec<Vec<f64>> {
    let spin = |row: &[u32], i: usize| if row[i / 32] >> (i % 32) & 1 == 1 { 1.0 } else { -1.0 };
    words.chunks(n_sites.div_ceil(32)).map(|row| (0..n_sites).map(|i| spin(row, i)).collect()).collect()
}

/// How near a unit's mean comes to its threshold when the machine trains on these samples.
fn training_margin(
    machine: &RbmParameters,
    rows: &[Vec<f64>],
    chains: &[Vec<f64>],
    stretch: &Stretch<'_>,
    key: u64,
    cd: &ContrastiveDivergence,
) -> f64 {
    let (mut machine, mut chains, mut margin) = (machine.clone(), chains.to_vec(), f64::INFINITY);
    let (n_weights, n_visible, n_hidden) = (machine.weights.len(), machine.n_visible, machine.n_hidden);
    // Weights, visible bias, hidden bias.
    let mut last_change = vec![0.0; n_weights + n_visible + n_hidden];
    for (samples, step) in stretch.orders[0].chunks(stretch.batch_size.get()).zip(stretch.first_step..) {
        let mut reference = Reference { machine: &machine, margin };
        let mut sums = vec![0.0; last_change.len()];
        for (row, &sample) in samples.iter().enumerate() {
            let data = &rows[sample as usize];
            let data_means = reference.hidden_means(data);
            let mut v = if cd.persistent { chains[row].clone() } else { data.clone() };
            let mut means = reference.hidden_means(&v);
            for k in 0..cd.n_gibbs_steps.get() as u32 {
                let h = reference.sample(&means, Draw::new(key, step, 2 * k), row);
                v = reference.sample(&reference.visible_means(&h), Draw::new(key, step, 2 * k + 1), row);
                means = reference.hidden_means(&v);
            }
            for (i, sums) in sums[..n_weights].chunks_mut(n_hidden).enumerate() {
                for (a, sum) in sums.iter_mut().enumerate() {
                    *sum += data[i] * data_means[a] - v[i] * means[a];
                }
            }
            for i in (0..n_visible).filter(|_| cd.visible_bias) {
                sums[n_weights + i] += data[i] - v[i];
            }
            for a in (0..n_hidden).filter(|_| cd.hidden_bias) {
                sums[n_weights + n_visible + a] += data_means[a] - means[a];
            }
            if cd.persistent {
                chains[row] = v;
            }
        }
        margin = reference.margin;
        let rate = cd.learning_rate / samples.len() as f64;
        let RbmParameters { weights, visible_bias, hidden_bias, .. } = &mut machine;
        let parameters = weights.iter_mut().chain(visible_bias).chain(hidden_bias);
        for (number, ((parameter, change), sum)) in parameters.zip(&mut last_change).zip(&sums).enumerate() {
            let decay =
                if number < n_weights { cd.learning_rate * cd.weight_decay * f64::from(*parameter) } else { 0.0 };
            *change = cd.momentum * *change + rate * sum - decay;
            *parameter += *change as f32;
        }
    }
    margin
}

/// The least of the first keys with which no mean comes near its threshold.
fn clear_key(margin: impl Fn(u64) -> f64) -> u64 {
    (0..200).find(|&key| margin(key) > 1e-5).expect("a key with clear draws")
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len());
    let largest = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(largest < tolerance, "{what}: differences up to {largest}");
}

fn assert_same(found: &RbmParameters, expected: &RbmParameters, what: &str) {
    assert_near(&found.weights, &expected.weights, 4e-6, &format!("weights of the {what}"));
    assert_near(&found.visible_bias, &expected.visible_bias, 4e-6, &format!("visible bias of the {what}"));
    assert_near(&found.hidden_bias, &expected.hidden_bias, 4e-6, &format!("hidden bias of the {what}"));
}

fn host(chains: PackedTensor) -> Vec<i32> {
    chains.to_words().expect("words").into_iter().map(u32::cast_signed).collect()
}

/// Trains on both devices with a key for which rounding decides no unit.
fn compare_training(
    device: &Device,
    (n_visible, n_hidden): (usize, usize),
    n_samples: usize,
    batch_size: usize,
    cd: ContrastiveDivergence,
) {
    let all_words = words(n_samples + batch_size, n_visible);
    let (words, chain_words) = all_words.split_at(n_samples * n_visible.div_ceil(32));
    let order: Vec<u32> = (0..n_samples as u32).map(|i| i * 7 % n_samples as u32).collect();
    let machine = machine(n_visible, n_hidden);
    let flex = Device::flex();
    let samples = |device: &Device| PackedTensor::new(words, n_visible, device).expect("samples");
    let (there, here) = (samples(device), samples(&flex));
    let orders = [order.as_slice()];
    let stretch = |samples, keys| Stretch {
        samples,
        orders: &orders,
        batch_size: size(batch_size),
        keys,
        first_step: 3,
        n_threads: 1,
    };
    let (rows, chains) = (unpacked(words, n_visible), unpacked(chain_words, n_visible));
    let keys = [clear_key(|key| training_margin(&machine, &rows, &chains, &stretch(&here, &[]), key, &cd))];

    let begin = |device: &Device| {
        let rbm = Rbm::new(&machine, device).expect("a machine");
        vec![Training::begin(rbm, PackedTensor::new(chain_words, n_visible, device).expect("chains"))]
    };
    let (fused, n_flips) = cd.train(begin(device), &stretch(&there, &keys)).expect("a machine").remove(0);
    let (mut plain, n_plain_flips) = cd.train_plain(begin(&flex), &stretch(&here, &keys)).expect("a training");
    let plain = plain.remove(0);
    assert_eq!(n_flips, n_plain_flips.into_scalar::<i64>() as u64, "flipped units");
    let parameters = |rbm: &Rbm| rbm.parameters().expect("a machine");
    assert_same(&parameters(&fused.rbm), &parameters(&plain.rbm), "machine");
    assert_same(&parameters(&fused.last_change), &parameters(&plain.last_change), "last change");
    assert!(host(fused.chains) == host(plain.chains), "chains");
    let learned = parameters(&fused.rbm).weights.into_iter().zip(machine.weights).any(|(a, b)| (a - b).abs() > 1e-3);
    assert!(learned, "nothing was learned");
}

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn cd(n_gibbs_steps: usize) -> ContrastiveDivergence {
    ContrastiveDivergence {
        n_gibbs_steps: size(n_gibbs_steps),
        learning_rate: 0.05,
        ..ContrastiveDivergence::default()
    }
}

#[test]
fn one_step_is_the_plain_one() {
    let Some(device) = device() else { return };
    for k in [1, 2] {
        compare_training(&device, (17, 33), 21, 21, cd(k));
        compare_training(&device, (100, 81), 40, 40, cd(k));
    }
}

#[test]
fn many_steps_with_a_smaller_last_batch_are_the_plain_ones() {
    let Some(device) = device() else { return };
    for k in [1, 2] {
        compare_training(&device, (17, 33), 100, 13, cd(k));
        compare_training(&device, (100, 81), 50, 20, cd(k));
    }
    compare_training(&device, (33, 64), 70, 33, cd(3));
}

#[test]
fn chains_momentum_decay_and_fixed_biases_are_the_plain_ones() {
    let Some(device) = device() else { return };
    let rule = ContrastiveDivergence { momentum: 0.5, weight_decay: 0.1, ..cd(1) };
    compare_training(&device, (37, 20), 45, 19, ContrastiveDivergence { persistent: true, ..rule });
    compare_training(&device, (37, 20), 45, 19, ContrastiveDivergence { visible_bias: false, ..rule });
    let two = ContrastiveDivergence { n_gibbs_steps: size(2), persistent: true, hidden_bias: false, ..rule };
    compare_training(&device, (37, 20), 45, 19, two);
    compare_training(&device, (140, 130), 24, 10, two);
}

/// More batches than a launch does.
#[test]
fn many_launches_are_one_training() {
    let Some(device) = device() else { return };
    let slow = ContrastiveDivergence { learning_rate: 0.002, ..cd(1) };
    compare_training(&device, (100, 81), 400, 1, slow);
    compare_training(&device, (100, 81), 300, 1, ContrastiveDivergence { persistent: true, momentum: 0.5, ..slow });
}

/// Batches so large that a thread takes many rows of a unit together.
#[test]
fn a_large_batch_is_the_plain_one() {
    let Some(device) = device() else { return };
    compare_training(&device, (100, 81), 510, 500, cd(1));
    compare_training(&device, (40, 30), 1000, 1000, cd(1));
}

/// A machine that does not fit into the shared memory of a GPU.
#[test]
fn a_large_machine_trains_as_the_plain_one() {
    let Some(device) = device() else { return };
    compare_training(&device, (140, 130), 24, 10, cd(1));
}

#[test]
fn the_flow_is_the_plain_one() {
    let Some(device) = device() else { return };
    for ((n_visible, n_hidden), n_chains, n_steps) in
        [((17, 33), 50, 4), ((17, 33), 2100, 1), ((100, 81), 300, 1), ((140, 130), 35, 2)]
    {
        let (machine, words) = (machine(n_visible, n_hidden), words(n_chains, n_visible));
        let margin = |key| {
            let mut reference = Reference { machine: &machine, margin: f64::INFINITY };
            for (row, v) in unpacked(&words, n_visible).into_iter().enumerate() {
                let mut v = v;
                for step in 5..5 + n_steps {
                    let h = reference.sample(&reference.hidden_means(&v), Draw::new(key, step, 0), row);
                    v = reference.sample(&reference.visible_means(&h), Draw::new(key, step, 1), row);
                }
            }
            reference.margin
        };
        let key = clear_key(margin);
        let chains = |device: &Device| PackedTensor::new(&words, n_visible, device).expect("chains");
        let rbm = |device: &Device| Rbm::new(&machine, device).expect("a machine");
        let fused = flow(&rbm(&device), chains(&device), n_steps, key, 5).expect("a flow");
        let flex = Device::flex();
        let plain = flow_plain(&rbm(&flex), chains(&flex), n_steps, key, 5).expect("a flow");
        assert_eq!(host(fused), host(plain));
        assert_eq!(host(chains(&device)), words.iter().map(|word| word.cast_signed()).collect::<Vec<_>>());
    }
}
