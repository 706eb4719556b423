//! Training of Restricted Boltzmann Machines: one, or several of the same settings in step.

mod files;
mod state;

use std::num::NonZeroUsize;

use anyhow::Result;
use burn::tensor::Device;
use ising_data::{
    DataError, PackedSpins,
    stream::{self, Purpose},
};
use models::{
    PackedTensor, RbmParameters, Stretch,
    likelihood::{free_energies, pseudo_likelihood},
};

pub use files::{Snapshot, parameters, snapshots, weight_file, with_snapshots};

use super::{Position, order, pace::Pace};
use crate::{artifacts::Checkpoints, config::schema, interrupt, progress::Work};
use state::State;
#[cfg(test)]
pub(crate) use state::is_measured;
pub(crate) use state::is_snapshot;

/// What machines that are trained together have in common.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// Configurations to train on.
    pub training: &'a PackedSpins,
    /// Configurations that are never trained on.
    pub held_out: &'a PackedSpins,
    /// The settings of the machines.
    pub settings: &'a schema::Rbm,
    /// The seed of the experiment.
    pub seed: u32,
    /// The device.
    pub device: &'a Device,
    /// Threads that may be used; the result does not depend on it.
    pub n_threads: usize,
    /// Whom to tell of the batches done.
    pub work: &'a Work<'a>,
}

impl Course<'_> {
    fn updates_per_epoch(&self) -> usize {
        self.settings.updates_per_epoch(self.training.n_samples())
    }

    fn batch_size(&self) -> usize {
        self.settings.batch_size.of(self.training.n_samples())
    }

    /// Persistent chains: one for each configuration of a batch.
    fn n_chains(&self) -> usize {
        self.batch_size().min(self.training.n_samples())
    }

    /// Whether a machine has the units of those to be trained.
    fn is_of_its_size(&self, machine: &RbmParameters) -> bool {
        (machine.n_visible, machine.n_hidden) == (self.training.n_sites(), self.settings.n_hidden.get())
    }
}

/// One machine to be trained.
#[derive(Debug)]
pub struct Machine<'a> {
    /// Which of the entry's machines this is: seed-K.
    pub index: u64,
    /// What its checkpoints are bound to.
    pub fingerprint: &'a str,
    /// Where its checkpoints lie.
    pub checkpoints: &'a mut Checkpoints,
}

/// What is measured after an epoch: each up to 100, then 180 a decade; of a machine that is not trained, as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Epochs done.
    pub epoch: usize,
    /// Fraction of visible units that differ between the data and the reconstruction.
    pub reconstruction_error: f64,
    /// Pseudo-likelihood of training data, all sites of up to 500 configurations, in nats per spin.
    pub pseudo_likelihood: f64,
    /// ⟨F⟩ of held-out data minus ⟨F⟩ of training data: positive when the machine has learned by heart.
    pub free_energy_gap: f64,
    /// Root mean square of the weights.
    pub weight_norm: f64,
}

const N_COLUMNS: usize = 5;

impl Epoch {
    /// What was measured, by the names that it has in tables.
    fn measures(&self) -> [(&'static str, f64); N_COLUMNS - 1] {
        [
            ("reconstruction_error", self.reconstruction_error),
            ("free_energy_gap", self.free_energy_gap),
            ("pseudo_likelihood", self.pseudo_likelihood),
            ("weight_norm", self.weight_norm),
        ]
    }

    fn to_row(self) -> [f64; N_COLUMNS] {
        let Self { epoch, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm } = self;
        [epoch as f64, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm]
    }

    fn from_row(row: [f64; N_COLUMNS]) -> Self {
        let [epoch, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm] = row;
        Self { epoch: epoch as usize, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm }
    }
}

/// Configurations used for monitoring, from each of the training and the held-out data.
const N_MONITORED: usize = 500;

/// A machine whose training is done.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The machine.
    pub parameters: RbmParameters,
    /// What was measured along the training.
    pub history: Vec<Epoch>,
    /// The RBM at the beginning, after 1, 2, 5, 10, 20, 50, … updates of the first epoch, after as many epochs, and at the end.
    pub snapshots: Vec<Snapshot>,
}

/// Trains machines to their last epoch, each from its newest checkpoint if there is one, in one operation as long as they are
/// abreast. Every machine becomes what it becomes alone.
///
/// # Errors
/// [`interrupt::Interrupted`] after a signal, with the state saved; a diverged training; files that cannot be written.
pub fn train(course: &Course<'_>, machines: Vec<Machine<'_>>) -> Result<Vec<Trained>> {
    let monitored = |spins| Ok::<_, DataError>(evenly(spins, N_MONITORED)?.to_f32());
    let monitor = Monitor { training: monitored(course.training)?, held_out: monitored(course.held_out)? };
    let samples = PackedTensor::new(&course.training.to_words(), course.training.n_sites(), course.device)?;
    let n_weights = machines.len() * course.training.n_sites() * course.settings.n_hidden.get();
    let mut pace = Pace::new(course.n_threads, n_weights);
    let mut states = machines.into_iter().map(|machine| State::new(course, machine)).collect::<Result<Vec<_>>>()?;
    states.iter().for_each(|state| state.recall(course));
    let n_done = |state: &State<'_>| state.position.epoch * course.updates_per_epoch() + state.position.batch;
    course.work.skip(states.iter().map(n_done).sum::<usize>() as u64);
    if course.settings.n_epochs.get() == 0 {
        states.iter_mut().try_for_each(|state| state.look(&monitor))?;
    }
    loop {
        // Machines that an interrupted run left behind the others go first.
        let least = states.iter().map(|state| state.position).min();
        let Some(position) = least.filter(|position| position.epoch < course.settings.n_epochs.get()) else { break };
        let mut abreast: Vec<_> = states.iter_mut().filter(|state| state.position == position).collect();
        finish_epoch(course, &mut abreast, &samples, &mut pace)?;
        for state in abreast {
            state.end_epoch(course, &monitor)?;
        }
    }
    states.into_iter().map(State::finish).collect()
}

/// Trains machines that are abreast to the end of their epoch.
fn finish_epoch(
    course: &Course<'_>,
    states: &mut [&mut State<'_>],
    samples: &PackedTensor,
    pace: &mut Pace,
) -> Result<()> {
    let (seed, n_samples, batch_size) = (course.seed, course.training.n_samples(), course.batch_size());
    let Some(mut position) = states.first().map(|state| state.position) else { return Ok(()) };
    let indices: Vec<u64> = states.iter().map(|state| state.machine.index).collect();
    let order = |&index| order(n_samples, seed, Purpose::Shuffle, index, position.epoch);
    let orders: Vec<Vec<u32>> = indices.iter().map(order).collect();
    let keys: Vec<u64> = indices.iter().map(|&index| stream::key(seed.into(), Purpose::Training, index, 0)).collect();
    while position.batch < course.updates_per_epoch() {
        let first = position.batch * batch_size;
        let n_batches =
            pace.keep(stop(position, course.updates_per_epoch()) - position.batch, |n_batches, n_threads| {
                let last = (first + n_batches * batch_size).min(n_samples);
                let orders: Vec<&[u32]> = orders.iter().map(|order| &order[first..last]).collect();
                let stretch = Stretch {
                    samples,
                    orders: &orders,
                    batch_size: NonZeroUsize::new(batch_size).unwrap_or(NonZeroUsize::MIN),
                    keys: &keys,
                    first_step: (position.epoch * course.updates_per_epoch() + position.batch) as u64,
                    n_threads,
                };
                state::train(course, states, &stretch)
            })?;
        position.batch += n_batches;
        course.work.advance((n_batches * states.len()) as u64);
        let asked = interrupt::asked();
        let is_due = asked || states.iter().any(|state| state.machine.checkpoints.is_due());
        let is_kept = is_early_snapshot(position, course.updates_per_epoch());
        for state in &mut *states {
            state.position = position;
            if is_kept {
                state.keep_early(course)?;
            }
            if is_due {
                state.save()?;
            }
        }
        if asked {
            return Err(interrupt::Interrupted.into());
        }
    }
    Ok(())
}

/// Whether the RBM is kept here, within the first epoch.
fn is_early_snapshot(position: Position, updates_per_epoch: usize) -> bool {
    position.epoch == 0 && position.batch > 0 && position.batch < updates_per_epoch && is_snapshot(position.batch)
}

/// The batch up to which a training may run in one go: the end of the epoch, or the next snapshot within the first one.
fn stop(position: Position, updates_per_epoch: usize) -> usize {
    let is_stop = |batch: &usize| is_early_snapshot(Position { batch: *batch, ..position }, updates_per_epoch);
    let later = position.batch + 1..updates_per_epoch;
    if position.epoch == 0 { later.into_iter().find(is_stop).unwrap_or(updates_per_epoch) } else { updates_per_epoch }
}

/// Spins to look at, shape `[N_MONITORED, n_sites]`, values ±1.
struct Monitor {
    training: Vec<f32>,
    held_out: Vec<f32>,
}

impl Monitor {
    /// What the data say of a machine; the rest is NaN.
    fn look(&self, machine: &RbmParameters) -> Result<Epoch> {
        let mean_energy = |spins: &[f32]| -> Result<f64> {
            let energies = free_energies(machine, spins)?;
            Ok(energies.iter().sum::<f64>() / energies.len() as f64)
        };
        Ok(Epoch {
            epoch: 0,
            reconstruction_error: f64::NAN,
            pseudo_likelihood: pseudo_likelihood(machine, &self.training)?.value,
            free_energy_gap: mean_energy(&self.held_out)? - mean_energy(&self.training)?,
            weight_norm: f64::NAN,
        })
    }
}

/// `n` configurations, or all if there are not so many, evenly spread over the data and so over its state points.
///
/// # Errors
/// Never: there are all that are chosen.
pub fn evenly(spins: &PackedSpins, n: usize) -> Result<PackedSpins, DataError> {
    spins.select(&evenly_spaced(spins.n_samples(), n))
}

/// `n` of the indices 0, 1, …, `length` − 1, or all if there are not so many, evenly spread.
pub fn evenly_spaced(length: usize, n: usize) -> Vec<usize> {
    let n = length.min(n);
    (0..n).map(|i| i * length / n).collect()
}
