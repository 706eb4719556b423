//! Files that were damaged, or made to hurt: every reader gives the content or an error. None panics, hangs, or asks for memory
//! that the file cannot fill (a limit of 8 GiB on the address space would end the test).
//!
//! 1000 random damages for each format, always the same ones, and what fuzzing (`tests/fuzz`) has found.

#[path = "program/common/mod.rs"]
mod common;
mod readers;

use std::{fs, path::Path, sync::LazyLock};

use common::{experiments, run_smoke, said};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, RngSeed, TestRunner},
};
use rbm_flow::{artifacts::TensorFile, compare::Comparison, report, training};
use readers::Reader;

/// What can happen to the bytes of a file.
#[derive(Clone, Debug)]
enum Damage {
    /// Some bits are turned over.
    Flip(Vec<(Index, u8)>),
    /// The end is missing.
    Cut(Index),
    /// The first eight bytes, the length of a safetensors header, say something else.
    Header(u64),
    /// Bytes come in between.
    Insert(Index, Vec<u8>),
    /// A stretch is overwritten with one byte.
    Fill(Index, u8, usize),
    /// A number in the text is another.
    Number(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let numbers = ["NaN", "inf", "-1", "0", "1e999", "18446744073709551616", "1e-320", "", "1.5", "4294967297", "é"];
    prop_oneof![
        3 => prop::collection::vec((any::<Index>(), 1..=255u8), 1..5).prop_map(Damage::Flip),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => any::<u64>().prop_map(|n| Damage::Header(n >> (n % 64))),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..50)).prop_map(|(at, new)| Damage::Insert(at, new)),
        1 => (any::<Index>(), any::<u8>(), 1..200usize).prop_map(|(at, byte, n)| Damage::Fill(at, byte, n)),
        3 => (any::<Index>(), select(numbers.to_vec())).prop_map(|(at, number)| Damage::Number(at, number)),
    ]
}

impl Damage {
    fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        match self {
            Self::Flip(flips) => flips.iter().for_each(|(at, mask)| damaged[at.index(bytes.len())] ^= mask),
            Self::Cut(at) => damaged.truncate(at.index(bytes.len())),
            Self::Header(length) => damaged.splice(..8.min(bytes.len()), length.to_le_bytes()).for_each(drop),
            Self::Insert(at, new) => {
                let at = at.index(bytes.len());
                damaged.splice(at..at, new.iter().copied()).for_each(drop);
            }
            Self::Fill(at, byte, n) => {
                let at = at.index(bytes.len());
                damaged[at..(at + n).min(bytes.len())].fill(*byte);
            }
            Self::Number(at, number) => {
                let is_digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
                let begins: Vec<usize> =
                    (0..bytes.len()).filter(|&i| is_digit(i) && (i == 0 || !is_digit(i - 1))).collect();
                if !begins.is_empty() {
                    let begin = begins[at.index(begins.len())];
                    let end = (begin..).find(|&i| !is_digit(i)).unwrap_or(begin);
                    damaged.splice(begin..end, number.bytes()).for_each(drop);
                }
            }
        }
        damaged
    }
}

/// Shows `n_cases` damaged forms of `bytes` to a reader.
fn for_each_damage(n_cases: u32, bytes: &[u8], read: impl Fn(Vec<u8>)) {
    limit_memory();
    let config = Config { cases: n_cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() };
    let runs = TestRunner::new(config).run(&damage(), |damage| {
        read(damage.of(bytes));
        Ok(())
    });
    runs.expect("every damage is met");
}

fn limit_memory() {
    let limit = libc::rlimit { rlim_cur: 8 << 30, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the call reads the structure and touches nothing else.
    unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
}

/// A finished run.
static RUN: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[]));
    folder
});

fn file(name: &str) -> Vec<u8> {
    fs::read(RUN.path().join(name)).expect("a file of the run")
}

/// A copy of the run's tables and manifest, to be damaged.
fn copy_of_tables() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    readers::prepare(folder.path(), RUN.path());
    folder
}

#[test]
fn samples() {
    for_each_damage(1000, &file("data/samples.safetensors"), |damaged| readers::samples(&damaged));
}

/// Weights, snapshots and checkpoints hold a checksum: what can be read is what was written.
#[test]
fn weights_and_checkpoints() {
    for name in ["rbm/reference/seed-0/weights.safetensors", "rbm/reference/seed-0/snapshots.safetensors"] {
        let bytes = file(name);
        let whole = TensorFile::from_bytes(&bytes).expect("an intact file");
        for_each_damage(1000, &bytes, |damaged| {
            readers::tensors(&damaged);
            assert!(TensorFile::from_bytes(&damaged).map_or(true, |read| read == whole));
        });
    }
}

/// A file with a right checksum whose arrays are not those of a machine.
#[test]
fn arrays_that_are_no_machine() {
    let machine = |weights: &[f32], shape: &[usize], bias: &[f32]| {
        let file = TensorFile::default().f32("weights", shape, weights);
        let file = file.f32("visible_bias", &[bias.len()], bias).f32("hidden_bias", &[1], &[0.0]);
        TensorFile::from_bytes(&file.to_bytes()).and_then(|file| training::machine::parameters(&file))
    };
    assert!(machine(&[0.5, 1.0], &[2, 1], &[0.0, 0.0]).is_ok());
    let wrong = [
        machine(&[f32::NAN, 1.0], &[2, 1], &[0.0, 0.0]),
        machine(&[f32::INFINITY, 1.0], &[2, 1], &[0.0, 0.0]),
        machine(&[0.5, 1.0], &[2], &[0.0, 0.0]),
        machine(&[0.5, 1.0], &[1, 2], &[0.0, 0.0]),
        machine(&[0.5, 1.0], &[2, 1], &[0.0]),
        machine(&[], &[0, 1], &[]),
    ];
    for (i, machine) in wrong.into_iter().enumerate() {
        assert!(machine.is_err(), "case {i}");
    }
}

#[test]
fn manifests() {
    let folder = copy_of_tables();
    for_each_damage(1000, &file("manifest.toml"), |damaged| readers::manifest(folder.path(), &damaged));
}

#[test]
fn configs() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["configs/zero-field-wide.toml", "configs/field-1d.toml"] {
        let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a config");
        for_each_damage(1000, &bytes, |damaged| readers::config(folder.path(), &damaged));
    }
}

/// Keys in keys in keys, and a grid that no memory holds.
#[test]
fn toml_bombs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.toml");
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let dotted = format!("{} = 1", vec!["a"; 100_000].join("."));
    let grid = "[data]\ntemperatures = { start = 0.0, stop = 1e300, step = 1e-300 }\n".to_owned();
    let fine = "[data]\ntemperatures = { start = 0.0, stop = 1e9, step = 1e-9 }\n".to_owned();
    let scan = format!("[[rbm]]\nn_hidden = [{}]\n", vec!["1"; 100_000].join(", "));
    for text in [deep, dotted, grid, fine, scan] {
        fs::write(&path, text).expect("written");
        let output = experiments().args(["config", "check"]).arg(&path).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{}", &said[..said.len().min(400)]);
    }
}

#[test]
fn tables() {
    let folder = copy_of_tables();
    let tables = readers::tables_of_analysis(folder.path());
    assert!((10..256).contains(&tables.len()), "{tables:?}");
    for (which, path) in (0..).zip(&tables) {
        let bytes = fs::read(path).expect("a table");
        for_each_damage(1000 / tables.len() as u32 + 1, &bytes, |damaged| {
            readers::table(&damaged);
            readers::analysis(folder.path(), &[vec![which], damaged].concat());
        });
    }
}

/// A run from a stranger, drawn and shown in a browser: names and texts are shown, not obeyed.
#[test]
fn reports() {
    let folder = copy_of_tables();
    let manifest = String::from_utf8(file("manifest.toml")).expect("text");
    let title = manifest.lines().find(|line| line.starts_with("title = ")).expect("a title");
    let hostile = manifest.replace(title, "title = '<script>alert(1)</script><img src=x onerror=alert(2)>'");
    fs::write(folder.path().join("manifest.toml"), hostile).expect("written");
    let page = report::html(folder.path()).expect("a page");
    assert!(!page.contains("<script>alert(1)") && !page.contains("<img src=x"), "the title is escaped");
    for_each_damage(60, &file("analysis/end-points.csv"), |damaged| {
        fs::write(folder.path().join("analysis/end-points.csv"), damaged).expect("written");
        let _ = report::html(folder.path()).map(|page| page.len());
        let _ = Comparison::of(&[folder.path()]).and_then(|comparison| Ok(comparison.figure()?.png.len()));
    });
}

/// What fuzzing has found: inputs that reach code of their own.
#[test]
fn corpus() {
    limit_memory();
    for (name, read) in readers::ALL {
        let read: Reader = read;
        let folder = copy_of_tables();
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
        let mut n_inputs = 0;
        for entry in fs::read_dir(corpus).expect("a folder") {
            read(folder.path(), &fs::read(entry.expect("an entry").path()).expect("an input"));
            n_inputs += 1;
        }
        assert!(n_inputs > 0, "{name}");
    }
}
