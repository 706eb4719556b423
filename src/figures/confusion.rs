//! What the thermometer takes each state point for, beside what the best reader does.

use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::Heat;
use super::number::short;
use super::series::{require_rows, spread};
use super::style::{BORDER, BOTTOM, HAIR, INK, LABEL, LEFT, SMALL, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of a row of panels in pixels.
const ROW: f64 = 720.0;
/// Room right of the panels for the scale of colours.
const SIDE: f64 = 150.0;
/// Labels along an axis.
const N_LABELS: usize = 7;
/// Readers: their column, their name.
const READERS: [(&str, &str); 2] = [("network", "network"), ("bayes", "exact posterior (Bayes)")];
/// Quantities: their column, the words on the axes.
const QUANTITIES: [(&str, &str, &str); 2] = [
    ("temperature", "true temperature *T* [*J*/*k*_{B}]", "read temperature *T* [*J*/*k*_{B}]"),
    ("field", "true field *H* [*J*]", "read field *H* [*J*]"),
];

/// By one reader, the averaged probability of every class of one quantity given every class.
struct Matrix {
    reader: &'static str,
    /// Whether it has the left panel.
    is_first: bool,
    row: usize,
    quantity: &'static str,
    /// Titles of the axes.
    x: &'static str,
    y: &'static str,
    classes: Vec<f64>,
    /// Shape `[n_true, n_read]`.
    probabilities: Vec<Vec<f64>>,
}

/// The confusion matrix: averaged probability of each T given configurations of each T (summed over the fields that are read,
/// averaged over the true ones), left the network's, right the exact posterior's; where there are several fields, below it the
/// same for H.
///
/// Columns of `table`: temperature, field, read_temperature, read_field, network, bayes.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn confusion(table: &Table) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let mut matrices = Vec::new();
    let mut n_rows = 0;
    for (quantity, x, y) in QUANTITIES {
        if table.distinct(quantity)?.len() < 2 {
            continue;
        }
        for (index, (column, reader)) in READERS.into_iter().enumerate() {
            let (classes, probabilities) = marginal(table, quantity, column)?;
            matrices.push(Matrix { reader, is_first: index == 0, row: n_rows, quantity, x, y, classes, probabilities });
        }
        n_rows += 1;
    }
    let numbers = numbers(&matrices)?;
    let height = 2.0 * BORDER + ROW * n_rows.max(1) as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER - SIDE, bottom: height - BORDER };
        let rows = sheet.rows(&vec![1.0; n_rows], 0.0);
        for matrix in &matrices {
            let columns = rows[matrix.row].inset(0.0, TOP, 0.0, BOTTOM).columns(2, 60.0);
            // One scale of colours for the two readers of a quantity.
            let of_row = matrices.iter().filter(|other| other.row == matrix.row);
            let all: Vec<f64> = of_row.flat_map(|other| other.probabilities.concat()).chain([0.0]).collect();
            let heat = Heat::holding(&all);
            matrix.draw(canvas, columns[usize::from(!matrix.is_first)], &heat);
            let right = columns[1].right;
            heat.draw_bar(canvas, Rect { left: right + 36.0, right: right + 64.0, ..columns[1] }, "mean probability");
        }
    })
}

impl Matrix {
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, heat: &Heat) {
        let n = self.classes.len();
        let cells = area.columns(n, 0.0);
        for (column, probabilities) in cells.iter().zip(&self.probabilities) {
            // The rows of a rectangle run downwards, the axis upwards.
            for (cell, &probability) in column.rows(&vec![1.0; n], 0.0).iter().rev().zip(probabilities) {
                if probability.is_finite() {
                    canvas.rect(cell.on_pixels(), heat.color(probability), 1.0);
                }
            }
        }
        canvas.outline(area, Stroke::solid(INK, HAIR));
        let rows = area.rows(&vec![1.0; n], 0.0);
        for index in spread(&(0..n).collect::<Vec<_>>(), N_LABELS) {
            let label = short(self.classes[index]);
            canvas.text((cells[index].center().0, area.bottom + 24.0), Anchor::Middle, &label, SMALL, INK);
            if self.is_first {
                canvas.text((area.left - 12.0, rows[n - 1 - index].center().1), Anchor::End, &label, SMALL, INK);
            }
        }
        let (middle, center) = area.center();
        canvas.text((area.left, area.top - 26.0), Anchor::Start, self.reader, LABEL, INK);
        canvas.text((middle, area.bottom + 64.0), Anchor::Middle, self.x, LABEL, INK);
        if self.is_first {
            canvas.text_upwards((area.left - LEFT + 22.0, center), self.y, LABEL, INK);
        }
    }
}

/// The classes of a quantity, and for each the averaged probability of each, summed over the other quantity where it is read and
/// averaged over it where it is true.
fn marginal(table: &Table, quantity: &str, reader: &str) -> Result<(Vec<f64>, Vec<Vec<f64>>), TableError> {
    let classes = table.distinct(quantity)?;
    let (truth, read) = (table.column(quantity)?, table.column(&format!("read_{quantity}"))?);
    let place = |value: f64| classes.iter().position(|class| class.total_cmp(&value).is_eq());
    let mut sums = vec![vec![0.0; classes.len()]; classes.len()];
    let mut totals = vec![0.0; classes.len()];
    for ((truth, read), probability) in truth.iter().zip(&read).zip(table.column(reader)?) {
        if let (Some(truth), Some(read)) = (place(*truth), place(*read)) {
            sums[truth][read] += probability;
            totals[truth] += probability;
        }
    }
    let normalised = |(row, total): (Vec<f64>, f64)| row.into_iter().map(|sum| sum / total).collect();
    Ok((classes, sums.into_iter().zip(totals).map(normalised).collect()))
}

fn numbers(matrices: &[Matrix]) -> Result<Table, TableError> {
    let mut numbers = Table::new("confusion", ["quantity", "reader", "true", "read", "probability"]);
    for matrix in matrices {
        for (truth, row) in matrix.classes.iter().zip(&matrix.probabilities) {
            for (read, probability) in matrix.classes.iter().zip(row) {
                let values = [*truth, *read, *probability].map(Into::into);
                numbers.push([&[matrix.quantity.into(), matrix.reader.into()], &values[..]].concat())?;
            }
        }
    }
    Ok(numbers)
}
