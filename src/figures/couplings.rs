//! The marginal energy of machines as an Ising model.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_rows};
use super::style::{BORDER, BOTTOM, CURVE, Dash, GREY, HAIR, INK, LEFT, Marker, Stroke, TOP, WIDTH, color, marker};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1150.0;

/// What a perfect RBM would have.
const EXPECTED: Stroke = Stroke { color: INK, width: CURVE, dash: Dash::Dashed };

/// Couplings J of the trained machines against distance; along the training, those of neighbours, and the share of the
/// variance of F on held-out data that the part of fields and pairs explains. A line a machine, a band over its seeds; 1/T where
/// the data have one temperature.
///
/// Columns of `couplings`: machine, seed, epoch, distance, coupling, expected_coupling; of `summary`: machine, seed, epoch,
/// explained_by_pairs.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn couplings(couplings: &Table, summary: &Table) -> Result<Figure, FigureError> {
    require_rows(couplings)?;
    let neighbours = couplings.filter("distance", 1usize)?;
    let expected = neighbours.column("expected_coupling")?.first().copied().filter(|expected| expected.is_finite());
    let mut numbers = Table::new("couplings", ["machine", "curve", "x", "mean", "error"]);
    let mut panels = [Vec::new(), Vec::new(), Vec::new()];
    let machines = couplings.distinct_text("machine")?;
    for machine in &machines {
        let of = |table: &Table| table.filter("machine", *machine);
        let trained = of(couplings)?;
        let trained = trained.filter("epoch", trained.distinct("epoch")?.last().copied().unwrap_or_default())?;
        let curves = [
            ("coupling against distance", over_seeds(&trained, "distance", "coupling", None)?),
            ("coupling of neighbours against epoch", over_seeds(&of(&neighbours)?, "epoch", "coupling", None)?),
            ("explained by pairs against epoch", over_seeds(&of(summary)?, "epoch", "explained_by_pairs", None)?),
        ];
        for ((name, curve), panel) in curves.into_iter().zip(&mut panels) {
            keep(&mut numbers, machine, name, &curve)?;
            panel.push(curve);
        }
    }
    let key = |index| Key::PointsOnLine(marker(index), Stroke::curve(index));
    let mut entries: Vec<Entry> =
        machines.iter().enumerate().map(|(index, name)| Entry::new(key(index), *name)).collect();
    if couplings.distinct("seed")?.len() > 1 {
        entries.push(Entry::new(Key::Band(GREY), band_label(couplings)?));
    }
    if expected.is_some() {
        entries.push(Entry::new(Key::PointsOnLine(Marker::Diamond, EXPECTED), "1/*T* of the data"));
    }
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let rows = legend::draw(canvas, sheet, &entries).rows(&[1.1, 1.0], 10.0);
        let below = rows[1].columns(2, LEFT + 20.0);
        let areas = [rows[0], below[0], below[1]].map(|area| area.inset(0.0, TOP, 0.0, BOTTOM));
        let titles = [
            ["(a)", "distance *r* [lattice constants]", "coupling *J*(*r*)"],
            ["(b)", "epoch", "coupling *J*(1)"],
            ["(c)", "epoch", "*R*^{2} of fields and pairs"],
        ];
        for (index, (area, curves)) in areas.into_iter().zip(&panels).enumerate() {
            let reference = expected.filter(|_| index < 2);
            let axes = axes(area, curves, if index == 0 { Spacing::Linear } else { Spacing::LogOnePlus }, reference);
            let [panel, x, y] = titles[index];
            axes.draw(canvas, Titles { panel, x: Some(x), y: Some(y) });
            axes.horizontal(canvas, 0.0, Stroke::solid(INK, HAIR));
            for (machine, curve) in curves.iter().enumerate() {
                axes.band(canvas, curve, color(machine));
                axes.curve(canvas, curve, Stroke::curve(machine));
                axes.points(canvas, curve, marker(machine), color(machine));
            }
            match reference {
                Some(expected) if index == 0 => {
                    axes.at(1.0, expected)
                        .into_iter()
                        .for_each(|at| canvas.large_marker(at, Marker::Diamond, EXPECTED.color));
                }
                Some(expected) => axes.horizontal(canvas, expected, EXPECTED),
                None => {}
            }
        }
    })
}

fn axes(area: Rect, curves: &[Vec<Sample>], spacing: Spacing, reference: Option<f64>) -> Axes {
    let points = || curves.iter().flatten();
    let heights = points().flat_map(|point| [point.y - point.error, point.y + point.error]);
    let y = Scale::holding(Spacing::Linear, heights.chain(reference).chain([0.0]));
    Axes { area, x: Scale::holding(spacing, points().map(|point| point.x)), y }
}

fn keep(numbers: &mut Table, machine: &str, name: &str, curve: &[Sample]) -> Result<(), TableError> {
    curve.iter().try_for_each(|point| {
        let [x, mean, error] = [point.x, point.y, point.error].map(Into::into);
        numbers.push([machine.into(), name.into(), x, mean, error])
    })
}
