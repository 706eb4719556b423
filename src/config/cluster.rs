//! What a batch system is asked for.

use serde::{Deserialize, Serialize};

use super::values::Count;

/// `[cluster]`: what `experiments sweep` asks a batch system for. No result depends on it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Partition or queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// Account that is charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Generic resources, for example "gpu:1".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gres: Option<String>,
    /// Time limit of a job, for example "04:00:00"; without it that of the partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Memory of a job, for example "4G"; without it what the runs are estimated to need, and a half more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Modules to load.
    pub modules: Vec<String>,
    /// Threads of a job.
    pub n_threads: Count,
    /// Runs of a job, one after another; without it as many as take some ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs_per_job: Option<Count>,
    /// Jobs of one array.
    pub max_array_size: Count,
    /// How often a job that was stopped is put back in the queue.
    pub max_requeues: Count,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            partition: None,
            account: None,
            gres: None,
            time: None,
            memory: None,
            modules: Vec::new(),
            n_threads: Count::new(1),
            runs_per_job: None,
            max_array_size: Count::new(1000),
            max_requeues: Count::new(100),
        }
    }
}

impl Cluster {
    /// The words that go into a job script, by their keys.
    pub(super) fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self { partition, account, gres, time, memory, modules, .. } = self;
        [("partition", partition), ("account", account), ("gres", gres), ("time", time), ("memory", memory)]
            .into_iter()
            .filter_map(|(key, word)| Some((key, word.as_deref()?)))
            .chain(modules.iter().map(|module| ("modules", module.as_str())))
    }
}
