//! The one place that touches plotters and resvg: primitives in pixels go in, an SVG text and its PNG come out.

use super::layout::{Point, Rect};
use super::style::{Color, INK, Marker, Stroke, WHITE, WIDTH};
use super::text::{self, FAMILY, Run};
use super::{Figure, FigureError, Table};
use plotters::prelude::{DrawingBackend, FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};
use resvg::{tiny_skia, usvg};
use std::fmt::Display;

/// Units of the SVG to a pixel: plotters knows whole units only, so the drawing is large and scaled by its viewBox.
const UNITS: f64 = 10.0;

/// Where the given point lies in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A sheet on which a figure is painted, in pixels from the upper left corner.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
    failure: Option<String>,
}

/// Paints a figure of this height and renders it; `numbers` are the numbers drawn.
pub(crate) fn render(height: f64, numbers: &Table, paint: impl FnOnce(&mut Canvas<'_>)) -> Result<Figure, FigureError> {
    let mut drawing = String::new();
    let mut canvas = Canvas {
        backend: SVGBackend::with_string(&mut drawing, (units(WIDTH) as u32, units(height) as u32)),
        failure: None,
    };
    canvas.rect(Rect { left: 0.0, top: 0.0, right: WIDTH, bottom: height }, WHITE, 1.0);
    paint(&mut canvas);
    let presented = canvas.backend.present();
    canvas.keep(presented);
    let failure = canvas.failure.take();
    drop(canvas);
    if let Some(failure) = failure {
        return Err(FigureError::Drawing(failure));
    }
    let svg = with_header(&drawing, height);
    let png = rasterize(&svg)?;
    Ok(Figure { svg, png, csv: numbers.to_csv()? })
}

impl Canvas<'_> {
    /// A line through the points.
    pub(crate) fn line(&mut self, points: &[Point], stroke: Stroke) {
        let style =
            ShapeStyle { color: rgba(stroke.color, 1.0), filled: false, stroke_width: units(stroke.width) as u32 };
        for piece in dashes(points, stroke.dash.pattern()) {
            let drawn = self.backend.draw_path(piece.iter().map(|point| at(*point)), &style);
            self.keep(drawn);
        }
    }

    /// An arrow with a filled head; a dot where it is too short to point.
    pub(crate) fn arrow(&mut self, (x, y): Point, (to_x, to_y): Point, stroke: Stroke) {
        const HEAD: f64 = 11.0;
        let (dx, dy) = (to_x - x, to_y - y);
        let length = dx.hypot(dy);
        if length < 2.5 {
            return self.dot((x, y), stroke.color);
        }
        let (along, head) = ((dx / length, dy / length), HEAD.min(length));
        let at =
            |back: f64, aside: f64| (to_x - back * along.0 - aside * along.1, to_y - back * along.1 + aside * along.0);
        self.line(&[(x, y), at(0.8 * head, 0.0)], stroke);
        self.polygon(&[at(0.0, 0.0), at(head, 0.42 * head), at(head, -0.42 * head)], stroke.color, 1.0);
    }

    /// A small point without a rim.
    pub(crate) fn dot(&mut self, center: Point, color: Color) {
        self.shape(center, Marker::Disk, 3.0, color);
    }

    /// A filled polygon.
    pub(crate) fn polygon(&mut self, corners: &[Point], color: Color, opacity: f64) {
        let drawn = self.backend.fill_polygon(corners.iter().map(|corner| at(*corner)), &rgba(color, opacity));
        self.keep(drawn);
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, rect: Rect, color: Color, opacity: f64) {
        let (upper_left, lower_right) = (at((rect.left, rect.top)), at((rect.right, rect.bottom)));
        let drawn = self.backend.draw_rect(upper_left, lower_right, &rgba(color, opacity), true);
        self.keep(drawn);
    }

    /// The outline of a rectangle.
    pub(crate) fn outline(&mut self, rect: Rect, stroke: Stroke) {
        let Rect { left, top, right, bottom } = rect;
        let half = stroke.width / 2.0;
        let corners = [(left - half, top), (right, top), (right, bottom), (left, bottom), (left, top - half)];
        self.line(&corners, stroke);
    }

    /// A filled data point with a white rim, so that neighbours stay apart.
    pub(crate) fn marker(&mut self, center: Point, marker: Marker, color: Color) {
        self.shape(center, marker, 8.0, WHITE);
        self.shape(center, marker, 6.6, color);
    }

    /// The same, large enough to stand out among others.
    pub(crate) fn large_marker(&mut self, center: Point, marker: Marker, color: Color) {
        self.shape(center, marker, 15.0, WHITE);
        self.shape(center, marker, 12.0, INK);
        self.shape(center, marker, 9.5, color);
    }

    /// A letter in a circle.
    pub(crate) fn badge(&mut self, center: Point, letter: &str) {
        self.shape(center, Marker::Disk, 17.0, WHITE);
        self.shape(center, Marker::Disk, 15.0, INK);
        self.shape(center, Marker::Disk, 13.0, WHITE);
        self.text(center, Anchor::Middle, letter, 20.0, INK);
    }

    fn shape(&mut self, (x, y): Point, marker: Marker, radius: f64, color: Color) {
        let corner = |(dx, dy): (f64, f64)| (x + dx * radius, y + dy * radius);
        match marker {
            Marker::Disk => {
                let drawn = self.backend.draw_circle(at((x, y)), units(radius) as u32, &rgba(color, 1.0), true);
                self.keep(drawn);
            }
            Marker::Square => {
                let corners = [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)];
                self.polygon(&corners.map(corner), color, 1.0);
            }
            Marker::Triangle => {
                self.polygon(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)].map(corner), color, 1.0);
            }
            Marker::Nabla => {
                self.polygon(&[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)].map(corner), color, 1.0);
            }
            Marker::Cross => {
                // A plus turned by 45°: three corners of one arm, turned by quarters.
                let turned = |(x, y): Point| [(x, y), (-y, x), (-x, -y), (y, -x)];
                let [inner, right, left] = [(0.42, 0.0), (1.21, 0.79), (0.79, 1.21)].map(turned);
                let corners = (0..4).flat_map(|quarter| [inner[quarter], right[quarter], left[quarter]]);
                self.polygon(&corners.map(corner).collect::<Vec<_>>(), color, 1.0);
            }
            Marker::Diamond => {
                self.polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].map(corner), color, 1.0);
            }
        }
    }

    /// A text with markup, centred vertically on the point.
    pub(crate) fn text(&mut self, at: Point, anchor: Anchor, markup: &str, size: f64, color: Color) {
        self.runs(at, anchor, markup, size, color, &FontTransform::None);
    }

    /// A text with markup that reads from below to above, centred on the point.
    pub(crate) fn text_upwards(&mut self, at: Point, markup: &str, size: f64, color: Color) {
        self.runs(at, Anchor::Middle, markup, size, color, &FontTransform::Rotate270);
    }

    fn runs(&mut self, (x, y): Point, anchor: Anchor, markup: &str, size: f64, color: Color, turn: &FontTransform) {
        let share = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5,
            Anchor::End => 1.0,
        };
        let mut along = -share * text::width(markup, size);
        for run in text::runs(markup) {
            let spaces = " ".repeat(run.text.len() - run.text.trim_start().len());
            let start = along + Run { text: spaces, ..run.clone() }.width() * size;
            // Half the height of a capital below the centre; plotters puts the baseline a quarter of the font size
            // above the point.
            let down = size * (0.36 - run.level.rise() + 0.25 * run.level.scale());
            let point = if matches!(turn, FontTransform::None) { (x + start, y + down) } else { (x + down, y - start) };
            let drawn = self.backend.draw_text(run.text.trim(), &letters(&run, size, color, turn), at(point));
            self.keep(drawn);
            along += run.width() * size;
        }
    }

    fn keep<E: Display>(&mut self, drawn: Result<(), E>) {
        if let Err(failure) = drawn {
            self.failure.get_or_insert(failure.to_string());
        }
    }
}

/// The style of a run; plotters takes 1.24 times the font size.
fn letters(run: &Run, size: f64, color: Color, turn: &FontTransform) -> TextStyle<'static> {
    let slant = if run.is_slanted { FontStyle::Italic } else { FontStyle::Normal };
    let size = (size * run.level.scale() * UNITS).round() * 1.24;
    let font = FontDesc::new(FontFamily::Name(FAMILY), size, slant).transform(turn.clone());
    font.color(&rgba(color, 1.0)).pos(Pos::new(HPos::Left, VPos::Bottom))
}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn at((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn rgba(Color(red, green, blue): Color, opacity: f64) -> RGBAColor {
    RGBAColor(red, green, blue, opacity)
}

/// The line cut into the pieces of a dash pattern.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let Some(&first) = pattern.first().filter(|_| points.len() > 1) else { return vec![points.to_vec()] };
    let mut pieces = vec![vec![points[0]]];
    let (mut part, mut left) = (0, first);
    for ends in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (ends[0], ends[1]);
        let length = (to_x - x).hypot(to_y - y);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let cut = (x + (to_x - x) * done / length, y + (to_y - y) * done / length);
            if part % 2 == 0 {
                pieces.last_mut().into_iter().for_each(|piece| piece.push(cut));
            } else {
                pieces.push(vec![cut]);
            }
            part = (part + 1) % pattern.len();
            left = pattern[part];
        }
        left -= length - done;
        if part % 2 == 0 {
            pieces.last_mut().into_iter().for_each(|piece| piece.push(ends[1]));
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// The drawing with its size in pixels and the font inside, so that it looks alike everywhere.
fn with_header(drawing: &str, height: f64) -> String {
    let face = |style: &str, font: &[u8]| {
        let data = base64(font);
        format!("@font-face{{font-family:'{FAMILY}';font-style:{style};src:url(data:font/ttf;base64,{data})}}")
    };
    let (wide, high) = (units(WIDTH), units(height));
    let body = drawing.split_once('\n').map_or("", |(_, body)| body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {wide} {high}\" \
         stroke-linejoin=\"round\">\n<style>{}{}</style>\n{body}",
        face("normal", text::UPRIGHT),
        face("italic", text::OBLIQUE)
    )
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_usize, |word, index| word << 8 | usize::from(*chunk.get(index).unwrap_or(&0)));
        let digit = |index: usize| char::from(DIGITS[word >> (18 - 6 * index) & 63]);
        text.extend((0..4).map(|index| if index <= chunk.len() { digit(index) } else { '=' }));
    }
    text
}

fn rasterize(svg: &str) -> Result<Vec<u8>, FigureError> {
    let failed = |failure: &dyn Display| FigureError::Drawing(failure.to_string());
    let tree = usvg::Tree::from_str(svg, &text::svg_options()).map_err(|failure| failed(&failure))?;
    let size = tree.size().to_int_size();
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"empty picture"))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|failure| failed(&failure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_follows_its_standard() {
        // RFC 4648, section 10.
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        assert!(cases.iter().all(|(text, code)| base64(text.as_bytes()) == *code));
    }

    #[test]
    fn dashes_have_the_lengths_of_the_pattern_also_around_corners() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[8.0, 4.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (8.0, 0.0)], vec![(10.0, 2.0), (10.0, 10.0)]]);
        assert_eq!(dashes(&[(0.0, 0.0), (5.0, 0.0)], &[]).len(), 1);
    }
}
