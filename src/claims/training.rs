//! How long the RBMs of a run were trained, by the settings in its manifest, and how well.

use std::path::Path;

use anyhow::Result;
use statistics::{Estimate, mean};

use crate::{artifacts::read_table, config::schema, table::Table};

/// A moment of the training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Updates of the parameters; NaN where it is not known.
    pub(super) n_updates: f64,
    /// The sum of their learning rates.
    pub(super) time: f64,
}

impl Default for Moment {
    fn default() -> Self {
        Self { n_updates: f64::NAN, time: f64::NAN }
    }
}

/// The settings of a run's trainings; nothing without a manifest, or with one of another version.
#[derive(Clone, Debug)]
pub(super) struct Trainings(Option<schema::Settings>);

impl Trainings {
    /// Of the config in a manifest.
    pub(super) fn of(config: &toml::Table) -> Self {
        Self(toml::Value::Table(config.clone()).try_into().ok())
    }

    /// The moment at which `machine` has been trained for so many epochs, for all of them without a number.
    pub(super) fn at(&self, machine: &str, epoch: Option<f64>) -> Moment {
        let Some(settings) = &self.0 else { return Moment::default() };
        let Some(rbm) = settings.rbm.iter().find(|rbm| rbm.name == machine) else { return Moment::default() };
        let n_samples = settings.n_training_samples();
        let epoch = epoch.unwrap_or(rbm.n_epochs.get() as f64);
        // No more than there were, whatever a table says.
        let n_updates = (epoch.clamp(0.0, rbm.n_epochs.get() as f64) * rbm.updates_per_epoch(n_samples) as f64).round();
        Moment { n_updates, time: rbm.training_time(n_updates as u64, n_samples) }
    }
}

/// The mean over the seeds of the KL divergence of the trained RBMs from their data, in nats; NaN where it is known of none.
pub(super) fn divergence(folder: &Path, machine: &str, seeds: &[String]) -> Result<Estimate> {
    let mut known = Vec::new();
    for seed in seeds {
        let file = format!("rbm/{machine}/seed-{seed}/likelihood.csv");
        if folder.join(&file).exists() {
            known.extend(of_one(&read_table(folder, &file)?)?);
        }
    }
    Ok(mean(&known))
}

/// The larger of the two estimates in the last row. Nothing where annealing has failed: ln Z from below lies above that from above
/// by more than three errors.
fn of_one(likelihood: &Table) -> Result<Option<f64>> {
    let last = |column: &str| -> Result<f64> { Ok(likelihood.column(column)?.last().copied().unwrap_or(f64::NAN)) };
    let (ln_z, reverse) = (last("ln_z")?, last("ln_z_reverse")?);
    let has_crossed = ln_z - reverse > 3.0 * last("ln_z_error")?.hypot(last("ln_z_reverse_error")?);
    let larger = last("relative_entropy")?.max(last("relative_entropy_reverse")?);
    Ok((larger.is_finite() && !has_crossed).then_some(larger))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_estimate_counts_unless_they_have_crossed() -> Result<()> {
        let header = "ln_z,ln_z_error,ln_z_reverse,ln_z_reverse_error,relative_entropy,relative_entropy_reverse\n";
        let of = |rows: &str| of_one(&Table::from_csv("likelihood", &format!("{header}{rows}"))?);
        assert_eq!(of("1,0,1,0,9,9\n70,0.1,70.2,0.1,2,2.2\n")?, Some(2.2));
        assert_eq!(of("70.3,0.1,70,0.1,2.3,2\n")?, Some(2.3));
        assert_eq!(of("75,0.1,70,0.1,7,2\n")?, None);
        assert_eq!(of("75,0.1,75,0.1,nan,nan\n")?, None);
        Ok(())
    }

    #[test]
    fn training_time_follows_from_the_settings() {
        let config = "[data]\ntemperatures = [1.0, 2.0]\nfields = [0.0]\nn_samples = 1000\n\
            [[rbm]]\nname = \"a\"\nlearning_rate = 0.1\nbatch_size = 500\nn_epochs = 100\n";
        let trainings = Trainings::of(&config.parse().unwrap_or_default());
        assert_eq!(trainings.at("a", None), Moment { n_updates: 400.0, time: 40.0 });
        assert_eq!(trainings.at("a", Some(0.25)), Moment { n_updates: 1.0, time: 0.1 });
        assert!(trainings.at("b", None).time.is_nan());
        assert!(Trainings::of(&toml::Table::new()).at("a", None).time.is_nan());
    }
}
