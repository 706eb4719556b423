//! The run folder: one process at a time works in it, and none in a folder whose results nobody vouches for.

use std::{
    fs::{File, TryLockError},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use crate::{artifacts::atomic, interrupt};

/// How often a folder that another process works in is tried again.
const PATIENCE: Duration = Duration::from_millis(100);

/// Holds the folder for this process until it ends; where another one does, waits for it or fails.
pub(super) fn lock(folder: &Path, waits: bool) -> Result<File> {
    atomic::create_folder(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let path = folder.join(".lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    // Who asks for the state of a folder holds it for a moment.
    let tries = if waits { usize::MAX } else { 5 };
    for _ in 1..tries {
        if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            break;
        }
        interrupt::check()?;
        thread::sleep(PATIENCE);
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another process works in {}: wait for it, or choose another --out folder", folder.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Results without a manifest are nobody's: they are not overwritten.
pub(super) fn refuse_unknown_results(folder: &Path) -> Result<()> {
    match ["data", "thermometer", "rbm", "flow"].into_iter().find(|name| folder.join(name).exists()) {
        Some(name) => bail!(
            "{} holds {name}/ but no manifest.toml, which says what that is: \
             restore the manifest, or give this run another folder with --out",
            folder.display()
        ),
        None => Ok(()),
    }
}
