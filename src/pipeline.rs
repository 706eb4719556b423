//! From config to figures: the stages in their order, each done only when something it depends on changed.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Instant, SystemTime},
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use burn::tensor::Device;

use crate::{
    artifacts::{self, Manifest, TaskRecord, checksum},
    config::Config,
    device::Backend,
    interrupt,
    progress::Progress,
    stages::Stage,
};

/// Raised when a change of the program alters what a task computes: earlier results are then out of date.
const REVISION: u32 = 1;

/// What a run was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The run folder.
    pub folder: PathBuf,
    /// The stages to bring up to date.
    pub stages: Vec<Stage>,
    /// Whether to compute them anew whatever is there.
    pub restart: bool,
    /// The device.
    pub backend: Backend,
}

/// One piece of work with its own record in the manifest: a stage, or one machine of it.
pub struct Task<'a> {
    /// Its name: `stage` or `stage/machine/seed-K`.
    pub name: String,
    /// The settings it depends on.
    pub settings: toml::Table,
    /// The tasks whose files it reads.
    pub inputs: Vec<String>,
    /// Whether its results are worth refusing to replace them when a setting changed.
    pub precious: bool,
    /// The work.
    pub work: Box<dyn Fn(&mut Workbench<'_>) -> Result<()> + Sync + 'a>,
}

/// What a task works with: where to read and write, and whom to tell.
pub struct Workbench<'a> {
    /// The run folder.
    pub folder: &'a Path,
    /// The device.
    pub device: &'a Device,
    /// Whom to tell.
    pub progress: &'a Progress,
    /// The task's fingerprint, for checkpoints.
    pub fingerprint: &'a str,
    record: &'a mut TaskRecord,
}

impl Workbench<'_> {
    /// Path of a file of the run.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Reads a file of an earlier task.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path(file);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Writes one of the task's files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        artifacts::write(&self.path(file), bytes)?;
        self.record.outputs.insert(file.into(), checksum(bytes));
        Ok(())
    }

    /// Notes in the manifest how the task was done.
    pub fn note(&mut self, key: &str, value: impl ToString) {
        self.record.notes.insert(key.into(), value.to_string());
    }
}

/// Brings the asked stages of an experiment up to date.
///
/// # Errors
/// What the first failing task says; everything done before stays.
pub fn run(config: &Config, request: &Request, progress: &Progress) -> Result<()> {
    let device = request.backend.open()?;
    let _lock = lock(&request.folder)?;
    let manifest = Mutex::new(Manifest::read(&request.folder)?.unwrap_or_default());
    let run = Run { config, request, progress, device: &device, manifest: &manifest };
    run.refuse_lost_results()?;
    run.describe();
    for &stage in &request.stages {
        run.all(&stage.tasks(config))?;
    }
    Ok(())
}

/// Holds the folder for this process until it ends.
fn lock(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let path = folder.join(".lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another process works in {}: wait for it, or choose another --out folder", folder.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

struct Run<'a> {
    config: &'a Config,
    request: &'a Request,
    progress: &'a Progress,
    device: &'a Device,
    manifest: &'a Mutex<Manifest>,
}

/// What has to be done about a task.
enum Standing {
    UpToDate,
    Missing,
    /// It was done or begun with other settings or inputs; the first difference.
    Changed(String),
    /// A file is not what was written.
    Damaged(String),
}

impl<'a> Run<'a> {
    /// Before anything is written: no precious result may be replaced because a setting changed.
    fn refuse_lost_results(&self) -> Result<()> {
        if self.request.restart {
            return Ok(());
        }
        let tasks = self.request.stages.iter().flat_map(|stage| stage.tasks(self.config));
        for task in tasks.filter(|task| task.precious) {
            let lost = match self.standing(&task)? {
                Standing::Changed(difference) => difference,
                Standing::Damaged(file) => format!("{file} is not the file that was written (its checksum differs)"),
                Standing::UpToDate | Standing::Missing => continue,
            };
            bail!(
                "{}: {lost}\n  {} would be computed anew and the old result lost\n  \
                 keep it: give this run another folder with --out\n  \
                 replace it: add --restart",
                self.request.folder.display(),
                task.name
            );
        }
        Ok(())
    }

    fn manifest(&self) -> MutexGuard<'a, Manifest> {
        // A panic elsewhere leaves the manifest as it was: every change to it is one assignment.
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the tasks of a stage, which do not depend on each other, up to date: on a CPU several side by side.
    fn all(&self, tasks: &[Task<'_>]) -> Result<()> {
        let n_workers = if self.request.backend.is_cpu() { rayon::current_num_threads() } else { 1 };
        let next = AtomicUsize::new(0);
        let work = || -> Result<()> {
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                if interrupt::asked() {
                    return Err(interrupt::Interrupted.into());
                }
                self.bring_up_to_date(task)?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..n_workers.min(tasks.len())).map(|_| scope.spawn(work)).collect();
            let results = workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow!("a task panicked"))?);
            // All workers end before the first error is told.
            results.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn describe(&self) {
        let mut manifest = self.manifest();
        manifest.experiment = self.config.name();
        manifest.version = env!("CARGO_PKG_VERSION").into();
        manifest.commit = env!("RBM_FLOW_COMMIT").into();
        manifest.host = host_name();
        manifest.device = self.request.backend.name().into();
        manifest.threads = rayon::current_num_threads();
        manifest.config = self.config.table();
    }

    fn bring_up_to_date(&self, task: &Task<'_>) -> Result<()> {
        match self.standing(task)? {
            Standing::UpToDate if !self.request.restart => {
                self.progress.say(&format!("{}: up to date", task.name));
                return Ok(());
            }
            Standing::UpToDate | Standing::Missing => self.progress.say(&format!("{} …", task.name)),
            Standing::Changed(difference) => self.progress.say(&format!("{} … ({difference})", task.name)),
            Standing::Damaged(file) => self.progress.say(&format!("{} … ({file} had changed)", task.name)),
        }
        let record = self.execute(task)?;
        self.progress.say(&format!("{}: done in {}", task.name, seconds(record.seconds)));
        self.enter(task, record)?;
        // The result is safe: what led to it is no longer needed.
        artifacts::Checkpoints::of_task(&self.request.folder, &task.name).clear()
    }

    /// Enters a task's record in the manifest.
    fn enter(&self, task: &Task<'_>, record: TaskRecord) -> Result<()> {
        let mut manifest = self.manifest();
        manifest.tasks.insert(task.name.clone(), record);
        manifest.write(&self.request.folder)
    }

    fn execute(&self, task: &Task<'_>) -> Result<TaskRecord> {
        if self.request.restart {
            artifacts::Checkpoints::of_task(&self.request.folder, &task.name).clear()?;
        }
        let mut record = TaskRecord {
            fingerprint: self.fingerprint(task)?,
            started: now(),
            finished: None,
            seconds: 0.0,
            device: self.request.backend.name().into(),
            notes: BTreeMap::new(),
            settings: task.settings.clone(),
            outputs: BTreeMap::new(),
        };
        // Told before the work begins: a run that is cut off knows which settings its checkpoints belong to.
        self.enter(task, record.clone())?;
        let clock = Instant::now();
        let fingerprint = record.fingerprint.clone();
        let mut workbench = Workbench {
            folder: &self.request.folder,
            device: self.device,
            progress: self.progress,
            fingerprint: &fingerprint,
            record: &mut record,
        };
        (task.work)(&mut workbench).with_context(|| format!("{} failed", task.name))?;
        record.seconds = clock.elapsed().as_secs_f64();
        record.finished = Some(now());
        Ok(record)
    }

    fn standing(&self, task: &Task<'_>) -> Result<Standing> {
        let Some(record) = self.manifest().tasks.get(&task.name).cloned() else { return Ok(Standing::Missing) };
        if let Some(difference) = first_difference(&record.settings, &task.settings, &section(&task.name)) {
            return Ok(Standing::Changed(difference));
        }
        if record.finished.is_none() {
            return Ok(Standing::Missing);
        }
        for (file, expected) in &record.outputs {
            match fs::read(self.request.folder.join(file)) {
                Ok(bytes) if checksum(&bytes) == *expected => {}
                Ok(_) => return Ok(Standing::Damaged(file.clone())),
                Err(_) => return Ok(Standing::Missing),
            }
        }
        match self.fingerprint(task) {
            Ok(fingerprint) if fingerprint == record.fingerprint => Ok(Standing::UpToDate),
            Ok(_) => Ok(Standing::Changed("its inputs changed".into())),
            Err(_) => Ok(Standing::Missing),
        }
    }

    /// Hash of everything the task's result depends on.
    fn fingerprint(&self, task: &Task<'_>) -> Result<String> {
        let mut text = format!("{REVISION}\n{}\n{}\n", task.name, task.settings);
        let manifest = self.manifest();
        for input in &task.inputs {
            let record = manifest.tasks.get(input).filter(|record| record.finished.is_some());
            let record = record.ok_or_else(|| {
                anyhow!("{} needs {input}, which is not done: run without --only, or that stage first", task.name)
            })?;
            ensure!(!record.outputs.is_empty(), "{input} has no files");
            for (file, checksum) in &record.outputs {
                text += &format!("{file} {checksum}\n");
            }
        }
        Ok(checksum(text.as_bytes()))
    }
}

/// The config section whose settings a task holds, for messages.
fn section(task: &str) -> String {
    task.split('/').next().unwrap_or_default().into()
}

/// The first key on which two tables differ, with both values.
fn first_difference(old: &toml::Table, new: &toml::Table, prefix: &str) -> Option<String> {
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    for key in keys {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}: {key}") };
        match (old.get(key), new.get(key)) {
            (Some(toml::Value::Table(old)), Some(toml::Value::Table(new))) => {
                if let Some(difference) = first_difference(old, new, &name) {
                    return Some(difference);
                }
            }
            (old, new) if old != new => {
                let text = |value: Option<&toml::Value>| value.map_or("not set".into(), ToString::to_string);
                return Some(format!("{name} was {}, now {}", text(old), text(new)));
            }
            _ => {}
        }
    }
    None
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

fn seconds(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}
