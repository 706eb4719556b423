//! Claims about the steps of the flow: whether they lead to one end, and which way they point.

use anyhow::Result;
use ising_data::Estimate;

use super::{
    ends::needs_an_end,
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
        let n_seeds = of.column("n_seeds")?[last] as usize;
        let claim = Claim {
            name: "same-end-from-every-start".into(),
            sentence: "The flow ends at the same point from every start.".into(),
            source: "talk; arXiv:1801.07172; arXiv:1810.08179",
        };
        let step = steps.get(n_apart).copied().unwrap_or(f64::INFINITY);
        let subject = Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: quantity, step };
        let verdict = match (step.is_infinite(), n_seeds < evidence.n_seeds(machine)?) {
            (true, _) => Verdict::NotReproduced,
            (false, true) => Verdict::Infinite,
            (false, false) => Verdict::Reproduced,
        };
        let quantity = format!("spread of the starts at step {}", steps[last]);
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

/// The flow leads from every start against the renormalization group: with its first step and, on the T axis, as a whole.
pub(super) fn opposite_to_renormalization(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let n_hidden = evidence.n_hidden(machine)?;
    let arrows = evidence.vector_field.filter("machine", machine)?;
    let ends = evidence.end_points.filter("machine", machine)?;
    let last = ends.column("step")?.first().copied().unwrap_or(f64::NAN);
    let claim = || Claim {
        name: "opposite-to-renormalization".into(),
        sentence: "The flow runs against the renormalization group.".into(),
        source: "talk; arXiv:1801.07172",
    };
    let expected = Expectation::Within(OPPOSITE, 1.0);
    let mut findings = Vec::new();
    for reading in arrows.distinct_text("reading")? {
        let subject = |step| Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading, step };
        let ends = ends.filter("reading", reading)?;
        let (mut by_first_step, mut by_flow) = (Vec::new(), Vec::new());
        let of_reading = arrows.filter("reading", reading)?;
        for seed in of_reading.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all") {
            let steps = FirstSteps::read(&of_reading.filter("seed", seed)?)?;
            let set = evidence.data_set(machine, seed);
            by_first_step.push((set, share_below_zero(steps.cosines.iter().copied())));
            let end = ends.filter("seed", seed)?.column("temperature")?.first().copied();
            by_flow.extend(
                end.and_then(|end| steps.cosines_of_flow_to(end)).map(|cosines| (set, share_below_zero(cosines))),
            );
        }
        let quantity = "fraction of starts whose first step is opposite";
        findings.push(subject(1.0).judge(claim(), quantity, Measured::new(by_first_step), &expected));
        if !by_flow.is_empty() {
            let quantity = "fraction of starts from which the whole flow is opposite";
            let mut whole = subject(last).judge(claim(), quantity, Measured::new(by_flow), &expected);
            if !has_one_end(evidence, machine, quantities_of(reading))? {
                needs_an_end(&mut whole);
            }
            findings.push(whole);
        }
    }
    Ok(findings)
}

/// The first steps of one machine from all starts.
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
