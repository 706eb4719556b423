//! How the training of the machines went: four quantities against the epoch.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, over_seeds, require_rows};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Stroke, TOP, WIDTH, color};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1150.0;
/// The columns drawn and the titles of their axes.
const QUANTITIES: [(&str, &str); 4] = [
    ("reconstruction_error", "reconstruction error"),
    ("pseudo_likelihood", "pseudo-likelihood per spin"),
    ("free_energy_gap", "free-energy gap"),
    ("weight_norm", "weight norm |*w*|"),
];

/// Four panels over the epochs, one line a machine with a band over its seeds.
///
/// Columns of `table`: machine, seed, epoch, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn training(table: &Table) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let epochs = table.distinct("epoch")?;
    let spacing = if epochs.first().is_some_and(|first| *first > 0.0) { Spacing::Log } else { Spacing::LogOnePlus };
    let x = Scale::holding(spacing, epochs.iter().copied());
    let machines = table.distinct_text("machine")?;
    let mut numbers = Table::new("training", ["machine", "quantity", "epoch", "mean", "error"]);
    let mut panels = Vec::new();
    for (column, _) in QUANTITIES {
        let mut curves = Vec::new();
        for machine in &machines {
            let curve = thinned(over_seeds(&table.filter("machine", *machine)?, "epoch", column, None)?, &x);
            for point in &curve {
                let numbers_of_point = [point.x, point.y, point.error].map(Into::into);
                numbers.push([&[(*machine).into(), column.into()], numbers_of_point.as_slice()].concat())?;
            }
            curves.push(curve);
        }
        panels.push(curves);
    }
    let entries = entries(table, &machines)?;
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        let cells =
            Rect { left: 0.0, ..below }.rows(&[1.0, 1.0], 10.0).into_iter().flat_map(|row| row.columns(2, 20.0));
        for (index, (cell, curves)) in cells.zip(&panels).enumerate() {
            let heights = curves.iter().flatten().flat_map(|point| [point.y - point.error, point.y + point.error]);
            let y = Scale::holding(Spacing::Linear, heights);
            let axes = Axes { area: cell.inset(LEFT, TOP, 0.0, BOTTOM), x: x.clone(), y };
            let panel = ["(a)", "(b)", "(c)", "(d)"][index];
            axes.draw(canvas, Titles { panel, x: Some("epoch"), y: Some(QUANTITIES[index].1) });
            for (machine, curve) in curves.iter().enumerate() {
                axes.band(canvas, curve, color(machine));
                axes.curve(canvas, curve, Stroke::curve(machine));
            }
        }
    })
}

/// The machines, and what the bands mean where there are any.
fn entries(table: &Table, machines: &[&str]) -> Result<Vec<Entry>, TableError> {
    let line = |(index, name): (usize, &&str)| Entry::new(Key::Line(Stroke::curve(index)), *name);
    let mut entries: Vec<_> = machines.iter().enumerate().map(line).collect();
    let n_seeds = table.distinct("seed")?.len();
    if n_seeds > 1 {
        entries.push(Entry::new(Key::Band(GREY), format!("± 1 standard deviation over {n_seeds} seeds")));
    }
    Ok(entries)
}

/// The points that can be told apart on the axis.
fn thinned(points: Vec<Sample>, x: &Scale) -> Vec<Sample> {
    let mut last = f64::NEG_INFINITY;
    let is_apart = |point: &Sample| {
        let place = x.place(point.x).unwrap_or(last);
        let is_apart = place - last > 0.002;
        last = if is_apart { place } else { last };
        is_apart
    };
    points.into_iter().filter(is_apart).collect()
}
