//! Exact physics of the torus: what a run waits for.

use ising_theory::{EnergyThermometer, Lattice, kaufman, specific_heat_maximum, thermodynamics_over_fields};

fn main() {
    divan::main();
}

fn torus(side: usize) -> Lattice {
    Lattice::square(side).expect("a lattice")
}

#[divan::bench(args = [6, 8, 10], sample_count = 5)]
fn one_temperature_ten_fields(side: usize) {
    let fields: Vec<f64> = (0..10).map(|i| 0.5 * f64::from(i)).collect();
    divan::black_box(thermodynamics_over_fields(torus(side), 2.25, &fields).expect("values"));
}

#[divan::bench(args = [10, 64, 256])]
fn zero_field(side: usize) {
    divan::black_box(kaufman(side, 2.25).expect("values"));
}

#[divan::bench(args = [10, 64])]
fn energy_thermometer(side: usize) {
    divan::black_box(EnergyThermometer::new(torus(side), 0.0).expect("a thermometer"));
}

#[divan::bench(args = [0.0, 1.0], sample_count = 5)]
fn maximum_of_the_specific_heat(field: f64) {
    divan::black_box(specific_heat_maximum(torus(10), field).expect("a maximum"));
}
