//! Spin configurations along the flow: pictures of a square lattice, or strips of a ring.

use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::series::{first, of_start, require_one_machine, spread, starts, state_point};
use super::style::{BORDER, HAIR, INK, LABEL, SMALL, SPIN_DOWN, SPIN_UP, Stroke, WIDTH};
use super::text;
use super::{Figure, FigureError};
use crate::table::Table;

/// Height of legend and column titles in pixels.
const HEAD: f64 = 108.0;
/// Height of a strip of a ring in pixels.
const STRIP: f64 = 34.0;
/// The widest picture of a square lattice in pixels.
const WIDEST: f64 = 280.0;

/// One configuration and its place in the figure.
struct Picture {
    column: usize,
    row: usize,
    spins: String,
}

/// The pictures with the titles of the columns and rows they stand in.
struct Gallery {
    pictures: Vec<Picture>,
    columns: Vec<String>,
    rows: Vec<String>,
}

/// Configurations of the first chain of the first seed; one row a start and one column a step, for a ring (`lattice`
/// of one row) one column a start and one strip a step.
///
/// Columns of `table`: machine, seed, start_temperature, start_field, step, chain, spins (`0` and `1`, row by row).
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw, or a configuration does not fit the lattice.
pub fn configurations(table: &Table, lattice: (usize, usize)) -> Result<Figure, FigureError> {
    require_one_machine(table)?;
    let chain = first(&first(table, "seed")?, "chain")?;
    let is_ring = lattice.0 == 1;
    let starts = spread(&starts(&chain)?, if is_ring { 3 } else { 6 });
    let steps = spread(&chain.distinct("step")?, if is_ring { 24 } else { 8 });
    let mut numbers = Table::new("configurations", ["start_temperature", "start_field", "step", "spins"]);
    let mut pictures = Vec::new();
    for (start_index, start) in starts.iter().enumerate() {
        for (step_index, step) in steps.iter().enumerate() {
            let chosen = of_start(&chain, *start)?.filter("step", *step)?;
            let Some(spins) = chosen.text("spins")?.first().map(|spins| (*spins).to_owned()) else { continue };
            let (expected, found) = (lattice.0 * lattice.1, spins.len());
            if expected != found {
                return Err(FigureError::Sites { table: table.name().to_owned(), expected, found });
            }
            numbers.push([start.0.into(), start.1.into(), (*step).into(), spins.as_str().into()])?;
            let (column, row) = if is_ring { (start_index, step_index) } else { (step_index, start_index) };
            pictures.push(Picture { column, row, spins });
        }
    }
    let start_titles = starts.iter().map(|start| format!("start {}", state_point(start.0, start.1))).collect();
    let step_titles = steps.iter().map(|step| format!("step {}", short(*step))).collect();
    let (columns, rows) = if is_ring { (start_titles, step_titles) } else { (step_titles, start_titles) };
    Gallery { pictures, columns, rows }.render(lattice, &numbers)
}

impl Gallery {
    fn render(&self, (rows, columns): (usize, usize), numbers: &Table) -> Result<Figure, FigureError> {
        let side = self.rows.iter().map(|title| text::width(title, LABEL)).fold(0.0, f64::max) + 24.0;
        let gap = if rows == 1 { 8.0 } else { 22.0 };
        let across = if rows == 1 { 40.0 } else { gap };
        let count = self.columns.len() as f64;
        let room = (WIDTH - 2.0 * BORDER - side - across * (count - 1.0)) / count;
        let exact = if rows == 1 { room } else { room.min(WIDEST) } / columns as f64;
        let cell = if exact >= 1.0 { exact.floor() } else { exact };
        let (wide, high) = (cell * columns as f64, if rows == 1 { STRIP } else { cell * rows as f64 });
        let left = ((WIDTH - side - count * (wide + across) + across) / 2.0).round() + side.round();
        let height = HEAD + self.rows.len() as f64 * (high + gap) + BORDER;
        render(height, numbers, |canvas| {
            let keys = [(SPIN_UP, "spin up, *s* = +1"), (SPIN_DOWN, "spin down, *s* = −1")];
            let head = Rect { left: left - 30.0, top: 12.0, right: WIDTH - BORDER, bottom: HEAD };
            legend::draw(canvas, head, &keys.map(|(color, label)| Entry::new(Key::Patch(color), label)));
            for (index, title) in self.columns.iter().enumerate() {
                let middle = left + index as f64 * (wide + across) + wide / 2.0;
                canvas.text((middle, HEAD - 26.0), Anchor::Middle, title, SMALL, INK);
            }
            for (index, title) in self.rows.iter().enumerate() {
                let middle = HEAD + index as f64 * (high + gap) + high / 2.0;
                canvas.text((left - 20.0, middle), Anchor::End, title, if rows == 1 { SMALL } else { LABEL }, INK);
            }
            for picture in &self.pictures {
                let (x, y) = (left + picture.column as f64 * (wide + across), HEAD + picture.row as f64 * (high + gap));
                let frame = Rect { left: x, top: y, right: x + wide, bottom: y + high };
                paint(canvas, frame, &picture.spins, columns);
            }
        })
    }
}

/// Paints the spins up of each row, neighbours in one piece, on the colour of the spins down.
fn paint(canvas: &mut Canvas<'_>, frame: Rect, spins: &str, columns: usize) {
    canvas.rect(frame, SPIN_DOWN, 1.0);
    let rows = spins.len() / columns;
    let (wide, high) = (frame.width() / columns as f64, frame.height() / rows as f64);
    for (row, line) in spins.as_bytes().chunks(columns).enumerate() {
        let top = frame.top + row as f64 * high;
        let mut column = 0;
        for piece in line.chunk_by(|a, b| a == b) {
            let left = frame.left + column as f64 * wide;
            column += piece.len();
            if piece[0] == b'1' {
                let right = frame.left + column as f64 * wide;
                canvas.rect(Rect { left, top, right, bottom: top + high }, SPIN_UP, 1.0);
            }
        }
    }
    canvas.outline(frame, Stroke::solid(INK, HAIR));
}
