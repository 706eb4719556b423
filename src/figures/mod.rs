//! Figures: pure functions of saved tables, so that each can be redrawn without a model.
//!
//! A function of [`Table`]s gives a [`Figure`]: the SVG with its font inside, the same picture as PNG, and the
//! numbers drawn. The same tables give the same bytes on every machine. Labels in tables may
//! use a small markup: `*T*_{c}` is a slanted T with a lowered c.

mod against_training_time;
mod axes;
mod calibration;
mod canvas;
mod configurations;
mod confusion;
mod controls;
mod correlation_length;
mod correlations;
mod couplings;
mod eigenvectors;
mod end_point_against;
mod end_state;
mod ends_along_training;
mod ends_in_plane;
mod energy_relation;
mod energy_relation_along_training;
mod energy_relation_panels;
mod finite_size;
mod fixed_points;
mod landmarks;
mod layout;
mod legend;
mod magnetization_exponent;
mod number;
mod observables;
mod patterns;
mod plane;
mod plane_lines;
mod plane_points;
mod receptive_fields;
mod references;
mod relaxation;
mod reliability;
mod scale;
mod series;
mod softmax_map;
mod specific_heat_map;
mod spectra;
mod spectrum;
mod spectrum_along_training;
mod stationary;
mod style;
mod temperature_against_step;
mod temperature_map;
mod text;
mod thermometer_histogram;
mod training;
mod trajectories;
mod weight_products;

#[cfg(test)]
mod tests;

pub use calibration::calibration;
pub use configurations::configurations;
pub use confusion::confusion;
pub use controls::controls;
pub use correlation_length::correlation_length;
pub use correlations::correlations;
pub use couplings::couplings;
pub use eigenvectors::eigenvectors;
pub use end_point_against::end_point_against;
pub use end_state::end_state;
pub use ends_along_training::{EndsTables, ends_along_training};
pub use ends_in_plane::{EndTables, ends_in_plane};
pub use energy_relation::energy_relation;
pub use energy_relation_along_training::energy_relation_along_training;
pub use energy_relation_panels::energy_relation_panels;
pub use finite_size::finite_size;
pub use magnetization_exponent::magnetization_exponent;
pub use observables::observables;
pub use plane::{PlaneTables, plane};
pub use receptive_fields::receptive_fields;
pub use relaxation::relaxation;
pub use reliability::reliability;
pub use softmax_map::{SoftmaxTables, softmax_map};
pub use specific_heat_map::specific_heat_map;
pub use spectra::spectra;
pub use spectrum::spectrum;
pub use spectrum_along_training::spectrum_along_training;
pub use stationary::stationary;
pub use temperature_against_step::temperature_against_step;
pub use temperature_map::map_on_temperature_axis;
pub use thermometer_histogram::thermometer_histogram;
pub use training::{likelihood, training};
pub use trajectories::{TrajectoryTables, trajectories};
pub use weight_products::weight_products;

use crate::table::{Table, TableError};

/// A finished figure in its three forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The drawing, with its font embedded.
    pub svg: String,
    /// The same drawing as a picture 1600 pixels wide.
    pub png: Vec<u8>,
    /// The numbers drawn.
    pub csv: String,
}

impl Figure {
    /// The files of the figure called `name`, with their contents.
    pub fn files(&self, name: &str) -> [(String, &[u8]); 3] {
        let forms = [("svg", self.svg.as_bytes()), ("png", self.png.as_slice()), ("csv", self.csv.as_bytes())];
        forms.map(|(ending, bytes)| (format!("{name}.{ending}"), bytes))
    }
}

/// Why a figure cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// A table lacks a column or holds something else than numbers.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table holds nothing to draw.
    #[error("table '{table}' has no rows to draw")]
    Empty {
        /// Name of the table.
        table: String,
    },
    /// A figure of one machine was given several.
    #[error("table '{table}' holds several machines ({machines}): choose one")]
    SeveralMachines {
        /// Name of the table.
        table: String,
        /// Their names.
        machines: String,
    },
    /// A configuration has another number of sites than the lattice.
    #[error("table '{table}': a configuration has {found} spins, the lattice {expected} sites")]
    Sites {
        /// Name of the table.
        table: String,
        /// Sites of the lattice.
        expected: usize,
        /// Spins found.
        found: usize,
    },
    /// A pattern has another number of sites than the lattice.
    #[error("table '{table}': a pattern has {found} numbers, the lattice {expected} sites")]
    Pattern {
        /// Name of the table.
        table: String,
        /// Sites of the lattice.
        expected: usize,
        /// Numbers found.
        found: usize,
    },
    /// The drawing could not be rendered.
    #[error("the figure could not be rendered: {0}")]
    Drawing(String),
}
