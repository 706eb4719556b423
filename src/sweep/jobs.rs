//! Jobs of a batch system: a script for each, and one that hands them over.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{Sweep, Task};
use crate::{
    artifacts,
    cli::Engine,
    config::cluster::Cluster,
    estimate::{self, Estimate},
};

/// Seconds that a job should take at least, so that the batch system is not busier than the program.
const SECONDS_OF_JOB: f64 = 600.0;

/// Memory that is asked for over that which is foreseen, and what it is rounded up to, in bytes.
const MARGIN: f64 = 1.5;
const MEMORY_STEP: f64 = 1e8;

/// The jobs of a sweep.
#[derive(Clone, Debug)]
pub struct Jobs {
    engine: Engine,
    folder: PathBuf,
    cluster: Cluster,
    name: String,
    /// What is handed on to `experiments task`.
    options: String,
    n_shared: usize,
    n_tasks: usize,
    runs_per_job: usize,
    memory: String,
}

const JOB: &str = "job.sh";
const SUBMIT: &str = "submit.sh";

/// What all jobs do, in terms of what differs between sweeps: `max_requeues`, `prepare` and `run`.
const DO_TASKS: &str = include_str!("job.sh");

impl Jobs {
    /// The jobs for a sweep; `options` are handed on to `experiments task`.
    ///
    /// # Errors
    /// When a run's settings cannot be read.
    pub fn new(sweep: &Sweep, engine: Engine, options: &str) -> Result<Self> {
        let first = sweep.runs().next().context("the sweep has no runs")?;
        let config = sweep.config(first)?;
        let cluster = config.settings.cluster.clone();
        let needs = sweep.runs().map(|run| needs(sweep, run, &cluster)).collect::<Result<Vec<_>>>()?;
        let longest = needs.iter().map(|needs| needs.0).fold(1.0, f64::max);
        let memory = needs.iter().map(|needs| needs.1).fold(0.0, f64::max);
        let automatic = || (SECONDS_OF_JOB / longest).clamp(1.0, needs.len() as f64) as usize;
        let megabytes = (MARGIN * memory / MEMORY_STEP).ceil() * MEMORY_STEP / 1e6;
        Ok(Self {
            engine,
            folder: sweep.folder().canonicalize().context("the folder of the sweep is gone")?,
            name: config.name(),
            options: options.into(),
            n_shared: sweep.n_shared(),
            n_tasks: sweep.tasks.len(),
            runs_per_job: cluster.runs_per_job.map_or_else(automatic, |runs| runs.get()),
            memory: cluster.memory.clone().unwrap_or_else(|| format!("{megabytes}M")),
            cluster,
        })
    }

    /// Writes the scripts; returns the command that hands the jobs over.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self) -> Result<String> {
        artifacts::write(&self.folder.join(JOB), self.job()?.as_bytes())?;
        artifacts::write(&self.folder.join(SUBMIT), self.submission().as_bytes())?;
        artifacts::atomic::create_folder(&self.folder.join("logs"))?;
        Ok(format!("bash {}", quoted(&self.folder.join(SUBMIT))))
    }

    /// Hands the jobs over.
    ///
    /// # Errors
    /// When the batch system is not there or refuses.
    pub fn submit(&self) -> Result<()> {
        let status = Command::new("bash").arg(self.folder.join(SUBMIT)).status().context("cannot start bash")?;
        ensure!(status.success(), "{} ended with {status}: see what it said", self.folder.join(SUBMIT).display());
        Ok(())
    }

    /// What a job does.
    fn job(&self) -> Result<String> {
        let Cluster { partition, account, gres, time, modules, n_threads, max_requeues, .. } = &self.cluster;
        let mut text = String::from("#!/bin/bash\n");
        for (option, value) in [
            ("job-name", Some(&plain(&self.name))),
            ("partition", partition.as_ref()),
            ("account", account.as_ref()),
            ("gres", gres.as_ref()),
            ("time", time.as_ref()),
            ("mem", Some(&self.memory)),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "#SBATCH --{option}={value}");
            }
        }
        let _ = writeln!(text, "#SBATCH --cpus-per-task={n_threads}");
        text += "#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --signal=B:USR1@120\n\n";
        let program = std::env::current_exe().context("the program does not know where it is")?;
        let modules = modules.iter().map(|module| format!(" module load {module};")).collect::<String>();
        let _ = write!(
            text,
            "max_requeues={max_requeues}\n\
             prepare() {{ :;{modules} }}\n\
             run() {{ exec {} task --dir {} --index \"$1\" --threads {n_threads}{}; }}\n\n{DO_TASKS}",
            quoted(&program),
            quoted(&self.folder),
            self.options,
        );
        Ok(text)
    }

    /// What hands the jobs over: first what runs share, then the runs, in arrays that are not too long.
    fn submission(&self) -> String {
        let mut text = format!(
            "#!/bin/bash\n# Hands the sweep to the batch system; what is done already is not done again.\nset -euo pipefail\n\
             cd {}\n",
            quoted(&self.folder)
        );
        match self.engine {
            Engine::Hyperqueue => {
                // A job sends its errors where its output goes.
                let hq = format!(
                    "hq submit --name {} --cpus {} --cwd \"$PWD\" --stdout \"$PWD/logs/%{{JOB_ID}}_%{{TASK_ID}}.txt\" --stderr none",
                    plain(&self.name),
                    self.cluster.n_threads
                );
                for (array, arguments) in self.arrays(0, self.n_shared, 1) {
                    let _ = writeln!(text, "{hq} --wait --array {array} -- bash {JOB} {arguments}");
                }
                for (array, arguments) in self.arrays(self.n_shared, self.n_tasks, self.runs_per_job) {
                    let _ = writeln!(text, "{hq} --array {array} -- bash {JOB} {arguments}");
                }
            }
            Engine::Slurm | Engine::Local => {
                text += "hand_over() { sbatch --parsable --output=\"$PWD/logs/%A_%a.txt\" \"$@\"; }\nafter=afterok\n";
                for (array, arguments) in self.arrays(0, self.n_shared, 1) {
                    let _ = writeln!(text, "after+=:$(hand_over --array={array} {JOB} {arguments})");
                }
                for (array, arguments) in self.arrays(self.n_shared, self.n_tasks, self.runs_per_job) {
                    let _ = writeln!(
                        text,
                        "hand_over --dependency=\"$after\" --kill-on-invalid-dep=yes --array={array} {JOB} {arguments}"
                    );
                }
            }
        }
        text
    }

    /// Arrays of jobs for the tasks from `first` to before `end`: the indices of each, and what its jobs are told.
    fn arrays(&self, first: usize, end: usize, tasks_per_job: usize) -> Vec<(String, String)> {
        let longest = self.cluster.max_array_size.get();
        let starts = (first..end).step_by(longest.saturating_mul(tasks_per_job));
        let array = |start: usize| {
            let n_jobs = (end - start).div_ceil(tasks_per_job).min(longest);
            (format!("0-{}", n_jobs - 1), format!("{start} {tasks_per_job} {end}"))
        };
        starts.map(array).collect()
    }

    /// What there is to do, in words.
    pub fn describe(&self) -> String {
        let n_runs = self.n_tasks - self.n_shared;
        let n_jobs = n_runs.div_ceil(self.runs_per_job);
        format!(
            "{} job(s) for samples and thermometers, then {n_jobs} for {n_runs} runs; {} of memory, {} thread(s) each\n",
            self.n_shared, self.memory, self.cluster.n_threads
        )
    }
}

/// Seconds and bytes of a run without what it shares, on a machine that was measured once.
fn needs(sweep: &Sweep, run: &Task, cluster: &Cluster) -> Result<(f64, f64)> {
    let (config, stages, n_threads) = (sweep.config(run)?, sweep.stages(run)?, cluster.n_threads.get());
    let (settings, lattice) = (&config.settings, config.lattice);
    let mut pieces = estimate::pieces(settings, lattice);
    pieces.retain(|piece| stages.contains(&piece.stage) && piece.stage > crate::stages::Stage::TrainThermometer);
    let seconds = Estimate::rough(settings, lattice, &pieces, n_threads).seconds();
    Ok((seconds, estimate::memory(settings, lattice, &stages, n_threads)))
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// A name of a job that means nothing to a shell.
fn plain(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    name.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect()
}
