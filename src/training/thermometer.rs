//! Training of the thermometer.

use std::f64::consts::PI;

use anyhow::{Context, Result, ensure};
use burn::{
    data::{dataloader::batcher::Batcher, dataset::Dataset},
    tensor::{Device, Tensor},
};
use ising_data::{
    SpinBatcher, SpinDataset,
    stream::{self, Purpose},
};
use ising_theory::Lattice;
use models::{LayerParameters, Sight, Thermometer, ThermometerShape, ThermometerTrainer};
use rand::{Rng, RngExt};

use super::{Position, order};
use crate::{
    artifacts::{Checkpoints, TensorFile},
    config::schema::{self, NetworkKind},
    interrupt,
    progress::Work,
};

/// A thermometer to be trained.
#[derive(Clone, Copy, Debug)]
pub struct Apprentice<'a> {
    /// Its settings.
    pub settings: &'a schema::Thermometer,
    /// The lattice it looks at.
    pub lattice: Lattice,
    /// Number of state points it chooses from.
    pub n_classes: usize,
    /// The seed of the experiment.
    pub seed: u32,
    /// What its checkpoints are bound to.
    pub fingerprint: &'a str,
}

/// What the thermometer learns from.
#[derive(Debug)]
pub struct Lessons {
    /// Labelled configurations, state point after state point, each with as many as the others.
    pub dataset: SpinDataset,
    /// Number of epochs whose configurations it holds, one epoch after another at each state point; of one, each epoch takes
    /// the same.
    pub n_epochs: usize,
    /// Number of state points.
    pub n_classes: usize,
}

impl Lessons {
    /// Configurations of an epoch.
    fn n_samples(&self) -> usize {
        self.dataset.len() / self.n_epochs
    }

    /// Where sample `i` of an epoch lies.
    fn place(&self, epoch: usize, i: usize) -> usize {
        let n_each = self.n_samples() / self.n_classes;
        let class = i / n_each;
        (class * self.n_epochs + epoch % self.n_epochs) * n_each + i % n_each
    }
}

/// What is measured after every epoch, in nats: epoch, relative entropy of training and of held-out data.
pub type Epoch = [f64; N_COLUMNS];

const N_COLUMNS: usize = 3;

/// Trains to the last epoch, from the newest checkpoint if there is one.
///
/// # Errors
/// [`interrupt::Interrupted`] after a signal, with the state saved; files that cannot be written.
pub fn train(
    apprentice: &Apprentice<'_>,
    lessons: &Lessons,
    held_out: &SpinDataset,
    checkpoints: &mut Checkpoints,
    device: &Device,
    work: &Work<'_>,
) -> Result<(Vec<LayerParameters>, Vec<Epoch>)> {
    let shape = apprentice.shape();
    let autodiff = device.clone().autodiff();
    let mut state = match checkpoints.load(|warning| work.say(warning))? {
        Some(file) => State::restore(apprentice, &shape, &file, device)?,
        None => State::begin(apprentice, &shape, device)?,
    };
    let batch_size = apprentice.settings.batch_size.get();
    let batches_per_epoch = lessons.n_samples().div_ceil(batch_size);
    let n_steps = apprentice.settings.n_epochs.get() * batches_per_epoch;
    work.skip((state.position.epoch * batches_per_epoch + state.position.batch) as u64);
    while state.position.epoch < apprentice.settings.n_epochs.get() {
        let epoch = state.position.epoch;
        let order = order(lessons.n_samples(), apprentice.seed, Purpose::Thermometer, 1, epoch);
        for batch in order.chunks(batch_size).skip(state.position.batch) {
            let step = epoch * batches_per_epoch + state.position.batch;
            let learning_rate = cosine(apprentice.settings.learning_rate.get(), step, n_steps);
            let places = batch.iter().map(|&sample| lessons.place(epoch, sample as usize)).collect();
            let batch = SpinBatcher.batch(lessons.dataset.get_many(places)?, &autodiff);
            state.loss += state.trainer.step(batch.spins, batch.classes, learning_rate)?;
            state.position.batch += 1;
            work.advance(1);
            let asked = interrupt::asked();
            if asked || checkpoints.is_due() {
                checkpoints.save(epoch, state.position.batch, &state.save(apprentice)?)?;
            }
            if asked {
                return Err(interrupt::Interrupted.into());
            }
        }
        let thermometer = Thermometer::new(&shape, &state.trainer.parameters()?, device)?;
        let held_out_loss = relative_entropy(&thermometer, held_out, device)?;
        ensure!(
            held_out_loss.is_finite(),
            "the thermometer's training diverged in epoch {}: try a smaller thermometer.learning_rate",
            epoch + 1
        );
        state.history.push([(epoch + 1) as f64, state.loss / batches_per_epoch as f64, held_out_loss]);
        state.loss = 0.0;
        state.position = Position { epoch: epoch + 1, batch: 0 };
    }
    Ok((state.trainer.parameters()?, state.history))
}

/// A rate that falls from `start` to zero along half a cosine.
fn cosine(start: f64, step: usize, n_steps: usize) -> f64 {
    0.5 * start * (1.0 + (PI * step as f64 / n_steps as f64).cos())
}

/// Rows evaluated at once: bounds the memory of the local network.
const BATCH: usize = 1000;

/// Mean relative entropy of labelled spins in nats.
fn relative_entropy(thermometer: &Thermometer, dataset: &SpinDataset, device: &Device) -> Result<f64> {
    let mut sum = 0.0;
    for start in (0..dataset.len()).step_by(BATCH) {
        let indices: Vec<usize> = (start..(start + BATCH).min(dataset.len())).collect();
        let n_items = indices.len() as f64;
        let batch = SpinBatcher.batch(dataset.get_many(indices)?, device);
        let loss = thermometer.relative_entropy(batch.spins, batch.classes);
        sum += f64::from(loss.try_into_scalar::<f32>()?) * n_items;
    }
    Ok(sum / dataset.len() as f64)
}

/// Probabilities of the classes for every configuration, shape `[n_samples, n_classes]`, row-major.
///
/// # Errors
/// When the device fails.
pub fn probabilities(thermometer: &Thermometer, spins: Tensor<2>) -> Result<Vec<f32>> {
    let n_samples = spins.dims()[0];
    let mut probabilities = Vec::new();
    for start in (0..n_samples).step_by(BATCH) {
        let batch = spins.clone().narrow(0, start, BATCH.min(n_samples - start));
        probabilities.extend(thermometer.probabilities(batch).try_into_vec_as::<f32>()?);
    }
    Ok(probabilities)
}

impl Apprentice<'_> {
    /// Its sizes.
    pub fn shape(&self) -> ThermometerShape {
        let sight = match self.settings.network {
            NetworkKind::Dense => Sight::Dense,
            NetworkKind::Local => Sight::Local {
                neighbourhoods: (0..self.lattice.n_sites())
                    .map(|site| std::iter::once(site).chain(self.lattice.neighbours(site)).collect())
                    .collect(),
                n_features: self.settings.n_features.get(),
            },
        };
        ThermometerShape {
            n_sites: self.lattice.n_sites(),
            sight,
            hidden: self.settings.layers.iter().map(|width| width.get()).collect(),
            n_classes: self.n_classes,
        }
    }

    /// Untrained layers: uniform in ±1/√n_inputs.
    fn initial_layers(&self, shape: &ThermometerShape) -> Vec<LayerParameters> {
        let mut rng = stream::stream(self.seed.into(), Purpose::Thermometer, 0, 0);
        shape.layers().into_iter().map(|(n_inputs, n_outputs)| initial_layer(n_inputs, n_outputs, &mut rng)).collect()
    }
}

fn initial_layer(n_inputs: usize, n_outputs: usize, rng: &mut impl Rng) -> LayerParameters {
    let width = 1.0 / (n_inputs as f32).sqrt();
    let mut uniform = |n: usize| (0..n).map(|_| width * (2.0 * rng.random::<f32>() - 1.0)).collect();
    LayerParameters { n_inputs, n_outputs, weights: uniform(n_inputs * n_outputs), bias: uniform(n_outputs) }
}

/// A training under way.
struct State {
    trainer: ThermometerTrainer,
    position: Position,
    /// Sum of the relative entropies of the epoch's batches so far.
    loss: f64,
    history: Vec<Epoch>,
}

impl State {
    fn begin(apprentice: &Apprentice<'_>, shape: &ThermometerShape, device: &Device) -> Result<Self> {
        let trainer = ThermometerTrainer::new(shape, &apprentice.initial_layers(shape), device)?;
        Ok(Self { trainer, position: Position::default(), loss: 0.0, history: Vec::new() })
    }

    fn save(&self, apprentice: &Apprentice<'_>) -> Result<TensorFile> {
        let history = self.history.concat();
        Ok(weight_file(&self.trainer.parameters()?)
            .text("kind", "checkpoint of a thermometer")
            .text("fingerprint", apprentice.fingerprint)
            .text("epoch", self.position.epoch)
            .text("batch", self.position.batch)
            .f64("loss", &[1], &[self.loss])
            .f64("history", &[self.history.len(), N_COLUMNS], &history)
            .u8("optimizer", self.trainer.optimizer_state()?))
    }

    fn restore(
        apprentice: &Apprentice<'_>,
        shape: &ThermometerShape,
        file: &TensorFile,
        device: &Device,
    ) -> Result<Self> {
        ensure!(
            file.get_text("fingerprint")? == apprentice.fingerprint,
            "the checkpoint belongs to other settings or other data: train anew with --restart"
        );
        let trainer = ThermometerTrainer::new(shape, &layers(shape, file)?, device)?;
        Ok(Self {
            trainer: trainer.with_optimizer_state(file.get_u8("optimizer")?.to_vec())?,
            position: Position { epoch: file.get_text("epoch")?.parse()?, batch: file.get_text("batch")?.parse()? },
            loss: file.get_f64("loss")?.1.first().copied().unwrap_or_default(),
            history: file.get_f64("history")?.1.as_chunks().0.to_vec(),
        })
    }
}

/// A file with the thermometer's layers: `layer-0.weights` `[n_inputs, n_outputs]`, `layer-0.bias`, …
pub fn weight_file(layers: &[LayerParameters]) -> TensorFile {
    layers.iter().enumerate().fold(TensorFile::default(), |file, (depth, layer)| {
        file.f32(&format!("layer-{depth}.weights"), &[layer.n_inputs, layer.n_outputs], &layer.weights).f32(
            &format!("layer-{depth}.bias"),
            &[layer.n_outputs],
            &layer.bias,
        )
    })
}

/// The layers in a weight file or checkpoint.
///
/// # Errors
/// When layers are missing.
pub fn layers(shape: &ThermometerShape, file: &TensorFile) -> Result<Vec<LayerParameters>> {
    let read = |(depth, (n_inputs, n_outputs)): (usize, (usize, usize))| {
        let (_, weights) = file.get_f32(&format!("layer-{depth}.weights"))?;
        let (_, bias) = file.get_f32(&format!("layer-{depth}.bias"))?;
        Ok(LayerParameters { n_inputs, n_outputs, weights, bias })
    };
    shape.layers().into_iter().enumerate().map(read).collect::<Result<_>>().context("this is no such thermometer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ising_data::{SampleSet, grid};

    #[test]
    fn every_epoch_of_a_stream_has_configurations_of_its_own_and_all_classes() -> Result<()> {
        let (lattice, points) = (Lattice::square(2)?, grid(&[1.0, 2.0, 3.0], &[0.0])?);
        let spins = ising_data::sample(lattice, &points, 4 * 5, 1, Purpose::Lesson, &|_| ())?;
        let samples = SampleSet::new(lattice, &points, spins, [].into())?;
        let lessons = Lessons { dataset: SpinDataset::new(samples, &points)?, n_epochs: 5, n_classes: 3 };
        let places = |epoch| (0..lessons.n_samples()).map(move |i| (epoch, i)).collect::<Vec<_>>();
        let mut all: Vec<usize> = (0..5).flat_map(places).map(|(epoch, i)| lessons.place(epoch, i)).collect();
        for (epoch, i) in places(3) {
            assert_eq!(lessons.dataset.get(lessons.place(epoch, i))?.class, i as i32 / 4);
        }
        all.sort_unstable();
        assert_eq!(all, (0..60).collect::<Vec<_>>());
        Ok(())
    }
}
