//! The verdict of several entries on one claim, and what it depends on.

use super::{Judgement, finding::Finding, settings::Settings, verdict::Verdict};

impl Judgement {
    /// The verdict that all entries share, or what it depends on; `verdict` is the one by itself or the one among all. Entries to
    /// which the claim is not applicable, or of which nothing is claimed, do not count.
    pub(super) fn joint(&self, group: &[&Finding], verdict: fn(&Finding) -> Verdict) -> String {
        let counts = |finding: &&Finding| !matches!(verdict(finding), Verdict::NotApplicable(_) | Verdict::NotClaimed);
        let first = group.first().map(|finding| verdict(finding));
        let group: Vec<&Finding> = group.iter().copied().filter(counts).collect();
        let of_verdict = |wanted: Verdict| -> Vec<&Finding> {
            group.iter().copied().filter(|finding| verdict(finding) == wanted).collect()
        };
        if group.is_empty() {
            return if first == Some(Verdict::NotClaimed) { "nothing claimed" } else { "not applicable" }.into();
        }
        let (held, failed) = (of_verdict(Verdict::Reproduced), of_verdict(Verdict::NotReproduced));
        match (held.is_empty(), failed.is_empty()) {
            (false, false) => format!(
                "depends on {}: reproduced by {}; not by {}",
                self.what_separates(&held, &failed),
                names(&held),
                names(&failed)
            ),
            (false, true) if held.len() == group.len() => Verdict::Reproduced.to_string(),
            (true, false) if failed.len() == group.len() => Verdict::NotReproduced.to_string(),
            (true, true) => "undecided".into(),
            (false, true) => format!("reproduced by {} of {}, the others undecided", held.len(), group.len()),
            (true, false) => format!("not reproduced by {} of {}, the others undecided", failed.len(), group.len()),
        }
    }

    /// The settings that no entry which reproduces the claim shares with one that does not; without such a setting, whether it
    /// is the RBM or the experiment that matters.
    fn what_separates(&self, held: &[&Finding], failed: &[&Finding]) -> String {
        let is_apart = |key: &str| {
            let of = |finding: &Finding| self.settings_of(finding).and_then(|settings| settings.get(key));
            held.iter().all(|held| failed.iter().all(|failed| of(held) != of(failed)))
        };
        let all = held.iter().chain(failed);
        let mut keys: Vec<&String> = all
            .filter_map(|finding| self.settings_of(finding))
            .flat_map(Settings::keys)
            .filter(|key| is_apart(key))
            .collect();
        keys.sort();
        keys.dedup();
        if !keys.is_empty() {
            return keys.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        }
        let one_folder = held.iter().chain(failed).all(|finding| finding.folder == held[0].folder);
        if one_folder { "the RBM" } else { "the experiment and the RBM" }.into()
    }

    /// The settings of the machine of a finding, and of its data.
    fn settings_of(&self, finding: &Finding) -> Option<&Settings> {
        self.settings.get(&(finding.folder.clone(), finding.machine.clone()))
    }
}

fn names(findings: &[&Finding]) -> String {
    let names: Vec<String> = findings.iter().map(|finding| format!("{}/{}", finding.folder, finding.machine)).collect();
    names.join(", ")
}
