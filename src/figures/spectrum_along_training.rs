//! The spectrum of w wᵀ along the training.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Range, ranges, require_rows};
use super::style::{BORDER, BOTTOM, Dash, GREY, HAIR, LEFT, Stroke, TOP, WIDTH, color};
use super::{Figure, FigureError};
use crate::table::Table;

/// Height of the figure in pixels.
const HEIGHT: f64 = 1150.0;
/// What is drawn against the epoch: its column, spacing and words.
const QUANTITIES: [(&str, Spacing, &str, &str); 4] = [
    ("largest_eigenvalue", Spacing::Log, "(a) largest eigenvalue of *w w*^{T}", "largest *λ*"),
    ("relative_participation_ratio", Spacing::Linear, "(b) evenness: 1 for independent weights", "evenness of *λ*"),
    ("n_above_edge", Spacing::Linear, "(c) number above the edge", "eigenvalues"),
    ("translation_symmetry", Spacing::Linear, "(d) translation symmetry of *w w*^{T}", "share kept by the mean"),
];
const EDGE: &str = "marchenko_pastur_edge";
const EDGE_STROKE: Stroke = Stroke { color: GREY, width: 2.6, dash: Dash::Dotted };

/// Along the training the largest eigenvalue of w wᵀ with the edge of independent weights, the participation ratio (Σλ)²/Σλ² over
/// that of independent weights, the number of eigenvalues above the edge, and what translations keep of w wᵀ; one line a machine,
/// the median over the seeds, with a band from the lowest to the highest.
///
/// Columns of `weights`: machine, seed, epoch, largest_eigenvalue, marchenko_pastur_edge, relative_participation_ratio,
/// n_above_edge, translation_symmetry.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn spectrum_along_training(weights: &Table) -> Result<Figure, FigureError> {
    require_rows(weights)?;
    let machines = weights.distinct_text("machine")?;
    let mut numbers =
        Table::new("spectrum_along_training", ["machine", "quantity", "epoch", "lowest", "median", "highest"]);
    let mut curves: Vec<Vec<Vec<Range>>> = Vec::new();
    for column in QUANTITIES.map(|quantity| quantity.0).into_iter().chain([EDGE]) {
        let mut of_machines = Vec::new();
        for machine in &machines {
            let curve = ranges(&weights.filter("machine", *machine)?, "epoch", column)?;
            for Range { x, lowest, median, highest } in &curve {
                let values = [*x, *lowest, *median, *highest].map(Into::into);
                numbers.push([&[(*machine).into(), column.into()], &values[..]].concat())?;
            }
            of_machines.push(curve);
        }
        curves.push(of_machines);
    }
    let x = Scale::holding(Spacing::LogOnePlus, weights.distinct("epoch")?);
    let entries = entries(&machines, weights.distinct("seed")?.len());
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        let rows = Rect { left: 0.0, ..below }.rows(&[1.0, 1.0], 10.0);
        let cells = rows.into_iter().flat_map(|row| row.columns(2, 20.0));
        for (index, (cell, (_, spacing, panel, title))) in cells.zip(QUANTITIES).enumerate() {
            let heights = curves[index].iter().flatten().flat_map(|range| [range.lowest, range.highest]);
            let reference = if index == 1 { 1.0 } else { f64::NAN };
            let axes = Axes {
                area: cell.inset(LEFT, TOP, 0.0, BOTTOM),
                x: x.clone(),
                y: Scale::holding(spacing, heights.chain([reference])),
            };
            axes.draw(canvas, Titles { panel, x: Some("epoch"), y: Some(title) });
            axes.horizontal(canvas, reference, Stroke::solid(GREY, HAIR));
            for (machine, curve) in curves[index].iter().enumerate() {
                axes.ranges(canvas, curve, Stroke::curve(machine));
            }
            if index == 0 {
                for (machine, edge) in curves[QUANTITIES.len()].iter().enumerate() {
                    axes.medians(canvas, edge, Stroke { color: color(machine), ..EDGE_STROKE });
                }
            }
        }
    })
}

fn entries(machines: &[&str], n_seeds: usize) -> Vec<Entry> {
    let line = |(index, name): (usize, &&str)| Entry::new(Key::Line(Stroke::curve(index)), *name);
    let mut entries: Vec<_> = machines.iter().enumerate().map(line).collect();
    if n_seeds > 1 {
        entries.push(Entry::new(Key::Band(GREY), format!("lowest to highest of {n_seeds} seeds, line: median")));
    }
    entries.push(Entry::new(Key::Line(EDGE_STROKE), "edge of independent weights (Marchenko–Pastur)"));
    entries
}
