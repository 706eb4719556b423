//! The insides of machines that are known beforehand.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{collections::BTreeMap, f64::consts::TAU};

use ising_data::{
    StatePoint, sample,
    stream::{Purpose, stream},
};
use models::RbmParameters;
use rand::RngExt;

use super::*;
use crate::table::Table;

const LATTICE: Lattice = match Lattice::square(8) {
    Ok(lattice) => lattice,
    Err(_) => panic!(),
};

/// A machine and configurations of two temperatures.
fn subject(parameters: RbmParameters) -> Subject<'static> {
    let points = [1.5, 4.0].map(|temperature| StatePoint::new(temperature, 0.0).unwrap());
    let spins = sample(LATTICE, &points, 500, 1, Purpose::Sample, &|_| true).unwrap();
    let samples = SampleSet::new(LATTICE, &points, spins, BTreeMap::new()).unwrap();
    Subject {
        machine: ("a", 3),
        lattice: LATTICE,
        snapshots: vec![Snapshot { epoch: 7.0, n_updates: 7, parameters }],
        samples,
        law: None,
    }
}

/// Weights from a function of hidden unit and row and column of the site.
fn planted(n_hidden: usize, weight: impl Fn(usize, f64, f64) -> f64) -> RbmParameters {
    let n = LATTICE.n_sites();
    let of_site = |site: usize| {
        let weight = &weight;
        (0..n_hidden).map(move |unit| weight(unit, (site / 8) as f64, (site % 8) as f64) as f32)
    };
    RbmParameters::untrained(n, n_hidden, (0..n).flat_map(of_site).collect())
}

fn table<'t>(tables: &'t [Table], name: &str) -> &'t Table {
    tables.iter().find(|table| table.name() == name).unwrap()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < tolerance;
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(near), "{found:?} is not {expected:?}");
}

/// Units 0 and 1 look at cosine and sine of the wave (2, 1)·2π/8, unit 2 at all sites alike: λ = 32·4 twice and 64·0.25.
#[test]
fn planted_waves_are_found() {
    let waves = planted(3, |unit, row, column| match unit {
        0 => 2.0 * (TAU * (2.0 * row + column) / 8.0).cos(),
        1 => 2.0 * (TAU * (2.0 * row + column) / 8.0).sin(),
        _ => 0.5,
    });
    let found = weights::tables(&subject(waves), &|| Ok(())).unwrap();
    let spectrum = table(&found, "spectrum");
    let column = |name: &str| spectrum.column(name).unwrap();
    close(&column("eigenvalue"), &[128.0, 128.0, 16.0], 1e-4);
    close(&column("largest_star"), &[1.0; 3], 1e-5);
    let k = TAU / 8.0 * 5f64.sqrt();
    close(&column("mean_wave_number"), &[k, k, 0.0], 1e-5);
    close(&column("participation_ratio"), &[64.0 * 2.0 / 3.0, 64.0 * 2.0 / 3.0, 64.0], 1e-4);
    let weights = table(&found, "weights");
    close(&weights.column("translation_symmetry").unwrap(), &[1.0], 1e-6);
    close(&weights.column("n_above_one").unwrap(), &[3.0], 1e-9);
    // 4 cos(k·r) of the waves, in the mean over the four directions 2 [cos(2·2π/8) + cos(2π/8)], and 0.25.
    let products = table(&found, "weight-products-against-distance");
    close(&products.column("product").unwrap()[..2], &[4.25, 0.25 + 2f64.sqrt()], 1e-5);
    assert_eq!(table(&found, "weight-products").len(), 64 * 65 / 2);
}

/// Of these machines one in nineteen has an eigenvalue beyond the edge: 20 have less than six, with a false-alarm rate of 3e-4. What
/// translations keep of w wᵀ is 1/N with a standard deviation of 0.004.
#[test]
fn independent_weights_have_no_large_eigenvalues_and_no_symmetry() {
    let (mut n_above, mut evenness) = (0.0, Vec::new());
    for machine in 0..20 {
        let mut rng = stream(1, Purpose::Weights, machine, 0);
        let n_hidden = 40;
        let weights = (0..64 * n_hidden).map(|_| rng.random_range(-0.3..0.3)).collect();
        let found = weights::tables(&subject(RbmParameters::untrained(64, n_hidden, weights)), &|| Ok(())).unwrap();
        let row = |name: &str| table(&found, "weights").column(name).unwrap()[0];
        n_above += row("n_above_edge");
        evenness.push(row("relative_participation_ratio"));
        close(&[row("translation_symmetry")], &[1.0 / 64.0], 0.02);
    }
    assert!(n_above < 6.0, "{n_above}");
    close(&[evenness.iter().sum::<f64>() / 20.0], &[1.0], 0.03);
}

/// Unit 0 is a wave, units 1 and 2 copy a site each: of three eigenvalues above the edge one is extended. 61 units are noise.
#[test]
fn copies_of_single_sites_are_no_patterns() {
    let mut rng = stream(1, Purpose::Weights, 7, 0);
    let mut noise = planted(64, |_, _, _| 0.0);
    noise.weights.iter_mut().for_each(|weight| *weight = rng.random_range(-0.03..0.03));
    let peaks = planted(64, |unit, row, column| match unit {
        // Zero at both of the sites.
        0 => (TAU * column / 8.0).sin(),
        1 if row + column < 0.5 => 5.0,
        2 if row > 6.5 && (column - 4.0).abs() < 0.5 => 6.0,
        _ => 0.0,
    });
    noise.weights.iter_mut().zip(&peaks.weights).for_each(|(weight, peak)| *weight += peak);
    let found = weights::tables(&subject(noise), &|| Ok(())).unwrap();
    let row = |name: &str| table(&found, "weights").column(name).unwrap()[0];
    let counts = ["n_above_edge", "n_extended_above_edge", "n_localized_above_edge"].map(row);
    close(&counts, &[3.0, 1.0, 2.0], 1e-9);
}

/// Unit 0 follows the magnetization, unit 1, which looks at one site, less; unit 2 is always up.
#[test]
fn hidden_units_are_described_by_what_they_react_to() {
    let mut machine = planted(3, |unit, row, column| match unit {
        0 => 0.01,
        1 if row + column < 0.5 => 2.0,
        _ => 0.0,
    });
    machine.hidden_bias[2] = 1.0;
    let found = hidden_units::tables(&subject(machine)).unwrap();
    let units = table(&found, "hidden-units");
    close(&units.column("unit").unwrap(), &[1.0, 0.0, 2.0], 1e-9);
    close(&units.column("norm").unwrap(), &[2.0, 0.08, 0.0], 1e-6);
    close(&units.column("participation_ratio").unwrap()[..2], &[1.0, 64.0], 1e-6);
    let reactions = units.column("correlation_with_magnetization").unwrap();
    assert!(reactions[1] > 0.999 && (0.3..0.95).contains(&reactions[0]) && reactions[2].is_nan(), "{reactions:?}");
    // At |m| near 1 the unit is decided, and the energy low.
    assert!(units.column("square_correlation_with_bond_energy").unwrap()[1] < -0.9);
    assert_eq!(table(&found, "receptive-fields").len(), 3 * 64);
}

#[test]
fn a_machine_that_saw_permuted_sites_is_put_back_on_the_lattice() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(
        file.path(),
        "[data]\nside = 4\ncontrol = \"permuted-sites\"\n[thermometer]\nnetwork = \"dense\"\n[[rbm]]\nname = \"a\"\n",
    )
    .unwrap();
    let config = Config::load(file.path(), Vec::new()).unwrap();
    let control = Control::new(&config);
    let points = [StatePoint::new(2.0, 0.0).unwrap()];
    let spins = sample(config.lattice, &points, 1, 1, Purpose::Sample, &|_| true).unwrap();
    let seen = control.for_machines(spins.clone(), &points, (1, Purpose::Sample)).unwrap();
    // One hidden unit whose weights are the spins it has seen.
    let placed = control.place(RbmParameters::untrained(16, 1, seen.to_f32()));
    assert_eq!(placed.weights, spins.to_f32());
}
