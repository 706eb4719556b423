//! Where the flows of several runs end: a matrix of machines and quantities.

mod matrix;

use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::fixed;
use super::scale::{Scale, Spacing};
use super::series::require_rows;
use super::style::{BLUE, BORDER, Color, GREY, GRID, HAIR, INK, Marker, ORANGE, SMALL, Stroke, WHITE, WIDTH};
use super::text;
use super::{Figure, FigureError};
use crate::table::Table;
use matrix::{Kind, Quantity, REFERENCES, Row, Run, Value, numbers, shown};

/// Height of a machine's row, of the line above a run's rows, and of the words above and below the matrix in pixels.
const ROW: f64 = 58.0;
const HEADING: f64 = 46.0;
const ABOVE: f64 = 78.0;
const BELOW: f64 = 44.0;
/// Height of the legend in pixels.
const LEGEND: f64 = 88.0;
/// Between two columns in pixels.
const GAP: f64 = 16.0;
/// How far the mean lies above, and the seeds lie below the middle of the row in pixels.
const OFF: f64 = 11.0;
/// Free border inside a column in pixels.
const MARGIN: f64 = 9.0;
/// Font size of tick labels and of numbers beyond an axis in pixels.
const TICK: f64 = 20.0;

/// A row for every machine of every run and a column for every quantity: mean over the seeds with its standard error, below it
/// the seeds with their median, and lines at the references of the run. What lies beyond an axis is an arrow, a mean with its
/// number.
///
/// Columns of `end_points`: folder, title, what (machine or a reference), machine, n_seeds and for each quantity q, q_error,
/// q_median; of `seeds`: folder, machine and q.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn controls(end_points: &Table, seeds: &Table) -> Result<Figure, FigureError> {
    require_rows(end_points)?;
    let quantities = shown(end_points)?;
    let runs = end_points.distinct_text("folder")?;
    let runs = runs.into_iter().map(|folder| Run::read(folder, end_points, seeds, &quantities));
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
    let scales: Vec<Scale> = (0..quantities.len()).map(|i| scale(&runs, i, &quantities)).collect();
    let n_rows: usize = runs.iter().map(|run| run.rows.len()).sum();
    let matrix = ROW * n_rows as f64 + HEADING * runs.len() as f64;
    let height = 2.0 * BORDER + LEGEND + ABOVE + matrix + BELOW;
    render(height, &numbers(&quantities, &runs)?, |canvas| {
        let sheet = Rect { left: BORDER, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries());
        let labels = runs.iter().flat_map(|run| &run.rows).map(|row| text::width(&row.label, SMALL));
        let left = labels.fold(120.0, f64::max) + 24.0;
        let area = Rect { bottom: below.top + ABOVE + matrix, ..below.inset(left, ABOVE, 6.0, 0.0) };
        for (index, column) in area.columns(quantities.len(), GAP).into_iter().enumerate() {
            let column = Column { area: column, scale: &scales[index], index };
            column.draw_words(canvas, &quantities[index].title);
            for (run, block) in runs.iter().zip(blocks(column.area, &runs)) {
                Column { area: block, ..column }.draw_run(canvas, run);
            }
        }
        draw_labels(canvas, sheet.left, area, &runs);
    })
}

/// The axis of a column, which holds all values up to the highest that its kind allows: of temperatures the network's
/// highest, of lengths three times the distance of the quartiles of medians and references above these (Tukey's outer fence).
fn scale(runs: &[Run], index: usize, quantities: &[&Quantity]) -> Scale {
    let kind = quantities[index].kind;
    let of_column = |index: usize| -> Vec<f64> { runs.iter().flat_map(|run| run.values(index)).collect() };
    let mut values = of_column(index);
    let highest = match kind {
        Kind::Bounded => f64::INFINITY,
        Kind::Temperature => {
            let columns = (0..quantities.len()).filter(|&i| quantities[i].kind == kind).map(of_column);
            let columns: Vec<Vec<f64>> = columns.collect();
            values = columns.concat();
            columns[0].iter().copied().fold(0.0, f64::max)
        }
        Kind::Length => {
            let mut typical: Vec<f64> = runs.iter().flat_map(|run| run.typical(index)).collect();
            typical.sort_by(f64::total_cmp);
            let quartile = |i: usize| typical.get((typical.len().max(1) - 1) * i / 4).copied().unwrap_or(0.0);
            quartile(3) + 3.0 * (quartile(3) - quartile(1)).max(0.1 * quartile(2))
        }
    };
    Scale::holding(Spacing::Linear, values.into_iter().filter(|value| *value <= highest))
}

/// A column on the sheet, or the part of it that is of one run.
#[derive(Clone, Copy)]
struct Column<'a> {
    area: Rect,
    scale: &'a Scale,
    index: usize,
}

impl Column<'_> {
    /// Where a value lies; markers at the ends stay inside the frame.
    fn x(&self, value: f64) -> Option<f64> {
        let inside = self.area.inset(MARGIN, 0.0, MARGIN, 0.0);
        Some(inside.left + self.scale.fraction(value)? * inside.width())
    }

    /// Round values and where they lie: as many as have room for their labels.
    fn ticks(&self) -> Vec<(f64, String)> {
        let of_count = |count: u8| -> Vec<(f64, String)> {
            let ticks = self.scale.ticks(f64::from(count)).into_iter();
            ticks.filter_map(|(value, label)| Some((self.x(value)?, label))).collect()
        };
        let have_room = |ticks: &Vec<(f64, String)>| {
            let needed = ticks.iter().map(|(_, label)| text::width(label, TICK)).fold(0.0, f64::max) + 12.0;
            ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 > needed)
        };
        (2..=5).rev().map(of_count).find(have_room).unwrap_or_default()
    }

    /// The words above and below.
    fn draw_words(&self, canvas: &mut Canvas<'_>, title: &[&str; 2]) {
        let Rect { left, top, right, bottom } = self.area;
        let middle = self.area.center().0;
        canvas.text((middle, top - 54.0), Anchor::Middle, title[0], SMALL, INK);
        canvas.text((middle, top - 24.0), Anchor::Middle, title[1], TICK, INK);
        for (x, label) in self.ticks() {
            canvas.line(&[(x, bottom), (x, bottom + 6.0)], Stroke::solid(INK, HAIR));
            // A label at an end keeps to its column.
            let half = text::width(&label, TICK) / 2.0 - 4.0;
            canvas.text((x.clamp(left + half, right - half), bottom + 24.0), Anchor::Middle, &label, TICK, INK);
        }
    }

    /// The machines of a run, in a frame.
    fn draw_run(&self, canvas: &mut Canvas<'_>, run: &Run) {
        let Rect { top, bottom, .. } = self.area;
        for (x, _) in self.ticks() {
            canvas.line(&[(x, top), (x, bottom)], Stroke::solid(GRID, 1.0));
        }
        canvas.outline(self.area, Stroke::solid(GREY, 1.0));
        for (i, values) in run.references.iter().enumerate() {
            if let Some(x) = self.x(values[self.index]) {
                canvas.line(&[(x, top), (x, bottom)], Stroke::reference(i));
            }
        }
        for (i, row) in run.rows.iter().enumerate() {
            self.draw_row(canvas, row, top + ROW * (i as f64 + 0.5));
        }
    }

    fn draw_row(&self, canvas: &mut Canvas<'_>, row: &Row, middle: f64) {
        let Value { mean, error, median } = row.values[self.index];
        let (above, below) = (middle - OFF, middle + OFF);
        for &seed in &row.seeds[self.index] {
            match self.x(seed) {
                Some(x) => canvas.dot((x, below), INK),
                None => self.arrow(canvas, seed, below, INK, ""),
            }
        }
        match self.x(median) {
            Some(x) => canvas.marker((x, below), Marker::Diamond, ORANGE),
            None => self.arrow(canvas, median, below, ORANGE, ""),
        }
        let Some(x) = self.x(mean) else {
            return self.arrow(canvas, mean, above, BLUE, &fixed(mean, 0));
        };
        if error > 0.0 {
            let ends = [mean - error, mean + error].map(|end| (self.x(self.scale.clamp(end)).unwrap_or(x), above));
            canvas.line(&ends, Stroke::solid(BLUE, 3.0));
        }
        canvas.marker((x, above), Marker::Disk, BLUE);
    }

    /// An arrow towards a value beyond the axis, behind its number; nothing for NaN.
    fn arrow(&self, canvas: &mut Canvas<'_>, value: f64, y: f64, color: Color, number: &str) {
        let (low, high) = self.scale.ends();
        let (end, towards, anchor) = match value {
            value if value > high => (self.area.right, 1.0, Anchor::End),
            value if value < low => (self.area.left, -1.0, Anchor::Start),
            _ => return,
        };
        let at = |back: f64| (end - towards * back, y);
        canvas.arrow(at(20.0), at(2.0), Stroke::solid(color, 2.0));
        if !number.is_empty() {
            let (near, far) = (at(24.0).0, at(28.0 + text::width(number, TICK)).0);
            let block = Rect { left: near.min(far), right: near.max(far), top: y - TICK / 2.0, bottom: y + TICK / 2.0 };
            canvas.rect(block, WHITE, 1.0);
            canvas.text(at(26.0), anchor, number, TICK, color);
        }
    }
}

/// Titles of the runs and names of the machines, left of and above the columns.
fn draw_labels(canvas: &mut Canvas<'_>, left: f64, area: Rect, runs: &[Run]) {
    for (run, block) in runs.iter().zip(blocks(area, runs)) {
        canvas.text((left, block.top - HEADING / 2.0 + 4.0), Anchor::Start, &run.heading, SMALL, INK);
        for (i, row) in run.rows.iter().enumerate() {
            let middle = block.top + ROW * (i as f64 + 0.5);
            canvas.text((area.left - 12.0, middle), Anchor::End, &row.label, SMALL, INK);
        }
    }
}

/// The part of a column, or of the matrix, that is of each run.
fn blocks(area: Rect, runs: &[Run]) -> Vec<Rect> {
    let mut bottom = area.top;
    let block = |run: &Run| {
        let top = bottom + HEADING;
        bottom = top + ROW * run.rows.len() as f64;
        Rect { top, bottom, ..area }
    };
    runs.iter().map(block).collect()
}

fn entries() -> Vec<Entry> {
    let mut entries = vec![
        Entry::new(Key::PointsOnLine(Marker::Disk, Stroke::solid(BLUE, 3.0)), "mean of the seeds ± standard error"),
        Entry::new(Key::Dot(INK), "one seed"),
        Entry::new(Key::Symbol(Marker::Diamond, ORANGE), "median of the seeds"),
        Entry::new(Key::Arrow(Stroke::solid(BLUE, 2.0)), "beyond the axis"),
    ];
    let line = |(i, (_, label)): (usize, &(&str, &str))| Entry::new(Key::Line(Stroke::reference(i)), *label);
    entries.extend(REFERENCES.iter().enumerate().map(line));
    entries
}
