//! What is drawn, a mean, or rounded: training and flow against a scalar reference with the same random numbers.

use std::num::NonZeroUsize;

use burn::tensor::{Device, Tensor, TensorData};
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, Update, Updates, random::Draw,
    reconstruct,
};

const N_VISIBLE: usize = 37;
const N_HIDDEN: usize = 11;
const N_SAMPLES: usize = 60;
const BATCH: usize = 25;
const KEY: u64 = 71;

const ALL: [Update; 3] = [Update::Sampled, Update::MeanField, Update::Rounded];

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn every_pair() -> impl Iterator<Item = Updates> {
    ALL.into_iter().flat_map(|hidden| ALL.map(|visible| Updates { hidden, visible }))
}

fn machine() -> RbmParameters {
    let numbers = |layer, n| Draw::new(1, 0, layer).thresholds(1, n).into_iter().map(|x| 0.4 * x).collect::<Vec<_>>();
    RbmParameters {
        n_visible: N_VISIBLE,
        n_hidden: N_HIDDEN,
        weights: numbers(0, N_VISIBLE * N_HIDDEN),
        visible_bias: numbers(1, N_VISIBLE),
        hidden_bias: numbers(2, N_HIDDEN),
    }
}

/// Spins ±1, shape `[N_SAMPLES, N_VISIBLE]`.
fn spins() -> Vec<Vec<f64>> {
    let numbers = Draw::new(2, 0, 0).thresholds(N_SAMPLES, N_VISIBLE);
    numbers.chunks(N_VISIBLE).map(|row| row.iter().map(|x| if *x > 0.0 { 1.0 } else { -1.0 }).collect()).collect()
}

fn on_device(rows: &[Vec<f64>], device: &Device) -> Tensor<2> {
    let numbers: Vec<f32> = rows.concat().into_iter().map(|x| x as f32).collect();
    Tensor::from_data(TensorData::new(numbers, [rows.len(), rows[0].len()]), device)
}

/// The machine in 64 bits, unit by unit.
struct Scalar {
    /// Weights `[n_visible][n_hidden]`, visible and hidden bias.
    weights: Vec<Vec<f64>>,
    visible_bias: Vec<f64>,
    hidden_bias: Vec<f64>,
}

impl Scalar {
    fn new(machine: &RbmParameters) -> Self {
        let wide = |numbers: &[f32]| numbers.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        Self {
            weights: machine.weights.chunks(machine.n_hidden).map(wide).collect(),
            visible_bias: wide(&machine.visible_bias),
            hidden_bias: wide(&machine.hidden_bias),
        }
    }

    fn hidden_means(&self, visible: &[f64]) -> Vec<f64> {
        let field =
            |a: usize| self.hidden_bias[a] + (0..N_VISIBLE).map(|i| visible[i] * self.weights[i][a]).sum::<f64>();
        (0..N_HIDDEN).map(|a| field(a).tanh()).collect()
    }

    fn visible_means(&self, hidden: &[f64]) -> Vec<f64> {
        let field =
            |i: usize| self.visible_bias[i] + (0..N_HIDDEN).map(|a| hidden[a] * self.weights[i][a]).sum::<f64>();
        (0..N_VISIBLE).map(|i| field(i).tanh()).collect()
    }
}

/// A layer of one row, set from its means by the definition.
fn set(means: Vec<f64>, update: Update, (step, layer, row): (u64, u32, usize)) -> Vec<f64> {
    let n = means.len();
    let sign = |up: bool| if up { 1.0 } else { -1.0 };
    let unit = |(unit, mean): (usize, f64)| match update {
        Update::Sampled => sign(mean > f64::from(Draw::new(KEY, step, layer).threshold((row * n + unit) as u32))),
        Update::MeanField => mean,
        Update::Rounded => sign(mean > 0.0),
    };
    means.into_iter().enumerate().map(unit).collect()
}

/// One step of CD-k on a batch by the definition; returns the flips.
fn scalar_step(machine: &mut Scalar, data: &[Vec<f64>], rule: &ContrastiveDivergence, step: u64) -> u64 {
    let rate = rule.learning_rate / data.len() as f64;
    let mut change = Scalar {
        weights: vec![vec![0.0; N_HIDDEN]; N_VISIBLE],
        visible_bias: vec![0.0; N_VISIBLE],
        hidden_bias: vec![0.0; N_HIDDEN],
    };
    let mut n_flips = 0;
    for (row, v) in data.iter().enumerate() {
        let h = machine.hidden_means(v);
        let (mut means, mut reconstruction) = (h.clone(), Vec::new());
        for gibbs_step in 0..rule.n_gibbs_steps.get() as u32 {
            let hidden = set(means, rule.updates.hidden, (step, 2 * gibbs_step, row));
            let visible = machine.visible_means(&hidden);
            reconstruction = set(visible, rule.updates.visible, (step, 2 * gibbs_step + 1, row));
            means = machine.hidden_means(&reconstruction);
        }
        for i in 0..N_VISIBLE {
            n_flips += u64::from(v[i] * reconstruction[i] < 0.0);
            change.visible_bias[i] += rate * (v[i] - reconstruction[i]);
            for a in 0..N_HIDDEN {
                change.weights[i][a] += rate * (v[i] * h[a] - reconstruction[i] * means[a]);
            }
        }
        (0..N_HIDDEN).for_each(|a| change.hidden_bias[a] += rate * (h[a] - means[a]));
    }
    let add = |to: &mut Vec<f64>, change: &[f64]| to.iter_mut().zip(change).for_each(|(x, dx)| *x += dx);
    machine.weights.iter_mut().zip(&change.weights).for_each(|(to, change)| add(to, change));
    add(&mut machine.visible_bias, &change.visible_bias);
    add(&mut machine.hidden_bias, &change.hidden_bias);
    n_flips
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < 2e-5, "{what}: {found} is not {expected}");
    }
}

/// Trains the machine on all samples with a key.
fn train(rule: ContrastiveDivergence, key: u64) -> (RbmParameters, u64) {
    let device = Device::flex();
    let words = PackedTensor::pack(on_device(&spins(), &device)).to_words().expect("words");
    let samples = PackedTensor::new(&words, N_VISIBLE, &device).expect("samples");
    let order: Vec<u32> = (0..N_SAMPLES as u32).collect();
    let stretch = Stretch {
        samples: &samples,
        orders: &[&order],
        batch_size: size(BATCH),
        keys: &[key],
        first_step: 4,
        n_threads: 1,
    };
    let training = Training::begin(Rbm::new(&machine(), &device).expect("a machine"), samples.first(BATCH));
    let (training, n_flips) = rule.train(vec![training], &stretch).expect("a training").remove(0);
    (training.rbm.parameters().expect("a machine"), n_flips)
}

/// Two batches of 25 and one of 10; no mean lies within rounding of its threshold, or of 0.
#[test]
fn training_is_the_definition_whatever_is_drawn() {
    for updates in every_pair() {
        for n_gibbs_steps in [1, 3] {
            let rule = ContrastiveDivergence {
                n_gibbs_steps: size(n_gibbs_steps),
                learning_rate: 0.2,
                updates,
                ..Default::default()
            };
            let (found, n_flips) = train(rule, KEY);
            let mut expected = Scalar::new(&machine());
            let steps = spins().chunks(BATCH).map(<[Vec<f64>]>::to_vec).collect::<Vec<_>>();
            let n_expected: u64 =
                steps.iter().zip(4..).map(|(data, step)| scalar_step(&mut expected, data, &rule, step)).sum();
            let what = format!("{updates:?}, CD-{n_gibbs_steps}");
            assert_close(&found.weights, &expected.weights.concat(), &what);
            assert_close(&found.visible_bias, &expected.visible_bias, &what);
            assert_close(&found.hidden_bias, &expected.hidden_bias, &what);
            assert_eq!(n_flips, n_expected, "{what}");
        }
    }
}

/// Persistent chains stay ±1 and go on from step to step when the visible units are rounded.
#[test]
fn rounded_chains_persist() {
    let updates = Updates { hidden: Update::MeanField, visible: Update::Rounded };
    let rule = ContrastiveDivergence { learning_rate: 0.0, persistent: true, updates, ..Default::default() };
    let device = Device::flex();
    let rows = spins();
    let rbm = Rbm::new(&machine(), &device).expect("a machine");
    let mut training = Training::begin(rbm.clone(), PackedTensor::pack(on_device(&rows, &device)));
    let mut expected = on_device(&rows, &device);
    for step in 0..3 {
        training = rule.step(training, on_device(&rows, &device), KEY, step).expect("a step").0;
        expected = reconstruct(&rbm, expected, updates, KEY, step).expect("a step");
    }
    let same = training.chains.unpack().equal(expected).all().into_scalar::<bool>();
    assert!(same, "the chains are not the flow of the machine");
}

#[test]
fn a_flow_step_is_the_definition_whatever_is_drawn() {
    let device = Device::flex();
    let rbm = Rbm::new(&machine(), &device).expect("a machine");
    let scalar = Scalar::new(&machine());
    for updates in every_pair() {
        let mut found = on_device(&spins(), &device);
        let mut expected = spins();
        for step in 0..3 {
            found = reconstruct(&rbm, found, updates, KEY, step).expect("a step");
            for (row, v) in expected.iter_mut().enumerate() {
                let hidden = set(scalar.hidden_means(v), updates.hidden, (step, 0, row));
                *v = set(scalar.visible_means(&hidden), updates.visible, (step, 1, row));
            }
        }
        let found: Vec<f32> = found.try_into_vec_as().expect("numbers");
        assert_close(&found, &expected.concat(), &format!("{updates:?}"));
        let is_spin = found.iter().all(|v| (v.abs() - 1.0).abs() < f32::EPSILON);
        assert_eq!(is_spin, updates.visible != Update::MeanField, "{updates:?}");
    }
}

/// Without a drawn layer the random numbers do not matter; with one they do.
#[test]
fn only_what_is_drawn_depends_on_the_key() {
    for updates in every_pair() {
        let rule = ContrastiveDivergence { updates, ..Default::default() };
        let (one, other) = (train(rule, KEY), train(rule, KEY + 1));
        let is_drawn = [updates.hidden, updates.visible].contains(&Update::Sampled);
        assert_eq!(one.0 != other.0, is_drawn, "{updates:?}");
        assert!(train(rule, KEY) == one, "{updates:?}");
    }
}
