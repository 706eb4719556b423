//! `experiments inspect`: what a file holds.

use std::{fmt::Write, path::Path};

use anyhow::{Context, Result, bail};
use ising_data::{SampleSet, StatePoint};

use crate::{
    artifacts::{self, Manifest, TensorFile},
    table::Table,
};

/// A description of a data set, a weight file, a checkpoint, a manifest or a table.
///
/// # Errors
/// When the file cannot be read or is none of these.
pub fn describe(path: &Path) -> Result<String> {
    let bytes = artifacts::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors") => match TensorFile::from_bytes(&bytes) {
            Ok(file) => tensor_file(&file),
            Err(error) => match SampleSet::open(path) {
                Ok(samples) => sample_set(&samples),
                Err(_) => return Err(error).with_context(|| format!("cannot use {}", path.display())),
            },
        },
        Some("toml") => manifest(&bytes).with_context(|| format!("cannot use {}", path.display()))?,
        Some("csv") => table(path, &bytes)?,
        _ => bail!("{}: the files of a run end in .safetensors, .toml or .csv", path.display()),
    };
    Ok(format!("{}: {text}", path.display()))
}

fn tensor_file(file: &TensorFile) -> String {
    let mut text = format!("{}\n", file.get_text("kind").unwrap_or("arrays"));
    for (key, value) in &file.metadata {
        let _ = writeln!(text, "  {key} = {value}");
    }
    for (name, description) in file.summary() {
        let _ = writeln!(text, "  {name:<24} {description}");
    }
    text
}

fn sample_set(samples: &SampleSet) -> String {
    let mut points: Vec<(StatePoint, usize)> = Vec::new();
    for &point in &samples.points {
        match points.last_mut() {
            Some((last, n)) if *last == point => *n += 1,
            _ => points.push((point, 1)),
        }
    }
    let mut text = format!("{} configurations of a {}\n", samples.spins.n_samples(), samples.lattice);
    for (key, value) in &samples.metadata {
        let _ = writeln!(text, "  {key} = {value}");
    }
    for (point, n) in points {
        let _ = writeln!(text, "  T = {}, H = {}: {n} configurations", point.temperature(), point.field());
    }
    text
}

fn manifest(bytes: &[u8]) -> Result<String> {
    let manifest: Manifest = toml::from_slice(bytes).context("this is no manifest of a run")?;
    let mut text = format!(
        "manifest of {}, version {} ({}), device {}, {} threads, host {}\n",
        manifest.experiment, manifest.version, manifest.commit, manifest.device, manifest.threads, manifest.host
    );
    for (name, record) in &manifest.tasks {
        let state = record.finished.as_ref().map_or_else(|| "not done".into(), |finished| format!("done {finished}"));
        let _ = writeln!(text, "  {name}: {state}, {:.1} s", record.seconds);
        for (file, checksum) in &record.outputs {
            let _ = writeln!(text, "    {file}  {checksum}");
        }
    }
    Ok(text)
}

fn table(path: &Path, bytes: &[u8]) -> Result<String> {
    let name = path.display().to_string();
    let text = std::str::from_utf8(bytes).with_context(|| format!("{name} is no text"))?;
    let table = Table::from_csv(&name, text)?;
    Ok(format!("table of {} rows\n  {}\n", table.len(), table.header().join(", ")))
}
