//! The thermometer's averaged softmax over (T, H) at the end of the flow, beside the same of controls.

use super::axes::{Axes, Titles};
use super::canvas::{Anchor, Canvas, render};
use super::fixed_points::FixedPoints;
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::number::{fixed, short};
use super::plane_lines::PlaneLines;
use super::scale::Scale;
use super::series::{require_one_machine, require_rows};
use super::specific_heat_map::{draw_cells, edges};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Marker, SKY, SMALL, TOP, WHITE, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 760.0;
/// Room right of the panels for the scale of colours.
const SIDE: f64 = 170.0;
/// A peak is shown that has at least this share of the largest probability of its map.
const VISIBLE: f64 = 0.02;

/// The map of the machine itself.
const FLOW_END: &str = "flow-end";

/// One map.
struct Map {
    source: String,
    /// Where its configurations are from, with their state point if they have one.
    source_point: [f64; 2],
    /// T, H, probability, error of the classes at finite T.
    cells: Vec<[f64; 4]>,
    overlap: f64,
}

/// The tables of the figure, all of one machine.
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxTables<'a> {
    /// Maps: machine, source, source_temperature, source_field, temperature, field, probability, probability_error.
    pub maps: &'a Table,
    /// How alike they are: machine, seed ("all" for the mean over the seeds), source, overlap_with_machine.
    pub ridge: &'a Table,
    /// Lines of maxima: line, field, temperature.
    pub ridges: &'a Table,
    /// The line of constant magnetization: magnetization_per_site, temperature, field.
    pub constant_magnetization: &'a Table,
    /// Fixed points of renormalization: name, temperature, field, stability.
    pub rg_fixed_points: &'a Table,
}

/// The softmax averaged over all chains at the end of the flow, over exact samples of the state point that these are read as,
/// and over the chains with their spins shuffled; a dot marks the peak over T in each field. All panels have one scale of
/// colours; classes at T = ∞ are left out.
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw, or there are several machines.
pub fn softmax_map(tables: SoftmaxTables<'_>) -> Result<Figure, FigureError> {
    require_one_machine(tables.maps)?;
    require_rows(tables.ridge)?;
    let sources = tables.maps.distinct_text("source")?.into_iter();
    let maps = sources.map(|source| Map::read(tables, source)).collect::<Result<Vec<_>, _>>()?;
    let lines = PlaneLines::read(tables.ridges, tables.constant_magnetization)?;
    let fixed_points = FixedPoints::read(tables.rg_fixed_points)?;
    let largest = maps.iter().flat_map(|map| &map.cells).map(|cell| cell[2]).fold(0.0, f64::max);
    let heat = Heat { low: 0.0, high: 100.0 * largest, has_infinity: false };
    let mut entries = lines.entries(WHITE);
    entries.push(Entry::new(Key::Symbol(Marker::Disk, SKY), "peak over *T* in each field"));
    entries.extend(fixed_points.entries());
    let axis = |axis: usize| {
        let mut values: Vec<f64> = maps.iter().flat_map(|map| &map.cells).map(|cell| cell[axis]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        edges(&values)
    };
    let (temperatures, fields) = (axis(0), axis(1));
    let numbers = numbers(&maps, &lines)?;
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, SIDE, BOTTOM);
        for (index, (area, map)) in area.columns(maps.len(), 24.0).into_iter().zip(&maps).enumerate() {
            let x = Scale::exactly(temperatures.0, temperatures.1);
            let axes = Axes { area, x, y: Scale::exactly(fields.0, fields.1) };
            canvas.rect(area, GREY, 1.0);
            let cells: Vec<[f64; 3]> = map.cells.iter().map(|&[t, h, p, _]| [t, h, 100.0 * p]).collect();
            draw_cells(&axes, canvas, &cells, (temperatures.2 / 2.0, fields.2 / 2.0), &heat);
            let y = (index == 0).then_some("field *H* [*J*]");
            axes.draw(canvas, Titles { panel: &map.title(index), x: Some("temperature *T* [*J*/*k*_{B}]"), y });
            lines.draw(&axes, canvas, WHITE);
            fixed_points.draw(&axes, canvas);
            map.draw_peaks(&axes, canvas);
            if map.source != FLOW_END {
                let lines = ["overlap with (a)".to_owned(), fixed(map.overlap, 3)];
                for (line, above) in lines.iter().zip([84.0, 48.0]) {
                    canvas.text((area.right - 14.0, area.bottom - above), Anchor::End, line, SMALL, WHITE);
                }
            }
        }
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "averaged softmax [%]");
    })
}

impl Map {
    fn read(tables: SoftmaxTables<'_>, source: &str) -> Result<Self, TableError> {
        let rows = tables.maps.filter("source", source)?;
        let column = |name: &str| rows.column(name);
        let (t, h) = (column("temperature")?, column("field")?);
        let (p, errors) = (column("probability")?, column("probability_error")?);
        let first = |name: &str| Ok::<_, TableError>(column(name)?.first().copied().unwrap_or(f64::NAN));
        let ridge = tables.ridge.filter("source", source)?.filter("seed", "all")?;
        Ok(Self {
            source: source.to_owned(),
            source_point: [first("source_temperature")?, first("source_field")?],
            cells: (0..rows.len()).filter(|&i| t[i].is_finite()).map(|i| [t[i], h[i], p[i], errors[i]]).collect(),
            overlap: ridge.column("overlap_with_machine")?.first().copied().unwrap_or(f64::NAN),
        })
    }

    fn title(&self, index: usize) -> String {
        let letter = ["(a)", "(b)", "(c)", "(d)"][index.min(3)];
        let [t, h] = self.source_point.map(|value| fixed(value, 2));
        match self.source.as_str() {
            FLOW_END => format!("{letter} end of the RBM flow"),
            "exact-samples" => format!("{letter} exact at ({t}, {h})"),
            "free-spins" => format!("{letter} free spins, same *M*"),
            source => format!("{letter} {source}"),
        }
    }

    /// In each field the class with the largest probability, where there is enough to see.
    fn peaks(&self) -> Vec<[f64; 4]> {
        let mut peaks: Vec<[f64; 4]> = Vec::new();
        for &cell in &self.cells {
            match peaks.iter_mut().find(|peak| peak[1].total_cmp(&cell[1]).is_eq()) {
                Some(peak) if cell[2] > peak[2] => *peak = cell,
                Some(_) => {}
                None => peaks.push(cell),
            }
        }
        let largest = peaks.iter().map(|peak| peak[2]).fold(0.0, f64::max);
        peaks.retain(|peak| peak[2] > VISIBLE * largest);
        peaks
    }

    fn draw_peaks(&self, axes: &Axes, canvas: &mut Canvas<'_>) {
        for [temperature, field, ..] in self.peaks() {
            axes.at(temperature, field).into_iter().for_each(|center| canvas.marker(center, Marker::Disk, SKY));
        }
    }
}

fn numbers(maps: &[Map], lines: &PlaneLines) -> Result<Table, TableError> {
    let mut numbers =
        Table::new("softmax map", ["what", "source", "temperature", "field", "probability", "probability_error"]);
    let mut push = |what: &str, source: &str, row: [f64; 4]| {
        let texts = [Cell::from(what), source.into()];
        numbers.push(texts.into_iter().chain(row.map(Cell::from)).collect::<Vec<_>>())
    };
    for map in maps {
        let source = format!("{} ({})", map.source, map.source_point.map(short).join(", "));
        map.cells.iter().try_for_each(|cell| push("class", &source, *cell))?;
        map.peaks().iter().try_for_each(|peak| push("peak over T", &source, *peak))?;
    }
    lines.numbers().try_for_each(|(what, t, h)| push(what, "exact", [t, h, f64::NAN, f64::NAN]))?;
    Ok(numbers)
}
