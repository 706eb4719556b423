//! Patterns on the lattice, positive and negative: pictures of a square lattice, or strips of a ring, each with its caption.

use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::style::{BORDER, Color, HAIR, INK, LABEL, SMALL, Stroke, WIDTH, balance};
use super::text;
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the scale of colours and what stands beside it, in pixels.
const HEAD: f64 = 84.0;
/// Height of a line of a caption in pixels.
const LINE: f64 = 32.0;
/// Distance of neighbours in pixels.
const GAP: f64 = 24.0;
/// Height of a strip of a ring in pixels.
const STRIP: f64 = 44.0;
/// Pictures in a row.
const N_COLUMNS: usize = 8;
/// Width of the scale of colours in pixels.
const BAR: f64 = 260.0;

/// One pattern with its numbers, site by site.
pub(crate) struct Pattern {
    pub(crate) values: Vec<f64>,
    /// Lines below it.
    pub(crate) caption: Vec<String>,
}

impl Pattern {
    /// The patterns of a table by rank; columns rank, site in ascending order, and `column`.
    pub(crate) fn read_all(table: &Table, column: &str) -> Result<Vec<Vec<f64>>, TableError> {
        table.distinct("rank")?.into_iter().map(|rank| table.filter("rank", rank)?.column(column)).collect()
    }
}

/// Draws patterns of a `lattice` of so many rows and columns, each in colours of its own scale; `title` tells of what.
pub(crate) fn draw(
    title: &str,
    patterns: &[Pattern],
    lattice: (usize, usize),
    numbers: &Table,
) -> Result<Figure, FigureError> {
    let (rows, columns) = lattice;
    for pattern in patterns {
        let (expected, found) = (rows * columns, pattern.values.len());
        if expected != found {
            return Err(FigureError::Pattern { table: numbers.name().to_owned(), expected, found });
        }
    }
    // A strip has room for its whole caption in one line.
    let lines = |pattern: &Pattern| if rows == 1 { vec![pattern.caption.join("; ")] } else { pattern.caption.clone() };
    let n_lines = patterns.iter().map(|pattern| lines(pattern).len()).max().unwrap_or(0);
    let n_across = if rows == 1 { 2 } else { N_COLUMNS };
    let sheet = Rect { left: BORDER, top: HEAD, right: WIDTH - BORDER, bottom: HEAD };
    let places = sheet.columns(n_across, GAP);
    let high = if rows == 1 { STRIP } else { (places[0].width() / columns as f64).max(1.0).floor() * rows as f64 };
    let below = high + LINE * n_lines as f64 + GAP;
    let height = HEAD + below * patterns.len().div_ceil(n_across) as f64 + BORDER;
    render(height, numbers, |canvas| {
        let bar = Rect { left: BORDER + 90.0, top: 24.0, right: BORDER + 90.0 + BAR, bottom: 52.0 };
        draw_bar(canvas, bar, ["−max", "+max"], title);
        for (index, pattern) in patterns.iter().enumerate() {
            let place = &places[index % n_across];
            let top = HEAD + (index / n_across) as f64 * below;
            let wide = if rows == 1 { place.width() } else { high * columns as f64 / rows as f64 };
            let middle = place.center().0;
            let frame = Rect { left: middle - wide / 2.0, top, right: middle + wide / 2.0, bottom: top + high };
            paint(canvas, frame.on_pixels(), &pattern.values, columns, largest(&pattern.values));
            for (line, caption) in lines(pattern).iter().enumerate() {
                let y = top + high + LINE * (line as f64 + 0.6);
                canvas.text((middle, y), Anchor::Middle, caption, SMALL, INK);
            }
        }
    })
}

/// The scale of colours from the lowest to the highest number, with their labels; `title` tells of what.
pub(crate) fn draw_bar(canvas: &mut Canvas<'_>, bar: Rect, [low, high]: [&str; 2], title: &str) {
    for (index, slice) in bar.columns(64, 0.0).iter().enumerate() {
        canvas.rect(slice.on_pixels(), balance(index as f64 / 31.5 - 1.0), 1.0);
    }
    canvas.outline(bar, Stroke::solid(INK, HAIR));
    let middle = bar.center().1;
    canvas.text((bar.left - 12.0, middle), Anchor::End, low, SMALL, INK);
    canvas.text((bar.right + 12.0, middle), Anchor::Start, high, SMALL, INK);
    canvas.text((bar.right + 36.0 + text::width(high, SMALL), middle), Anchor::Start, title, LABEL, INK);
}

/// Paints the numbers row by row, each in the colour of its share of `largest`, neighbours of one colour in one piece.
pub(crate) fn paint(canvas: &mut Canvas<'_>, frame: Rect, values: &[f64], columns: usize, largest: f64) {
    let rows = values.len() / columns;
    let (wide, high) = (frame.width() / columns as f64, frame.height() / rows as f64);
    for (row, line) in values.chunks(columns).enumerate() {
        let colors: Vec<Color> = line.iter().map(|value| balance(value / largest)).collect();
        let mut column = 0;
        for piece in colors.chunk_by(|a, b| a == b) {
            let (left, top) = (frame.left + column as f64 * wide, frame.top + row as f64 * high);
            column += piece.len();
            let right = frame.left + column as f64 * wide;
            canvas.rect(Rect { left, top, right, bottom: top + high }.on_pixels(), piece[0], 1.0);
        }
    }
    canvas.outline(frame, Stroke::solid(INK, HAIR));
}

/// The largest size of the numbers.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}
