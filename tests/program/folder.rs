//! Whose folder it is: what a run does not touch, and what a folder from a stranger cannot do.
#![cfg(unix)]

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::common::{contents, experiments, run_smoke, said};

fn refused(folder: &Path, reason: &str) {
    let output = run_smoke(folder, &["--until", "sample"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(reason), "{text}");
}

fn status(folder: &Path) -> String {
    let output = experiments().arg("status").arg(folder).output().expect("the program starts");
    String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr }).into_owned()
}

#[test]
fn a_folder_of_runs_is_no_run_folder_and_nothing_in_it_is_tidied() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("gallery/runs/one");
    said(&run_smoke(&run, &["--until", "sample"]));
    // As a run at work has it for a moment.
    fs::write(run.join(".manifest.toml.123.tmp"), "x").expect("written");
    let before = contents(&run);
    refused(folder.path(), "holds one");
    refused(&folder.path().join("gallery"), "give this run a folder of its own");
    assert_eq!(before, contents(&run));
    // The run itself tidies what a killed writer left, as does one that was killed before its first manifest.
    said(&run_smoke(&run, &["--until", "sample"]));
    let killed = folder.path().join("killed");
    fs::create_dir(&killed).expect("a folder");
    fs::write(killed.join(".manifest.toml.123.tmp"), "x").expect("written");
    said(&run_smoke(&killed, &["--until", "sample"]));
    assert!([run, killed].iter().all(|run| !run.join(".manifest.toml.123.tmp").exists()));
}

#[test]
fn a_lock_that_is_a_link_is_refused_and_what_it_leads_to_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mine, run) = (folder.path().join("mine.txt"), folder.path().join("run"));
    fs::write(&mine, "mine").expect("written");
    fs::create_dir(&run).expect("a folder");
    symlink(&mine, run.join(".lock")).expect("a link");
    refused(&run, "is a symbolic link: remove it");
    assert_eq!(fs::read_to_string(&mine).expect("a file"), "mine");
}

#[test]
fn a_pipe_in_the_place_of_a_file_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "sample"]));
    let pipe_in_place_of = |name: &str| {
        let path = folder.path().join(name);
        fs::remove_file(&path).expect("the file goes");
        assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    };
    pipe_in_place_of("data/held-out.safetensors");
    assert!(status(folder.path()).contains("data/held-out.safetensors is missing or has changed"));
    said(&run_smoke(folder.path(), &["--until", "sample"]));
    assert!(status(folder.path()).contains("done"));
    pipe_in_place_of("data/samples.safetensors");
    let output = experiments().arg("inspect").arg(folder.path().join("data/samples.safetensors")).output();
    assert!(String::from_utf8_lossy(&output.expect("the program starts").stderr).contains("no regular file"));
    pipe_in_place_of("manifest.toml");
    assert!(status(folder.path()).contains("no regular file"));
}

#[test]
fn a_terminal_is_sent_no_control_characters_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "sample"]));
    let manifest = folder.path().join("manifest.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, text.replace("experiment = \"smoke\"", "experiment = \"\\u001b]0;mine\\u0007\""))
        .expect("written");
    let inspected = experiments().arg("inspect").arg(&manifest).output().expect("the program starts");
    for text in [status(folder.path()), String::from_utf8_lossy(&inspected.stdout).into_owned()] {
        assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}]0;mine\\u{7}"), "{text:?}");
    }
}
