//! A panel: two axes with frame, grid, ticks and titles, and data drawn in their coordinates.

use super::canvas::{Anchor, Canvas};
use super::layout::{Point, Rect};
use super::scale::Scale;
use super::series::{Range, Sample};
use super::style::{BAND, Color, Dash, GREY, GRID, HAIR, INK, LABEL, LEFT, Marker, SMALL, Stroke};

/// The axes of a panel.
pub(crate) struct Axes {
    pub(crate) area: Rect,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

/// The words around a panel; without its title an axis has no tick labels either.
#[derive(Clone, Copy, Default)]
pub(crate) struct Titles<'a> {
    pub(crate) panel: &'a str,
    pub(crate) x: Option<&'a str>,
    pub(crate) y: Option<&'a str>,
}

impl Axes {
    /// The pixel of a pair of numbers, if the axes show both.
    pub(crate) fn at(&self, x: f64, y: f64) -> Option<Point> {
        Some((self.column(self.x.fraction(x)?), self.row(self.y.fraction(y)?)))
    }

    /// Pixels to a unit of x and of y, the latter negative.
    pub(crate) fn pixels_per_unit(&self) -> Option<(f64, f64)> {
        let (from, to) = (self.pixel(0.0, 0.0)?, self.pixel(1.0, 1.0)?);
        Some((to.0 - from.0, to.1 - from.1))
    }

    /// The pixel of a pair of numbers, which may lie outside the panel.
    pub(crate) fn pixel(&self, x: f64, y: f64) -> Option<Point> {
        Some((self.column(self.x.place(x)?), self.row(self.y.place(y)?)))
    }

    /// The panel without the slot for infinite y.
    fn finite_area(&self) -> Rect {
        Rect { top: self.row(self.y.finite_share()), ..self.area }
    }

    fn column(&self, fraction: f64) -> f64 {
        self.area.left + fraction * self.area.width()
    }

    fn row(&self, fraction: f64) -> f64 {
        self.area.bottom - fraction * self.area.height()
    }

    /// Draws grid, ticks, frame and words; to be called before the data.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, titles: Titles<'_>) {
        let Rect { left, top, right, bottom } = self.area;
        let grid = Stroke::solid(GRID, 1.0);
        let tick = Stroke::solid(INK, HAIR);
        for (value, label) in self.x.ticks((self.area.width() / 90.0).min(10.0)) {
            let Some(x) = self.x.fraction(value).map(|fraction| self.column(fraction)) else { continue };
            canvas.line(&[(x, top), (x, bottom)], grid);
            canvas.line(&[(x, bottom - 8.0), (x, bottom)], tick);
            if titles.x.is_some() {
                canvas.text((x, bottom + 24.0), Anchor::Middle, &label, SMALL, INK);
            }
        }
        for (value, label) in self.y.ticks((self.area.height() / 38.0).min(8.0)) {
            let Some(y) = self.y.fraction(value).map(|fraction| self.row(fraction)) else { continue };
            canvas.line(&[(left, y), (right, y)], grid);
            canvas.line(&[(left, y), (left + 8.0, y)], tick);
            if titles.y.is_some() {
                canvas.text((left - 12.0, y), Anchor::End, &label, SMALL, INK);
            }
        }
        self.draw_slots(canvas);
        canvas.outline(self.area, tick);
        let (middle, center) = self.area.center();
        canvas.text((left, top - 26.0), Anchor::Start, titles.panel, LABEL, INK);
        canvas.text((middle, bottom + 64.0), Anchor::Middle, titles.x.unwrap_or_default(), LABEL, INK);
        canvas.text_upwards((left - LEFT + 22.0, center), titles.y.unwrap_or_default(), LABEL, INK);
    }

    /// Separates the slots for infinity from the finite numbers.
    fn draw_slots(&self, canvas: &mut Canvas<'_>) {
        let Rect { left, top, right, bottom } = self.area;
        let stroke = Stroke { color: GREY, width: HAIR, dash: Dash::Dotted };
        let (x, y) = (self.column(self.x.finite_share()), self.row(self.y.finite_share()));
        if x < right {
            canvas.line(&[(x, top), (x, bottom)], stroke);
        }
        if y > top {
            canvas.line(&[(left, y), (right, y)], stroke);
        }
    }

    /// A line through the samples, broken at NaN and between finite and infinite values, cut off at the frame.
    pub(crate) fn curve(&self, canvas: &mut Canvas<'_>, samples: &[Sample], stroke: Stroke) {
        let is_joined = |a: &Sample, b: &Sample| a.kind() == b.kind() && !a.y.is_nan();
        for piece in samples.chunk_by(is_joined) {
            let points: Vec<Point> = piece.iter().filter_map(|sample| self.pixel(sample.x, sample.y)).collect();
            let area = if piece[0].is_finite() { self.finite_area() } else { self.area };
            for part in area.clip(&points) {
                canvas.line(&part, stroke);
            }
        }
    }

    /// The band of one error on either side of finite samples.
    pub(crate) fn band(&self, canvas: &mut Canvas<'_>, samples: &[Sample], color: Color) {
        // Where the curve is beyond the axis, as a temperature that is nearly infinite, so is its band.
        let is_shown = |sample: &Sample| sample.is_finite() && self.y.fraction(sample.y).is_some();
        for piece in samples.chunk_by(|a, b| is_shown(a) == is_shown(b)).filter(|piece| is_shown(&piece[0])) {
            let ends = |sample: &Sample| (sample.x, sample.y - sample.error, sample.y + sample.error);
            self.ribbon(canvas, piece.iter().map(ends), color);
        }
    }

    /// The band between a lower and an upper curve: (x, lower, upper). What a logarithmic axis cannot show lies at its end.
    pub(crate) fn ribbon(
        &self,
        canvas: &mut Canvas<'_>,
        curves: impl DoubleEndedIterator<Item = (f64, f64, f64)> + Clone,
        color: Color,
    ) {
        let at = |x: f64, y: f64| self.pixel(x, y).or_else(|| self.pixel(x, self.y.ends().0));
        let upper = curves.clone().filter_map(|(x, _, upper)| at(x, upper));
        let lower = curves.rev().filter_map(|(x, lower, _)| at(x, lower));
        let corners = self.finite_area().clip_polygon(&upper.chain(lower).collect::<Vec<_>>());
        if corners.len() > 2 {
            canvas.polygon(&corners, color, BAND);
        }
    }

    /// The medians as a line, from the lowest to the highest as a band.
    pub(crate) fn ranges(&self, canvas: &mut Canvas<'_>, ranges: &[Range], stroke: Stroke) {
        self.ribbon(canvas, ranges.iter().map(|range| (range.x, range.lowest, range.highest)), stroke.color);
        self.medians(canvas, ranges, stroke);
    }

    /// The medians as a line.
    pub(crate) fn medians(&self, canvas: &mut Canvas<'_>, ranges: &[Range], stroke: Stroke) {
        let medians = ranges.iter().map(|range| Sample { x: range.x, y: range.median, error: 0.0 });
        self.curve(canvas, &medians.collect::<Vec<_>>(), stroke);
    }

    /// Vertical bars of one error on either side of finite samples, where they are long enough to see.
    pub(crate) fn error_bars(&self, canvas: &mut Canvas<'_>, samples: &[Sample], color: Color) {
        let stroke = Stroke::solid(color, 2.0);
        for sample in samples.iter().filter(|sample| sample.is_finite() && sample.error > 0.0) {
            let end = |sign: f64| self.at(sample.x, self.y.clamp(sample.y + sign * sample.error));
            let (Some((x, upper)), Some((_, lower))) = (end(1.0), end(-1.0)) else { continue };
            if lower - upper < 1.5 {
                continue;
            }
            let beam = [(x - 4.0, upper), (x + 4.0, upper), (x, upper), (x, lower), (x - 4.0, lower), (x + 4.0, lower)];
            canvas.line(&beam, stroke);
        }
    }

    /// A marker at every sample.
    pub(crate) fn points(&self, canvas: &mut Canvas<'_>, samples: &[Sample], marker: Marker, color: Color) {
        for point in samples.iter().filter_map(|sample| self.at(sample.x, sample.y)) {
            canvas.marker(point, marker, color);
        }
    }

    /// A line across the panel at one value of x.
    pub(crate) fn vertical(&self, canvas: &mut Canvas<'_>, value: f64, stroke: Stroke) {
        if let Some(x) = self.x.fraction(value).map(|fraction| self.column(fraction)) {
            canvas.line(&[(x, self.area.top), (x, self.area.bottom)], stroke);
        }
    }

    /// A line across the panel at one value of y.
    pub(crate) fn horizontal(&self, canvas: &mut Canvas<'_>, value: f64, stroke: Stroke) {
        if let Some(y) = self.y.fraction(value).map(|fraction| self.row(fraction)) {
            canvas.line(&[(self.area.left, y), (self.area.right, y)], stroke);
        }
    }

    /// A filled bar from zero to the sample with this half width; in the slot for infinity it has the slot's width.
    pub(crate) fn bar(&self, canvas: &mut Canvas<'_>, sample: Sample, half_width: f64, color: Color) {
        let Some((x, top)) = self.at(sample.x, sample.y) else { return };
        let Some((_, bottom)) = self.at(sample.x, self.y.clamp(0.0)) else { return };
        let half = match self.at(sample.x + half_width, sample.y) {
            Some((right, _)) if sample.x.is_finite() => right - x - 1.0,
            _ => 0.3 * (self.area.right - self.column(self.x.finite_share())),
        };
        canvas.rect(Rect { left: x - half, top, right: x + half, bottom }, color, 1.0);
    }
}
