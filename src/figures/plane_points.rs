//! Points of the (T, H) plane with the ellipses of their errors.

use super::axes::Axes;
use super::canvas::Canvas;
use super::layout::ellipse;
use super::style::Color;
use crate::table::{Table, TableError};

/// A state point with its errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlanePoint {
    pub(crate) temperature: f64,
    pub(crate) field: f64,
    /// [[σ_T², σ_TH], [σ_TH, σ_H²]].
    pub(crate) covariance: [[f64; 2]; 2],
}

impl PlanePoint {
    /// Without errors.
    pub(crate) fn exact(temperature: f64, field: f64) -> Self {
        Self { temperature, field, covariance: [[0.0; 2]; 2] }
    }

    /// The points of a table with the columns temperature, field, their errors and covariance; an error that is not known is 0.
    pub(crate) fn read_all(table: &Table) -> Result<Vec<Self>, TableError> {
        let column = |name: &str| table.column(name);
        let known = |value: f64| if value.is_finite() { value } else { 0.0 };
        let (temperatures, fields) = (column("temperature")?, column("field")?);
        let (t_errors, h_errors) = (column("temperature_error")?, column("field_error")?);
        let mixed = column("covariance")?;
        let point = |i: usize| {
            let th = known(mixed[i]);
            let covariance = [[known(t_errors[i]).powi(2), th], [th, known(h_errors[i]).powi(2)]];
            Self { temperature: temperatures[i], field: fields[i], covariance }
        };
        Ok((0..table.len()).map(point).collect())
    }

    /// The ellipse of one standard error, if all of it lies in the panel.
    pub(crate) fn draw_ellipse(&self, axes: &Axes, canvas: &mut Canvas<'_>, color: Color, opacity: f64) {
        let (Some(center), Some((x, y))) = (axes.at(self.temperature, self.field), axes.pixels_per_unit()) else {
            return;
        };
        let [[tt, th], [_, hh]] = self.covariance;
        let corners = ellipse(center, [[tt * x * x, th * x * y], [th * x * y, hh * y * y]]);
        if self.temperature.is_finite() && corners.iter().all(|corner| axes.area.contains(*corner)) {
            canvas.polygon(&corners, color, opacity);
        }
    }

    /// T, H, their errors and covariance.
    pub(crate) fn numbers(&self) -> [f64; 5] {
        let [[tt, th], [_, hh]] = self.covariance;
        [self.temperature, self.field, tt.sqrt(), hh.sqrt(), th]
    }
}
