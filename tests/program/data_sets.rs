//! Several training data sets: which machine learns from which, what stays as it was, and errors over them.

use std::{fs, path::Path, time::Duration};

use burn::tensor::Device;
use ising_data::SampleSet;
use rbm_flow::{
    artifacts::{Checkpoints, TensorFile},
    config::{Config, Override},
    progress::Progress,
    table::Table,
    training::machine::{Course, Machine, Trained, parameters, snapshots, train},
};
use statistics::GroupedMean;

use crate::common::{contents, run_smoke, said};

const FOUR_OF_TWO: [&str; 4] = ["--set", "rbm.seeds=4", "--set", "rbm.data_seeds=2"];

/// Trains machine `index` of the smoke config on a file of samples.
fn train_on(samples: &Path, held_out: &Path, index: u64) -> Trained {
    let changes = ["rbm.seeds=4"].map(|change| change.parse::<Override>().expect("a change"));
    let config = Config::load(Path::new("configs/smoke.toml"), changes.into()).expect("a config");
    let read = |file: &Path| SampleSet::open(file).expect("samples").spins;
    let (training, held_out, device, progress) =
        (read(samples), read(held_out), Device::default(), Progress::default());
    let work = progress.begin("machine", 1, "batch");
    let course = Course {
        training: &training,
        held_out: &held_out,
        settings: &config.settings.rbm[0],
        seed: config.settings.seed,
        device: &device,
        n_threads: 1,
        work: &work,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut checkpoints = Checkpoints::of_task(folder.path(), "machine", Duration::MAX);
    let machine = Machine { index, fingerprint: "", checkpoints: &mut checkpoints };
    train(&course, vec![machine]).expect("a machine").remove(0)
}

fn table(folder: &Path, file: &str) -> Table {
    Table::from_csv(file, &fs::read_to_string(folder.join(file)).expect("a table")).expect("a table")
}

/// Machine K has, to the bit, what a machine trained on data set K mod 2 has; data set 0, and all that hangs on it alone, is that
/// of a run with one data set; the mean over the machines has the error of the two sets.
#[test]
fn machines_learn_from_their_data_set_and_the_first_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    said(&run_smoke(&one, &["--set", "rbm.seeds=4", "--until", "flow"]));
    said(&run_smoke(&two, &FOUR_OF_TWO));
    let (of_one, of_two) = (contents(&one), contents(&two));
    for (name, bytes) in &of_one {
        let is_of_second = ["seed-1/", "seed-3/"].iter().any(|seed| name.to_string_lossy().contains(seed));
        let is_shared = name.ends_with("configurations.csv");
        assert!(is_shared || (of_two[name] == *bytes) != is_of_second, "{}", name.display());
    }
    let [samples, held_out] = ["samples-1", "held-out"].map(|name| two.join(format!("data/{name}.safetensors")));
    for index in [1, 3] {
        let trained = train_on(&samples, &held_out, index);
        let read = |name: &str| TensorFile::read(&two.join(format!("rbm/reference/seed-{index}/{name}.safetensors")));
        let weights = read("weights").and_then(|file| parameters(&file)).expect("weights");
        let taken = read("snapshots").and_then(|file| snapshots(&file, 14)).expect("snapshots");
        assert!(weights == trained.parameters && taken == trained.snapshots, "seed {index}");
    }
    let metadata = SampleSet::open(&samples).expect("samples").metadata;
    assert_eq!((metadata["seed"].as_str(), metadata["data_seed"].as_str()), ("1", "1"));
    let ends = table(&two, "analysis/end-points.csv").filter("reading", "energy").expect("rows");
    let temperatures = ends.column("temperature").expect("numbers");
    let all = ends.filter("seed", "all").expect("a row").column("temperature_error").expect("an error")[0];
    let expected = GroupedMean::of(&[0, 1, 2, 3].map(|i| (i as u64 % 2, temperatures[i])));
    assert!((all - expected.mean.error).abs() <= 1e-12 * all && expected.n_independent == 2, "{all} {expected:?}");
}

/// A run that asks for further data sets later keeps data set 0 and its machines, and refuses to replace the others.
#[test]
fn further_data_sets_leave_finished_machines_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| run_smoke(folder.path(), &[&["--until", "train-rbm"], arguments].concat());
    said(&run(&["--set", "rbm.seeds=1"]));
    let text = said(&run(&["--set", "rbm.data_seeds=2"]));
    for task in ["sample", "train-thermometer", "train-rbm/reference/seed-0"] {
        assert!(text.contains(&format!("{task}: up to date")), "{text}");
    }
    assert!(text.contains("sample/1: done") && text.contains("train-rbm/reference/seed-1: done"), "{text}");
    let before = contents(folder.path());
    let refused = run(&["--set", "rbm.data_seeds=1"]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("rbm.reference.data_seed was 1, now not set"), "{text}");
    assert_eq!(before, contents(folder.path()));
}
