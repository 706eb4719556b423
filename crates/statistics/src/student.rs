//! Student's t: how far the mean of a few seeds may lie from the true value.

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
pub fn quantile(confidence: f64, n: usize) -> f64 {
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

/// P(|t| > x) for `n` degrees of freedom, also where it is too small to be one minus the rest.
pub fn p_value(x: f64, n: usize) -> f64 {
    let near = 1.0 - probability_within(x.abs(), n);
    if near < 1e-6 { beta_tail(x, n) } else { near }
}

/// P(|t| > x) = I_z(n/2, 1/2) with z = n/(n + x²), the incomplete beta function by its series in z (Abramowitz and Stegun, 26.5.4).
fn beta_tail(x: f64, n: usize) -> f64 {
    let a = 0.5 * n as f64;
    let z = n as f64 / (n as f64 + x * x);
    // a B(a, 1/2), from B(1/2, 1/2) = π or B(1, 1/2) = 2 by B(a + 1, b) = B(a, b) a/(a + b).
    let (mut beta, mut at) = if n % 2 == 1 { (2.0 * FRAC_PI_2, 0.5) } else { (2.0, 1.0) };
    while at + 0.5 < a {
        beta *= at / (at + 0.5);
        at += 1.0;
    }
    let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
    while term > 1e-17 * sum {
        sum += term;
        term *= (a + 0.5 + k) / (a + 1.0 + k) * z;
        k += 1.0;
    }
    z.powf(a) * (1.0 - z).sqrt() / (a * beta) * sum
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// P(|t| > x) is 2/π arctan(1/x) for one degree of freedom and 1 − x/√(2 + x²) for two; the series agrees with one minus the
    /// finite sum where both can be computed.
    #[test]
    fn p_values_are_exact_also_far_out() {
        let close = |found: f64, expected: f64| {
            assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
        };
        for x in [0.3, 2.0, 1e4, 1e9] {
            close(p_value(x, 1), 2.0 / PI * x.recip().atan());
        }
        close(p_value(1e6, 2), 1e-12);
        for (x, n) in [(3.0, 7), (4.0, 8), (2.0, 199)] {
            close(beta_tail(x, n), 1.0 - probability_within(x, n));
        }
        close(p_value(quantile(0.99, 7), 7), 0.01);
        assert!(p_value(20.0, 300) > 0.0 && p_value(f64::INFINITY, 7) < 1e-300);
    }

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
