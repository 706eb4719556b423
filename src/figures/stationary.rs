//! The stationary law of a machine's chains: how fast they forget, and what they look like.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, over_seeds, require_one_machine, samples};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1150.0;

/// Columns of the laws and what they are.
const LAWS: [(&str, Option<&str>, &str); 3] = [
    ("probability", Some("probability_error"), "chains of the flow"),
    ("machine_law", None, "exact samples of the machine"),
    ("mixture", None, "training data"),
];

/// Quantities with the word in the legend, and for those that have a histogram its panel and axis title.
const QUANTITIES: [(&str, &str, Option<[&str; 2]>); 3] = [
    ("bond_energy_per_site", "bond energy", Some(["(b)", "bond energy per site [*J*]"])),
    ("abs_magnetization_per_site", "|*m*|", Some(["(c)", "|*m*|"])),
    ("magnetization_per_site", "*m*", None),
];

/// Autocorrelation of bond energy, |m| and m, the mean over the seeds with its band, and the histograms of the first two: of the
/// first seed's chains with errors, of exact samples of its machine where there are some, and of the training data.
///
/// Columns of `autocorrelation`: machine, seed, quantity, lag, autocorrelation; of `histogram`: machine, seed, quantity, value,
/// probability with _error, machine_law, mixture.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn stationary(autocorrelation: &Table, histogram: &Table) -> Result<Figure, FigureError> {
    require_one_machine(autocorrelation)?;
    require_one_machine(histogram)?;
    let mut numbers = Table::new("stationary", ["quantity", "curve", "x", "y", "error"]);
    let mut memory = Vec::new();
    for (quantity, ..) in QUANTITIES {
        let curve = over_seeds(&autocorrelation.filter("quantity", quantity)?, "lag", "autocorrelation", None)?;
        keep(&mut numbers, quantity, "autocorrelation", &curve)?;
        memory.push(curve);
    }
    let seed = histogram.distinct_text("seed")?[0].to_owned();
    let histogram = histogram.filter("seed", seed.as_str())?;
    let mut panels = Vec::new();
    for (quantity, _, titles) in QUANTITIES {
        let Some(titles) = titles else { continue };
        let rows = histogram.filter("quantity", quantity)?;
        let mut laws = Vec::new();
        for (column, error, _) in LAWS {
            let law = samples(&rows, "value", column, error)?;
            keep(&mut numbers, quantity, column, &law)?;
            laws.push(law);
        }
        panels.push((titles, laws));
    }
    let spread = band_label(autocorrelation)?;
    let of_seed = format!("seed {seed}, ± 1 standard error");
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let lines = |(index, label): (usize, &str)| Entry::new(Key::Line(Stroke::curve(index)), label);
        let memories = QUANTITIES.iter().map(|(_, label, _)| *label).enumerate().map(lines);
        let rows = sheet.rows(&[0.85, 1.0], 20.0);
        let band = Entry::new(Key::Band(GREY), &spread);
        let area =
            legend::draw(canvas, rows[0], &memories.chain([band]).collect::<Vec<_>>()).inset(0.0, TOP, 0.0, BOTTOM);
        draw_memory(canvas, area, &memory);
        let known = LAWS.iter().enumerate().filter(|(law, _)| panels.iter().any(|(_, laws)| is_known(&laws[*law])));
        let band = Entry::new(Key::Band(GREY), &of_seed);
        let laws: Vec<Entry> = known.map(|(index, (.., label))| lines((index, label))).chain([band]).collect();
        let area = legend::draw(canvas, rows[1], &laws).inset(0.0, TOP, 0.0, BOTTOM);
        for (area, ([panel, title], laws)) in area.columns(2, 150.0).into_iter().zip(&panels) {
            draw_laws(canvas, area, [panel, title], laws);
        }
    })
}

fn draw_memory(canvas: &mut Canvas<'_>, area: Rect, curves: &[Vec<Sample>]) {
    let x = Scale::holding(Spacing::LogOnePlus, curves.iter().flatten().map(|point| point.x));
    let axes = Axes { area, x, y: Scale::holding(Spacing::Linear, [0.0, 1.0]) };
    axes.draw(canvas, Titles { panel: "(a)", x: Some("lag *t* [steps]"), y: Some("autocorrelation *ρ*(*t*)") });
    for (index, curve) in curves.iter().enumerate() {
        let stroke = Stroke::curve(index);
        axes.band(canvas, curve, stroke.color);
        axes.curve(canvas, curve, stroke);
    }
}

fn draw_laws(canvas: &mut Canvas<'_>, area: Rect, [panel, title]: [&str; 2], laws: &[Vec<Sample>]) {
    let x = Scale::holding(Spacing::Linear, laws.iter().flatten().map(|point| point.x));
    let y = Scale::holding(Spacing::Log, laws.iter().flatten().map(|point| point.y).filter(|y| *y >= RAREST));
    let axes = Axes { area, x, y };
    axes.draw(canvas, Titles { panel, x: Some(title), y: Some("probability") });
    for (index, law) in laws.iter().enumerate() {
        // A value that never came has no place on a logarithmic axis.
        let seen: Vec<Sample> = law.iter().filter(|point| point.y > 0.0).copied().collect();
        let stroke = Stroke::curve(index);
        axes.band(canvas, &seen, stroke.color);
        axes.curve(canvas, &seen, stroke);
    }
}

/// Smallest probability that is shown.
const RAREST: f64 = 1e-5;

fn is_known(law: &[Sample]) -> bool {
    law.iter().any(|point| !point.y.is_nan())
}

fn keep(numbers: &mut Table, quantity: &str, curve: &str, points: &[Sample]) -> Result<(), TableError> {
    points.iter().try_for_each(|point| {
        let [x, y, error] = [point.x, point.y, point.error].map(Into::into);
        numbers.push([quantity.into(), curve.into(), x, y, error])
    })
}
