//! The thermometers: temperature from energy, and the posterior over a grid.

use ising_theory::{
    BayesThermometer, EnergyThermometer, JointDensityOfStates, Lattice, TheoryError, kaufman, thermodynamics,
};

#[test]
fn the_energy_thermometer_inverts_the_exact_energy() {
    let cases = [
        (Lattice::ring(100).expect("a lattice"), 0.0),
        (Lattice::ring(100).expect("a lattice"), -1.0),
        (Lattice::square(8).expect("a lattice"), 0.0),
        (Lattice::square(8).expect("a lattice"), 0.5),
    ];
    for (lattice, field) in cases {
        let thermometer = EnergyThermometer::new(lattice, field).expect("valid field");
        for temperature in [0.45, 0.6, 1.0, 1.9, 2.27, 2.6, 4.0, 9.5] {
            let exact = thermodynamics(lattice, temperature, field).expect("valid");
            let reading = thermometer.read(exact.energy_per_site);
            assert!(
                (reading.temperature / temperature - 1.0).abs() < 1e-6,
                "{lattice} {field} {temperature} {reading:?}"
            );
            let heat = reading.temperature_per_energy * exact.specific_heat_per_site;
            assert!((heat - 1.0).abs() < 1e-4, "{lattice} {field} {temperature} {heat}");
        }
        assert!(thermometer.read(f64::MIN).temperature.abs() < f64::MIN_POSITIVE);
        assert!(thermometer.read(f64::NAN).temperature.is_nan());
        assert!(thermometer.read(0.5).temperature.is_infinite());
    }
}

#[test]
fn the_energy_thermometer_reads_large_lattices_at_their_critical_point() {
    let thermometer = EnergyThermometer::new(Lattice::square(128).expect("a lattice"), 0.0).expect("zero field");
    for temperature in [1.0, 2.2, 2.269, 2.28, 3.0] {
        let energy = kaufman(128, temperature).expect("valid").energy_per_site;
        assert!((thermometer.read(energy).temperature - temperature).abs() < 1e-6);
    }
}

/// Summed over all states drawn at one point of the grid, the likelihoods are normalized and Bayes' rule holds.
#[test]
fn likelihoods_are_normalized() {
    let grid = [(0.0, 0.0), (0.0, 0.5), (0.0, -0.5), (1.0, 0.0), (2.3, 0.5), (2.3, -1.0), (f64::INFINITY, 2.0)];
    let side = 4;
    let thermometer = BayesThermometer::new(Lattice::square(side).expect("a lattice"), &grid).expect("valid grid");
    let density = JointDensityOfStates::new(side).expect("small side");
    let mut totals = vec![0.0; grid.len()];
    for bond_energy in -32..=32 {
        for magnetization in -16..=16 {
            let count = density.count(bond_energy, magnetization);
            if count > 0.0 {
                for (total, ln) in totals.iter_mut().zip(thermometer.ln_likelihood(bond_energy, magnetization)) {
                    *total += count * ln.exp();
                }
            }
        }
    }
    for (total, point) in totals.iter().zip(grid) {
        assert!((total - 1.0).abs() < 1e-12, "{point:?}: {total}");
    }
}

#[test]
fn the_posterior_is_exact_at_the_ends() {
    let lattice = Lattice::ring(4).expect("a lattice");
    let thermometer =
        BayesThermometer::new(lattice, &[(0.0, 0.0), (0.0, 1.0), (f64::INFINITY, 0.0)]).expect("valid grid");
    // p(all up | T, H) = 1/2, 1, 1/16.
    let posterior = thermometer.posterior(-4, 4).expect("possible");
    for (value, expected) in posterior.iter().zip([8.0 / 25.0, 16.0 / 25.0, 1.0 / 25.0]) {
        assert!((value - expected).abs() < 1e-15);
    }
    let mean = thermometer.mean_posterior(&[(-4, -4), (0, 0)]).expect("possible");
    for (value, expected) in mean.iter().zip([4.0 / 9.0, 0.0, 5.0 / 9.0]) {
        assert!((value - expected).abs() < 1e-15);
    }
    let frozen = BayesThermometer::new(lattice, &[(0.0, 0.0)]).expect("valid grid");
    assert!(matches!(frozen.posterior(0, 0), Err(TheoryError::ImpossibleObservation { .. })));
}

/// Bond energy and magnetization of every configuration.
fn all_configurations(lattice: Lattice) -> Vec<(i64, i64)> {
    let n = lattice.n_sites();
    let spin = |bits: u64, site: usize| if bits >> site & 1 == 1 { 1 } else { -1 };
    let energy = |bits: u64| -> i64 {
        let of_site = |site: usize| lattice.neighbours(site).map(move |other| spin(bits, site) * spin(bits, other));
        -(0..n).flat_map(of_site).sum::<i64>() / 2
    };
    (0..1u64 << n).map(|bits| (energy(bits), (0..n).map(|site| spin(bits, site)).sum())).collect()
}

#[test]
fn the_limits_of_reading_are_sums_over_all_configurations() {
    let inf = f64::INFINITY;
    let without_field = vec![(0.0, 0.0), (1.0, 0.0), (2.3, 0.0), (4.0, 0.0), (inf, 0.0)];
    let with_fields = vec![(0.0, 0.5), (1.5, 0.3), (1.5, -0.3), (3.0, 0.0), (3.0, 1.0), (0.0, 0.0)];
    for lattice in [
        Lattice::square(3).expect("a lattice"),
        Lattice::square(4).expect("a lattice"),
        Lattice::ring(2).expect("a lattice"),
        Lattice::ring(9).expect("a lattice"),
    ] {
        for grid in [&without_field, &with_fields] {
            let thermometer = BayesThermometer::new(lattice, grid).expect("a valid grid");
            let n_points = grid.len() as f64;
            let (mut total, mut relative_entropy, mut accuracy) = (0.0, 0.0, 0.0);
            for (energy, magnetization) in all_configurations(lattice) {
                let ln_q = thermometer.ln_mixture(energy, magnetization);
                total += ln_q.exp();
                let mut most = 0.0f64;
                for ln_p in thermometer.ln_likelihood(energy, magnetization) {
                    // p(point | s) = p(s | point) / (n q(s)).
                    let surprise = n_points.ln() + ln_q - ln_p;
                    relative_entropy += if ln_p.is_finite() { ln_p.exp() * surprise / n_points } else { 0.0 };
                    most = most.max(ln_p.exp() / n_points);
                }
                accuracy += most;
            }
            assert!((total - 1.0).abs() < 1e-12, "{lattice}: {total}");
            let limits = thermometer.limits().expect("counts").expect("a small lattice");
            assert!(
                (limits.relative_entropy - relative_entropy).abs() < 1e-10,
                "{lattice}: {limits:?}, {relative_entropy}"
            );
            assert!((limits.accuracy - accuracy).abs() < 1e-10, "{lattice}: {limits:?}, {accuracy}");
        }
    }
    let large =
        BayesThermometer::new(Lattice::square(9).expect("a lattice"), &[(2.0, 0.5), (3.0, 0.5)]).expect("a valid grid");
    assert_eq!(large.limits(), Ok(None));
}
