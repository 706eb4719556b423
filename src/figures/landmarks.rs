//! What is marked in the (T, H) plane: lines of maxima, singled-out state points, and where the flows end.

use super::axes::Axes;
use super::canvas::Canvas;
use super::legend::{Entry, Key};
use super::number::short;
use super::plane_points::PlanePoint;
use super::scale::Scale;
use super::series::Sample;
use super::style::{BAND, Color, Dash, INK, Marker, ORANGE, PURPLE, SKY, Stroke, VERMILLION};
use crate::table::{Table, TableError};

/// A line of the plane: its name in the table, its label and its dash; sampled points have no dash.
type Line = (&'static str, &'static str, Option<Dash>);

/// The lines that are drawn, in the order of the legend.
const LINES: [Line; 4] = [
    ("specific-heat", "maximal *c*, exact", Some(Dash::Solid)),
    ("specific-heat-bethe", "the same, Bethe lattice", Some(Dash::Dashed)),
    ("specific-heat-sampled", "the same, sampled", None),
    ("susceptibility", "maximal *χ*", Some(Dash::Dotted)),
];

/// All that is marked.
pub(crate) struct Landmarks {
    lines: Vec<(Line, Vec<Sample>)>,
    /// With label, marker and colour; those that the reading has.
    markers: Vec<(String, Marker, Color, PlanePoint)>,
    seeds: Vec<PlanePoint>,
    mean: Option<PlanePoint>,
}

impl Landmarks {
    /// Columns of `ridges`: line, field, temperature, temperature_error; of `markers`: name, label, temperature, field; of
    /// `end_points`: seed ("all" for the mean over seeds), reading, temperature, field, their errors and covariance.
    pub(crate) fn read(ridges: &Table, markers: &Table, end_points: &Table, reading: &str) -> Result<Self, TableError> {
        let mut lines = Vec::new();
        for line in LINES {
            let rows = ridges.filter("line", line.0)?;
            let samples = super::series::samples(&rows, "temperature", "field", None)?;
            let errors = rows.column("temperature_error")?;
            let with_errors = samples.into_iter().zip(errors).map(|(sample, error)| Sample { error, ..sample });
            lines.push((line, with_errors.collect::<Vec<_>>()));
        }
        lines.retain(|(_, samples)| !samples.is_empty());
        let names = markers.text("name")?.into_iter().zip(markers.text("label")?);
        let numbers = markers.column("temperature")?.into_iter().zip(markers.column("field")?);
        let marker = |((name, label), (temperature, field)): ((&str, &str), (f64, f64))| {
            let (marker, color) = shape(name);
            (label.to_owned(), marker, color, PlanePoint::exact(temperature, field))
        };
        // The network sees the training mixture elsewhere than where its means are those of the lattice.
        let is_read = markers.text("name")?.contains(&MIXTURE_BY_NETWORK);
        let other = if reading == "thermometer" && is_read { MIXTURE } else { MIXTURE_BY_NETWORK };
        let of_this_reading = |((name, _), _): &((&str, &str), (f64, f64))| *name != other;
        let of_reading = end_points.filter("reading", reading)?;
        let ends = PlanePoint::read_all(&of_reading)?;
        let is_mean = of_reading.text("seed")?.into_iter().map(|seed| seed == "all");
        let (mean, seeds): (Vec<_>, Vec<_>) = ends.into_iter().zip(is_mean).partition(|(_, is_mean)| *is_mean);
        Ok(Self {
            lines,
            markers: names.zip(numbers).filter(of_this_reading).map(marker).collect(),
            seeds: seeds.into_iter().map(|(point, _)| point).collect(),
            mean: mean.first().map(|(point, _)| *point),
        })
    }

    /// Temperatures of the state points, for the axis; of the ends of flows only those up to `hottest`, which far ones would
    /// crush.
    pub(crate) fn temperatures(&self, hottest: f64) -> impl Iterator<Item = f64> {
        let marked = self.markers.iter().map(|(.., point)| point.temperature);
        marked.chain(self.ends().map(|end| end.temperature).filter(move |temperature| *temperature <= hottest))
    }

    /// Fields of the state points and of the lines as far as they lie on the axis of temperatures, for the other axis.
    pub(crate) fn fields(&self, temperatures: &Scale) -> impl Iterator<Item = f64> {
        let is_shown = |sample: &&Sample| temperatures.fraction(sample.x).is_some();
        let of_lines = self.lines.iter().flat_map(|(_, samples)| samples).filter(is_shown).map(|sample| sample.y);
        let marked = self.markers.iter().map(|(.., point)| point.field);
        let ends = self.ends().filter(|end| temperatures.fraction(end.temperature).is_some()).map(|end| end.field);
        marked.chain(ends).chain(of_lines)
    }

    fn ends(&self) -> impl Iterator<Item = PlanePoint> {
        self.seeds.iter().copied().chain(self.mean)
    }

    /// The lines in `ink`.
    pub(crate) fn draw_lines(&self, axes: &Axes, canvas: &mut Canvas<'_>, ink: Color) {
        for ((_, _, dash), samples) in &self.lines {
            let shown: Vec<_> =
                samples.iter().filter(|sample| axes.at(sample.x, sample.y).is_some()).copied().collect();
            match dash {
                Some(dash) => axes.curve(canvas, &shown, Stroke { color: ink, width: 3.0, dash: *dash }),
                None => {
                    for sample in &shown {
                        let [low, high] = [-1.0, 1.0].map(|sign| axes.x.clamp(sample.x + sign * sample.error));
                        let ends = [low, high].map(|x| axes.pixel(x, sample.y)).into_iter().flatten();
                        canvas.line(&ends.collect::<Vec<_>>(), Stroke::solid(ink, 2.0));
                    }
                    axes.points(canvas, &shown, Marker::Square, ink);
                }
            }
        }
    }

    /// The singled-out state points, then the ends of the flows with the ellipses of their errors.
    pub(crate) fn draw_points(&self, axes: &Axes, canvas: &mut Canvas<'_>) {
        for (_, marker, color, PlanePoint { temperature, field, .. }) in &self.markers {
            if let Some(center) = axes.at(*temperature, *field) {
                canvas.large_marker(center, *marker, *color);
            }
        }
        for point in &self.seeds {
            point.draw_ellipse(axes, canvas, VERMILLION, 2.0 * BAND);
        }
        for point in &self.seeds {
            if let Some(center) = axes.at(point.temperature, point.field) {
                canvas.marker(center, Marker::Disk, VERMILLION);
            }
        }
        if let Some(mean) = self.mean.filter(|_| self.seeds.len() > 1) {
            mean.draw_ellipse(axes, canvas, VERMILLION, 2.0 * BAND);
            if let Some(center) = axes.at(mean.temperature, mean.field) {
                canvas.large_marker(center, Marker::Nabla, VERMILLION);
            }
        }
    }

    /// The state points that `other` does not have, for a legend of both.
    pub(crate) fn more_entries(&self, other: &Self) -> Vec<Entry> {
        let is_new =
            |(label, ..): &&(String, Marker, Color, PlanePoint)| other.markers.iter().all(|marker| marker.0 != *label);
        self.markers.iter().filter(is_new).map(entry).collect()
    }

    /// The legend of lines drawn in `ink` and of the points.
    pub(crate) fn entries(&self, ink: Color) -> Vec<Entry> {
        let line = |((_, label, dash), _): &(Line, Vec<Sample>)| match dash {
            Some(dash) => Entry::new(Key::Line(Stroke { color: ink, width: 3.0, dash: *dash }), *label),
            None => Entry::new(Key::Points(Marker::Square, ink), *label),
        };
        let mut entries: Vec<_> = self.lines.iter().map(line).collect();
        entries.extend(self.markers.iter().map(entry));
        if !self.seeds.is_empty() {
            entries.push(Entry::new(Key::Mark(Marker::Disk, VERMILLION), "end of a flow ± 1 *σ*"));
        }
        if self.seeds.len() > 1 {
            let label = format!("mean of {} seeds", self.seeds.len());
            entries.push(Entry::new(Key::Mark(Marker::Nabla, VERMILLION), label));
        }
        entries
    }

    /// What is drawn where: temperature, field, their errors and covariance.
    pub(crate) fn numbers(&self) -> Vec<(String, [f64; 5])> {
        let mut numbers = Vec::new();
        for ((name, ..), samples) in &self.lines {
            numbers.extend(
                samples.iter().map(|sample| ((*name).to_owned(), [sample.x, sample.y, sample.error, 0.0, 0.0])),
            );
        }
        numbers.extend(self.markers.iter().map(|(label, .., point)| (label.clone(), point.numbers())));
        numbers.extend(self.seeds.iter().map(|point| ("end of a flow".to_owned(), point.numbers())));
        numbers.extend(self.mean.map(|point| ("mean end of the flows".to_owned(), point.numbers())));
        numbers
    }
}

const MIXTURE: &str = "training_mixture";
const MIXTURE_BY_NETWORK: &str = "training_mixture_by_network";

/// How a singled-out state point is drawn.
fn shape(name: &str) -> (Marker, Color) {
    match name {
        "critical_temperature" => (Marker::Triangle, INK),
        MIXTURE => (Marker::Diamond, ORANGE),
        MIXTURE_BY_NETWORK => (Marker::Cross, PURPLE),
        _ => (Marker::Square, SKY),
    }
}

fn entry((label, marker, color, point): &(String, Marker, Color, PlanePoint)) -> Entry {
    let place = format!("({}, {})", short(point.temperature), short(point.field));
    Entry::new(Key::Mark(*marker, *color), format!("{label} {place}"))
}
