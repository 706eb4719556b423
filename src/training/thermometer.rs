//! Training of the thermometer.

mod apprentice;
mod state;

use anyhow::Result;
use burn::tensor::Device;
use ising_data::stream::Purpose;
use models::{LayerParameters, Thermometer};

pub use apprentice::Apprentice;
pub use state::{layers, weight_file};

use super::{labelled::Labelled, order};
use crate::{
    artifacts::Checkpoints,
    interrupt,
    progress::{Event, Metrics, Work},
    reading::BATCH,
};
use state::State;

/// What the thermometer learns from.
#[derive(Debug)]
pub struct Lessons {
    /// Labelled configurations, state point after state point, each with as many as the others.
    pub dataset: Labelled,
    /// Number of epochs whose configurations it holds, one epoch after another at each state point; of one, each epoch takes
    /// the same.
    pub n_epochs: usize,
    /// Number of state points.
    pub n_classes: usize,
}

impl Lessons {
    /// Configurations of an epoch.
    fn n_samples(&self) -> usize {
        self.dataset.n_samples() / self.n_epochs
    }

    /// Where sample `i` of an epoch lies.
    fn place(&self, epoch: usize, i: usize) -> usize {
        let n_each = self.n_samples() / self.n_classes;
        let class = i / n_each;
        (class * self.n_epochs + epoch % self.n_epochs) * n_each + i % n_each
    }
}

/// What is measured after every epoch, in nats: epoch, loss on training and on held-out data.
pub type Epoch = [f64; N_COLUMNS];

const N_COLUMNS: usize = 3;

/// Trains to the last epoch or to the end of patience, from the newest checkpoint if there is one; the layers are those of the
/// last epoch, with patience those of the best.
///
/// # Errors
/// [`interrupt::Interrupted`] after a signal, with the state saved; a diverged training; files that cannot be written.
pub fn train(
    apprentice: &Apprentice<'_>,
    lessons: &Lessons,
    held_out: &Labelled,
    checkpoints: &mut Checkpoints,
    device: &Device,
    work: &Work<'_>,
) -> Result<(Vec<LayerParameters>, Vec<Epoch>)> {
    let shape = apprentice.shape();
    let settings = apprentice.settings;
    let autodiff = device.clone().autodiff();
    let mut state = match checkpoints.load(|warning| work.warn(warning))? {
        Some(file) => State::restore(apprentice, &shape, &file, device)?,
        None => State::begin(apprentice, &shape, device)?,
    };
    state.history.iter().for_each(|epoch| work.tell(Event::Recalled(metrics(epoch))));
    let batch_size = settings.batch_size.get();
    let batches_per_epoch = lessons.n_samples().div_ceil(batch_size);
    let n_steps = settings.n_epochs.get() * batches_per_epoch;
    work.skip((state.position.epoch * batches_per_epoch + state.position.batch) as u64);
    let is_exhausted = |state: &State| settings.patience.is_some_and(|patience| state.is_exhausted(patience.get()));
    while state.position.epoch < settings.n_epochs.get() && !is_exhausted(&state) {
        let epoch = state.position.epoch;
        let order = order(lessons.n_samples(), apprentice.seed, Purpose::Thermometer, 1, epoch);
        for batch in order.chunks(batch_size).skip(state.position.batch) {
            let step = epoch * batches_per_epoch + state.position.batch;
            let learning_rate = settings.learning_rate.get() * settings.schedule.factor(step, n_steps);
            let places: Vec<usize> = batch.iter().map(|&sample| lessons.place(epoch, sample as usize)).collect();
            let (spins, classes) = lessons.dataset.batch(&places, &autodiff)?;
            state.loss += state.trainer.step(spins, classes, learning_rate)?;
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
        let held_out_loss = mean_loss(&thermometer, held_out, device)?;
        state.end_epoch(state.loss / batches_per_epoch as f64, held_out_loss, settings.patience.is_some())?;
        state.history.last().into_iter().for_each(|epoch| work.tell(Event::Training(metrics(epoch))));
    }
    state.finish()
}

fn metrics(&[epoch, loss, held_out_loss]: &Epoch) -> Metrics {
    let values = vec![("loss", loss), ("held_out_loss", held_out_loss)];
    Metrics { machine: "thermometer".into(), epoch: epoch as usize, values }
}

/// Mean loss on labelled spins in nats.
fn mean_loss(thermometer: &Thermometer, dataset: &Labelled, device: &Device) -> Result<f64> {
    let mut sum = 0.0;
    for start in (0..dataset.n_samples()).step_by(BATCH) {
        let indices: Vec<usize> = (start..(start + BATCH).min(dataset.n_samples())).collect();
        let n_items = indices.len() as f64;
        let (spins, classes) = dataset.batch(&indices, device)?;
        let loss = thermometer.loss(spins, classes)?;
        sum += f64::from(loss.try_into_scalar::<f32>()?) * n_items;
    }
    Ok(sum / dataset.n_samples() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ising_data::{SampleSet, grid};
    use ising_theory::Lattice;

    #[test]
    fn every_epoch_of_a_stream_has_configurations_of_its_own_and_all_classes() -> Result<()> {
        let (lattice, points) = (Lattice::square(2)?, grid(&[1.0, 2.0, 3.0], &[0.0])?);
        let spins = ising_data::sample(lattice, &points, 4 * 5, 1, Purpose::Lesson, &|_| true)?;
        let samples = SampleSet::new(lattice, &points, spins, [].into())?;
        let lessons = Lessons { dataset: Labelled::new(samples, &points)?, n_epochs: 5, n_classes: 3 };
        let places = |epoch| (0..lessons.n_samples()).map(move |i| (epoch, i)).collect::<Vec<_>>();
        let mut all: Vec<usize> = (0..5).flat_map(places).map(|(epoch, i)| lessons.place(epoch, i)).collect();
        for (epoch, i) in places(3) {
            let (_, class) = lessons.dataset.batch(&[lessons.place(epoch, i)], &Device::default())?;
            assert_eq!(class.try_into_vec_as::<i32>()?, [i as i32 / 4]);
        }
        all.sort_unstable();
        assert_eq!(all, (0..60).collect::<Vec<_>>());
        Ok(())
    }
}
