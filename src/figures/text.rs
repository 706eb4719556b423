//! Words on a figure: a small markup, and the embedded font that measures and draws it.
//!
//! `*T*` is slanted, `_{c}` lowered and `^{2}` raised; everything else stands for itself.

use resvg::usvg::{self, fontdb};
use std::sync::{Arc, OnceLock};

/// Name of the embedded font family.
pub(crate) const FAMILY: &str = "DejaVu Sans";
/// DejaVu Sans, reduced to Latin, Greek and mathematical signs.
pub(crate) const UPRIGHT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
/// DejaVu Sans Oblique, reduced to Latin and Greek letters.
pub(crate) const OBLIQUE: &[u8] = include_bytes!("font/DejaVuSans-Oblique-subset.ttf");

/// A piece of text of one size, slant and height.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) is_slanted: bool,
    pub(crate) level: Level,
}

/// Whether a piece stands on the line, below or above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Level {
    #[default]
    Line,
    Lowered,
    Raised,
}

impl Level {
    /// Size relative to the text on the line.
    pub(crate) fn scale(self) -> f64 {
        if self == Self::Line { 1.0 } else { 0.72 }
    }

    /// Height of the baseline above that of the line, in units of the font size.
    pub(crate) fn rise(self) -> f64 {
        match self {
            Self::Line => 0.0,
            Self::Lowered => -0.20,
            Self::Raised => 0.38,
        }
    }
}

/// The pieces of a text with markup.
pub(crate) fn runs(markup: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::default();
    let mut rest = markup;
    while let Some(letter) = rest.chars().next() {
        let (next, used) = match letter {
            '*' => (Run { is_slanted: !run.is_slanted, ..Run::new(run.level) }, 1),
            '_' if rest.starts_with("_{") => (Run { is_slanted: run.is_slanted, ..Run::new(Level::Lowered) }, 2),
            '^' if rest.starts_with("^{") => (Run { is_slanted: run.is_slanted, ..Run::new(Level::Raised) }, 2),
            '}' if run.level != Level::Line => (Run { is_slanted: run.is_slanted, ..Run::default() }, 1),
            _ => {
                run.text.push(letter);
                rest = &rest[letter.len_utf8()..];
                continue;
            }
        };
        runs.push(std::mem::replace(&mut run, next));
        rest = &rest[used..];
    }
    runs.push(run);
    runs.retain(|run| !run.text.is_empty());
    runs
}

impl Run {
    fn new(level: Level) -> Self {
        Self { level, ..Self::default() }
    }

    /// Width in units of the font size of the whole text.
    pub(crate) fn width(&self) -> f64 {
        let bracketed = |text: &str| measure(&format!("|{text}|"), self.is_slanted);
        (bracketed(&self.text) - bracketed("")) * self.level.scale()
    }
}

/// Width of a text with markup at this font size, in pixels.
pub(crate) fn width(markup: &str, size: f64) -> f64 {
    runs(markup).iter().map(|run| run.width() * size).sum()
}

/// Settings of the SVG reader: the embedded font and no other.
pub(crate) fn svg_options() -> usvg::Options<'static> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(UPRIGHT.to_vec());
        fonts.load_font_data(OBLIQUE.to_vec());
        Arc::new(fonts)
    });
    usvg::Options { font_family: FAMILY.to_owned(), fontdb: Arc::clone(fonts), ..usvg::Options::default() }
}

/// Width of a plain text in units of the font size, as the SVG reader lays it out.
fn measure(text: &str, is_slanted: bool) -> f64 {
    const SIZE: f64 = 100.0;
    let style = if is_slanted { "italic" } else { "normal" };
    let text = escape(text);
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text y='{SIZE}' font-family='{FAMILY}' \
         font-size='{SIZE}' font-style='{style}'>{text}</text></svg>"
    );
    usvg::Tree::from_str(&svg, &svg_options()).map_or(0.0, |tree| f64::from(tree.root().bounding_box().width()) / SIZE)
}

/// The text with the five special characters of XML replaced.
fn escape(text: &str) -> String {
    let replacements = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&apos;"), ("\"", "&quot;")];
    replacements.iter().fold(text.to_owned(), |text, (sign, entity)| text.replace(sign, entity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_splits_into_runs() {
        let found = runs("*T*_{c} [*J*/*k*_{B}], 10^{2}");
        let plain: Vec<_> = found.iter().map(|run| (run.text.as_str(), run.is_slanted, run.level)).collect();
        let expected = [
            ("T", true, Level::Line),
            ("c", false, Level::Lowered),
            (" [", false, Level::Line),
            ("J", true, Level::Line),
            ("/", false, Level::Line),
            ("k", true, Level::Line),
            ("B", false, Level::Lowered),
            ("], 10", false, Level::Line),
            ("2", false, Level::Raised),
        ];
        assert_eq!(plain, expected);
        assert_eq!(runs("n_h=81}"), [Run { text: "n_h=81}".to_owned(), ..Run::default() }]);
    }

    #[test]
    fn widths_are_those_of_dejavu_sans() {
        // Advances in the font's own table: zero 1303, space 651, T 1251, all of 2048 units.
        let cases = [("0", 1303.0), (" ", 651.0), ("T", 1251.0), ("00 0", 3.0 * 1303.0 + 651.0)];
        for (text, units) in cases {
            assert!((width(text, 1.0) - units / 2048.0).abs() < 1e-3, "{text}: {}", width(text, 1.0) * 2048.0);
        }
        assert!(width("<&>", 1.0) > width("&", 1.0));
    }
}
