//! Numbers with errors, and what is computed from lists of them. No files, no physics.
//!
//! | for | there is |
//! |---|---|
//! | independent numbers | [`mean`], [`variance`], [`GroupedMean`] where some have something in common |
//! | a function of means | [`jackknife`] |
//! | a time series, several chains | [`blocked_mean`], [`autocorrelation_time`], [`autocorrelation`] |
//! | one number that follows others | [`regression`], [`explained_share`], [`PowerLaw`] |
//! | intervals of few numbers | [`p_value`] and [`quantile`] of Student's t |
//!
//! ```
//! use statistics::{jackknife, mean};
//! let measured = [2.1, 1.9, 2.0, 2.2];
//! let found = mean(&measured);
//! assert!((found.value - 2.05).abs() < 1e-12 && (found.error - 0.0645).abs() < 1e-4);
//! // The error of the square of the mean.
//! let square = jackknife(&measured.map(|x| [x]), |[x]| x * x);
//! assert!((square.error - 2.0 * 2.05 * found.error).abs() < 1e-3);
//! ```

mod autocorrelation;
mod error;
mod estimate;
mod grouped_mean;
mod jackknife;
#[cfg(test)]
mod numbers;
mod power_law;
mod regression;
mod student;

pub use autocorrelation::{Autocorrelation, autocorrelation, autocorrelation_time, blocked_mean};
pub use error::Unequal;
pub use estimate::{Estimate, mean, variance};
pub use grouped_mean::GroupedMean;
pub use jackknife::jackknife;
pub use power_law::PowerLaw;
pub use regression::{Regression, explained_share, regression};
pub use student::{p_value, quantile};
