//! Values computed independently of this crate.

use ising_theory::{
    BetheLattice, FieldTerm, Lattice, kaufman, specific_heat_maxima, specific_heat_maximum,
    specific_heat_maximum_between, tabulated_maximum, temperature_of_abs_magnetization, thermodynamics_over_fields,
};

/// T, then e, c, |m| per spin of the 10 × 10 torus at H = 0 and H = 0.5.
const TEN_BY_TEN: [(f64, [[f64; 3]; 2]); 5] = [
    (1.0, [[-1.997_160, 0.023_380, 0.999_276], [-2.498_866, 0.010_322, 0.999_746]]),
    (2.0, [[-1.745_431, 0.723_165, 0.911_122], [-2.371_532, 0.329_200, 0.968_533]]),
    (2.25, [[-1.500_168, 1.233_272, 0.772_391], [-2.270_781, 0.479_775, 0.941_325]]),
    (2.5, [[-1.185_101, 1.133_239, 0.538_393], [-2.130_939, 0.638_334, 0.900_413]]),
    (4.0, [[-0.557_447, 0.171_754, 0.166_270], [-1.011_261, 0.522_833, 0.452_591]]),
];

fn assert_within(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} instead of {expected}");
}

#[test]
fn ten_by_ten_torus_agrees_to_all_digits() {
    for (temperature, rows) in TEN_BY_TEN {
        let values = thermodynamics_over_fields(Lattice::square(10).expect("a lattice"), temperature, &[0.0, 0.5]);
        for (value, [energy, heat, magnetization]) in values.expect("valid state points").iter().zip(rows) {
            assert_within(value.energy_per_site, energy, 5.1e-7);
            assert_within(value.specific_heat_per_site, heat, 5.1e-7);
            assert_within(value.abs_magnetization_per_site, magnetization, 5.1e-7);
        }
    }
}

#[test]
fn zero_field_maxima_of_the_torus() {
    let expected = [
        (4, 2.43895, 0.81646),
        (6, 2.38971, 1.03847),
        (16, 2.31751, 1.55220),
        (32, 2.29393, 1.90451),
        (64, 2.28173, 2.25239),
    ];
    for (side, temperature, heat) in expected {
        let maximum = specific_heat_maximum(Lattice::square(side).expect("a lattice"), 0.0).expect("zero field");
        assert_within(maximum.temperature, temperature, 5.1e-6);
        assert_within(maximum.specific_heat_per_site, heat, 5.1e-6);
    }
    let maximum = specific_heat_maximum(Lattice::square(10).expect("a lattice"), 0.0).expect("zero field");
    assert_within(maximum.temperature, 2.344_591_99, 5.1e-9);
    assert_within(maximum.specific_heat_per_site, 1.309_055_41, 5.1e-9);
}

#[test]
fn lines_of_maximal_specific_heat() {
    let fields = [0.0, 0.1, 0.5, 1.0, 2.0, 4.5];
    let ring = [0.8336, 0.9265, 1.5331, 2.0733, 3.0190, 5.2076];
    let torus = [2.3446, 2.5567, 3.0988, 3.6184, 4.5568, 6.7525];
    let bethe = [2.8854, 2.8170, 3.1847, 3.6587, 4.5715, 6.7556];
    for (i, &field) in fields.iter().enumerate() {
        let of_ring = specific_heat_maximum(Lattice::ring(100).expect("a lattice"), field).expect("finite field");
        assert_within(of_ring.temperature, ring[i], 5.1e-5);
        let of_torus = specific_heat_maximum(Lattice::square(10).expect("a lattice"), field).expect("finite field");
        assert_within(of_torus.temperature, torus[i], 5.1e-5);
        let between = specific_heat_maximum_between(
            Lattice::square(10).expect("a lattice"),
            field,
            0.95 * torus[i],
            1.03 * torus[i],
        );
        assert_within(between.expect("finite field").temperature, of_torus.temperature, 1e-9);
        let of_bethe = BetheLattice::default().specific_heat_maxima(field, FieldTerm::Included).expect("finite field");
        assert_eq!(of_bethe.len(), 1);
        assert_within(of_bethe[0].temperature, bethe[i], 5.1e-5);
    }
}

#[test]
fn a_small_field_gives_a_finite_lattice_a_second_maximum() {
    let n_maxima = |lattice, field| specific_heat_maxima(lattice, field, FieldTerm::Included).expect("finite").len();
    for lattice in [Lattice::ring(100).expect("a lattice"), Lattice::square(8).expect("a lattice")] {
        assert_eq!([0.0, 0.001, 0.1].map(|field| n_maxima(lattice, field)), [1, 2, 1], "{lattice}");
    }
}

#[test]
fn without_the_field_term_the_maximum_lies_lower() {
    for lattice in [Lattice::ring(100).expect("a lattice"), Lattice::square(8).expect("a lattice")] {
        for field in [1.0, 2.0] {
            let top = |term| specific_heat_maxima(lattice, field, term).expect("finite field")[0].temperature;
            let shift = top(FieldTerm::Included) - top(FieldTerm::Excluded);
            assert!((0.05..0.25).contains(&shift), "{lattice} at H = {field}: {shift}");
        }
    }
}

/// c of the 10 x 10 torus on the temperatures of a figure, and what no maximum can be read from.
#[test]
fn a_maximum_is_read_off_a_table() {
    let temperatures: Vec<f64> = (0..61).map(|i| 0.1 * f64::from(i)).collect();
    let heat = |&t: &f64| kaufman(10, t).expect("valid temperature").specific_heat_per_site;
    let heats: Vec<f64> = temperatures.iter().map(heat).collect();
    assert_within(tabulated_maximum(&temperatures, &heats).expect("a maximum"), 2.344_592, 2e-4);
    assert_eq!(tabulated_maximum(&temperatures, &temperatures), None);
    assert_eq!(tabulated_maximum(&temperatures, &[f64::NAN; 61]), None);
    assert_eq!(tabulated_maximum(&temperatures[..5], &heats[..5]), None);
    assert_eq!(tabulated_maximum(&[], &[]), None);
}

/// ⟨|M|⟩ of the 10 x 10 torus at H = 0.
#[test]
fn temperatures_are_read_from_the_magnetization() {
    let square = Lattice::square(10).expect("a lattice");
    for (temperature, m) in [(2.0, 0.911_122), (2.5, 0.538_393)] {
        let read = temperature_of_abs_magnetization(square, m).expect("side 10");
        assert_within(read, temperature, 5e-4);
    }
    let limits = [1.0, 0.01].map(|m| temperature_of_abs_magnetization(Lattice::ring(20).expect("a lattice"), m));
    assert_eq!(limits, [Ok(0.0), Ok(f64::INFINITY)]);
}
