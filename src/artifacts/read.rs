//! The one way a file of a run folder is read: it must be a file, for a pipe or a device may have no end.

use std::{
    fs::{File, OpenOptions},
    io::{self, Error, ErrorKind, Read},
    path::Path,
};

/// The bytes of a file.
///
/// # Errors
/// What the file system says; [`ErrorKind::InvalidInput`] for anything but a regular file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// As [`read`]; [`ErrorKind::InvalidData`] for bytes that are no UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

/// BLAKE3 checksum of a file, in hexadecimal; the file may be larger than the memory.
///
/// # Errors
/// As [`read`].
pub fn checksum_of_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Opens a regular file; does not wait at a pipe for somebody to write.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(Error::new(ErrorKind::InvalidInput, "it is no regular file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::checksum;

    #[test]
    fn files_are_read_and_hashed() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("flow.csv");
        let bytes = b"step\n1\n".repeat(100_000);
        std::fs::write(&path, &bytes)?;
        assert!(read(&path)? == bytes && read_text(&path)?.as_bytes() == bytes);
        assert_eq!(checksum_of_file(&path)?, checksum(&bytes));
        assert_eq!(read(&folder.path().join("none")).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_a_device_and_a_folder_are_refused_at_once() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let pipe = folder.path().join("manifest.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status()?.success());
        for path in [&pipe, Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read(path).map_err(|error| error.kind()), Err(ErrorKind::InvalidInput), "{}", path.display());
            assert!(checksum_of_file(path).is_err() && read_text(path).is_err());
        }
        Ok(())
    }
}
