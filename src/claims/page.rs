//! The findings in words and as a page in Markdown.

use std::fmt::Write;

use statistics::Estimate;

use super::{Judgement, along::short, finding::Finding};

const INTRODUCTION: &str = "# Published claims about RBM flows, tested on runs

Every number is a mean over independent RBMs with its standard error. A verdict rests on an interval for 99 % over them, or a
p-value of at most 0.01; *p* is adjusted by Holm for all verdicts of this page, and *among all* is the verdict by the adjusted one
where it differs. KL is the divergence of the trained RBMs from their data in nats. Training time is the learning rate times the
number of updates; *holds at* are the training times at which the verdict is \"reproduced\". The rules: `docs/claims.md`.
";

const HEADER: &str = "| run / RBM | number | seeds | step | claimed | distance in errors | verdict | p | among all | KL | \
    training time (updates) | holds at |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";

impl Judgement {
    /// The page: every claim with its source and, for each way to measure it, a table of the entries.
    pub fn page(&self) -> String {
        let mut page = INTRODUCTION.to_owned();
        let mut printed = "";
        for group in self.groups() {
            let claim = &group[0].claim;
            if printed != claim.name {
                let _ = write!(page, "\n## {}\n\nSource: {}.\n", claim.sentence, claim.source);
                printed = &claim.name;
            }
            let _ = write!(page, "\n{}, {}:\n\n{HEADER}", group[0].reading, group[0].what());
            group.iter().for_each(|finding| page.push_str(&row(finding)));
            if group.len() > 1 {
                let verdict = self.joint(&group, |finding| finding.verdict);
                let adjusted = self.joint(&group, Finding::verdict_adjusted);
                let _ = write!(page, "\nTogether: {verdict}.\n");
                if adjusted != verdict {
                    let _ = writeln!(page, "Among all verdicts: {adjusted}.");
                }
            }
        }
        page
    }
}

fn row(finding: &Finding) -> String {
    let Finding { folder, machine, n_seeds, expected, distance, verdict, .. } = finding;
    let distance = if distance.is_nan() { String::new() } else { format!("{distance:+.1}") };
    let step = match finding.step {
        step if step.is_nan() => String::new(),
        step if step.is_infinite() => "none".into(),
        step => step.to_string(),
    };
    let adjusted = finding.verdict_adjusted();
    let among_all = if adjusted == *verdict { String::new() } else { adjusted.to_string() };
    let cells = [
        format!("{folder} / {machine}"),
        number(finding),
        n_seeds.to_string(),
        step,
        expected.clone(),
        distance,
        verdict.to_string(),
        p_value(finding.p_value_adjusted),
        among_all,
        divergence(finding.divergence),
        training(finding),
        finding.holds.as_ref().map_or_else(String::new, ToString::to_string),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// `    folder/name: 2.559 ± 0.019 (8 seeds, step 1000), claimed 2.269 (+15.3 standard errors): not reproduced`, and when.
pub(super) fn line(finding: &Finding) -> String {
    let Finding { folder, machine, n_seeds, expected, distance, verdict, .. } = finding;
    let distance = if distance.is_nan() { String::new() } else { format!(" ({distance:+.1} standard errors)") };
    let step = match finding.step {
        step if step.is_nan() => String::new(),
        step if step.is_infinite() => ", at no step".into(),
        step => format!(", step {step}"),
    };
    let seeds = if *n_seeds == 1 { "seed" } else { "seeds" };
    let claimed = if expected.is_empty() { String::new() } else { format!(", claimed {expected}{distance}") };
    let number = number(finding);
    let mut text = format!("    {folder}/{machine}: {number} ({n_seeds} {seeds}{step}){claimed}: {verdict}");
    if finding.verdict_adjusted() != *verdict {
        let _ = write!(text, " ({})", finding.verdict_adjusted());
    }
    if finding.training.time.is_finite() {
        let _ = write!(text, "; at training time {}", training(finding).replace(')', " updates)"));
    }
    let _ = write!(text, "; KL divergence {}", divergence(finding.divergence));
    if let Some(ranges) = &finding.holds {
        let _ = write!(text, "; holds at training times: {ranges}");
    }
    text
}

/// The number with its error: four decimals, or as many as show two digits of the error.
fn number(finding: &Finding) -> String {
    let Estimate { value, error } = finding.number;
    if !error.is_finite() {
        return format!("{value:.4}");
    }
    let decimals = if error > 0.0 { (1.0 - error.log10().floor()).clamp(4.0, 9.0) as usize } else { 4 };
    format!("{value:.decimals$} ± {error:.decimals$}")
}

fn p_value(p: f64) -> String {
    match p {
        p if p.is_nan() => String::new(),
        p if p < 1e-4 => "< 0.0001".into(),
        p => short(p),
    }
}

fn divergence(Estimate { value, error }: Estimate) -> String {
    match (value.is_finite(), error.is_finite()) {
        (false, _) => "not known".into(),
        (true, false) => short(value),
        (true, true) => format!("{} ± {}", short(value), short(error)),
    }
}

fn training(finding: &Finding) -> String {
    let moment = finding.training;
    if moment.time.is_finite() { format!("{} ({})", short(moment.time), moment.n_updates) } else { "not known".into() }
}
