//! Files mapped into memory.
#![expect(unsafe_code, reason = "the system cannot promise that nobody changes a mapped file")]

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use memmap2::Mmap;

/// Maps a file for reading. Only a file: a pipe would wait for somebody to write.
pub(crate) fn map(path: &Path) -> io::Result<Mmap> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
    }
    let file = File::open(path)?;
    // SAFETY: the map is sound as long as no process changes the file while it is open. Data sets are written to a
    // temporary name and renamed, so the file behind an open map is replaced, never changed. All values read from it
    // are plain bytes, of which every pattern is legal.
    unsafe { Mmap::map(&file) }
}
