//! Whether a probability that the thermometer gives is the frequency with which it is right.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_rows, samples};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Dash, GREY, INK, LEFT, Marker, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::Table;

/// Height of the figure in pixels.
const HEIGHT: f64 = 780.0;
/// The line of kept promises.
const DIAGONAL: Stroke = Stroke { color: GREY, width: 2.0, dash: Dash::Dashed };
/// The best possible reader, the exact posterior.
const BAYES: Stroke = Stroke { color: INK, width: CURVE, dash: Dash::Solid };
/// True state points to be expected in a bin, for its error to be Gaussian and the bin to be shown.
const LEAST: f64 = 5.0;

/// Left, how often a state point is the true one against the probability it is given, both on logarithmic axes; right, the
/// difference in binomial standard errors.
///
/// Columns of `table`: reader (network, bayes), n, probability, frequency, frequency_error.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn reliability(table: &Table) -> Result<Figure, FigureError> {
    require_rows(table)?;
    let [network, bayes] = [curve(table, "network")?, curve(table, "bayes")?];
    let mut numbers = Table::new("reliability", ["reader", "probability", "frequency", "frequency_error"]);
    for (reader, curve) in [("network", &network), ("bayes", &bayes)] {
        for sample in curve {
            let values = [sample.x, sample.y, sample.error].map(Into::into);
            numbers.push([&[reader.into()], &values[..]].concat())?;
        }
    }
    let entries = [
        Entry::new(Key::Points(Marker::Disk, BLUE), "network ± 1 standard error"),
        Entry::new(Key::Line(BAYES), "exact posterior (Bayes)"),
        Entry::new(Key::Line(DIAGONAL), "frequency = probability (right: ± 2 *σ*)"),
    ];
    let everything = network.iter().chain(&bayes).flat_map(|sample| [sample.x, sample.y]);
    let x = Scale::holding(Spacing::Log, everything.filter(|value| *value > 0.0));
    let deviations = |curve: &[Sample]| -> Vec<Sample> {
        curve.iter().map(|sample| Sample { y: (sample.y - sample.x) / sample.error, error: 0.0, ..*sample }).collect()
    };
    let (of_network, of_bayes) = (deviations(&network), deviations(&bayes));
    let largest = of_network.iter().chain(&of_bayes).map(|sample| sample.y.abs()).filter(|y| y.is_finite());
    let largest = largest.fold(4.0, f64::max);
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, 0.0, BOTTOM);
        let panels = area.columns(2, LEFT);
        let title = Some("probability given to a state point");
        let left = Axes { area: panels[0], x: x.clone(), y: x.clone() };
        left.draw(canvas, Titles { panel: "(a)", x: title, y: Some("how often it is the true one") });
        let diagonal: Vec<Sample> =
            network.iter().map(|sample| Sample { y: sample.x, error: 0.0, ..*sample }).collect();
        left.curve(canvas, &diagonal, DIAGONAL);
        left.curve(canvas, &bayes, BAYES);
        left.error_bars(canvas, &network, BLUE);
        left.points(canvas, &network, Marker::Disk, BLUE);
        let right = Axes { area: panels[1], x: x.clone(), y: Scale::holding(Spacing::Linear, [-largest, largest]) };
        right.draw(canvas, Titles { panel: "(b)", x: title, y: Some("difference [*σ*]") });
        for value in [-2.0, 2.0] {
            right.horizontal(canvas, value, DIAGONAL);
        }
        right.curve(canvas, &of_bayes, BAYES);
        right.points(canvas, &of_network, Marker::Disk, BLUE);
    })
}

/// The bins of one reader with enough true state points.
fn curve(table: &Table, reader: &str) -> Result<Vec<Sample>, FigureError> {
    let rows = table.filter("reader", reader)?;
    let counts = rows.column("n")?;
    let bins = samples(&rows, "probability", "frequency", Some("frequency_error"))?.into_iter().zip(counts);
    Ok(bins.filter(|(sample, n)| sample.x * n >= LEAST).map(|(sample, _)| sample).collect())
}
