//! Where the flow ends, against a number that machines differ in.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::references::Reference;
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_rows};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Color, GREY, LEFT, Marker, ORANGE, PURPLE, Stroke, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;

/// Readings of the end point with the name of their curve; by energy only where the likelihood is not known.
const READINGS: [(&str, &str, Marker, Color); 3] = [
    ("thermometer", "read by the network", Marker::Disk, BLUE),
    ("exact", "read by energy and magnetization, exactly", Marker::Square, PURPLE),
    ("energy", "read by the energy, exactly", Marker::Diamond, ORANGE),
];

/// Temperature at which the flow ends against the column `axis`, called `label` in the figure, by each reading, with bands over the
/// seeds and the marked temperatures as horizontal lines. Machines of equal abscissa count as seeds of one.
///
/// Columns of `end_points`: `axis`, seed, reading, temperature; rows of seed "all" are left out. Columns of `markers`: label,
/// temperature.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn end_point_against(axis: &str, label: &str, end_points: &Table, markers: &Table) -> Result<Figure, FigureError> {
    let end_points = &single_seeds(end_points)?;
    require_rows(end_points)?;
    let references = Reference::read_all(markers)?;
    let mut numbers = Table::new("end_point_against", ["reading", axis, "temperature", "temperature_error"]);
    let mut curves: Vec<(usize, Vec<Sample>)> = Vec::new();
    for (index, (reading, ..)) in READINGS.iter().enumerate() {
        let rows = end_points.filter("reading", *reading)?;
        let samples = over_seeds(&rows, axis, "temperature", None)?;
        if !samples.iter().any(Sample::is_finite) || (*reading == "energy" && curves.iter().any(|curve| curve.0 == 1)) {
            continue;
        }
        for Sample { x, y, error } in &samples {
            numbers.push([(*reading).into(), (*x).into(), (*y).into(), (*error).into()])?;
        }
        curves.push((index, samples));
    }
    let points = || curves.iter().flat_map(|(_, samples)| samples);
    let spacing = if points().all(|point| point.x > 0.0) { Spacing::Log } else { Spacing::Linear };
    let x = Scale::holding(spacing, points().map(|point| point.x));
    let temperatures = points().flat_map(|point| [point.y - point.error, point.y + point.error]);
    let y = Scale::holding(Spacing::Linear, temperatures.chain(references.iter().map(|r| r.temperature)));
    let stroke = |index: usize| Stroke::solid(READINGS[index].3, CURVE);
    let key = |index: usize| Key::PointsOnLine(READINGS[index].2, stroke(index));
    let mut entries: Vec<Entry> = curves.iter().map(|(index, _)| Entry::new(key(*index), READINGS[*index].1)).collect();
    entries.extend(references.iter().map(Reference::entry));
    entries.push(Entry::new(Key::Band(GREY), band_label(end_points)?));
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, 0.0, 0.0, BOTTOM);
        let axes = Axes { area, x, y };
        let title = "end of the flow *T* [*J*/*k*_{B}]";
        axes.draw(canvas, Titles { panel: "", x: Some(label), y: Some(title) });
        for reference in &references {
            axes.horizontal(canvas, reference.temperature, reference.stroke);
        }
        for (index, samples) in &curves {
            let stroke = stroke(*index);
            axes.band(canvas, samples, stroke.color);
            axes.curve(canvas, samples, stroke);
            axes.points(canvas, samples, READINGS[*index].2, stroke.color);
        }
    })
}

/// The rows that are of one seed.
fn single_seeds(end_points: &Table) -> Result<Table, TableError> {
    let mut rows = end_points.filter("seed", "")?;
    for seed in end_points.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all") {
        rows.append(end_points.filter("seed", seed)?)?;
    }
    Ok(rows)
}
