//! The findings as a page in Markdown.

use std::fmt::Write;

use super::{Judgement, finding::Finding, quantity_of};

impl Judgement {
    /// The page: every claim with its source and, for each way to measure it, a table of the machines.
    pub fn page(&self) -> String {
        let mut page = "# Claims about RBM flows, held against runs\n\n\
            Every number is a mean over independent machines with its standard error; verdicts rest on Student's interval for\n\
            99 % (the rules: `docs/claims.md`) and are not corrected for their number.\n"
            .to_owned();
        let mut said = "";
        for group in self.groups() {
            let claim = &group[0].claim;
            if said != claim.name {
                let _ = write!(page, "\n## {}\n\nSource: {}.\n", claim.sentence, claim.source);
                said = &claim.name;
            }
            let _ = write!(page, "\n{}, {}:\n\n", group[0].reading, quantity_of(group[0]));
            page.push_str("| run / machine | number | seeds | step | claimed | distance in errors | verdict |\n");
            page.push_str("|---|---|---|---|---|---|---|\n");
            group.iter().for_each(|finding| page.push_str(&row(finding)));
            if group.len() > 1 {
                let _ = write!(page, "\nTogether: {}.\n", self.joint(&group));
            }
        }
        page
    }
}

fn row(finding: &Finding) -> String {
    let Finding { folder, machine, number, n_seeds, expected, distance, step, verdict, .. } = finding;
    let error = if number.error.is_finite() { format!(" ± {:.4}", number.error) } else { String::new() };
    let distance = if distance.is_nan() { String::new() } else { format!("{distance:+.1}") };
    let step = match step {
        _ if step.is_nan() => String::new(),
        _ if step.is_infinite() => "none".into(),
        _ => format!("{step}"),
    };
    format!(
        "| {folder} / {machine} | {:.4}{error} | {n_seeds} | {step} | {expected} | {distance} | {verdict} |\n",
        number.value
    )
}
