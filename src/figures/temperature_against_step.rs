//! The temperature along the flow from every start: as the network reads it and as the energy gives it.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::references::Reference;
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, of_start, over_seeds, require_one_machine, starts};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Marker, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;
/// Room right of the panels for the scale of colours.
const SIDE: f64 = 150.0;
/// Temperatures from energies are shown up to this multiple of the hottest other one.
const NEAR: f64 = 1.25;
/// The columns of temperatures, those of their errors, and the titles of their panels.
const READINGS: [(&str, &str, &str); 2] = [
    ("thermometer_temperature", "thermometer_temperature_error", "(a) read by the network"),
    ("energy_temperature", "energy_temperature_error", "(b) inferred from the energy"),
];

/// The flow from one start.
struct Flow {
    /// (T, H)
    start: (f64, f64),
    readings: [Vec<Sample>; 2],
}

/// Temperature against step from every start, left read by the network, right by inverting the exact energy.
///
/// Columns of `flow`: machine, seed, start_temperature, start_field, step, thermometer_temperature,
/// thermometer_temperature_error, energy_temperature, energy_temperature_error. Columns of `markers`: label,
/// temperature. Temperatures from energies far above all others leave the panel; infinite ones have a slot of their own.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn temperature_against_step(flow: &Table, markers: &Table) -> Result<Figure, FigureError> {
    require_one_machine(flow)?;
    let references = Reference::read_all(markers)?;
    let flows = read_flows(flow)?;
    let numbers = numbers(&flows)?;
    let heat = Heat::holding(&flows.iter().map(|flow| flow.start.0).collect::<Vec<_>>());
    let steps = Scale::holding(Spacing::LogOnePlus, flow.column("step")?);
    let temperatures = temperature_scale(&flows, &references);
    let mut entries: Vec<_> = references.iter().map(Reference::entry).collect();
    entries.push(Entry::new(Key::Band(GREY), band_label(flow)?));
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, SIDE, BOTTOM);
        for (index, area) in area.columns(2, 84.0).into_iter().enumerate() {
            let axes = Axes { area, x: steps.clone(), y: temperatures.clone() };
            let y = if index == 0 { "temperature *T* [*J*/*k*_{B}]" } else { "" };
            axes.draw(canvas, Titles { panel: READINGS[index].2, x: Some("step of the flow"), y: Some(y) });
            draw_flows(canvas, &axes, &flows, index, &heat);
            for reference in &references {
                axes.horizontal(canvas, reference.temperature, reference.stroke);
            }
        }
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "start *T* [*J*/*k*_{B}]");
    })
}

fn draw_flows(canvas: &mut Canvas<'_>, axes: &Axes, flows: &[Flow], reading: usize, heat: &Heat) {
    for flow in flows {
        axes.band(canvas, &flow.readings[reading], heat.color(flow.start.0));
    }
    for flow in flows {
        let (samples, color) = (&flow.readings[reading], heat.color(flow.start.0));
        axes.curve(canvas, samples, Stroke::solid(color, if flows.len() > 12 { 2.0 } else { 3.0 }));
        let infinite: Vec<_> = samples.iter().filter(|sample| sample.y.is_infinite()).copied().collect();
        axes.points(canvas, &infinite, Marker::Disk, color);
    }
}

/// From the coldest to the hottest of the network's readings, the finite starts and the references; temperatures
/// from energies only so far as they lie near.
fn temperature_scale(flows: &[Flow], references: &[Reference]) -> Scale {
    let readings = |index: usize| flows.iter().flat_map(move |flow| flow.readings[index].iter().map(|sample| sample.y));
    let starts = flows.iter().map(|flow| flow.start.0).filter(|start| start.is_finite());
    let marked = references.iter().map(|reference| reference.temperature);
    let expected: Vec<f64> = starts.chain(readings(0)).chain(marked).collect();
    let hottest = expected.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let near = readings(1).filter(|value| value.is_infinite() || *value <= NEAR * hottest);
    Scale::holding(Spacing::Linear, expected.iter().copied().chain(near))
}

fn read_flows(table: &Table) -> Result<Vec<Flow>, TableError> {
    let mut flows = Vec::new();
    for start in starts(table)? {
        let rows = of_start(table, start)?;
        let read = |index: usize| over_seeds(&rows, "step", READINGS[index].0, Some(READINGS[index].1));
        flows.push(Flow { start, readings: [read(0)?, read(1)?] });
    }
    Ok(flows)
}

/// Both readings of every start, side by side.
fn numbers(flows: &[Flow]) -> Result<Table, TableError> {
    let [network, energy] = READINGS;
    let header = ["start_temperature", "start_field", "step", network.0, network.1, energy.0, energy.1];
    let mut numbers = Table::new("temperature_against_step", header);
    for Flow { start, readings: [network, energy] } in flows {
        for (a, b) in network.iter().zip(energy) {
            numbers.push([start.0, start.1, a.x, a.y, a.error, b.y, b.error].map(Into::into))?;
        }
    }
    Ok(numbers)
}
