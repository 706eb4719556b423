//! The spectrum of w wᵀ, and what its eigenvectors are like.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Range, first, last, ranges, require_one_machine};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Dash, GREY, INK, LEFT, Stroke, TOP, VERMILLION, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1200.0;
/// What is drawn against the rank: its column, spacing and words.
const QUANTITIES: [(&str, Spacing, &str); 4] = [
    ("eigenvalue", Spacing::Log, "(a) eigenvalue *λ* of *w w*^{T}"),
    ("participation_ratio", Spacing::Linear, "(b) eigenvector: sites that take part"),
    ("mean_wave_number", Spacing::Linear, "(c) eigenvector: mean wave number ⟨|*k*|⟩"),
    ("largest_star", Spacing::Linear, "(d) eigenvector: how nearly a plane wave"),
];
/// The titles of their axes.
const TITLES: [&str; 4] =
    ["*λ*", "(Σ*u*^{2})^{2}/Σ*u*^{4}", "⟨|*k*|⟩ [1/lattice constant]", "share in one star of *k*"];
const INDEPENDENT: Stroke = Stroke { color: GREY, width: CURVE, dash: Dash::Dashed };
const EDGE: Stroke = Stroke { color: VERMILLION, width: 2.6, dash: Dash::Alternating };
const STABILITY: Stroke = Stroke { color: INK, width: 2.6, dash: Dash::Dotted };

/// The trained machine's eigenvalues against their rank, beside those of independent weights of the same norm with their upper
/// edge, and λ = 1, above which a reconstruction amplifies; for the eigenvectors, beside those of the untrained machine, over how
/// many sites they are spread, their mean wave number and the part of their power in one star of wave vectors. Lines are medians
/// over the seeds, bands reach from the lowest to the highest.
///
/// Columns of `spectrum`: machine, seed, epoch, rank, eigenvalue, eigenvalue_independent, participation_ratio, mean_wave_number,
/// largest_star; of `weights`: epoch, marchenko_pastur_edge.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn spectrum(spectrum: &Table, weights: &Table) -> Result<Figure, FigureError> {
    require_one_machine(spectrum)?;
    let trained = last(spectrum, "epoch")?;
    let curves = of_quantities(&trained, QUANTITIES.map(|quantity| quantity.0))?;
    let mut others = of_quantities(&first(spectrum, "epoch")?, QUANTITIES.map(|quantity| quantity.0))?;
    others[0] = ranges(&trained, "rank", "eigenvalue_independent")?;
    let edge =
        ranges(&last(weights, "epoch")?, "epoch", "marchenko_pastur_edge")?.first().map_or(f64::NAN, |r| r.median);
    let numbers = numbers(&curves, &others, edge)?;
    let entries = entries(trained.distinct("seed")?.len());
    let x = Scale::holding(Spacing::Linear, trained.distinct("rank")?);
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        let rows = Rect { left: 0.0, ..below }.rows(&[1.0, 1.0], 10.0);
        let cells = rows.into_iter().flat_map(|row| row.columns(2, 20.0));
        for (index, ((cell, curve), other)) in cells.zip(&curves).zip(&others).enumerate() {
            let (_, spacing, panel) = QUANTITIES[index];
            let mut heights: Vec<f64> =
                curve.iter().chain(other).flat_map(|range| [range.lowest, range.highest]).collect();
            match index {
                0 => heights.extend([1.0, edge]),
                _ => heights.push(0.0),
            }
            let y = Scale::holding(spacing, heights);
            let axes = Axes { area: cell.inset(LEFT, TOP, 0.0, BOTTOM), x: x.clone(), y };
            axes.draw(canvas, Titles { panel, x: Some("rank"), y: Some(TITLES[index]) });
            if index == 0 {
                axes.horizontal(canvas, 1.0, STABILITY);
                axes.horizontal(canvas, edge, EDGE);
            }
            axes.ranges(canvas, other, INDEPENDENT);
            axes.ranges(canvas, curve, Stroke::solid(BLUE, CURVE));
        }
    })
}

/// The columns against the rank.
fn of_quantities(table: &Table, columns: [&str; 4]) -> Result<Vec<Vec<Range>>, TableError> {
    columns.into_iter().map(|column| ranges(table, "rank", column)).collect()
}

fn entries(n_seeds: usize) -> Vec<Entry> {
    let mut entries = vec![Entry::new(Key::Line(Stroke::solid(BLUE, CURVE)), "trained machine")];
    if n_seeds > 1 {
        entries[0].label.push_str(", median");
        entries.push(Entry::new(Key::Band(BLUE), format!("lowest to highest of {n_seeds} seeds")));
    }
    entries.extend([
        Entry::new(Key::Line(INDEPENDENT), "independent weights of the same norm (b–d: untrained machine)"),
        Entry::new(Key::Line(EDGE), "edge of independent weights (Marchenko–Pastur)"),
        Entry::new(Key::Line(STABILITY), "*λ* = 1: above it a reconstruction amplifies"),
    ]);
    entries
}

fn numbers(curves: &[Vec<Range>], others: &[Vec<Range>], edge: f64) -> Result<Table, TableError> {
    let mut numbers = Table::new("spectrum", ["quantity", "machine", "rank", "lowest", "median", "highest"]);
    for (machine, curves) in [("trained", curves), ("independent", others)] {
        for ((quantity, ..), curve) in QUANTITIES.iter().zip(curves) {
            for Range { x, lowest, median, highest } in curve {
                let values = [*x, *lowest, *median, *highest].map(Into::into);
                numbers.push([&[(*quantity).into(), machine.into()], &values[..]].concat())?;
            }
        }
    }
    let values = [f64::NAN, edge, edge, edge].map(Into::into);
    numbers.push([&["marchenko_pastur_edge".into(), "independent".into()], &values[..]].concat())?;
    Ok(numbers)
}
