//! The mean-field theory of a rank-one RBM against sums over all states.

use std::num::NonZeroUsize;

use models::{
    ContrastiveDivergence, RbmParameters,
    likelihood::free_energies,
    rank_one::{IndependentSpins, RankOne},
};

const N: usize = 6;

fn machine(couplings: &[f64]) -> RankOne {
    let mut machine = RankOne::untrained(couplings.len(), 0.1);
    machine.couplings = couplings.to_vec();
    machine.hidden_bias = (0..couplings.len()).map(|a| 0.1 * a as f64 - 0.15).collect();
    machine.visible_bias = 0.2;
    machine
}

/// C(N, n_up).
fn choose(n_up: usize) -> f64 {
    (0..n_up).map(|k| (N - k) as f64 / (k + 1) as f64).product()
}

/// P(n_up) after v → h → v′, summed over all hidden states.
fn reconstructed(machine: &RankOne, from: &[f64]) -> Vec<f64> {
    let root = (N as f64).sqrt();
    let mut to = vec![0.0; N + 1];
    for (n_up, probability) in from.iter().enumerate() {
        let m = 2.0 * n_up as f64 - N as f64;
        for state in 0..1u32 << machine.couplings.len() {
            let (mut weight, mut field) = (*probability, machine.visible_bias);
            for (a, coupling) in machine.couplings.iter().enumerate() {
                let h = if state >> a & 1 == 1 { 1.0 } else { -1.0 };
                weight *= 0.5 * (1.0 + h * (machine.hidden_bias[a] + coupling * m / root).tanh());
                field += coupling * h / root;
            }
            let up = 0.5 * (1.0 + field.tanh());
            for (n_up, to) in to.iter_mut().enumerate() {
                *to += weight * choose(n_up) * up.powi(n_up as i32) * (1.0 - up).powi((N - n_up) as i32);
            }
        }
    }
    to
}

/// ⟨hₐ M/√N⟩ under a distribution of M.
fn product(machine: &RankOne, distribution: &[f64], a: usize) -> f64 {
    let of = |(n_up, p): (usize, &f64)| {
        let m = (2.0 * n_up as f64 - N as f64) / (N as f64).sqrt();
        p * m * (machine.hidden_bias[a] + machine.couplings[a] * m).tanh()
    };
    distribution.iter().enumerate().map(of).sum()
}

#[test]
fn an_update_is_the_mean_over_all_states() {
    let data = [0.3, 0.1, 0.05, 0.05, 0.1, 0.15, 0.25];
    let spins = IndependentSpins::new(N).expect("sites");
    let rule = ContrastiveDivergence {
        learning_rate: 0.3,
        n_gibbs_steps: NonZeroUsize::MIN.saturating_add(1),
        ..ContrastiveDivergence::default()
    };
    // Three hidden units are summed over; twelve are taken as Gaussian.
    let twelve: Vec<f64> = (0..12).map(|a| 0.05 * a as f64 - 0.25).collect();
    for (couplings, tolerance) in [(vec![0.7, -0.4, 1.1], 2e-5), (twelve, 3e-3)] {
        let before = machine(&couplings);
        let model = reconstructed(&before, &reconstructed(&before, &data));
        let mut after = before.clone();
        after.step(&rule, &data, &spins).expect("a step");
        for a in 0..couplings.len() {
            let expected = 0.3 * (product(&before, &data, a) - product(&before, &model, a));
            let found = after.couplings[a] - before.couplings[a];
            assert!((found - expected).abs() < tolerance, "{a}: {found} and {expected}");
        }
        let mean = |p: &[f64]| p.iter().enumerate().map(|(n, p)| p * (2.0 * n as f64 / N as f64 - 1.0)).sum::<f64>();
        let expected = 0.3 * (mean(&data) - mean(&model));
        assert!((after.visible_bias - before.visible_bias - expected).abs() < tolerance);
    }
}

#[test]
fn the_flow_ends_in_the_distribution_of_the_rbm() {
    let rank_one = machine(&[0.7, -0.4, 1.1]);
    let couplings = &rank_one.couplings;
    let weights = (0..N).flat_map(|_| couplings.iter().map(|k| (k / (N as f64).sqrt()) as f32)).collect();
    let rbm = RbmParameters {
        visible_bias: vec![rank_one.visible_bias as f32; N],
        hidden_bias: rank_one.hidden_bias.iter().map(|b| *b as f32).collect(),
        ..RbmParameters::untrained(N, couplings.len(), weights)
    };
    let all: Vec<f32> =
        (0..1u32 << N).flat_map(|v| (0..N).map(move |i| if v >> i & 1 == 1 { 1.0 } else { -1.0 })).collect();
    let energies = free_energies(&rbm, &all).expect("an RBM");
    let mut expected = vec![0.0; N + 1];
    for (v, energy) in energies.iter().enumerate() {
        expected[v.count_ones() as usize] += (-energy).exp();
    }
    let total: f64 = expected.iter().sum();
    let stationary = rank_one.stationary(&IndependentSpins::new(N).expect("sites"));
    // A step leaves it as it is, too.
    let next = reconstructed(&rank_one, &stationary);
    for ((found, expected), next) in stationary.iter().zip(&expected).zip(&next) {
        assert!((found - expected / total).abs() < 1e-6 && (found - next).abs() < 1e-12, "{found}, {expected}, {next}");
    }
}

#[test]
fn an_untrained_machine_has_the_spread_of_its_weights() {
    let rbm = RankOne::untrained(101, 0.1);
    let mean = rbm.couplings.iter().sum::<f64>() / 101.0;
    let square = rbm.couplings.iter().map(|k| k * k).sum::<f64>() / 101.0;
    // Quantiles at (a + ½)/n leave out a little of the tails. The mean of |x| is √(2/π) of the spread.
    assert!((mean - 0.079_79).abs() < 1e-3 && (square.sqrt() - 0.1).abs() < 2e-3, "{mean} {square}");
    // The median of |x|; a single hidden unit has it, too, and is not stuck at 0.
    assert!((rbm.couplings[50] - 0.067_45).abs() < 1e-3);
    assert!((RankOne::untrained(1, 0.1).couplings[0] - 0.067_45).abs() < 1e-3);
}
