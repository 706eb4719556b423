//! Means of values that come in groups: of machines, some of which learned from the same data set.

use std::collections::BTreeMap;

use crate::estimate::{Estimate, mean};

/// A mean, and how many independent values its error rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupedMean {
    /// The mean of all values with its standard error.
    pub mean: Estimate,
    /// The number of independent values: Student's t of the mean has one degree of freedom less.
    pub n_independent: usize,
}

impl GroupedMean {
    /// The mean of the values of (group, value), of which those of the same group have something in common that others do not
    /// share.
    ///
    /// With one group, or as many groups as values, the error is s/√n of independent values. With D groups between these it is
    /// the larger of s/√n and √(D/(D − 1) Σ_d (n_d (x̄_d − x̄))²)/n, with n_d values of mean x̄_d in group d: for equally large
    /// groups the standard error of the D means (the cluster-robust error, Liang and Zeger, Biometrika 73, 13). The D groups
    /// are then what is independent, whichever is larger. With one group, what it has in common is in no error.
    pub fn of(grouped: &[(u64, f64)]) -> Self {
        let values: Vec<f64> = grouped.iter().map(|(_, value)| *value).collect();
        let independent = Self { mean: mean(&values), n_independent: values.len() };
        let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
        for (group, value) in grouped {
            *sums.entry(*group).or_default() += value - independent.mean.value;
        }
        let n_groups = sums.len();
        if n_groups < 2 || n_groups >= values.len() {
            return independent;
        }
        let squares: f64 = sums.values().map(|sum| sum * sum).sum();
        let of_groups = (squares * n_groups as f64 / (n_groups - 1) as f64).sqrt() / values.len() as f64;
        let Estimate { value, error } = independent.mean;
        Self { mean: Estimate { value, error: error.max(of_groups) }, n_independent: n_groups }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Numbers;

    fn of(values: &[f64], groups: &[u64]) -> GroupedMean {
        GroupedMean::of(&groups.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn one_group_or_one_for_each_value_is_the_plain_mean() {
        let values = [1.0, 2.0, 4.0, 9.0];
        for groups in [[0; 4], [0, 1, 2, 3]] {
            assert_eq!(of(&values, &groups), GroupedMean { mean: mean(&values), n_independent: 4 });
        }
        let one = of(&[1.0], &[0]);
        assert!(one.n_independent == 1 && one.mean.error.is_nan());
        assert_eq!(of(&[], &[]).n_independent, 0);
    }

    #[test]
    fn equal_groups_have_the_error_of_their_means_if_it_is_larger() {
        // Means 1, 2, 6 of two values each.
        let apart = of(&[0.5, 1.5, 6.5, 1.5, 2.5, 5.5], &[0, 0, 2, 1, 1, 2]);
        assert!((apart.mean.error - mean(&[1.0, 2.0, 6.0]).error).abs() < 1e-14);
        assert_eq!(apart.n_independent, 3);
        // Equal means: the machines of a set scatter more than the sets do.
        let (values, groups) = ([0.0, 4.0, 1.0, 3.0], [0, 0, 1, 1]);
        assert_eq!(of(&values, &groups), GroupedMean { mean: mean(&values), n_independent: 2 });
        let equal = of(&[0.1; 6], &[0, 1, 2, 0, 1, 2]);
        assert_eq!(equal.mean, Estimate { value: 0.1, error: 0.0 });
    }

    /// Twelve values in four groups, each value with a normal part of its own, of variance 1, and one of its group. Over
    /// 8,000 sets the mean square of the stated errors is the variance of the mean where the groups differ much, and never
    /// less; the t interval of 95 % with 3 degrees of freedom holds the truth at least as often as it says (5 standard
    /// deviations: false-alarm rate 6e-7 for each of the checks), and s/√n would not.
    #[test]
    fn errors_hold_what_groups_have_in_common() {
        const N_SETS: usize = 8_000;
        const T: f64 = 3.182_446;
        let groups: Vec<u64> = (0..12).map(|i| i % 4).collect();
        let mut rng = Numbers::new(5);
        // The sum of twelve uniform numbers is normal enough: kurtosis −0.1.
        let mut normal = || (0..12).map(|_| rng.uniform()).sum::<f64>() - 6.0;
        for of_group in [0.0, 0.5, 3.0] {
            let (mut n_held, mut n_held_by_plain, mut squares, mut stated) = (0, 0, 0.0, 0.0);
            for _ in 0..N_SETS {
                let parts: [f64; 4] = std::array::from_fn(|_| of_group * normal());
                let values: Vec<f64> = groups.iter().map(|&group| parts[group as usize] + normal()).collect();
                let GroupedMean { mean: Estimate { value, error }, n_independent } = of(&values, &groups);
                assert_eq!(n_independent, 4);
                n_held += usize::from(value.abs() <= T * error);
                // t of 11 degrees of freedom.
                n_held_by_plain += usize::from(value.abs() <= 2.200_985 * mean(&values).error);
                squares += value * value;
                stated += error * error;
            }
            let coverage = |n: usize| n as f64 / N_SETS as f64;
            let noise = 5.0 * (0.95 * 0.05 / N_SETS as f64).sqrt();
            assert!(coverage(n_held) > 0.95 - noise, "{of_group}: {}", coverage(n_held));
            // The variance of a variance of N normal numbers is 2/N of its square; that of the stated ones has 3 degrees of freedom.
            let (ratio, noise) = (stated / squares, 5.0 * (2.0 / N_SETS as f64 * (1.0 + 1.0 / 3.0)).sqrt());
            assert!(ratio > 1.0 - noise, "{of_group}: {ratio}");
            if of_group > 1.0 {
                assert!(ratio < 1.05 + noise, "{of_group}: {ratio}");
                assert!(coverage(n_held_by_plain) < 0.85, "{of_group}: {}", coverage(n_held_by_plain));
            }
        }
    }
}
