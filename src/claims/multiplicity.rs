//! Many verdicts at once: p-values adjusted so that the chance of a single wrong one stays what it is for one.

/// Holm's adjusted p-values (Scandinavian Journal of Statistics 6, 65 (1979)): the smallest of n times n, the next times n − 1,
/// and so on, each at least as large as the one before, 1 at most. NaN stays and does not count.
pub(super) fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&i| !p_values[i].is_nan()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max(p_values[i] * (order.len() - rank) as f64).min(1.0);
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_adjusted_step_by_step() {
        let found = holm(&[0.01, f64::NAN, 0.04, 0.03, 0.005]);
        for (found, expected) in found.iter().zip([0.03, f64::NAN, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12 || (found.is_nan() && expected.is_nan()), "{found} {expected}");
        }
        assert!(holm(&[]).is_empty());
        assert!(holm(&[0.6, 0.7]).iter().all(|p| (p - 1.0).abs() < 1e-12));
    }
}
