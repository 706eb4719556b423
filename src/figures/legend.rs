//! The explanation of lines, bands and markers, always outside the panels, and the bar of the colour scale.

use super::canvas::{Anchor, Canvas};
use super::layout::Rect;
use super::scale::Scale;
use super::style::{BAND, Color, HAIR, INK, LABEL, Marker, SMALL, Stroke, WHITE, heat};
use super::text;

/// Length of a sample of line in pixels.
const SAMPLE: f64 = 56.0;
/// Distance of neighbours in a row in pixels.
const GAP: f64 = 40.0;
/// Height of a row in pixels.
const ROW: f64 = 40.0;

/// What stands before a label.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Line(Stroke),
    Band(Color),
    Patch(Color),
    Points(Marker, Color),
    Mark(Marker, Color),
    Symbol(Marker, Color),
    Arrow(Stroke),
    Dot(Color),
    Badge(&'static str),
    PointsOnLine(Marker, Stroke),
}

impl Key {
    fn width(self) -> f64 {
        match self {
            Self::Patch(_) | Self::Points(..) | Self::Mark(..) | Self::Symbol(..) | Self::Dot(_) | Self::Badge(_) => {
                26.0
            }
            Self::Line(_) | Self::Band(_) | Self::Arrow(_) | Self::PointsOnLine(..) => SAMPLE,
        }
    }
}

/// One line of the legend.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) label: String,
}

impl Entry {
    pub(crate) fn new(key: Key, label: impl Into<String>) -> Self {
        Self { key, label: label.into() }
    }

    fn width(&self) -> f64 {
        self.key.width() + 12.0 + text::width(&self.label, SMALL) + GAP
    }
}

/// Draws the legend along the upper edge of `area`, in as many rows as it needs; what is left of `area` below it.
pub(crate) fn draw(canvas: &mut Canvas<'_>, area: Rect, entries: &[Entry]) -> Rect {
    let (mut left, mut middle) = (area.left, area.top + ROW / 2.0);
    for entry in entries {
        if left > area.left && left + entry.width() - GAP > area.right {
            (left, middle) = (area.left, middle + ROW);
        }
        draw_key(canvas, left, middle, entry.key);
        canvas.text((left + entry.key.width() + 12.0, middle), Anchor::Start, &entry.label, SMALL, INK);
        left += entry.width();
    }
    Rect { top: middle + ROW / 2.0 + 8.0, ..area }
}

fn draw_key(canvas: &mut Canvas<'_>, left: f64, middle: f64, key: Key) {
    let right = left + key.width();
    let block = Rect { left, top: middle - 11.0, right, bottom: middle + 11.0 };
    if let Key::Line(Stroke { color: WHITE, .. }) | Key::Points(_, WHITE) = key {
        canvas.rect(block.inset(-4.0, -5.0, -4.0, -5.0), heat(0.4), 1.0);
    }
    match key {
        Key::Line(stroke) => canvas.line(&[(left, middle), (right, middle)], stroke),
        Key::Band(color) => canvas.rect(block, color, BAND),
        Key::Patch(color) => {
            let square = block.inset(0.0, -2.0, 0.0, -2.0);
            canvas.rect(square, color, 1.0);
            canvas.outline(square, Stroke::solid(INK, HAIR));
        }
        Key::PointsOnLine(marker, stroke) => {
            canvas.line(&[(left, middle), (right, middle)], stroke);
            canvas.marker(block.center(), marker, stroke.color);
        }
        Key::Mark(marker, color) => canvas.large_marker(block.center(), marker, color),
        Key::Symbol(marker, color) => canvas.marker(block.center(), marker, color),
        Key::Badge(letter) => canvas.badge(block.center(), letter),
        Key::Dot(color) => canvas.dot(block.center(), color),
        Key::Arrow(stroke) => canvas.arrow((left, middle), (right, middle), stroke),
        Key::Points(marker, color) => {
            let x = (left + right) / 2.0;
            canvas.line(&[(x, middle - 15.0), (x, middle + 15.0)], Stroke::solid(color, 2.0));
            canvas.marker((x, middle), marker, color);
        }
    }
}

/// A scale of colours from one number to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heat {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) has_infinity: bool,
}

impl Heat {
    /// The scale from the lowest to the highest finite value.
    pub(crate) fn holding(values: &[f64]) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let has_infinity = values.iter().any(|value| value.is_infinite());
        if low < high { Self { low, high, has_infinity } } else { Self { low: 0.0, high: high.max(1.0), has_infinity } }
    }

    /// The colour of a value; infinity is black.
    pub(crate) fn color(&self, value: f64) -> Color {
        if value.is_finite() { heat((value - self.low) / (self.high - self.low)) } else { INK }
    }

    /// Draws the bar, with infinity as a block of its own above it.
    pub(crate) fn draw_bar(&self, canvas: &mut Canvas<'_>, area: Rect, title: &str) {
        let bar = area.inset(0.0, if self.has_infinity { 52.0 } else { 0.0 }, 0.0, 0.0);
        let slices = bar.rows(&[1.0; 64], 0.0);
        for (index, slice) in slices.iter().enumerate() {
            canvas.rect(slice.inset(0.0, -0.3, 0.0, -0.3), heat(1.0 - index as f64 / 63.0), 1.0);
        }
        let frame = Stroke::solid(INK, HAIR);
        canvas.outline(bar, frame);
        let scale = Scale::exactly(self.low, self.high);
        for (value, label) in scale.ticks(bar.height() / 80.0) {
            let y = bar.bottom - scale.place(value).unwrap_or(0.0) * bar.height();
            canvas.line(&[(bar.right, y), (bar.right + 7.0, y)], frame);
            canvas.text((bar.right + 14.0, y), Anchor::Start, &label, SMALL, INK);
        }
        if self.has_infinity {
            let block = Rect { bottom: area.top + 30.0, ..area };
            canvas.rect(block, INK, 1.0);
            canvas.text((block.right + 14.0, block.center().1), Anchor::Start, "∞", SMALL, INK);
        }
        canvas.text_upwards((area.right + 84.0, area.center().1), title, LABEL, INK);
    }
}
