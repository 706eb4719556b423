//! Means of samples with their errors.

use statistics::Estimate;

use crate::{ModelError, error::at_least};

/// Mean and standard error of independent samples of what `name` says.
pub(super) fn mean(name: &'static str, samples: &[f64]) -> Result<Estimate, ModelError> {
    at_least(2, name, samples.len())?;
    let n = samples.len() as f64;
    let value = samples.iter().sum::<f64>() / n;
    let squares: f64 = samples.iter().map(|sample| (sample - value).powi(2)).sum();
    Ok(Estimate { value, error: (squares / (n * (n - 1.0))).sqrt() })
}
