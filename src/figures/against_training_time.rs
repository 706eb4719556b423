//! Quantities of several RBMs against training time: what figures along the training share.

use super::FigureError;
use super::axes::{Axes, Titles};
use super::canvas::{Anchor, Canvas};
use super::layout::Rect;
use super::legend::{Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, samples};
use super::style::{BLUE, BOTTOM, CURVE, Color, Dash, GREY, LEFT, Marker, SMALL, Stroke, TOP, heat, marker};
use crate::table::{Table, TableError};

/// The words of the horizontal axis.
pub(crate) const TRAINING_TIME: &str = "training time *τ* = learning rate × updates";

/// One curve of an RBM.
pub(crate) struct Curve {
    /// Which of the RBMs this is.
    pub(crate) machine: usize,
    pub(crate) dash: Dash,
    pub(crate) points: Vec<Sample>,
}

/// A panel of curves with horizontal lines at reference values.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) y_title: &'static str,
    pub(crate) spacing: Spacing,
    pub(crate) curves: Vec<Curve>,
    pub(crate) lines: Vec<(f64, Stroke)>,
    /// Values of larger magnitude are left out, and curves are broken there.
    pub(crate) highest: f64,
}

impl Panel {
    pub(crate) fn new(title: &'static str, y_title: &'static str, spacing: Spacing) -> Self {
        Self { title, y_title, spacing, curves: Vec::new(), lines: Vec::new(), highest: f64::INFINITY }
    }

    /// Draws the panel into a cell of the figure.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, cell: Rect, x: &Scale, n_machines: usize) {
        let lines = self.lines.iter().map(|(value, _)| *value);
        let y = Scale::holding(self.spacing, self.ends().chain(lines));
        let axes = Axes { area: cell.inset(LEFT, TOP, 0.0, BOTTOM), x: x.clone(), y };
        axes.draw(canvas, Titles { panel: self.title, x: Some(TRAINING_TIME), y: Some(self.y_title) });
        if !self.curves.iter().flat_map(|curve| &curve.points).any(|point| point.x > 0.0 && point.y.is_finite()) {
            let Rect { left, top, right, bottom } = axes.area;
            let middle = (0.5 * (left + right), 0.5 * (top + bottom));
            canvas.text(middle, Anchor::Middle, "not known for this lattice", SMALL, GREY);
        }
        for (value, stroke) in &self.lines {
            axes.horizontal(canvas, *value, *stroke);
        }
        for curve in &self.curves {
            let color = color(curve.machine, n_machines);
            let is_shown = |point: &&Sample| point.x > 0.0;
            let cut =
                |point: &Sample| if point.y.abs() <= self.highest { *point } else { Sample { y: f64::NAN, ..*point } };
            let points: Vec<Sample> = curve.points.iter().filter(is_shown).map(cut).collect();
            if curve.dash == Dash::Solid {
                axes.band(canvas, &points, color);
            }
            let width = if curve.dash == Dash::Solid { CURVE } else { 0.7 * CURVE };
            axes.curve(canvas, &points, Stroke { color, width, dash: curve.dash });
            if curve.dash == Dash::Solid {
                axes.points(canvas, &points, marker(curve.machine), color);
            }
        }
    }

    /// The values that the axis holds: those of the curves with their errors, on a logarithmic axis down to a third of the
    /// value.
    fn ends(&self) -> impl Iterator<Item = f64> {
        let (highest, is_log) = (self.highest, self.spacing == Spacing::Log);
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        points.filter(move |point| point.x > 0.0 && point.y.abs() <= highest).flat_map(move |point| {
            let Sample { y, error, .. } = *point;
            let lower = if is_log { (y - error).max(y / 3.0) } else { y - error };
            [y, lower, y + error].map(|y| y.clamp(-highest, highest))
        })
    }
}

/// The axis of training times, logarithmic: what is untrained has no place on it.
pub(crate) fn axis<'a>(panels: impl IntoIterator<Item = &'a Panel>) -> Scale {
    let curves = panels.into_iter().flat_map(|panel| &panel.curves);
    Scale::holding(Spacing::Log, curves.flat_map(|curve| &curve.points).map(|point| point.x))
}

/// The colour of an RBM among several: from dark to light, so that an order of sizes is seen, too, in grey.
pub(crate) fn color(machine: usize, n_machines: usize) -> Color {
    if n_machines < 2 { BLUE } else { heat(0.95 * machine as f64 / (n_machines - 1) as f64) }
}

/// The legend of the RBMs.
pub(crate) fn entries(machines: &[&str]) -> Vec<Entry> {
    let key = |index| Key::PointsOnLine(marker(index), Stroke::solid(color(index, machines.len()), CURVE));
    machines.iter().enumerate().map(|(index, name)| Entry::new(key(index), *name)).collect()
}

/// What the bands mean: errors of the means over the seeds.
pub(crate) fn band_entry(table: &Table) -> Result<Entry, TableError> {
    let n_seeds = table.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all").count();
    Ok(Entry::new(
        Key::Band(GREY),
        match n_seeds {
            0 | 1 => "± 1 standard error, one seed".to_owned(),
            _ => format!("mean ± 1 standard error over {n_seeds} seeds"),
        },
    ))
}

/// The column `y` of one RBM against the column `x`, with the errors of `y_error` if there are any: the rows of seed "all",
/// or those of the one seed.
pub(crate) fn mean_curve(table: &Table, machine: &str, x: &str, y: &str) -> Result<Vec<Sample>, TableError> {
    let of_machine = table.filter("machine", machine)?;
    let seeds = of_machine.distinct_text("seed")?;
    let chosen = if seeds.len() > 2 { "all" } else { seeds.first().copied().unwrap_or("all") };
    let error = format!("{y}_error");
    let error = table.header().contains(&error).then_some(error);
    let mut points = samples(&of_machine.filter("seed", chosen)?, x, y, error.as_deref())?;
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(points)
}

/// The column `y` of a table that has single seeds only, as their mean with its standard error.
pub(crate) fn mean_over_seeds(table: &Table, machine: &str, x: &str, y: &str) -> Result<Vec<Sample>, TableError> {
    let of_machine = table.filter("machine", machine)?;
    let n_seeds = of_machine.distinct("seed")?.len().max(1) as f64;
    let points = super::series::over_seeds(&of_machine, x, y, Some(&format!("{y}_error")))?;
    // Over several seeds the error is their standard deviation, of one it is that of the column.
    Ok(points.into_iter().map(|point| Sample { error: point.error / n_seeds.sqrt(), ..point }).collect())
}

/// Notes the points of a curve among the numbers of a figure: machine, quantity, training_time, value, error.
pub(crate) fn keep(numbers: &mut Table, machine: &str, quantity: &str, points: &[Sample]) -> Result<(), FigureError> {
    for Sample { x, y, error } in points {
        let values = [*x, *y, *error].map(Into::into);
        numbers.push([&[machine.into(), quantity.into()], &values[..]].concat())?;
    }
    Ok(())
}

/// An empty table for [`keep`].
pub(crate) fn numbers(name: &str) -> Table {
    Table::new(name, ["machine", "quantity", "training_time", "value", "error"])
}

/// A marker in the legend.
pub(crate) fn mark(shape: Marker, color: Color, label: &str) -> Entry {
    Entry::new(Key::Mark(shape, color), label)
}
