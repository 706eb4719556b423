//! The specific heat over the (T, H) plane as a map of colours, with its ridge and the ends of the flows.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::fixed_points::FixedPoints;
use super::landmarks::Landmarks;
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::scale::Scale;
use super::series::require_rows;
use super::style::{BORDER, BOTTOM, GREY, LEFT, WHITE, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;
/// Room right of the panel for the scale of colours.
const SIDE: f64 = 170.0;

/// C(T, H) of the lattice, exact, and on it lines of maxima, singled-out state points and the ends of the flows, by the
/// exact likelihood or, where that reads nothing, by the network.
///
/// Columns of `map`: temperature, field, specific_heat_per_site on a rectangular grid. The other tables are those of
/// [`super::plane`].
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn specific_heat_map(
    map: &Table,
    ridges: &Table,
    markers: &Table,
    end_points: &Table,
    fixed_points: &Table,
) -> Result<Figure, FigureError> {
    require_rows(map)?;
    let exact = end_points.filter("reading", "exact")?.column("temperature")?;
    let reading = if exact.iter().any(|t| !t.is_nan()) { "exact" } else { "thermometer" };
    let landmarks = Landmarks::read(ridges, markers, end_points, reading)?;
    let fixed_points = FixedPoints::read(fixed_points)?;
    let heats = map.column("specific_heat_per_site")?;
    let heat = Heat::holding(&heats);
    let cells: Vec<[f64; 3]> = map
        .column("temperature")?
        .into_iter()
        .zip(map.column("field")?)
        .zip(heats)
        .map(|((temperature, field), heat)| [temperature, field, heat])
        .collect();
    let (temperatures, fields) = (edges(&map.distinct("temperature")?), edges(&map.distinct("field")?));
    let mut entries = landmarks.entries(WHITE);
    if cells.iter().any(|[.., heat]| heat.is_nan()) {
        entries.push(Entry::new(Key::Patch(GREY), "not known exactly"));
    }
    entries.extend(fixed_points.entries());
    let numbers = numbers(&cells, &landmarks, &fixed_points)?;
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, 16.0, SIDE, BOTTOM);
        let x = Scale::exactly(temperatures.0, temperatures.1);
        let axes = Axes { area, x, y: Scale::exactly(fields.0, fields.1) };
        let steps = (temperatures.2 / 2.0, fields.2 / 2.0);
        canvas.rect(area, GREY, 1.0);
        draw_cells(&axes, canvas, &cells, steps, &heat);
        let (x, y) = (Some("temperature *T* [*J*/*k*_{B}]"), Some("field *H* [*J*]"));
        axes.draw(canvas, Titles { panel: "", x, y });
        landmarks.draw_lines(&axes, canvas, WHITE);
        fixed_points.draw(&axes, canvas);
        landmarks.draw_points(&axes, canvas);
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "specific heat *c* [*k*_{B}]");
    })
}

pub(crate) fn draw_cells(
    axes: &Axes,
    canvas: &mut Canvas<'_>,
    cells: &[[f64; 3]],
    (half_t, half_h): (f64, f64),
    heat: &Heat,
) {
    for [temperature, field, value] in cells.iter().filter(|[.., value]| value.is_finite()) {
        let corners =
            [axes.pixel(temperature - half_t, field + half_h), axes.pixel(temperature + half_t, field - half_h)];
        let [Some((left, top)), Some((right, bottom))] = corners else { continue };
        // A little larger, so that no seam shows between neighbours.
        canvas.rect(Rect { left, top, right, bottom }.inset(0.0, 0.0, -0.6, -0.6), heat.color(*value), 1.0);
    }
}

/// The outer edges of cells around evenly spaced numbers, and their width.
pub(crate) fn edges(centers: &[f64]) -> (f64, f64, f64) {
    let (first, last) = (centers[0], centers[centers.len() - 1]);
    let width = if centers.len() > 1 { (last - first) / (centers.len() - 1) as f64 } else { 1.0 };
    (first - width / 2.0, last + width / 2.0, width)
}

fn numbers(cells: &[[f64; 3]], landmarks: &Landmarks, fixed_points: &FixedPoints) -> Result<Table, TableError> {
    let header = ["what", "temperature", "field", "temperature_error", "field_error", "covariance", "specific_heat"];
    let mut numbers = Table::new("specific heat map", header);
    let of_map = cells.iter().map(|&[t, h, heat]| ("map".to_owned(), [t, h, 0.0, 0.0, 0.0], heat));
    let marked = landmarks.numbers().into_iter().chain(fixed_points.numbers()).map(|(what, row)| (what, row, f64::NAN));
    for (what, row, heat) in of_map.chain(marked) {
        let cells = row.into_iter().chain([heat]).map(Cell::from);
        numbers.push(std::iter::once(what.into()).chain(cells).collect::<Vec<_>>())?;
    }
    Ok(numbers)
}
