//! The lines of maximal specific heat and of constant magnetization in the (T, H) plane.

use super::axes::Axes;
use super::canvas::Canvas;
use super::layout::Point;
use super::legend::{Entry, Key};
use super::number::fixed;
use super::series::{Sample, samples};
use super::style::{Color, Dash, INK, Stroke, WHITE};
use crate::table::{Table, TableError};

/// Both lines of one machine.
pub(crate) struct PlaneLines {
    pub(crate) maximal_heat: Vec<Sample>,
    pub(crate) constant_magnetization: Vec<Sample>,
    /// The magnetization of the latter.
    magnetization: f64,
}

impl PlaneLines {
    /// Columns of `ridges`: line, field, temperature; of `constant_magnetization`: magnetization_per_site, temperature, field.
    pub(crate) fn read(ridges: &Table, constant_magnetization: &Table) -> Result<Self, TableError> {
        let magnetizations = constant_magnetization.column("magnetization_per_site")?;
        Ok(Self {
            maximal_heat: samples(&ridges.filter("line", "specific-heat")?, "temperature", "field", None)?,
            constant_magnetization: samples(constant_magnetization, "temperature", "field", None)?,
            magnetization: magnetizations.first().copied().unwrap_or(f64::NAN),
        })
    }

    /// Draws both, in white with a dark rim on a map of colours.
    pub(crate) fn draw(&self, axes: &Axes, canvas: &mut Canvas<'_>, ink: Color) {
        for (line, dash) in [(&self.maximal_heat, Dash::Solid), (&self.constant_magnetization, Dash::Dashed)] {
            let shown = within(axes, line);
            if ink == WHITE {
                axes.curve(canvas, &shown, Stroke { color: INK, width: 6.0, dash });
            }
            axes.curve(canvas, &shown, Stroke { color: ink, width: 3.0, dash });
        }
    }

    /// Where the line of constant magnetization leaves the panel.
    pub(crate) fn leaves(&self, axes: &Axes) -> Option<Point> {
        let last = self.constant_magnetization.iter().rposition(|sample| axes.at(sample.x, sample.y).is_some())?;
        let at = |sample: &Sample| axes.pixel(sample.x, sample.y);
        let (inside, beyond) = (at(&self.constant_magnetization[last])?, self.constant_magnetization.get(last + 1));
        let Some(beyond) = beyond.and_then(at) else { return Some(inside) };
        // The frame is crossed at its upper edge.
        let share = ((axes.area.top - inside.1) / (beyond.1 - inside.1)).clamp(0.0, 1.0);
        Some(axes.area.nearest((inside.0 + share * (beyond.0 - inside.0), axes.area.top)))
    }

    /// The legend.
    pub(crate) fn entries(&self, ink: Color) -> Vec<Entry> {
        let key = |dash| Key::Line(Stroke { color: ink, width: 3.0, dash });
        let constant = format!("magnetization of the end, *m* = {}, exact", fixed(self.magnetization, 3));
        let mut entries = Vec::new();
        if !self.maximal_heat.is_empty() {
            entries.push(Entry::new(key(Dash::Solid), "maximal *c*, exact"));
        }
        if !self.constant_magnetization.is_empty() {
            entries.push(Entry::new(key(Dash::Dashed), constant));
        }
        entries
    }

    /// What is drawn: name, T, H.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        let named = |name: &'static str, line: &[Sample]| {
            line.iter().map(|sample| (name, sample.x, sample.y)).collect::<Vec<_>>()
        };
        let heat = named("maximal specific heat", &self.maximal_heat);
        heat.into_iter().chain(named("constant magnetization", &self.constant_magnetization))
    }
}

/// The samples whose temperature lies on its axis; a line is cut off at the frame along H.
pub(crate) fn within(axes: &Axes, line: &[Sample]) -> Vec<Sample> {
    line.iter().filter(|sample| axes.x.fraction(sample.x).is_some()).copied().collect()
}
