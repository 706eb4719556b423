//! Checkpoints of a training: the last two are kept, a new one is complete before an old one goes.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{TensorFile, atomic};

/// The folder of one training's checkpoints.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    interval: Duration,
    saved: Instant,
}

const KEPT: usize = 2;

impl Checkpoints {
    /// The checkpoints of a task, in the run folder under `checkpoints/`, one every `interval`.
    pub fn of_task(run_folder: &Path, task: &str, interval: Duration) -> Self {
        Self { folder: run_folder.join("checkpoints").join(task), interval, saved: Instant::now() }
    }

    /// Whether the last checkpoint is so old that the next is due.
    pub fn is_due(&self) -> bool {
        self.saved.elapsed() >= self.interval
    }

    /// Saves the state after `epoch` whole epochs and `batch` batches of the next.
    ///
    /// # Errors
    /// When the file cannot be written; the earlier checkpoints stay.
    pub fn save(&mut self, epoch: usize, batch: usize, state: &TensorFile) -> Result<()> {
        let name = format!("checkpoint-{epoch:08}-{batch:08}.safetensors");
        atomic::write(&self.folder.join(name), &state.to_bytes())?;
        for old in self.files()?.into_iter().rev().skip(KEPT) {
            fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
        self.saved = Instant::now();
        Ok(())
    }

    /// The newest intact checkpoint, if there is any; `warn` hears of newer ones that are damaged.
    ///
    /// # Errors
    /// When there are checkpoints but none is intact: to start anew would throw the training away in silence.
    pub fn load(&self, warn: impl Fn(&str)) -> Result<Option<TensorFile>> {
        let mut newest_problem = None;
        for path in self.files()?.into_iter().rev() {
            match TensorFile::read(&path) {
                Ok(state) => return Ok(Some(state)),
                Err(problem) => {
                    warn(&format!("{problem:#}; looking for the checkpoint before it"));
                    newest_problem.get_or_insert(problem);
                }
            }
        }
        match newest_problem {
            None => Ok(None),
            Some(problem) => Err(problem.context(format!(
                "no checkpoint in {} is intact: restore one from a copy, or train anew with --restart",
                self.folder.display()
            ))),
        }
    }

    /// Removes all checkpoints.
    ///
    /// # Errors
    /// When the folder cannot be removed.
    pub fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                bail!("cannot remove {}: {error}", self.folder.display())
            }
            _ => Ok(()),
        }
    }

    /// The checkpoint files, oldest first.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let is_checkpoint = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.starts_with("checkpoint-") && name.ends_with(".safetensors")
        };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot read the folder {}", self.folder.display()))?,
        };
        let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        let mut files: Vec<PathBuf> = paths.into_iter().filter(|path| is_checkpoint(path)).collect();
        files.sort();
        Ok(files)
    }
}
