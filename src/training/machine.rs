//! Training of one Restricted Boltzmann Machine.

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Tensor};
use ising_data::{
    PackedSpins,
    stream::{self, Purpose},
};
use models::{ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch};
use rand_distr::{Distribution, StandardNormal};

use super::{Position, order, pace::Pace, spins_on};
use crate::{
    artifacts::{Checkpoints, TensorFile},
    config::schema,
    interrupt,
    progress::Work,
};

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

/// What is measured after every epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Epochs done.
    pub epoch: usize,
    /// Fraction of visible units that differ between the data and the reconstruction.
    pub reconstruction_error: f64,
    /// Pseudo-likelihood of training data, in nats per spin.
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
) -> Result<(RbmParameters, Vec<Epoch>)> {
    let monitor = Monitor { training: evenly(training, device), held_out: evenly(held_out, device) };
    let mut state = match checkpoints.load(|warning| work.say(warning))? {
        Some(file) => State::restore(machine, &file, device)?,
        None => State::begin(machine, training.n_sites(), device)?,
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
        state.end_epoch(&monitor, training)?;
    }
    Ok((state.rbm.parameters()?, state.history))
}

/// Weights that no machine of ±1 units needs: tanh of their sums is ±1 to rounding long before.
const LARGEST_NORM: f64 = 1e3;

struct Monitor {
    training: Tensor<2>,
    held_out: Tensor<2>,
}

/// Up to [`N_MONITORED`] configurations, evenly spread over the data and so over its state points.
fn evenly(spins: &PackedSpins, device: &Device) -> Tensor<2> {
    let n = spins.n_samples().min(N_MONITORED);
    let indices: Vec<usize> = (0..n).map(|i| i * spins.n_samples() / n).collect();
    spins_on(device, &spins.select(&indices))
}

/// A training under way.
struct State {
    rbm: Rbm,
    position: Position,
    /// Visible units that differed between the data and their reconstructions in the epoch so far.
    n_flips: u64,
    history: Vec<Epoch>,
}

impl State {
    fn begin(machine: &Machine<'_>, n_visible: usize, device: &Device) -> Result<Self> {
        let n_hidden = machine.settings.n_hidden.get();
        let mut rng = stream::stream(machine.seed.into(), Purpose::Weights, machine.index, 0);
        let spread = machine.settings.initial_spread.get() as f32;
        let weights = (0..n_visible * n_hidden).map(|_| {
            let normal: f32 = StandardNormal.sample(&mut rng);
            spread * normal
        });
        let parameters = RbmParameters::untrained(n_visible, n_hidden, weights.collect());
        Ok(Self { rbm: Rbm::new(&parameters, device)?, position: Position::default(), n_flips: 0, history: Vec::new() })
    }

    fn train(&mut self, machine: &Machine<'_>, stretch: &Stretch<'_>) -> Result<()> {
        let divergence = ContrastiveDivergence {
            n_gibbs_steps: machine.settings.n_gibbs_steps.get(),
            learning_rate: machine.settings.learning_rate.get(),
        };
        let (rbm, n_flips) = divergence.train(self.rbm.clone(), stretch)?;
        self.rbm = rbm;
        self.n_flips += n_flips;
        Ok(())
    }

    fn end_epoch(&mut self, monitor: &Monitor, training: &PackedSpins) -> Result<()> {
        self.position = Position { epoch: self.position.epoch + 1, batch: 0 };
        let scalar = |tensor: Tensor<1>| Ok::<_, anyhow::Error>(f64::from(tensor.try_into_scalar::<f32>()?));
        let free_energy = |spins: &Tensor<2>| scalar(self.rbm.free_energy(spins.clone()).mean());
        let epoch = Epoch {
            epoch: self.position.epoch,
            reconstruction_error: self.n_flips as f64 / (training.n_samples() * training.n_sites()) as f64,
            pseudo_likelihood: scalar(self.rbm.pseudo_likelihood(monitor.training.clone()))?,
            free_energy_gap: free_energy(&monitor.held_out)? - free_energy(&monitor.training)?,
            weight_norm: self.sound_parameters()?.weight_norm(),
        };
        self.history.push(epoch);
        self.n_flips = 0;
        Ok(())
    }

    /// The machine on the host, unless its training has diverged: then neither a checkpoint nor weights are written.
    fn sound_parameters(&self) -> Result<RbmParameters> {
        let parameters = self.rbm.parameters()?;
        let norm = parameters.weight_norm();
        ensure!(
            parameters.validate().is_ok() && norm < LARGEST_NORM,
            "the training diverged in epoch {}: the root mean square of the weights is {norm:.3e}\n  \
             the checkpoint before it is kept; try a smaller learning_rate, a larger batch_size or a smaller initial_spread",
            self.position.epoch + usize::from(self.position.batch > 0)
        );
        Ok(parameters)
    }

    fn save(&self, machine: &Machine<'_>) -> Result<TensorFile> {
        let history: Vec<f64> = self.history.iter().flat_map(|epoch| epoch.to_row()).collect();
        Ok(weight_file(&self.sound_parameters()?)
            .text("kind", "checkpoint of a machine")
            .text("fingerprint", machine.fingerprint)
            .text("epoch", self.position.epoch)
            .text("batch", self.position.batch)
            .text("flips", self.n_flips)
            .f64("history", &[self.history.len(), N_COLUMNS], &history))
    }

    fn restore(machine: &Machine<'_>, file: &TensorFile, device: &Device) -> Result<Self> {
        ensure!(
            file.get_text("fingerprint")? == machine.fingerprint,
            "the checkpoint belongs to other settings or other data: train anew with --restart"
        );
        let position = Position { epoch: file.get_text("epoch")?.parse()?, batch: file.get_text("batch")?.parse()? };
        let (_, history) = file.get_f64("history")?;
        Ok(Self {
            rbm: Rbm::new(&parameters(file)?, device)?,
            position,
            n_flips: file.get_text("flips")?.parse()?,
            history: history.as_chunks().0.iter().map(|&row| Epoch::from_row(row)).collect(),
        })
    }
}

/// A file with the machine's weights: `weights` `[n_visible, n_hidden]`, `visible_bias`, `hidden_bias`.
pub fn weight_file(parameters: &RbmParameters) -> TensorFile {
    let RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias } = parameters;
    TensorFile::default()
        .f32("weights", &[*n_visible, *n_hidden], weights)
        .f32("visible_bias", &[*n_visible], visible_bias)
        .f32("hidden_bias", &[*n_hidden], hidden_bias)
}

/// The machine in a weight file or checkpoint.
///
/// # Errors
/// When arrays are missing or do not fit together.
pub fn parameters(file: &TensorFile) -> Result<RbmParameters> {
    let (shape, weights) = file.get_f32("weights")?;
    let &[n_visible, n_hidden] = shape else { anyhow::bail!("the weights have the shape {shape:?}, not two sides") };
    let (_, visible_bias) = file.get_f32("visible_bias")?;
    let (_, hidden_bias) = file.get_f32("hidden_bias")?;
    let parameters = RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias };
    parameters.validate().context("this is no machine")?;
    Ok(parameters)
}
