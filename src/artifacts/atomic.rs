//! The one way a file comes into being: temporary name, sync, rename, sync of the folder.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// How temporary names end; they begin with a dot and hold the process number.
const TEMPORARY: &str = ".tmp";

/// Writes `bytes` to `path` so that a crash at any moment leaves the old file or the new one, whole.
///
/// # Errors
/// What the file system says, with the path; the old file is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = folder.join(format!(".{name}.{}{TEMPORARY}", std::process::id()));
    let attempt = || -> std::io::Result<()> {
        create_folder(folder)?;
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync(folder)
    };
    attempt()
        // The temporary file is of no use; that it cannot be removed is no second problem worth telling.
        .inspect_err(|_| drop(fs::remove_file(&temporary)))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Creates a folder and those above it; each is synced with its new entry.
///
/// # Errors
/// What the file system says.
pub fn create_folder(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new(""));
    create_folder(parent)?;
    // Another thread may have been faster.
    if let Err(error) = fs::create_dir(folder)
        && !folder.is_dir()
    {
        return Err(error);
    }
    sync(parent)
}

/// Brings the entries of a folder to the disk.
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()
}

/// Removes what writers that were killed left below `folder`. Only who alone works in the folder may ask for it.
///
/// # Errors
/// What the file system says, with the path.
pub fn remove_left_over(folder: &Path) -> Result<()> {
    remove_left_over_in(folder)?.iter().try_for_each(|below| remove_left_over(below))
}

/// The same in `folder` alone; returns the folders in it.
///
/// # Errors
/// As [`remove_left_over`].
pub fn remove_left_over_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("cannot tidy {}", folder.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().with_context(context)?.is_dir() {
            folders.push(path);
        } else if is_temporary(&name.to_string_lossy()) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(folders)
}

/// Whether a file name is one of [`write`]'s temporary ones.
fn is_temporary(name: &str) -> bool {
    let middle = name.strip_prefix('.').and_then(|name| name.strip_suffix(TEMPORARY));
    let process = middle.and_then(|middle| middle.rsplit_once('.')).map(|(_, process)| process);
    process.is_some_and(|process| !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_files_are_left_over() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let deep = folder.path().join("rbm/seed-0");
        fs::create_dir_all(&deep)?;
        for name in [".weights.safetensors.123.tmp", "weights.safetensors", ".lock", "mine.1.tmp", ".tmp"] {
            fs::write(deep.join(name), "x")?;
        }
        remove_left_over(folder.path())?;
        let mut left: Vec<_> = fs::read_dir(&deep)?.map(|entry| Ok(entry?.file_name())).collect::<Result<_>>()?;
        left.sort();
        assert_eq!(left, [".lock", ".tmp", "mine.1.tmp", "weights.safetensors"]);
        Ok(())
    }
}
