//! What an experiment will take, from its settings alone: work, time, memory and disk of every task, before any of it is done.
//!
//! The work is counted ([`Work`]), how fast this machine does it is measured ([`Rates`]), and what does not fit is refused with the
//! setting that would have to be smaller ([`DoesNotFit`]).

mod counts;
mod disk;
mod fit;
mod kind;
mod memory;
mod rates;
mod steps;
mod words;
mod work;

use anyhow::Result;
use burn::tensor::Device;
use ising_theory::Lattice;

pub use fit::{DoesNotFit, Resource};
pub use kind::{Kind, Work};
pub use rates::{Effort, Rates, Size};
pub use words::{amount, duration};

use counts::Counts;
use fit::Demand;

use crate::{
    config::{Config, Settings, schema::Rbm},
    device::Backend,
    resources::Room,
    stages::Stage,
};

/// Seconds from which on it is worth telling how long something takes.
pub const LONG: f64 = 5.0;

/// A task of the pipeline, before it is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The task's name.
    pub name: String,
    /// Its stage.
    pub stage: Stage,
    /// What it has to do.
    pub work: Work,
    /// Bytes that it writes.
    pub disk: f64,
}

/// Every task of an experiment, in the order of the pipeline.
pub fn pieces(settings: &Settings, lattice: Lattice) -> Vec<Piece> {
    let counts = Counts::of(settings, lattice);
    Stage::ALL.into_iter().flat_map(|stage| of_stage(&counts, stage)).collect()
}

fn of_stage(counts: &Counts<'_>, stage: Stage) -> Vec<Piece> {
    let alone = |work, disk| Piece { name: stage.name().into(), stage, work, disk };
    let of_machines = |of: &dyn Fn(&Rbm) -> (Work, f64)| -> Vec<Piece> {
        let of_entry = |rbm| {
            let (work, disk) = of(rbm);
            let name = move |index| format!("{}/{}/seed-{index}", stage.name(), rbm.name);
            (0..rbm.seeds.get()).map(move |index| Piece { name: name(index), stage, work, disk })
        };
        counts.settings.rbm.iter().flat_map(of_entry).collect()
    };
    match stage {
        Stage::Sample => {
            let further = (1..counts.settings.n_data_sets()).map(|set| Piece {
                name: format!("{}/{set}", stage.name()),
                stage,
                work: counts.sample_further(),
                disk: counts.disk_of_data_set(),
            });
            [alone(counts.sample(), counts.disk_of_sample())].into_iter().chain(further).collect()
        }
        Stage::TrainThermometer => vec![alone(counts.train_thermometer(), counts.disk_of_thermometer())],
        Stage::TrainRbm => of_machines(&|rbm| (counts.train_rbm(rbm), counts.disk_of_machine(rbm))),
        Stage::Flow => {
            let mut flows = of_machines(&|rbm| (counts.flow(rbm), counts.disk_of_flow()));
            // The first flow makes what all have in common.
            if let Some(first) = flows.first_mut() {
                first.work = [first.work, counts.flow_starts()].into_iter().sum();
            }
            if counts.settings.flow.along_training {
                let ends =
                    of_machines(&|rbm| (counts.flow_along_training(rbm), counts.disk_of_flow_along_training(rbm)));
                flows.extend(ends.into_iter().map(|end| Piece { name: format!("{}/along-training", end.name), ..end }));
            }
            flows
        }
        Stage::Dissect => of_machines(&|rbm| (counts.dissect(rbm), counts.disk_of_inside(rbm))),
        Stage::Analyze => {
            let mut pieces = of_machines(&|rbm| (counts.likelihood(rbm), counts.disk_of_likelihood(rbm)));
            pieces.push(alone(counts.analyze(), counts.disk_of_analysis()));
            pieces
        }
        Stage::Render => vec![alone(counts.render(), counts.disk_of_figures())],
    }
}

/// The largest memory, in bytes, of an experiment whose tasks run side by side on `n_threads` threads, while it does `stages`.
pub fn memory(settings: &Settings, lattice: Lattice, stages: &[Stage], n_threads: usize) -> f64 {
    Counts::of(settings, lattice).memory(stages, n_threads)
}

/// What tasks take on a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Stages with their seconds, in their order.
    pub stages: Vec<(Stage, f64)>,
    /// Bytes of memory at the most.
    pub memory: f64,
    /// Bytes of files.
    pub disk: f64,
    /// Threads.
    pub n_threads: usize,
    /// Whether the seconds are those of the device that is used.
    pub is_timed: bool,
}

impl Estimate {
    /// What `pieces` of an experiment take at these rates on so many threads.
    pub fn of(settings: &Settings, lattice: Lattice, pieces: &[Piece], rates: &Rates, n_threads: usize) -> Self {
        let seconds = |stage| {
            let of_stage: Vec<Work> =
                pieces.iter().filter(|piece| piece.stage == stage).map(|piece| piece.work).collect();
            (stage, seconds(&of_stage, rates, n_threads))
        };
        let stages: Vec<Stage> =
            Stage::ALL.into_iter().filter(|stage| pieces.iter().any(|piece| piece.stage == *stage)).collect();
        Self {
            memory: memory(settings, lattice, &stages, n_threads),
            stages: stages.into_iter().map(seconds).collect(),
            disk: pieces.iter().map(|piece| piece.disk).sum(),
            n_threads,
            is_timed: true,
        }
    }

    /// At the rates of a machine that was measured once: enough to tell a tiny run from a long one.
    pub fn rough(settings: &Settings, lattice: Lattice, pieces: &[Piece], n_threads: usize) -> Self {
        Self::of(settings, lattice, pieces, &Rates::REFERENCE, n_threads)
    }

    /// On this machine: where the work is long enough to be worth it, its speed is measured, in a fraction of a second. On a GPU
    /// the time is not foreseen.
    ///
    /// # Errors
    /// When the device fails.
    pub fn forecast(config: &Config, pieces: &[Piece], backend: Backend, device: &Device) -> Result<Self> {
        let (settings, lattice) = (&config.settings, config.lattice);
        // Elsewhere than on a CPU the tasks of a stage are not done side by side.
        let n_threads = if backend.is_cpu() { rayon::current_num_threads() } else { 1 };
        let rough = Self::rough(settings, lattice, pieces, n_threads);
        if !backend.is_cpu() {
            return Ok(Self { is_timed: false, ..rough });
        }
        if rough.seconds() < LONG {
            return Ok(rough);
        }
        let rates = Rates::measure(Size::of(settings, lattice), device, Effort::Quick)?;
        Ok(Self::of(settings, lattice, pieces, &rates, n_threads))
    }

    /// Whether there is room for it.
    ///
    /// # Errors
    /// [`DoesNotFit`] with the setting that makes it large and what would fit.
    pub fn check_fits(&self, settings: &Settings, lattice: Lattice, room: Room) -> Result<(), DoesNotFit> {
        let stages: Vec<Stage> = self.stages.iter().map(|stage| stage.0).collect();
        let wanted = [(Resource::Memory, self.memory, room.memory), (Resource::Disk, self.disk, room.disk)];
        for (resource, needed, available) in wanted {
            if let Some(available) = available.filter(|available| needed > *available as f64) {
                let demand = Demand { lattice, stages: &stages, n_threads: self.n_threads, resource };
                return Err(demand.refusal(settings, needed, available));
            }
        }
        Ok(())
    }

    /// Seconds of all stages.
    pub fn seconds(&self) -> f64 {
        self.stages.iter().map(|stage| stage.1).sum()
    }
}

/// What a thread more brings to a training, and how many threads bring anything.
const GAIN: f64 = 0.5;
const LARGEST_CREW: f64 = 4.0;

/// Seconds of tasks that run side by side.
fn seconds(works: &[Work], rates: &Rates, n_threads: usize) -> f64 {
    let n_workers = n_threads.min(works.len()).max(1) as f64;
    let crew = (n_threads as f64 / n_workers).floor().min(LARGEST_CREW);
    let one_thread = |work: &Work| {
        let training = work.units(Kind::Training) / rates.of(Kind::Training) / (1.0 + GAIN * (crew - 1.0));
        training + work.units(Kind::Serial) / rates.of(Kind::Serial)
    };
    let (sum, longest) = works
        .iter()
        .map(one_thread)
        .fold((0.0, 0.0), |(sum, longest): (f64, f64), seconds| (sum + seconds, longest.max(seconds)));
    let together = [Kind::Flow, Kind::Annealing, Kind::Network, Kind::Tables];
    let of_all: f64 =
        together.into_iter().map(|kind| works.iter().map(|work| work.units(kind)).sum::<f64>() / rates.of(kind)).sum();
    (sum / n_workers).max(longest) + of_all
}

#[cfg(test)]
mod tests;
