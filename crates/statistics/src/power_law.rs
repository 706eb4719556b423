//! Power laws through points with errors.

use std::f64::consts::PI;

use crate::estimate::Estimate;

/// y = a xᵖ by least squares of ln y, every point with the weight (y/σ)² of its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// p with its standard error; NaN as error where the points have none.
    pub exponent: Estimate,
    /// ln a.
    pub ln_amplitude: f64,
    /// Points fitted.
    pub n_points: usize,
    /// Σ ((ln y − ln a − p ln x) y/σ)²; NaN where the points have no errors.
    pub chi_square: f64,
}

impl PowerLaw {
    /// The law through (x, y ± σ); points that are not positive are left out, and where others have errors those without. None
    /// with fewer than three points.
    pub fn through(points: &[(f64, Estimate)]) -> Option<Self> {
        let is_exact = points.iter().all(|(_, y)| y.error == 0.0 || y.error.is_nan());
        let weight = |y: &Estimate| if is_exact { 1.0 } else { (y.value / y.error).powi(2) };
        let logarithms = points.iter().map(|(x, y)| [weight(y), x.ln(), y.value.ln()]);
        let known: Vec<[f64; 3]> = logarithms.filter(|point| point.iter().all(|number| number.is_finite())).collect();
        if known.len() < 3 {
            return None;
        }
        let sum = |term: &dyn Fn(f64, f64) -> f64| known.iter().map(|&[w, x, y]| w * term(x, y)).sum::<f64>();
        let total = sum(&|_, _| 1.0);
        let (mean_x, mean_y) = (sum(&|x, _| x) / total, sum(&|_, y| y) / total);
        let spread = sum(&|x, _| (x - mean_x).powi(2));
        let slope = sum(&|x, y| (x - mean_x) * (y - mean_y)) / spread;
        let of_errors = |number: f64| if is_exact { f64::NAN } else { number };
        Some(Self {
            exponent: Estimate { value: slope, error: of_errors(spread.recip().sqrt()) },
            ln_amplitude: mean_y - slope * mean_x,
            n_points: known.len(),
            chi_square: of_errors(sum(&|x, y| (y - mean_y - slope * (x - mean_x)).powi(2))),
        })
    }

    /// a xᵖ.
    pub fn at(&self, x: f64) -> f64 {
        (self.ln_amplitude + self.exponent.value * x.ln()).exp()
    }

    /// Points less the two parameters.
    pub fn degrees_of_freedom(&self) -> usize {
        self.n_points - 2
    }

    /// Probability that χ² is at least this large if the law is right.
    pub fn p_value(&self) -> f64 {
        chi_square_above(self.chi_square, self.degrees_of_freedom())
    }
}

/// P(χ² > x) for n degrees of freedom, 1 − Σₖ (x/2)^(n/2 + k) e^(−x/2)/Γ(n/2 + k + 1) (Abramowitz and Stegun, 26.4.6), to 10⁻¹⁵.
fn chi_square_above(x: f64, n: usize) -> f64 {
    let half = 0.5 * x;
    if half > 500.0 {
        return 0.0;
    }
    // (x/2)^(n/2)/Γ(n/2 + 1), from Γ(1) = 1 or Γ(3/2) = √π/2.
    let (mut power, mut term) = if n.is_multiple_of(2) { (0.0, 1.0) } else { (0.5, 2.0 * (half / PI).sqrt()) };
    let mut below = 0.0;
    while power < 0.5 * n as f64 || term > 1e-17 * below {
        if power >= 0.5 * n as f64 {
            below += term;
        }
        power += 1.0;
        term *= half / power;
    }
    if x.is_nan() { f64::NAN } else { 1.0 - below * (-half).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(value: f64) -> Estimate {
        Estimate { value, error: 0.0 }
    }

    #[test]
    fn a_planted_law_is_found() {
        let planted = |x: f64| 0.7 * x.powf(-0.25);
        let law = PowerLaw::through(&[6.0, 8.0, 16.0, 32.0].map(|x| (x, exact(planted(x))))).expect("four points");
        assert!((law.exponent.value + 0.25).abs() < 1e-12 && (law.at(10.0) - planted(10.0)).abs() < 1e-12);
        assert!(law.exponent.error.is_nan() && law.chi_square.is_nan() && law.p_value().is_nan());
        // One point 2 % off, all with errors of 1 %: the weighted sums by hand.
        let off = [(1.0, 1.0), (2.0, 1.02), (4.0, 1.0)].map(|(x, value)| (x, Estimate { value, error: 0.01 * value }));
        let law = PowerLaw::through(&off).expect("three points");
        assert!(law.exponent.value.abs() < 1e-12 && law.degrees_of_freedom() == 1);
        assert!((law.exponent.error - 0.01 / (2.0f64.sqrt() * 2.0f64.ln())).abs() < 1e-12);
        assert!((law.chi_square - 1.02f64.ln().powi(2) * (2.0 / 3.0) / 1e-4).abs() < 1e-9);
    }

    #[test]
    fn points_without_a_logarithm_are_left_out() {
        let mut points = vec![(1.0, exact(-1.0)), (2.0, exact(1.0)), (3.0, exact(f64::NAN)), (0.0, exact(1.0))];
        assert_eq!(PowerLaw::through(&points), None);
        points.extend([3.0, 4.0].map(|x| (x, exact(1.0))));
        assert_eq!(PowerLaw::through(&points).map(|law| law.n_points), Some(3));
    }

    /// Abramowitz and Stegun, table 26.8.
    #[test]
    fn tails_of_chi_square_are_those_of_the_tables() {
        for (n, x, expected) in [(1, 3.841_46, 0.05), (2, 5.991_46, 0.05), (3, 11.3449, 0.01), (4, 3.356_69, 0.5)] {
            let found = chi_square_above(x, n);
            assert!((found - expected).abs() < 1e-5, "{n} {x}: {found}");
        }
        assert!((chi_square_above(24.9958, 15) - 0.05).abs() < 1e-5);
        assert!((chi_square_above(0.0, 3) - 1.0).abs() < 1e-15 && chi_square_above(2000.0, 3) < 1e-15);
    }

    /// Planted noise of the stated size: the pulls of 1000 fits have variance 1, and a tenth of the p-values are below 0.1; both
    /// within 5 standard deviations (false-alarm rate 6e-7).
    #[test]
    fn errors_and_p_values_are_calibrated() {
        let mut rng = crate::numbers::Numbers::new(1);
        let mut pull = || {
            let points = [6.0, 8.0, 12.0, 16.0, 24.0, 32.0f64].map(|x| {
                let noise = rng.normal();
                let value = x.powf(1.75);
                (x, Estimate { value: value * (1.0 + 0.002 * noise), error: 0.002 * value })
            });
            let law = PowerLaw::through(&points).expect("six points");
            ((law.exponent.value - 1.75) / law.exponent.error, law.p_value())
        };
        let pulls: Vec<(f64, f64)> = (0..1000).map(|_| pull()).collect();
        let variance = pulls.iter().map(|(pull, _)| pull * pull).sum::<f64>() / 1000.0;
        assert!((variance - 1.0).abs() < 5.0 * (2.0f64 / 1000.0).sqrt(), "{variance}");
        let unlikely = pulls.iter().filter(|(_, p)| *p < 0.1).count();
        assert!((53..=147).contains(&unlikely), "{unlikely}");
    }
}
