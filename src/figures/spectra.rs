//! The spectra of w wᵀ of several machines on one linear axis.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Range, Sample, last, ranges, require_rows};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Stroke, WIDTH, marker};
use super::{Figure, FigureError};
use crate::table::{Cell, Table};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;
/// Eigenvalues up to which each has a marker.
const MOST_MARKED: usize = 40;

/// Eigenvalues of w wᵀ of every trained machine against their rank, both axes linear: medians over the seeds, with bands from the
/// lowest to the highest.
///
/// Columns: machine (the name of the curve), seed, epoch, of which each machine's last is shown, rank, eigenvalue.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn spectra(spectrum: &Table) -> Result<Figure, FigureError> {
    require_rows(spectrum)?;
    let mut curves: Vec<(String, usize, Vec<Range>)> = Vec::new();
    for machine in spectrum.distinct_text("machine")? {
        let trained = last(&spectrum.filter("machine", machine)?, "epoch")?;
        let n_seeds = trained.distinct_text("seed")?.len();
        curves.push((machine.to_owned(), n_seeds, ranges(&trained, "rank", "eigenvalue")?));
    }
    let points = || curves.iter().flat_map(|(.., curve)| curve);
    let x = Scale::holding(Spacing::Linear, points().map(|range| range.x));
    let y = Scale::holding(Spacing::Linear, points().map(|range| range.highest).chain([0.0]));
    let mut numbers = Table::new("spectra", ["machine", "rank", "lowest", "median", "highest"]);
    let mut entries = Vec::new();
    for (index, (machine, n_seeds, curve)) in curves.iter().enumerate() {
        let seeds = if *n_seeds > 1 { format!("{machine} ({n_seeds} seeds)") } else { machine.clone() };
        entries.push(Entry::new(Key::PointsOnLine(marker(index), Stroke::curve(index)), seeds));
        for Range { x, lowest, median, highest } in curve {
            let values = [*x, *lowest, *median, *highest].map(Cell::from);
            numbers.push([&[machine.as_str().into()], &values[..]].concat())?;
        }
    }
    if curves.iter().any(|(_, n_seeds, _)| *n_seeds > 1) {
        entries.push(Entry::new(Key::Band(GREY), "median, lowest to highest of the seeds"));
    }
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, 8.0, 0.0, BOTTOM);
        let axes = Axes { area, x, y };
        axes.draw(canvas, Titles { panel: "", x: Some("rank"), y: Some("eigenvalue *λ* of *w w*^{T}") });
        for (index, (.., curve)) in curves.iter().enumerate() {
            let stroke = Stroke::curve(index);
            axes.ranges(canvas, curve, stroke);
            if curve.len() <= MOST_MARKED {
                let medians: Vec<Sample> = curve.iter().map(|r| Sample { x: r.x, y: r.median, error: 0.0 }).collect();
                axes.points(canvas, &medians, marker(index), stroke.color);
            }
        }
    })
}
