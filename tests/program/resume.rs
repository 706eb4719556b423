//! A training that is killed or stopped and resumed ends in the same bytes as one that was not.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::common::{assert_same, run_smoke, said, smoke};

/// A training of about a second in a debug-free build, with frequent checkpoints.
const LONG: [&str; 10] = [
    "--set",
    "rbm.n_epochs=800",
    "--set",
    "thermometer.n_epochs=40",
    "--set",
    "thermometer.patience=30",
    "--checkpoint-every",
    "0.02",
    "--threads",
    "2",
];

fn start(folder: &Path, settings: &[&str]) -> Child {
    smoke(folder, settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// The checkpoints of each machine, oldest first.
fn checkpoints(folder: &Path) -> [Vec<PathBuf>; 2] {
    ["seed-0", "seed-1"].map(|machine| {
        let entries = fs::read_dir(folder.join("checkpoints/train-rbm/reference").join(machine)).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_whole = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "safetensors");
        let mut files: Vec<PathBuf> = paths.filter(is_whole).collect();
        files.sort();
        files
    })
}

/// Waits until the training of every machine has written n checkpoints, and returns whether it has before the run ended.
fn wait_for_checkpoints(folder: &Path, child: &mut Child, n: usize) -> bool {
    let begun = Instant::now();
    while checkpoints(folder).iter().any(|files| files.len() < n) {
        if child.try_wait().expect("a child").is_some() || begun.elapsed() > Duration::from_secs(60) {
            return false;
        }
        sleep(Duration::from_millis(1));
    }
    true
}

#[test]
fn killed_at_ten_moments_and_resumed_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let [straight, killed] = ["straight", "killed"].map(|name| folder.path().join(name));
    said(&run_smoke(&straight, &LONG));
    let mut n_kills = 0;
    for attempt in 0..10u64 {
        let mut child = start(&killed, &LONG);
        // Moments from the start of the thermometer's training to the middle of the machines'.
        sleep(Duration::from_millis(20 + 37 * attempt % 190));
        child.kill().expect("a kill");
        n_kills += usize::from(!child.wait().expect("an end").success());
    }
    assert!(n_kills >= 5, "only {n_kills} of 10 runs were killed before their end");
    said(&run_smoke(&killed, &LONG));
    assert_same(&straight, &killed);
}

/// With persistent chains and momentum: the state that is saved is more than the weights.
#[test]
fn a_signal_saves_the_state_and_ends_with_75() {
    let folder = tempfile::tempdir().expect("a folder");
    let [straight, stopped] = ["straight", "stopped"].map(|name| folder.path().join(name));
    let settings = [&LONG[..], &["--set", "rbm.persistent=true", "--set", "rbm.momentum=0.5"]].concat();
    said(&run_smoke(&straight, &settings));
    let mut child = start(&stopped, &settings);
    assert!(wait_for_checkpoints(&stopped, &mut child, 1));
    assert_eq!(stop(&mut child, "-INT"), Some(75));
    said(&run_smoke(&stopped, &settings));
    assert_same(&straight, &stopped);
}

/// Sends a signal and returns the exit code.
fn stop(child: &mut Child, signal: &str) -> Option<i32> {
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    child.wait().expect("an end").code()
}

/// What was asked to go is gone at once; what came after it is not.
#[test]
fn a_stopped_restart_goes_on_without_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let [straight, stopped] = ["straight", "stopped"].map(|name| folder.path().join(name));
    let settings = [&LONG[..], &["--set", "rbm.n_hidden=9"]].concat();
    said(&run_smoke(&straight, &settings));
    said(&run_smoke(&stopped, &[]));
    let restart = [&settings[..], &["--restart"]].concat();
    let mut child = smoke(&stopped, &restart).stderr(Stdio::piped()).spawn().expect("the program starts");
    assert!(wait_for_checkpoints(&stopped, &mut child, 1));
    assert_eq!(stop(&mut child, "-TERM"), Some(75));
    let mut text = String::new();
    child.stderr.take().expect("its words").read_to_string(&mut text).expect("text");
    assert!(text.contains("run the same command again without --restart"), "{text}");
    let kept = checkpoints(&stopped);
    assert!(kept.iter().all(|files| !files.is_empty()), "{kept:?}");

    let again = said(&run_smoke(&stopped, &settings));
    assert!(again.contains("sample: up to date") && again.contains("train-thermometer: up to date"), "{again}");
    assert_same(&straight, &stopped);
    assert!(checkpoints(&stopped).iter().all(Vec::is_empty));
}

/// Perfect samples of a large torus near Tc take minutes.
#[test]
fn sampling_hears_a_signal_and_two_at_once_are_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for sampler in ["perfect", "cluster"] {
        let (run, sampler) = (folder.path().join(sampler), format!("data.sampler={sampler}"));
        let settings = ["data.side=128", "data.n_samples=20000", "data.temperatures=[2.2,2.3]", &sampler];
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).chain(["--force"]).collect();
        let mut child = start(&run, &settings);
        let begun = Instant::now();
        while !fs::read_to_string(run.join("log.jsonl")).is_ok_and(|text| text.contains("\"task-begins\"")) {
            assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().expect("a child").is_none());
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(300));
        let asked = Instant::now();
        let kill = Command::new("kill").args(["-USR1", &child.id().to_string()]).status().expect("kill");
        assert!(kill.success());
        assert_eq!(stop(&mut child, "-INT"), Some(75));
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    }
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before_and_if_all_are_damaged_the_run_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [straight, cut] = ["straight", "cut"].map(|name| folder.path().join(name));
    said(&run_smoke(&straight, &LONG));
    let mut child = start(&cut, &LONG);
    assert!(wait_for_checkpoints(&cut, &mut child, 2));
    child.kill().expect("a kill");
    child.wait().expect("an end");

    let all = checkpoints(&cut);
    let originals: BTreeMap<&PathBuf, Vec<u8>> =
        all.iter().flatten().map(|path| (path, fs::read(path).expect("a checkpoint"))).collect();
    for (path, bytes) in &originals {
        fs::write(path, &bytes[..bytes.len() - 100]).expect("a truncated file");
    }
    let refused = run_smoke(&cut, &LONG);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("is intact") && text.contains("--restart"), "{text}");

    // Each machine's newest stays damaged, what is older is mended.
    for path in all.iter().filter_map(|files| files.split_last()).flat_map(|(_, older)| older) {
        fs::write(path, &originals[path]).expect("a mended file");
    }
    let resumed = said(&run_smoke(&cut, &LONG));
    assert!(resumed.contains("warning: cannot use"), "{resumed}");
    assert_same(&straight, &cut);
}
