//! Files of released versions must still load: those of `tests/fixtures`, never made anew.

use std::{fs, path::PathBuf};

use crate::common::{contents, copy, experiments, said};
use ising_data::SampleSet;
use rbm_flow::{
    artifacts::{Manifest, TensorFile},
    inspect,
    table::Table,
};

/// The folders of all released versions, and their number.
fn versions() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = fs::read_dir(root).expect("fixtures").map(|entry| entry.expect("an entry").path());
    let versions: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    assert!(!versions.is_empty());
    versions
}

#[test]
fn every_file_is_read() {
    for run in versions().iter().flat_map(|version| [version.join("finished"), version.join("interrupted")]) {
        let manifest = Manifest::read(&run).expect("a manifest").expect("a run folder");
        assert_eq!(manifest.experiment, "tiny");
        for (name, bytes) in contents(&run) {
            let path = run.join(&name);
            let text = || String::from_utf8(bytes.clone()).expect("text");
            match name.extension().and_then(|extension| extension.to_str()) {
                Some("csv") => assert!(!Table::from_csv("it", &text()).expect("a table").header().is_empty()),
                Some("safetensors") if name.starts_with("data") => {
                    assert_eq!(SampleSet::open(&path).expect("a data set").lattice.n_sites(), 16);
                }
                Some("safetensors") => assert!(TensorFile::read(&path).expect("tensors").summary().count() > 1),
                other => panic!("{}: {other:?} is no format of ours", path.display()),
            }
            assert!(inspect::describe(&path).is_ok_and(|words| !words.is_empty()), "{}", path.display());
        }
    }
}

#[test]
fn a_finished_run_is_told_judged_and_compared() {
    for version in versions() {
        let work = tempfile::tempdir().expect("a folder");
        let run = work.path().join("finished");
        copy(&version.join("finished"), &run, |_| true);
        for (arguments, expected) in [
            (["status", ""], "train-rbm/tiny/seed-0"),
            (["inspect", "manifest.toml"], "tiny"),
            (["inspect", "rbm/tiny/seed-0/weights.safetensors"], "weights"),
            (["claims", ""], "The flow ends at the critical temperature"),
            (["compare", ""], "tiny"),
        ] {
            let [command, file] = arguments;
            let output = experiments().arg(command).arg(run.join(file)).output().expect("the program starts");
            said(&output);
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(told.contains(expected), "{command} says: {told}");
        }
    }
}

#[test]
fn a_training_goes_on_from_its_checkpoint_to_the_same_bytes() {
    for version in versions() {
        let work = tempfile::tempdir().expect("a folder");
        let run = work.path().join("run");
        copy(&version.join("interrupted"), &run, |_| true);
        let mut command = experiments();
        let config = version.join("tiny.toml");
        command.args(["run", "--until", "train-rbm", "--out"]).arg(&run).arg(config);
        let told = said(&command.output().expect("the program starts"));
        assert!(told.contains("sample: up to date"), "{told}");
        for name in ["weights.safetensors", "snapshots.safetensors"] {
            let name = format!("rbm/tiny/seed-0/{name}");
            let [found, expected] =
                [&run, &version.join("finished")].map(|folder| fs::read(folder.join(&name)).expect("weights"));
            assert!(found == expected, "{}: {name} differs", version.display());
        }
    }
}
