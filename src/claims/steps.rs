//! Claims about the steps of the flow: whether they lead to one end, and which way they point.

use anyhow::Result;
use statistics::Estimate;

use super::{
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    measured::{Measured, Tested},
    spread::{BOUND, Spread, Starts},
    verdict::{Expectation, Verdict},
};
use crate::table::Table;

/// Whether the flows from all starts end alike.
pub(super) fn same_end(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let rows = evidence.agreement.filter("machine", machine)?;
    let mut findings = Vec::new();
    for quantity in rows.distinct_text("quantity")? {
        let of = rows.filter("quantity", quantity)?;
        let (spreads, steps, n_seeds) = (spreads(&of)?, of.column("step")?, of.column("n_seeds")?);
        let Some(last) = steps.len().checked_sub(1) else { continue };
        let first = spreads.iter().rposition(|spread| spread.starts() != Starts::Together).map_or(0, |apart| apart + 1);
        let finding = spread_finding(evidence, machine, quantity, spreads[last])?;
        let n_seeds = n_seeds[last] as usize;
        let verdict = match finding.verdict {
            _ if n_seeds < evidence.seeds(machine)?.len() => Verdict::Infinite,
            // One RBM is no evidence for others.
            _ if n_seeds < 2 => Verdict::Undecided(None),
            verdict => verdict,
        };
        let step = steps.get(first).copied().unwrap_or(f64::INFINITY);
        let quantity = format!("{} at step {}", finding.quantity, steps[last]);
        findings.push(Finding { quantity, n_seeds, verdict, step, ..finding });
    }
    Ok(findings)
}

/// Whether starts of this spread have one end.
pub(super) fn spread_finding(evidence: &Evidence, machine: &str, quantity: &str, spread: Spread) -> Result<Finding> {
    let sentence = "The flow ends at the same point from every start.";
    let claim = Claim::new("same-end-from-every-start", sentence, "talk; arXiv:1801.07172; arXiv:1810.08179");
    let (n_hidden, n_seeds) = (evidence.n_hidden(machine)?, evidence.seeds(machine)?.len());
    let subject = Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: quantity, step: f64::NAN };
    let verdict = match spread.starts() {
        Starts::Together => Verdict::Reproduced,
        Starts::Apart => Verdict::NotReproduced,
        Starts::Unresolved => Verdict::Unresolved,
    };
    let number = Estimate { value: spread.value, error: spread.resolution };
    let [low, high] = spread.limits();
    let expected = (format!("below {BOUND} (99 % interval: {low:.3} to {high:.3})"), f64::NAN);
    let tested = Tested { verdict, p_value: spread.p_value() };
    Ok(subject.finding(claim, "spread of the starts", (number, n_seeds), expected, tested))
}

/// Whether the flows of an entry have come to one end by the last step: together only if all `quantities` that were looked at
/// show it, apart if one shows that.
pub(super) fn starts(evidence: &Evidence, machine: &str, quantities: &[&str]) -> Result<Starts> {
    let rows = evidence.agreement.filter("machine", machine)?;
    let mut all = Starts::Together;
    for quantity in quantities {
        if let Some(spread) = spreads(&rows.filter("quantity", *quantity)?)?.last() {
            all = match (all, spread.starts()) {
                (Starts::Apart, _) | (_, Starts::Apart) => Starts::Apart,
                (Starts::Unresolved, _) | (_, Starts::Unresolved) => Starts::Unresolved,
                (Starts::Together, Starts::Together) => Starts::Together,
            };
        }
    }
    Ok(all)
}

/// The spread of the starts at every step.
fn spreads(rows: &Table) -> Result<Vec<Spread>> {
    let read = |column: &str| rows.column(column);
    let (values, resolutions) = (read("spread")?, read("spread_resolution")?);
    let (chi_squares, degrees_of_freedom) = (read("chi_square")?, read("degrees_of_freedom")?);
    let spread = |i: usize| Spread {
        value: values[i],
        resolution: resolutions[i],
        chi_square: chi_squares[i],
        degrees_of_freedom: degrees_of_freedom[i],
    };
    Ok((0..rows.len()).map(spread).collect())
}

/// The flow leads from every start against the renormalization group: with its first step and, on the T axis, as a whole.
pub(super) fn opposite_to_renormalization(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let n_hidden = evidence.n_hidden(machine)?;
    let arrows = evidence.vector_field.filter("machine", machine)?;
    let ends = evidence.end_points.filter("machine", machine)?;
    let last = ends.column("step")?.first().copied().unwrap_or(f64::NAN);
    let sentence = "The flow runs against the renormalization group.";
    let claim = || Claim::new("opposite-to-renormalization", sentence, "talk; arXiv:1801.07172");
    let expected = Expectation::Within(OPPOSITE, 1.0);
    let mut findings = Vec::new();
    for reading in arrows.distinct_text("reading")? {
        let subject = |step| Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading, step };
        let ends = ends.filter("reading", reading)?;
        let (mut by_first_step, mut by_flow, mut n_starts) = (Vec::new(), Vec::new(), usize::MAX);
        let of_reading = arrows.filter("reading", reading)?;
        for seed in of_reading.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all") {
            let steps = FirstSteps::read(&of_reading.filter("seed", seed)?)?;
            n_starts = n_starts.min(steps.n_known());
            let set = evidence.data_set(machine, seed);
            by_first_step.push((set, share_below_zero(steps.cosines.iter().copied())));
            let end = ends.filter("seed", seed)?.column("temperature")?.first().copied();
            by_flow.extend(
                end.and_then(|end| steps.cosines_of_flow_to(end)).map(|cosines| (set, share_below_zero(cosines))),
            );
        }
        let fraction =
            |of_seeds: Vec<(u64, f64)>| Measured::new(of_seeds).in_steps_of(1.0 / n_starts as f64).between(0.0, 1.0);
        let quantity = "fraction of starts whose first step is opposite";
        findings.push(subject(1.0).judge(claim(), quantity, fraction(by_first_step), &expected));
        if !by_flow.is_empty() {
            let quantity = "fraction of starts from which the whole flow is opposite";
            let mut whole = subject(last).judge(claim(), quantity, fraction(by_flow), &expected);
            whole.needs_an_end(starts(evidence, machine, quantities_of(reading))?);
            findings.push(whole);
        }
    }
    Ok(findings)
}

/// The first steps of one RBM from all starts.
struct FirstSteps {
    /// Of the angle between step and renormalization.
    cosines: Vec<f64>,
    temperatures: Vec<f64>,
    next_temperatures: Vec<f64>,
    /// Whether they lead along the T axis.
    is_without_field: bool,
}

impl FirstSteps {
    fn read(rows: &Table) -> Result<Self> {
        Ok(Self {
            cosines: rows.column("renormalization_cosine")?,
            temperatures: rows.column("temperature")?,
            next_temperatures: rows.column("next_temperature")?,
            is_without_field: rows.column("start_field")?.iter().all(|field| field.abs() < f64::MIN_POSITIVE),
        })
    }

    /// Starts from which the renormalization group leads somewhere.
    fn n_known(&self) -> usize {
        self.cosines.iter().filter(|cosine| !cosine.is_nan()).count().max(1)
    }

    /// On the T axis: the cosines, ±1, of renormalization with the way from every start to `end`. First step and way lead to the
    /// same side or not.
    fn cosines_of_flow_to(&self, end: f64) -> Option<impl Iterator<Item = f64>> {
        let steps = self.temperatures.iter().zip(&self.next_temperatures).zip(&self.cosines);
        let turned = move |((before, after), cosine): ((&f64, &f64), &f64)| {
            cosine.signum() * (after - before).signum() * (end - before).signum()
        };
        (self.is_without_field && end.is_finite()).then(|| steps.map(turned))
    }
}

/// The share of negative numbers among those that are known.
fn share_below_zero(cosines: impl Iterator<Item = f64>) -> f64 {
    let known: Vec<f64> = cosines.filter(|cosine| !cosine.is_nan()).collect();
    known.iter().filter(|cosine| **cosine < 0.0).count() as f64 / known.len() as f64
}

/// What has to have come together for an end by this reading.
pub(super) fn quantities_of(reading: &str) -> &'static [&'static str] {
    match reading {
        "thermometer" => &["thermometer_temperature"],
        // The temperature of the energy may be infinite, and is then no part of the comparison.
        _ => &["energy_temperature", "abs_magnetization_per_site"],
    }
}

/// Opposite means: from at least nine starts of ten.
const OPPOSITE: f64 = 0.9;
