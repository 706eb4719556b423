//! What the thermometer says at chosen steps of the flow, from its two ends: the probability of each temperature.

use super::axes::{Axes, Titles};
use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::references::{Reference, of_panel};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, of_start, over_seeds, require_one_machine, spread, starts, state_point};
use super::style::{BORDER, BOTTOM, INK, LABEL, LEFT, SKY, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of a row of panels in pixels.
const ROW: f64 = 190.0;
/// Width of the column that names the steps.
const SIDE: f64 = 168.0;

/// The histogram of one start at one step.
struct Histogram {
    column: usize,
    row: usize,
    bins: Vec<Sample>,
}

/// Averaged softmax over the temperature classes; left the coldest start, right the hottest, one row a step.
///
/// Columns of `histogram`: machine, seed, start_temperature, start_field, step, class_temperature, class_field,
/// probability, probability_error (classes of one temperature and several fields are added). Columns of `markers`:
/// label, temperature.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn thermometer_histogram(histogram: &Table, markers: &Table) -> Result<Figure, FigureError> {
    require_one_machine(histogram)?;
    let references = of_panel(&Reference::read_all(markers)?, true);
    let ends = spread(&starts(histogram)?, 2);
    let steps = spread(&histogram.distinct("step")?, 5);
    let header = ["start_temperature", "start_field", "step", "class_temperature", "probability", "probability_error"];
    let mut numbers = Table::new("thermometer_histogram", header);
    let mut histograms = Vec::new();
    for (column, start) in ends.iter().enumerate() {
        for (row, step) in steps.iter().enumerate() {
            let bins = bins(&of_start(histogram, *start)?.filter("step", *step)?)?;
            for bin in &bins {
                numbers.push([start.0, start.1, *step, bin.x, bin.y, bin.error].map(Into::into))?;
            }
            histograms.push(Histogram { column, row, bins });
        }
    }
    let mut entries = vec![Entry::new(Key::Patch(SKY), format!("probability ({})", band_label(histogram)?))];
    entries.extend(references.iter().map(Reference::entry));
    let heads: Vec<_> = ends.iter().map(|start| format!("start {}", state_point(start.0, start.1))).collect();
    let height = 2.0 * BORDER + 96.0 + TOP + BOTTOM + ROW * steps.len() as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        let area = below.inset(0.0, TOP, SIDE, BOTTOM);
        let rows = area.rows(&vec![1.0; steps.len()], 22.0);
        for histogram in &histograms {
            let head = if histogram.row == 0 { heads[histogram.column].as_str() } else { "" };
            let x = (histogram.row + 1 == steps.len()).then_some("temperature class *T* [*J*/*k*_{B}]");
            let panel = rows[histogram.row].columns(ends.len(), 92.0)[histogram.column];
            histogram.draw(canvas, panel, Scales::of(&histograms, histogram.row, &references), head, x, &references);
        }
        for (row, step) in rows.iter().zip(&steps) {
            let label = format!("step {}", short(*step));
            canvas.text((row.right + 20.0, row.center().1), Anchor::Start, &label, LABEL, INK);
        }
        canvas.text_upwards((BORDER + 12.0, area.center().1), "probability", LABEL, INK);
    })
}

/// The two axes of a panel.
struct Scales {
    x: Scale,
    y: Scale,
}

impl Scales {
    /// One x for all panels, one y for the panels of a row.
    fn of(histograms: &[Histogram], row: usize, references: &[Reference]) -> Self {
        let all = histograms.iter().flat_map(|histogram| &histogram.bins);
        let edges = all.clone().flat_map(|bin| [-1.0, 1.0].map(|side| bin.x + side * half_width(bin.x, all.clone())));
        let edges = edges.chain(references.iter().map(|reference| reference.temperature));
        let of_row = histograms.iter().filter(|histogram| histogram.row == row).flat_map(|histogram| &histogram.bins);
        let tops = of_row.map(|bin| bin.y + bin.error);
        Self {
            x: Scale::holding(Spacing::Linear, edges),
            y: Scale::holding(Spacing::Linear, tops.chain([0.0])).starting_at(0.0),
        }
    }
}

impl Histogram {
    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        Scales { x, y }: Scales,
        panel: &str,
        title: Option<&str>,
        references: &[Reference],
    ) {
        let axes = Axes { area, x, y };
        axes.draw(canvas, Titles { panel, x: title, y: Some("") });
        for bin in &self.bins {
            axes.bar(canvas, *bin, half_width(bin.x, self.bins.iter()), SKY);
        }
        for reference in references {
            axes.vertical(canvas, reference.temperature, reference.stroke);
        }
        axes.error_bars(canvas, &self.bins, INK);
    }
}

/// Half the distance from a temperature to its nearest neighbour.
fn half_width<'a>(temperature: f64, bins: impl Iterator<Item = &'a Sample>) -> f64 {
    let distances = bins.map(|bin| (bin.x - temperature).abs()).filter(|distance| *distance > 1e-9);
    let nearest = distances.fold(f64::INFINITY, f64::min);
    if nearest.is_finite() { nearest / 2.0 } else { 0.5 }
}

/// Probability of each temperature class, summed over the fields of the classes and averaged over seeds.
fn bins(table: &Table) -> Result<Vec<Sample>, TableError> {
    let (seeds, temperatures) = (table.column("seed")?, table.column("class_temperature")?);
    let (probabilities, errors) = (table.column("probability")?, table.column("probability_error")?);
    let mut rows: Vec<_> = (0..table.len()).map(|i| [seeds[i], temperatures[i], probabilities[i], errors[i]]).collect();
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut summed = Table::new("histogram", ["seed", "class_temperature", "probability", "probability_error"]);
    for class in rows.chunk_by(|a, b| a[0].total_cmp(&b[0]).is_eq() && a[1].total_cmp(&b[1]).is_eq()) {
        let probability: f64 = class.iter().map(|row| row[2]).sum();
        let error = class.iter().map(|row| row[3].powi(2)).sum::<f64>().sqrt();
        summed.push([class[0][0], class[0][1], probability, error].map(Into::into))?;
    }
    over_seeds(&summed, "class_temperature", "probability", Some("probability_error"))
}
