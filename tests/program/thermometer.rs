//! The thermometer on the smoke config: held against the exact posterior, stopped early, and its control.

use std::{fs, path::Path};

use crate::common::{run_smoke, said};
use rbm_flow::table::Table;

fn table(folder: &Path, file: &str) -> Table {
    let text = fs::read_to_string(folder.join(file)).expect("a table");
    Table::from_csv(file, &text).expect("a table")
}

fn largest(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).fold(0.0, f64::max)
}

/// Every averaged probability within 0.04 of the exact posterior's for the same configurations, of which there are 100 at each
/// temperature: what the network has yet to learn, no scatter of configurations enters.
#[test]
fn the_averaged_softmax_is_that_of_the_exact_posterior() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["--until", "train-thermometer", "--set", "thermometer.n_epochs=60"];
    said(&run_smoke(folder.path(), &[&settings[..], &["--set", "thermometer.data=stream"]].concat()));
    let agreement = table(folder.path(), "thermometer/agreement.csv");
    let differences = agreement.column("largest_difference").expect("differences");
    assert!(differences.len() == 7 && largest(&differences) < 0.04, "{differences:?}");
}

#[test]
fn a_regressor_reads_the_posterior_mean_and_enters_the_flow() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["--until", "flow", "--set", "thermometer.n_epochs=60", "--set", "thermometer.head=regressor"];
    said(&run_smoke(folder.path(), &settings));
    let summary = table(folder.path(), "thermometer/summary.csv");
    let error = summary.filter("quantity", "squared_error_temperature").expect("a row");
    let [network, least] = ["network", "bayes"].map(|reader| error.column(reader).expect("a number")[0]);
    assert!(network > 0.9 * least && network < 1.1 * least, "{network} against {least}");
    let temperatures =
        table(folder.path(), "flow/reference/seed-0/flow.csv").column("thermometer_temperature").expect("readings");
    assert!(temperatures.iter().all(|t| (-1.0..8.0).contains(t)), "{temperatures:?}");
}

/// At a constant rate on few samples the network soon learns by heart: the training ends, and the best network is kept.
#[test]
fn early_stopping_keeps_the_best_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        ["n_epochs=60", "patience=3", "schedule=constant", "learning_rate=0.05", "temperature_weights=[1,1,2,2,2,1,1]"];
    let settings = settings.map(|setting| format!("thermometer.{setting}"));
    let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting.as_str()]).collect();
    said(&run_smoke(folder.path(), &[&arguments[..], &["--until", "train-thermometer"]].concat()));
    let losses = table(folder.path(), "thermometer/training.csv").column("held_out_loss").expect("losses");
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(losses.len() < 60 && losses[losses.len() - 4].total_cmp(&best).is_eq(), "{losses:?}");
    let kept = table(folder.path(), "thermometer/summary.csv").column("network").expect("losses")[0];
    assert!((kept - best).abs() < 1e-4, "{kept} and {best}");
}

/// Networks see renamed sites, physics the lattice: exact numbers and those of the starts are the same to the last bit.
#[test]
fn permuted_sites_change_what_networks_see_and_nothing_that_is_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = ["none", "permuted-sites"].map(|control| {
        let run = folder.path().join(control);
        let control = format!("data.control={control}");
        said(&run_smoke(&run, &["--set", "thermometer.network=dense", "--set", &control]));
        run
    });
    let bytes = |file: &str| runs.each_ref().map(|run| fs::read(run.join(file)).expect("a file"));
    let [plain, permuted] = bytes("data/samples.safetensors");
    assert!(plain != permuted && String::from_utf8_lossy(&permuted).contains("permuted_sites"));
    let [plain, permuted] = bytes("data/observables.csv");
    assert!(plain == permuted);
    let starts =
        runs.each_ref().map(|run| table(run, "flow/reference/seed-0/flow.csv").filter("step", 0usize).expect("rows"));
    for column in ["energy_per_site", "energy_temperature", "exact_temperature", "magnetization_per_site"] {
        let [plain, permuted] = starts.each_ref().map(|table| table.column(column).expect("numbers"));
        assert!(plain.iter().zip(&permuted).all(|(a, b)| a.total_cmp(b).is_eq()), "{column}");
    }
    let entropies = runs.each_ref().map(|run| {
        let likelihood = table(run, "rbm/reference/seed-0/likelihood.csv");
        likelihood.column("relative_entropy").expect("numbers")[0]
    });
    assert!(
        entropies.iter().all(|entropy| *entropy > 1.0) && (entropies[0] - entropies[1]).abs() < 0.5,
        "{entropies:?}"
    );
}

/// Samples are the same in every grid that holds their state point, and so is the thermometer, whatever machines learn from.
#[test]
fn a_thermometer_with_a_grid_of_its_own_does_not_depend_on_the_data() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let grid = "thermometer.temperatures={ start = 0.0, stop = 6.0, step = 1.0 }";
    said(&run_smoke(folders[0].path(), &["--until", "train-thermometer"]));
    said(&run_smoke(folders[1].path(), &["--until", "flow", "--set", "data.temperatures=[2.0]", "--set", grid]));
    for file in ["weights.safetensors", "calibration.csv", "agreement.csv"] {
        let [one, other] =
            folders.each_ref().map(|folder| fs::read(folder.path().join("thermometer").join(file)).expect("a file"));
        assert!(one == other, "{file} differs");
    }
    let flow = table(folders[1].path(), "flow/reference/seed-0/flow.csv");
    let starts = flow.filter("step", 0usize).expect("rows");
    assert_eq!(starts.column("start_temperature").expect("starts"), [0.0, 2.0, f64::INFINITY]);
    let temperatures = starts.column("thermometer_temperature").expect("readings");
    assert!(temperatures[0] < 2.0 && temperatures[2] > 3.0, "{temperatures:?}");
}
