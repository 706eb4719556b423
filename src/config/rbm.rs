//! The settings of the machines and their training.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::{
    flow::UpdateKind,
    numbers::{BatchSize, Count, CountFromZero, Fraction, Positive},
    scan,
};

/// How the learning rate goes along the training.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same throughout.
    #[default]
    Constant,
    /// Falls to zero along a straight line.
    Linear,
    /// Falls to zero along half a cosine.
    Cosine,
}

impl Schedule {
    /// The part of the learning rate that is left in `epoch` (or step), counted from 0, of `n_epochs`.
    pub fn factor(self, epoch: usize, n_epochs: usize) -> f64 {
        let done = epoch as f64 / n_epochs as f64;
        match self {
            Self::Constant => 1.0,
            Self::Linear => 1.0 - done,
            Self::Cosine => 0.5 * (1.0 + (PI * done).cos()),
        }
    }
}

/// `[[rbm]]`: one machine, trained once for every seed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rbm {
    /// Name of its folder and in tables: lower-case letters, digits, hyphens.
    pub name: String,
    /// Number of hidden units n_h; a list of them in the file stands for as many entries.
    #[serde(deserialize_with = "scan::first")]
    pub n_hidden: Count,
    /// The k of CD-k.
    pub n_gibbs_steps: Count,
    /// Whether the reconstructions start from persistent chains, one for each configuration of a batch, in place of the data
    /// (PCD).
    pub persistent: bool,
    /// How the hidden units are set from which a reconstruction is made; the statistics have their means.
    #[serde(skip_serializing_if = "UpdateKind::is_sampled")]
    pub hidden_units: UpdateKind,
    /// How the reconstruction v′ is set.
    #[serde(skip_serializing_if = "UpdateKind::is_sampled")]
    pub visible_units: UpdateKind,
    /// Learning rate, at the start.
    pub learning_rate: Positive,
    /// How it goes on.
    pub schedule: Schedule,
    /// The part of a step's change that is repeated in the next.
    pub momentum: Fraction,
    /// What every step takes from each weight, in units of learning rate times weight.
    pub weight_decay: Fraction,
    /// Configurations per step: a number, or `"all"` for the full batch.
    pub batch_size: BatchSize,
    /// Passes through the data; with 0 the machine stays as it begins, with random weights.
    pub n_epochs: CountFromZero,
    /// Number of machines, trained with the seeds 0, 1, …
    pub seeds: Count,
    /// Number of independent training data sets: machine K learns from set K mod `data_seeds`; set 0 is that of every run.
    #[serde(skip_serializing_if = "is_one")]
    pub data_seeds: Count,
    /// Standard deviation of the initial weights.
    pub initial_spread: Positive,
    /// Whether the visible bias starts at artanh ⟨vᵢ⟩ of the data, in place of zero.
    pub bias_from_data: bool,
    /// Whether the visible bias is trained.
    pub visible_bias: bool,
    /// Whether the hidden bias is trained.
    pub hidden_bias: bool,
}

fn is_one(count: &Count) -> bool {
    count.get() == 1
}

impl Rbm {
    /// How the hidden and the visible layer of a reconstruction in training are set.
    pub fn updates(&self) -> [UpdateKind; 2] {
        [self.hidden_units, self.visible_units]
    }

    /// The data set that machine `index` learns from.
    pub fn data_set(&self, index: u64) -> u64 {
        index % self.data_seeds.get() as u64
    }
}

impl Default for Rbm {
    fn default() -> Self {
        Self {
            name: "reference".into(),
            n_hidden: Count::new(81),
            n_gibbs_steps: Count::new(1),
            persistent: false,
            hidden_units: UpdateKind::Sampled,
            visible_units: UpdateKind::Sampled,
            learning_rate: Positive::new(0.1),
            schedule: Schedule::Constant,
            momentum: Fraction::default(),
            weight_decay: Fraction::default(),
            batch_size: BatchSize::Of(Count::new(500)),
            n_epochs: CountFromZero::new(100),
            seeds: Count::new(1),
            data_seeds: Count::new(1),
            initial_spread: Positive::new(0.01),
            bias_from_data: false,
            visible_bias: true,
            hidden_bias: true,
        }
    }
}

impl Rbm {
    /// Updates of the parameters in an epoch over `n_samples` training configurations.
    pub fn updates_per_epoch(&self, n_samples: usize) -> usize {
        n_samples.div_ceil(self.batch_size.of(n_samples))
    }

    /// Training time τ after `n_updates` updates: the sum of the learning rates of all of them, η × number of updates for a
    /// constant rate.
    pub fn training_time(&self, n_updates: u64, n_samples: usize) -> f64 {
        let (per_epoch, n_epochs) = (self.updates_per_epoch(n_samples) as u64, self.n_epochs.get());
        let factor = |epoch: u64| self.schedule.factor(epoch as usize, n_epochs);
        let rates = match self.schedule {
            Schedule::Constant => n_updates as f64,
            Schedule::Linear | Schedule::Cosine => {
                let whole: f64 = (0..n_updates / per_epoch).map(|epoch| factor(epoch) * per_epoch as f64).sum();
                let rest = n_updates % per_epoch;
                whole + if rest > 0 { rest as f64 * factor(n_updates / per_epoch) } else { 0.0 }
            }
        };
        self.learning_rate.get() * rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_time_is_the_sum_of_the_rates() {
        let rbm = |schedule| Rbm { schedule, n_epochs: CountFromZero::new(10), ..Rbm::default() };
        // 1000 samples are two batches of 500.
        assert!((rbm(Schedule::Constant).training_time(7, 1000) - 0.7).abs() < 1e-12);
        let linear = rbm(Schedule::Linear);
        assert_eq!(linear.updates_per_epoch(1000), 2);
        assert!((linear.training_time(5, 1000) - 0.1 * (2.0 + 1.8 + 0.8)).abs() < 1e-12);
        assert!((linear.training_time(20, 1000) - 0.1 * 11.0).abs() < 1e-12);
        let full = Rbm { batch_size: BatchSize::All, ..Rbm::default() };
        assert_eq!(full.updates_per_epoch(1000), 1);
    }

    #[test]
    fn schedules_fall_from_one_towards_zero() {
        for schedule in [Schedule::Linear, Schedule::Cosine] {
            assert!((schedule.factor(0, 10) - 1.0).abs() < 1e-12 && (schedule.factor(5, 10) - 0.5).abs() < 1e-12);
            assert!((0..10).all(|epoch| schedule.factor(epoch + 1, 10) < schedule.factor(epoch, 10)));
            assert!(schedule.factor(9, 10) > 0.0 && schedule.factor(10, 10).abs() < 1e-12);
        }
        assert!((Schedule::Constant.factor(9, 10) - 1.0).abs() < 1e-12);
    }
}
