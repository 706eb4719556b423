//! Claims about where the flow ends.

use anyhow::Result;

use super::{
    evidence::{Evidence, MIXTURE, Marker},
    finding::{Claim, Finding, Subject},
    measured::{Measured, Tested},
    spread::Starts,
    steps,
    verdict::{Expectation, Verdict},
};
use crate::table::Table;

/// A network agrees with exact physics if it differs from it by less than this, in T and H.
const AGREEMENT: f64 = 0.1;

/// Where the flows of the seeds of an entry end, by one reading.
pub(super) struct Ends {
    /// Data sets of the seeds.
    data_sets: Vec<u64>,
    temperatures: Vec<f64>,
    fields: Vec<f64>,
}

impl Ends {
    /// The rows of single seeds of an entry.
    fn new(rows: &Table, evidence: &Evidence, machine: &str) -> Result<Self> {
        let seeds = rows.text("seed")?;
        let single = |column: &str| -> Result<Vec<f64>> {
            let values = rows.column(column)?;
            Ok(seeds.iter().zip(values).filter(|(seed, _)| **seed != "all").map(|(_, value)| value).collect())
        };
        let single_seeds = seeds.iter().filter(|seed| **seed != "all");
        Ok(Self {
            data_sets: single_seeds.map(|seed| evidence.data_set(machine, seed)).collect(),
            temperatures: single("temperature")?,
            fields: single("field")?,
        })
    }

    /// A number of every seed.
    fn measured(&self, values: impl IntoIterator<Item = f64>) -> Measured {
        Measured::new(self.data_sets.iter().copied().zip(values))
    }

    fn is_known(&self) -> bool {
        self.temperatures.iter().any(|temperature| temperature.is_finite())
    }

    /// Whether the seeds end in other fields than `field`.
    fn leave(&self, field: f64) -> bool {
        self.fields.iter().any(|h| (h - field).abs() > 1e-6)
    }
}

/// All claims about the ends of the flows of an entry.
pub(super) fn about_ends(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let rows = evidence.end_points.filter("machine", machine)?;
    let step = rows.column("step")?.first().copied().unwrap_or(f64::NAN);
    judge(evidence, machine, &rows, step, |reading| steps::starts(evidence, machine, steps::quantities_of(reading)))
}

/// The same of ends in a table (seed, reading, temperature, field), whose starts are together or not by each reading.
pub(super) fn judge(
    evidence: &Evidence,
    machine: &str,
    rows: &Table,
    step: f64,
    starts: impl Fn(&str) -> Result<Starts>,
) -> Result<Vec<Finding>> {
    let n_hidden = evidence.n_hidden(machine)?;
    let read = |reading: &str| Ends::new(&rows.filter("reading", reading)?, evidence, machine);
    let network = read("thermometer")?;
    // Where the likelihood is not known, on a large torus, the energy may be.
    let exact = match read("exact")? {
        exact if exact.is_known() => exact,
        _ => read("energy")?,
    };
    let subject = |reading| Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading, step };
    let mut findings = Vec::new();
    for (reading, ends) in [("thermometer", &network), ("exact", &exact)] {
        if ends.is_known() {
            let starts = starts(reading)?;
            let markers = evidence.markers_read_by(reading);
            let mut at = at_markers(&markers, ends, &subject(reading));
            let mut on = on_ridge(&evidence.ridge, &markers, ends, &subject(reading));
            at.iter_mut().chain(&mut on).for_each(|finding| finding.needs_an_end(starts));
            let none = at_none(ends, &subject(reading), &at);
            findings.extend(at.into_iter().chain(none).chain(on));
        }
    }
    if exact.is_known() {
        findings.extend(agreement_of_readings(&network, &exact, &subject("thermometer − exact")));
    }
    Ok(findings)
}

/// The flow ends at one of the marked state points, or at none.
fn at_markers(markers: &[Marker], ends: &Ends, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, marker) in markers.iter().enumerate() {
        let rivals = |of: fn(&Marker) -> f64| {
            let others = markers.iter().enumerate().filter(move |(j, _)| *j != i);
            others.map(|(_, marker)| of(marker)).collect::<Vec<f64>>()
        };
        let temperature = Expectation::Value { value: marker.temperature, rivals: rivals(|marker| marker.temperature) };
        let measured = ends.measured(ends.temperatures.iter().copied());
        findings.push(subject.judge(claim_of(marker), "T of the end", measured, &temperature));
        if ends.leave(marker.field) {
            let field = Expectation::Value { value: marker.field, rivals: rivals(|marker| marker.field) };
            let measured = ends.measured(ends.fields.iter().copied());
            findings.push(subject.judge(claim_of(marker), "H of the end", measured, &field));
        }
    }
    findings
}

fn claim_of(marker: &Marker) -> Claim {
    let (sentence, source) = match marker.name.as_str() {
        "critical_temperature" => ("the critical temperature", "talk; arXiv:1801.07172"),
        "specific_heat_maximum" => ("the maximum of the lattice's specific heat", "talk; arXiv:1810.08179"),
        MIXTURE => ("the training mixture, as that of a perfectly trained RBM does", "null hypothesis"),
        other => (other, ""),
    };
    let sentence = format!("The flow ends at {}.", sentence.replace('_', " "));
    Claim::new(&format!("ends-at-{}", marker.name.replace('_', "-")), &sentence, source)
}

/// Reproduced if every marked point is excluded, by T or by H; not, if one is found.
fn at_none(ends: &Ends, subject: &Subject<'_>, at_markers: &[Finding]) -> Option<Finding> {
    let excluded =
        |name: &str| at_markers.iter().any(|other| other.claim.name == name && other.verdict == Verdict::NotReproduced);
    let open: Vec<&Finding> = at_markers.iter().filter(|finding| !excluded(&finding.claim.name)).collect();
    let undecided = open.iter().map(|finding| &finding.verdict).filter(|verdict| **verdict != Verdict::Reproduced);
    let verdict = match (open.is_empty(), undecided.max_by_key(|verdict| missing(verdict))) {
        (true, _) => Verdict::Reproduced,
        (false, None) => Verdict::NotReproduced,
        (false, Some(verdict)) => *verdict,
    };
    // All points are excluded at least as surely as the one that is excluded least, each by T or by H.
    let surest = |finding: &Finding| {
        let of_claim = at_markers.iter().filter(|other| other.claim.name == finding.claim.name);
        of_claim.filter(|other| other.verdict == Verdict::NotReproduced).map(|other| other.p_value).fold(1.0, f64::min)
    };
    let p_value = match verdict {
        Verdict::Reproduced => at_markers.iter().map(surest).fold(0.0, f64::max),
        Verdict::NotReproduced => open.iter().map(|finding| finding.p_value).fold(1.0, f64::min),
        _ => f64::NAN,
    };
    let claim = Claim::new("ends-at-none", "The flow ends at none of these.", "alternative hypothesis");
    let measured = ends.measured(ends.temperatures.iter().copied());
    let (number, expected) = ((measured.estimate(), measured.n_seeds), ("other".into(), f64::NAN));
    at_markers.first().map(|_| subject.finding(claim, "T of the end", number, expected, Tested { verdict, p_value }))
}

/// Seeds that a verdict lacks, an unknown number being the largest.
fn missing(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Undecided(more) => more.unwrap_or(usize::MAX),
        Verdict::Reproduced | Verdict::NotReproduced => 0,
        _ => usize::MAX,
    }
}

/// Distance of (T, H) from a line.
type Distance = fn(&[[f64; 2]], f64, f64) -> f64;

/// The flow ends on the line of maximal specific heat; the rival is the training mixture, which lies beside it.
fn on_ridge(ridge: &[[f64; 2]], markers: &[Marker], ends: &Ends, subject: &Subject<'_>) -> Vec<Finding> {
    if ridge.len() < 2 || !ends.leave(ridge[0][0]) {
        return Vec::new();
    }
    let mixture = markers.iter().find(|marker| marker.name == MIXTURE);
    let distances: [(&str, Distance); 2] =
        [("distance to the line along T", along_temperature), ("distance to the line along H", along_field)];
    let judged = distances.map(|(quantity, distance)| {
        let rivals: Vec<f64> = mixture.map(|m| distance(ridge, m.temperature, m.field)).into_iter().collect();
        let beside = rivals.first().map_or(String::new(), |d| format!("; the training mixture lies at {d:+.3}"));
        let sentence = "The flow ends on the line of maximal specific heat.";
        let claim = Claim::new("ends-on-line-of-maximal-specific-heat", sentence, "talk; arXiv:1810.08179");
        let points = ends.temperatures.iter().zip(&ends.fields);
        let measured = ends.measured(points.map(|(&temperature, &field)| distance(ridge, temperature, field)));
        let finding = subject.judge(claim, quantity, measured, &Expectation::Value { value: 0.0, rivals });
        Finding { expected: format!("0{beside}"), ..finding }
    });
    // The line may not come to where the seeds end.
    judged.into_iter().filter(|finding| finding.n_seeds > 0).collect()
}

/// T minus that of the line at the same |H|, between its points linearly; NaN beyond its ends.
fn along_temperature(ridge: &[[f64; 2]], temperature: f64, field: f64) -> f64 {
    let h = field.abs();
    let piece = ridge.windows(2).find(|ends| (ends[0][0]..=ends[1][0]).contains(&h));
    piece.map_or(f64::NAN, |ends| {
        let share = (h - ends[0][0]) / (ends[1][0] - ends[0][0]);
        temperature - (ends[0][1] + share * (ends[1][1] - ends[0][1]))
    })
}

/// |H| minus that of the nearest point of the line at the same T; NaN where the line does not come to this T.
fn along_field(ridge: &[[f64; 2]], temperature: f64, field: f64) -> f64 {
    let crossing = |ends: &[[f64; 2]]| {
        let share = (temperature - ends[0][1]) / (ends[1][1] - ends[0][1]);
        (0.0..=1.0).contains(&share).then(|| field.abs() - ends[0][0] - share * (ends[1][0] - ends[0][0]))
    };
    ridge.windows(2).filter_map(crossing).min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(f64::NAN)
}

/// The network reads the ends as the exact thermometer does, to [`AGREEMENT`].
fn agreement_of_readings(network: &Ends, exact: &Ends, subject: &Subject<'_>) -> Vec<Finding> {
    let sentence = "The network reads the end as the exact thermometer does.";
    let source = "assumed in talk; arXiv:1801.07172; arXiv:1810.08179";
    let claim = || Claim::new("thermometer-agrees", sentence, source);
    let judge = |quantity: &str, by_network: &[f64], exact: &[f64]| {
        let differences = network.measured(by_network.iter().zip(exact).map(|(network, exact)| network - exact));
        subject.judge(claim(), quantity, differences, &Expectation::Within(-AGREEMENT, AGREEMENT))
    };
    let mut findings = vec![judge("difference in T", &network.temperatures, &exact.temperatures)];
    if exact.fields.first().is_some_and(|field| exact.leave(*field)) {
        findings.push(judge("difference in H", &network.fields, &exact.fields));
    }
    findings
}
