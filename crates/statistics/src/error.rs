//! Lists that do not go together.

/// A list of another length than it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} has {found} entries instead of {expected}")]
pub struct Unequal {
    /// Name of the list.
    pub name: &'static str,
    /// Entries found.
    pub found: usize,
    /// Entries expected.
    pub expected: usize,
}

/// Refuses a list of another length.
pub(crate) fn same(name: &'static str, found: usize, expected: usize) -> Result<(), Unequal> {
    if found == expected { Ok(()) } else { Err(Unequal { name, found, expected }) }
}
