//! How far a sweep has come, by its files alone.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs::{File, TryLockError},
};

use anyhow::Result;

use super::{Sweep, Task};
use crate::artifacts::{Manifest, read_text};

/// How far a task has come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Done,
    UnderWay,
    Stopped,
    Failed(String),
    /// The folder holds results that are not the task's.
    OfOtherSettings,
    NotBegun,
}

impl State {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::UnderWay => "under way",
            Self::Stopped => "stopped",
            Self::Failed(_) => "failed",
            Self::OfOtherSettings => "of other settings",
            Self::NotBegun => "not begun",
        }
    }
}

/// What a run that has begun leaves.
const LOG: &str = "log.jsonl";

/// Tasks that are told one by one.
const MAX_TOLD: usize = 20;

/// How far a sweep has come, in words.
///
/// # Errors
/// When its files cannot be read.
pub fn describe(sweep: &Sweep) -> Result<String> {
    let mut n_in_state: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others = Vec::new();
    let mut n_shared_done = 0;
    for task in &sweep.tasks {
        let (state, n_done, n_pieces) = sweep.state(task)?;
        if task.shared.is_none() {
            n_shared_done += usize::from(state == State::Done);
        } else {
            *n_in_state.entry(state.name()).or_default() += 1;
        }
        if !matches!(state, State::Done | State::NotBegun) {
            let error = if let State::Failed(error) = &state { format!(": {error}") } else { String::new() };
            let (state, name) = (state.name(), sweep.name(task));
            others.push(format!(
                "  {:>5}  {state}, {n_done} of {n_pieces} pieces  {}  {name}{error}",
                task.index, task.folder
            ));
        }
    }
    let (n_runs, until) = (sweep.runs().count(), &sweep.plan.until);
    let mut text = format!("{}: {n_runs} runs over {}, up to {until}\n", sweep.plan.config, sweep.plan.axes.join(", "));
    for (state, n) in n_in_state {
        let _ = writeln!(text, "  {n:>5}  {state}");
    }
    let _ = writeln!(text, "  samples and thermometers that runs share: {n_shared_done} of {} done", sweep.n_shared());
    let n_more = others.len().saturating_sub(MAX_TOLD);
    others.truncate(MAX_TOLD);
    text.extend(others.into_iter().map(|line| line + "\n"));
    if n_more > 0 {
        let _ = writeln!(text, "  … and {n_more} more");
    }
    Ok(text)
}

impl Sweep {
    /// How far a task has come, and how many of its pieces are done.
    pub(super) fn state(&self, task: &Task) -> Result<(State, usize, usize)> {
        let (config, folder) = (self.config(task)?, self.folder.join(&task.folder));
        let pieces: Vec<_> = self.stages(task)?.into_iter().flat_map(|stage| stage.tasks(&config)).collect();
        let manifest = Manifest::read(&folder)?.unwrap_or_default();
        let records = pieces.iter().filter_map(|piece| Some((piece, manifest.tasks.get(&piece.name)?)));
        let is_own = records.clone().all(|(piece, record)| piece.settings == record.settings);
        let n_done = records.filter(|(_, record)| record.finished.is_some()).count();
        let state = if !is_own {
            State::OfOtherSettings
        } else if n_done == pieces.len() {
            State::Done
        } else if !folder.join(LOG).exists() {
            State::NotBegun
        } else if is_locked(&folder.join(".lock")) {
            State::UnderWay
        } else {
            last_error(&read_text(&folder.join(LOG)).unwrap_or_default()).map_or(State::Stopped, State::Failed)
        };
        Ok((state, n_done, pieces.len()))
    }
}

/// Whether another process works there.
fn is_locked(lock: &std::path::Path) -> bool {
    File::open(lock).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// What the last run failed of.
fn last_error(log: &str) -> Option<String> {
    let last: serde_json::Value = serde_json::from_str(log.lines().last()?).ok()?;
    let failed = last.get("event")? == "run-ends" && last.get("reason")? == "failed";
    failed.then(|| last.get("error").and_then(|error| error.as_str()).unwrap_or_default().to_owned())
}
