//! What the configurations at the end of the flow are: Boltzmann states, free spins, or the training mixture.

use super::against_training_time::{Curve, Panel, axis, band_entry, color, entries, keep, mark, mean_curve, numbers};
use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_rows, samples};
use super::style::{
    BORDER, BOTTOM, CURVE, Color, Dash, GREEN, GREY, INK, LEFT, Marker, Stroke, TOP, VERMILLION, WIDTH, marker,
};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1250.0;

const DISTANCES: [(&str, &str); 3] = [
    ("distance_to_boltzmann", "(a) from the nearest Boltzmann distribution"),
    ("distance_to_free_spins", "(b) from free spins of the same *M*"),
    ("distance_to_mixture", "(c) from the training mixture"),
];
const FREE: Stroke = Stroke { color: GREEN, width: CURVE, dash: Dash::Dashed };
const BOLTZMANN: Stroke = Stroke { color: INK, width: CURVE, dash: Dash::Solid };

/// The KL divergences of the end of the flow from the nearest Boltzmann distribution, from free spins with the same
/// distribution of M and from the training mixture against training time, and G(1) − G(L/2) against |m| beside the exact
/// curves of free spins and of Boltzmann distributions at H = 0.
///
/// Columns of `states`: machine, seed ("all" for the means), training_time, the three distances, abs_magnetization_per_site,
/// connected_correlation, each with _error; of `references`: name, abs_magnetization_per_site, connected_correlation.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn end_state(states: &Table, references: &Table) -> Result<Figure, FigureError> {
    require_rows(states)?;
    let machines = states.distinct_text("machine")?;
    let mut numbers = numbers("end_state");
    let mut panels = Vec::new();
    for (column, title) in DISTANCES {
        let mut panel = Panel::new(title, "KL divergence [nats]", Spacing::Log);
        for (machine, name) in machines.iter().enumerate() {
            let points = mean_curve(states, name, "training_time", column)?;
            keep(&mut numbers, name, column, &points)?;
            let points = points.into_iter().map(above_error).collect();
            panel.curves.push(Curve { machine, dash: Dash::Solid, points });
        }
        panels.push(panel);
    }
    let plane = Plane::read(states, references, &machines)?;
    for (name, points) in machines.iter().zip(&plane.curves) {
        keep(&mut numbers, name, "connected correlation against |m|", points)?;
    }
    let mut legend = entries(&machines);
    legend.extend([
        Entry::new(Key::Line(BOLTZMANN), "Boltzmann, *H* = 0, exact"),
        Entry::new(Key::Line(FREE), "free spins"),
    ]);
    legend.extend(plane.marks.iter().map(|(label, shape, color, _)| mark(*shape, *color, label)));
    legend.push(band_entry(states)?);
    legend.push(Entry::new(Key::Band(GREY), "divergences below their error are drawn at it"));
    let x = axis(&panels);
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &legend);
        let rows = Rect { left: 0.0, ..below }.rows(&[1.0; 2], 10.0);
        let cells: Vec<Rect> = rows.into_iter().flat_map(|row| row.columns(2, 20.0)).collect();
        for (cell, panel) in cells.iter().zip(&panels) {
            panel.draw(canvas, *cell, &x, machines.len());
        }
        plane.draw(canvas, cells[3]);
    })
}

/// An estimate of a divergence may be negative, and its logarithm is no point of the axis.
fn above_error(point: Sample) -> Sample {
    Sample { y: point.y.max(point.error), ..point }
}

/// G(1) − G(L/2) against |m|.
struct Plane {
    /// Of every RBM.
    curves: Vec<Vec<Sample>>,
    boltzmann: Vec<Sample>,
    /// Single states: label, marker, colour, place.
    marks: Vec<(&'static str, Marker, Color, (f64, f64))>,
}

impl Plane {
    fn read(states: &Table, references: &Table, machines: &[&str]) -> Result<Self, TableError> {
        let (x, y) = ("abs_magnetization_per_site", "connected_correlation");
        let curve = |name: &&str| {
            let [m, g] = [x, y].map(|column| mean_curve(states, name, "training_time", column));
            let pairs = m?.into_iter().zip(g?);
            Ok(pairs.map(|(m, g)| Sample { x: m.y, ..g }).collect())
        };
        let curves = machines.iter().map(curve).collect::<Result<_, TableError>>()?;
        let of = |name: &str| samples(&references.filter("name", name)?, x, y, None);
        let mut marks = Vec::new();
        for (name, label, shape, color) in [
            ("critical", "critical", Marker::Triangle, VERMILLION),
            ("training-mixture", "training mixture", Marker::Diamond, GREEN),
        ] {
            marks.extend(of(name)?.first().map(|point| (label, shape, color, (point.x, point.y))));
        }
        Ok(Self { curves, boltzmann: of("boltzmann")?, marks })
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cell: Rect) {
        let ends = self.curves.iter().flatten().flat_map(|point| [point.y - point.error, point.y + point.error]);
        let known = self.boltzmann.iter().map(|point| point.y).chain(self.marks.iter().map(|mark| mark.3.1));
        let y = Scale::holding(Spacing::Linear, ends.chain(known).chain([0.0]));
        let axes = Axes { area: cell.inset(LEFT, TOP, 0.0, BOTTOM), x: Scale::exactly(0.0, 1.0), y };
        let y_title = Some("*G*(1) − *G*(*L*/2)");
        axes.draw(canvas, Titles { panel: "(d) correlation at a magnetization", x: Some("|*m*|"), y: y_title });
        axes.curve(canvas, &self.boltzmann, BOLTZMANN);
        axes.horizontal(canvas, 0.0, FREE);
        for (machine, points) in self.curves.iter().enumerate() {
            let color = color(machine, self.curves.len());
            axes.curve(canvas, points, Stroke::solid(color, 1.6));
            axes.error_bars(canvas, points, color);
            axes.points(canvas, points, marker(machine), color);
        }
        for (_, shape, color, (m, g)) in &self.marks {
            if let Some(center) = axes.at(*m, *g) {
                canvas.large_marker(center, *shape, *color);
            }
        }
    }
}
