//! Claims about the energy of machines, and about what depends on their details: hidden units, training, epochs.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    measured::Measured,
    verdict::Expectation,
};
use crate::table::Table;

/// The energy is followed if it explains half of the variance, r² = ½.
const FOLLOWED: f64 = 0.7;

/// A perfect machine leaves at least so much to the energy, or nothing is said of it.
const LEAST: f64 = 0.1;

/// What is less is the same: in T, in the energy per site, in the correlation, and in the ratio of slopes.
const SAME: f64 = 0.1;

const TALK: &str = "talk";

/// All claims about one machine's energy, and how it and the end of its flow differ from those of the run's first machine.
pub(super) fn about_energies(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let relation = &evidence.energy_relation;
    let epochs = relation.filter("machine", machine)?.distinct("epoch")?;
    let Some(&last) = epochs.last() else { return Ok(Vec::new()) };
    let trained = At { evidence, machine, epoch: last };
    let n_hidden = evidence.n_hidden(machine)?;
    let subject = |reading, step| Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading, step };
    let mut findings = relation_to_energy(&trained, subject)?;
    let machines = evidence.machines()?;
    if machine != machines[0] {
        let first = At { machine: machines[0], ..trained };
        let first = At { epoch: first.last_epoch()?, ..first };
        let than = format!(", less that of {}", first.machine);
        let ends = [end_temperatures(evidence, machine)?, end_temperatures(evidence, first.machine)?];
        let end = trained.over_seeds(&first, differences(&ends[0], &ends[1]));
        let step = evidence.end_points.filter("machine", machine)?.distinct("step")?.last().copied();
        findings.push(same_end(&subject("exact", step.unwrap_or(f64::NAN)), &format!("T of the end{than}"), end));
        findings.extend(other_relation(&trained, &first, &than, subject("marginal", 0.0))?);
    }
    // A tenth of the training.
    if let Some(&early) = epochs.iter().rev().find(|epoch| **epoch > 0.0 && **epoch <= 0.1 * last) {
        let early = At { epoch: early, ..trained };
        let than = ", a tenth of the training less the whole";
        let end = |at: &At<'_>| at.seeds("flow-end", "marginal", "energy_per_site");
        let end = early.over_seeds(&trained, differences(&end(&early)?, &end(&trained)?));
        findings.push(same_end(&subject("energy", f64::NAN), &format!("energy per site of the end{than}"), end));
        findings.extend(other_relation(&early, &trained, than, subject("marginal", 0.0))?);
    }
    Ok(findings)
}

/// A machine at an epoch.
#[derive(Clone, Copy)]
struct At<'a> {
    evidence: &'a Evidence,
    machine: &'a str,
    epoch: f64,
}

impl At<'_> {
    fn last_epoch(&self) -> Result<f64> {
        Ok(self
            .evidence
            .energy_relation
            .filter("machine", self.machine)?
            .distinct("epoch")?
            .last()
            .copied()
            .unwrap_or(f64::NAN))
    }

    /// A number of every seed.
    fn seeds(&self, origin: &str, energy: &str, column: &str) -> Result<BTreeMap<String, f64>> {
        let rows = self.evidence.energy_relation.filter("machine", self.machine)?.filter("epoch", self.epoch)?;
        of_seeds(&rows.filter("origin", origin)?.filter("energy", energy)?, column)
    }

    fn measured(&self, energy: &str, column: &str) -> Result<Measured> {
        let numbers = self.seeds("data", energy, column)?;
        Ok(self.over_seeds(self, numbers.iter().map(|(seed, number)| (seed, *number))))
    }

    /// Numbers of the seeds, got from this machine and from another.
    fn over_seeds<'s>(&self, other: &Self, numbers: impl IntoIterator<Item = (&'s String, f64)>) -> Measured {
        let set = |seed: &str| self.evidence.common_data_set(self.machine, other.machine, seed);
        Measured::new(numbers.into_iter().map(|(seed, number)| (set(seed), number)))
    }
}

/// A column of the rows of single seeds.
fn of_seeds(rows: &Table, column: &str) -> Result<BTreeMap<String, f64>> {
    let seeds = rows.text("seed")?.into_iter().map(str::to_owned).zip(rows.column(column)?);
    Ok(seeds.filter(|(seed, _)| seed != "all").collect())
}

/// Seed by seed, for the seeds that both have.
fn differences<'s>(
    numbers: &'s BTreeMap<String, f64>,
    others: &BTreeMap<String, f64>,
) -> impl Iterator<Item = (&'s String, f64)> {
    numbers.iter().filter_map(|(seed, number)| Some((seed, number - others.get(seed)?)))
}

/// T of the end by exact physics, by the energy where the likelihood is not known.
fn end_temperatures(evidence: &Evidence, machine: &str) -> Result<BTreeMap<String, f64>> {
    let rows = evidence.end_points.filter("machine", machine)?;
    let read = |reading: &str| of_seeds(&rows.filter("reading", reading)?, "temperature");
    let exact = read("exact")?;
    if exact.values().any(|temperature| temperature.is_finite()) { Ok(exact) } else { read("energy") }
}

/// How the energy of the trained machine follows the physical energy of held-out data.
fn relation_to_energy<'a>(
    trained: &At<'_>,
    subject: impl Fn(&'static str, f64) -> Subject<'a>,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for energy in ["marginal", "joint"] {
        let claim = Claim::new("energy-follows-energy", "The RBM's energy follows the physical energy.", TALK);
        let correlation = trained.measured(energy, "correlation")?.between(-1.0, 1.0);
        findings.push(subject(energy, 0.0).judge(
            claim,
            "correlation",
            correlation,
            &Expectation::Within(FOLLOWED, 1.0),
        ));
    }
    let marginal = subject("marginal", 0.0);
    let equal = Claim::new("energy-is-energy", "The RBM's energy is the physical energy in units of T.", "perfect RBM");
    let slope = trained.measured("marginal", "relative_slope")?;
    findings.push(marginal.judge(equal, "slope over that of a perfect RBM", slope, &value(1.0)));
    let sentence = "The RBM's energy follows the physical energy, and not the magnetization alone.";
    let beyond = Claim::new("energy-beyond-magnetization", sentence, "control");
    let share = |energy| trained.seeds("data", energy, "explained_of_rest");
    let (of_machine, of_perfect) = (share("marginal")?, share("exact")?);
    // Data of two phases leave the energy nothing, not even in a perfect machine.
    let of_perfect = |seed: &String| of_perfect.get(seed).copied().filter(|share| *share > LEAST);
    let relative = of_machine.iter().filter_map(|(seed, share)| Some((seed, share / of_perfect(seed)?)));
    let relative = trained.over_seeds(trained, relative);
    let quantity = "share of the energy in what the magnetization leaves, over that of a perfect RBM";
    findings.push(marginal.judge(beyond, quantity, relative, &Expectation::Within(0.5, 1.5)));
    // Where the law of the data is not known, nothing is said of the slope.
    Ok(findings.into_iter().filter(|finding| finding.n_seeds > 0).collect())
}

fn value(value: f64) -> Expectation {
    Expectation::Value { value, rivals: Vec::new() }
}

fn same_end(subject: &Subject<'_>, quantity: &str, difference: Measured) -> Finding {
    let sentence = "The end of the flow does not depend on the details of the RBM.";
    let claim = Claim::new("same-end-whatever-the-details", sentence, TALK);
    subject.judge(claim, quantity, difference, &Expectation::Within(-SAME, SAME))
}

/// How slope and correlation of the marginal energy differ from those of `other`.
fn other_relation(at: &At<'_>, other: &At<'_>, than: &str, subject: Subject<'_>) -> Result<Vec<Finding>> {
    let sentence = "How the RBM's energy follows the physical energy depends on the details of the RBM.";
    let claim = || Claim::new("energy-relation-depends-on-details", sentence, TALK);
    let of = |at: &At<'_>, column| at.seeds("data", "marginal", column);
    let (slopes, others) = (of(at, "slope")?, of(other, "slope")?);
    let ratios = slopes.iter().filter_map(|(seed, slope)| Some((seed, slope / others.get(seed)? - 1.0)));
    let (slope, correlations) = (at.over_seeds(other, ratios), [of(at, "correlation")?, of(other, "correlation")?]);
    let correlation = at.over_seeds(other, differences(&correlations[0], &correlations[1]));
    let numbers = [("slope, relatively", slope), ("correlation", correlation)];
    let other = Expectation::Outside(-SAME, SAME);
    Ok(numbers.map(|(name, number)| subject.judge(claim(), &format!("{name}{than}"), number, &other)).into())
}
