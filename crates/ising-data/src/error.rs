use std::path::PathBuf;

/// What can be wrong with samples, their files and their samplers.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A state point outside the phase diagram.
    #[error("(T, H) = ({temperature}, {field}) is no state point: T must be 0 or more (inf is allowed), H finite")]
    StatePoint {
        /// The temperature given.
        temperature: f64,
        /// The field given.
        field: f64,
    },
    /// Bytes that are no bit-packed configurations.
    #[error("no bit-packed spins: {0}")]
    NotSpins(String),
    /// Bytes that are no data set.
    #[error("no data set: {0}")]
    NotSamples(String),
    /// A sampler that cannot sample the lattice.
    #[error("{sampler} cannot sample the {lattice}: {reason}")]
    Sampler {
        /// The sampler asked for.
        sampler: &'static str,
        /// The lattice.
        lattice: ising_theory::Lattice,
        /// What it can do, and what to use instead.
        reason: String,
    },
    /// A list of another length than it must have.
    #[error("{name} has {found} entries instead of {expected}")]
    Shape {
        /// Name of the list.
        name: &'static str,
        /// Entries found.
        found: usize,
        /// Entries expected.
        expected: usize,
    },
    /// A configuration that does not exist.
    #[error("configuration {found} does not exist: there are {limit}, counted from 0")]
    OutOfRange {
        /// Number found.
        found: usize,
        /// How many there are.
        limit: usize,
    },
    /// Blocks that do not fit.
    #[error("blocks of {b} do not divide the {lattice} into two or more along an edge")]
    Block {
        /// The lattice.
        lattice: ising_theory::Lattice,
        /// Sites along the edge of a block.
        b: usize,
    },
    /// A drawing whose caller wants no more.
    #[error("the drawing was stopped before its end")]
    Stopped,
    /// A file that cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that is not a data set of this program.
    #[error("{}: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Refuses a list of another length.
pub(crate) fn same(name: &'static str, found: usize, expected: usize) -> Result<(), DataError> {
    if found == expected { Ok(()) } else { Err(DataError::Shape { name, found, expected }) }
}
