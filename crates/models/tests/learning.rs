//! What contrastive divergence learns, against sums over all states.

use std::num::NonZeroUsize;

use burn::tensor::{Device, Tensor, TensorData};
use models::{ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, random::Draw};

const N_VISIBLE: usize = 6;
const N_HIDDEN: usize = 3;

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn machine(seed: u64, spread: f32) -> RbmParameters {
    let numbers = |n, layer| Draw::new(seed, 0, layer).thresholds(1, n).into_iter().map(|x| spread * x).collect();
    RbmParameters {
        n_visible: N_VISIBLE,
        n_hidden: N_HIDDEN,
        weights: numbers(N_VISIBLE * N_HIDDEN, 0),
        visible_bias: numbers(N_VISIBLE, 1),
        hidden_bias: numbers(N_HIDDEN, 2),
    }
}

fn states(n: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..1usize << n).map(move |bits| (0..n).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect())
}

fn weight(p: &RbmParameters, visible: usize, hidden: usize) -> f64 {
    p.weights[visible * N_HIDDEN + hidden].into()
}

fn hidden_means(p: &RbmParameters, v: &[f64]) -> Vec<f64> {
    let field = |a| f64::from(p.hidden_bias[a]) + v.iter().enumerate().map(|(i, v)| v * weight(p, i, a)).sum::<f64>();
    (0..N_HIDDEN).map(|a| field(a).tanh()).collect()
}

fn visible_means(p: &RbmParameters, h: &[f64]) -> Vec<f64> {
    let field = |i| f64::from(p.visible_bias[i]) + h.iter().enumerate().map(|(a, h)| h * weight(p, i, a)).sum::<f64>();
    (0..N_VISIBLE).map(|i| field(i).tanh()).collect()
}

/// Probability of a layer with these means.
fn probability(layer: &[f64], means: &[f64]) -> f64 {
    layer.iter().zip(means).map(|(s, m)| 0.5 * (1.0 + s * m)).product()
}

/// p(v) for every state.
fn law(p: &RbmParameters) -> Vec<f64> {
    let energy = |v: &[f64], h: &[f64]| -> f64 {
        let bias: f64 = v.iter().zip(&p.visible_bias).map(|(v, &c)| v * f64::from(c)).sum();
        let field =
            |a: usize| f64::from(p.hidden_bias[a]) + (0..N_VISIBLE).map(|i| v[i] * weight(p, i, a)).sum::<f64>();
        -bias - (0..N_HIDDEN).map(|a| h[a] * field(a)).sum::<f64>()
    };
    let weights: Vec<f64> =
        states(N_VISIBLE).map(|v| states(N_HIDDEN).map(|h| (-energy(&v, &h)).exp()).sum()).collect();
    let z: f64 = weights.iter().sum();
    weights.into_iter().map(|w| w / z).collect()
}

/// Samples in proportion to p(v), up to rounding, packed.
fn samples(p: &RbmParameters, n: f64) -> Vec<u32> {
    law(p).iter().zip(0..).flat_map(|(p, v)| std::iter::repeat_n(v, (n * p).round() as usize)).collect()
}

/// The mean over 4000 batches of the change of each weight and bias, against
/// ⟨v⟨h⟩ − v′⟨h′⟩⟩ with p(v′|v) summed over all states: within 5 standard errors each, which a correct step exceeds with
/// probability 2·10⁻⁵ for one of its 27 numbers. The key is fixed.
#[test]
fn the_mean_step_is_the_expectation_over_all_reconstructions() {
    let device = Device::flex();
    let p = machine(3, 0.8);
    let rows: Vec<Vec<f64>> = states(N_VISIBLE).step_by(3).collect();
    let mut expected = vec![0.0; (N_VISIBLE + 1) * (N_HIDDEN + 1)];
    let outer = |sum: &mut [f64], v: &[f64], h: &[f64], factor: f64| {
        let v: Vec<f64> = v.iter().copied().chain([1.0]).collect();
        let h: Vec<f64> = h.iter().copied().chain([1.0]).collect();
        for (i, v) in v.iter().enumerate() {
            h.iter().enumerate().for_each(|(a, h)| sum[i * (N_HIDDEN + 1) + a] += factor * v * h);
        }
    };
    for v in &rows {
        let share = 1.0 / rows.len() as f64;
        let mean = hidden_means(&p, v);
        outer(&mut expected, v, &mean, share);
        for h in states(N_HIDDEN) {
            let reconstruction = visible_means(&p, &h);
            for v in states(N_VISIBLE) {
                let factor = probability(&h, &mean) * probability(&v, &reconstruction);
                outer(&mut expected, &v, &hidden_means(&p, &v), -share * factor);
            }
        }
    }
    let spins: Vec<f32> = rows.iter().flatten().map(|&v| v as f32).collect();
    let visible = Tensor::<2>::from_data(TensorData::new(spins, [rows.len(), N_VISIBLE]), &device);
    let rule = ContrastiveDivergence { learning_rate: 1.0, ..Default::default() };
    let n_batches = 4000;
    let mut sums = vec![[0.0; 2]; expected.len()];
    for step in 0..n_batches {
        let rbm = Rbm::new(&p, &device).expect("a machine");
        let training = Training::begin(rbm, PackedTensor::new(&[0], N_VISIBLE, &device).expect("chains"));
        let (after, _) = rule.step(training, visible.clone(), 11, step).expect("a step");
        let change = after.last_change.parameters().expect("a machine");
        let mut add = |i: usize, x: f32| {
            sums[i][0] += f64::from(x);
            sums[i][1] += f64::from(x) * f64::from(x);
        };
        for (i, row) in change.weights.chunks_exact(N_HIDDEN).enumerate() {
            row.iter().enumerate().for_each(|(a, &x)| add(i * (N_HIDDEN + 1) + a, x));
            add(i * (N_HIDDEN + 1) + N_HIDDEN, change.visible_bias[i]);
        }
        change.hidden_bias.iter().enumerate().for_each(|(a, &x)| add(N_VISIBLE * (N_HIDDEN + 1) + a, x));
    }
    let n = n_batches as f64;
    for (place, (&[sum, squares], expected)) in sums.iter().zip(&expected).enumerate().take(sums.len() - 1) {
        let mean = sum / n;
        let error = ((squares / n - mean * mean) / n).sqrt();
        assert!(error > 0.0 && (mean - expected).abs() < 5.0 * error, "{place}: {mean} ± {error} is not {expected}");
    }
}

/// A student with as many hidden units as its teacher comes so near to the teacher's law that 2000 samples would not tell
/// them apart (relative entropy times samples below the number of parameters), from a start that is far away.
#[test]
fn a_student_recovers_the_law_of_its_teacher() {
    let device = Device::flex();
    let teacher = machine(5, 1.2);
    let words = samples(&teacher, 20_000.0);
    let spins = PackedTensor::new(&words, N_VISIBLE, &device).expect("samples");
    let distance = |student: &RbmParameters| -> f64 {
        let (q, p) = (law(&teacher), law(student));
        q.iter().zip(&p).map(|(q, p)| q * (q / p).ln()).sum()
    };
    for persistent in [false, true] {
        let start = machine(8, 0.02);
        let mut training = Training::begin(Rbm::new(&start, &device).expect("a machine"), spins.first(500));
        let n_epochs = 300;
        for epoch in 0..n_epochs {
            let mut order: Vec<u32> = (0..words.len() as u32).collect();
            let draw = Draw::new(1, epoch, 0);
            order.sort_by_key(|&sample| draw.bits(sample));
            let first_step = epoch * words.len().div_ceil(500) as u64;
            let (orders, keys) = ([order.as_slice()], [7]);
            let stretch = Stretch {
                samples: &spins,
                orders: &orders,
                batch_size: size(500),
                keys: &keys,
                first_step,
                n_threads: 1,
            };
            let rule = ContrastiveDivergence {
                n_gibbs_steps: size(if persistent { 1 } else { 10 }),
                learning_rate: 0.1 * (1.0 - epoch as f64 / n_epochs as f64),
                persistent,
                ..Default::default()
            };
            training = rule.train(vec![training], &stretch).expect("a machine").remove(0).0;
        }
        let student = training.rbm.parameters().expect("a machine");
        assert!(distance(&start) > 0.3, "the start is {} away", distance(&start));
        assert!(2000.0 * distance(&student) < 27.0, "the student is {} nats away", distance(&student));
    }
}
