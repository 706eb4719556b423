//! How one number of independent configurations follows others: least squares.

use crate::error::{Unequal, same};
use crate::estimate::{Estimate, mean as estimate_of_mean};

/// The line y = intercept + slope · x of least squares, and how well it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    /// Slope; its error holds whatever the law of the distances from the line (White 1980).
    pub slope: Estimate,
    /// y of the line at x = 0.
    pub intercept: f64,
    /// Pearson's coefficient, NaN where x or y does not vary; its error from the spread of its influence function.
    pub correlation: Estimate,
    /// Standard deviation about the line, √(Σ(y − line)²/(n − 2)).
    pub residual: f64,
}

/// The line of `y` over `x` for independent pairs, shape `[n]` each.
///
/// # Errors
/// [`Unequal`] for unequal lengths.
pub fn regression(x: &[f64], y: &[f64]) -> Result<Regression, Unequal> {
    same("y", y.len(), x.len())?;
    let n = x.len() as f64;
    let (x_mean, y_mean) = (mean(x), mean(y));
    let pairs = || x.iter().zip(y).map(|(x, y)| (x - x_mean, y - y_mean));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs().map(|(dx, dy)| of(dx, dy)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|dx, _| dx * dx), sum(&|dx, dy| dx * dy), sum(&|_, dy| dy * dy));
    let slope = xy / xx;
    let squares = sum(&|dx, dy| (dy - slope * dx).powi(2));
    let slope_variance = sum(&|dx, dy| (dx * (dy - slope * dx)).powi(2)) / (xx * xx) * n / (n - 2.0);
    let correlation = xy / (xx * yy).sqrt();
    let influence =
        |dx: f64, dy: f64| n * (dx * dy / (xx * yy).sqrt() - 0.5 * correlation * (dx * dx / xx + dy * dy / yy));
    let correlation_variance = sum(&|dx, dy| influence(dx, dy).powi(2)) / (n * (n - 1.0));
    Ok(Regression {
        slope: Estimate { value: slope, error: slope_variance.sqrt() },
        intercept: y_mean - slope * x_mean,
        correlation: Estimate { value: correlation, error: correlation_variance.sqrt() },
        residual: (squares / (n - 2.0)).sqrt(),
    })
}

/// The share of the variance of `y`, shape `[n]`, that the best linear combination of `regressors` explains, R².
///
/// What does not vary explains nothing; NaN where `y` does not vary.
///
/// # Errors
/// [`Unequal`] for unequal lengths.
pub fn explained_share(regressors: &[&[f64]], y: &[f64]) -> Result<f64, Unequal> {
    regressors.iter().try_for_each(|regressor| same("a regressor", regressor.len(), y.len()))?;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let subtract = |from: &mut [f64], along: &[f64], by: f64| {
        from.iter_mut().zip(along).for_each(|(from, along)| *from -= by * along);
    };
    let y = centred(y);
    let mut rest = y.clone();
    // Gram and Schmidt: each regressor without what those before it explain.
    let mut directions: Vec<Vec<f64>> = Vec::new();
    for regressor in regressors {
        let mut new = centred(regressor);
        let whole = dot(&new, &new);
        for direction in &directions {
            let along = dot(&new, direction);
            subtract(&mut new, direction, along);
        }
        let left = dot(&new, &new);
        if left > 1e-20 * whole {
            new.iter_mut().for_each(|value| *value /= left.sqrt());
            let along = dot(&rest, &new);
            subtract(&mut rest, &new, along);
            directions.push(new);
        }
    }
    Ok(1.0 - dot(&rest, &rest) / dot(&y, &y))
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|value| value - mean).collect()
}

fn mean(values: &[f64]) -> f64 {
    estimate_of_mean(values).value
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use crate::estimate::variance;
    use crate::numbers::Numbers;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn a_line_is_found_without_error() {
        let x: Vec<f64> = (0..20).map(|i| f64::from(i * i)).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 0.5 * x).collect();
        let found = regression(&x, &y).unwrap();
        close(found.slope.value, -0.5);
        close(found.intercept, 3.0);
        close(found.correlation.value, -1.0);
        assert!(found.residual < 1e-12 && found.slope.error < 1e-12 && found.correlation.error < 1e-12);
        close(explained_share(&[&x], &y).unwrap(), 1.0);
        assert!(regression(&[1.0; 5], &y[..5]).unwrap().correlation.value.is_nan());
    }

    #[test]
    fn one_regressor_explains_the_square_of_the_correlation_and_two_explain_their_combination() {
        let mut rng = Numbers::new(7);
        let mut numbers = || (0..300).map(|_| rng.uniform()).collect::<Vec<f64>>();
        let (a, b) = (numbers(), numbers());
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - b * b).collect();
        close(explained_share(&[&a], &y).unwrap(), regression(&a, &y).unwrap().correlation.value.powi(2));
        let squares: Vec<f64> = b.iter().map(|b| b * b).collect();
        close(explained_share(&[&a, &squares], &y).unwrap(), 1.0);
        close(explained_share(&[&a, &a, &[1.0; 300]], &y).unwrap(), explained_share(&[&a], &y).unwrap());
    }

    /// The spread of slope and correlation over 4000 sets of 200 pairs, whose scatter grows with x, is as stated, within 5 σ
    /// and the bias of order 1/n (false-alarm rate 1e-6).
    #[test]
    fn errors_are_the_spread_over_many_sets() {
        let mut rng = Numbers::new(8);
        let sets: Vec<Regression> = (0..4000)
            .map(|_| {
                let x: Vec<f64> = (0..200).map(|_| rng.uniform()).collect();
                let y: Vec<f64> = x.iter().map(|x| x + x * (rng.uniform() - 0.5)).collect();
                regression(&x, &y).unwrap()
            })
            .collect();
        for of in [|set: &Regression| set.slope, |set: &Regression| set.correlation] {
            let spread = variance(&sets.iter().map(|set| of(set).value).collect::<Vec<_>>());
            let stated = sets.iter().map(|set| of(set).error.powi(2)).sum::<f64>() / 4000.0;
            assert!((spread.value - stated).abs() < 5.0 * spread.error + 0.01 * stated, "{spread:?} {stated}");
        }
    }
}
