//! A number measured once for every seed, and the test of what is claimed of it.

use statistics::{Estimate, GroupedMean, p_value, quantile};

use super::verdict::{Expectation, Verdict};
use crate::data_sets::mean_over_machines;

/// A verdict rests on a p-value of at most this.
pub(super) const SIGNIFICANCE: f64 = 0.01;

/// Confidence of the intervals that verdicts rest on.
const CONFIDENCE: f64 = 0.99;

/// The most seeds that a verdict asks for.
const MAX_SEEDS: usize = 10_000;

/// An interval that reaches farther from what was claimed does not show that it is so: the step of the talk's grid of temperatures.
const RESOLUTION: f64 = 0.25;

/// Numbers nearer than this, relative to 1 or to themselves, are equal.
const ROUNDING: f64 = 1e-9;

/// A number measured once for every seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) mean: Estimate,
    pub(super) n_seeds: usize,
    /// What the error rests on: the RBMs, or the data sets that several of them share.
    n_independent: usize,
    /// What the numbers are multiples of; 0 for real numbers.
    step: f64,
    /// The least and the greatest number that there can be.
    possible: [f64; 2],
}

/// A verdict with its p-value: of the hypothesis that it rejects, or if there is none of the one that is nearer to be rejected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tested {
    pub(super) verdict: Verdict,
    pub(super) p_value: f64,
}

impl Measured {
    /// Over the finite values of RBMs, each with the data set that the RBM learned from.
    pub(super) fn new(values: impl IntoIterator<Item = (u64, f64)>) -> Self {
        let values: Vec<(u64, f64)> = values.into_iter().filter(|(_, value)| value.is_finite()).collect();
        let n_seeds = values.len();
        let GroupedMean { mean, n_independent } = mean_over_machines(values);
        Self { mean, n_seeds, n_independent, step: 0.0, possible: [f64::NEG_INFINITY, f64::INFINITY] }
    }

    /// Of numbers that lie between two values.
    pub(super) fn between(self, least: f64, most: f64) -> Self {
        Self { possible: [least, most], ..self }
    }

    /// Of counts, or of fractions that are multiples of `step`.
    pub(super) fn in_steps_of(self, step: f64) -> Self {
        Self { step, ..self }
    }

    /// How far the number lies above `expected`, in standard errors; infinite for seeds that agree on another number.
    pub(super) fn distance(&self, expected: f64) -> f64 {
        let difference = self.mean.value - expected;
        if difference.abs() <= ROUNDING * expected.abs().max(1.0) { 0.0 } else { difference / self.mean.error }
    }

    /// Tests what is claimed of the number.
    pub(super) fn test(&self, expectation: &Expectation) -> Tested {
        // Real numbers that do not scatter at all say nothing of their scatter.
        let is_known = self.n_independent >= 2 && (self.step > 0.0 || self.mean.error > ROUNDING * self.scale());
        if !is_known {
            return Tested { verdict: Verdict::Undecided(None), p_value: f64::NAN };
        }
        let x = self.mean.value;
        // The hypotheses that it is as claimed, and that it is not.
        let [claimed, otherwise, missing] = match expectation {
            Expectation::Value { value, rivals } => {
                let off = (x - value).abs();
                let far = if off < RESOLUTION { self.p_at(RESOLUTION - off) } else { 1.0 };
                let rival = rivals.iter().map(|rival| self.p_at((x - rival).abs())).fold(0.0, f64::max);
                // An interval of less than half the distance cannot hold both; a shorter one may also exclude the value.
                let held = rivals.iter().filter(|rival| self.p_at((x - *rival).abs()) > SIGNIFICANCE);
                let wanted = held.map(|rival| 0.5 * (rival - value).abs()).fold(RESOLUTION - off, f64::min);
                [self.p_at(off), far.max(rival), wanted.max(off)]
            }
            &Expectation::Within(least, most) => self.in_range(least, most),
            &Expectation::Outside(least, most) => {
                let [inside, outside, missing] = self.in_range(least, most);
                [outside, inside, missing]
            }
        };
        let verdict = match (claimed <= SIGNIFICANCE, otherwise <= SIGNIFICANCE) {
            (true, _) => Verdict::NotReproduced,
            (false, true) => Verdict::Reproduced,
            (false, false) => self.undecided(missing),
        };
        let p_value = if verdict == Verdict::Reproduced { otherwise } else { claimed.min(otherwise) };
        Tested { verdict, p_value }
    }

    /// p-values of lying between the two and of not doing so, and the distance to the nearer.
    fn in_range(&self, least: f64, most: f64) -> [f64; 3] {
        // What cannot be crossed is no end.
        let least = if least > self.possible[0] { least } else { f64::NEG_INFINITY };
        let most = if most < self.possible[1] { most } else { f64::INFINITY };
        let (above, below) = (self.mean.value - least, most - self.mean.value);
        let nearer = above.abs().min(below.abs());
        let p = self.p_at(nearer);
        if above >= 0.0 && below >= 0.0 { [1.0, p, nearer] } else { [p, 1.0, nearer] }
    }

    fn scale(&self) -> f64 {
        self.mean.value.abs().max(1.0)
    }

    /// The mean with the standard error that the verdict rests on; none for a single seed.
    pub(super) fn estimate(&self) -> Estimate {
        let known = self.scatter() / (self.n_independent as f64).sqrt();
        Estimate {
            error: if self.n_independent >= 2 && self.step > 0.0 { known } else { self.mean.error },
            ..self.mean
        }
    }

    /// Standard deviation of one number: for multiples of a step at least that of rounding to them.
    fn scatter(&self) -> f64 {
        (self.mean.error * (self.n_independent as f64).sqrt()).max(self.step / 12f64.sqrt())
    }

    /// Two-sided p-value of a true number that is `distance` from the mean, by Student's t. For multiples of a step also the
    /// probability that none of n seeds shows the others, which are one step away, had they so large a share (Clopper and Pearson).
    fn p_at(&self, distance: f64) -> f64 {
        if distance <= ROUNDING * self.scale() {
            return 1.0;
        }
        let n = self.n_independent;
        let student = p_value(distance * (n as f64).sqrt() / self.scatter(), n - 1);
        let others = if distance < self.step { 2.0 * (1.0 - distance / self.step).powi(n as i32) } else { 0.0 };
        student.max(others).min(1.0)
    }

    /// The seeds that are missing until half the interval's length is `wanted`, should they scatter as these do; where they share
    /// data sets, with as many more of these.
    fn undecided(&self, wanted: f64) -> Verdict {
        if wanted <= 0.0 {
            return Verdict::Undecided(None);
        }
        let half_width = |n: usize| {
            let student = quantile(CONFIDENCE, n - 1) * self.scatter() / (n as f64).sqrt();
            student.max(self.step * (1.0 - (0.5 * SIGNIFICANCE).powf((n as f64).recip())))
        };
        let is_enough = |n: usize| half_width(n) <= wanted;
        // Doubling, then bisection: the width falls with n.
        let mut high = self.n_independent + 1;
        while !is_enough(high) {
            high *= 2;
            if high > MAX_SEEDS {
                return Verdict::Undecided(None);
            }
        }
        let mut low = self.n_independent;
        while high - low > 1 {
            let middle = low.midpoint(high);
            if is_enough(middle) { high = middle } else { low = middle }
        }
        Verdict::Undecided(Some((high - self.n_independent) * self.n_seeds.div_ceil(self.n_independent)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of RBMs that all learned from the same data.
    fn measured(values: impl IntoIterator<Item = f64>) -> Measured {
        Measured::new(values.into_iter().map(|value| (0, value)))
    }

    fn at(value: f64, rivals: &[f64]) -> Expectation {
        Expectation::Value { value, rivals: rivals.to_vec() }
    }

    fn verdict(measured: Measured, expectation: &Expectation) -> Verdict {
        measured.test(expectation).verdict
    }

    #[test]
    fn a_value_is_reproduced_if_the_interval_holds_it_and_no_rival() {
        // Mean 2.3, error 0.0082, t(0.99, 3) = 5.84: the interval is 2.25 … 2.35.
        let four = measured([2.28, 2.30, 2.30, 2.32, f64::NAN]);
        assert_eq!(four.n_seeds, 4);
        assert_eq!(verdict(four, &at(2.269, &[2.562])), Verdict::Reproduced);
        assert_eq!(verdict(four, &at(2.562, &[2.269])), Verdict::NotReproduced);
        assert!((four.distance(2.269) - 0.031 / 0.00816).abs() < 0.02);
        // The rival 2.3446 lies in the interval: 0.0378 is to be resolved.
        let Verdict::Undecided(Some(more)) = verdict(four, &at(2.269, &[2.3446])) else { panic!("decided") };
        assert!((1..5).contains(&more), "{more}");
        // Half the interval is 0.08, then 0.22: it still holds a value beside its mean, but reaches farther than 0.25 from it.
        let aside = measured([2.4, 2.45, 2.45, 2.5, 2.5, 2.55, 2.55, 2.6]);
        assert_eq!(verdict(aside, &at(2.5, &[])), Verdict::Reproduced);
        assert_eq!(verdict(aside, &at(2.42, &[])), Verdict::Reproduced);
        let aside = measured([2.2, 2.4, 2.4, 2.5, 2.5, 2.6, 2.6, 2.8]);
        assert!(matches!(verdict(aside, &at(2.3, &[])), Verdict::Undecided(Some(_))));
        // Mean 3, error 0.3, t(0.99, 1) = 63.7: the interval holds nearly everything, and says nothing.
        let wide = measured([2.7, 3.3]);
        assert!(matches!(verdict(wide, &at(2.478, &[])), Verdict::Undecided(Some(_))));
    }

    #[test]
    fn a_range_is_reproduced_if_it_holds_the_interval() {
        let four = measured([0.02, 0.0, -0.02, 0.01]);
        assert_eq!(verdict(four, &Expectation::Within(-0.1, 0.1)), Verdict::Reproduced);
        assert_eq!(verdict(four, &Expectation::Within(0.2, 1.0)), Verdict::NotReproduced);
        assert!(matches!(verdict(four, &Expectation::Within(0.0, 0.1)), Verdict::Undecided(Some(_))));
        assert_eq!(verdict(four, &Expectation::Outside(-0.1, 0.1)), Verdict::NotReproduced);
        assert_eq!(verdict(four, &Expectation::Outside(0.2, 1.0)), Verdict::Reproduced);
        assert!(matches!(verdict(four, &Expectation::Outside(0.0, 0.1)), Verdict::Undecided(Some(_))));
        // A correlation cannot be above 1, whatever the interval is.
        let correlation = measured([0.97, 0.99, 0.999, 0.98]);
        assert!(matches!(verdict(correlation, &Expectation::Within(0.7, 1.0)), Verdict::Undecided(Some(_))));
        assert_eq!(verdict(correlation.between(-1.0, 1.0), &Expectation::Within(0.7, 1.0)), Verdict::Reproduced);
    }

    #[test]
    fn neither_one_seed_nor_seeds_without_scatter_decide() {
        assert_eq!(verdict(measured([2.3]), &at(2.3, &[])), Verdict::Undecided(None));
        assert_eq!(verdict(measured([]), &at(2.3, &[])), Verdict::Undecided(None));
        let equal = measured([1.0, 1.0, 1.0]);
        assert_eq!(verdict(equal, &Expectation::Within(0.9, 1.2)), Verdict::Undecided(None));
        assert!(equal.test(&at(1.0, &[])).p_value.is_nan());
        assert!(equal.distance(0.0).is_infinite() && equal.distance(1.0).abs() < 1e-12);
    }

    /// Equal counts of n seeds leave half an interval of 1 − 0.005^(1/n): 0.53 for seven, 0.48 for eight; of two, by the scatter of
    /// rounding, 13.
    #[test]
    fn equal_counts_have_an_interval() {
        let counts = |count: f64, n: usize| measured(vec![count; n]).in_steps_of(1.0).between(0.0, f64::INFINITY);
        let few = Expectation::Within(1.0, 10.0);
        assert!(matches!(verdict(counts(5.0, 2), &few), Verdict::Undecided(Some(1))));
        assert_eq!(verdict(counts(5.0, 3), &few), Verdict::Reproduced);
        assert!(matches!(verdict(counts(0.0, 2), &few), Verdict::Undecided(Some(_))));
        let none = Expectation::Within(0.0, 0.5);
        assert_eq!(verdict(counts(0.0, 7), &none), Verdict::Undecided(Some(1)));
        assert_eq!(verdict(counts(0.0, 8), &none), Verdict::Reproduced);
        assert_eq!(verdict(counts(1.0, 8), &none), Verdict::NotReproduced);
        // All of 25 starts, for each of three RBMs.
        let fractions = measured([1.0; 3]).in_steps_of(0.04).between(0.0, 1.0);
        assert_eq!(verdict(fractions, &Expectation::Within(0.9, 1.0)), Verdict::Reproduced);
    }

    /// A verdict is reached if and only if its p-value is at most 0.01, whatever the distance.
    #[test]
    fn p_values_decide() {
        for step in [0.0, 0.2] {
            for i in 0..200 {
                let shift = 0.01 * f64::from(i);
                let four = measured([1.9, 2.0, 2.1, 2.0].map(|x| x + shift)).in_steps_of(step);
                for expectation in
                    [at(2.5, &[]), at(2.5, &[3.0]), Expectation::Within(2.2, 3.0), Expectation::Outside(2.2, 3.0)]
                {
                    let Tested { verdict, p_value } = four.test(&expectation);
                    assert_eq!(verdict.is_decided(), p_value <= SIGNIFICANCE, "{four:?} {expectation:?} {p_value}");
                }
            }
        }
    }
}
