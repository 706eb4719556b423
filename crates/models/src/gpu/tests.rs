//! Persistent chains, momentum, weight decay and biases that stay, against 64-bit numbers on the host.

use std::panic::catch_unwind;

use burn::{
    backend::{
        DispatchDevice,
        ops::{FloatTensorOps, IntTensorOps},
    },
    tensor::{DType, Device, DeviceKind, TensorData, read_sync},
};
use burn_cubecl::{CubeBackend, CubeDevice, tensor::CubeTensor};

use super::launch::{Machine, Stretch, train};
use crate::random::Draw;

const N_VISIBLE: usize = 37;
const N_HIDDEN: usize = 20;
const N_SAMPLES: usize = 45;
const BATCH: usize = 19;
const KEY: u64 = 6;
const FIRST_STEP: u64 = 2;

/// The device, or nothing where there is no adapter.
fn device() -> Option<CubeDevice> {
    let device = Device::wgpu(DeviceKind::DefaultDevice);
    let DispatchDevice::Cube(device) = device.as_dispatch().clone() else { return None };
    let there = device.clone();
    let probe = move || numbers(floats(&[1.0], &[1], &there)).len() == 1;
    catch_unwind(std::panic::AssertUnwindSafe(probe)).unwrap_or(false).then_some(device)
}

fn floats(values: &[f64], shape: &[usize], device: &CubeDevice) -> CubeTensor {
    let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    CubeBackend::float_from_data(TensorData::new(values, shape.to_vec()), device)
}

fn integers(values: &[u32], shape: &[usize], device: &CubeDevice) -> CubeTensor {
    let values: Vec<i32> = values.iter().map(|x| x.cast_signed()).collect();
    CubeBackend::int_from_data(TensorData::new(values, shape.to_vec()), device)
}

fn numbers(tensor: CubeTensor) -> Vec<f64> {
    let data = read_sync(CubeBackend::float_into_data(tensor)).expect("a result");
    data.iter::<f32>().map(f64::from).collect()
}

/// A machine, or its last changes: weights, visible bias, hidden bias.
#[derive(Clone)]
struct Host {
    weights: Vec<f64>,
    visible_bias: Vec<f64>,
    hidden_bias: Vec<f64>,
}

impl Host {
    fn new(layer: u32, scale: f64) -> Self {
        let values = |layer, n| {
            let thresholds = Draw::new(1, 0, layer).thresholds(1, n);
            thresholds.iter().map(|&x| f64::from((scale * f64::from(x)) as f32)).collect()
        };
        Self {
            weights: values(layer, N_VISIBLE * N_HIDDEN),
            visible_bias: values(layer + 1, N_VISIBLE),
            hidden_bias: values(layer + 2, N_HIDDEN),
        }
    }

    fn on(&self, device: &CubeDevice) -> Machine {
        Machine {
            weights: floats(&self.weights, &[N_VISIBLE, N_HIDDEN], device),
            visible_bias: floats(&self.visible_bias, &[N_VISIBLE], device),
            hidden_bias: floats(&self.hidden_bias, &[N_HIDDEN], device),
        }
    }

    fn hidden_means(&self, v: &[f64]) -> Vec<f64> {
        let field = |a: usize| (0..N_VISIBLE).map(|i| v[i] * self.weights[i * N_HIDDEN + a]).sum::<f64>();
        (0..N_HIDDEN).map(|a| (self.hidden_bias[a] + field(a)).tanh()).collect()
    }

    fn visible_means(&self, h: &[f64]) -> Vec<f64> {
        let field = |i: usize| (0..N_HIDDEN).map(|a| h[a] * self.weights[i * N_HIDDEN + a]).sum::<f64>();
        (0..N_VISIBLE).map(|i| (self.visible_bias[i] + field(i)).tanh()).collect()
    }
}

fn sample(means: &[f64], step: u64, layer: u32, row: usize) -> Vec<f64> {
    let draw = Draw::new(KEY, step, layer);
    let threshold = |i: usize| f64::from(draw.threshold((row * means.len() + i) as u32));
    means.iter().enumerate().map(|(i, &mean)| if mean > threshold(i) { 1.0 } else { -1.0 }).collect()
}

fn unpacked(words: &[u32]) -> Vec<Vec<f64>> {
    let spin = |row: &[u32], i: usize| if row[i / 32] >> (i % 32) & 1 == 1 { 1.0 } else { -1.0 };
    words.chunks(N_VISIBLE.div_ceil(32)).map(|row| (0..N_VISIBLE).map(|i| spin(row, i)).collect()).collect()
}

fn random_words(n_rows: usize, key: u64) -> Vec<u32> {
    let bits = |i: usize| Draw::new(key, 0, 0).bits(i as u32) & if i % 2 == 1 { 31 } else { u32::MAX };
    (0..2 * n_rows).map(bits).collect()
}

/// The stretch on the host; `chains` moves where it is given.
fn train_here(
    machine: &mut Host,
    velocity: &mut Host,
    stretch: &Stretch,
    rows: &[Vec<f64>],
    chains: &mut Option<Vec<Vec<f64>>>,
) {
    let order: Vec<usize> = (0..N_SAMPLES).collect();
    for (samples, step) in order.chunks(stretch.batch_size).zip(stretch.first_step..) {
        let rate = stretch.learning_rate / samples.len() as f64;
        let change = |momentum_of: f64, sum: f64, decayed: f64| {
            stretch.momentum * momentum_of + rate * sum - stretch.learning_rate * stretch.weight_decay * decayed
        };
        let mut sums = Host {
            weights: vec![0.0; N_VISIBLE * N_HIDDEN],
            visible_bias: vec![0.0; N_VISIBLE],
            hidden_bias: vec![0.0; N_HIDDEN],
        };
        for (row, &sample_number) in samples.iter().enumerate() {
            let data = &rows[sample_number];
            let data_means = machine.hidden_means(data);
            let mut v = chains.as_ref().map_or(data.clone(), |chains| chains[row].clone());
            let mut means = machine.hidden_means(&v);
            for k in 0..stretch.n_gibbs_steps as u32 {
                let h = sample(&means, step, 2 * k, row);
                v = sample(&machine.visible_means(&h), step, 2 * k + 1, row);
                means = machine.hidden_means(&v);
            }
            for i in 0..N_VISIBLE {
                for a in 0..N_HIDDEN {
                    sums.weights[i * N_HIDDEN + a] += data[i] * data_means[a] - v[i] * means[a];
                }
                sums.visible_bias[i] += data[i] - v[i];
            }
            (0..N_HIDDEN).for_each(|a| sums.hidden_bias[a] += data_means[a] - means[a]);
            if let Some(chains) = chains {
                chains[row] = v;
            }
        }
        for ((w, delta), sum) in machine.weights.iter_mut().zip(&mut velocity.weights).zip(&sums.weights) {
            *delta = change(*delta, *sum, *w);
            *w += *delta;
        }
        let biases = [
            (stretch.train_visible_bias, &mut machine.visible_bias, &mut velocity.visible_bias, &sums.visible_bias),
            (stretch.train_hidden_bias, &mut machine.hidden_bias, &mut velocity.hidden_bias, &sums.hidden_bias),
        ];
        for (_, bias, velocity, sums) in biases.into_iter().filter(|(is_trained, ..)| *is_trained) {
            for ((b, delta), sum) in bias.iter_mut().zip(velocity).zip(sums) {
                *delta = change(*delta, *sum, 0.0);
                *b += *delta;
            }
        }
    }
}

fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    let largest = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(found.len() == expected.len() && largest < 3e-6, "{what}: differences up to {largest}");
}

#[test]
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn chains_momentum_and_decay_are_those_of_the_host() {
    let Some(device) = device() else {
        eprintln!("skipped: no adapter for wgpu on this machine");
        return;
    };
    for (case, (persistent, visible, hidden)) in
        [(true, true, true), (false, false, true), (true, true, false)].into_iter().enumerate()
    {
        let (words, chain_words) = (random_words(N_SAMPLES, 2), random_words(BATCH, 3));
        let (mut machine, mut velocity) = (Host::new(0, 0.3), Host::new(3, 0.01));
        let n_words = N_VISIBLE.div_ceil(32);
        let stretch = Stretch {
            spins: integers(&words, &[N_SAMPLES, n_words], &device),
            order: integers(&(0..N_SAMPLES as u32).collect::<Vec<_>>(), &[N_SAMPLES], &device),
            machine: machine.on(&device),
            velocity: Some(velocity.on(&device)),
            chains: persistent.then(|| integers(&chain_words, &[BATCH, n_words], &device)),
            batch_size: BATCH,
            n_gibbs_steps: 1 + case,
            learning_rate: 0.05,
            momentum: 0.5,
            weight_decay: 0.1,
            train_visible_bias: visible,
            train_hidden_bias: hidden,
            key: KEY,
            first_step: FIRST_STEP,
        };
        let mut chains = persistent.then(|| unpacked(&chain_words));
        train_here(&mut machine, &mut velocity, &stretch, &unpacked(&words), &mut chains);
        let trained = train(stretch);
        let moved = trained.velocity.expect("the last changes");
        for (found, expected, what) in [
            (trained.machine.weights, &machine.weights, "weights"),
            (trained.machine.visible_bias, &machine.visible_bias, "visible bias"),
            (trained.machine.hidden_bias, &machine.hidden_bias, "hidden bias"),
            (moved.weights, &velocity.weights, "last changes of the weights"),
            (moved.visible_bias, &velocity.visible_bias, "last changes of the visible bias"),
            (moved.hidden_bias, &velocity.hidden_bias, "last changes of the hidden bias"),
        ] {
            assert_near(&numbers(found), expected, &format!("{what}, case {case}"));
        }
        let found = trained.chains.map(|chains| {
            assert_eq!(chains.dtype, DType::I32);
            let data = read_sync(CubeBackend::int_into_data(chains)).expect("a result");
            unpacked(&data.iter::<i32>().map(i32::cast_unsigned).collect::<Vec<_>>())
        });
        assert!(found == chains, "chains, case {case}");
    }
}
