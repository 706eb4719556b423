//! The numbers of an experiment that its stages loop over, as its settings give them.

use ising_theory::{CRITICAL_TEMPERATURE, Lattice};

use crate::{
    config::schema::{HeadKind, LessonsKind, NetworkKind, Rbm, Settings},
    stages::{N_MAPPED, log_spaced, start_axes},
    training::machine::is_snapshot,
};

/// Distance from the critical point at which coupling from the past takes half as long as there.
const CRITICAL_WIDTH: f64 = 0.25;

/// How much of everything there is. Real numbers, since a config may ask for more than fits an integer.
pub(super) struct Counts<'a> {
    pub(super) settings: &'a Settings,
    pub(super) lattice: Lattice,
    pub(super) n_sites: f64,
    /// State points of the data.
    pub(super) n_points: f64,
    /// Temperatures of the data above 0.
    pub(super) n_temperatures: f64,
    /// Configurations to train machines on, and those held out.
    pub(super) n_samples: f64,
    pub(super) n_held_out: f64,
    pub(super) thermometer: OfThermometer,
    /// Starts of the flow, those of them whose softmax is kept at every step that is read, and chains from all.
    pub(super) n_starts: f64,
    pub(super) n_extreme_starts: f64,
    pub(super) n_chains: f64,
    /// Steps of the flow that are read.
    pub(super) n_records: f64,
}

/// Numbers of the thermometer.
pub(super) struct OfThermometer {
    pub(super) n_points: f64,
    pub(super) n_temperatures: f64,
    /// Configurations of an epoch, and those held out.
    pub(super) n_samples: f64,
    pub(super) n_held_out: f64,
    /// Configurations that are drawn for it, beside those of the data.
    pub(super) n_drawn: f64,
    /// Whether any state point has a field.
    pub(super) in_field: bool,
    /// Multiply-adds of one configuration through the network, and numbers that its layers hold between them.
    pub(super) products: f64,
    pub(super) activations: f64,
    /// Weights.
    pub(super) n_weights: f64,
}

impl Counts<'_> {
    /// Snapshots of a training.
    pub(super) fn n_snapshots(&self, rbm: &Rbm) -> f64 {
        n_snapshots(rbm.n_epochs.get(), rbm.updates_per_epoch(self.settings.n_training_samples()))
    }
}

impl<'a> Counts<'a> {
    pub(super) fn of(settings: &'a Settings, lattice: Lattice) -> Self {
        let data = &settings.data;
        let (temperatures, fields) = (data.temperatures.values(), data.fields.values());
        let n_points = temperatures.len() as f64 * fields.len() as f64;
        let (start_temperatures, start_fields) = start_axes(settings);
        let n_starts = start_temperatures.len() as f64 * start_fields.len() as f64;
        let n_samples = n_points * data.n_samples.get() as f64;
        let n_held_out = n_points * data.n_held_out.get() as f64;
        Self {
            settings,
            lattice,
            n_sites: lattice.n_sites() as f64,
            n_points,
            n_temperatures: above_zero(&temperatures),
            n_samples,
            n_held_out,
            thermometer: OfThermometer::of(settings, lattice, [n_samples, n_held_out]),
            n_starts,
            n_extreme_starts: start_temperatures.len().min(2) as f64 * start_fields.len() as f64,
            n_chains: n_starts * settings.flow.n_chains.get() as f64,
            n_records: log_spaced(settings.flow.n_steps.get()).len() as f64,
        }
    }

    /// Whether the data have a field anywhere.
    pub(super) fn in_field(&self) -> bool {
        has_field(&self.settings.data.fields.values())
    }

    /// How near the state points of the data are to the critical point of the torus, in the mean: 1 there, 0 far away.
    pub(super) fn criticality(&self) -> f64 {
        let data = &self.settings.data;
        let (temperatures, fields) = (data.temperatures.values(), data.fields.values());
        let of_point = |temperature: f64, field: f64| {
            1.0 / (1.0 + ((temperature - CRITICAL_TEMPERATURE).abs() + field.abs()) / CRITICAL_WIDTH)
        };
        let sum: f64 = temperatures.iter().map(|&t| fields.iter().map(|&h| of_point(t, h)).sum::<f64>()).sum();
        sum / self.n_points
    }

    /// Sites whose pairs are written.
    pub(super) fn n_mapped(&self) -> f64 {
        self.n_sites.min(N_MAPPED as f64)
    }

    /// Bytes of a configuration, packed.
    pub(super) fn row_bytes(&self) -> f64 {
        (self.n_sites / 8.0).ceil()
    }

    /// Weights of a machine.
    pub(super) fn n_weights(&self, rbm: &Rbm) -> f64 {
        self.n_sites * rbm.n_hidden.get() as f64
    }
}

impl OfThermometer {
    fn of(settings: &Settings, lattice: Lattice, of_data: [f64; 2]) -> Self {
        let thermometer = &settings.thermometer;
        let (temperatures, fields) = settings.thermometer_grid();
        let n_points = temperatures.len() as f64 * fields.len() as f64;
        let n_samples = n_points * thermometer.n_samples.unwrap_or(settings.data.n_samples).get() as f64;
        let n_held_out = n_points * settings.data.n_held_out.get() as f64;
        let has_own_points =
            (temperatures, &fields) != (settings.data.temperatures.values(), &settings.data.fields.values());
        let lessons = match thermometer.data {
            LessonsKind::Stream => n_samples * thermometer.n_epochs.get() as f64,
            LessonsKind::Samples if has_own_points || different(n_samples, of_data[0]) => n_samples,
            LessonsKind::Samples => 0.0,
        };
        let layers = layers(settings, lattice, n_points);
        Self {
            n_points,
            n_temperatures: above_zero(&settings.thermometer_grid().0),
            n_samples,
            n_held_out,
            n_drawn: lessons + if has_own_points || different(n_held_out, of_data[1]) { n_held_out } else { 0.0 },
            in_field: has_field(&fields),
            products: layers.iter().map(|layer| layer.n_places * layer.n_inputs * layer.n_outputs).sum(),
            activations: layers.iter().map(|layer| layer.n_places * (layer.n_inputs + layer.n_outputs)).sum(),
            n_weights: layers.iter().map(|layer| (layer.n_inputs + 1.0) * layer.n_outputs).sum(),
        }
    }
}

/// A layer of the thermometer, which is applied at so many places of a configuration.
struct LayerSize {
    n_places: f64,
    n_inputs: f64,
    n_outputs: f64,
}

fn layers(settings: &Settings, lattice: Lattice, n_points: f64) -> Vec<LayerSize> {
    let thermometer = &settings.thermometer;
    let n_sites = lattice.n_sites() as f64;
    let (mut layers, mut n_inputs) = (Vec::new(), n_sites);
    if thermometer.network == NetworkKind::Local {
        let n_outputs = thermometer.n_features.get() as f64;
        layers.push(LayerSize { n_places: n_sites, n_inputs: 1.0 + lattice.coordination() as f64, n_outputs });
        n_inputs = n_outputs;
    }
    let n_read = match thermometer.head {
        HeadKind::Classifier => n_points,
        HeadKind::Regressor => 4.0,
    };
    for n_outputs in thermometer.layers.iter().map(|width| width.get() as f64).chain([n_read]) {
        layers.push(LayerSize { n_places: 1.0, n_inputs, n_outputs });
        n_inputs = n_outputs;
    }
    layers
}

fn above_zero(temperatures: &[f64]) -> f64 {
    temperatures.iter().filter(|temperature| **temperature > 0.0).count() as f64
}

fn has_field(fields: &[f64]) -> bool {
    fields.iter().any(|field| field.abs() > 0.0)
}

fn different(a: f64, b: f64) -> bool {
    (a - b).abs() > 0.5
}

/// Snapshots of a training: the beginning, updates 1, 2, 5, 10, … of the first epoch, epochs 1, 2, 5, 10, … and the last.
fn n_snapshots(n_epochs: usize, updates_per_epoch: usize) -> f64 {
    let last_is_taken = n_epochs == 0 || is_snapshot(n_epochs);
    let n_early = if n_epochs > 0 { n_kept(updates_per_epoch - 1) } else { 0 };
    (1 + n_early + n_kept(n_epochs) + usize::from(!last_is_taken)) as f64
}

/// How many of the numbers 1, 2, 5, 10, 20, 50, … are at most `last`.
fn n_kept(last: usize) -> usize {
    decades(last).flat_map(|decade| [1, 2, 5].map(|first| first * decade)).filter(|&number| number <= last).count()
}

/// Epochs after which a machine in training is measured: each up to 100, then 180 a decade, and the last.
pub(super) fn n_measured(n_epochs: usize) -> f64 {
    let of_decade = |decade: usize| {
        let step = (decade / 20).max(1);
        n_epochs.min(10 * decade - 1) / step - (decade - 1) / step
    };
    let last_is_measured = decades(n_epochs).last().is_none_or(|decade| n_epochs.is_multiple_of((decade / 20).max(1)));
    let n_measured: usize = decades(n_epochs).map(of_decade).sum();
    (n_measured + usize::from(!last_is_measured)).max(1) as f64
}

/// 1, 10, 100, … up to `n`.
fn decades(n: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(1usize), |decade| decade.checked_mul(10)).take_while(move |decade| *decade <= n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::machine::is_measured;

    /// Counted by the training's own rules, epoch by epoch.
    #[test]
    fn snapshots_and_measurements_are_those_of_the_training() {
        assert_eq!([n_snapshots(0, 50), n_measured(0)].map(|n| n as usize), [1, 1]);
        for n_epochs in [1, 3, 9, 10, 99, 100, 104, 999, 1000, 5000, 5010, 10_000] {
            let n = |is: fn(usize) -> bool| (1..=n_epochs).filter(|&epoch| is(epoch) || epoch == n_epochs).count();
            assert_eq!(n_snapshots(n_epochs, 1) as usize, 1 + n(is_snapshot), "snapshots of {n_epochs}");
            // After 1, 2, 5, 10 and 20 updates, too.
            assert_eq!(n_snapshots(n_epochs, 50) as usize, 6 + n(is_snapshot), "snapshots of {n_epochs}");
            assert_eq!(n_measured(n_epochs) as usize, n(is_measured), "measurements of {n_epochs}");
        }
    }
}
