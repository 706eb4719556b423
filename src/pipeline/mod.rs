//! From config to figures: the stages in their order, each done only when something it depends on changed.

mod folder;
mod forecast;
mod inherit;
mod refusals;
mod restart;
mod standing;
mod task;

use std::{
    collections::BTreeMap,
    fs, mem,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result, anyhow};
use burn::tensor::Device;
use parking_lot::Mutex;

pub use task::{Task, Work, Workbench};

use standing::Standing;

use crate::{
    artifacts::{Checkpoints, Manifest, TaskRecord},
    config::Config,
    device::Backend,
    interrupt,
    progress::{Event, Progress, RunFacts},
    resources::Room,
    stages::Stage,
};

/// What a run was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The run folder.
    pub folder: PathBuf,
    /// The stages to bring up to date.
    pub stages: Vec<Stage>,
    /// Whether to forget first what is there of them.
    pub restart: bool,
    /// The device.
    pub backend: Backend,
    /// Time between checkpoints.
    pub checkpoint_every: Duration,
    /// What there is room for.
    pub room: Room,
    /// Whether to go on where there is not enough.
    pub force: bool,
    /// Whether to wait for another process that works in the folder, in place of an error.
    pub waits: bool,
    /// A run folder whose finished tasks are taken over.
    pub inherits: Option<PathBuf>,
}

/// Brings the asked stages of an experiment up to date.
///
/// # Errors
/// What the first failing task says; everything done before stays.
pub fn run(config: &Config, request: &Request, progress: &Progress) -> Result<()> {
    let device = request.backend.open()?;
    let _lock = folder::lock(&request.folder, request.waits, progress)?;
    let mut manifest = folder::open(&request.folder)?;
    if let Some(origin) = &request.inherits {
        inherit::inherit(origin, &request.folder, &mut manifest)?;
    }
    let manifest = Mutex::new(manifest);
    let run = Run { config, request, progress, device: &device, manifest: &manifest };
    let clock = Instant::now();
    progress.log_to(&request.folder.join("log.jsonl"));
    progress.tell(Event::RunBegins(run.facts()));
    let result = run.stages().map_err(|error| restart::how_to_go_on(error, request.restart));
    progress.tell(Event::end_of_run(&result, clock.elapsed()));
    result
}

struct Run<'a> {
    config: &'a Config,
    request: &'a Request,
    progress: &'a Progress,
    device: &'a Device,
    manifest: &'a Mutex<Manifest>,
}

impl<'a> Run<'a> {
    fn stages(&self) -> Result<()> {
        self.require_earlier_stages()?;
        self.refuse_lost_results()?;
        self.forecast()?;
        self.describe();
        if self.request.restart {
            self.forget()?;
        }
        self.request.stages.iter().try_for_each(|stage| self.all(&stage.tasks(self.config)))
    }

    /// Brings the tasks of a stage, which do not depend on each other, up to date: on a CPU several side by side, elsewhere
    /// those of a family together.
    fn all(&self, tasks: &[Task<'_>]) -> Result<()> {
        let (n_threads, is_cpu) = (rayon::current_num_threads(), self.request.backend.is_cpu());
        let groups: Vec<_> = tasks.chunk_by(|task, next| !is_cpu && task.work.does_too(&next.work)).collect();
        let n_workers = if is_cpu { n_threads.min(groups.len()) } else { 1 };
        let next = AtomicUsize::new(0);
        let work = || -> Result<()> {
            while let Some(tasks) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                interrupt::check()?;
                self.bring_up_to_date(tasks, (n_threads / n_workers).max(1))?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..n_workers).map(|_| scope.spawn(work)).collect();
            let results = workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow!("a task panicked"))?);
            // All workers end before the first error is told.
            results.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn facts(&self) -> RunFacts {
        RunFacts {
            experiment: self.config.name(),
            title: self.config.settings.title.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            commit: env!("RBM_FLOW_COMMIT").into(),
            command: std::env::args().collect(),
            device: self.request.backend.name().into(),
            threads: rayon::current_num_threads(),
            tasks: self
                .request
                .stages
                .iter()
                .flat_map(|stage| stage.tasks(self.config))
                .map(|task| task.name)
                .collect(),
        }
    }

    fn describe(&self) {
        let RunFacts { experiment, version, commit, device, threads, .. } = self.facts();
        let (host, config) = (host_name(), self.config.table());
        let mut manifest = self.manifest.lock();
        let tasks = mem::take(&mut manifest.tasks);
        *manifest = Manifest { experiment, version, commit, host, device, threads, config, tasks };
    }

    fn bring_up_to_date(&self, tasks: &[Task<'_>], n_threads: usize) -> Result<()> {
        let mut due = Vec::new();
        for task in tasks {
            match self.standing(task) {
                Standing::UpToDate => {
                    self.progress.tell(Event::TaskUpToDate { task: task.name.clone() });
                    // There are some if the run was killed just when the task was done.
                    self.checkpoints(task).clear()?;
                    continue;
                }
                Standing::Missing => self.begins(task, None),
                Standing::Changed(difference) => self.begins(task, Some(difference)),
                Standing::Damaged(file) => self.begins(task, Some(format!("{file} had changed"))),
            }
            due.push(task);
        }
        let broken_off =
            |error: &_| due.iter().for_each(|task| self.progress.tell(Event::broken_off(&task.name, error)));
        for (task, record) in due.iter().zip(self.execute(&due, n_threads).inspect_err(broken_off)?) {
            self.progress.tell(Event::TaskDone { task: task.name.clone(), seconds: record.seconds });
            self.enter(task, record)?;
            // The result is safe: what led to it is no longer needed.
            self.checkpoints(task).clear()?;
        }
        Ok(())
    }

    fn begins(&self, task: &Task<'_>, reason: Option<String>) {
        self.progress.tell(Event::TaskBegins { task: task.name.clone(), reason });
    }

    fn checkpoints(&self, task: &Task<'_>) -> Checkpoints {
        Checkpoints::of_task(&self.request.folder, &task.name, self.request.checkpoint_every)
    }

    fn standing(&self, task: &Task<'_>) -> Standing {
        Standing::of(task, &self.manifest.lock(), &self.request.folder)
    }

    /// Enters a task's record in the manifest.
    fn enter(&self, task: &Task<'_>, record: TaskRecord) -> Result<()> {
        let mut manifest = self.manifest.lock();
        manifest.tasks.insert(task.name.clone(), record);
        manifest.write(&self.request.folder)
    }

    /// Does tasks of one family together.
    fn execute(&self, tasks: &[&Task<'_>], n_threads: usize) -> Result<Vec<TaskRecord>> {
        let Some(first) = tasks.first() else { return Ok(Vec::new()) };
        let mut records = tasks.iter().map(|task| self.begin(task)).collect::<Result<Vec<_>>>()?;
        let fingerprints: Vec<String> = records.iter().map(|record| record.fingerprint.clone()).collect();
        let clock = Instant::now();
        let mut workbenches = Vec::new();
        for ((task, record), fingerprint) in tasks.iter().zip(&mut records).zip(&fingerprints) {
            workbenches.push(Workbench {
                folder: &self.request.folder,
                device: self.device,
                progress: self.progress,
                fingerprint,
                member: task.work.member,
                n_threads,
                checkpoints: self.checkpoints(task),
                record,
            });
        }
        (first.work.run)(&mut workbenches).with_context(|| match tasks.len() - 1 {
            0 => format!("{} failed", first.name),
            n_others => format!("{} and {n_others} done with it failed", first.name),
        })?;
        for record in &mut records {
            record.seconds = clock.elapsed().as_secs_f64();
            record.finished = Some(now());
        }
        Ok(records)
    }

    /// Enters a task that begins: a run that is cut off knows which settings its checkpoints belong to. Those of a task without a
    /// record belong to none.
    fn begin(&self, task: &Task<'_>) -> Result<TaskRecord> {
        if !self.manifest.lock().tasks.contains_key(&task.name) {
            self.checkpoints(task).clear()?;
        }
        let record = TaskRecord {
            fingerprint: standing::fingerprint(task, &self.manifest.lock())?,
            started: now(),
            finished: None,
            seconds: 0.0,
            device: self.request.backend.name().into(),
            notes: BTreeMap::new(),
            settings: task.settings.clone(),
            outputs: BTreeMap::new(),
        };
        self.enter(task, record.clone())?;
        Ok(record)
    }
}

fn host_name() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map_or_else(|| "unknown".into(), |name| name.trim().to_owned())
}

fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
