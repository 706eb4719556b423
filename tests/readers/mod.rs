//! The readers of files from strangers, each a function of a file's bytes: it panics where the content is not what it must be.
//!
//! `tests/damaged_files.rs` shows them random damages and what fuzzing has found, `tests/fuzz` what a fuzzer makes up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ising_data::SampleSet;
use rbm_flow::{
    artifacts::{Manifest, TensorFile, checksum},
    claims::Judgement,
    compare::Comparison,
    config::{Config, Override},
    estimate,
    exponents::Exponents,
    inspect, report,
    stages::Stage,
    status,
    sweep::{self, Axis, Collection, Sweep},
    table::Table,
    training::machine,
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// A reader: of bytes, with a folder that [`prepare`] has filled.
pub(crate) type Reader = fn(&Path, &[u8]);

/// All of them by name.
pub(crate) const ALL: [(&str, Reader); 8] = [
    ("samples", |_, bytes| samples(bytes)),
    ("tensors", |_, bytes| tensors(bytes)),
    ("table", |_, bytes| table(bytes)),
    ("config", config),
    ("manifest", manifest),
    ("analysis", analysis),
    ("page", page),
    ("sweep", sweep),
];

/// Copies what readers of one file of a run need beside it: the manifest, tables and figures of a finished run.
pub(crate) fn prepare(folder: &Path, run: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for entry in fs::read_dir(run).expect("a finished run") {
        let path = entry.expect("an entry").path();
        let target = folder.join(path.file_name().expect("a name"));
        if path.is_dir() {
            prepare(&target, &path);
        } else if path.extension().is_some_and(|ending| ending != "safetensors") {
            fs::copy(&path, target).expect("copied");
        }
    }
}

/// A data set.
pub(crate) fn samples(bytes: &[u8]) {
    if let Ok(samples) = SampleSet::from_bytes(bytes) {
        assert_eq!(samples.points.len(), samples.spins.n_samples());
        assert!(SampleSet::from_bytes(&samples.to_bytes()).is_ok());
    }
}

/// A weight file, snapshots or a checkpoint; where the checksum is wrong, its arrays with a right one.
pub(crate) fn tensors(bytes: &[u8]) {
    let _ = TensorFile::from_bytes(bytes);
    let Ok(content) = SafeTensors::deserialize(bytes) else { return };
    let file = content.iter().fold(TensorFile::default(), sealed);
    let read = TensorFile::from_bytes(&file.to_bytes()).expect("what was written can be read");
    assert!(read == file);
    if let Ok(machine) = machine::parameters(&read) {
        assert!(machine.weights.len() == machine.n_visible * machine.n_hidden);
        assert!(machine.weights.iter().chain(&machine.visible_bias).chain(&machine.hidden_bias).all(|w| w.is_finite()));
        let again = machine::parameters(&machine::weight_file(&machine)).expect("a machine");
        assert!(again == machine);
    }
    if let Ok(snapshots) = machine::snapshots(&read, 50) {
        for snapshot in snapshots {
            snapshot.parameters.validate().expect("a machine");
        }
    }
}

fn sealed(file: TensorFile, (name, array): (&str, TensorView<'_>)) -> TensorFile {
    let (shape, bytes) = (array.shape(), array.data());
    match array.dtype() {
        Dtype::F32 => {
            let values: Vec<f32> = bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
            // NaN is not itself: the comparison of files would fail.
            file.f32(
                name,
                shape,
                &values.iter().map(|value| if value.is_nan() { 0.5 } else { *value }).collect::<Vec<_>>(),
            )
        }
        Dtype::F64 => {
            let values: Vec<f64> = bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect();
            file.f64(name, shape, &values)
        }
        _ => file.u8(name, bytes.to_vec()),
    }
}

/// A table.
pub(crate) fn table(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(table) = Table::from_csv("damaged", text) else { return };
    let written = table.to_csv().expect("what was read can be written");
    let again = Table::from_csv("damaged", &written).expect("what was written can be read");
    assert_eq!(again.to_csv().expect("as before"), written);
    for column in table.header() {
        assert!(table.column(column).is_err() || table.distinct(column).is_ok());
        assert!(table.text(column).is_err() || table.distinct_text(column).is_ok());
    }
}

/// A config, with an override for every first line that begins with `#--set `.
pub(crate) fn config(folder: &Path, bytes: &[u8]) {
    let path = folder.join("damaged.toml");
    fs::write(&path, bytes).expect("written");
    let text = String::from_utf8_lossy(bytes);
    let overrides = text.lines().map_while(|line| line.strip_prefix("#--set "));
    let Ok(overrides) = overrides.map(str::parse::<Override>).collect::<Result<Vec<_>, _>>() else { return };
    match Config::load(&path, overrides) {
        Ok(config) => {
            assert!(!config.show().is_empty() && !config.summary().is_empty());
            let written = toml::to_string(&config.table()).expect("settings are TOML");
            assert!(toml::from_str::<toml::Table>(&written).expect("and are read again") == config.table());
            let (settings, lattice) = (&config.settings, config.lattice);
            let pieces = estimate::pieces(settings, lattice);
            assert!(pieces.iter().all(|piece| piece.disk >= 0.0));
            assert!(estimate::memory(settings, lattice, &Stage::ALL, 2) > 0.0);
            estimate::Estimate::rough(settings, lattice, &pieces, 2);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The manifest of a run folder.
pub(crate) fn manifest(folder: &Path, bytes: &[u8]) {
    let path = folder.join("manifest.toml");
    fs::write(&path, bytes).expect("written");
    let _ = inspect::describe(&path);
    let _ = status::describe(folder);
    let _ = Comparison::of(&[folder]).map(|comparison| comparison.describe());
    if let Ok(Some(manifest)) = Manifest::read(folder) {
        let written = toml::to_string(&manifest).expect("what was read can be written");
        assert!(toml::from_str::<Manifest>(&written).is_ok());
    }
}

/// The tables that commands read which do not compare checksums: the first byte says which of `analysis/`, the others are its.
pub(crate) fn analysis(folder: &Path, bytes: &[u8]) {
    with_table(folder, bytes, |path| {
        let run = [folder];
        let _ = Judgement::of(&run).and_then(|judgement| Ok((judgement.table()?.to_csv()?, judgement.page())));
        let _ = Comparison::of(&run).and_then(|comparison| Ok((comparison.end_points()?, comparison.describe())));
        let _ = Exponents::of(&run).map(|exponents| exponents.describe());
        let _ = inspect::describe(path);
    });
}

/// The same, shown as one page.
pub(crate) fn page(folder: &Path, bytes: &[u8]) {
    with_table(folder, bytes, |_| drop(report::html(folder)));
}

/// Does something while a table has other content.
fn with_table(folder: &Path, bytes: &[u8], read: impl Fn(&Path)) {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let tables = tables_of_analysis(folder);
    let path = &tables[usize::from(which) % tables.len()];
    let before = fs::read(path).expect("a table");
    fs::write(path, bytes).expect("written");
    read(path);
    fs::write(path, before).expect("mended");
}

/// The tables below `analysis/`, in order.
pub(crate) fn tables_of_analysis(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("analysis")).expect("a folder");
    let mut tables: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    tables.sort();
    tables
}

/// The folder of a sweep: `sweep.toml`, but for its checksums, and, after a line `---`, `tasks.jsonl`; and the first line as an axis.
pub(crate) fn sweep(folder: &Path, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (plan, tasks) = text.split_once("\n---\n").unwrap_or((&text, ""));
    if let Ok(axis) = plan.lines().next().unwrap_or_default().trim_start_matches('#').parse::<Axis>() {
        assert!(!axis.values.is_empty());
    }
    let config = "[data]\nside = 4\n";
    fs::write(folder.join("damaged.toml"), config).expect("written");
    let [config, checked] = [config, tasks].map(|text| checksum(text.as_bytes()));
    let files = format!("\n[files]\n\"damaged.toml\" = \"{config}\"\n\"tasks.jsonl\" = \"{checked}\"\n");
    fs::write(folder.join("sweep.toml"), format!("{plan}{files}")).expect("written");
    fs::write(folder.join("tasks.jsonl"), tasks).expect("written");
    if let Ok(sweep) = Sweep::open(folder) {
        let _ = sweep::describe(&sweep);
        let _ = Collection::of(&sweep, &[]).map(|collection| collection.describe(folder));
    }
}
