//! The maximum-likelihood thermometer reads exact samples as often right as it says.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use ising_data::stream::Purpose;
use ising_data::{StatePoint, bond_energies, magnetizations, sample};
use ising_theory::{Lattice, MaximumLikelihood};
use rayon::prelude::*;

const N_SETS: u64 = 400;
const N_CONFIGURATIONS: usize = 1000;

/// Counts the sets whose one- and two-sigma regions hold the truth, and whose T and H lie within their errors.
///
/// Each count is binomial and fails beyond 4 of its standard deviations: 6e-5 in a correct program, 1e-3 for the 18 counts
/// of this file together. Seeds are fixed.
fn check_coverage(thermometer: &MaximumLikelihood, lattice: Lattice, point: StatePoint, field_is_known: bool) {
    let (temperature, field) = (point.temperature(), point.field());
    let means_of_set = |seed: u64| {
        let spins = sample(lattice, &[point], N_CONFIGURATIONS, seed, Purpose::Sample, &|_| true).unwrap();
        let bonds: i64 = bond_energies(lattice, &spins).expect("right shapes").iter().sum();
        let m: i64 = magnetizations(&spins).iter().sum();
        [bonds, m].map(|sum| sum as f64 / N_CONFIGURATIONS as f64)
    };
    let sets: Vec<[f64; 2]> = (0..N_SETS).into_par_iter().map(means_of_set).collect();
    let mut n_inside = [0.0; 4];
    for [bonds, m] in sets {
        let reading = thermometer.read(N_CONFIGURATIONS, bonds, m).unwrap();
        let inside = [
            reading.contains(temperature, field, 1.0),
            reading.contains(temperature, field, 2.0),
            (reading.temperature - temperature).abs() <= reading.temperature_error(),
            (reading.field - field).abs() <= reading.field_error(),
        ];
        for (n_inside, inside) in n_inside.iter_mut().zip(inside) {
            *n_inside += f64::from(u8::from(inside));
        }
    }
    let expected = [0.682_689, 0.954_500, 0.682_689, 0.682_689];
    for (n_inside, p) in n_inside.into_iter().zip(expected).take(if field_is_known { 3 } else { 4 }) {
        let n = N_SETS as f64;
        let deviation = (n_inside - n * p) / (n * p * (1.0 - p)).sqrt();
        assert!(deviation.abs() < 4.0, "{lattice}, {point:?}: {n_inside} of {n}, {deviation} standard deviations");
    }
}

#[test]
fn regions_of_temperature_and_field_hold_the_truth_as_often_as_they_say() {
    for (lattice, points) in [
        (Lattice::square(10).unwrap(), [(2.6, 0.13), (1.9, 0.4)].as_slice()),
        (Lattice::ring(100).unwrap(), [(1.3, -0.2)].as_slice()),
    ] {
        let thermometer = MaximumLikelihood::new(lattice).unwrap();
        for &(temperature, field) in points {
            check_coverage(&thermometer, lattice, StatePoint::new(temperature, field).unwrap(), false);
        }
    }
}

#[test]
fn regions_of_temperature_in_a_known_field_hold_the_truth_as_often_as_they_say() {
    for (lattice, temperature, field) in
        [(Lattice::square(10).unwrap(), 2.35, 0.0), (Lattice::ring(100).unwrap(), 0.9, 0.0)]
    {
        let thermometer = MaximumLikelihood::in_field(lattice, field).unwrap();
        check_coverage(&thermometer, lattice, StatePoint::new(temperature, field).unwrap(), true);
    }
}
