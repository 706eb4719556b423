//! Running the program as a user does.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program.
pub(crate) fn experiments() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_experiments"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs the smoke config into `folder` with further arguments.
pub(crate) fn run_smoke(folder: &Path, arguments: &[&str]) -> Output {
    smoke(folder, arguments).output().expect("the program starts")
}

/// The command that [`run_smoke`] runs.
pub(crate) fn smoke(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = experiments();
    command.args(["run", "configs/smoke.toml", "--out"]).arg(folder).args(arguments);
    command
}

/// Asserts success and returns what was said on standard error.
pub(crate) fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{:?}: {text}", output.status);
    text
}

/// The contents of all files below `folder` but manifest and log (which hold times) and the lock.
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn visit(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.strip_prefix(root).expect("a path below the root").to_owned();
            if path.is_dir() {
                visit(root, &path, found);
            } else if !["manifest.toml", "log.jsonl", ".lock"].iter().any(|left_out| name.ends_with(left_out)) {
                found.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(folder, folder, &mut found);
    found
}

/// Copies the chosen files below a folder.
pub(crate) fn copy(from: &Path, to: &Path, is_chosen: fn(&Path) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target, is_chosen);
        } else if is_chosen(&path) {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Asserts that two run folders hold the same bytes.
pub(crate) fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (contents(one), contents(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one.len() > 20, "only {} files", one.len());
    for (name, bytes) in &one {
        assert!(other[name] == *bytes, "{} differs", name.display());
    }
}
