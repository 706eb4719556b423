//! What a run says of one claim.

use statistics::Estimate;

use super::{
    along::Ranges,
    measured::{Measured, SIGNIFICANCE, Tested},
    spread::Starts,
    training::Moment,
    verdict::{Expectation, Verdict},
};

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

impl Claim {
    pub(super) fn new(name: &str, sentence: &str, source: &'static str) -> Self {
        Self { name: name.into(), sentence: sentence.into(), source }
    }

    /// Whether it is about RBMs that have learned their data, so that others are no evidence against it.
    fn is_about_trained(&self) -> bool {
        ["ends-at-training-mixture", "energy-is-energy", "energy-beyond-magnetization"].contains(&self.name.as_str())
    }
}

/// RBMs with a larger KL divergence from their data, in nats, are no evidence against a claim about trained RBMs: one
/// configuration of the data then tells them from a perfect RBM with odds of twenty to one.
const TRAINED: f64 = 3.0;

/// One claim tested on one entry: its RBMs of several seeds.
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
    /// Of the hypothesis that the verdict rejects, by this number alone; NaN where nothing can be tested.
    pub(super) p_value: f64,
    /// The same among all findings of the judgement.
    pub(super) p_value_adjusted: f64,
    /// KL divergence of the trained RBMs from their data, mean over the seeds, in nats; NaN where it is not known.
    pub(super) divergence: Estimate,
    /// When the training ended.
    pub(super) training: Moment,
    /// Training times at which the verdict is "reproduced"; nothing where only the trained RBMs are known.
    pub(super) holds: Option<Ranges>,
}

impl Finding {
    /// The verdict if only one of a hundred judgements shall hold a wrong one.
    pub(super) fn verdict_adjusted(&self) -> Verdict {
        let is_lost = self.verdict.is_decided() && self.p_value_adjusted > SIGNIFICANCE;
        if is_lost { Verdict::NotAmongMany } else { self.verdict }
    }

    /// What was measured, without the step, which differs from run to run.
    pub(super) fn what(&self) -> &str {
        self.quantity.split(" at step").next().unwrap_or_default()
    }

    /// A flow that has no one end has none at the claimed place, wherever the mean over its starts lies.
    pub(super) fn needs_an_end(&mut self, starts: Starts) {
        self.verdict = match (self.verdict, starts) {
            (Verdict::Reproduced, Starts::Apart) => Verdict::Apart,
            (Verdict::Reproduced, Starts::Unresolved) => Verdict::Unresolved,
            (verdict, _) => verdict,
        };
    }

    /// Adds what is known of the training, and takes back a verdict against a claim about trained RBMs from others.
    pub(super) fn trained(&mut self, training: Moment, divergence: Estimate) {
        (self.training, self.divergence) = (training, divergence);
        if self.claim.is_about_trained() && self.verdict == Verdict::NotReproduced && divergence.value > TRAINED {
            self.verdict = Verdict::NotApplicable(divergence.value);
        }
    }
}

/// Of which RBMs something was measured, and how.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    pub(super) folder: &'a str,
    pub(super) machine: &'a str,
    pub(super) n_hidden: &'a str,
    pub(super) reading: &'a str,
    pub(super) step: f64,
}

impl Subject<'_> {
    /// Tests a claim by a number.
    pub(super) fn judge(&self, claim: Claim, quantity: &str, number: Measured, expectation: &Expectation) -> Finding {
        let distance = match expectation {
            Expectation::Value { value, .. } => number.distance(*value),
            _ => f64::NAN,
        };
        let expected = (expectation.to_string(), distance);
        self.finding(claim, quantity, (number.estimate(), number.n_seeds), expected, number.test(expectation))
    }

    /// A finding with a verdict found otherwise.
    pub(super) fn finding(
        &self,
        claim: Claim,
        quantity: &str,
        (number, n_seeds): (Estimate, usize),
        (expected, distance): (String, f64),
        Tested { verdict, p_value }: Tested,
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
            p_value,
            p_value_adjusted: f64::NAN,
            divergence: Estimate { value: f64::NAN, error: f64::NAN },
            training: Moment::default(),
            holds: None,
        }
    }
}
