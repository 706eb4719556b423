//! The machine against sums over all its states.

use std::num::NonZeroUsize;

use burn::tensor::{Device, Tensor, TensorData};
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, Updates, flow, gibbs::flow_plain,
    likelihood::pseudo_likelihood, random::Draw, reconstruct,
};

const N_VISIBLE: usize = 5;
const N_HIDDEN: usize = 3;

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn machine() -> RbmParameters {
    let value = |i: usize| ((i * 7919 + 13) % 101) as f32 / 101.0 - 0.5;
    RbmParameters {
        n_visible: N_VISIBLE,
        n_hidden: N_HIDDEN,
        weights: (0..N_VISIBLE * N_HIDDEN).map(value).collect(),
        visible_bias: (0..N_VISIBLE).map(|i| 0.5 * value(i + 40)).collect(),
        hidden_bias: (0..N_HIDDEN).map(|i| 0.5 * value(i + 60)).collect(),
    }
}

/// All states of `n` units ±1.
fn states(n: usize) -> Vec<Vec<f32>> {
    (0..1usize << n).map(|bits| (0..n).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect()).collect()
}

/// E(v, h) as the physics writes it.
fn energy(p: &RbmParameters, v: &[f32], h: &[f32]) -> f64 {
    let mut sum = 0.0;
    for (i, v) in v.iter().enumerate() {
        sum += f64::from(p.visible_bias[i] * v);
        for (a, h) in h.iter().enumerate() {
            sum += f64::from(v * p.weights[i * p.n_hidden + a] * h);
        }
    }
    -sum - h.iter().zip(&p.hidden_bias).map(|(h, b)| f64::from(h * b)).sum::<f64>()
}

/// e^−F(v), the weight of v, by summing over the hidden states.
fn weight(p: &RbmParameters, v: &[f32]) -> f64 {
    states(p.n_hidden).iter().map(|h| (-energy(p, v, h)).exp()).sum()
}

fn tensor(rows: &[Vec<f32>], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), rows[0].len()]), device)
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("a result")
}

fn assert_close(found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < tolerance, "{found} is not {expected}");
    }
}

#[test]
fn energies_are_those_of_the_definition() {
    let device = Device::flex();
    let p = machine();
    let rbm = Rbm::new(&p, &device).expect("a machine");
    let with_every_hidden = |v: Vec<f32>| states(N_HIDDEN).into_iter().map(move |h| (v.clone(), h));
    let pairs: Vec<_> = states(N_VISIBLE).into_iter().flat_map(with_every_hidden).collect();
    let (v, h): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
    let expected: Vec<f64> = pairs.iter().map(|(v, h)| energy(&p, v, h)).collect();
    assert_close(&host(rbm.energy(tensor(&v, &device), tensor(&h, &device))), &expected, 1e-5);

    let expected: Vec<f64> = states(N_VISIBLE).iter().map(|v| -weight(&p, v).ln()).collect();
    assert_close(&host(rbm.free_energy(tensor(&states(N_VISIBLE), &device))), &expected, 1e-5);
}

#[test]
fn conditional_means_are_those_of_the_joint_law() {
    let device = Device::flex();
    let p = machine();
    let rbm = Rbm::new(&p, &device).expect("a machine");
    for v in states(N_VISIBLE) {
        let mean = |a: usize| -> f64 {
            let weighted = states(N_HIDDEN).into_iter().map(|h| f64::from(h[a]) * (-energy(&p, &v, &h)).exp());
            weighted.sum::<f64>() / weight(&p, &v)
        };
        let expected: Vec<f64> = (0..N_HIDDEN).map(mean).collect();
        assert_close(&host(rbm.hidden_field(tensor(std::slice::from_ref(&v), &device)).tanh()), &expected, 1e-5);
    }
}

#[test]
fn pseudo_likelihood_is_the_mean_conditional_of_every_site() {
    let mut p = machine();
    p.weights[0] = 6.0;
    let rows = states(N_VISIBLE);
    let ln_conditional = |v: &Vec<f32>, site: usize| {
        let mut flipped = v.clone();
        flipped[site] *= -1.0;
        (weight(&p, v) / (weight(&p, v) + weight(&p, &flipped))).ln()
    };
    let sites = rows.iter().flat_map(|v| (0..N_VISIBLE).map(move |site| ln_conditional(v, site)));
    let expected = sites.sum::<f64>() / (rows.len() * N_VISIBLE) as f64;
    let found = pseudo_likelihood(&p, &rows.concat()).expect("a number");
    assert!((found.value / expected - 1.0).abs() < 1e-12, "{found:?} is not {expected}");
    assert!(0.0 < found.error && found.error < 0.3);
    let untrained = RbmParameters::untrained(N_VISIBLE, N_HIDDEN, vec![0.0; N_VISIBLE * N_HIDDEN]);
    let found = pseudo_likelihood(&untrained, &rows.concat()).expect("a number");
    assert!((found.value + std::f64::consts::LN_2).abs() < 1e-15);
    let biased = RbmParameters { visible_bias: vec![0.5; N_VISIBLE], ..untrained };
    let found = pseudo_likelihood(&biased, &rows.concat()).expect("a number without weights");
    let expected = -0.5 * ((-1.0f64).exp().ln_1p() + 1.0f64.exp().ln_1p());
    assert!((found.value - expected).abs() < 1e-15, "{found:?} is not {expected}");
}

/// Two spins and n alike hidden units of weight w: p(v₁ | v₂) is 1/(1 + cosh(2w)^∓n), alike or not, through hundreds of factors of any size.
#[test]
fn pseudo_likelihood_survives_many_hidden_units_and_large_weights() {
    for (n_hidden, weight) in [(1000, 0.01), (1000, 0.3), (100, 10.0), (7, 100.0)] {
        let p = RbmParameters::untrained(2, n_hidden, vec![weight; 2 * n_hidden]);
        let ln_ratio = n_hidden as f64 * (2.0 * f64::from(weight)).cosh().ln();
        let expected = -0.5 * (2.0 * (-ln_ratio).exp().ln_1p() + ln_ratio);
        let found = pseudo_likelihood(&p, &[1.0, 1.0, 1.0, -1.0]).expect("a number").value;
        assert!((found / expected - 1.0).abs() < 1e-11, "{n_hidden} of {weight}: {found} is not {expected}");
    }
}

#[test]
fn a_training_step_is_the_formula_of_contrastive_divergence() {
    let device = Device::flex();
    let p = machine();
    let rows = states(N_VISIBLE);
    let (key, n) = (77, rows.len());
    let step = ContrastiveDivergence { n_gibbs_steps: size(2), learning_rate: 0.3, ..Default::default() };
    let rbm = Rbm::new(&p, &device).expect("a machine");
    let training = Training::begin(rbm, PackedTensor::new(&[0], N_VISIBLE, &device).expect("chains"));
    let (after, n_flips) = step.step(training, tensor(&rows, &device), key, 5).expect("a step");
    let after = after.rbm.parameters().expect("a machine");

    let weight = |i: usize, a: usize| p.weights[i * N_HIDDEN + a];
    let hidden_mean = |v: &[f32]| -> Vec<f32> {
        let field = |a: usize| p.hidden_bias[a] + (0..N_VISIBLE).map(|i| v[i] * weight(i, a)).sum::<f32>();
        (0..N_HIDDEN).map(|a| field(a).tanh()).collect()
    };
    let visible_mean = |h: &[f32]| -> Vec<f32> {
        let field = |i: usize| p.visible_bias[i] + (0..N_HIDDEN).map(|a| h[a] * weight(i, a)).sum::<f32>();
        (0..N_VISIBLE).map(|i| field(i).tanh()).collect()
    };
    let sample = |mean: Vec<f32>, layer: u32, row: usize| -> Vec<f32> {
        let threshold = |unit: usize| Draw::new(key, 5, layer).threshold((row * mean.len() + unit) as u32);
        mean.iter().enumerate().map(|(unit, &m)| if m > threshold(unit) { 1.0 } else { -1.0 }).collect()
    };
    let (mut weights, mut flips) = (p.weights.clone(), 0);
    for (row, v) in rows.iter().enumerate() {
        let mean = hidden_mean(v);
        let first = sample(visible_mean(&sample(mean.clone(), 0, row)), 1, row);
        let second = sample(visible_mean(&sample(hidden_mean(&first), 2, row)), 3, row);
        let reconstructed = hidden_mean(&second);
        for i in 0..N_VISIBLE {
            flips += i32::from(v[i] * second[i] < 0.0);
            for a in 0..N_HIDDEN {
                weights[i * N_HIDDEN + a] += 0.3 / n as f32 * (v[i] * mean[a] - second[i] * reconstructed[a]);
            }
        }
    }
    let expected: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
    assert_close(&after.weights, &expected, 1e-5);
    assert_eq!(n_flips.into_scalar::<i64>(), i64::from(flips));
}

/// Started from p(v), the flow stays there: the block Gibbs kernel leaves the machine's law as it is.
/// χ² of 31 degrees of freedom exceeds 61.1 with probability 0.001.
#[test]
fn the_flow_leaves_the_law_of_the_machine() {
    let device = Device::flex();
    let p = machine();
    let rbm = Rbm::new(&p, &device).expect("a machine");
    let weights: Vec<f64> = states(N_VISIBLE).iter().map(|v| weight(&p, v)).collect();
    let total: f64 = weights.iter().sum();
    // Starts in exact proportion to p(v), up to rounding.
    let copies = |(v, w): (Vec<f32>, &f64)| std::iter::repeat_n(v, (200_000.0 * w / total).round() as usize);
    let start: Vec<Vec<f32>> = states(N_VISIBLE).into_iter().zip(&weights).flat_map(copies).collect();
    let mut visible = tensor(&start, &device);
    for step in 0..4 {
        visible = reconstruct(&rbm, visible, Updates::default(), 3, step).expect("a step");
    }
    let mut counts = vec![0.0; 1 << N_VISIBLE];
    for v in host(visible).chunks_exact(N_VISIBLE) {
        counts[(0..N_VISIBLE).map(|i| usize::from(v[i] > 0.0) << i).sum::<usize>()] += 1.0;
    }
    let expected = |w: &f64| start.len() as f64 * w / total;
    let chi_square: f64 = counts.iter().zip(&weights).map(|(c, w)| (c - expected(w)).powi(2) / expected(w)).sum();
    assert!(chi_square < 61.1, "χ² = {chi_square}");
}

#[test]
fn a_machine_that_does_not_fit_is_refused() {
    let mut p = machine();
    p.hidden_bias.pop();
    assert!(Rbm::new(&p, &Device::flex()).is_err());
    let mut p = machine();
    p.weights[3] = f32::NAN;
    assert!(Rbm::new(&p, &Device::flex()).is_err());
}

/// A machine of the talk's size with weights large enough that its units are correlated.
fn large_machine() -> RbmParameters {
    let weights = Draw::new(1, 0, 0).thresholds(100, 81).iter().map(|x| 0.3 * x).collect();
    RbmParameters::untrained(100, 81, weights)
}

fn words(n_samples: usize, n_sites: usize) -> Vec<u32> {
    let n_words = n_sites.div_ceil(32);
    let last = u32::MAX >> (32 * n_words - n_sites);
    let word = |i: usize| Draw::new(2, 0, 0).bits(i as u32) & if i % n_words + 1 == n_words { last } else { u32::MAX };
    (0..n_samples * n_words).map(word).collect()
}

#[test]
fn packing_is_undone_by_unpacking() {
    let device = Device::flex();
    for n_sites in [1, 31, 32, 33, 100] {
        let packed = PackedTensor::new(&words(7, n_sites), n_sites, &device).expect("samples");
        let spins = packed.unpack();
        assert!(host(spins.clone()).iter().all(|s| [-1.0f32, 1.0].map(f32::to_bits).contains(&s.to_bits())));
        let again = PackedTensor::pack(spins);
        assert_eq!(again.to_words().expect("words"), packed.to_words().expect("words"));
    }
}

/// The fused operation against the plain one over several batches: the same random numbers, so the same spins but for
/// those whose mean lies within rounding of its threshold. Each such spin moves a weight by less than 2 η/batch.
#[test]
fn fused_training_is_the_plain_one_to_rounding() {
    let device = Device::flex();
    let samples = PackedTensor::new(&words(300, 100), 100, &device).expect("samples");
    let order: Vec<u32> = (0..300).map(|i| i * 7 % 300).collect();
    let plain = ContrastiveDivergence { learning_rate: 0.05, ..Default::default() };
    for divergence in [
        plain,
        ContrastiveDivergence { n_gibbs_steps: size(3), momentum: 0.5, weight_decay: 0.01, ..plain },
        ContrastiveDivergence { persistent: true, momentum: 0.5, visible_bias: false, hidden_bias: false, ..plain },
    ] {
        let (orders, keys) = ([order.as_slice()], [9]);
        let stretch = Stretch {
            samples: &samples,
            orders: &orders,
            batch_size: size(70),
            keys: &keys,
            first_step: 3,
            n_threads: 2,
        };
        let begin = || {
            let rbm = Rbm::new(&large_machine(), &device).expect("a machine");
            vec![Training::begin(rbm, samples.first(80))]
        };
        let (fused, n_flips) = divergence.train(begin(), &stretch).expect("a machine").remove(0);
        let (mut plain, n_plain_flips) = divergence.train_plain(begin(), &stretch).expect("trainings");
        let plain = plain.remove(0);
        assert!(n_flips.abs_diff(n_plain_flips.into_scalar::<i64>() as u64) <= 4);
        let n_different = fused.chains.unpack().not_equal(plain.chains.unpack()).int().sum().into_scalar::<i64>();
        assert!(n_different <= 4, "{n_different} spins of the chains differ");
        let (fused, plain) = (fused.rbm.parameters().expect("a machine"), plain.rbm.parameters().expect("a machine"));
        let differences = fused.weights.iter().zip(&plain.weights).map(|(a, b)| (a - b).abs());
        assert!(differences.clone().fold(0.0, f32::max) < 3e-3);
        assert!(differences.filter(|difference| *difference > 1e-5).count() < 400);
    }
}

#[test]
fn fused_flow_is_the_plain_one_to_rounding() {
    let device = Device::flex();
    let rbm = Rbm::new(&large_machine(), &device).expect("a machine");
    let chains = PackedTensor::new(&words(500, 100), 100, &device).expect("samples");
    let fused = flow(&rbm, chains.clone(), 3, 4, 10).expect("a flow").unpack();
    let plain = flow_plain(&rbm, chains, 3, 4, 10).expect("a flow").unpack();
    let n_different = fused.not_equal(plain).int().sum().into_scalar::<i64>();
    assert!(n_different <= 200, "{n_different} of 50000 spins differ");
}
