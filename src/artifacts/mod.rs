//! Files of a run: written all or not at all, with checksums in one manifest.

pub mod atomic;
mod checkpoints;
mod manifest;
mod read;
mod run_table;
mod tensor_file;

pub use atomic::write;
pub use checkpoints::Checkpoints;
pub use manifest::{Manifest, TaskRecord, checksum, is_below};
pub use read::{checksum_of_file, read, read_text};
pub use run_table::read_table;
pub use tensor_file::TensorFile;
