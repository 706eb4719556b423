//! A number with its error; mean and variance of independent numbers.

/// A mean with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

impl Estimate {
    /// A number without error.
    pub fn exact(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// The sum with an independent number.
    pub fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, error: self.error.hypot(other.error) }
    }

    /// The negative.
    pub fn negated(self) -> Self {
        Self { value: -self.value, ..self }
    }

    /// The estimate divided by a scale, 0 staying 0 whatever the scale.
    pub fn over(self, scale: f64) -> Self {
        let divided = |x: f64| if x == 0.0 { 0.0 } else { x / scale };
        Self { value: divided(self.value), error: divided(self.error) }
    }
}

/// Mean of independent numbers and its standard error s/√n.
pub fn mean(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let mean = center(values);
    let square_sum: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Estimate { value: mean, error: (square_sum / (n - 1.0) / n).sqrt() }
}

/// The mean, by the distances from the first value: equal values have a mean without rounding, and so no error at all.
fn center(values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(f64::NAN);
    first + values.iter().map(|x| x - first).sum::<f64>() / values.len() as f64
}

/// Unbiased variance s² of independent numbers and its standard error, Var s² = (μ₄ − σ⁴ (n − 3)/(n − 1))/n.
pub fn variance(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let mean = center(values);
    let moment = |power| values.iter().map(|x| (x - mean).powi(power)).sum::<f64>();
    let variance = moment(2) / (n - 1.0);
    let error_squared = (moment(4) / n - variance * variance * (n - 3.0) / (n - 1.0)) / n;
    Estimate { value: variance, error: error_squared.max(0.0).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_no_error() {
        for value in [-2.3, 0.1, 1e300] {
            assert_eq!(mean(&[value; 4000]), Estimate { value, error: 0.0 });
            assert_eq!(variance(&[value; 4000]), Estimate { value: 0.0, error: 0.0 });
        }
    }
}
