//! Training of one Restricted Boltzmann Machine.

mod files;
mod state;

use anyhow::Result;
use burn::tensor::Device;
use ising_data::{
    PackedSpins,
    stream::{self, Purpose},
};
use models::{
    PackedTensor, RbmParameters, Stretch,
    likelihood::{free_energies, pseudo_likelihood},
};

pub use files::{Snapshot, parameters, snapshots, weight_file, with_snapshots};

use super::{order, pace::Pace};
use crate::{artifacts::Checkpoints, config::schema, interrupt, progress::Work};
use state::State;

/// One machine to be trained.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Its settings.
    pub settings: &'a schema::Rbm,
    /// The seed of the experiment.
    pub seed: u32,
    /// Which of the entry's machines this is: seed-K.
    pub index: u64,
    /// What its checkpoints are bound to.
    pub fingerprint: &'a str,
    /// Threads it may use; the result does not depend on it.
    pub n_threads: usize,
}

/// What is measured after an epoch: each up to 100, then 180 a decade.
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
    /// The machine at the beginning, after 1, 2, 5, 10, 20, 50, … epochs, and at the end.
    pub snapshots: Vec<Snapshot>,
}

/// Trains `machine` to its last epoch, from its newest checkpoint if there is one.
///
/// # Errors
/// [`interrupt::Interrupted`] after a signal, with the state saved; a diverged training; files that cannot be written.
pub fn train(
    machine: &Machine<'_>,
    training: &PackedSpins,
    held_out: &PackedSpins,
    checkpoints: &mut Checkpoints,
    device: &Device,
    work: &Work<'_>,
) -> Result<Trained> {
    let monitored = |spins| evenly(spins, N_MONITORED).to_f32();
    let monitor = Monitor { training: monitored(training), held_out: monitored(held_out) };
    let mut state = match checkpoints.load(|warning| work.say(warning))? {
        Some(file) => State::restore(machine, &file, device)?,
        None => State::begin(machine, training, device)?,
    };
    let samples = PackedTensor::new(&training.to_words(), training.n_sites(), device);
    let batch_size = machine.settings.batch_size.get();
    let batches_per_epoch = training.n_samples().div_ceil(batch_size);
    work.skip((state.position.epoch * batches_per_epoch + state.position.batch) as u64);
    let mut pace = Pace::new(machine.n_threads);
    while state.position.epoch < machine.settings.n_epochs.get() {
        let epoch = state.position.epoch;
        let order = order(training.n_samples(), machine.seed, Purpose::Shuffle, machine.index, epoch);
        while state.position.batch < batches_per_epoch {
            let rest = &order[state.position.batch * batch_size..];
            let n_left = batches_per_epoch - state.position.batch;
            let n_batches = pace.keep(n_left, |n_batches, n_threads| {
                let stretch = Stretch {
                    samples: &samples,
                    order: &rest[..(n_batches * batch_size).min(rest.len())],
                    batch_size,
                    key: stream::key(machine.seed.into(), Purpose::Training, machine.index, 0),
                    first_step: (epoch * batches_per_epoch + state.position.batch) as u64,
                    n_threads,
                };
                state.train(machine, &stretch)
            })?;
            state.position.batch += n_batches;
            work.advance(n_batches as u64);
            let asked = interrupt::asked();
            if asked || checkpoints.is_due() {
                checkpoints.save(epoch, state.position.batch, &state.save(machine)?)?;
            }
            if asked {
                return Err(interrupt::Interrupted.into());
            }
        }
        state.end_epoch(machine, &monitor, training.n_samples())?;
    }
    Ok(Trained { parameters: state.sound_parameters()?, history: state.history, snapshots: state.snapshots })
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
pub fn evenly(spins: &PackedSpins, n: usize) -> PackedSpins {
    let n = spins.n_samples().min(n);
    let indices: Vec<usize> = (0..n).map(|i| i * spins.n_samples() / n).collect();
    spins.select(&indices)
}
