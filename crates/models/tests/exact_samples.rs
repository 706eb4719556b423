//! Exact samples against the enumerated law of the machine.
#![expect(clippy::expect_used, reason = "a failed test may panic")]

use models::{
    ModelError, RbmParameters,
    likelihood::{exact_samples, free_energies},
    random::Draw,
};

fn machine(n_visible: usize, n_hidden: usize) -> RbmParameters {
    let numbers = |layer, n| Draw::new(11, 0, layer).thresholds(1, n).iter().map(|x| 0.8 * x).collect();
    RbmParameters {
        n_visible,
        n_hidden,
        weights: numbers(0, n_visible * n_hidden),
        visible_bias: numbers(1, n_visible),
        hidden_bias: numbers(2, n_hidden),
    }
}

/// χ² of the histogram of the first four visible units against p(v): below the mean by no more and above it by no more than
/// 5 standard deviations (false-alarm rate 1e-5 for each of the five machines). With hidden layers below and above a block of
/// the enumeration, below a row of lanes, and with the visible layer as the smaller one.
#[test]
fn samples_follow_the_law_of_the_machine() {
    const N: usize = 40_000;
    for (n_visible, n_hidden) in [(6, 2), (9, 7), (13, 12), (4, 13), (11, 12)] {
        let p = machine(n_visible, n_hidden);
        let state = |bits: usize| (0..n_visible).map(move |i| if bits >> i & 1 == 1 { 1.0f32 } else { -1.0 });
        let states: Vec<f32> = (0..1 << n_visible).flat_map(state).collect();
        let energies = free_energies(&p, &states).expect("free energies");
        let z: f64 = energies.iter().map(|energy| (-energy).exp()).sum();
        let mut expected = [0.0; 16];
        energies.iter().enumerate().for_each(|(bits, energy)| expected[bits % 16] += (-energy).exp() / z);
        let mut found = [0.0; 16];
        let samples = exact_samples(&p, N, 5).expect("samples");
        assert_eq!(samples.len(), N * n_visible);
        for row in samples.chunks_exact(n_visible) {
            found[(0..4).map(|i| usize::from(row[i] > 0.0) << i).sum::<usize>()] += 1.0;
        }
        let n = N as f64;
        let chi_square: f64 = found.iter().zip(expected).map(|(found, p)| (found - n * p).powi(2) / (n * p)).sum();
        assert!((chi_square - 15.0).abs() < 5.0 * 30f64.sqrt(), "{n_visible} x {n_hidden}: {chi_square}");
    }
}

#[test]
fn a_layer_that_is_too_large_is_refused() {
    assert!(matches!(exact_samples(&machine(30, 25), 1, 1), Err(ModelError::TooManyStates { found: 25, .. })));
}
