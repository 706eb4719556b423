//! `experiments doctor`: what this machine can do, and what each config takes on it.

mod advice;
mod words;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use models::cpu::Level;
use serde::Serialize;

use crate::{
    artifacts,
    config::Config,
    device::{Backend, try_out},
    estimate::{self, Effort, Estimate, Kind, Rates, Size},
    resources::{Memory, Room, free_space, nearest_existing},
};

/// What was found out.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    version: &'static str,
    commit: &'static str,
    /// Whether the program was built for speed.
    optimized: bool,
    n_threads: usize,
    simd: &'static str,
    devices: Vec<DeviceReport>,
    /// Bytes.
    total_memory: Option<u64>,
    available_memory: Option<u64>,
    /// Where results go.
    folder: PathBuf,
    free_disk: Option<u64>,
    /// Bytes per second, written and synced; nothing where no file can be written.
    disk_speed: Option<f64>,
    speeds: Vec<Speed>,
    configs: Vec<ConfigReport>,
    advice: Vec<String>,
}

/// A device compiled in.
#[derive(Clone, Debug, Serialize)]
struct DeviceReport {
    name: &'static str,
    /// Why it does not open, if it does not.
    problem: Option<String>,
}

/// How fast a kind of work is done.
#[derive(Clone, Copy, Debug, Serialize)]
struct Speed {
    name: &'static str,
    /// Units of the estimates per second.
    units_per_second: f64,
    /// The same in those of the machine that the estimates were tuned on.
    relative: f64,
}

/// What a config takes.
#[derive(Clone, Debug, Serialize)]
struct ConfigReport {
    file: PathBuf,
    seconds: f64,
    /// The same of each stage.
    seconds_of_stages: BTreeMap<&'static str, f64>,
    memory: f64,
    disk: f64,
    /// What is wrong with it, or does not fit.
    problem: Option<String>,
}

/// Bytes of the file that is written to see how fast the disk is.
const TRIAL: usize = 32 << 20;

impl Report {
    /// Looks at the machine, and at the config or the folder of configs at `configs`; results go to `folder`.
    ///
    /// # Errors
    /// When there are no configs, or the device fails.
    pub fn of(configs: &Path, folder: &Path, backend: Backend) -> Result<Self> {
        let files = config_files(configs)?;
        let device = backend.open()?;
        let mut rates = vec![(Size::USUAL, Rates::measure(Size::USUAL, &device, Effort::Thorough)?)];
        let configs: Vec<ConfigReport> =
            files.into_iter().map(|file| ConfigReport::of(file, folder, &device, &mut rates)).collect::<Result<_>>()?;
        let memory = Memory::of_machine();
        let device = |backend: Backend| DeviceReport { name: backend.name(), problem: try_out(backend).err() };
        let mut report = Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: env!("RBM_FLOW_COMMIT"),
            optimized: !cfg!(debug_assertions),
            n_threads: rayon::current_num_threads(),
            simd: simd(),
            devices: Backend::compiled().into_iter().map(device).collect(),
            total_memory: memory.map(|memory| memory.total),
            available_memory: memory.map(|memory| memory.available),
            folder: folder.into(),
            free_disk: free_space(folder),
            disk_speed: disk_speed(nearest_existing(folder)),
            speeds: speeds(&rates[0].1),
            configs,
            advice: Vec::new(),
        };
        report.advice = advice::advice(&report);
        Ok(report)
    }

    /// As one JSON object; amounts in bytes, times in seconds.
    ///
    /// # Errors
    /// None that is known.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self).context("the report cannot be written as JSON")? + "\n")
    }
}

impl ConfigReport {
    /// With the rates of machines that were measured; those of another size are measured, too.
    fn of(file: PathBuf, folder: &Path, device: &Device, known: &mut Vec<(Size, Rates)>) -> Result<Self> {
        let config = match Config::load(&file, Vec::new()) {
            Ok(config) => config,
            Err(error) => {
                let problem = Some(error.to_string());
                let [seconds, memory, disk] = [f64::NAN; 3];
                return Ok(Self { file, seconds, seconds_of_stages: BTreeMap::new(), memory, disk, problem });
            }
        };
        let (settings, lattice) = (&config.settings, config.lattice);
        let size = Size::of(settings, lattice);
        let rates = match known.iter().find(|known| known.0 == size) {
            Some(&(_, rates)) => rates,
            None => {
                let rates = Rates::measure(size, device, Effort::Thorough)?;
                known.push((size, rates));
                rates
            }
        };
        let pieces = estimate::pieces(settings, lattice);
        let estimate = Estimate::of(settings, lattice, &pieces, &rates, rayon::current_num_threads());
        let fits = estimate.check_fits(settings, lattice, Room::of(folder));
        Ok(Self {
            file,
            seconds: estimate.seconds(),
            seconds_of_stages: estimate.stages.iter().map(|(stage, seconds)| (stage.name(), *seconds)).collect(),
            memory: estimate.memory,
            disk: estimate.disk,
            problem: fits.err().map(|problem| problem.to_string()),
        })
    }
}

/// The TOML files at `path`, by name.
fn config_files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    let entries = fs::read_dir(path)
        .with_context(|| format!("there is no config and no folder of configs at {}", path.display()))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut files: Vec<PathBuf> =
        files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "toml")).collect();
    ensure!(!files.is_empty(), "{} holds no config: the name of one ends in .toml", path.display());
    files.sort();
    Ok(files)
}

/// The instruction set that the kernels of training and flow use.
fn simd() -> &'static str {
    match Level::best() {
        Level::Portable => "portable",
        Level::Avx2 => "AVX2",
        Level::Avx512 => "AVX-512",
    }
}

fn speeds(rates: &Rates) -> Vec<Speed> {
    let kinds = [
        ("training", Kind::Training),
        ("flow", Kind::Flow),
        ("annealing", Kind::Annealing),
        ("thermometer", Kind::Network),
        ("exact tables", Kind::Tables),
    ];
    let speed = |(name, kind)| {
        let units_per_second = rates.of(kind);
        Speed { name, units_per_second, relative: units_per_second / Rates::REFERENCE.of(kind) }
    };
    kinds.map(speed).to_vec()
}

/// Bytes per second of a file written as results are; nothing if it cannot be.
fn disk_speed(folder: &Path) -> Option<f64> {
    let file = folder.join(format!(".doctor-{}", std::process::id()));
    // Not all zero, which some disks do not store.
    let bytes: Vec<u8> = (0..TRIAL).map(|i| ((i * i) >> 7) as u8).collect();
    let clock = Instant::now();
    let written = artifacts::write(&file, &bytes);
    let seconds = clock.elapsed().as_secs_f64();
    let removed = fs::remove_file(&file);
    (written.is_ok() && removed.is_ok()).then_some(TRIAL as f64 / seconds)
}
