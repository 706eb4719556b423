//! Claims about the weights: whether a few patterns outweigh the others.

use anyhow::Result;

use super::{
    along::Ranges,
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    measured::{Measured, Tested},
    verdict::{Expectation, Verdict},
};
use crate::table::Table;

/// A few: from one to twice the five of the talk.
const FEW: Expectation = Expectation::Within(1.0, 10.0);
/// A few patterns hold most of the weights if the eigenvalues are spread over less than half as many as independent weights are.
const UNEVEN: Expectation = Expectation::Within(0.0, 0.5);
/// None: less than one RBM in two has one.
const NONE: Expectation = Expectation::Within(0.0, 0.5);
/// Alike: spread at least nine tenths as evenly as those of independent weights.
const EVEN: Expectation = Expectation::Within(0.9, f64::INFINITY);

const ABOVE: &str = "number above the Marchenko-Pastur edge";
const EXTENDED: &str = "number above the Marchenko-Pastur edge with an extended eigenvector";
const LOCALIZED: &str = "number above the Marchenko-Pastur edge with a localized eigenvector";
const EVENNESS: &str = "participation ratio over that of independent weights";

/// The eigenvalues of w wᵀ of the trained RBMs: number above the edge of independent weights, and evenness. Copies of single sites,
/// whose eigenvectors are localized, are no patterns and stand apart.
pub(super) fn about_weights(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let rows = evidence.weights.filter("machine", machine)?;
    let n_hidden = evidence.n_hidden(machine)?;
    let subject =
        Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: "weights", step: f64::NAN };
    let few = ("few-large-eigenvalues", "A few eigenvalues of w wᵀ are large (T = 0 … 2).");
    let alike = ("eigenvalues-alike", "All eigenvalues of w wᵀ are alike (T = 0 … 6).");
    let mut findings = Vec::new();
    for ((name, sentence), quantity, column, expectation) in [
        (few, EXTENDED, "n_extended_above_edge", Some(FEW)),
        (few, LOCALIZED, "n_localized_above_edge", None),
        (few, EVENNESS, "relative_participation_ratio", Some(UNEVEN)),
        (alike, ABOVE, "n_above_edge", Some(NONE)),
        (alike, EXTENDED, "n_extended_above_edge", Some(NONE)),
        (alike, EVENNESS, "relative_participation_ratio", Some(EVEN)),
    ] {
        // Older runs do not tell extended eigenvectors from localized ones.
        if !rows.header().iter().any(|name| name == column) {
            continue;
        }
        let measured = along_training(evidence, machine, &rows, column)?;
        let Some(&(_, trained)) = measured.last() else { continue };
        let claim = Claim::new(name, sentence, "talk");
        findings.push(match expectation {
            Some(expectation) => {
                let finding = subject.judge(claim, quantity, trained, &expectation);
                Finding { holds: ranges(evidence, machine, &measured, &expectation), ..finding }
            }
            None => {
                let unclaimed = Tested { verdict: Verdict::NotClaimed, p_value: f64::NAN };
                let number = (trained.estimate(), trained.n_seeds);
                subject.finding(claim, quantity, number, (String::new(), f64::NAN), unclaimed)
            }
        });
    }
    Ok(findings)
}

/// A column over the seeds at every epoch.
fn along_training(evidence: &Evidence, machine: &str, rows: &Table, column: &str) -> Result<Vec<(f64, Measured)>> {
    let step = if column.starts_with("n_") { 1.0 } else { 0.0 };
    let at = |epoch: f64| -> Result<(f64, Measured)> {
        let of_epoch = rows.filter("epoch", epoch)?;
        let values =
            of_epoch.text("seed")?.into_iter().zip(of_epoch.column(column)?).filter(|(seed, _)| *seed != "all");
        let measured = Measured::new(values.map(|(seed, value)| (evidence.data_set(machine, seed), value)));
        Ok((epoch, measured.in_steps_of(step).between(0.0, f64::INFINITY)))
    };
    rows.distinct("epoch")?.into_iter().map(at).collect()
}

/// The training times at which the numbers are as expected; nothing where they are not known.
fn ranges(
    evidence: &Evidence,
    machine: &str,
    measured: &[(f64, Measured)],
    expectation: &Expectation,
) -> Option<Ranges> {
    let at = |(epoch, measured): &(f64, Measured)| {
        let time = evidence.trainings.at(machine, Some(*epoch)).time;
        (time, measured.test(expectation).verdict == Verdict::Reproduced)
    };
    let snapshots: Vec<(f64, bool)> = measured.iter().map(at).collect();
    let is_known = snapshots.len() > 1 && snapshots.iter().all(|(time, _)| time.is_finite());
    is_known.then(|| Ranges::of(snapshots))
}
