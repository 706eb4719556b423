//! How the training of the machines went: quantities against the epoch.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_rows};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Stroke, TOP, WIDTH, color, marker};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of a row of two panels in pixels.
const ROW: f64 = 575.0;

/// What a panel shows.
pub(super) struct Quantity {
    pub(super) column: &'static str,
    /// The column with its errors.
    pub(super) error: Option<&'static str>,
    pub(super) title: &'static str,
    pub(super) spacing: Spacing,
}

impl Quantity {
    const fn new(column: &'static str, title: &'static str) -> Self {
        Self { column, error: None, title, spacing: Spacing::Linear }
    }
}

/// Up to four panels over the epochs, one line a machine with a band over its seeds.
///
/// Columns of `table`: machine, seed, epoch, reconstruction_error, pseudo_likelihood, free_energy_gap, weight_norm.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn training(table: &Table) -> Result<Figure, FigureError> {
    let quantities = [
        Quantity::new("reconstruction_error", "reconstruction error"),
        Quantity::new("pseudo_likelihood", "pseudo-likelihood per spin"),
        Quantity::new("free_energy_gap", "free-energy gap"),
        Quantity::new("weight_norm", "weight norm |*w*|"),
    ];
    over_epochs("training", table, &quantities)
}

/// How far the machines are from the law of their data, in nats per configuration: the relative entropy, and the mean
/// logarithm of the likelihood of held-out data.
///
/// Columns of `table`: machine, seed, epoch, relative_entropy, ln_likelihood, both with _error.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn likelihood(table: &Table) -> Result<Figure, FigureError> {
    let quantities = [
        Quantity {
            error: Some("relative_entropy_error"),
            spacing: Spacing::Log,
            ..Quantity::new("relative_entropy", "relative entropy [nats]")
        },
        Quantity { error: Some("ln_likelihood_error"), ..Quantity::new("ln_likelihood", "mean ln *p*(*v*) [nats]") },
    ];
    over_epochs("likelihood", table, &quantities)
}

/// A panel for each of the quantities, but for those of which nothing is known.
pub(super) fn over_epochs(name: &str, table: &Table, quantities: &[Quantity]) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let mut known = Vec::new();
    for quantity in quantities {
        if table.column(quantity.column)?.iter().any(|value| value.is_finite()) {
            known.push(quantity);
        }
    }
    let quantities = known;
    let epochs = table.distinct("epoch")?;
    let spacing = if epochs.first().is_some_and(|first| *first > 0.0) { Spacing::Log } else { Spacing::LogOnePlus };
    let x = Scale::holding(spacing, epochs.iter().copied());
    let machines = table.distinct_text("machine")?;
    let mut numbers = Table::new(name, ["machine", "quantity", "epoch", "mean", "error"]);
    let mut panels = Vec::new();
    for &&Quantity { column, error, .. } in &quantities {
        let mut curves = Vec::new();
        for machine in &machines {
            let curve = thinned(over_seeds(&table.filter("machine", *machine)?, "epoch", column, error)?, &x);
            for point in &curve {
                let numbers_of_point = [point.x, point.y, point.error].map(Into::into);
                numbers.push([&[(*machine).into(), column.into()], numbers_of_point.as_slice()].concat())?;
            }
            curves.push(curve);
        }
        panels.push(curves);
    }
    let has_errors = quantities.iter().any(|quantity| quantity.error.is_some());
    let entries = entries(table, &machines, has_errors)?;
    let n_rows = quantities.len().div_ceil(2);
    let height = ROW * n_rows as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        let rows = Rect { left: 0.0, ..below }.rows(&vec![1.0; n_rows], 10.0);
        let cells = rows.into_iter().flat_map(|row| row.columns(2, 20.0));
        for (index, ((cell, curves), quantity)) in cells.zip(&panels).zip(&quantities).enumerate() {
            let heights = curves.iter().flatten().flat_map(|point| [point.y - point.error, point.y + point.error]);
            let y = Scale::holding(quantity.spacing, heights);
            let axes = Axes { area: cell.inset(LEFT, TOP, 0.0, BOTTOM), x: x.clone(), y };
            let panel = ["(a)", "(b)", "(c)", "(d)"][index];
            axes.draw(canvas, Titles { panel, x: Some("epoch"), y: Some(quantity.title) });
            for (machine, curve) in curves.iter().enumerate() {
                axes.band(canvas, curve, color(machine));
                axes.curve(canvas, curve, Stroke::curve(machine));
                // A machine that was not trained is one point.
                if curve.len() == 1 {
                    axes.error_bars(canvas, curve, color(machine));
                    axes.points(canvas, curve, marker(machine), color(machine));
                }
            }
        }
    })
}

/// The machines, and what the bands mean where there are any.
fn entries(table: &Table, machines: &[&str], has_errors: bool) -> Result<Vec<Entry>, TableError> {
    let line = |(index, name): (usize, &&str)| Entry::new(Key::Line(Stroke::curve(index)), *name);
    let mut entries: Vec<_> = machines.iter().enumerate().map(line).collect();
    if table.distinct("seed")?.len() > 1 || has_errors {
        entries.push(Entry::new(Key::Band(GREY), band_label(table)?));
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
