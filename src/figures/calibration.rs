//! The thermometer against the truth: mean reading, spread and excess at every temperature, beside the exact limits.

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

/// Height of the upper panels in pixels, and of those below.
const UPPER: f64 = 560.0;
const LOWER: f64 = 340.0;
/// The line of no excess.
const ZERO: Stroke = Stroke { color: BLUE, width: 2.0, dash: Dash::Dotted };
/// The line of perfect readings.
const DIAGONAL: Stroke = Stroke { color: GREY, width: 2.0, dash: Dash::Dashed };
/// The best possible reading, the exact posterior.
const BAYES: Stroke = Stroke { color: INK, width: CURVE, dash: Dash::Solid };
/// The bound of Cramér and Rao.
const CRAMER_RAO: Stroke = Stroke { color: VERMILLION, width: CURVE, dash: Dash::Alternating };

/// A quantity with its spread and bound: in the order of the columns of [`Field::spreads`].
const SPREADS: [[&str; 4]; 2] = [
    ["temperature_spread", "bayes_temperature_spread", "cramer_rao_temperature_spread", "spread of *T* [*J*/*k*_{B}]"],
    ["field_spread", "bayes_field_spread", "cramer_rao_field_spread", "spread of *H* [*J*]"],
];

/// The curves at one field.
struct Field {
    field: f64,
    /// Mean reading, with the spread of single readings as error.
    reading: Vec<Sample>,
    bayes_mean: Vec<Sample>,
    /// Network, posterior and bound, for T and, where there are several fields, for H.
    spreads: Vec<[Vec<Sample>; 3]>,
    /// Relative entropy of the network above that of the posterior.
    excess: Vec<Sample>,
}

/// From above: mean reading against true temperature; the standard deviation of single readings of T, and of H where there are
/// several fields; what the network's relative entropy exceeds the least possible by. One column a field.
///
/// Columns of `table`: temperature, field, mean_temperature, bayes_mean_temperature, bayes_relative_entropy, excess,
/// excess_error and, # = temperature and field, #_spread, bayes_#_spread, cramer_rao_#_spread.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn calibration(table: &Table) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let all_fields = table.distinct("field")?;
    let spreads = &SPREADS[..all_fields.len().min(2)];
    let fields = spread(&all_fields, 3).into_iter().map(|field| Field::read(table, field, spreads));
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    let numbers = numbers(&fields, spreads)?;
    let mut entries = vec![
        Entry::new(Key::Points(Marker::Disk, BLUE), "network (top: ± spread, bottom: ± standard error)"),
        Entry::new(Key::Line(BAYES), "exact posterior (Bayes)"),
        Entry::new(Key::Line(CRAMER_RAO), "Cramér–Rao bound"),
        Entry::new(Key::Line(DIAGONAL), "reading = truth"),
    ];
    entries.extend(overall(table)?);
    let n_lower = spreads.len() + 1;
    let height = 2.0 * BORDER + 130.0 + UPPER + LOWER * n_lower as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let area =
            legend::draw(canvas, sheet, &entries).inset(0.0, if fields.len() > 1 { TOP } else { 12.0 }, 0.0, BOTTOM);
        for (index, (field, column)) in fields.iter().zip(area.columns(fields.len(), 108.0)).enumerate() {
            field.draw(canvas, column, index == 0, fields.len() > 1);
        }
    })
}

/// The excess over all state points in nats and in percent, where it is known.
fn overall(table: &Table) -> Result<Option<Entry>, TableError> {
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let (excess, least) = (mean(table.column("excess")?), mean(table.column("bayes_relative_entropy")?));
    let errors = table.column("excess_error")?;
    let error = errors.iter().map(|error| error * error).sum::<f64>().sqrt() / errors.len() as f64;
    let percent = 100.0 * excess / least;
    let label = format!("no excess; over all state points {excess:.4} ± {error:.4} nats = {percent:.2} %");
    Ok(excess.is_finite().then(|| Entry::new(Key::Line(ZERO), label)))
}

impl Field {
    fn read(table: &Table, field: f64, spreads: &[[&str; 4]]) -> Result<Self, TableError> {
        let rows = table.filter("field", field)?;
        let read = |column: &str, error: Option<&str>| {
            let mut found = samples(&rows, "temperature", column, error)?;
            found.sort_by(|a, b| a.x.total_cmp(&b.x));
            Ok::<_, TableError>(found)
        };
        let of_quantity = |[network, bayes, bound, _]: &[&str; 4]| {
            Ok::<_, TableError>([read(network, None)?, read(bayes, None)?, read(bound, None)?])
        };
        Ok(Self {
            field,
            reading: read("mean_temperature", Some("temperature_spread"))?,
            bayes_mean: read("bayes_mean_temperature", None)?,
            spreads: spreads.iter().map(of_quantity).collect::<Result<_, _>>()?,
            excess: read("excess", Some("excess_error"))?,
        })
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, is_first: bool, names_field: bool) {
        let weights: Vec<f64> = [UPPER].into_iter().chain(vec![LOWER; self.spreads.len() + 1]).collect();
        let rows = area.rows(&weights, 34.0);
        let title = |text| Some(if is_first { text } else { "" });
        let panel = if names_field { format!("*H* = {} *J*", short(self.field)) } else { String::new() };
        let x = Scale::holding(Spacing::Linear, self.reading.iter().map(|sample| sample.x));
        let ends = self.reading.iter().flat_map(|sample| [sample.x, sample.y - sample.error, sample.y + sample.error]);
        let upper = Axes { area: rows[0], x: x.clone(), y: Scale::holding(Spacing::Linear, ends) };
        upper.draw(canvas, Titles { panel: &panel, x: None, y: title("mean reading of *T* [*J*/*k*_{B}]") });
        let truth: Vec<_> = self.reading.iter().map(|sample| Sample { y: sample.x, error: 0.0, ..*sample }).collect();
        upper.curve(canvas, &truth, DIAGONAL);
        upper.curve(canvas, &self.bayes_mean, BAYES);
        upper.error_bars(canvas, &self.reading, BLUE);
        upper.points(canvas, &self.reading, Marker::Disk, BLUE);
        for (([network, bayes, bound], row), [.., words]) in self.spreads.iter().zip(&rows[1..]).zip(SPREADS) {
            let heights = network.iter().chain(bayes).map(|sample| 1.25 * sample.y).chain([0.0]);
            let y = Scale::holding(Spacing::Linear, heights.filter(|height| height.is_finite())).starting_at(0.0);
            let axes = Axes { area: *row, x: x.clone(), y };
            axes.draw(canvas, Titles { panel: "", x: None, y: title(words) });
            axes.curve(canvas, bound, CRAMER_RAO);
            axes.curve(canvas, bayes, BAYES);
            axes.points(canvas, network, Marker::Disk, BLUE);
        }
        self.draw_excess(canvas, rows[rows.len() - 1], x, title("excess [nats]"));
    }

    fn draw_excess(&self, canvas: &mut Canvas<'_>, area: Rect, x: Scale, title: Option<&str>) {
        let ends = self.excess.iter().flat_map(|sample| [sample.y - sample.error, sample.y + sample.error]);
        let axes = Axes { area, x, y: Scale::holding(Spacing::Linear, ends.chain([0.0])) };
        axes.draw(canvas, Titles { panel: "", x: Some("true temperature *T* [*J*/*k*_{B}]"), y: title });
        axes.horizontal(canvas, 0.0, ZERO);
        axes.error_bars(canvas, &self.excess, BLUE);
        axes.points(canvas, &self.excess, Marker::Disk, BLUE);
    }
}

fn numbers(fields: &[Field], spreads: &[[&str; 4]]) -> Result<Table, TableError> {
    let columns = spreads.iter().flat_map(|names| &names[..3]).copied();
    let means = ["field", "temperature", "mean_temperature", "bayes_mean_temperature"];
    let header = means.into_iter().chain(columns).chain(["excess", "excess_error"]);
    let mut numbers = Table::with_header("calibration", header);
    for field in fields {
        for (index, (reading, excess)) in field.reading.iter().zip(&field.excess).enumerate() {
            let means = [field.field, reading.x, reading.y, field.bayes_mean[index].y];
            let spreads = field.spreads.iter().flatten().map(|curve| curve[index].y);
            let row = means.into_iter().chain(spreads).chain([excess.y, excess.error]);
            numbers.push(row.map(Into::into).collect::<Vec<_>>())?;
        }
    }
    Ok(numbers)
}
