/// What can be wrong with a model or its device.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A parameter with another number of entries than its machine needs.
    #[error("{name} has {found} entries instead of {expected}")]
    Shape {
        /// Name of the parameter.
        name: &'static str,
        /// Entries found.
        found: usize,
        /// Entries expected.
        expected: usize,
    },
    /// A parameter that holds NaN or an infinity.
    #[error("{name} holds a number that is not finite")]
    NotFinite {
        /// Name of the parameter.
        name: &'static str,
    },
    /// The device did not deliver a result.
    #[error("the device failed: {0}")]
    Device(String),
    /// A saved optimiser state that cannot be restored.
    #[error("the optimiser's state cannot be restored: {0}")]
    Optimizer(String),
}
