//! A number with its error.

use crate::{ModelError, error::at_least};

/// A number with its standard error, in nats here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// A number without error.
    pub fn exact(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// Mean and standard error of independent samples of what `name` says.
    pub(super) fn mean(name: &'static str, samples: &[f64]) -> Result<Self, ModelError> {
        at_least(2, name, samples.len())?;
        let n = samples.len() as f64;
        let value = samples.iter().sum::<f64>() / n;
        let squares: f64 = samples.iter().map(|sample| (sample - value).powi(2)).sum();
        Ok(Self { value, error: (squares / (n * (n - 1.0))).sqrt() })
    }

    /// The sum with an independent number.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, error: self.error.hypot(other.error) }
    }

    /// The negative.
    pub(super) fn negated(self) -> Self {
        Self { value: -self.value, ..self }
    }
}
