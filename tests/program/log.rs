//! `log.jsonl` says what the run did, outlives a kill, and is nobody's worry.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::common::{assert_same, run_smoke, said, smoke};
use rbm_flow::artifacts::Manifest;
use serde_json::Value;

/// The events of a run folder. Every line must be whole.
fn events(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("log.jsonl")).expect("a log");
    assert!(text.ends_with('\n'), "the last line is cut off");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

fn text<'e>(event: &'e Value, key: &str) -> &'e str {
    event[key].as_str().unwrap_or_else(|| panic!("{event} has no {key}"))
}

#[test]
fn what_the_run_did_is_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--threads", "2"]));
    let first = events(folder.path());
    let (begin, end) = (&first[0], &first[first.len() - 1]);
    assert_eq!((text(begin, "event"), text(begin, "device"), &begin["threads"]), ("run-begins", "flex", &2.into()));
    assert_eq!((text(begin, "version"), text(begin, "experiment")), (env!("CARGO_PKG_VERSION"), "smoke"));
    assert!(begin["command"].as_array().expect("words").iter().any(|word| word == "configs/smoke.toml"), "{begin}");
    assert_eq!((text(end, "event"), text(end, "reason")), ("run-ends", "done"));
    let times: Vec<_> =
        first.iter().map(|event| humantime::parse_rfc3339(text(event, "time")).expect("a time")).collect();
    assert!(times.is_sorted());

    let manifest = Manifest::read(folder.path()).expect("a manifest").expect("a manifest");
    let tasks: BTreeSet<&str> = manifest.tasks.keys().map(String::as_str).collect();
    for kind in ["task-begins", "task-done"] {
        assert_eq!(of_kind(&first, kind).iter().map(|event| text(event, "task")).collect::<BTreeSet<_>>(), tasks);
    }
    assert!(manifest.tasks.values().all(|record| !record.outputs.contains_key("log.jsonl")));
    assert_eq!(begin["tasks"].as_array().expect("tasks").len(), tasks.len());

    said(&run_smoke(folder.path(), &[]));
    let both = events(folder.path());
    assert_eq!(both[..first.len()], first, "the log is appended to");
    let second = &both[first.len()..];
    assert_eq!(of_kind(second, "task-up-to-date").len(), tasks.len());
    assert_eq!(second.len(), tasks.len() + 2, "{second:?}");
}

#[test]
fn trainings_are_logged_as_they_are_in_their_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "train-rbm", "--set", "rbm.seeds=1"]));
    let events = events(folder.path());
    for (machine, table) in
        [("thermometer", "thermometer/training.csv"), ("reference/seed-0", "rbm/reference/seed-0/training.csv")]
    {
        let logged = of_kind(&events, "training").into_iter().filter(|event| event["machine"] == machine);
        let logged: Vec<_> = logged.collect();
        let table = fs::read_to_string(folder.path().join(table)).expect("a table");
        let mut rows = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = rows.next().expect("a header");
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), logged.len(), "{machine}");
        let mut n_numbers = 0;
        for (row, event) in rows.iter().zip(logged) {
            // Parsed by serde_json, a number may be off in its last bit.
            const NOT_LOGGED: [&str; 5] = ["machine", "seed", "bayes_loss", "n_updates", "training_time"];
            for (name, cell) in header.iter().zip(row).filter(|(name, _)| !NOT_LOGGED.contains(name)) {
                let (written, told) = (cell.parse::<f64>().expect("a number"), event[name].as_f64());
                assert!(
                    told.is_some_and(|told| (told - written).abs() <= 1e-15 * written.abs()),
                    "{name}: {cell}, {event}"
                );
                n_numbers += 1;
            }
        }
        assert!(n_numbers >= 30, "{machine}: {n_numbers} numbers");
    }
}

#[test]
fn a_failure_and_a_signal_are_logged_and_a_torn_line_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, long) = (folder.path().join("log.jsonl"), ["--set", "rbm.n_epochs=1000000"]);
    let mut child = smoke(folder.path(), &long).spawn().expect("the program starts");
    let begun = Instant::now();
    let is_training = || fs::read_to_string(&log).is_ok_and(|text| text.contains("reference/seed-0\",\"epoch\":5,"));
    while !is_training() && begun.elapsed() < Duration::from_secs(120) {
        sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill").success());
    assert_eq!(child.wait().expect("an end").code(), Some(75));
    let stopped = events(folder.path());
    assert_eq!(text(&stopped[stopped.len() - 1], "reason"), "stopped");
    assert!(!of_kind(&stopped, "task-stopped").is_empty() && of_kind(&stopped, "task-failed").is_empty());

    // As a kill in the midst of writing leaves it.
    File::options().append(true).open(&log).and_then(|mut log| log.write_all(b"{\"time\":\"20")).expect("a torn line");
    let diverging = ["--restart", "--set", "rbm.learning_rate=1e30"];
    assert_eq!(run_smoke(folder.path(), &diverging).status.code(), Some(1));
    let all = events(folder.path());
    assert_eq!(all[..stopped.len()], stopped);
    let failed = of_kind(&all, "task-failed");
    assert!(!failed.is_empty() && text(failed[0], "error").contains("diverged"), "{failed:?}");
    let end = &all[all.len() - 1];
    assert!(text(end, "reason") == "failed" && text(end, "error").contains("diverged"), "{end}");
}

#[test]
fn a_log_that_cannot_be_written_is_told_once_and_stops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let [plain, unwritable, full] = ["plain", "unwritable", "full"].map(|name| folder.path().join(name));
    assert!(!said(&run_smoke(&plain, &[])).contains("warning"));
    fs::create_dir_all(unwritable.join("log.jsonl")).expect("a folder where the log should be");
    let mut refused = vec![unwritable.clone()];
    if cfg!(target_os = "linux") {
        fs::create_dir(&full).expect("a folder");
        std::os::unix::fs::symlink("/dev/full", full.join("log.jsonl")).expect("a full disk");
        refused.push(full);
    }
    for folder in refused {
        let text = said(&run_smoke(&folder, &[]));
        assert_eq!(text.matches("warning: cannot write the log").count(), 1, "{text}");
        fs::remove_dir(folder.join("log.jsonl")).or_else(|_| fs::remove_file(folder.join("log.jsonl"))).expect("gone");
        assert_same(&plain, &folder);
    }
}

#[test]
fn without_a_terminal_live_says_so_and_is_as_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = said(&run_smoke(folder.path(), &["--live", "--until", "sample"]));
    assert!(
        text.starts_with("warning: --live shows nothing: standard input and standard error must be a terminal"),
        "{text}"
    );
    assert!(text.contains("sample: done in"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}
