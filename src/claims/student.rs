//! Student's t: how far the mean of a few seeds may lie from the truth.

use std::f64::consts::FRAC_PI_2;

/// P(|t| < x) for `n` degrees of freedom, a finite sum in θ = arctan(x/√n) (Abramowitz and Stegun, 26.7.3 and 26.7.4).
fn probability_within(x: f64, n: usize) -> f64 {
    let angle = (x / (n as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let odd = n % 2 == 1;
    // 1 + (1/2) cos² θ + … for even n, cos θ + (2/3) cos³ θ + … for odd n, with n/2 terms.
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    for k in 0..n / 2 {
        sum += term;
        let even = 2.0 * k as f64 + if odd { 2.0 } else { 1.0 };
        term *= even / (even + 1.0) * cosine * cosine;
    }
    if odd { (angle + sine * sum) / FRAC_PI_2 } else { sine * sum }
}

/// The x with P(|t| < x) = `confidence` for `n` degrees of freedom; infinite for none.
pub(super) fn quantile(confidence: f64, n: usize) -> f64 {
    if n == 0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if probability_within(middle, n) < confidence { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Abramowitz and Stegun, table 26.10.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (n, confidence, expected) in [
            (1, 0.99, 63.657),
            (2, 0.99, 9.925),
            (3, 0.99, 5.841),
            (7, 0.99, 3.499),
            (7, 0.95, 2.365),
            (30, 0.99, 2.750),
            (1000, 0.99, 2.581),
        ] {
            let found = quantile(confidence, n);
            assert!((found - expected).abs() < 6e-4, "{n} {confidence}: {found}");
        }
        assert!(quantile(0.99, 0).is_infinite());
    }
}
