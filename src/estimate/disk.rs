//! The files that tasks write, in bytes.

use super::counts::{Counts, n_measured};
use crate::config::schema::Rbm;

/// A row of a table with so many numbers.
fn row(n_numbers: f64) -> f64 {
    15.0 * n_numbers
}

/// A figure: its SVG, PNG and table.
const FIGURE: f64 = 250e3;
/// Records of a task in the manifest.
const RECORD: f64 = 2e3;

impl Counts<'_> {
    pub(super) fn disk_of_sample(&self) -> f64 {
        RECORD + (self.n_samples + self.n_held_out) * (16.0 + self.row_bytes()) + self.n_points * row(18.0)
    }

    /// One of the further training data sets.
    pub(super) fn disk_of_data_set(&self) -> f64 {
        RECORD + self.n_samples * (16.0 + self.row_bytes())
    }

    pub(super) fn disk_of_thermometer(&self) -> f64 {
        let thermometer = &self.thermometer;
        RECORD + 4.0 * thermometer.n_weights + thermometer.n_points * (row(30.0) + thermometer.n_points * row(6.0))
    }

    pub(super) fn disk_of_machine(&self, rbm: &Rbm) -> f64 {
        let n_epochs = rbm.n_epochs.get();
        // While it trains, two checkpoints with all snapshots so far lie beside its files, which come at the end.
        let checkpoints = 2.0 * (4.0 + self.n_snapshots(rbm));
        RECORD
            + (1.0 + self.n_snapshots(rbm) + checkpoints) * 4.0 * self.n_weights(rbm)
            + n_measured(n_epochs) * row(8.0)
    }

    pub(super) fn disk_of_flow(&self) -> f64 {
        let n_rows = self.n_records * self.n_starts;
        let n_powers = (self.settings.flow.n_steps.get() as f64).log10() + 3.0;
        let n_distances = self.n_sites.sqrt();
        let histograms = self.n_extreme_starts * self.n_records * self.thermometer.n_points * row(5.0);
        let correlations = n_powers * self.n_starts * n_distances * row(9.0);
        let maps = if self.settings.has_softmax_map() { 3.0 * self.thermometer.n_points * row(8.0) } else { 0.0 };
        RECORD + maps + n_rows * (row(43.0) + self.n_sites + 40.0) + correlations + histograms + row(33.0)
    }

    pub(super) fn disk_of_flow_along_training(&self, rbm: &Rbm) -> f64 {
        RECORD + self.n_snapshots(rbm) * (self.n_starts * row(46.0) + row(33.0))
    }

    pub(super) fn disk_of_inside(&self, rbm: &Rbm) -> f64 {
        let pairs = 0.5 * self.n_mapped().powi(2) * 35.0;
        let spectra = self.n_snapshots(rbm) * self.n_sites.min(rbm.n_hidden.get() as f64) * row(9.0);
        let patterns = 32.0 * self.n_sites * row(4.0) + rbm.n_hidden.get() as f64 * row(12.0);
        RECORD + pairs + spectra + patterns + 1800.0 * row(9.0) + 1500.0 * row(9.0)
    }

    pub(super) fn disk_of_likelihood(&self, rbm: &Rbm) -> f64 {
        RECORD + self.n_snapshots(rbm) * row(17.0)
    }

    pub(super) fn disk_of_analysis(&self) -> f64 {
        let n_machines: f64 = self.settings.rbm.iter().map(|rbm| rbm.seeds.get() as f64).sum();
        let n_moments = |rbm| if self.settings.flow.along_training { self.n_snapshots(rbm) } else { 1.0 };
        let n_ends: f64 = self.settings.rbm.iter().map(|rbm| (1.0 + rbm.seeds.get() as f64) * n_moments(rbm)).sum();
        let ends = n_ends * (row(33.0) + 3.0 * row(16.0)) + 105.0 * row(8.0);
        let plane = 61.0 * 46.0 * row(3.0);
        let curves = (61.0 + 601.0) * self.n_points / self.n_temperatures.max(1.0) * row(7.0);
        let maps = if self.settings.has_softmax_map() { 3.0 * self.thermometer.n_points * row(8.0) } else { 0.0 };
        let lines = if self.settings.has_plane() { 50.0 * row(5.0) } else { 0.0 };
        let of_entries = self.settings.rbm.len() as f64 * (maps + lines);
        RECORD + plane + curves + of_entries + ends + n_machines * self.n_starts * row(80.0)
    }

    pub(super) fn disk_of_figures(&self) -> f64 {
        RECORD + FIGURE * self.settings.figures.len() as f64
    }
}
