//! Claims about the steps of the flow: whether they lead to one end, and which way they point.

use anyhow::Result;
use ising_data::Estimate;

use super::{
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    verdict::{Expectation, Measured, Verdict},
};
use crate::table::Table;

/// Whether the flows from all starts end alike.
pub(super) fn same_end(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let rows = evidence.agreement.filter("machine", machine)?;
    let n_hidden = evidence.n_hidden(machine)?;
    let mut findings = Vec::new();
    for quantity in rows.distinct_text("quantity")? {
        let of = rows.filter("quantity", quantity)?;
        let excess = excesses(&of)?;
        let steps = of.column("step")?;
        let n_apart = excess.iter().rposition(|excess| *excess >= APART).map_or(0, |last| last + 1);
        let last = steps.len() - 1;
        let number = Estimate { value: of.column("spread")?[last], error: of.column("spread_resolution")?[last] };
        let claim = Claim {
            name: "same-end-from-every-start".into(),
            sentence: "The flow ends at the same point from every start.".into(),
            source: "talk; arXiv:1801.07172; arXiv:1810.08179",
        };
        let step = steps.get(n_apart).copied().unwrap_or(f64::INFINITY);
        let subject = Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: quantity, step };
        let verdict = if step.is_infinite() { Verdict::NotReproduced } else { Verdict::Reproduced };
        let quantity = format!("spread of the starts at step {}", steps[last]);
        let n_seeds = of.column("n_seeds")?[last] as usize;
        findings.push(subject.finding(claim, &quantity, (number, n_seeds), ("0".into(), excess[last]), verdict));
    }
    Ok(findings)
}

/// Whether the flows of a machine have come to one end by the last step, by all of `quantities` that were looked at.
pub(super) fn has_one_end(evidence: &Evidence, machine: &str, quantities: &[&str]) -> Result<bool> {
    let rows = evidence.agreement.filter("machine", machine)?;
    let mut last = Vec::new();
    for quantity in quantities {
        last.extend(excesses(&rows.filter("quantity", *quantity)?)?.pop());
    }
    Ok(last.iter().all(|excess| *excess < APART))
}

/// At every step, how far χ² of the starts is beyond its mean.
fn excesses(rows: &Table) -> Result<Vec<f64>> {
    let chi_squares = rows.column("chi_square")?.into_iter().zip(rows.column("degrees_of_freedom")?);
    Ok(chi_squares.map(|(chi_square, n)| excess(chi_square, n)).collect())
}

/// Standard deviations of χ² beyond which the starts are apart: a false alarm in a thousand.
const APART: f64 = 3.09;

/// How far χ² of `n` degrees of freedom is beyond its mean, as a standard normal: √(2χ²) − √(2n − 1) (Fisher).
fn excess(chi_square: f64, n: f64) -> f64 {
    (2.0 * chi_square).sqrt() - (2.0 * n - 1.0).sqrt()
}

/// The first step leads from every start against the renormalization group.
pub(super) fn opposite_to_renormalization(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let n_hidden = evidence.n_hidden(machine)?;
    let rows = evidence.vector_field.filter("machine", machine)?;
    let mut findings = Vec::new();
    for reading in rows.distinct_text("reading")? {
        let of_reading = rows.filter("reading", reading)?;
        let mut fractions = Vec::new();
        for seed in of_reading.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all") {
            let mut cosines = of_reading.filter("seed", seed)?.column("renormalization_cosine")?;
            cosines.retain(|cosine| !cosine.is_nan());
            fractions.push(cosines.iter().filter(|cosine| **cosine < 0.0).count() as f64 / cosines.len() as f64);
        }
        let claim = Claim {
            name: "opposite-to-renormalization".into(),
            sentence: "The flow runs against the renormalization group.".into(),
            source: "talk; arXiv:1801.07172",
        };
        let subject = Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading, step: 1.0 };
        let quantity = "fraction of starts whose first step is opposite";
        findings.push(subject.judge(claim, quantity, Measured::new(fractions), &Expectation::Within(OPPOSITE, 1.0)));
    }
    Ok(findings)
}

/// Opposite means: from at least nine starts of ten.
const OPPOSITE: f64 = 0.9;
