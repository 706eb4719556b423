//! Likelihoods against sums over all states of small machines.

use models::{
    RbmParameters,
    likelihood::{
        AnnealedLnZ, Annealing, annealed_ln_z, exact_ln_z, free_energies, independent_bias, mean_ln_likelihood,
        relative_entropy, reverse_annealed_ln_z,
    },
    random::Draw,
};
use statistics::Estimate;

/// A machine with weights uniform up to ±`spread` and biases up to ±`bias`.
fn machine(n_visible: usize, n_hidden: usize, spread: f32, bias: f32) -> RbmParameters {
    let numbers = |layer, n, spread: f32| Draw::new(11, 0, layer).thresholds(1, n).iter().map(|x| spread * x).collect();
    RbmParameters {
        n_visible,
        n_hidden,
        weights: numbers(0, n_visible * n_hidden, spread),
        visible_bias: numbers(1, n_visible, bias),
        hidden_bias: numbers(2, n_hidden, bias),
    }
}

/// 6 × 6 sites under 16 hidden units, each with a patch of 2 × 2 … 3 × 3 sites that it aligns, beside a weak random
/// coupling to all others: shaped like a machine that was trained on a ferromagnet.
fn patches() -> RbmParameters {
    let mut machine = machine(36, 16, 0.15, 0.1);
    for a in 0..16 {
        let (x, y, size) = (a % 4, a / 4, 2 + a % 2);
        for site in (0..size * size).map(|i| (y + i / size) * 6 + x + i % size) {
            machine.weights[site * 16 + a] += 0.45;
        }
    }
    machine
}

/// All states of `n` units ±1, shape `[2ⁿ, n]`.
fn states(n: usize) -> Vec<Vec<f32>> {
    (0..1usize << n).map(|bits| (0..n).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect()).collect()
}

/// −E(v, h).
fn minus_energy(p: &RbmParameters, v: &[f32], h: &[f32]) -> f64 {
    let mut sum = h.iter().zip(&p.hidden_bias).map(|(h, b)| f64::from(h * b)).sum::<f64>();
    for (i, v) in v.iter().enumerate() {
        let field = |(a, h): (usize, &f32)| f64::from(p.weights[i * p.n_hidden + a] * h);
        sum += f64::from(*v) * (f64::from(p.visible_bias[i]) + h.iter().enumerate().map(field).sum::<f64>());
    }
    sum
}

fn ln_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// −F(v) by summing over the hidden states.
fn ln_weight(p: &RbmParameters, v: &[f32]) -> f64 {
    ln_sum(states(p.n_hidden).iter().map(|h| minus_energy(p, v, h)))
}

/// ln Z by summing over the states of both layers.
fn enumerated_ln_z(p: &RbmParameters) -> f64 {
    ln_sum(states(p.n_visible).iter().map(|v| ln_weight(p, v)))
}

/// The machine with its layers exchanged.
fn exchanged(p: &RbmParameters) -> RbmParameters {
    let weight = |i: usize| p.weights[i % p.n_visible * p.n_hidden + i / p.n_visible];
    RbmParameters {
        n_visible: p.n_hidden,
        n_hidden: p.n_visible,
        weights: (0..p.weights.len()).map(weight).collect(),
        visible_bias: p.hidden_bias.clone(),
        hidden_bias: p.visible_bias.clone(),
    }
}

/// Independent numbers in (0, 1), one for each of `n` rows.
fn uniforms(key: u64, n: usize) -> Vec<f64> {
    Draw::new(key, 0, 7).thresholds(n, 1).iter().map(|&t| 0.5 + 0.5 * f64::from(t)).collect()
}

/// Indices drawn from the law exp(`ln_weights`)/Σ.
fn draw(ln_weights: &[f64], key: u64, n: usize) -> Vec<usize> {
    let ln_z = ln_sum(ln_weights.iter().copied());
    let add = |sum: &mut f64, ln_weight: &f64| {
        *sum += (ln_weight - ln_z).exp();
        Some(*sum)
    };
    let cumulative: Vec<f64> = ln_weights.iter().scan(0.0, add).collect();
    let index = |u: f64| cumulative.partition_point(|&sum| sum < u).min(cumulative.len() - 1);
    uniforms(key, n).into_iter().map(index).collect()
}

/// Independent samples of the machine: h from its marginal, then v given h; shape `[n_rows, n_visible]`.
fn samples(p: &RbmParameters, key: u64, n_rows: usize) -> Vec<f32> {
    let hidden = states(p.n_hidden);
    let ln_weights = free_energies(&exchanged(p), &hidden.concat()).expect("free energies");
    let ln_weights: Vec<f64> = ln_weights.iter().map(|energy| -energy).collect();
    let thresholds = Draw::new(key, 1, 7).thresholds(n_rows, p.n_visible);
    let mut rows = Vec::new();
    for (row, state) in draw(&ln_weights, key, n_rows).into_iter().enumerate() {
        for i in 0..p.n_visible {
            let field = |(a, h): (usize, &f32)| p.weights[i * p.n_hidden + a] * h;
            let field = p.visible_bias[i] + hidden[state].iter().enumerate().map(field).sum::<f32>();
            rows.push(if field.tanh() > thresholds[row * p.n_visible + i] { 1.0 } else { -1.0 });
        }
    }
    rows
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt())
}

fn assert_within(found: Estimate, expected: f64) {
    assert!((found.value - expected).abs() < 4.0 * found.error, "{found:?} is not {expected}");
}

#[test]
fn exact_ln_z_is_the_sum_over_all_states() {
    for (n_visible, n_hidden) in [(1, 1), (3, 2), (2, 9), (9, 2), (8, 7), (3, 12), (11, 4), (9, 10)] {
        for (spread, bias) in [(0.0, 0.0), (0.3, 0.0), (1.0, 0.5), (30.0, 10.0)] {
            let p = machine(n_visible, n_hidden, spread, bias);
            let (found, expected) = (exact_ln_z(&p).expect("ln Z"), enumerated_ln_z(&p));
            assert!((found / expected - 1.0).abs() < 1e-10, "{n_visible} × {n_hidden}: {found} is not {expected}");
        }
    }
}

/// Several blocks of the sum; the free energies are checked on their own.
#[test]
fn exact_ln_z_of_either_layer_is_that_of_the_free_energies() {
    let p = machine(40, 14, 0.5, 0.3);
    let hidden = free_energies(&exchanged(&p), &states(14).concat()).expect("free energies");
    let expected = ln_sum(hidden.into_iter().map(|energy| -energy));
    for p in [&p, &exchanged(&p)] {
        assert!((exact_ln_z(p).expect("ln Z") / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn free_energies_are_those_of_the_definition() {
    for (n_visible, n_hidden) in [(1, 1), (6, 5), (3, 9)] {
        for (spread, bias) in [(0.4, 0.2), (5.0, 3.0)] {
            let p = machine(n_visible, n_hidden, spread, bias);
            let rows = states(n_visible);
            let found = free_energies(&p, &rows.concat()).expect("free energies");
            assert_eq!(found.len(), rows.len());
            for (found, v) in found.iter().zip(&rows) {
                assert!((found + ln_weight(&p, v)).abs() < 1e-11 * found.abs().max(1.0));
            }
        }
    }
}

#[test]
fn extreme_weights_give_finite_numbers() {
    let mut p = machine(3, 2, 0.0, 0.0);
    p.weights = vec![1e4, -1e4, 1e4, -1e4, 1e4, -1e4];
    let energies = free_energies(&p, &[1.0, 1.0, 1.0, 1.0, -1.0, 1.0]).expect("free energies");
    assert_eq!(energies, [-6e4, -2e4]);
    // The largest weights: all three visible units agree, with h₀ = v and h₁ = −v.
    assert!((exact_ln_z(&p).expect("ln Z") - (6e4 + 2f64.ln())).abs() < 1e-9);
    p.weights.fill(f32::MAX);
    assert!(exact_ln_z(&p).expect("ln Z").is_finite());
    let annealing = Annealing { n_temperatures: 10, key: 1 };
    let found = annealed_ln_z(&p, &[1e4; 3], 8, annealing, &|| true).expect("ln Z");
    assert!(found.ln_z.value.is_finite() && found.ln_z.error.is_finite());
}

/// Forward and reverse from two bases: the false-alarm rate of the eight normal numbers at four errors is 5·10⁻⁴.
#[test]
fn annealing_brackets_the_exact_ln_z() {
    let p = patches();
    let exact = exact_ln_z(&p).expect("ln Z");
    let samples = samples(&p, 21, 512);
    let annealing = Annealing { n_temperatures: 1000, key: 5 };
    for base in [p.visible_bias.clone(), independent_bias(36, &samples).expect("a bias")] {
        let forward = annealed_ln_z(&p, &base, 512, annealing, &|| true).expect("ln Z");
        let reverse = reverse_annealed_ln_z(&p, &base, &samples, annealing, &|| true).expect("ln Z");
        for AnnealedLnZ { ln_z, effective_chains } in [forward, reverse] {
            assert_within(ln_z, exact);
            assert!(ln_z.error < 0.1 && effective_chains > 50.0 && effective_chains <= 512.0, "{ln_z:?}");
        }
        assert!(forward.ln_z.value <= exact + 4.0 * forward.ln_z.error);
        assert!(reverse.ln_z.value >= exact - 4.0 * reverse.ln_z.error);
    }
}

/// The mean weight is Z/Z₀ for any number of temperatures, if and only if each kernel leaves its law: three temperatures
/// are so few that a kernel of a wrong temperature would show. Both ways, 2000 short runs of few chains; the false-alarm
/// rate of the two means at four errors is 1.3·10⁻⁴.
#[test]
fn mean_weights_are_unbiased_for_few_temperatures() {
    const N_CHAINS: usize = 40;
    let p = machine(6, 4, 0.8, 0.4);
    let base = [0.3, -0.2, 0.1, 0.0, 0.4, -0.5];
    let ln_z = enumerated_ln_z(&p);
    let samples = samples(&p, 22, N_CHAINS * 2000);
    let mut ratios = [vec![], vec![]];
    for (key, samples) in samples.chunks_exact(N_CHAINS * 6).enumerate() {
        let annealing = Annealing { n_temperatures: 3, key: key as u64 };
        let forward = annealed_ln_z(&p, &base, N_CHAINS, annealing, &|| true).expect("ln Z");
        let reverse = reverse_annealed_ln_z(&p, &base, samples, annealing, &|| true).expect("ln Z");
        ratios[0].push((forward.ln_z.value - ln_z).exp());
        ratios[1].push((ln_z - reverse.ln_z.value).exp());
    }
    for (ratios, direction) in ratios.iter().zip(["forward", "reverse"]) {
        let (mean, error) = mean_and_error(ratios);
        assert!((mean - 1.0).abs() < 4.0 * error, "{direction}: {mean} ± {error}");
        assert!(error < 0.01, "{direction}: {error}");
    }
}

/// Standard errors are those of the scatter: over 400 runs the ratio of the two lies within a fifth of 1; its own relative
/// error is about 1/√800, so the false-alarm rate is below 10⁻⁶, the delta method's own deviation aside.
#[test]
fn errors_of_annealing_are_those_of_the_scatter() {
    let p = machine(6, 4, 0.5, 0.3);
    let run = |key| {
        annealed_ln_z(&p, &p.visible_bias, 64, Annealing { n_temperatures: 10, key }, &|| true).expect("ln Z").ln_z
    };
    let runs: Vec<Estimate> = (0..400).map(run).collect();
    let values: Vec<f64> = runs.iter().map(|run| run.value).collect();
    let scatter = mean_and_error(&values).1 * 400f64.sqrt();
    let error = (runs.iter().map(|run| run.error.powi(2)).sum::<f64>() / 400.0).sqrt();
    assert!((error / scatter - 1.0).abs() < 0.2, "{error} is not {scatter}");
}

/// False-alarm rate of the three normal numbers at four errors: 2·10⁻⁴. For the machine's own law the terms of the mean
/// have no spread, so that the error is that of ln Z.
#[test]
fn relative_entropy_is_the_sum_over_all_states() {
    let p = machine(7, 5, 0.6, 0.3);
    let rows = states(7);
    let ln_z = enumerated_ln_z(&p);
    let annealed =
        annealed_ln_z(&p, &p.visible_bias, 512, Annealing { n_temperatures: 100, key: 9 }, &|| true).expect("ln Z");
    let ln_p: Vec<f64> = rows.iter().map(|v| ln_weight(&p, v) - ln_z).collect();
    let other: Vec<f64> = rows.iter().map(|v| ln_weight(&machine(7, 2, 1.0, 0.2), v)).collect();
    let ln_other_z = ln_sum(other.iter().copied());
    let other: Vec<f64> = other.iter().map(|ln_weight| ln_weight - ln_other_z).collect();
    for (ln_q, key) in [(&ln_p, 31), (&other, 32)] {
        let expected: f64 = ln_q.iter().zip(&ln_p).map(|(ln_q, ln_p)| ln_q.exp() * (ln_q - ln_p)).sum();
        let drawn = draw(ln_q, key, 4000);
        let spins: Vec<f32> = drawn.iter().flat_map(|&state| rows[state].clone()).collect();
        let ln_q_of_spins: Vec<f64> = drawn.iter().map(|&state| ln_q[state]).collect();
        let found = relative_entropy(&p, annealed.ln_z, &spins, &ln_q_of_spins).expect("a relative entropy");
        assert_within(found, expected);
        let likelihood = mean_ln_likelihood(&p, Estimate::exact(ln_z), &spins).expect("a likelihood");
        assert_within(likelihood, ln_q.iter().zip(&ln_p).map(|(ln_q, ln_p)| ln_q.exp() * ln_p).sum());
        if key == 32 {
            assert!(found.value > 4.0 * found.error, "{found:?}");
        }
    }
}

#[test]
fn numbers_do_not_depend_on_the_number_of_threads() {
    let p = patches();
    let samples = samples(&p, 23, 45);
    let annealing = Annealing { n_temperatures: 20, key: 3 };
    let numbers = || {
        let mut numbers = free_energies(&p, &samples).expect("free energies");
        let forward = annealed_ln_z(&p, &p.visible_bias, 37, annealing, &|| true).expect("ln Z");
        let reverse = reverse_annealed_ln_z(&p, &p.visible_bias, &samples, annealing, &|| true).expect("ln Z");
        for found in [forward, reverse] {
            numbers.extend([found.ln_z.value, found.ln_z.error, found.effective_chains]);
        }
        numbers.push(exact_ln_z(&p).expect("ln Z"));
        numbers.into_iter().map(f64::to_bits).collect::<Vec<u64>>()
    };
    let with_threads =
        |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a thread pool").install(numbers);
    assert_eq!(with_threads(1), with_threads(2));
}
