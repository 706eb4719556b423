//! `experiments claims`: what runs say of the claims about RBM flows, each with a number, its error over the seeds, and a
//! verdict by the rules of `docs/claims.md`.

mod along;
mod ends;
mod energies;
mod evidence;
mod finding;
mod joint;
mod measured;
mod multiplicity;
mod page;
mod settings;
mod spread;
mod states;
mod steps;
mod table;
#[cfg(test)]
mod tests;
mod training;
mod verdict;
mod weights;

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::Result;

use evidence::Evidence;
use finding::Finding;
use settings::Settings;

/// The verdicts on several runs.
#[derive(Clone, Debug)]
pub struct Judgement {
    findings: Vec<Finding>,
    /// The settings of every entry, by run and name.
    settings: BTreeMap<(String, String), Settings>,
}

impl Judgement {
    /// Tests the claims on the tables of run folders.
    ///
    /// # Errors
    /// When a run is not done up to `analyze`.
    pub fn of(folders: &[impl AsRef<Path>]) -> Result<Self> {
        let (mut findings, mut settings) = (Vec::new(), BTreeMap::new());
        for folder in folders {
            let evidence = Evidence::read(folder.as_ref())?;
            for machine in evidence.machines()? {
                findings.extend(judge(&evidence, machine)?);
                settings.insert((evidence.folder.clone(), machine.to_owned()), evidence.settings(machine));
            }
        }
        let p_values: Vec<f64> = findings.iter().map(|finding| finding.p_value).collect();
        for (finding, adjusted) in findings.iter_mut().zip(multiplicity::holm(&p_values)) {
            finding.p_value_adjusted = adjusted;
        }
        Ok(Self { findings, settings })
    }

    /// The findings in words, claim by claim.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        let mut printed = "";
        for group in self.groups() {
            let claim = &group[0].claim;
            if printed != claim.name {
                let gap = if printed.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}{} [{}]", claim.sentence, claim.source);
                printed = &claim.name;
            }
            let _ = writeln!(text, "  {}, {}", group[0].reading, group[0].what());
            for finding in &group {
                let _ = writeln!(text, "{}", page::line(finding));
            }
            if group.len() > 1 {
                let _ = writeln!(text, "    together: {}", self.joint(&group, |finding| finding.verdict));
            }
        }
        text
    }

    /// The findings on one claim, one reading and one quantity, in the order of their first appearance.
    fn groups(&self) -> Vec<Vec<&Finding>> {
        let mut groups: Vec<Vec<&Finding>> = Vec::new();
        let is_same =
            |a: &Finding, b: &Finding| a.claim.name == b.claim.name && a.reading == b.reading && a.what() == b.what();
        for finding in &self.findings {
            match groups.iter_mut().find(|group| is_same(group[0], finding)) {
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

/// All findings on one entry of a run.
fn judge(evidence: &Evidence, machine: &str) -> Result<Vec<Finding>> {
    let starts = |reading: &str| steps::starts(evidence, machine, steps::quantities_of(reading));
    let mut findings = ends::about_ends(evidence, machine)?;
    findings.extend(steps::same_end(evidence, machine)?);
    findings.extend(states::judge(evidence, machine, None, starts)?);
    findings.extend(steps::opposite_to_renormalization(evidence, machine)?);
    findings.extend(energies::about_energies(evidence, machine)?);
    findings.extend(weights::about_weights(evidence, machine)?);
    let (training, divergence) = (evidence.trainings.at(machine, None), evidence.divergence(machine)?);
    findings.iter_mut().for_each(|finding| finding.trained(training, divergence));
    along::set_ranges(evidence, machine, &mut findings)?;
    Ok(findings)
}
