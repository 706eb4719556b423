//! The fixed points of renormalization as marks in the (T, H) plane.

use super::axes::Axes;
use super::canvas::Canvas;
use super::layout::Point;
use super::legend::{Entry, Key};
use super::number::short;
use super::style::{INK, Marker, Stroke};
use crate::table::{Table, TableError};

/// Letters of the names.
const LETTERS: [(&str, &str); 4] = [("ferromagnetic", "F"), ("aligned", "A"), ("paramagnetic", "P"), ("critical", "C")];
/// From the border to a mark of a point at infinity, in pixels.
const INSET: f64 = 54.0;
/// How far a mark stands from what is at its place, in pixels.
const ASIDE: f64 = 34.0;
/// Height of the mark of T = ∞, as a share of the panel from above.
const RISE: f64 = 0.3;

/// One of them.
struct FixedPoint {
    name: String,
    letter: &'static str,
    temperature: f64,
    /// NaN for a line of fixed points at any H.
    field: f64,
    stability: String,
}

/// All of a lattice.
pub(crate) struct FixedPoints(Vec<FixedPoint>);

impl FixedPoints {
    /// Columns: name, temperature, field (NaN: any), stability.
    pub(crate) fn read(table: &Table) -> Result<Self, TableError> {
        let names = table.text("name")?.into_iter().zip(table.text("stability")?);
        let numbers = table.column("temperature")?.into_iter().zip(table.column("field")?);
        let point = |((name, stability), (temperature, field)): ((&str, &str), (f64, f64))| FixedPoint {
            name: name.to_owned(),
            letter: LETTERS.iter().find(|(known, _)| *known == name).map_or("", |(_, letter)| letter),
            temperature,
            field,
            stability: stability.to_owned(),
        };
        Ok(Self(names.zip(numbers).map(point).collect()))
    }

    /// Letters in circles; an arrow at the border leads to a point at infinity.
    pub(crate) fn draw(&self, axes: &Axes, canvas: &mut Canvas<'_>) {
        for point in &self.0 {
            let Some((center, arrow)) = point.place(axes) else { continue };
            if let Some((from, to)) = arrow {
                canvas.arrow(from, to, Stroke::solid(INK, 2.6));
            }
            // Tc has its badge beside the point itself.
            if let Some(itself) = axes.at(point.temperature, point.field).filter(|_| point.temperature > 0.0) {
                canvas.large_marker(itself, Marker::Triangle, INK);
            }
            canvas.badge(center, point.letter);
        }
    }

    /// The legend.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entry = |point: &FixedPoint| {
            let field = if point.field.is_nan() { "any".to_owned() } else { short(point.field) };
            let place = format!("({}, {field})", short(point.temperature));
            Entry::new(Key::Badge(point.letter), format!("{} fixed point {place}, {}", point.name, point.stability))
        };
        self.0.iter().map(entry).collect()
    }

    /// What is marked: temperature, field and three empty numbers.
    pub(crate) fn numbers(&self) -> Vec<(String, [f64; 5])> {
        let row = |point: &FixedPoint| {
            (format!("{} fixed point", point.name), [point.temperature, point.field, 0.0, 0.0, 0.0])
        };
        self.0.iter().map(row).collect()
    }
}

impl FixedPoint {
    /// Where its mark stands, and the arrow to infinity.
    fn place(&self, axes: &Axes) -> Option<(Point, Option<(Point, Point)>)> {
        let area = axes.area;
        if self.temperature.is_infinite() {
            let y = area.top + RISE * area.height();
            let x = area.right - INSET;
            return Some(((x, y), Some(((x + 16.0, y), (area.right - 3.0, y)))));
        }
        if self.field.is_infinite() {
            let (x, _) = axes.at(self.temperature, axes.y.ends().0)?;
            // Beside what starts at this temperature.
            let (x, y) = (x + ASIDE, area.top + INSET);
            return Some(((x, y), Some(((x, y - 16.0), (x, area.top + 3.0)))));
        }
        let (x, y) = axes.at(self.temperature, self.field)?;
        let beside = if self.temperature > 0.0 { ASIDE } else { 0.0 };
        Some(((x + beside, y - beside), None))
    }
}
