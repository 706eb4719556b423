//! Lines of constant magnetization against closed forms and exact values.

use ising_theory::{
    Couplings, Lattice, TheoryError, decimation_invariant, fields_of_magnetization, specific_heat_maximum,
    thermodynamics,
};

#[test]
fn the_lattice_has_the_magnetization_on_the_line() -> Result<(), TheoryError> {
    for lattice in [Lattice::ring(100)?, Lattice::square(4)?, Lattice::square(6)?] {
        for temperature in [0.5, 1.0, 2.25, 5.0] {
            let wanted = [-0.8, 0.1, 0.77, 0.99];
            for (&m, field) in wanted.iter().zip(fields_of_magnetization(lattice, temperature, &wanted)?) {
                let exact = thermodynamics(lattice, temperature, field)?.magnetization_per_site;
                assert!((exact - m).abs() < 1e-12, "{lattice} at T = {temperature}: {exact} instead of {m}");
            }
        }
    }
    Ok(())
}

/// A long chain at T = 2: e^{4K} sinh² h = m²/(1 − m²), the invariant of decimation.
#[test]
fn on_the_chain_the_line_is_one_of_renormalization() -> Result<(), TheoryError> {
    for temperature in [1.0, 2.0, 4.0] {
        let field = fields_of_magnetization(Lattice::ring(2000)?, temperature, &[0.8])?[0];
        let invariant = decimation_invariant(Couplings::from_state_point(temperature, field)?);
        assert!((invariant / (0.64 / 0.36) - 1.0).abs() < 1e-10, "{invariant}");
    }
    Ok(())
}

/// Free spins: h = artanh m, and at the maximum of c over T h tanh h = 1, so that m = 0.834: a strong field leads there.
#[test]
fn the_line_of_maximal_specific_heat_leads_to_the_magnetization_of_free_spins() -> Result<(), TheoryError> {
    let lattice = Lattice::ring(100)?;
    let m = |field: f64| -> Result<f64, TheoryError> {
        let temperature = specific_heat_maximum(lattice, field)?.temperature;
        Ok(thermodynamics(lattice, temperature, field)?.magnetization_per_site)
    };
    let found = [m(0.5)?, m(4.5)?, m(1000.0)?];
    assert!(found.iter().zip([0.77, 0.82, 0.8336]).all(|(m, expected)| (m - expected).abs() < 0.01), "{found:?}");
    assert!((found[2] - 0.833_557).abs() < 1e-3, "{found:?}");
    let ends = fields_of_magnetization(lattice, 2.0, &[0.0, 1.0, -1.0, f64::NAN])?;
    assert!(ends[0] == 0.0 && ends[1] == f64::INFINITY && ends[2] == f64::NEG_INFINITY && ends[3].is_nan());
    assert!(fields_of_magnetization(lattice, f64::INFINITY, &[0.5])?[0].is_infinite());
    assert!(fields_of_magnetization(lattice, 0.0, &[0.5]).is_err());
    assert!(fields_of_magnetization(Lattice::square(13)?, 2.0, &[0.5]).is_err());
    Ok(())
}
