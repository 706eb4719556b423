//! Checks of temperatures and fields.

use crate::error::TheoryError;

/// A temperature from 0 to infinity.
pub(crate) fn check_temperature(temperature: f64) -> Result<(), TheoryError> {
    if temperature >= 0.0 { Ok(()) } else { Err(TheoryError::InvalidTemperature { temperature }) }
}

/// A finite field.
pub(crate) fn check_field(field: f64) -> Result<(), TheoryError> {
    if field.is_finite() { Ok(()) } else { Err(TheoryError::InvalidField { field }) }
}

/// A temperature at which Boltzmann weights are finite.
pub(crate) fn check_positive(temperature: f64) -> Result<(), TheoryError> {
    if temperature > 0.0 { Ok(()) } else { Err(TheoryError::InvalidTemperature { temperature }) }
}
