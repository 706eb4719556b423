//! Files of a run: written all or not at all, with checksums in one manifest.

pub mod atomic;
mod checkpoints;
mod manifest;
mod tensor_file;

pub use atomic::write;
pub use checkpoints::Checkpoints;
pub use manifest::{Manifest, TaskRecord, checksum, is_below};
pub use tensor_file::TensorFile;
