//! The rules by which a number is held against a claim; `docs/claims.md` states them in words.

use std::fmt;

use ising_data::{Estimate, GroupedMean};

use super::student::quantile;
use crate::data_sets::mean_over_machines;

/// Confidence of the intervals that verdicts rest on.
pub(super) const CONFIDENCE: f64 = 0.99;

/// The most seeds that a verdict asks for.
const MAX_SEEDS: usize = 10_000;

/// An interval that reaches farther from what was claimed does not show that it is so: the step of the talk's grid of temperatures.
const RESOLUTION: f64 = 0.25;

/// What a claim says of a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expectation {
    /// It is `value`, and not one of `rivals`.
    Value { value: f64, rivals: Vec<f64> },
    /// It lies between the two.
    Within(f64, f64),
    /// It does not.
    Outside(f64, f64),
}

/// What the seeds say of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The interval holds what was claimed and no rival, and nothing far from it; or lies within the claimed range.
    Reproduced,
    /// The interval excludes what was claimed.
    NotReproduced,
    /// Neither; so many more seeds would tell, if that is known.
    Undecided(Option<usize>),
    /// It would be reproduced, but the flows from the starts have not come to one end that could be there.
    Apart,
    /// Some of the seeds have no finite number.
    Infinite,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reproduced => f.write_str("reproduced"),
            Self::NotReproduced => f.write_str("not reproduced"),
            Self::Undecided(Some(1)) => f.write_str("undecided: 1 seed more needed"),
            Self::Undecided(Some(more)) => write!(f, "undecided: {more} seeds more needed"),
            Self::Undecided(None) => f.write_str("undecided: more seeds needed"),
            Self::Apart => f.write_str("undecided: the starts have not come together"),
            Self::Infinite => f.write_str("undecided: some readings are infinite"),
        }
    }
}

/// A number measured once for every seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) mean: Estimate,
    pub(super) n_seeds: usize,
    /// What the error rests on: the machines, or the data sets that several of them share.
    n_independent: usize,
}

impl Measured {
    /// Over the finite values of machines, each with the data set that the machine learned from.
    pub(super) fn new(values: impl IntoIterator<Item = (u64, f64)>) -> Self {
        let values: Vec<(u64, f64)> = values.into_iter().filter(|(_, value)| value.is_finite()).collect();
        let n_seeds = values.len();
        let GroupedMean { mean, n_independent } = mean_over_machines(values);
        Self { mean, n_seeds, n_independent }
    }

    /// Half the length of the interval: t times the standard error.
    fn half_width(&self) -> f64 {
        if self.n_independent < 2 {
            return f64::INFINITY;
        }
        quantile(CONFIDENCE, self.n_independent - 1) * self.mean.error
    }

    /// How far the number lies above `expected`, in standard errors; infinite for seeds that agree on another number.
    pub(super) fn distance(&self, expected: f64) -> f64 {
        let difference = self.mean.value - expected;
        if difference.abs() <= ROUNDING * expected.abs().max(1.0) { 0.0 } else { difference / self.mean.error }
    }

    /// Holds the number against what is claimed.
    pub(super) fn verdict(&self, expectation: &Expectation) -> Verdict {
        let half = self.half_width();
        if !half.is_finite() {
            return Verdict::Undecided(None);
        }
        let (low, high) = (self.mean.value - half, self.mean.value + half);
        match expectation {
            Expectation::Value { value, rivals } => {
                let holds = |x: &f64| (self.mean.value - x).abs() <= half + ROUNDING * x.abs().max(1.0);
                if !holds(value) {
                    return Verdict::NotReproduced;
                }
                // An interval of less than half the distance cannot hold both.
                let rivals = rivals.iter().filter(|x| holds(x)).map(|x| 0.5 * (x - value).abs());
                let off = (self.mean.value - value).abs();
                let wanted = rivals.fold(RESOLUTION - off, f64::min);
                // A shorter one may also exclude the value.
                if half <= wanted { Verdict::Reproduced } else { self.undecided(wanted.max(off)) }
            }
            &Expectation::Within(least, most) if low >= least && high <= most => Verdict::Reproduced,
            &Expectation::Within(least, most) if high < least || low > most => Verdict::NotReproduced,
            &Expectation::Outside(least, most) if high < least || low > most => Verdict::Reproduced,
            &Expectation::Outside(least, most) if low >= least && high <= most => Verdict::NotReproduced,
            &Expectation::Within(least, most) | &Expectation::Outside(least, most) => {
                self.undecided((self.mean.value - least).abs().min((self.mean.value - most).abs()))
            }
        }
    }

    /// The seeds that are missing until half the interval's length is `wanted`, should they scatter as these do; where they share
    /// data sets, with as many more of these.
    fn undecided(&self, wanted: f64) -> Verdict {
        if wanted <= 0.0 {
            return Verdict::Undecided(None);
        }
        let scatter = self.mean.error * (self.n_independent as f64).sqrt();
        let is_enough = |n: &usize| quantile(CONFIDENCE, n - 1) * scatter / (*n as f64).sqrt() <= wanted;
        // Doubling, then bisection: the width falls with n.
        let mut high = self.n_independent + 1;
        while !is_enough(&high) {
            high *= 2;
            if high > MAX_SEEDS {
                return Verdict::Undecided(None);
            }
        }
        let mut low = self.n_independent;
        while high - low > 1 {
            let middle = low.midpoint(high);
            if is_enough(&middle) { high = middle } else { low = middle }
        }
        Verdict::Undecided(Some((high - self.n_independent) * self.n_seeds.div_ceil(self.n_independent)))
    }
}

/// Numbers nearer than this, relative to 1 or to themselves, are equal.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    /// Of machines that all learned from the same data.
    fn measured(values: impl IntoIterator<Item = f64>) -> Measured {
        Measured::new(values.into_iter().map(|value| (0, value)))
    }

    fn at(value: f64, rivals: &[f64]) -> Expectation {
        Expectation::Value { value, rivals: rivals.to_vec() }
    }

    #[test]
    fn a_value_is_reproduced_if_the_interval_holds_it_and_no_rival() {
        // Mean 2.3, error 0.01, t(0.99, 3) = 5.84: the interval is 2.24 … 2.36.
        let found = measured([2.28, 2.30, 2.30, 2.32, f64::NAN]);
        assert_eq!(found.n_seeds, 4);
        assert_eq!(found.verdict(&at(2.269, &[2.562])), Verdict::Reproduced);
        assert_eq!(found.verdict(&at(2.562, &[2.269])), Verdict::NotReproduced);
        assert!((found.distance(2.269) - 0.031 / 0.00816).abs() < 0.02);
        // The rival 2.3446 lies in the interval: 0.0378 is to be resolved.
        let Verdict::Undecided(Some(more)) = found.verdict(&at(2.269, &[2.3446])) else { panic!("decided") };
        assert!((1..5).contains(&more), "{more}");
        // Half the interval is 0.08, then 0.22: it still holds a value beside its mean, but reaches farther than 0.25 from it.
        let aside = measured([2.4, 2.45, 2.45, 2.5, 2.5, 2.55, 2.55, 2.6]);
        assert_eq!(aside.verdict(&at(2.5, &[])), Verdict::Reproduced);
        assert!(matches!(aside.verdict(&at(2.42, &[])), Verdict::Reproduced));
        let aside = measured([2.2, 2.4, 2.4, 2.5, 2.5, 2.6, 2.6, 2.8]);
        assert!(matches!(aside.verdict(&at(2.3, &[])), Verdict::Undecided(Some(_))));
        // Mean 3, error 0.3, t(0.99, 1) = 63.7: the interval holds nearly everything, and says nothing.
        let wide = measured([2.7, 3.3]);
        assert!(matches!(wide.verdict(&at(2.478, &[])), Verdict::Undecided(Some(_))));
    }

    #[test]
    fn a_range_is_reproduced_if_it_holds_the_interval() {
        let found = measured([0.02, 0.0, -0.02, 0.01]);
        assert_eq!(found.verdict(&Expectation::Within(-0.1, 0.1)), Verdict::Reproduced);
        assert_eq!(found.verdict(&Expectation::Within(0.2, 1.0)), Verdict::NotReproduced);
        assert!(matches!(found.verdict(&Expectation::Within(0.0, 0.1)), Verdict::Undecided(Some(_))));
        assert_eq!(found.verdict(&Expectation::Outside(-0.1, 0.1)), Verdict::NotReproduced);
        assert_eq!(found.verdict(&Expectation::Outside(0.2, 1.0)), Verdict::Reproduced);
        assert!(matches!(found.verdict(&Expectation::Outside(0.0, 0.1)), Verdict::Undecided(Some(_))));
    }

    #[test]
    fn one_seed_decides_nothing_and_equal_seeds_decide_all() {
        assert_eq!(measured([2.3]).verdict(&at(2.3, &[])), Verdict::Undecided(None));
        assert_eq!(measured([]).verdict(&at(2.3, &[])), Verdict::Undecided(None));
        let equal = measured([1.0, 1.0, 1.0]);
        assert_eq!(equal.verdict(&Expectation::Within(0.9, 1.0)), Verdict::Reproduced);
        assert_eq!(equal.verdict(&at(1.0, &[])), Verdict::Reproduced);
        assert!(equal.distance(0.0).is_infinite() && equal.distance(1.0).abs() < 1e-12);
    }

    /// Eight machines of two data sets, 0.1 apart: one degree of freedom, t(0.99, 1) = 63.7, where eight have t(0.99, 7) = 3.5.
    #[test]
    fn machines_of_one_data_set_are_not_independent() {
        let values = [2.2, 2.3, 2.21, 2.31, 2.19, 2.29, 2.2, 2.3];
        let shared = Measured::new((0..).zip(values).map(|(seed, value)| (seed % 2, value)));
        assert_eq!((shared.n_seeds, shared.n_independent), (8, 2));
        assert!((shared.mean.error - 0.05).abs() < 1e-3 && (shared.half_width() - 63.657 * 0.05).abs() < 0.1);
        let Verdict::Undecided(Some(more)) = shared.verdict(&at(2.25, &[])) else { panic!("decided") };
        assert!(more.is_multiple_of(4), "whole data sets of four machines: {more}");
        assert_eq!(measured(values).verdict(&at(2.25, &[])), Verdict::Reproduced);
        let own = Measured::new((0..).zip(values));
        assert_eq!(own, measured(values));
    }

    #[test]
    fn verdicts_are_said_in_words() {
        let said = [Verdict::Reproduced, Verdict::NotReproduced, Verdict::Undecided(Some(3))].map(|v| v.to_string());
        assert_eq!(said, ["reproduced", "not reproduced", "undecided: 3 seeds more needed"]);
    }
}
