//! Renormalization against values and identities known in closed form.

use ising_theory::{
    CRITICAL_TEMPERATURE, Couplings, Lattice, Renormalization, Stability, decimation_invariant,
    field_on_decimation_line, infinite_chain, rg_fixed_points,
};

#[test]
fn decimation_follows_the_exact_flow() {
    let start = Couplings::from_state_point(1.0, 0.1).expect("valid");
    let flow = Renormalization::Decimation.trajectory(start, 2);
    for (couplings, (temperature, field)) in flow.iter().zip([(1.0, 0.1), (1.51473, 0.29746), (2.934, 1.074)]) {
        let (t, h) = couplings.state_point();
        assert!((t - temperature).abs() < 5.1e-4 && (h - field).abs() < 5.1e-4, "{t} {h}");
        assert!((decimation_invariant(*couplings) / decimation_invariant(start) - 1.0).abs() < 1e-12);
    }
    let (t, h) = flow[1].state_point();
    assert!((t - 1.51473).abs() < 5.1e-6 && (h - 0.29746).abs() < 5.1e-6);
}

#[test]
fn decimation_stays_on_its_line() {
    for (temperature, field) in [(1.0, 0.1), (0.5, -1.0), (0.4, 1e-3), (0.05, 3.0), (3.0, 0.0)] {
        let start = Couplings::from_state_point(temperature, field).expect("valid");
        for couplings in Renormalization::Decimation.trajectory(start, 5) {
            let (t, h) = couplings.state_point();
            let on_line = field_on_decimation_line(start, t);
            assert!(t.is_infinite() || (on_line - h).abs() <= 1e-11 * h.abs(), "T = {t}: {on_line} instead of {h}");
        }
    }
}

/// The magnetization of the spins that stay is not changed by the trace over the others.
#[test]
fn decimation_keeps_the_magnetization() {
    let start = Couplings { coupling: 0.7, field: -0.2 };
    for couplings in Renormalization::Decimation.trajectory(start, 4) {
        let (temperature, field) = couplings.state_point();
        let m = infinite_chain(temperature, field).expect("valid").magnetization_per_site;
        let expected = infinite_chain(1.0 / 0.7, -0.2 / 0.7).expect("valid").magnetization_per_site;
        assert!((m - expected).abs() < 1e-12, "{m}");
    }
}

#[test]
fn migdal_kadanoff_has_its_known_fixed_point() {
    let point = Renormalization::MigdalKadanoff.critical_point();
    assert!((point.coupling - 0.30469).abs() < 5.1e-6);
    assert!((point.coupling.recip() - 3.282).abs() < 5.1e-4);
    assert!((point.thermal_exponent.recip() - 1.338).abs() < 5.1e-4);
    assert!((point.magnetic_exponent - 1.879).abs() < 5.1e-4);
    let step = |coupling, field| Renormalization::MigdalKadanoff.step(Couplings { coupling, field });
    assert!((step(point.coupling, 0.0).coupling - point.coupling).abs() < 1e-14);
    // The exponents are those of small steps off the fixed point.
    let d = 1e-6;
    let thermal = (step(point.coupling + d, 0.0).coupling - step(point.coupling - d, 0.0).coupling) / (2.0 * d);
    assert!((thermal.log2() - point.thermal_exponent).abs() < 1e-8);
    assert!(((step(point.coupling, d).field / d).log2() - point.magnetic_exponent).abs() < 1e-8);
    // Order and disorder attract, and the sign of the field is kept.
    let ends =
        |coupling| Renormalization::MigdalKadanoff.trajectory(Couplings { coupling, field: 0.0 }, 40)[40].coupling;
    assert!(ends(0.30) < 1e-6 && ends(0.31) > 1e3);
    assert!(step(0.3, -0.1).field < 0.0);
}

/// The eigenvalues of the chain are those of small steps of the exact map off each fixed point.
#[test]
fn the_fixed_points_of_the_chain_have_the_eigenvalues_of_its_map() {
    let [ferromagnetic, aligned, paramagnetic] = rg_fixed_points(Lattice::ring(100).expect("valid"))[..] else {
        panic!("three fixed points")
    };
    let step = |coupling, field| Renormalization::Decimation.step(Couplings { coupling, field });
    let excitation = |coupling: f64| (-2.0 * coupling).exp();
    let grown = excitation(step(8.0, 0.0).coupling) / excitation(8.0);
    assert!((grown / ferromagnetic.thermal_eigenvalue - 1.0).abs() < 1e-6, "{grown}");
    assert!((step(8.0, 1e-6).field / 1e-6 / ferromagnetic.magnetic_eigenvalue - 1.0).abs() < 1e-6);
    // At T = 0 every step doubles a strong field, so that y = e^{−2h} is squared: y'/y = y → 0. With x = e^{−4K} ≫ y it is x
    // that decides: x'/x = 1/(x + y), and y'/y = x + y.
    assert!((step(300.0, 20.0).field - 40.0).abs() < 1e-9 && aligned.magnetic_eigenvalue == 0.0);
    let (x, y) = ((-4.0_f64 * 6.0).exp(), (-2.0_f64 * 10.0).exp());
    let next = step(6.0, 10.0);
    assert!(((-4.0 * next.coupling).exp() * (x + y) / x - 1.0).abs() < 1e-4);
    assert!(((-2.0 * next.field).exp() / (y * (x + y)) - 1.0).abs() < 1e-4 && aligned.thermal_eigenvalue.is_infinite());
    for field in [0.0, 0.3, 2.0] {
        let next = step(1e-5, field);
        assert!((next.field - field).abs() < 2.1e-5 && next.coupling / 1e-5 < 2e-5, "{next:?}");
    }
    assert_eq!((paramagnetic.thermal_eigenvalue, paramagnetic.magnetic_eigenvalue), (0.0, 1.0));
    assert_eq!((paramagnetic.field, paramagnetic.stability), (None, Stability::Stable));
}

#[test]
fn the_critical_point_of_the_square_lattice_has_onsagers_exponents() {
    let points = rg_fixed_points(Lattice::square(10).expect("valid"));
    assert_eq!((points[0].temperature, points[0].field), (CRITICAL_TEMPERATURE, Some(0.0)));
    assert!((points[0].thermal_eigenvalue.log2() - 1.0).abs() < 1e-15);
    assert!((points[0].magnetic_eigenvalue.log2() - 1.875).abs() < 1e-14);
}
