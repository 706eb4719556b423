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
    /// Spins that are not all ±1.
    #[error("{name} holds a number that is not ±1")]
    NotSpins {
        /// Name of the spins.
        name: &'static str,
    },
    /// A machine with too many states to sum over.
    #[error("the smaller layer has {found} units: more than the {limit} whose states can be summed over")]
    TooManyStates {
        /// Units of the smaller layer.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// A number of a sample, site or class that there is not.
    #[error("{name} {found} does not exist: there are {limit}, counted from 0")]
    OutOfRange {
        /// What is counted.
        name: &'static str,
        /// Number found.
        found: usize,
        /// How many there are.
        limit: usize,
    },
    /// Too many of something.
    #[error("{found} {name} are too many: the limit is {limit}")]
    TooMany {
        /// What there is too much of, in the plural.
        name: &'static str,
        /// Number found.
        found: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// Too few of something.
    #[error("{found} {name} are too few: at least {least} are needed")]
    TooFew {
        /// What there is too little of, in the plural.
        name: &'static str,
        /// Number found.
        found: usize,
        /// Number needed.
        least: usize,
    },
    /// A quantity that a regressor cannot learn.
    #[error(
        "quantity {quantity} of the classes is infinite somewhere, or the same in all: a regressor cannot learn it"
    )]
    NoQuantity {
        /// Its number.
        quantity: usize,
    },
    /// An iteration that did not converge.
    #[error("{name} cannot be found: the solver did not converge")]
    NoConvergence {
        /// What was to be found.
        name: &'static str,
    },
    /// A computation whose caller wants no result any more.
    #[error("the computation was stopped before its end")]
    Stopped,
    /// The device did not deliver a result.
    #[error("the device failed: {0}")]
    Device(String),
    /// A saved optimiser state that cannot be restored.
    #[error("the optimiser's state cannot be restored: {0}")]
    Optimizer(String),
}

/// Refuses a number of entries other than the expected one.
pub(crate) fn same(name: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected { Ok(()) } else { Err(ModelError::Shape { name, found, expected }) }
}

/// Refuses fewer than `least`.
pub(crate) fn at_least(least: usize, name: &'static str, found: usize) -> Result<(), ModelError> {
    if found >= least { Ok(()) } else { Err(ModelError::TooFew { name, found, least }) }
}
