//! Controls on the smoke config: machines trained on shuffled spins, untrained machines, and all of them side by side.

use std::{fs, path::Path};

use crate::common::{assert_same, experiments, run_smoke, said};
use rbm_flow::table::Table;

fn table(folder: &Path, file: &str) -> Table {
    let text = fs::read_to_string(folder.join(file)).expect("a table");
    Table::from_csv(file, &text).expect("a table")
}

fn column(folder: &Path, file: &str, column: &str) -> Vec<f64> {
    table(folder, file).column(column).expect("numbers")
}

const FLOW: &str = "flow/reference/seed-0/flow.csv";

/// The magnetization is the lattice's to the last bit, energies are those of shuffled spins (within 5 standard errors of their
/// exact values at 6 temperatures, false-alarm rate 4e-6), and the thermometer has learned the lattice.
#[test]
fn machines_in_a_mean_field_know_the_magnetization_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let [plain, shuffled] = ["none", "mean-field"].map(|control| {
        let run = folder.path().join(control);
        said(&run_smoke(&run, &["--set", &format!("data.control={control}")]));
        run
    });
    let of_both = |file: &str, name: &str| [&plain, &shuffled].map(|run| column(run, file, name));
    let observables = "data/observables.csv";
    for name in ["abs_magnetization_per_site", "magnetization_per_site_exact", "susceptibility_per_site"] {
        let [plain, shuffled] = of_both(observables, name);
        assert!(plain.iter().zip(&shuffled).all(|(a, b)| a.total_cmp(b).is_eq()), "{name}");
    }
    let [energies, exact, errors] =
        ["", "_exact", "_error"].map(|suffix| column(&shuffled, observables, &format!("energy_per_site{suffix}")));
    let [of_lattice, _] = of_both(observables, "energy_per_site");
    for i in 1..energies.len() {
        assert!((energies[i] - exact[i]).abs() < 5.0 * errors[i], "{} and {}", energies[i], exact[i]);
        assert!(energies[i] > of_lattice[i], "{} and {}", energies[i], of_lattice[i]);
    }
    for file in ["weights.safetensors", "calibration.csv"] {
        let [plain, shuffled] =
            [&plain, &shuffled].map(|run| fs::read(run.join("thermometer").join(file)).expect("a file"));
        assert!(plain == shuffled, "{file} differs");
    }
    for file in ["analysis/rg-steps.csv", "analysis/ridges.csv"] {
        let [plain, shuffled] = [&plain, &shuffled].map(|run| fs::read(run.join(file)).expect("a file"));
        assert!(plain == shuffled, "{file} differs");
    }
    let [plain_starts, shuffled_starts] =
        [&plain, &shuffled].map(|run| table(run, FLOW).filter("step", 0usize).expect("rows"));
    let of_starts = |name: &str| [&plain_starts, &shuffled_starts].map(|starts| starts.column(name).expect("numbers"));
    let [one, other] = of_starts("abs_magnetization_per_site");
    assert!(one.iter().zip(&other).all(|(a, b)| a.total_cmp(b).is_eq()), "{one:?} {other:?}");
    let [one, other] = of_starts("energy_per_site");
    assert!(one[2] < other[2], "{one:?} {other:?}");
    let distances = column(&shuffled, "rbm/reference/seed-0/likelihood.csv", "relative_entropy");
    let (first, last) = (distances[0], distances[distances.len() - 1]);
    assert!(first > 1.0 && last < 0.5 * first && last > -0.5, "{distances:?}");
}

#[test]
fn shuffled_spins_do_not_depend_on_the_number_of_threads() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    for (folder, threads) in folders.iter().zip(["1", "3"]) {
        said(&run_smoke(folder.path(), &["--threads", threads, "--set", "data.control=mean-field"]));
    }
    assert_same(folders[0].path(), folders[1].path());
}

/// An untrained machine is measured once, flows as any other, and is compared with a trained one.
#[test]
fn an_untrained_machine_goes_all_the_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let [trained, untrained] = ["trained", "untrained"].map(|name| folder.path().join(name));
    said(&run_smoke(&trained, &[]));
    said(&run_smoke(&untrained, &["--set", "rbm.n_epochs=0", "--set", "rbm.initial_spread=0.5"]));
    let training = table(&untrained, "rbm/reference/seed-1/training.csv");
    assert_eq!(training.column("epoch").expect("epochs"), [0.0]);
    let norm = training.column("weight_norm").expect("norms")[0];
    assert!((0.4..0.6).contains(&norm), "{norm}");
    assert_eq!(column(&untrained, "rbm/reference/seed-1/likelihood.csv", "epoch"), [0.0]);
    assert!(untrained.join("figures/training.png").exists() && untrained.join("figures/likelihood.png").exists());

    let out = folder.path().join("comparison");
    let output = experiments().arg("compare").args([&trained, &untrained]).arg("--out").arg(&out).output();
    let output = output.expect("the program starts");
    said(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("reference, seeds: 2"));
    let ends = table(&out, "end-points.csv");
    let machines = ends.filter("what", "machine").expect("rows");
    assert_eq!(machines.text("folder").expect("folders"), ["trained", "untrained"]);
    let energies = machines.column("energy_per_site").expect("energies");
    assert!(energies[0] < energies[1] - 0.2, "{energies:?}");
    assert_eq!(ends.filter("what", "training_mixture").expect("rows").len(), 2);
    assert!(["controls.png", "controls.svg", "controls.csv"].iter().all(|file| out.join(file).exists()));
}
