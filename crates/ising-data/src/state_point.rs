//! State points (T, H) and grids of them.

use crate::DataError;

/// A point of the phase diagram: temperature T ∈ [0, ∞] and field H, in units of J.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatePoint {
    temperature: f64,
    field: f64,
}

impl StatePoint {
    /// A state point; `temperature` may be 0 or infinite, `field` is finite.
    ///
    /// # Errors
    /// [`DataError::StatePoint`] for a negative or undefined temperature or a field that is not finite.
    pub fn new(temperature: f64, field: f64) -> Result<Self, DataError> {
        if temperature >= 0.0 && field.is_finite() {
            // `+ 0.0` turns −0 into 0, so that equal points are equal in bits.
            Ok(Self { temperature: temperature + 0.0, field: field + 0.0 })
        } else {
            Err(DataError::StatePoint { temperature, field })
        }
    }

    /// Temperature T, possibly infinite.
    pub fn temperature(self) -> f64 {
        self.temperature
    }

    /// Field H.
    pub fn field(self) -> f64 {
        self.field
    }

    /// Inverse temperature β = 1/T: infinite at T = 0, zero at T = ∞.
    pub fn beta(self) -> f64 {
        1.0 / self.temperature
    }
}

/// All pairs of `temperatures` and `fields`; the field runs fastest.
///
/// # Errors
/// As [`StatePoint::new`].
pub fn grid(temperatures: &[f64], fields: &[f64]) -> Result<Vec<StatePoint>, DataError> {
    temperatures
        .iter()
        .flat_map(|&temperature| fields.iter().map(move |&field| StatePoint::new(temperature, field)))
        .collect()
}
