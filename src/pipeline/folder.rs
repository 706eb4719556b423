//! The run folder: one process at a time works in it, and none in a folder whose results nobody vouches for.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    artifacts::{Manifest, atomic},
    interrupt,
    progress::Progress,
};

/// How often a folder that another process works in is tried again.
const PATIENCE: Duration = Duration::from_millis(100);

/// Holds the folder for this process until it ends; where another one does, waits for it or fails.
pub(super) fn lock(folder: &Path, waits: bool, progress: &Progress) -> Result<File> {
    atomic::create_folder(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let path = folder.join(".lock");
    let file = open_lock(&path).with_context(|| match path.is_symlink() {
        true => format!("{} is a symbolic link: remove it", path.display()),
        false => format!("cannot write {}", path.display()),
    })?;
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
        Err(TryLockError::Error(error)) if has_no_locks(&error) => {
            progress.warn(&format!(
                "this file system has no locks ({error}): let no second process work in {}",
                folder.display()
            ));
            Ok(file)
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Opens the file to lock. It holds nothing and yet is not emptied: a stranger may have linked it to something else.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options.open(path)
}

/// Whether a file system says that it cannot lock at all.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    let says_so = [libc::ENOSYS, libc::EOPNOTSUPP, libc::ENOLCK].map(Some).contains(&error.raw_os_error());
    #[cfg(not(unix))]
    let says_so = false;
    says_so || error.kind() == ErrorKind::Unsupported
}

/// The manifest of the run in a folder, an empty one in a folder without results; what writers left that were killed is removed.
///
/// # Errors
/// When there are results of which no manifest tells, or other runs.
pub(super) fn open(folder: &Path) -> Result<Manifest> {
    if let Some(manifest) = Manifest::read(folder)? {
        atomic::remove_left_over(folder)?;
        return Ok(manifest);
    }
    refuse_unknown_results(folder)?;
    // What lies deeper is nobody's: a run that was killed before its first manifest has written nothing there.
    atomic::remove_left_over_in(folder)?;
    Ok(Manifest::default())
}

/// Results without a manifest are nobody's: they are not overwritten. Nor does a run begin in a folder of runs.
fn refuse_unknown_results(folder: &Path) -> Result<()> {
    if let Some(name) = ["data", "thermometer", "rbm", "flow"].into_iter().find(|name| folder.join(name).exists()) {
        bail!(
            "{} holds {name}/ but no manifest.toml, which says what that is: \
             restore the manifest, or give this run another folder with --out",
            folder.display()
        );
    }
    if let Some(run) = run_below(folder, DEPTH) {
        bail!(
            "{} is no run folder but holds one, {}: give this run a folder of its own with --out",
            folder.display(),
            run.display()
        );
    }
    Ok(())
}

/// How deep runs are looked for: those of a gallery or a sweep lie two folders below.
const DEPTH: usize = 3;

/// A run folder below `folder`, if there is one.
fn run_below(folder: &Path, depth: usize) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut folders =
        entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
    folders.find_map(|below| match Manifest::is_in(&below) {
        true => Some(below),
        false if depth > 1 => run_below(&below, depth - 1),
        false => None,
    })
}
