//! What a run says of one claim.

use ising_data::Estimate;

use super::verdict::{Expectation, Measured, Verdict};

/// What is claimed, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    /// Short name.
    pub(super) name: String,
    /// The sentence.
    pub(super) sentence: String,
    /// Where it is from.
    pub(super) source: &'static str,
}

/// One claim held against one machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) claim: Claim,
    pub(super) folder: String,
    pub(super) machine: String,
    pub(super) n_hidden: String,
    /// How (T, H) is read.
    pub(super) reading: String,
    /// Which number was measured.
    pub(super) quantity: String,
    /// Step of the flow at which it was measured, or from which it holds, infinite if from none; NaN where no flow is asked.
    pub(super) step: f64,
    pub(super) number: Estimate,
    pub(super) n_seeds: usize,
    /// What the claim expects of the number.
    pub(super) expected: String,
    /// Number minus expected value, in standard errors; NaN where a range is expected.
    pub(super) distance: f64,
    pub(super) verdict: Verdict,
}

/// Of which machine something was measured, and how.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    pub(super) folder: &'a str,
    pub(super) machine: &'a str,
    pub(super) n_hidden: &'a str,
    pub(super) reading: &'a str,
    pub(super) step: f64,
}

impl Subject<'_> {
    /// Holds a number against a claim.
    pub(super) fn judge(&self, claim: Claim, quantity: &str, number: Measured, expectation: &Expectation) -> Finding {
        let (expected, distance) = match expectation {
            Expectation::Value { value, .. } => (format!("{value:.4}"), number.distance(*value)),
            Expectation::Within(least, most) => (format!("{least} to {most}"), f64::NAN),
            Expectation::Outside(least, most) => (format!("below {least} or above {most}"), f64::NAN),
        };
        self.finding(claim, quantity, (number.mean, number.n_seeds), (expected, distance), number.verdict(expectation))
    }

    /// A finding with a verdict found otherwise.
    pub(super) fn finding(
        &self,
        claim: Claim,
        quantity: &str,
        (number, n_seeds): (Estimate, usize),
        (expected, distance): (String, f64),
        verdict: Verdict,
    ) -> Finding {
        Finding {
            claim,
            folder: self.folder.into(),
            machine: self.machine.into(),
            n_hidden: self.n_hidden.into(),
            reading: self.reading.into(),
            quantity: quantity.into(),
            step: self.step,
            number,
            n_seeds,
            expected,
            distance,
            verdict,
        }
    }
}
