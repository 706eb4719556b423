//! The invariants of the architecture, read off the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// All Rust files below `folder`.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn visit(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a readable source");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

/// Asserts that no source below `folder`, but for the files named in `except`, holds one of `words`.
fn assert_absent(folder: &str, words: &[&str], except: &[&str]) {
    for (path, text) in sources(folder) {
        if except.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for word in words {
            assert!(!text.contains(word), "{} holds {word:?}", path.display());
        }
    }
}

fn manifest(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name).join("Cargo.toml");
    fs::read_to_string(path).expect("a manifest")
}

#[test]
fn theory_knows_neither_burn_nor_the_other_crates() {
    let manifest = manifest("crates/ising-theory");
    for dependency in ["burn", "ising-data", "models", "rand"] {
        assert!(!manifest.contains(&format!("\n{dependency}")), "ising-theory depends on {dependency}");
    }
}

#[test]
fn models_and_data_do_not_know_each_other() {
    assert!(!manifest("crates/models").contains("ising-"));
    assert!(!manifest("crates/ising-data").contains("models"));
}

#[test]
fn physics_and_networks_are_pure() {
    for folder in ["crates/ising-theory/src", "crates/models/src"] {
        assert_absent(folder, &["std::fs", "std::time", "println!", "std::env"], &[]);
    }
}

#[test]
fn figures_know_neither_models_nor_settings() {
    assert_absent("src/figures", &["burn::", "models::", "crate::config", "crate::stages", "std::fs"], &[]);
}

#[test]
fn stages_do_not_run_stages() {
    assert_absent("src/stages", &["pipeline::run"], &[]);
}

#[test]
fn only_progress_prints() {
    assert_absent(
        "src",
        &["println!", "eprintln!", "io::stdout", "io::stderr"],
        &["progress/mod.rs", "progress/lines.rs", "progress/dashboard/mod.rs", "progress/dashboard/terminal.rs"],
    );
}

#[test]
fn only_device_knows_the_backends_features() {
    assert_absent("src", &["cfg(feature", "cfg!(feature"], &["device.rs"]);
}

#[test]
fn randomness_has_one_source() {
    let words = ["thread_rng", "rand::rng()", "SmallRng", "StdRng", "from_os_rng", "Tensor::random", "random_like"];
    for folder in ["src", "crates/ising-data/src", "crates/models/src"] {
        assert_absent(folder, &words, &[]);
    }
}

#[test]
fn files_fit_in_a_head() {
    for folder in ["src", "crates"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 300, "{} has {lines} lines", path.display());
        }
    }
}
