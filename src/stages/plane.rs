//! The flow in the (T, H) plane: end points, the vector field of one step, fixed points. Part of `analyze`.

mod end_points;
mod fixed_points;
mod vector_field;

use anyhow::Result;
use ising_data::{Estimate, mean};

use crate::table::{Cell, Table};

pub(super) use end_points::end_points;
pub(super) use fixed_points::fixed_points;
pub(super) use vector_field::vector_field;

/// A way to read (T, H) off a step of the flow.
#[derive(Clone, Copy, Debug)]
struct Reading {
    name: &'static str,
    temperature: &'static str,
    field: &'static str,
}

/// By the network, and by the exact maximum of the likelihood.
const READINGS: [Reading; 2] = [
    Reading { name: "thermometer", temperature: "thermometer_temperature", field: "thermometer_field" },
    Reading { name: "exact", temperature: "exact_temperature", field: "exact_field" },
];

/// By the exact energy in the field of the start.
const ENERGY: Reading = Reading { name: "energy", temperature: "energy_temperature", field: "start_field" };

impl Reading {
    /// (T, H) of every row of the flow.
    fn points(self, flow: &Table) -> Result<Vec<[f64; 2]>> {
        let (temperatures, fields) = (flow.column(self.temperature)?, flow.column(self.field)?);
        Ok(temperatures.into_iter().zip(fields).map(|(temperature, field)| [temperature, field]).collect())
    }
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
