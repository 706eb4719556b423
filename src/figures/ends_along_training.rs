//! Where the flow ends along the training, and what else is known of the RBMs by then.

use super::against_training_time::{
    Curve, Panel, axis, band_entry, entries, keep, mean_curve, mean_over_seeds, numbers,
};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::references::{Reference, of_panel};
use super::scale::Spacing;
use super::series::{Sample, require_rows, samples};
use super::style::{BORDER, CURVE, Dash, GREY, LEFT, Stroke, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1750.0;
/// Temperatures beyond so many times the highest reference are left out.
const HOTTEST: f64 = 2.0;

/// The tables of the figure.
#[derive(Clone, Copy, Debug)]
pub struct EndsTables<'a> {
    /// `ends-along-training.csv`: machine, seed, epoch, training_time, reading, temperature, temperature_error.
    pub ends: &'a Table,
    /// `end-states.csv`: machine, seed, training_time, abs_magnetization_per_site, connected_correlation,
    /// free_spin_temperature, each with _error.
    pub states: &'a Table,
    /// `likelihood.csv` of all RBMs: machine, seed, training_time, relative_entropy, relative_entropy_error.
    pub likelihood: &'a Table,
    /// `weights.csv` with means over the seeds: machine, seed, epoch, relative_participation_ratio.
    pub weights: &'a Table,
    /// `markers.csv`: name, label, temperature.
    pub markers: &'a Table,
    /// `state-references.csv`: name, abs_magnetization_per_site, connected_correlation.
    pub references: &'a Table,
    /// `rank-one-theory.csv`, if there is one: machine, training_time, abs_magnetization_per_site, temperature.
    pub theory: Option<&'a Table>,
}

/// Six panels against training time: the end of the flow as the network reads it and exactly, |m| and G(1) − G(L/2) there,
/// the KL divergence of the RBM from the data and the evenness of the spectrum of w wᵀ; a curve an entry, with the errors of
/// means over the seeds. Dashed: the temperature that free spins of the same ⟨m²⟩ are read as; dotted: the theory of rank one.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn ends_along_training(tables: EndsTables<'_>) -> Result<Figure, FigureError> {
    require_rows(tables.ends)?;
    let machines = tables.ends.distinct_text("machine")?;
    let references = Reference::read_all(tables.markers)?;
    let rows = [
        temperatures(tables, &machines, &references)?,
        states(tables, &machines, &references)?,
        trainings(tables, &machines)?,
    ];
    let panels = rows.as_flattened();
    let mut numbers = numbers("ends_along_training");
    for panel in panels {
        for curve in &panel.curves {
            let kind = match curve.dash {
                Dash::Dashed => ", free spins",
                Dash::Dotted => ", theory of rank one",
                _ => "",
            };
            keep(&mut numbers, machines[curve.machine], &format!("{}{kind}", panel.title), &curve.points)?;
        }
    }
    let mut legend = entries(&machines);
    legend.extend(references.iter().map(Reference::entry));
    let of_kind = |dash| Key::Line(Stroke { color: GREY, width: CURVE, dash });
    legend.push(Entry::new(of_kind(Dash::Dashed), "free spins of the same ⟨*m*^{2}⟩, read exactly"));
    if tables.theory.is_some() {
        legend.push(Entry::new(of_kind(Dash::Dotted), "mean-field theory of rank one"));
    }
    legend.push(band_entry(tables.ends)?);
    let x = axis(panels);
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &legend);
        let rows = Rect { left: 0.0, ..below }.rows(&[1.0; 3], 10.0);
        let cells = rows.into_iter().flat_map(|row| row.columns(2, 20.0));
        for (cell, panel) in cells.zip(panels) {
            panel.draw(canvas, cell, &x, machines.len());
        }
    })
}

fn solid(
    points: impl Fn(&str) -> Result<Vec<Sample>, TableError>,
    machines: &[&str],
) -> Result<Vec<Curve>, TableError> {
    let curve = |(machine, name): (usize, &&str)| Ok(Curve { machine, dash: Dash::Solid, points: points(name)? });
    machines.iter().enumerate().map(curve).collect()
}

/// The column of the theory at the training times of the snapshots: in between it jumps from update to update, as the RBMs do.
fn theory(tables: EndsTables<'_>, machines: &[&str], column: &str) -> Result<Vec<Curve>, TableError> {
    let Some(theory) = tables.theory else { return Ok(Vec::new()) };
    let curve = |(machine, name): (usize, &&str)| {
        let times = tables.ends.filter("machine", *name)?.distinct("training_time")?;
        let at_snapshots = theory.filter("machine", *name)?.retain("training_time", &times)?;
        let points = samples(&at_snapshots, "training_time", column, None)?;
        Ok(Curve { machine, dash: Dash::Dotted, points })
    };
    machines.iter().enumerate().map(curve).collect()
}

fn temperatures(tables: EndsTables<'_>, machines: &[&str], references: &[Reference]) -> Result<[Panel; 2], TableError> {
    let title = "end of the flow *T* [*J*/*k*_{B}]";
    let mut panels = [
        Panel::new("(a) end, read by the network", title, Spacing::Linear),
        Panel::new("(b) end, read exactly", title, Spacing::Linear),
    ];
    for (panel, reading) in panels.iter_mut().zip(["thermometer", "exact"]) {
        let of_reading = tables.ends.filter("reading", reading)?;
        panel.curves = solid(|name| mean_curve(&of_reading, name, "training_time", "temperature"), machines)?;
        let shown = of_panel(references, reading == "thermometer");
        let highest = shown.iter().map(|reference| reference.temperature).fold(0.0, f64::max);
        panel.highest = if highest > 0.0 { HOTTEST * highest } else { f64::INFINITY };
        panel.lines = shown.iter().map(|reference| (reference.temperature, reference.stroke)).collect();
    }
    for (machine, name) in machines.iter().enumerate() {
        let points = mean_curve(tables.states, name, "training_time", "free_spin_temperature")?;
        panels[1].curves.push(Curve { machine, dash: Dash::Dashed, points });
    }
    panels[1].curves.extend(theory(tables, machines, "temperature")?);
    Ok(panels)
}

fn states(tables: EndsTables<'_>, machines: &[&str], references: &[Reference]) -> Result<[Panel; 2], TableError> {
    let columns = ["abs_magnetization_per_site", "connected_correlation"];
    let mut panels = [
        Panel::new("(c) magnetization at the end", "|*m*|", Spacing::Linear),
        Panel::new("(d) connected correlation at the end", "*G*(1) − *G*(*L*/2)", Spacing::Linear),
    ];
    let names = tables.markers.text("name")?;
    for (panel, column) in panels.iter_mut().zip(columns) {
        panel.curves = solid(|name| mean_curve(tables.states, name, "training_time", column), machines)?;
        // In the line of the marker with the same name.
        for (marker, reference) in [("critical_temperature", "critical"), ("training_mixture", "training-mixture")] {
            let stroke = names.iter().position(|name| *name == marker).map(|index| references[index].stroke);
            let value = tables.references.filter("name", reference)?.column(column)?.first().copied();
            panel.lines.extend(value.zip(stroke));
        }
    }
    panels[0].curves.extend(theory(tables, machines, columns[0])?);
    Ok(panels)
}

fn trainings(tables: EndsTables<'_>, machines: &[&str]) -> Result<[Panel; 2], TableError> {
    let mut panels = [
        Panel::new("(e) KL divergence of the RBM from its data", "KL divergence [nats]", Spacing::Log),
        Panel::new("(f) evenness of the spectrum of *w w*^{T}", "evenness of *λ*", Spacing::Linear),
    ];
    let divergence = |name: &str| mean_over_seeds(tables.likelihood, name, "training_time", "relative_entropy");
    panels[0].curves = solid(divergence, machines)?;
    let evenness = |name: &str| {
        let times = tables.ends.filter("machine", name)?;
        let times: Vec<(f64, f64)> = times.column("epoch")?.into_iter().zip(times.column("training_time")?).collect();
        let time_of =
            |epoch: f64| times.iter().find(|(other, _)| other.total_cmp(&epoch).is_eq()).map(|(_, time)| *time);
        let points = mean_curve(tables.weights, name, "epoch", "relative_participation_ratio")?;
        Ok(points.into_iter().filter_map(|point| Some(Sample { x: time_of(point.x)?, ..point })).collect())
    };
    panels[1].curves = solid(evenness, machines)?;
    Ok(panels)
}
