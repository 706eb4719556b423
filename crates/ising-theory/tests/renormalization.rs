//! Renormalization against values and identities known in closed form.

use ising_theory::{Couplings, Renormalization, decimation_invariant, field_on_decimation_line, infinite_chain};

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
