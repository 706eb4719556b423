//! Files mapped into memory.
#![expect(unsafe_code, reason = "the system cannot promise that nobody changes a mapped file")]

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file for reading.
pub(crate) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the map is sound as long as no process changes the file while it is open. Data sets are written to a
    // temporary name and renamed, so the file behind an open map is replaced, never changed. All values read from it
    // are plain bytes, of which every pattern is legal.
    unsafe { Mmap::map(&file) }
}
