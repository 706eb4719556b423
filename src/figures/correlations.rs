//! The two-point function where the flow ends, beside that of the data.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::number::short;
use super::references::Reference;
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_rows, samples, spread};
use super::style::{BORDER, BOTTOM, CURVE, Color, Dash, GREEN, GREY, INK, LEFT, Marker, Stroke, TOP, WIDTH, marker};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;
/// Smallest correlation that is shown.
const WEAKEST: f64 = 5e-3;
/// Temperatures of the data that are shown, besides the one nearest Tc.
const N_TEMPERATURES: usize = 5;
/// G(r) = A r^(−1/4) far away at Tc on the infinite lattice (T. T. Wu, Phys. Rev. 149, 380).
const CRITICAL_AMPLITUDE: f64 = 0.703_38;

const MIXTURE: Stroke = Stroke { color: GREEN, width: 4.0, dash: Dash::Dashed };
const GUIDE: Stroke = Stroke { color: GREY, width: CURVE, dash: Dash::Dotted };
const END: Stroke = Stroke { color: INK, width: 4.5, dash: Dash::Solid };

/// G(r) at one temperature of the data.
struct Isotherm {
    temperature: f64,
    points: Vec<Sample>,
}

/// G(r) along the axes at the end of the flow of `machine`, with its band over the seeds, beside that of the data at several
/// temperatures in the weakest field and of the training mixture: (a) log-log, where a power law is straight, with the critical
/// r^(−1/4) on the torus; (b) with a linear distance, where an exponential is.
///
/// Columns of `table`: law (boltzmann, mixture, flow-end), machine, seed, temperature, field, distance, correlation with _error. Columns
/// of `markers`: label, temperature; the first of "*T*_{c}" is the critical one.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn correlations(table: &Table, machine: &str, markers: &Table) -> Result<Figure, FigureError> {
    let end = table.filter("law", "flow-end")?.filter("machine", machine)?;
    require_rows(&end)?;
    let critical = Reference::read_all(markers)?.into_iter().find(|marker| marker.label == "*T*_{c}");
    let critical = critical.map(|marker| marker.temperature);
    let isotherms = isotherms(&table.filter("law", "boltzmann")?, critical)?;
    let mixture = samples(&table.filter("law", "mixture")?, "distance", "correlation", Some("correlation_error"))?;
    let of_end = over_seeds(&end, "distance", "correlation", Some("correlation_error"))?;
    let heat = Heat::holding(&isotherms.iter().map(|isotherm| isotherm.temperature).collect::<Vec<_>>());
    let guide: Vec<Sample> = of_end
        .iter()
        .filter(|point| critical.is_some() && point.x > 0.0)
        .map(|point| Sample { x: point.x, y: CRITICAL_AMPLITUDE * point.x.powf(-0.25), error: 0.0 })
        .collect();
    let numbers = numbers(&isotherms, [("flow end", &of_end), ("training mixture", &mixture), ("guide", &guide)])?;
    let mut entries = vec![
        Entry::new(Key::PointsOnLine(Marker::Disk, END), "end of the flow"),
        Entry::new(Key::Band(GREY), band_label(&end)?),
        Entry::new(Key::Line(MIXTURE), "training mixture"),
    ];
    if !guide.is_empty() {
        entries.push(Entry::new(Key::Line(GUIDE), "0.703 *r*^{−1/4}, infinite lattice at *T*_{c}"));
    }
    entries.extend(isotherms.iter().enumerate().map(|(index, isotherm)| {
        let stroke = Stroke::solid(heat.color(isotherm.temperature), CURVE);
        Entry::new(Key::PointsOnLine(marker(index), stroke), format!("data, *T* = {}", short(isotherm.temperature)))
    }));
    let shown = |spacing: Spacing| {
        let all = isotherms.iter().flat_map(|isotherm| &isotherm.points).chain(&mixture).chain(&of_end);
        let near = all.filter(|point| spacing == Spacing::Linear || point.x > 0.0);
        let near: Vec<Sample> = near.copied().filter(|point| point.y >= WEAKEST).collect();
        let x = Scale::holding(spacing, near.iter().map(|point| point.x));
        (x, Scale::holding(Spacing::Log, near.iter().map(|point| point.y)))
    };
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, 0.0, BOTTOM);
        let panels = [("(a) both logarithmic", Spacing::Log), ("(b) linear distance", Spacing::Linear)];
        for (area, (panel, spacing)) in area.columns(2, 150.0).into_iter().zip(panels) {
            let (x, y) = shown(spacing);
            let axes = Axes { area, x, y };
            axes.draw(canvas, Titles { panel, x: Some("distance *r* [sites]"), y: Some("*G*(*r*)") });
            for (index, isotherm) in isotherms.iter().enumerate() {
                let color = heat.color(isotherm.temperature);
                draw(canvas, &axes, &isotherm.points, Stroke::solid(color, CURVE), Some((marker(index), color)));
            }
            draw(canvas, &axes, &guide, GUIDE, None);
            draw(canvas, &axes, &mixture, MIXTURE, None);
            let end = positive(&of_end);
            axes.band(canvas, &end, INK);
            axes.curve(canvas, &end, END);
            axes.points(canvas, &end, Marker::Disk, INK);
        }
    })
}

/// The data nearest Tc and at temperatures spread over theirs, in the weakest field.
fn isotherms(data: &Table, critical: Option<f64>) -> Result<Vec<Isotherm>, TableError> {
    let fields = data.distinct("field")?;
    let Some(field) = fields.into_iter().min_by(|a, b| a.abs().total_cmp(&b.abs())) else { return Ok(Vec::new()) };
    let data = data.filter("field", field)?;
    let mut temperatures = data.distinct("temperature")?;
    temperatures.retain(|temperature| temperature.is_finite());
    let mut chosen = spread(&temperatures, N_TEMPERATURES);
    let distance = |temperature: &f64| critical.map_or(f64::INFINITY, |critical| (temperature - critical).abs());
    chosen.extend(temperatures.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))));
    chosen.sort_by(f64::total_cmp);
    chosen.dedup();
    let isotherm = |temperature: f64| {
        let rows = data.filter("temperature", temperature)?;
        Ok(Isotherm { temperature, points: samples(&rows, "distance", "correlation", Some("correlation_error"))? })
    };
    chosen.into_iter().map(isotherm).collect()
}

fn draw(canvas: &mut Canvas<'_>, axes: &Axes, points: &[Sample], stroke: Stroke, key: Option<(Marker, Color)>) {
    let points = positive(points);
    axes.curve(canvas, &points, stroke);
    if let Some((marker, color)) = key {
        axes.error_bars(canvas, &points, color);
        axes.points(canvas, &points, marker, color);
    }
}

/// What has a place on a logarithmic axis.
fn positive(points: &[Sample]) -> Vec<Sample> {
    points.iter().filter(|point| point.y > 0.0).copied().collect()
}

fn numbers(isotherms: &[Isotherm], others: [(&str, &Vec<Sample>); 3]) -> Result<Table, TableError> {
    let mut numbers = Table::new("correlations", ["curve", "temperature", "distance", "correlation", "error"]);
    let data = isotherms.iter().map(|isotherm| ("data", isotherm.temperature, &isotherm.points));
    for (curve, temperature, points) in data.chain(others.map(|(curve, points)| (curve, f64::NAN, points))) {
        for point in points {
            let [x, y, error] = [point.x, point.y, point.error].map(Into::into);
            numbers.push([curve.into(), temperature.into(), x, y, error])?;
        }
    }
    Ok(numbers)
}
