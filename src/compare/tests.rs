//! Ends of flows on planted tables.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{collections::BTreeMap, fs};

use ising_data::{PackedSpins, SampleSet, StatePoint};
use ising_theory::Lattice;

use super::*;
use crate::{artifacts::Manifest, config::Settings};

const SETTINGS: &str = "title = \"planted\"\n[data]\nside = 4\ntemperatures = [0.0, 4.0]\nn_samples = 1000\n\
    [[rbm]]\nname = \"a\"\nn_hidden = 5\nseeds = 3\n";

/// A run of a 4 × 4 torus. Its seeds end, from two starts each, at
/// T = 2 ± 0.1, 4 ± 0.1 and, lost, at T = ∞ by the exact reading and 100 by the network.
fn plant(folder: &Path) {
    let write = |file: &str, text: &str| {
        fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
        fs::write(folder.join(file), text).unwrap();
    };
    let settings: Settings = toml::from_str(SETTINGS).unwrap();
    let config = toml::Table::try_from(&settings).unwrap();
    Manifest { experiment: "planted".into(), config, ..Manifest::default() }.write(folder).unwrap();
    for (seed, [network, exact]) in [[2.0, 2.0], [4.0, 4.0], [100.0, f64::INFINITY]].into_iter().enumerate() {
        let mut flow = String::from(
            "start_temperature,step,thermometer_temperature,exact_temperature,energy_temperature,energy_per_site,\
             abs_magnetization_per_site,correlation_length,binder_ratio\n0,0,0,0,0,-2,1,0,0\ninf,0,9,9,9,0,0,0,0\n",
        );
        let mut correlations = String::from("start_temperature,step,distance,correlation\n0,0,1,0\n0,0,3,0\n");
        for (start, shift) in [("0", -0.1), ("inf", 0.1)] {
            flow += &format!("{start},10,{},{},nan,{},0.5,inf,0.6\n", network + shift, exact + shift, -1.0 + shift);
            for distance in 0..=2 {
                correlations += &format!("{start},10,{distance},{}\n", 0.5_f64.powi(distance) + shift);
            }
        }
        write(&format!("flow/a/seed-{seed}/flow.csv"), &flow);
        write(&format!("flow/a/seed-{seed}/correlations.csv"), &correlations);
    }
    write(
        "analysis/markers.csv",
        "name,label,temperature,field\ncritical_temperature,tc,2.269,0\ntraining_mixture,m,2.5,0\n\
         training_mixture_by_network,n,2.0,0\n",
    );
    write(
        "data/observables.csv",
        "temperature,field,energy_per_site,energy_per_site_exact,abs_magnetization_per_site,\
         abs_magnetization_per_site_exact\n0,0,-2,-2,1,1\n4,0,-0.7,-0.6,0.4,nan\n",
    );
    write("analysis/correlations.csv", "law,distance,correlation\nboltzmann,1,9\nmixture,1,0.8\nmixture,2,0.7\n");
    write("analysis/correlation-length.csv", "law,correlation_length,binder_ratio\nboltzmann,9,9\nmixture,3,0.65\n");
    let points = [0.0, 4.0].map(|t| StatePoint::new(t, 0.0).unwrap());
    let spins = PackedSpins::from_f32(16, &[1.0; 32]).unwrap();
    let samples = SampleSet::new(Lattice::square(4).unwrap(), &points, spins, BTreeMap::new()).unwrap();
    fs::write(folder.join("data/samples.safetensors"), samples.to_bytes()).unwrap();
}

fn assert_close(found: f64, expected: f64) {
    let is_close = found.total_cmp(&expected).is_eq() || (found - expected).abs() < 1e-9;
    assert!(is_close || (found.is_nan() && expected.is_nan()), "{found} instead of {expected}");
}

#[test]
fn ends_are_means_over_starts_then_seeds_and_the_median_forgets_a_lost_machine() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    let table = Comparison::of(&[folder.path()]).unwrap().end_points().unwrap();
    let machine = table.filter("what", "machine").unwrap();
    assert_eq!(machine.len(), 1);
    for (column, expected) in [
        ("step", 10.0),
        ("n_seeds", 3.0),
        ("n_hidden", 5.0),
        ("thermometer_temperature", 106.0 / 3.0),
        ("thermometer_temperature_median", 4.0),
        ("exact_temperature", 3.0),
        ("exact_temperature_error", 1.0),
        ("exact_temperature_median", 4.0),
        ("energy_temperature_median", f64::NAN),
        ("energy_per_site", -1.0),
        ("energy_per_site_error", 0.0),
        ("correlation_at_1", 0.5),
        ("correlation_at_half", 0.25),
        ("correlation_length", f64::INFINITY),
        ("binder_ratio", 0.6),
    ] {
        assert_close(machine.column(column).unwrap()[0], expected);
    }
}

#[test]
fn references_are_the_lattice_at_marked_points_and_the_training_data() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    let table = Comparison::of(&[folder.path()]).unwrap().end_points().unwrap();
    let value = |what: &str, column: &str| table.filter("what", what).unwrap().column(column).unwrap()[0];
    let exact = ising_theory::thermodynamics(Lattice::square(4).unwrap(), 2.269, 0.0).unwrap();
    assert_close(value("critical_temperature", "energy_per_site"), exact.energy_per_site);
    assert_close(value("critical_temperature", "correlation_at_1"), -exact.energy_per_site / 2.0);
    assert!(value("critical_temperature", "binder_ratio").is_nan());
    for (column, expected) in [
        // Where the network sees it.
        ("thermometer_temperature", 2.0),
        ("exact_temperature", 2.5),
        ("energy_per_site", -1.3),
        // Not all exact values are known: as measured.
        ("abs_magnetization_per_site", 0.7),
        ("correlation_at_1", 0.8),
        ("correlation_at_half", 0.7),
        ("correlation_length", 3.0),
        ("binder_ratio", 0.65),
    ] {
        assert_close(value("training_mixture", column), expected);
    }
}

#[test]
fn a_flow_without_correlations_is_told_how_to_get_them() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    fs::remove_file(folder.path().join("flow/a/seed-1/correlations.csv")).unwrap();
    let said = Comparison::of(&[folder.path()]).err().unwrap().to_string();
    assert!(said.contains("flow/a/seed-1/correlations.csv is missing"), "{said}");
    assert!(said.contains("experiments run configs/planted.toml --out"), "{said}");
    fs::remove_file(folder.path().join("flow/a/seed-0/flow.csv")).unwrap();
    let said = Comparison::of(&[folder.path()]).err().unwrap().to_string();
    assert!(said.contains("flow.csv: is the run finished?"), "{said}");
    let said = Comparison::of(&[folder.path().join("flow")]).err().unwrap().to_string();
    assert!(said.contains("is no run folder"), "{said}");
}

#[test]
fn the_figure_shows_every_machine_and_the_median_in_words() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    let comparison = Comparison::of(&[folder.path()]).unwrap();
    let drawn = Table::from_csv("controls", &comparison.figure().unwrap().csv).unwrap();
    let temperatures = drawn.filter("quantity", "exact_temperature").unwrap();
    assert_eq!(temperatures.filter("what", "seed").unwrap().column("value").unwrap(), [2.0, 4.0, f64::INFINITY]);
    assert!(drawn.filter("quantity", "energy_temperature").unwrap().is_empty());
    let said = comparison.describe();
    assert!(said.contains("a, seeds: 3") && said.contains("training mixture"), "{said}");
}

#[test]
fn spectra_are_those_of_the_trained_machines_that_have_one() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path());
    let spectra = || Comparison::of(&[folder.path()]).unwrap().spectra().unwrap();
    assert!(spectra().is_none());
    for (seed, largest) in [(0, 9.0), (2, 7.0)] {
        let inside = folder.path().join(format!("inside/a/seed-{seed}"));
        fs::create_dir_all(&inside).unwrap();
        let text = format!("epoch,rank,eigenvalue\n0,1,1\n0,2,1\n50,1,{largest}\n50,2,2\n");
        fs::write(inside.join("spectrum.csv"), text).unwrap();
    }
    let drawn = Table::from_csv("spectra", &spectra().unwrap().csv).unwrap();
    assert_eq!(drawn.text("machine").unwrap(), ["a", "a"]);
    assert_eq!(drawn.column("lowest").unwrap(), [7.0, 2.0]);
    assert_eq!(drawn.column("highest").unwrap(), [9.0, 2.0]);
}

/// Tables along the training of the planted run: one snapshot of each of its seeds.
fn plant_along_training(folder: &Path, mixture: f64) {
    let write = |file: &str, text: &str| {
        fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
        fs::write(folder.join(file), text).unwrap();
    };
    let mut ends = String::from("machine,seed,epoch,training_time,reading,temperature,temperature_error\n");
    let mut states = String::from(
        "machine,seed,training_time,abs_magnetization_per_site,abs_magnetization_per_site_error,connected_correlation,\
         connected_correlation_error,free_spin_temperature,free_spin_temperature_error,distance_to_boltzmann,\
         distance_to_boltzmann_error,distance_to_free_spins,distance_to_free_spins_error,distance_to_mixture,\
         distance_to_mixture_error\n",
    );
    let mut weights =
        String::from("machine,seed,epoch,relative_participation_ratio,relative_participation_ratio_error\n");
    for seed in ["0", "1", "2", "all"] {
        ends += &format!("a,{seed},10,500,exact,2.25,0.01\na,{seed},10,500,thermometer,2.2,0.01\n");
        states += &format!("a,{seed},500,0.8,0.01,0.001,0.001,2.25,0.01,0.5,0.1,0.01,0.01,2,0.1\n");
        weights += &format!("a,{seed},10,1.25,0.1\n");
        if seed != "all" {
            let text =
                format!("machine,seed,training_time,relative_entropy,relative_entropy_error\na,{seed},500,10,0.1\n");
            write(&format!("rbm/a/seed-{seed}/likelihood.csv"), &text);
        }
    }
    write("analysis/ends-along-training.csv", &ends);
    write("analysis/end-states.csv", &states);
    write("analysis/weights.csv", &weights);
    write(
        "analysis/markers.csv",
        &format!("name,label,temperature,field\ncritical_temperature,tc,2.269,0\ntraining_mixture,m,{mixture},0\n"),
    );
    let references = "name,abs_magnetization_per_site,connected_correlation\ncritical,0.76,0.146\nboltzmann,0.5,0.3\nboltzmann,0.8,0.14\n";
    write("analysis/state-references.csv", references);
}

#[test]
fn ends_along_training_have_a_curve_for_every_run_and_the_markers_that_all_share() {
    let folder = tempfile::tempdir().unwrap();
    let runs = ["narrow", "wide"].map(|name| folder.path().join(name));
    for run in &runs {
        plant(run);
    }
    assert!(Comparison::of(&runs).unwrap().along_training().unwrap().is_empty());
    plant_along_training(&runs[0], 2.5);
    plant_along_training(&runs[1], 3.1);
    let figures = Comparison::of(&runs).unwrap().along_training().unwrap();
    assert_eq!(figures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["ends-along-training", "end-state"]);
    let drawn = Table::from_csv("ends", &figures[0].1.csv).unwrap();
    assert_eq!(drawn.distinct_text("machine").unwrap(), ["narrow", "wide"]);
    let svg = &figures[0].1.svg;
    assert!(svg.contains("tc (2.269)") && !svg.contains("m (2.500)"), "markers of one run alone are drawn");
}
