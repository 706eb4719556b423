//! The verdict of several machines on one claim, and what it depends on.

use super::{Judgement, finding::Finding, settings::Settings, verdict::Verdict};

impl Judgement {
    /// The verdict that all machines share, or what it depends on.
    pub(super) fn joint(&self, group: &[&Finding]) -> String {
        let of_verdict = |verdict: Verdict| -> Vec<&Finding> {
            group.iter().copied().filter(|finding| finding.verdict == verdict).collect()
        };
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

    /// The settings that no machine which reproduces the claim shares with one that does not; without such a setting, whether it
    /// is the machine or the experiment that matters.
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
        if one_folder { "the machine" } else { "the experiment and the machine" }.into()
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
