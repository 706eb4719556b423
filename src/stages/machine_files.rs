//! The files of trained machines, read for later stages.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use models::RbmParameters;

use super::machine_folder;
use crate::{
    artifacts::TensorFile,
    config::{Config, schema},
    pipeline::Workbench,
    training::machine::{Snapshot, parameters, snapshots},
};

/// The trained machine.
///
/// # Errors
/// When its file cannot be read, or is not of the machine that the config describes.
pub(super) fn read_machine(
    config: &Config,
    rbm: &schema::Rbm,
    index: u64,
    workbench: &Workbench<'_>,
) -> Result<RbmParameters> {
    let path = workbench.path(&format!("{}/weights.safetensors", machine_folder(rbm, index)));
    let machine = TensorFile::read(&path).and_then(|file| parameters(&file));
    let machine = machine.with_context(|| format!("cannot use {}", path.display()))?;
    ensure_is_of(config, rbm, &machine, &path)?;
    Ok(machine)
}

/// The machine along its training: one snapshot or more, the last of them the trained one.
///
/// # Errors
/// As [`read_machine`].
pub(super) fn read_snapshots(
    config: &Config,
    rbm: &schema::Rbm,
    index: u64,
    workbench: &Workbench<'_>,
) -> Result<Vec<Snapshot>> {
    let path = workbench.path(&format!("{}/snapshots.safetensors", machine_folder(rbm, index)));
    let updates_per_epoch = rbm.updates_per_epoch(config.settings.n_training_samples());
    let taken = TensorFile::read(&path).and_then(|file| snapshots(&file, updates_per_epoch));
    let taken = taken.with_context(|| format!("cannot use {}", path.display()))?;
    ensure!(!taken.is_empty(), "{} holds no machine: train it anew with --restart", path.display());
    taken.iter().try_for_each(|snapshot| ensure_is_of(config, rbm, &snapshot.parameters, &path))?;
    Ok(taken)
}

fn ensure_is_of(config: &Config, rbm: &schema::Rbm, machine: &RbmParameters, path: &Path) -> Result<()> {
    let (found, needed) = ((machine.n_visible, machine.n_hidden), (config.lattice.n_sites(), rbm.n_hidden.get()));
    ensure!(
        found == needed,
        "{} holds a machine of {} visible and {} hidden units, the config asks for {} and {}: train it anew with --restart, or \
         choose another --out folder",
        path.display(),
        found.0,
        found.1,
        needed.0,
        needed.1
    );
    Ok(())
}
