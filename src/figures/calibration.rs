//! The thermometer against the truth: mean reading and spread at every temperature, beside the exact limits.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_rows, samples, spread};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Dash, GREY, INK, LEFT, Marker, Stroke, TOP, VERMILLION, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1150.0;
/// The line of perfect readings.
const DIAGONAL: Stroke = Stroke { color: GREY, width: 2.0, dash: Dash::Dashed };
/// The best possible reading, the exact posterior.
const BAYES: Stroke = Stroke { color: INK, width: CURVE, dash: Dash::Solid };
/// The bound of Cramér and Rao.
const CRAMER_RAO: Stroke = Stroke { color: VERMILLION, width: CURVE, dash: Dash::Alternating };

/// The curves at one field.
struct Field {
    field: f64,
    /// Mean reading, with the spread of single readings as error.
    reading: Vec<Sample>,
    spread: Vec<Sample>,
    bayes_mean: Vec<Sample>,
    bayes_spread: Vec<Sample>,
    cramer_rao: Vec<Sample>,
}

/// Mean reading against true temperature, and below it the standard deviation of single readings; one column a field.
///
/// Columns of `table`: temperature, field, mean_temperature, spread, bayes_mean_temperature, bayes_spread,
/// cramer_rao_spread.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn calibration(table: &Table) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let fields = spread(&table.distinct("field")?, 3);
    let fields = fields.into_iter().map(|field| Field::read(table, field)).collect::<Result<Vec<_>, _>>()?;
    let numbers = numbers(&fields)?;
    let entries = [
        Entry::new(Key::Points(Marker::Disk, BLUE), "network ± spread"),
        Entry::new(Key::Line(BAYES), "exact posterior (Bayes)"),
        Entry::new(Key::Line(CRAMER_RAO), "Cramér–Rao bound *T*/√(*Nc*)"),
        Entry::new(Key::Line(DIAGONAL), "reading = truth"),
    ];
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area =
            legend::draw(canvas, sheet, &entries).inset(0.0, if fields.len() > 1 { TOP } else { 12.0 }, 0.0, BOTTOM);
        for (index, (field, column)) in fields.iter().zip(area.columns(fields.len(), 84.0)).enumerate() {
            field.draw(canvas, column, index == 0, fields.len() > 1);
        }
    })
}

impl Field {
    fn read(table: &Table, field: f64) -> Result<Self, TableError> {
        let rows = table.filter("field", field)?;
        let read = |column: &str, error: Option<&str>| {
            let mut found = samples(&rows, "temperature", column, error)?;
            found.sort_by(|a, b| a.x.total_cmp(&b.x));
            Ok::<_, TableError>(found)
        };
        Ok(Self {
            field,
            reading: read("mean_temperature", Some("spread"))?,
            spread: read("spread", None)?,
            bayes_mean: read("bayes_mean_temperature", None)?,
            bayes_spread: read("bayes_spread", None)?,
            cramer_rao: read("cramer_rao_spread", None)?,
        })
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, is_first: bool, names_field: bool) {
        let rows = area.rows(&[1.5, 1.0], 26.0);
        let title = |text| Some(if is_first { text } else { "" });
        let panel = if names_field { format!("*H* = {} *J*", short(self.field)) } else { String::new() };
        let x = Scale::holding(Spacing::Linear, self.reading.iter().map(|sample| sample.x));
        let ends = self.reading.iter().flat_map(|sample| [sample.x, sample.y - sample.error, sample.y + sample.error]);
        let upper = Axes { area: rows[0], x: x.clone(), y: Scale::holding(Spacing::Linear, ends) };
        upper.draw(canvas, Titles { panel: &panel, x: None, y: title("mean reading [*J*/*k*_{B}]") });
        let truth: Vec<_> = self.reading.iter().map(|sample| Sample { y: sample.x, error: 0.0, ..*sample }).collect();
        upper.curve(canvas, &truth, DIAGONAL);
        upper.curve(canvas, &self.bayes_mean, BAYES);
        upper.error_bars(canvas, &self.reading, BLUE);
        upper.points(canvas, &self.reading, Marker::Disk, BLUE);
        let heights = self.spread.iter().chain(&self.bayes_spread).map(|sample| 1.25 * sample.y).chain([0.0]);
        let y = Scale::holding(Spacing::Linear, heights.filter(|height| height.is_finite())).starting_at(0.0);
        let lower = Axes { area: rows[1], x, y };
        let words =
            Titles { panel: "", x: Some("true temperature *T* [*J*/*k*_{B}]"), y: title("spread [*J*/*k*_{B}]") };
        lower.draw(canvas, words);
        lower.curve(canvas, &self.cramer_rao, CRAMER_RAO);
        lower.curve(canvas, &self.bayes_spread, BAYES);
        lower.points(canvas, &self.spread, Marker::Disk, BLUE);
    }
}

fn numbers(fields: &[Field]) -> Result<Table, TableError> {
    let header = [
        "field",
        "temperature",
        "mean_temperature",
        "spread",
        "bayes_mean_temperature",
        "bayes_spread",
        "cramer_rao_spread",
    ];
    let mut numbers = Table::new("calibration", header);
    for field in fields {
        for (index, reading) in field.reading.iter().enumerate() {
            let limits = [&field.bayes_mean, &field.bayes_spread, &field.cramer_rao].map(|limit| limit[index].y);
            let [bayes_mean, bayes_spread, cramer_rao] = limits;
            let row = [field.field, reading.x, reading.y, field.spread[index].y, bayes_mean, bayes_spread, cramer_rao];
            numbers.push(row.map(Into::into))?;
        }
    }
    Ok(numbers)
}
