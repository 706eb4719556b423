//! What a run tells, in one list for the terminal and for the log.

use std::time::Duration;

use indicatif::HumanDuration;
use serde::{Serialize, Serializer};

use crate::interrupt::Interrupted;

/// Something that happened; what serde skips is for the terminal only.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    RunBegins(RunFacts),
    RunEnds {
        reason: Ending,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        seconds: f64,
    },
    TaskBegins {
        task: String,
        /// Why it is done again.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    TaskUpToDate {
        task: String,
    },
    TaskDone {
        task: String,
        seconds: f64,
    },
    TaskStopped {
        task: String,
    },
    TaskFailed {
        task: String,
        error: String,
    },
    #[serde(skip)]
    WorkBegins(Tally),
    Progress(Tally),
    #[serde(skip)]
    WorkEnds {
        work: u64,
    },
    Training(Metrics),
    /// What the part of a training that an earlier run did came to.
    #[serde(skip)]
    Recalled(Metrics),
    /// A step of a machine's flow was read.
    #[serde(skip)]
    Flow {
        machine: String,
        step: usize,
        readings: Vec<FlowReading>,
    },
    Message {
        text: String,
    },
    Warning {
        text: String,
    },
}

/// What is known when a run begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct RunFacts {
    pub(crate) experiment: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) commit: String,
    pub(crate) command: Vec<String>,
    pub(crate) device: String,
    pub(crate) threads: usize,
    /// The tasks of the stages asked for, in their order.
    pub(crate) tasks: Vec<String>,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    Done,
    Stopped,
    Failed,
}

/// How far a piece of work has come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Tally {
    /// Its number: several works may have the same label.
    #[serde(skip)]
    pub(crate) work: u64,
    pub(crate) label: String,
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) unit: &'static str,
    /// Units a second since it began.
    pub(crate) rate: f64,
}

/// What a training measured after an epoch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Metrics {
    /// NAME/seed-K, or thermometer.
    pub(crate) machine: String,
    pub(crate) epoch: usize,
    /// Columns of training.csv with their values.
    #[serde(flatten, serialize_with = "as_map")]
    pub(crate) values: Vec<(&'static str, f64)>,
}

/// The temperature that the chains from one start are read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FlowReading {
    pub(crate) start_temperature: f64,
    pub(crate) start_field: f64,
    /// By their energy.
    pub(crate) temperature: f64,
}

impl Event {
    /// The end of a run that came to `result`.
    pub(crate) fn end_of_run(result: &anyhow::Result<()>, time: Duration) -> Self {
        let (reason, error) = match result {
            Ok(()) => (Ending::Done, None),
            Err(error) if error.is::<Interrupted>() => (Ending::Stopped, None),
            Err(error) => (Ending::Failed, Some(format!("{error:#}"))),
        };
        Self::RunEnds { reason, error, seconds: time.as_secs_f64() }
    }

    /// The end of a task that could not be done.
    pub(crate) fn broken_off(task: &str, error: &anyhow::Error) -> Self {
        let task = task.to_owned();
        if error.is::<Interrupted>() {
            Self::TaskStopped { task }
        } else {
            Self::TaskFailed { task, error: format!("{error:#}") }
        }
    }

    /// The event as a line for the terminal, if it is worth one. What stops a run is told at its end.
    pub(super) fn line(&self) -> Option<String> {
        match self {
            Self::TaskBegins { task, reason: None } => Some(format!("{task} …")),
            Self::TaskBegins { task, reason: Some(reason) } => Some(format!("{task} … ({reason})")),
            Self::TaskUpToDate { task } => Some(format!("{task}: up to date")),
            Self::TaskDone { task, seconds } => Some(format!("{task}: done in {}", in_seconds(*seconds))),
            Self::Progress(tally) => {
                Some(format!("  {}: {} of {}, {}", tally.label, tally.done, tally.total, tally.pace()))
            }
            Self::Message { text } => Some(format!("  {text}")),
            Self::Warning { text } => Some(format!("warning: {text}")),
            _ => None,
        }
    }
}

impl Tally {
    /// Rate and time left.
    pub(super) fn pace(&self) -> String {
        let left = (self.total.saturating_sub(self.done)) as f64 / self.rate;
        let left = Duration::try_from_secs_f64(left)
            .map_or_else(|_| "time unknown".into(), |left| format!("{:#} left", HumanDuration(left)));
        format!("{} {}/s, {left}", significant(self.rate, 3), self.unit)
    }
}

/// A number with so many significant digits, and at most six decimals.
pub(super) fn significant(value: f64, digits: u32) -> String {
    let magnitude = if value.abs() < 1e-9 { f64::from(digits) } else { value.abs().log10().floor() + 1.0 };
    let decimals = (f64::from(digits) - magnitude).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

/// A time as it is told.
pub(super) fn in_seconds(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

fn as_map<S: Serializer>(values: &[(&'static str, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().copied())
}
