//! The flow in the (T, H) plane: end points, the vector field of one step, fixed points. Part of `analyze`.

mod agreement;
mod end_points;
mod ends_along_training;
mod ends_of_starts;
mod fixed_points;
mod vector_field;

use anyhow::Result;
use statistics::{Estimate, mean};

use crate::{
    data_sets::mean_over_machines,
    table::{Cell, Table},
};

pub(super) use agreement::agreement_of_starts;
pub(super) use end_points::end_points;
pub(super) use ends_along_training::ends_along_training;
pub(super) use ends_of_starts::ends_of_starts;
pub(super) use fixed_points::fixed_points;
pub(super) use vector_field::vector_field;

/// A way to read (T, H) off a step of the flow.
#[derive(Clone, Copy, Debug)]
struct Reading {
    name: &'static str,
    /// Columns with T and H.
    columns: [&'static str; 2],
    /// Columns with their errors.
    errors: [&'static str; 2],
    /// Column with the covariance of these.
    covariance: &'static str,
}

/// By the network, and by the exact maximum of the likelihood.
const READINGS: [Reading; 2] = [
    Reading {
        name: "thermometer",
        columns: ["thermometer_temperature", "thermometer_field"],
        errors: ["thermometer_temperature_error", "thermometer_field_error"],
        covariance: "thermometer_covariance",
    },
    Reading {
        name: "exact",
        columns: ["exact_temperature", "exact_field"],
        errors: ["exact_temperature_error", "exact_field_error"],
        covariance: "exact_covariance",
    },
];

/// By the exact energy in the field of the start.
const ENERGY: (&str, [&str; 2]) = ("energy", ["energy_temperature", "start_field"]);

impl Reading {
    /// (T, H) of every row of the flow.
    fn points(self, flow: &Table) -> Result<Vec<[f64; 2]>> {
        pairs(flow, self.columns)
    }

    /// Their errors.
    fn point_errors(self, flow: &Table) -> Result<Vec<[f64; 2]>> {
        pairs(flow, self.errors)
    }
}

/// Two columns side by side.
fn pairs(table: &Table, [first, second]: [&str; 2]) -> Result<Vec<[f64; 2]>> {
    Ok(table.column(first)?.into_iter().zip(table.column(second)?).map(|(a, b)| [a, b]).collect())
}

/// A mean point of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PlanePoint {
    n_values: usize,
    temperature: Estimate,
    field: Estimate,
    /// Covariance of the two means.
    covariance: f64,
}

impl PlanePoint {
    /// The mean of those points that are finite.
    fn mean(points: &[[f64; 2]]) -> Self {
        let finite: Vec<[f64; 2]> = points.iter().copied().filter(|point| is_finite(*point)).collect();
        let of = |axis: usize| mean(&finite.iter().map(|point| point[axis]).collect::<Vec<_>>());
        let (temperature, field) = (of(0), of(1));
        let n = finite.len() as f64;
        let product = |[t, h]: &[f64; 2]| (t - temperature.value) * (h - field.value);
        let covariance = finite.iter().map(product).sum::<f64>() / (n * (n - 1.0));
        Self { n_values: finite.len(), temperature, field, covariance }
    }

    /// The mean over machines, of which those with the same data set are not independent; the points that are finite. Where the
    /// data sets make an error larger than the scatter of the machines, the covariance grows with it.
    fn over_machines(points: &[(u64, [f64; 2])]) -> Self {
        let plain = Self::mean(&points.iter().map(|(_, point)| *point).collect::<Vec<_>>());
        let finite = || points.iter().filter(|(_, point)| is_finite(*point));
        let of = |axis: usize| mean_over_machines(finite().map(|(set, point)| (*set, point[axis]))).mean;
        let (temperature, field) = (of(0), of(1));
        let growth = |new: Estimate, old: Estimate| if new.error > old.error { new.error / old.error } else { 1.0 };
        let growth = growth(temperature, plain.temperature) * growth(field, plain.field);
        Self { temperature, field, covariance: plain.covariance * growth, ..plain }
    }

    fn position(&self) -> [f64; 2] {
        [self.temperature.value, self.field.value]
    }

    /// T, its error, H, its error.
    fn cells(&self) -> [Cell; 4] {
        [self.temperature.value, self.temperature.error, self.field.value, self.field.error].map(Cell::from)
    }
}

fn is_finite(point: [f64; 2]) -> bool {
    point.iter().all(|x| x.is_finite())
}
