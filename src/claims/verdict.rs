//! What a claim expects of a number, and what the RBMs say of it; `docs/claims.md` states the rules in words.

use std::fmt;

/// What a claim says of a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expectation {
    /// It is `value`, and not one of `rivals`.
    Value { value: f64, rivals: Vec<f64> },
    /// It lies between the two, which may be infinite.
    Within(f64, f64),
    /// It does not.
    Outside(f64, f64),
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { value, .. } => write!(f, "{value:.4}"),
            Self::Within(f64::NEG_INFINITY, most) => write!(f, "at most {most}"),
            Self::Within(least, f64::INFINITY) => write!(f, "at least {least}"),
            Self::Within(least, most) => write!(f, "{least} to {most}"),
            Self::Outside(least, most) => write!(f, "below {least} or above {most}"),
        }
    }
}

/// What the RBMs say of a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// The interval holds what was claimed and no rival, and nothing far from it; or lies within the claimed range.
    Reproduced,
    /// The interval excludes what was claimed.
    NotReproduced,
    /// Neither; so many more seeds would decide it, if that is known.
    Undecided(Option<usize>),
    /// It would be reproduced, but the starts of the flow are apart: there is no one end.
    Apart,
    /// It would be reproduced, but whether the starts have come together is not resolved; or this itself was asked.
    Unresolved,
    /// Some of the seeds have no finite number.
    Infinite,
    /// Decided by itself, but not among so many verdicts.
    NotAmongMany,
    /// It would not be reproduced, but the claim is about trained RBMs, and these are so many nats from their data.
    NotApplicable(f64),
    /// Nothing is claimed of the number, which stands beside one of which something is.
    NotClaimed,
}

impl Verdict {
    /// Whether the claim is reproduced or not reproduced.
    pub(super) fn is_decided(self) -> bool {
        matches!(self, Self::Reproduced | Self::NotReproduced)
    }
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
            Self::Unresolved => f.write_str("undecided: the spread of the starts is not resolved"),
            Self::Infinite => f.write_str("undecided: some readings are infinite"),
            Self::NotAmongMany => f.write_str("undecided: not significant among so many"),
            Self::NotApplicable(nats) => write!(f, "not applicable: KL divergence {nats:.0} nats"),
            Self::NotClaimed => f.write_str("nothing claimed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_and_expectations_are_printed_in_words() {
        let printed = [Verdict::Undecided(Some(1)), Verdict::Undecided(Some(3)), Verdict::NotApplicable(26.7)];
        let expected = [
            "undecided: 1 seed more needed",
            "undecided: 3 seeds more needed",
            "not applicable: KL divergence 27 nats",
        ];
        assert_eq!(printed.map(|verdict| verdict.to_string()), expected);
        let ranges = [Expectation::Within(f64::NEG_INFINITY, 0.1), Expectation::Within(0.9, f64::INFINITY)];
        assert_eq!(ranges.map(|range| range.to_string()), ["at most 0.1", "at least 0.9"]);
        assert_eq!(Expectation::Within(1.0, 10.0).to_string(), "1 to 10");
    }
}
