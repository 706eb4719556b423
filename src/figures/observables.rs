//! Samples against exact theory: energy, specific heat, magnetization and, in a field, susceptibility.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_rows, samples, spread};
use super::style::{BORDER, BOTTOM, CURVE, Dash, GREY, INK, LEFT, Stroke, VERMILLION, WIDTH, color, marker};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of a row of panels in pixels.
const ROW: f64 = 800.0;
/// The columns drawn and the titles of their axes; the last two only where there is a field.
const QUANTITIES: [(&str, &str); 5] = [
    ("energy_per_site", "energy *e* [*J*]"),
    ("specific_heat_per_site", "specific heat *c* [*k*_{B}]"),
    ("abs_magnetization_per_site", "magnetization |*m*|"),
    ("magnetization_per_site", "magnetization *m*"),
    ("susceptibility_per_site", "susceptibility *χ* [1/*J*]"),
];

/// The curve of the infinite lattice.
const INFINITE: Stroke = Stroke { color: VERMILLION, width: CURVE, dash: Dash::Dashed };

/// One quantity at one field.
struct Curve {
    field: f64,
    points: Vec<Sample>,
    exact: Vec<Sample>,
    infinite: Vec<Sample>,
    /// (sampled − exact) / standard error.
    residuals: Vec<Sample>,
}

/// Sampled e, c and |m| (in a field m and χ too) against T, the exact curves of the lattice and of the infinite one (of one
/// field only), and below them the differences in standard errors.
///
/// Columns of `table`: temperature, field, and for each of energy_per_site, specific_heat_per_site,
/// abs_magnetization_per_site, magnetization_per_site, susceptibility_per_site three: q, q_error, q_exact. Columns of
/// `exact`, a finer curve, and of `infinite`: temperature, field and the same names.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn observables(table: &Table, exact: Option<&Table>, infinite: Option<&Table>) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let fields = spread(&table.distinct("field")?, 5);
    let has_field = fields.iter().any(|field| field.abs() > 0.0);
    let quantities = if has_field { &QUANTITIES[..] } else { &QUANTITIES[..3] };
    let infinite = infinite.filter(|infinite| fields.len() == 1 && !infinite.is_empty());
    let mut panels = Vec::new();
    for (quantity, _) in quantities {
        let curves = fields.iter().map(|field| Curve::read(table, [exact, infinite], quantity, *field));
        panels.push(curves.collect::<Result<Vec<_>, _>>()?);
    }
    let numbers = numbers(quantities, &panels)?;
    let x = Scale::holding(Spacing::Linear, table.column("temperature")?);
    let n_rows = quantities.len().div_ceil(3);
    let height = 2.0 * BORDER + 50.0 + ROW * n_rows as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries(&fields, infinite.is_some()));
        let cells =
            Rect { left: 0.0, ..below }.rows(&vec![1.0; n_rows], 24.0).into_iter().flat_map(|row| row.columns(3, 0.0));
        for ((cell, curves), (_, title)) in cells.zip(&panels).zip(quantities) {
            draw(canvas, cell.inset(LEFT, 12.0, 0.0, BOTTOM), curves, &x, title);
        }
    })
}

impl Curve {
    fn read(
        table: &Table,
        [exact, infinite]: [Option<&Table>; 2],
        quantity: &str,
        field: f64,
    ) -> Result<Self, TableError> {
        let rows = table.filter("field", field)?;
        let sorted = |table: &Table, column: &str, error: Option<&str>| {
            let mut found = samples(table, "temperature", column, error)?;
            found.sort_by(|a, b| a.x.total_cmp(&b.x));
            Ok::<_, TableError>(found)
        };
        let points = sorted(&rows, quantity, Some(&format!("{quantity}_error")))?;
        let truth = sorted(&rows, &format!("{quantity}_exact"), None)?;
        let residuals = points.iter().zip(&truth).map(|(point, truth)| residual(*point, truth.y)).collect();
        let exact = match exact {
            Some(fine) => sorted(&fine.filter("field", field)?, quantity, None)?,
            None => truth,
        };
        let infinite = match infinite {
            Some(infinite) => sorted(&infinite.filter("field", field)?, quantity, None)?,
            None => Vec::new(),
        };
        Ok(Self { field, points, exact, infinite, residuals })
    }
}

/// The difference in standard errors; without an error 0 for equal numbers and NaN for others.
fn residual(point: Sample, exact: f64) -> Sample {
    let difference = point.y - exact;
    let is_equal = difference.abs() <= 1e-9 * exact.abs().max(1.0);
    let y = if is_equal { 0.0 } else { difference / point.error };
    Sample { y: if y.is_finite() { y } else { f64::NAN }, error: 0.0, ..point }
}

fn draw(canvas: &mut Canvas<'_>, area: Rect, curves: &[Curve], x: &Scale, title: &str) {
    let rows = area.rows(&[3.0, 1.0], 22.0);
    let ends = curves.iter().flat_map(|curve| &curve.points).flat_map(|p| [p.y - p.error, p.y + p.error]);
    let exact = curves.iter().flat_map(|curve| &curve.exact).map(|sample| sample.y);
    let y = Scale::holding(Spacing::Linear, ends.chain(exact));
    let upper = Axes { area: rows[0], x: x.clone(), y };
    upper.draw(canvas, Titles { panel: "", x: None, y: Some(title) });
    let residuals = curves.iter().flat_map(|curve| &curve.residuals).map(|sample| sample.y.abs());
    let largest = residuals.fold(3.0, f64::max);
    let lower = Axes { area: rows[1], x: x.clone(), y: Scale::holding(Spacing::Linear, [-largest, largest]) };
    let words = Titles { panel: "", x: Some("temperature *T* [*J*/*k*_{B}]"), y: Some("residual [*σ*]") };
    lower.draw(canvas, words);
    lower.horizontal(canvas, 0.0, Stroke::solid(INK, 2.0));
    for value in [-2.0, 2.0] {
        lower.horizontal(canvas, value, Stroke { color: GREY, width: 2.0, dash: Dash::Dashed });
    }
    for (index, curve) in curves.iter().enumerate() {
        upper.curve(canvas, &curve.infinite, INFINITE);
        upper.curve(canvas, &curve.exact, exact_stroke(index, curves.len()));
    }
    for (index, curve) in curves.iter().enumerate() {
        for (axes, samples) in [(&upper, &curve.points), (&lower, &curve.residuals)] {
            axes.error_bars(canvas, samples, color(index));
            axes.points(canvas, samples, marker(index), color(index));
        }
    }
}

fn exact_stroke(index: usize, n_fields: usize) -> Stroke {
    if n_fields == 1 { Stroke::solid(INK, CURVE) } else { Stroke::curve(index) }
}

/// Samples and exact curves, the fields if there are several, and the lines in the lower strips.
fn entries(fields: &[f64], has_infinite: bool) -> Vec<Entry> {
    let points = if fields.len() == 1 { color(0) } else { INK };
    let mut entries = vec![
        Entry::new(Key::Points(marker(0), points), "samples"),
        Entry::new(Key::Line(Stroke::solid(INK, CURVE)), "exact"),
    ];
    if has_infinite {
        entries.push(Entry::new(Key::Line(INFINITE), "infinite lattice"));
    }
    if fields.len() > 1 {
        let key = |index| Key::PointsOnLine(marker(index), Stroke::curve(index));
        let named = fields.iter().enumerate();
        entries.extend(named.map(|(index, field)| Entry::new(key(index), format!("*H* = {} *J*", short(*field)))));
    }
    let two_errors = Stroke { color: GREY, width: 2.0, dash: Dash::Dashed };
    entries.push(Entry::new(Key::Line(two_errors), "± 2 standard errors *σ*"));
    entries
}

fn numbers(quantities: &[(&str, &str)], panels: &[Vec<Curve>]) -> Result<Table, TableError> {
    let mut numbers = Table::new("observables", ["quantity", "field", "temperature", "curve", "value", "error"]);
    for ((quantity, _), curves) in quantities.iter().zip(panels) {
        for curve in curves {
            let parts = [
                ("sampled", &curve.points),
                ("exact", &curve.exact),
                ("infinite", &curve.infinite),
                ("residual", &curve.residuals),
            ];
            for (name, samples) in parts {
                for point in samples {
                    let (field, numbers_of_point) = (curve.field.into(), [point.y, point.error].map(Into::into));
                    let [value, error] = numbers_of_point;
                    numbers.push([(*quantity).into(), field, point.x.into(), name.into(), value, error])?;
                }
            }
        }
    }
    Ok(numbers)
}
