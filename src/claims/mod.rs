//! `experiments claims`: what runs say of the claims about RBM flows, each with a number, its error over the seeds, and a
//! verdict by the rules of `docs/claims.md`.

mod ends;
mod energies;
mod evidence;
mod finding;
mod joint;
mod page;
mod settings;
mod steps;
mod student;
#[cfg(test)]
mod tests;
mod verdict;
mod weights;

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::Result;

use crate::table::{Cell, Table};
use evidence::Evidence;
use finding::Finding;
use settings::Settings;

/// The verdicts on several runs.
#[derive(Clone, Debug)]
pub struct Judgement {
    findings: Vec<Finding>,
    /// The settings of every machine, by run and machine.
    settings: BTreeMap<(String, String), Settings>,
}

impl Judgement {
    /// Holds the tables of run folders against the claims.
    ///
    /// # Errors
    /// When a run is not done up to `analyze`.
    pub fn of(folders: &[impl AsRef<Path>]) -> Result<Self> {
        let (mut findings, mut settings) = (Vec::new(), BTreeMap::new());
        for folder in folders {
            let evidence = Evidence::read(folder.as_ref())?;
            findings.extend(judge(&evidence)?);
            for machine in evidence.machines()? {
                settings.insert((evidence.folder.clone(), machine.to_owned()), evidence.settings(machine));
            }
        }
        Ok(Self { findings, settings })
    }

    /// Every finding as a row; then, where a claim was held against several machines, a row "all" with the joint verdict.
    ///
    /// # Errors
    /// Never: every row has as many cells as the header.
    pub fn table(&self) -> Result<Table> {
        let mut table = Table::new("claims", HEADER);
        for finding in &self.findings {
            table.push(cells(finding))?;
        }
        for group in self.groups().iter().filter(|group| group.len() > 1) {
            let first = group[0];
            let mut row: Vec<Cell> =
                [&first.claim.name, &first.claim.sentence, first.claim.source].map(Cell::from).into();
            row.extend(["all", "all", "", &first.reading, &quantity_of(first)].map(Cell::from));
            row.extend(["", "", "", "", "", "", &self.joint(group)].map(Cell::from));
            table.push(row)?;
        }
        Ok(table)
    }

    /// The findings in words, claim by claim.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        let mut said = "";
        for group in self.groups() {
            let claim = &group[0].claim;
            if said != claim.name {
                let _ =
                    writeln!(text, "{}{} [{}]", if said.is_empty() { "" } else { "\n" }, claim.sentence, claim.source);
                said = &claim.name;
            }
            let _ = writeln!(text, "  {}, {}", group[0].reading, quantity_of(group[0]));
            for finding in &group {
                let _ = writeln!(text, "{}", line(finding));
            }
            if group.len() > 1 {
                let _ = writeln!(text, "    together: {}", self.joint(&group));
            }
        }
        text
    }

    /// The findings on one claim, one reading and one quantity, in the order of their first appearance.
    fn groups(&self) -> Vec<Vec<&Finding>> {
        let mut groups: Vec<Vec<&Finding>> = Vec::new();
        let key = |finding: &Finding| (finding.claim.name.clone(), finding.reading.clone(), quantity_of(finding));
        for finding in &self.findings {
            match groups.iter_mut().find(|group| key(group[0]) == key(finding)) {
                Some(group) => group.push(finding),
                None => groups.push(vec![finding]),
            }
        }
        // Readings of one claim stand together.
        let order =
            |group: &Vec<&Finding>| self.findings.iter().position(|finding| finding.claim.name == group[0].claim.name);
        groups.sort_by_key(order);
        groups
    }
}

const HEADER: [&str; 15] = [
    "claim",
    "sentence",
    "source",
    "folder",
    "machine",
    "n_hidden",
    "reading",
    "quantity",
    "step",
    "number",
    "number_error",
    "n_seeds",
    "expected",
    "distance_in_errors",
    "verdict",
];

fn judge(evidence: &Evidence) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for machine in evidence.machines()? {
        findings.extend(ends::about_ends(evidence, machine)?);
        findings.extend(steps::same_end(evidence, machine)?);
        findings.extend(steps::opposite_to_renormalization(evidence, machine)?);
        findings.extend(energies::about_energies(evidence, machine)?);
        findings.extend(weights::about_weights(evidence, machine)?);
    }
    Ok(findings)
}

fn cells(finding: &Finding) -> Vec<Cell> {
    let Finding { claim, folder, machine, n_hidden, reading, quantity, .. } = finding;
    let mut row: Vec<Cell> = [&claim.name, &claim.sentence, claim.source].map(Cell::from).into();
    row.extend([folder, machine, n_hidden, reading, quantity].map(|text| Cell::from(text.as_str())));
    row.extend([finding.step, finding.number.value, finding.number.error].map(Cell::from));
    row.extend([finding.n_seeds.into(), finding.expected.as_str().into(), finding.distance.into()]);
    row.push(finding.verdict.to_string().into());
    row
}

/// What was measured, without the step, which differs from run to run.
fn quantity_of(finding: &Finding) -> String {
    finding.quantity.split(" at step").next().unwrap_or_default().to_owned()
}

/// `    folder/machine: 2.559 ± 0.019 (8 seeds), expected 2.269: +15.3 standard errors: not reproduced`
fn line(finding: &Finding) -> String {
    let Finding { folder, machine, number, n_seeds, expected, distance, step, .. } = finding;
    let error = if number.error.is_finite() { format!(" ± {:.4}", number.error) } else { String::new() };
    let distance = match distance {
        _ if distance.is_nan() => String::new(),
        _ => format!(" ({distance:+.1} standard errors)"),
    };
    let step = match step {
        _ if step.is_nan() => String::new(),
        _ if step.is_infinite() => ", at no step".into(),
        _ => format!(", step {step}"),
    };
    format!(
        "    {folder}/{machine}: {:.4}{error} ({n_seeds} seeds{step}), claimed {expected}{distance}: {}",
        number.value, finding.verdict
    )
}
