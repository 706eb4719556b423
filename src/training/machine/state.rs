//! A machine's training under way: how it begins, goes on, and is saved.

use anyhow::{Result, ensure};
use ising_data::stream::{self, Purpose};
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, likelihood::independent_bias,
};
use rand_distr::{Distribution, StandardNormal};

use super::{
    Course, Epoch, Machine, Monitor, N_COLUMNS, Trained, evenly,
    files::{Snapshot, get_parameters, parameters, snapshots, weight_file, with_parameters, with_snapshots},
};
use crate::{
    artifacts::TensorFile,
    progress::{Event, Metrics},
    training::{Position, updates},
};

/// Weights that no machine of ±1 units needs: tanh of their sums is ±1 to rounding long before.
const LARGEST_NORM: f64 = 1e3;

/// A training under way.
pub(super) struct State<'a> {
    pub(super) machine: Machine<'a>,
    training: Training,
    pub(super) position: Position,
    /// Visible units that differed between the data and their reconstructions in the epoch so far.
    n_flips: u64,
    pub(super) history: Vec<Epoch>,
    pub(super) snapshots: Vec<Snapshot>,
}

impl<'a> State<'a> {
    /// Goes on from the newest checkpoint, or begins.
    pub(super) fn new(course: &Course<'_>, machine: Machine<'a>) -> Result<Self> {
        match machine.checkpoints.load(|warning| course.work.warn(warning))? {
            Some(file) => Self::restore(course, machine, &file),
            None => Self::begin(course, machine),
        }
    }

    fn begin(course: &Course<'_>, machine: Machine<'a>) -> Result<Self> {
        let Course { training, settings, seed, device, .. } = *course;
        let (n_visible, n_hidden) = (training.n_sites(), settings.n_hidden.get());
        let mut rng = stream::stream(seed.into(), Purpose::Weights, machine.index, 0);
        let spread = settings.initial_spread.get() as f32;
        let weights = (0..n_visible * n_hidden).map(|_| {
            let normal: f32 = StandardNormal.sample(&mut rng);
            spread * normal
        });
        let mut parameters = RbmParameters::untrained(n_visible, n_hidden, weights.collect());
        if settings.bias_from_data {
            parameters.visible_bias = independent_bias(n_visible, &training.to_f32())?;
        }
        let chains = evenly(training, course.n_chains())?;
        let chains = PackedTensor::new(&chains.to_words(), n_visible, device)?;
        Ok(Self {
            machine,
            training: Training::begin(Rbm::new(&parameters, device)?, chains),
            position: Position::default(),
            n_flips: 0,
            history: Vec::new(),
            snapshots: vec![Snapshot { epoch: 0.0, n_updates: 0, parameters }],
        })
    }

    pub(super) fn end_epoch(&mut self, course: &Course<'_>, monitor: &Monitor) -> Result<()> {
        let (settings, n_trained) = (course.settings, course.training.n_samples());
        let parameters = self.sound_parameters()?;
        let epoch = self.position.epoch + 1;
        self.position = Position { epoch, batch: 0 };
        // Of a persistent chain no unit is the reconstruction of one of the data.
        let n_flips = if settings.persistent { f64::NAN } else { self.n_flips as f64 };
        self.n_flips = 0;
        let is_last = epoch == settings.n_epochs.get();
        if !(is_last || is_measured(epoch)) {
            return Ok(());
        }
        let measured = Epoch {
            epoch,
            reconstruction_error: n_flips / (n_trained * parameters.n_visible) as f64,
            weight_norm: parameters.weight_norm(),
            ..monitor.look(&parameters)?
        };
        course.work.tell(Event::Training(self.metrics(course, &measured)));
        self.history.push(measured);
        if is_snapshot(epoch) || is_last {
            let n_updates = (epoch * course.updates_per_epoch()) as u64;
            self.snapshots.push(Snapshot { epoch: epoch as f64, n_updates, parameters });
        }
        Ok(())
    }

    /// Keeps the RBM after some updates of the first epoch.
    pub(super) fn keep_early(&mut self, course: &Course<'_>) -> Result<()> {
        let n_updates = self.position.batch;
        let epoch = n_updates as f64 / course.updates_per_epoch() as f64;
        let parameters = self.sound_parameters()?;
        self.snapshots.push(Snapshot { epoch, n_updates: n_updates as u64, parameters });
        Ok(())
    }

    /// Tells what the part of the training that is done came to.
    pub(super) fn recall(&self, course: &Course<'_>) {
        self.history.iter().for_each(|epoch| course.work.tell(Event::Recalled(self.metrics(course, epoch))));
    }

    fn metrics(&self, course: &Course<'_>, epoch: &Epoch) -> Metrics {
        let machine = format!("{}/seed-{}", course.settings.name, self.machine.index);
        Metrics { machine, epoch: epoch.epoch, values: epoch.measures().to_vec() }
    }

    /// Measures a machine that will not be trained.
    pub(super) fn look(&mut self, monitor: &Monitor) -> Result<()> {
        let parameters = self.sound_parameters()?;
        self.history.push(Epoch { weight_norm: parameters.weight_norm(), ..monitor.look(&parameters)? });
        Ok(())
    }

    /// The machine on the host, unless its training has diverged: then neither a checkpoint nor weights are written.
    fn sound_parameters(&self) -> Result<RbmParameters> {
        let parameters = self.training.rbm.parameters()?;
        let norm = parameters.weight_norm();
        ensure!(
            parameters.validate().is_ok() && norm < LARGEST_NORM,
            "the training of seed {} diverged in epoch {}: the root mean square of the weights is {norm:.3e}\n  \
             the checkpoint before it is kept; try a smaller learning_rate or momentum, a larger batch_size or a smaller \
             initial_spread",
            self.machine.index,
            self.position.epoch + 1
        );
        Ok(parameters)
    }

    /// Writes a checkpoint.
    pub(super) fn save(&mut self) -> Result<()> {
        let file = self.file()?;
        self.machine.checkpoints.save(self.position.epoch, self.position.batch, &file)
    }

    fn file(&self) -> Result<TensorFile> {
        let history: Vec<f64> = self.history.iter().flat_map(|epoch| epoch.to_row()).collect();
        let file = weight_file(&self.sound_parameters()?)
            .text("kind", "checkpoint of a machine")
            .text("fingerprint", self.machine.fingerprint)
            .text("epoch", self.position.epoch)
            .text("batch", self.position.batch)
            .text("flips", self.n_flips)
            .f64("history", &[self.history.len(), N_COLUMNS], &history)
            .u8("chains", self.chain_bytes()?);
        let file = with_parameters(file, "change_", &self.training.last_change.parameters()?);
        Ok(with_snapshots(file, &self.snapshots))
    }

    fn restore(course: &Course<'_>, machine: Machine<'a>, file: &TensorFile) -> Result<Self> {
        ensure!(
            file.get_text("fingerprint")? == machine.fingerprint,
            "the checkpoint belongs to other settings or other data: train anew with --restart"
        );
        let position = Position { epoch: file.get_text("epoch")?.parse()?, batch: file.get_text("batch")?.parse()? };
        let (_, history) = file.get_f64("history")?;
        let (parameters, change, snapshots) =
            (parameters(file)?, get_parameters(file, "change_")?, snapshots(file, course.updates_per_epoch())?);
        let words: Vec<u32> =
            file.get_u8("chains")?.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
        let machines = [&parameters, &change].into_iter().chain(snapshots.iter().map(|taken| &taken.parameters));
        ensure!(
            machines.into_iter().all(|machine| course.is_of_its_size(machine))
                && words.len() == course.n_chains() * course.training.n_sites().div_ceil(32)
                && position <= Position { epoch: course.settings.n_epochs.get(), batch: 0 }
                && position.batch <= course.updates_per_epoch(),
            "the checkpoint does not fit the machine to be trained: train anew with --restart"
        );
        let device = course.device;
        Ok(Self {
            machine,
            training: Training {
                rbm: Rbm::new(&parameters, device)?,
                last_change: Rbm::new(&change, device)?,
                chains: PackedTensor::new(&words, parameters.n_visible, device)?,
            },
            position,
            n_flips: file.get_text("flips")?.parse()?,
            history: history.as_chunks().0.iter().map(|&row| Epoch::from_row(row)).collect(),
            snapshots,
        })
    }

    /// What came of it.
    pub(super) fn finish(self) -> Result<Trained> {
        Ok(Trained { parameters: self.sound_parameters()?, history: self.history, snapshots: self.snapshots })
    }

    /// The persistent chains' words, lowest byte first.
    fn chain_bytes(&self) -> Result<Vec<u8>> {
        Ok(self.training.chains.to_words()?.into_iter().flat_map(u32::to_le_bytes).collect())
    }
}

/// Trains machines that are abreast through a stretch.
pub(super) fn train(course: &Course<'_>, states: &mut [&mut State<'_>], stretch: &Stretch<'_>) -> Result<()> {
    let settings = course.settings;
    let epoch = states.first().map_or(0, |state| state.position.epoch);
    let divergence = ContrastiveDivergence {
        n_gibbs_steps: settings.n_gibbs_steps.non_zero(),
        learning_rate: settings.learning_rate.get() * settings.schedule.factor(epoch, settings.n_epochs.get()),
        momentum: settings.momentum.get(),
        weight_decay: settings.weight_decay.get(),
        persistent: settings.persistent,
        updates: updates(settings.updates()),
        visible_bias: settings.visible_bias,
        hidden_bias: settings.hidden_bias,
    };
    let trainings = states.iter().map(|state| state.training.clone()).collect();
    for (state, (training, n_flips)) in states.iter_mut().zip(divergence.train(trainings, stretch)?) {
        state.training = training;
        state.n_flips += n_flips;
    }
    Ok(())
}

/// Whether the machine is measured after so many epochs: each up to 100, then 180 a decade.
pub(crate) fn is_measured(epoch: usize) -> bool {
    let decade = 10usize.pow(epoch.ilog10());
    epoch.is_multiple_of((decade / 20).max(1))
}

/// Whether the RBM is kept after so many epochs, or so many updates of the first one: 1, 2, 5, 10, 20, 50, …
pub(crate) fn is_snapshot(number: usize) -> bool {
    let decade = 10usize.pow(number.ilog10());
    [1, 2, 5].contains(&(number / decade)) && number.is_multiple_of(decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_lie_evenly_on_a_logarithmic_axis() {
        let epochs: Vec<usize> = (1..=600).filter(|&epoch| is_snapshot(epoch)).collect();
        assert_eq!(epochs, [1, 2, 5, 10, 20, 50, 100, 200, 500]);
        assert!(epochs.iter().all(|&epoch| is_measured(epoch)));
        assert!((1..=100).all(is_measured) && is_measured(5000) && !is_measured(104) && !is_measured(5010));
    }
}
