//! The findings as a table.

use anyhow::Result;

use super::{Judgement, finding::Finding};
use crate::table::{Cell, Table};

const HEADER: [&str; 24] = [
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
    "p_value",
    "p_value_adjusted",
    "verdict_adjusted",
    "kl_divergence",
    "kl_divergence_error",
    "n_updates",
    "training_time",
    "holds_from_training_time",
    "holds_to_training_time",
];

impl Judgement {
    /// Every finding as a row; then, where a claim was tested on several entries, a row "all" with the joint verdicts.
    ///
    /// # Errors
    /// Never: every row has as many cells as the header.
    pub fn table(&self) -> Result<Table> {
        let mut table = Table::new("claims", HEADER);
        for finding in &self.findings {
            table.push(cells(finding))?;
        }
        for group in self.groups().iter().filter(|group| group.len() > 1) {
            let Finding { claim, reading, .. } = group[0];
            let verdicts = [|finding: &Finding| finding.verdict, Finding::verdict_adjusted];
            let [verdict, adjusted] = verdicts.map(|verdict| self.joint(group, verdict));
            let mut row: Vec<Cell> = [&claim.name, &claim.sentence, claim.source].map(Cell::from).into();
            row.extend(["all", "all", "", reading, group[0].what()].map(Cell::from));
            row.extend(["", "", "", "", "", "", &verdict, "", "", &adjusted, "", "", "", "", "", ""].map(Cell::from));
            table.push(row)?;
        }
        Ok(table)
    }
}

fn cells(finding: &Finding) -> Vec<Cell> {
    let Finding { claim, folder, machine, n_hidden, reading, quantity, number, divergence, training, .. } = finding;
    let mut row: Vec<Cell> = [&claim.name, &claim.sentence, claim.source].map(Cell::from).into();
    row.extend([folder, machine, n_hidden, reading, quantity].map(|text| Cell::from(text.as_str())));
    row.extend([finding.step, number.value, number.error].map(Cell::from));
    row.extend([finding.n_seeds.into(), finding.expected.as_str().into(), finding.distance.into()]);
    row.push(finding.verdict.to_string().into());
    row.extend([finding.p_value, finding.p_value_adjusted].map(Cell::from));
    row.push(finding.verdict_adjusted().to_string().into());
    row.extend([divergence.value, divergence.error, training.n_updates, training.time].map(Cell::from));
    let ends = |which| finding.holds.as_ref().map_or_else(String::new, |ranges| ranges.ends(which));
    row.extend([ends(0), ends(1)].map(Cell::from));
    row
}
