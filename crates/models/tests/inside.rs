//! Spectrum and couplings of machines whose answers are known.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a failed test may panic")]

use models::{
    RbmParameters,
    couplings::couplings,
    likelihood::free_energies,
    random::Draw,
    spectrum::{
        Spectrum, independent_eigenvalues, independent_participation_ratio, marchenko_pastur_edge,
        marchenko_pastur_lower_edge, weight_products,
    },
};

/// Numbers uniform in (−size, size).
fn numbers(n: usize, size: f32, key: u64) -> Vec<f32> {
    (0..n as u32).map(|i| size * Draw::new(key, 0, 0).threshold(i)).collect()
}

fn machine(n_visible: usize, n_hidden: usize, size: f32) -> RbmParameters {
    RbmParameters {
        n_visible,
        n_hidden,
        weights: numbers(n_visible * n_hidden, size, 1),
        visible_bias: numbers(n_visible, 0.5, 2),
        hidden_bias: numbers(n_hidden, 0.5, 3),
    }
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn planted_modes_are_found() {
    // w = Σ_k s_k u_k x_kᵀ with two plane waves on a ring of 12 and two unit vectors of the hidden layer.
    let (n, n_hidden) = (12, 5);
    let wave = |k: f64, site: usize| {
        (2.0 / n as f64).sqrt() * (2.0 * std::f64::consts::PI * k * site as f64 / n as f64 + 0.3).cos()
    };
    let mut weights = vec![0.0f32; n * n_hidden];
    for site in 0..n {
        weights[site * n_hidden + 1] = (3.0 * wave(2.0, site)) as f32;
        weights[site * n_hidden + 4] = (0.5 * wave(5.0, site)) as f32;
    }
    let spectrum = Spectrum::of(&RbmParameters::untrained(n, n_hidden, weights)).unwrap();
    for (found, expected) in spectrum.eigenvalues.iter().zip([9.0, 0.25, 0.0, 0.0, 0.0]) {
        close(*found, expected, 1e-6);
    }
    for (vector, k) in spectrum.eigenvectors.iter().zip([2.0, 5.0]) {
        let overlap: f64 = vector.iter().enumerate().map(|(site, component)| component * wave(k, site)).sum();
        close(overlap.abs(), 1.0, 1e-6);
    }
    close(spectrum.participation_ratio(), 9.25f64.powi(2) / (81.0 + 0.0625), 1e-6);
    assert_eq!(spectrum.n_above(1.0), 1);
}

#[test]
fn eigenvectors_are_those_of_the_weight_products() {
    for (n_visible, n_hidden) in [(7, 4), (4, 7), (1, 1)] {
        let machine = machine(n_visible, n_hidden, 1.0);
        let products = weight_products(&machine).unwrap();
        let spectrum = Spectrum::of(&machine).unwrap();
        assert_eq!(spectrum.eigenvalues.len(), n_visible.min(n_hidden));
        for (eigenvalue, vector) in spectrum.eigenvalues.iter().zip(&spectrum.eigenvectors) {
            for (row, component) in products.chunks_exact(n_visible).zip(vector) {
                close(row.iter().zip(vector).map(|(product, u)| product * u).sum(), eigenvalue * component, 1e-10);
            }
        }
        let trace: f64 = products.iter().step_by(n_visible + 1).sum();
        close(spectrum.eigenvalues.iter().sum(), trace, 1e-10);
    }
}

/// The edge's fluctuations are n^(−2/3) of it: 200 x 100 independent weights stay within a tenth, and fill the bulk.
#[test]
fn independent_weights_fill_the_bulk_of_marchenko_and_pastur() {
    let machine = RbmParameters::untrained(200, 100, numbers(200 * 100, 0.1, 4));
    let eigenvalues = Spectrum::of(&machine).unwrap().eigenvalues;
    let (low, high) = (marchenko_pastur_lower_edge(&machine), marchenko_pastur_edge(&machine));
    assert!((0.9 * high..1.1 * high).contains(&eigenvalues[0]), "{} is not near {high}", eigenvalues[0]);
    let last = *eigenvalues.last().expect("there are a hundred");
    assert!((0.8 * low..1.2 * low).contains(&last), "{last} is not near {low}");
}

/// Every eigenvalue lies within a tenth of the largest from the quantile of its rank, where it fluctuates by up to n^(−2/3) of it, and
/// (Σλ)²/Σλ² within three hundredths of its mean.
#[test]
fn independent_weights_follow_the_law_of_marchenko_and_pastur_rank_by_rank() {
    for (n_visible, n_hidden) in [(200, 100), (100, 200), (100, 100)] {
        let expected = independent_eigenvalues(n_visible, n_hidden);
        assert_eq!(expected.len(), n_visible.min(n_hidden));
        let expected_largest = expected[0];
        let trace: f64 = expected.iter().sum();
        close(trace / (n_visible * n_hidden) as f64, 1.0, 1e-3);
        let machine = RbmParameters::untrained(n_visible, n_hidden, numbers(n_visible * n_hidden, 0.1, 4));
        let found = Spectrum::of(&machine).unwrap();
        let square = machine.weight_norm().powi(2);
        for (found, expected) in found.eigenvalues.iter().zip(&expected) {
            close(*found / square, *expected, 0.1 * expected_largest);
        }
        let ratio = found.participation_ratio() / independent_participation_ratio(n_visible, n_hidden);
        close(ratio, 1.0, 0.03);
    }
}

/// ⟨−F vᵢ⟩ and ⟨−F vᵢvⱼ⟩ by summing over all states.
#[test]
fn couplings_are_projections_of_the_marginal_energy() {
    for (n, n_hidden, size) in [(6, 4, 0.3), (6, 3, 3.0), (2, 1, 1.0), (8, 9, 1.0)] {
        let machine = machine(n, n_hidden, size);
        let states: Vec<f32> = (0..1u32 << n)
            .flat_map(|state| (0..n).map(move |i| if state >> i & 1 == 1 { 1.0 } else { -1.0 }))
            .collect();
        let energies = free_energies(&machine, &states).unwrap();
        let mean = |product: &dyn Fn(&[f32]) -> f32| {
            let terms =
                states.chunks_exact(n).zip(&energies).map(|(state, energy)| -energy * f64::from(product(state)));
            terms.sum::<f64>() / energies.len() as f64
        };
        let found = couplings(&machine).unwrap();
        for i in 0..n {
            close(found.fields[i], mean(&|state| state[i]), 1e-10);
            for j in 0..n {
                let expected = if i == j { 0.0 } else { mean(&|state| state[i] * state[j]) };
                close(found.pairs[i * n + j], expected, 1e-10);
            }
        }
    }
}

/// A hidden unit on two sites couples them by ½ ln cosh 2w: a ring of such units is the Ising ring at 1/T of that.
#[test]
fn a_machine_built_as_an_ising_ring_has_its_couplings_alone() {
    let (n, coupling) = (30, 0.7f64);
    let weight = 0.5 * (2.0 * coupling).exp().acosh();
    let mut weights = vec![0.0f32; n * n];
    for bond in 0..n {
        weights[bond * n + bond] = weight as f32;
        weights[(bond + 1) % n * n + bond] = weight as f32;
    }
    let found = couplings(&RbmParameters::untrained(n, n, weights)).unwrap();
    for (i, row) in found.pairs.chunks_exact(n).enumerate() {
        for (j, pair) in row.iter().enumerate() {
            let are_neighbours = (i + 1) % n == j || (j + 1) % n == i;
            close(*pair, if are_neighbours { coupling } else { 0.0 }, 1e-6);
        }
    }
    assert!(found.fields.iter().all(|field| field.abs() < 1e-12));
    // Of the aligned ring, and with each spin turned in its turn.
    let mut spins = vec![1.0; (n + 1) * n];
    (0..n).for_each(|site| spins[(site + 1) * n + site] = -1.0);
    let energies = found.energies(&spins).expect("energies");
    assert_eq!(energies.len(), n + 1);
    close(energies[0], -coupling * n as f64, 1e-5);
    energies[1..].iter().for_each(|&energy| close(energy, -coupling * (n as f64 - 4.0), 1e-5));
}
