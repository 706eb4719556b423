//! The maximum-likelihood thermometer and the Cramér–Rao bounds.

use ising_theory::{
    Lattice, LatticeTooSmall, MaximumLikelihood, MaximumLikelihoodReading, TheoryError, Thermodynamics, cramer_rao,
    cramer_rao_in_known_field, kaufman, thermodynamics, thermodynamics_over_fields,
};
use proptest::{
    prelude::{ProptestConfig, prop_assert, proptest},
    test_runner::RngSeed,
};

const RING: Lattice = match Lattice::ring(50) {
    Ok(ring) => ring,
    Err(_) => panic!(),
};

fn square(side: usize) -> Lattice {
    Lattice::square(side).expect("a lattice")
}

/// Exact ⟨E_b⟩ and ⟨M⟩ of a whole configuration.
fn means(lattice: Lattice, temperature: f64, field: f64) -> [f64; 2] {
    means_over_fields(lattice, temperature, &[field])[0]
}

fn means_over_fields(lattice: Lattice, temperature: f64, fields: &[f64]) -> Vec<[f64; 2]> {
    let n = lattice.n_sites() as f64;
    let values = thermodynamics_over_fields(lattice, temperature, fields).expect("state points");
    let of_lattice = |(values, field): (&Thermodynamics, &f64)| {
        let m = values.magnetization_per_site;
        [n * (values.energy_per_site + field * m), n * m]
    };
    values.iter().zip(fields).map(of_lattice).collect()
}

fn read(lattice: Lattice, n: usize, means: [f64; 2]) -> Result<MaximumLikelihoodReading, TheoryError> {
    MaximumLikelihood::new(lattice).expect("a small lattice").read(n, means[0], means[1])
}

/// To 1e-8, or where single configurations say less (T = 1 in a strong field) to 1e-8 of the error of one of them.
#[test]
fn exact_means_give_back_the_state_point() {
    for lattice in [RING, square(4), square(10)] {
        let thermometer = MaximumLikelihood::new(lattice).expect("a small lattice");
        for temperature in [1.0, 1.7, 2.3, 2.6, 5.0] {
            let fields = [0.0, 0.05, 0.5, 1.5, -0.3];
            let means = means_over_fields(lattice, temperature, &fields);
            for (field, [bond_energy, magnetization]) in fields.into_iter().zip(means) {
                let reading = thermometer.read(1, bond_energy, magnetization).expect("a maximum");
                let label = format!("{lattice} ({temperature}, {field}): {reading:?}");
                let tolerance = |error: f64| 1e-8 * error.max(1.0);
                assert!((reading.temperature - temperature).abs() < tolerance(reading.temperature_error()), "{label}");
                assert!((reading.field - field).abs() < tolerance(reading.field_error()), "{label}");
                assert!(reading.mahalanobis_squared(temperature, field) < 1e-16, "{label}");
                if lattice != square(10) || field > 1.0 {
                    let bounds = cramer_rao(lattice, temperature, field).expect("a state point");
                    assert!(
                        (reading.temperature_error() / bounds.temperature - 1.0).abs() < 1e-5,
                        "{label} {bounds:?}"
                    );
                    assert!((reading.field_error() / bounds.field - 1.0).abs() < 1e-5, "{label} {bounds:?}");
                }
            }
        }
    }
}

#[test]
fn exact_energies_give_back_the_temperature_in_a_known_field() {
    for (lattice, field) in [(RING, 0.0), (RING, -1.5), (square(4), 0.05), (square(4), -0.3), (square(10), 0.0)] {
        let thermometer = MaximumLikelihood::in_field(lattice, field).expect("a small lattice");
        for temperature in [0.6, 1.0, 1.7, 2.3, 5.0, 40.0] {
            let [bond_energy, magnetization] = means(lattice, temperature, field);
            let reading = thermometer.read(7, bond_energy, magnetization).expect("a maximum");
            let label = format!("{lattice} ({temperature}, {field}): {reading:?}");
            assert!((reading.temperature / temperature - 1.0).abs() < 1e-8, "{label}");
            let c = thermodynamics(lattice, temperature, field).expect("a state point").specific_heat_per_site;
            let error = temperature / (7.0 * lattice.n_sites() as f64 * c).sqrt();
            assert!((reading.temperature_error() / error - 1.0).abs() < 1e-6, "{label} {error}");
            assert!((reading.field - field).abs() + reading.field_error() < f64::MIN_POSITIVE, "{label}");
        }
    }
    let thermometer = MaximumLikelihood::in_field(square(64), 0.0).expect("zero field");
    for temperature in [1.0, 2.269, 3.0] {
        let exact = kaufman(64, temperature).expect("a temperature");
        let reading = thermometer.read(1, exact.energy_per_site * 4096.0, 0.0).expect("a maximum");
        assert!((reading.temperature - temperature).abs() < 1e-9, "{reading:?}");
        let bound = cramer_rao_in_known_field(square(64), temperature, 0.0).expect("zero field");
        assert!((bound - temperature / (4096.0 * exact.specific_heat_per_site).sqrt()).abs() < 1e-9);
    }
}

/// In a tiny field the whole lattice turns over at T ≈ N H, far below the last node of any table.
#[test]
fn a_lattice_that_turns_over_is_a_thermometer() {
    for (lattice, temperature) in [(square(4), 0.02), (square(4), 0.01), (RING, 0.05)] {
        let thermometer = MaximumLikelihood::in_field(lattice, -1e-3).expect("a field");
        let [bond_energy, magnetization] = means(lattice, temperature, -1e-3);
        let reading = thermometer.read(1, bond_energy, magnetization).expect("a maximum");
        assert!((reading.temperature / temperature - 1.0).abs() < 1e-8, "{lattice} {temperature} {reading:?}");
    }
}

/// Cov(−E_b, M) = ∂(−⟨E_b⟩, ⟨M⟩)/∂(K, h), here by central differences in (T, H): C = D J with D = ∂(…)/∂(T, H).
#[test]
fn the_fisher_information_is_the_slope_of_the_means() {
    let step = 1e-4;
    for (lattice, temperature, field) in [(RING, 1.3, 0.2), (square(4), 2.3, 0.0), (square(6), 2.6, -0.4)] {
        let slope = |dt: f64, dh: f64| -> [f64; 2] {
            let [above, below] = [1.0, -1.0].map(|s| means(lattice, temperature + s * dt, field + s * dh));
            [-(above[0] - below[0]) / (2.0 * step), (above[1] - below[1]) / (2.0 * step)]
        };
        let (by_temperature, by_field) = (slope(step, 0.0), slope(0.0, step));
        let [of_energy, of_magnetization]: [[f64; 2]; 2] = [0, 1].map(|i| {
            let (d_t, d_h) = (by_temperature[i], by_field[i]);
            [-d_t * temperature * temperature - d_h * field * temperature, d_h * temperature]
        });
        let n = 12;
        let reading = read(lattice, n, means(lattice, temperature, field)).expect("a maximum");
        // δᵀ I δ at three points gives the three entries of I = n C.
        let quadratic = |k: f64, h: f64| {
            let coupling = temperature.recip() + k;
            reading.mahalanobis_squared(coupling.recip(), (field / temperature + h) / coupling) / n as f64
        };
        let (kk, hh) = (quadratic(0.1, 0.0) / 0.01, quadratic(0.0, 0.1) / 0.01);
        let kh = (quadratic(0.1, 0.1) / 0.01 - kk - hh) / 2.0;
        for (found, slope) in
            [(kk, of_energy[0]), (kh, of_energy[1]), (kh, of_magnetization[0]), (hh, of_magnetization[1])]
        {
            assert!((found - slope).abs() < 1e-6 * (kk * hh).sqrt(), "{lattice}: {found} instead of {slope}");
        }
        let determinant = of_energy[0] * of_magnetization[1] - of_energy[1] * of_magnetization[0];
        let [[tt, _], [_, field_variance]] = reading.covariance;
        let exact_tt = temperature.powi(4) * of_magnetization[1] / determinant / n as f64;
        assert!((tt / exact_tt - 1.0).abs() < 1e-5, "{tt} instead of {exact_tt}");
        // J I⁻¹ Jᵀ has the determinant T⁶/det I.
        let both = tt * field_variance - reading.covariance[0][1].powi(2);
        let exact = temperature.powi(6) / determinant / (n * n) as f64;
        assert!((both / exact - 1.0).abs() < 1e-5, "{both} instead of {exact}");
        let bounds = cramer_rao(lattice, temperature, field).expect("a state point");
        let known = temperature * temperature
            / (of_energy[0] + 2.0 * field * of_energy[1] + field * field * of_magnetization[1]).sqrt();
        assert!((bounds.temperature_in_known_field / known - 1.0).abs() < 1e-6, "{bounds:?} instead of {known}");
        assert!(bounds.temperature >= known * (1.0 - 1e-6));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(300) })]

    /// Any possible means down to one excitation in 10⁹ spins: the state point that is read has them.
    #[test]
    fn the_state_point_has_the_means_it_was_read_from(reversed in -20.0..0.0_f64, excess in -20.0..0.0_f64) {
        for lattice in [RING, square(4), square(7)] {
            let (n, bonds) = (lattice.n_sites() as f64, lattice.n_bonds() as f64);
            let y = n * reversed.exp();
            let x = (lattice.coordination() as f64 * y) * excess.exp();
            let reading = read(lattice, 1, [x - bonds, n - y]).expect("a reading");
            if reading.temperature.is_finite() && reading.temperature > 0.01 {
                let [bond_energy, magnetization] = means(lattice, reading.temperature, reading.field);
                prop_assert!((bond_energy + bonds - x).abs() < 1e-6 * x + 1e-12 * bonds, "{lattice} {reading:?}");
                prop_assert!((n - magnetization - y).abs() < 1e-6 * y + 1e-12 * n, "{lattice} {reading:?}");
            }
        }
    }
}

#[test]
fn the_ends_of_the_phase_diagram_are_read_as_such() {
    for lattice in [RING, square(4), square(7)] {
        let (n, bonds) = (lattice.n_sites() as f64, lattice.n_bonds() as f64);
        assert_eq!(read(lattice, 5, [-bonds, -n]), Err(TheoryError::AlignedConfigurations));
        let frozen = read(lattice, 5, [-bonds, 0.2 * n]).expect("T = 0");
        assert!(
            frozen.temperature + frozen.field.abs() < f64::MIN_POSITIVE && frozen.temperature_error().is_infinite()
        );
        assert!(frozen.contains(0.0, 0.0, 1.0) && frozen.contains(3.0, 1.0, 1.0));
        let hot = read(lattice, 5, [0.0, 0.0]).expect("T = infinity");
        assert!(hot.temperature.is_infinite() && hot.field.abs() < f64::MIN_POSITIVE, "{hot:?}");
        assert!(hot.temperature_error().is_infinite() && hot.contains(f64::INFINITY, 7.0, 0.1));
        assert!(!hot.contains(0.0, 0.0, 9.0) && !hot.contains(0.5, 0.0, 2.0) && hot.contains(1e3, 0.0, 1.0));
        let magnetized = read(lattice, 5, [0.0, -0.5 * n]).expect("T = infinity");
        assert!(magnetized.temperature.is_infinite() && magnetized.field == f64::NEG_INFINITY);
        assert!(magnetized.mahalanobis_squared(10.0, -10.0 * 0.5_f64.atanh()).is_finite());
        // One spin against the field in one of 100 configurations, then two neighbours.
        let z = lattice.coordination() as f64;
        let alone = read(lattice, 100, [-bonds + 0.02 * z, n - 0.02]).expect("T = infinity");
        assert!(alone.temperature.is_infinite() && alone.field.is_infinite());
        let pair = read(lattice, 100, [-bonds + 0.02 * (2.0 * z - 2.0), n - 0.04]).expect("a maximum");
        assert!(pair.temperature > 0.1 && pair.temperature < 10.0 && pair.field.is_finite(), "{pair:?}");

        let known = MaximumLikelihood::in_field(lattice, 0.5).expect("a small lattice");
        let frozen = known.read(5, -bonds, n).expect("T = 0");
        assert!(frozen.temperature < f64::MIN_POSITIVE && frozen.temperature_error().is_infinite());
        let hot = known.read(5, 0.0, 0.0).expect("T = infinity");
        assert!(hot.temperature.is_infinite() && hot.contains(f64::INFINITY, 0.5, 0.1));
        assert!(!hot.contains(f64::INFINITY, 0.4, 9.0));
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let (bonds, n) = (100.0, 50.0);
    let thermometer = MaximumLikelihood::new(square(10)).expect("a small lattice");
    for (n_configurations, bond_energy, magnetization) in [
        (0, -bonds, 0.0),
        (1, f64::NAN, 0.0),
        (1, -bonds, f64::NAN),
        (1, -201.0, 0.0),
        (1, f64::INFINITY, 0.0),
        (1, -150.0, 101.0),
        (1, bonds, 90.0),
        (1, -150.0, f64::NEG_INFINITY),
    ] {
        let refused = thermometer.read(n_configurations, bond_energy, magnetization);
        assert!(matches!(refused, Err(TheoryError::ImpossibleMeans { .. })), "{bond_energy} {magnetization}");
    }
    assert!(matches!(MaximumLikelihood::new(square(13)), Err(TheoryError::SideTooLarge { .. })));
    assert!(matches!(MaximumLikelihood::in_field(square(13), 0.1), Err(TheoryError::SideTooLarge { .. })));
    for extent in [0, 1] {
        assert_eq!(Lattice::ring(extent), Err(LatticeTooSmall { extent }));
        assert_eq!(Lattice::square(extent), Err(LatticeTooSmall { extent }));
    }
    assert!(matches!(MaximumLikelihood::in_field(RING, f64::NAN), Err(TheoryError::InvalidField { .. })));
    assert!(matches!(cramer_rao(RING, 0.0, 0.0), Err(TheoryError::InvalidTemperature { .. })));
    assert!(matches!(cramer_rao(RING, 1e-310, 0.0), Err(TheoryError::InfiniteCoupling { .. })));
    assert!(matches!(cramer_rao(square(13), 2.0, 0.0), Err(TheoryError::SideTooLarge { .. })));
    let hottest = cramer_rao(RING, f64::INFINITY, 0.0).expect("T = infinity");
    assert!(hottest.temperature.is_infinite() && hottest.temperature_in_known_field.is_infinite());
    assert!(cramer_rao(RING, 1e-3, 0.5).expect("a state point").field.is_infinite());
    let reading = read(RING, 3, [-0.5 * n, 0.1 * n]).expect("a maximum");
    assert!(reading.mahalanobis_squared(-1.0, 0.0).is_nan() && !reading.contains(f64::NAN, 0.0, 9.0));
    assert!(!reading.contains(reading.temperature, reading.field, -1.0));
}
