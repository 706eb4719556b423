//! Finite-size scaling at Tc: quantities against the side of the lattice.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_rows, samples};
use super::style::{BORDER, BOTTOM, GREY, HAIR, LEFT, Stroke, TOP, WIDTH, color, marker};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1020.0;

/// Quantities with the titles of their panel and axes, above the quantity, below what it is without the exact power of L.
const QUANTITIES: [(&str, &str, &str, &str); 3] = [
    ("correlation", "(a) two-point function", "*G*(*L*/2)", "*G* *L*^{1/4}"),
    ("susceptibility", "(b) susceptibility", "*χ*′ = *N*⟨*m*^{2}⟩", "*χ*′ *L*^{−7/4}"),
    ("abs_magnetization", "(c) magnetization", "|*m*|", "|*m*| *L*^{1/8}"),
];

/// G(L/2), N⟨m²⟩ and |m| against L on logarithmic axes, of the samples and of the machines, with the laws fitted to all sides; below
/// each the same times the exact power of L, so that what is left are corrections to scaling.
///
/// Columns of `points`: law, quantity, side, value, value_error, scaled, scaled_error; of `fits`: law, quantity, smallest_side, exponent
/// with _error, ln_amplitude, slope.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn finite_size(points: &Table, fits: &Table) -> Result<Figure, FigureError> {
    require_rows(points)?;
    let laws: Vec<String> = points.distinct_text("law")?.into_iter().map(str::to_owned).collect();
    let mut panels = Vec::new();
    for (quantity, ..) in QUANTITIES {
        let rows = points.filter("quantity", quantity)?;
        let mut curves = Vec::new();
        for law in &laws {
            let rows = rows.filter("law", law.as_str())?;
            let read = |column: &str| samples(&rows, "side", column, Some(&format!("{column}_error")));
            let fits = fits.filter("quantity", quantity)?.filter("law", law.as_str())?;
            curves.push((read("value")?, read("scaled")?, line(&fits, &rows.distinct("side")?)?));
        }
        panels.push(curves);
    }
    let key = |index: usize| Key::Points(marker(index), color(index));
    let mut entries: Vec<Entry> =
        laws.iter().enumerate().map(|(index, law)| Entry::new(key(index), law.as_str())).collect();
    entries.push(Entry::new(Key::Line(Stroke::curve(0)), "fits to all *L*"));
    entries.push(Entry::new(Key::Line(Stroke::solid(GREY, HAIR)), "bars: ± 1 standard error"));
    let sides = Scale::holding(Spacing::Log, points.column("side")?);
    render(HEIGHT, points, |canvas| {
        let sheet = Rect { left: 0.0, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let legend = Rect { left: LEFT, ..sheet };
        let area = Rect { left: 0.0, ..legend::draw(canvas, legend, &entries) };
        for ((cell, curves), (_, panel, title, scaled_title)) in
            area.columns(3, 0.0).iter().zip(&panels).zip(QUANTITIES)
        {
            let rows = cell.inset(LEFT, TOP, 12.0, BOTTOM).rows(&[1.5, 1.0], 34.0);
            let ends = |point: &Sample| [point.y - point.error, point.y + point.error];
            let values = curves.iter().flat_map(|(values, ..)| values).flat_map(ends);
            let upper = Axes { area: rows[0], x: sides.clone(), y: Scale::holding(Spacing::Log, values) };
            upper.draw(canvas, Titles { panel, x: None, y: Some(title) });
            let scaled = curves.iter().flat_map(|(_, scaled, _)| scaled).flat_map(ends);
            let lower = Axes { area: rows[1], x: sides.clone(), y: Scale::holding(Spacing::Linear, scaled) };
            lower.draw(canvas, Titles { panel: "", x: Some("side *L*"), y: Some(scaled_title) });
            for (index, (values, scaled, line)) in curves.iter().enumerate() {
                upper.curve(canvas, line, Stroke::curve(index));
                lower.curve(canvas, scaled, Stroke::solid(color(index), HAIR));
                for (axes, points) in [(&upper, values), (&lower, scaled)] {
                    axes.error_bars(canvas, points, color(index));
                    axes.points(canvas, points, marker(index), color(index));
                }
            }
        }
    })
}

/// The law fitted to all sides.
fn line(fits: &Table, sides: &[f64]) -> Result<Vec<Sample>, TableError> {
    let (amplitudes, slopes) = (fits.column("ln_amplitude")?, fits.column("slope")?);
    let Some((amplitude, slope)) = amplitudes.first().zip(slopes.first()) else { return Ok(Vec::new()) };
    let at = |&side: &f64| Sample { x: side, y: (amplitude + slope * side.ln()).exp(), error: 0.0 };
    Ok(sides.iter().map(at).collect())
}
