//! The magnetization below Tc on logarithmic axes: samples, their reconstructions, and exact curves (figure 16 of
//! arXiv:1810.08179).

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::fixed;
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_rows};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Color, Dash, GREY, INK, LEFT, Marker, Stroke, TOP, VERMILLION, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1060.0;
/// β of the square lattice.
const EXACT: f64 = 0.125;

/// A source of magnetizations, its words and how it is drawn: points, or a curve.
struct Source {
    name: &'static str,
    label: &'static str,
    stroke: Stroke,
    marker: Option<Marker>,
}

const SOURCES: [Source; 4] = [
    Source {
        name: "finite-lattice",
        label: "this lattice, exact",
        stroke: Stroke { color: INK, width: CURVE, dash: Dash::Solid },
        marker: None,
    },
    Source {
        name: "infinite-lattice",
        label: "infinite lattice",
        stroke: Stroke { color: GREY, width: CURVE, dash: Dash::Dashed },
        marker: None,
    },
    points_of("samples", "samples", BLUE, Marker::Disk),
    points_of("reconstructions", "reconstructions", VERMILLION, Marker::Square),
];

const fn points_of(name: &'static str, label: &'static str, color: Color, marker: Marker) -> Source {
    Source { name, label, stroke: Stroke { color, width: 2.4, dash: Dash::Solid }, marker: Some(marker) }
}

/// |m| of one source, and β between neighbouring temperatures.
struct Curve<'a> {
    source: &'a Source,
    magnetizations: Vec<Sample>,
    exponents: Vec<Sample>,
}

/// (a) |m| against Tc − T of the samples, of one-step reconstructions by `machine` and of the exact curves, with the fitted laws over
/// their windows; (b) the exponent d ln|m| / d ln(Tc − T) between neighbouring temperatures, and the exact 1/8.
///
/// Columns of `points`: source, machine, seed, distance_to_tc, abs_magnetization_per_site with _error; of `fits`: source, machine, seed,
/// least_reduced_distance, exponent with _error.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn magnetization_exponent(points: &Table, fits: &Table, machine: &str) -> Result<Figure, FigureError> {
    require_rows(points)?;
    let mut curves = Vec::new();
    let mut entries = Vec::new();
    for source in &SOURCES {
        let name = if source.name == "reconstructions" { machine } else { "" };
        let [points, fits] = [points, fits].map(|table| table.filter("source", source.name)?.filter("machine", name));
        let (points, fits) = (points?, fits?);
        let column = "abs_magnetization_per_site";
        let magnetizations = over_seeds(&points, "distance_to_tc", column, Some("abs_magnetization_per_site_error"))?;
        if !magnetizations.iter().any(Sample::is_finite) {
            continue;
        }
        let n_seeds = points.distinct_text("seed")?.len() as f64;
        let key = source.marker.map_or(Key::Line(source.stroke), |marker| Key::Points(marker, source.stroke.color));
        entries.push(Entry::new(key, format!("{}{}", source.label, fitted(&fits)?)));
        let exponents = local_exponents(&magnetizations, n_seeds);
        curves.push(Curve { source, magnetizations, exponents });
    }
    entries.push(Entry::new(Key::Line(exact_stroke()), "*β* = 1/8"));
    let of_machine = band_label(&points.filter("machine", machine)?)?;
    entries.push(Entry::new(Key::Line(Stroke::solid(VERMILLION, 2.0)), format!("reconstructions: {of_machine}")));
    let numbers = numbers(&curves)?;
    let all = || curves.iter().flat_map(|curve| &curve.magnetizations);
    let x = Scale::holding(Spacing::Log, all().map(|point| point.x));
    let m = Scale::holding(Spacing::Log, all().map(|point| point.y));
    let exponents = curves.iter().flat_map(|curve| &curve.exponents).map(|point| point.y);
    let beta = Scale::holding(Spacing::Linear, exponents.chain([0.0, EXACT]));
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, 0.0, BOTTOM);
        let panels = area.columns(2, 150.0);
        let axes = Axes { area: panels[0], x: x.clone(), y: m };
        let distance = Some("*T*_{c} − *T* [*J*/*k*_{B}]");
        axes.draw(canvas, Titles { panel: "(a) magnetization", x: distance, y: Some("|*m*|") });
        curves.iter().for_each(|curve| draw(canvas, &axes, curve.source, &curve.magnetizations));
        let axes = Axes { area: panels[1], x, y: beta };
        let title = "d ln|*m*| / d ln(*T*_{c} − *T*)";
        axes.draw(canvas, Titles { panel: "(b) exponent between neighbours", x: distance, y: Some(title) });
        axes.horizontal(canvas, EXACT, exact_stroke());
        curves.iter().for_each(|curve| draw(canvas, &axes, curve.source, &curve.exponents));
    })
}

fn exact_stroke() -> Stroke {
    Stroke { color: GREY, width: 2.6, dash: Dash::Dotted }
}

/// ": β = 0.05 ± 0.01 near Tc, 0.09 ± 0.01 farther"; of several seeds their mean.
fn fitted(fits: &Table) -> Result<String, TableError> {
    let all = fits.filter("seed", "all")?;
    let fits = if all.is_empty() { fits } else { &all };
    let (values, errors) = (fits.column("exponent")?, fits.column("exponent_error")?);
    let froms = fits.column("least_reduced_distance")?;
    let word = |from: f64| if from < 0.02 { "near *T*_{c}" } else { "farther" };
    let number = |((value, error), from): ((f64, f64), f64)| match error.is_nan() {
        true => format!("{} {}", fixed(value, 3), word(from)),
        false => format!("{} ± {} {}", fixed(value, 3), fixed(error, 3), word(from)),
    };
    let numbers: Vec<String> = values.into_iter().zip(errors).zip(froms).map(number).collect();
    Ok(if numbers.is_empty() { String::new() } else { format!(": *β* = {}", numbers.join(", ")) })
}

/// Differences of the logarithms between neighbours, at their geometric mean, with the errors of means over the seeds.
fn local_exponents(points: &[Sample], n_seeds: f64) -> Vec<Sample> {
    let between = |ends: &[Sample]| {
        let width = (ends[1].x / ends[0].x).ln();
        let relative = |point: &Sample| point.error / point.y / n_seeds.sqrt();
        Sample {
            x: (ends[0].x * ends[1].x).sqrt(),
            y: (ends[1].y / ends[0].y).ln() / width,
            error: relative(&ends[0]).hypot(relative(&ends[1])) / width,
        }
    };
    points.windows(2).map(between).collect()
}

fn draw(canvas: &mut Canvas<'_>, axes: &Axes, source: &Source, points: &[Sample]) {
    match source.marker {
        Some(marker) => {
            axes.error_bars(canvas, points, source.stroke.color);
            axes.points(canvas, points, marker, source.stroke.color);
        }
        None => axes.curve(canvas, points, source.stroke),
    }
}

fn numbers(curves: &[Curve<'_>]) -> Result<Table, TableError> {
    let mut numbers = Table::new("magnetization_exponent", ["source", "quantity", "distance_to_tc", "value", "error"]);
    for curve in curves {
        let parts = [("abs_magnetization_per_site", &curve.magnetizations), ("exponent", &curve.exponents)];
        for (quantity, points) in parts {
            for point in points {
                let [x, y, error] = [point.x, point.y, point.error].map(Into::into);
                numbers.push([curve.source.name.into(), quantity.into(), x, y, error])?;
            }
        }
    }
    Ok(numbers)
}
