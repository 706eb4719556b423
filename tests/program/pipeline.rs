//! The whole pipeline on the smoke config: what is up to date, what is refused, what is the same.

use std::fs;

use crate::common::{assert_same, contents, experiments, run_smoke, said};

#[test]
fn the_same_config_gives_the_same_bytes_for_any_number_of_threads_and_stage_by_stage() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two, staged] = ["one", "two", "staged"].map(|name| folder.path().join(name));
    said(&run_smoke(&one, &["--threads", "1"]));
    said(&run_smoke(&two, &["--threads", "3"]));
    assert_same(&one, &two);
    for stage in ["sample", "train-thermometer", "train-rbm", "flow", "dissect", "analyze", "render"] {
        said(&run_smoke(&staged, &["--only", stage]));
    }
    assert_same(&one, &staged);
}

#[test]
fn a_second_run_does_nothing_and_a_changed_setting_only_what_depends_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[]));
    let before = contents(folder.path());
    let again = said(&run_smoke(folder.path(), &[]));
    assert_eq!(again.matches("up to date").count(), again.lines().count(), "{again}");
    let flow = said(&run_smoke(folder.path(), &["--set", "flow.n_steps=5"]));
    for task in ["sample", "train-thermometer", "train-rbm/reference/seed-0", "train-rbm/reference/seed-1"] {
        assert!(flow.contains(&format!("{task}: up to date")), "{flow}");
    }
    assert!(flow.contains("flow/reference/seed-1 … (flow.n_steps was 30, now 5)"), "{flow}");
    let after = contents(folder.path());
    assert_ne!(
        before[&*std::path::PathBuf::from("flow/reference/seed-0/flow.csv")],
        after[&*std::path::PathBuf::from("flow/reference/seed-0/flow.csv")]
    );
}

#[test]
fn a_changed_training_is_refused_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[]));
    let before = contents(folder.path());
    for (change, difference) in [
        ("rbm.n_hidden=4", "rbm.reference.n_hidden was 16, now 4"),
        ("data.side=3", "data.side was 4, now 3"),
        ("thermometer.layers=[8]", "thermometer.layers was [64], now [8]"),
    ] {
        let refused = run_smoke(folder.path(), &["--set", change]);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && text.contains(difference) && text.contains("--restart"), "{text}");
    }
    assert_eq!(before, contents(folder.path()));
    said(&run_smoke(folder.path(), &["--set", "rbm.n_hidden=4", "--restart"]));
}

#[test]
fn damaged_results_are_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[]));
    let weights = folder.path().join("rbm/reference/seed-1/weights.safetensors");
    let mut bytes = fs::read(&weights).expect("weights");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&weights, &bytes).expect("a writable file");
    let refused = run_smoke(folder.path(), &[]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("seed-1/weights.safetensors is not the file"), "{text}");
    let inspected = experiments().arg("inspect").arg(&weights).output().expect("the program starts");
    let text = String::from_utf8_lossy(&inspected.stderr);
    assert!(!inspected.status.success() && text.contains("checksum"), "{text}");
}

#[test]
fn another_data_set_in_the_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [here, other] = ["here", "other"].map(|name| folder.path().join(name));
    said(&run_smoke(&here, &["--until", "sample"]));
    said(&run_smoke(&other, &["--until", "sample", "--set", "data.lattice=ring", "--set", "data.n_sites=16"]));
    fs::copy(other.join("data/samples.safetensors"), here.join("data/samples.safetensors")).expect("a copy");
    let before = contents(&here);
    let refused = run_smoke(&here, &[]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("data/samples.safetensors is not the file"), "{text}");
    assert_eq!(before, contents(&here));
}

#[test]
fn files_can_be_inspected() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--set", "data.temperatures=[0, 2.5, inf]"]));
    for (file, part) in [
        ("data/samples.safetensors", "T = inf, H = 0: 200 configurations"),
        ("rbm/reference/seed-0/weights.safetensors", "F32 [16, 16]"),
        ("thermometer/weights.safetensors", "layer-0.weights"),
        ("flow/reference/seed-0/flow.csv", "start_temperature"),
        ("manifest.toml", "manifest of smoke"),
    ] {
        let output = experiments().arg("inspect").arg(folder.path().join(file)).output().expect("the program starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains(part), "{file}: {text}");
    }
    let status = experiments().arg("status").arg(folder.path()).output().expect("the program starts");
    let text = String::from_utf8_lossy(&status.stdout);
    assert!(text.contains("train-rbm/reference/seed-1") && text.contains("done"), "{text}");
}

#[test]
fn a_training_that_diverges_says_so_and_writes_no_weights() {
    let folder = tempfile::tempdir().expect("a folder");
    let failed = run_smoke(folder.path(), &["--set", "rbm.learning_rate=1e5"]);
    let text = String::from_utf8_lossy(&failed.stderr);
    assert!(!failed.status.success() && text.contains("diverged in epoch 1"), "{text}");
    assert!(!folder.path().join("rbm").exists());
}

/// Runs one stage of a finished run and asserts that it is refused, for this reason, with nothing changed.
fn assert_refused(folder: &std::path::Path, arguments: &[&str], reason: &str) {
    let before = contents(folder);
    let refused = run_smoke(folder, arguments);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains(reason), "{arguments:?}: {text}");
    assert_eq!(before, contents(folder));
}

#[test]
fn a_single_stage_needs_what_it_reads_to_be_done_intact_and_of_these_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    said(&run_smoke(folder, &[]));
    for (change, reason) in [
        ("data.side=5", "data.side was 4, now 5"),
        ("seed=2", "seed was 1, now 2"),
        ("rbm.n_hidden=5", "rbm.reference.n_hidden was 16, now 5"),
    ] {
        assert_refused(folder, &["--only", "flow", "--set", change, "--set", "flow.n_steps=6"], reason);
    }
    assert_refused(folder, &["--only", "train-rbm", "--set", "data.side=5"], "data.side was 4, now 5");
    let samples = folder.join("data/samples.safetensors");
    let mut bytes = fs::read(&samples).expect("samples");
    *bytes.last_mut().expect("spins") ^= 1;
    fs::write(&samples, bytes).expect("a writable file");
    let damaged = "data/samples.safetensors is not the file that was written";
    assert_refused(folder, &["--only", "train-rbm", "--restart"], damaged);
    assert_refused(folder, &["--only", "render", "--restart"], damaged);
}

#[test]
fn results_without_a_manifest_are_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "sample"]));
    fs::remove_file(folder.path().join("manifest.toml")).expect("a manifest");
    assert_refused(folder.path(), &["--set", "data.side=3"], "no manifest.toml");
}

#[test]
fn a_large_torus_in_a_field_runs_though_nothing_exact_is_known_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["data.side=14", "data.fields=[-1]", "data.n_samples=20", "rbm.n_epochs=1", "flow.n_steps=2"];
    let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    said(&run_smoke(folder.path(), &arguments));
}

/// With several fields, too, the energy is that in the field of the start: e = −1 − H on the aligned ring.
#[test]
fn the_energy_of_the_flow_holds_the_field_term() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["data.lattice=ring", "data.n_sites=8", "data.fields=[0,0.5,1]", "data.temperatures=[0,2]"];
    let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    said(&run_smoke(folder.path(), &[&arguments[..], &["--until", "flow"]].concat()));
    let text = fs::read_to_string(folder.path().join("flow/reference/seed-0/flow.csv")).expect("a table");
    let flow = rbm_flow::table::Table::from_csv("flow", &text).expect("a table");
    let start = flow.filter("step", 0usize).and_then(|t| t.filter("start_temperature", 0usize)).expect("rows");
    let (fields, energies) = (start.column("start_field").expect("H"), start.column("energy_per_site").expect("e"));
    assert_eq!(fields.len(), 3);
    assert!(fields.iter().zip(&energies).all(|(field, energy)| (energy + 1.0 + field).abs() < 1e-12), "{energies:?}");
}

#[test]
fn a_machine_alone_is_the_same_as_among_eight() {
    let folder = tempfile::tempdir().expect("a folder");
    let [alone, among] = ["alone", "among"].map(|name| folder.path().join(name));
    said(&run_smoke(&alone, &["--until", "train-rbm", "--set", "rbm.seeds=1"]));
    said(&run_smoke(&among, &["--until", "train-rbm", "--set", "rbm.seeds=8", "--threads", "2"]));
    let [one, eight] = [alone, among].map(|run| contents(&run.join("rbm/reference")));
    assert_eq!((one.len(), eight.len()), (3, 24));
    for (name, bytes) in one {
        assert!(eight[&name] == bytes, "{} differs", name.display());
    }
}

/// 16 hidden units: ln Z is exact, so the relative entropy falls below zero by the error of its mean alone.
#[test]
fn the_relative_entropy_to_the_law_of_the_data_falls_along_the_training() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--set", "rbm.seeds=1", "--set", "rbm.n_epochs=200"]));
    let text = fs::read_to_string(folder.path().join("rbm/reference/seed-0/likelihood.csv")).expect("a table");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| -> Vec<f64> {
        let place = rows[0].iter().position(|other| *other == name).expect("a column");
        rows[1..].iter().map(|row| row[place].parse().expect("a number")).collect()
    };
    let (entropy, error) = (column("relative_entropy"), column("relative_entropy_error"));
    // Of 14 updates of the first epoch, then of whole epochs.
    assert_eq!(column("n_updates"), [0, 1, 2, 5, 10, 14, 28, 70, 140, 280, 700, 1400, 2800].map(f64::from));
    assert!(rows[1..].iter().all(|row| row[3] == "exact"));
    assert!(entropy.iter().zip(&error).all(|(entropy, error)| *entropy > -4.0 * error), "{entropy:?}");
    assert!(entropy[12] < 0.2 * entropy[0], "{entropy:?}");
}

/// H and −H are both there; a start at −H begins as the mirror image in law: on the aligned ring exactly.
#[test]
fn mirrored_starts_begin_at_minus_h() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        ["data.lattice=ring", "data.n_sites=8", "data.fields=[0,1]", "data.temperatures=[0,2]", "flow.mirrored=true"];
    let arguments: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    said(&run_smoke(folder.path(), &[&arguments[..], &["--until", "flow"]].concat()));
    let text = fs::read_to_string(folder.path().join("flow/reference/seed-1/flow.csv")).expect("a table");
    let flow = rbm_flow::table::Table::from_csv("flow", &text).expect("a table");
    assert_eq!(flow.distinct("start_field").expect("H"), [-1.0, 0.0, 1.0]);
    let cold = flow.filter("step", 0usize).and_then(|t| t.filter("start_temperature", 0usize)).expect("rows");
    let down = cold.filter("start_field", -1.0).expect("rows");
    assert_eq!(down.column("magnetization_per_site").expect("m"), [-1.0]);
}

#[test]
fn a_flow_that_was_stopped_goes_on_with_the_machines_that_are_left() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "flow"]));
    let before = contents(folder.path());
    fs::remove_file(folder.path().join("flow/reference/seed-1/flow.csv")).expect("a table");
    let again = said(&run_smoke(folder.path(), &["--until", "flow"]));
    assert!(
        again.contains("flow/reference/seed-0: up to date") && again.contains("flow/reference/seed-1: done"),
        "{again}"
    );
    assert_eq!(before, contents(folder.path()));
}

/// Once it is mixed, the flow is a sampling of the machine: their laws of (e, |m|) differ by the noise alone, which the floor
/// tells to some 20 %, and the chains forget where they started (|difference| < 5 errors; false-alarm rate 1e-5 for two
/// machines and three quantities).
#[test]
fn the_law_of_a_long_run_is_that_of_the_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, three] = ["one", "three"].map(|name| folder.path().join(name));
    let settings = ["--until", "flow", "--set", "flow.n_stationary_steps=3000", "--threads"];
    said(&run_smoke(&one, &[&settings[..], &["1"]].concat()));
    said(&run_smoke(&three, &[&settings[..], &["3"]].concat()));
    assert_same(&one, &three);
    for seed in ["seed-0", "seed-1"] {
        let text = fs::read_to_string(one.join(format!("flow/reference/{seed}/stationary.csv"))).expect("a table");
        let table = rbm_flow::table::Table::from_csv("stationary", &text).expect("a table");
        let column = |name: &str| table.column(name).expect("a column");
        let (distance, floor) = (column("total_variation_to_machine"), column("total_variation_to_machine_floor"));
        assert!(distance[0] < 1.5 * floor[0] && floor[0] < 0.05, "{distance:?} {floor:?}");
        let (difference, error) = (column("start_difference"), column("start_difference_error"));
        assert!(
            difference.iter().zip(&error).all(|(difference, error)| difference.abs() < 5.0 * error),
            "{difference:?}"
        );
        assert!(column("autocorrelation_time").iter().all(|time| *time > 0.5), "{text}");
    }
}

#[test]
fn claims_of_a_run_are_told_and_written() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "analyze"]));
    let output = experiments().arg("claims").arg(folder.path()).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("The flow ends at the critical temperature."), "{text}");
    let table = fs::read_to_string(folder.path().join("analysis/claims.csv")).expect("a table");
    assert!(table.starts_with("claim,sentence,source,folder,machine,n_hidden,reading,quantity,"), "{table}");
}
