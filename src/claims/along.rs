//! Over which ranges of training time a claim holds.

use std::fmt;

use anyhow::Result;

use super::{ends, evidence::Evidence, finding::Finding, spread::Spread, states, steps, verdict::Verdict};
use crate::table::Table;

/// Ranges of training time, from the first to the last of neighbouring snapshots at which a claim is reproduced.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ranges(Vec<[f64; 2]>);

impl Ranges {
    /// Of the snapshots, in the order of the training: their time, and whether the claim is reproduced.
    pub(super) fn of(snapshots: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut ranges: Vec<[f64; 2]> = Vec::new();
        let mut is_open = false;
        for (time, holds) in snapshots {
            match ranges.last_mut() {
                Some(range) if holds && is_open => range[1] = time,
                _ if holds => ranges.push([time, time]),
                _ => {}
            }
            is_open = holds;
        }
        Self(ranges)
    }

    /// Where the ranges begin (0) or end (1), "none" if there is none.
    pub(super) fn ends(&self, which: usize) -> String {
        let ends: Vec<String> = self.0.iter().map(|range| range[which].to_string()).collect();
        if ends.is_empty() { "none".into() } else { ends.join("; ") }
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |[from, to]: &[f64; 2]| {
            let (from, to) = (short(*from), short(*to));
            if from == to { from } else { format!("{from} to {to}") }
        };
        let ranges: Vec<String> = self.0.iter().map(range).collect();
        f.write_str(if ranges.is_empty() { "none" } else { "" })?;
        f.write_str(&ranges.join("; "))
    }
}

/// Three digits.
pub(super) fn short(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let decimals = 2 - number.abs().log10().floor() as i32;
    let scale = 10f64.powi(decimals);
    format!("{}", (number * scale).round() / scale)
}

/// Sets the ranges of the findings on the ends of an entry's flows, if their ends along the training are known.
pub(super) fn set_ranges(evidence: &Evidence, machine: &str, findings: &mut [Finding]) -> Result<()> {
    let Some(ends) = &evidence.ends_along_training else { return Ok(()) };
    let ends = ends.filter("machine", machine)?;
    let epochs = ends.distinct("epoch")?;
    if epochs.len() < 2 {
        return Ok(());
    }
    let mut snapshots = Vec::new();
    for epoch in epochs {
        let ends = ends.filter("epoch", epoch)?;
        let time = ends.column("training_time")?.first().copied().unwrap_or(f64::NAN);
        snapshots.push((time, at_snapshot(evidence, machine, &ends, epoch)?));
    }
    for finding in findings.iter_mut() {
        let is_same = |other: &&Finding| {
            other.claim.name == finding.claim.name && other.reading == finding.reading && other.what() == finding.what()
        };
        let found = snapshots.iter().map(|(time, others)| (*time, others.iter().find(is_same)));
        let verdicts: Vec<(f64, Option<&Finding>)> = found.collect();
        if verdicts.iter().any(|(_, other)| other.is_some()) {
            let holds = |other: Option<&Finding>| other.is_some_and(|other| other.verdict == Verdict::Reproduced);
            finding.holds = Some(Ranges::of(verdicts.into_iter().map(|(time, other)| (time, holds(other)))));
        }
    }
    Ok(())
}

/// What is found of the flows from one snapshot.
fn at_snapshot(evidence: &Evidence, machine: &str, ends: &Table, epoch: f64) -> Result<Vec<Finding>> {
    let spread = |reading: &str| Spread::along_training(&ends.filter("reading", reading)?);
    let (network, energy) = (spread("thermometer")?, spread("energy")?);
    let starts = |reading: &str| {
        let known = if reading == "thermometer" { network } else { energy };
        Ok(known.map_or(super::spread::Starts::Unresolved, |spread| spread.starts()))
    };
    let mut findings = ends::judge(evidence, machine, ends, f64::NAN, starts)?;
    for (quantity, spread) in [("thermometer_temperature", network), ("energy_temperature", energy)] {
        findings.extend(spread.map(|spread| steps::spread_finding(evidence, machine, quantity, spread)).transpose()?);
    }
    findings.extend(states::judge(evidence, machine, Some(epoch), starts)?);
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_of_neighbouring_snapshots() {
        let holds = [(0.0, false), (0.5, true), (1.0, true), (2.0, false), (1234.5678, true)];
        let ranges = Ranges::of(holds);
        assert_eq!(ranges.to_string(), "0.5 to 1; 1230");
        assert_eq!([ranges.ends(0), ranges.ends(1)], ["0.5; 1234.5678", "1; 1234.5678"]);
        assert_eq!(Ranges::of([(1.0, false)]).to_string(), "none");
        assert_eq!([0.0, 0.004567, 31.25].map(short), ["0", "0.00457", "31.3"]);
    }
}
