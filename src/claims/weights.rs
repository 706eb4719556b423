//! Claims about the weights: whether a few patterns outweigh the others.

use anyhow::Result;

use super::{
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    verdict::{Expectation, Measured, Verdict},
};
use crate::table::Table;

/// A few: from one to twice the five of the talk.
const FEW: Expectation = Expectation::Within(1.0, 10.0);
/// A few patterns hold most of the weights if the eigenvalues are spread over less than half as many as independent weights are.
const UNEVEN: Expectation = Expectation::Within(0.0, 0.5);
/// None: less than one machine in two has one.
const NONE: Expectation = Expectation::Within(0.0, 0.5);
/// Alike: spread at least nine tenths as evenly as those of independent weights.
const EVEN: Expectation = Expectation::Within(0.9, f64::INFINITY);

/// The eigenvalues of w wᵀ of one trained machine: number above the edge of independent weights, and evenness. What is expected
/// is followed by the epochs of the training at which it is found.
pub(super) fn about_weights(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let rows = evidence.weights.filter("machine", machine)?;
    let n_hidden = evidence.n_hidden(machine)?;
    let subject =
        Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: "weights", step: f64::NAN };
    let along_training = |column| along_training(evidence, machine, &rows, column);
    let n_above = along_training("n_above_edge")?;
    let evenness = along_training("relative_participation_ratio")?;
    let mut findings = Vec::new();
    for (name, sentence, number, spread) in [
        ("few-large-eigenvalues", "A few eigenvalues of w wᵀ are large (T = 0 … 2).", FEW, UNEVEN),
        ("eigenvalues-alike", "All eigenvalues of w wᵀ are alike (T = 0 … 6).", NONE, EVEN),
    ] {
        for (quantity, measured, expectation) in [
            ("number above the Marchenko-Pastur edge", &n_above, number),
            ("participation ratio over that of independent weights", &evenness, spread),
        ] {
            let Some((_, trained)) = measured.last() else { continue };
            let claim = Claim { name: name.into(), sentence: sentence.into(), source: "talk" };
            let finding = subject.judge(claim, quantity, *trained, &expectation);
            let expected = format!("{} (so at {})", finding.expected, epochs(measured, &expectation));
            findings.push(Finding { expected, ..finding });
        }
    }
    Ok(findings)
}

/// A column over the seeds at every epoch.
fn along_training(evidence: &Evidence, machine: &str, rows: &Table, column: &str) -> Result<Vec<(f64, Measured)>> {
    let at = |epoch: f64| -> Result<(f64, Measured)> {
        let of_epoch = rows.filter("epoch", epoch)?;
        let values =
            of_epoch.text("seed")?.into_iter().zip(of_epoch.column(column)?).filter(|(seed, _)| *seed != "all");
        Ok((epoch, Measured::new(values.map(|(seed, value)| (evidence.data_set(machine, seed), value)))))
    };
    rows.distinct("epoch")?.into_iter().map(at).collect()
}

/// The epochs at which the numbers are as expected.
fn epochs(measured: &[(f64, Measured)], expectation: &Expectation) -> String {
    let is_found = |(_, measured): &&(f64, Measured)| measured.verdict(expectation) == Verdict::Reproduced;
    let epochs: Vec<String> = measured.iter().filter(is_found).map(|(epoch, _)| epoch.to_string()).collect();
    if epochs.is_empty() { "no epoch".into() } else { format!("epoch {}", epochs.join(", ")) }
}
