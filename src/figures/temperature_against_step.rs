//! The temperature along the flow from every start: as the network reads it and as the energy gives it.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::references::{Reference, of_panel};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, of_start, over_seeds, require_one_machine, starts};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Marker, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1000.0;
/// Room right of the panels for the scale of colours.
pub(super) const SIDE: f64 = 150.0;
/// Temperatures from energies are shown up to this multiple of the hottest other one.
const NEAR: f64 = 1.25;
/// A reading: its column, that of its error, the title of its panel and of the axis.
pub(super) type Reading = [&'static str; 4];

const BY_NETWORK: Reading = [
    "thermometer_temperature",
    "thermometer_temperature_error",
    "(a) temperature read by the network",
    "temperature *T* [*J*/*k*_{B}]",
];
const BY_ENERGY: Reading = ["energy_temperature", "energy_temperature_error", "(b) inferred from the energy", ""];
const FIELD: Reading =
    ["thermometer_field", "thermometer_field_error", "(b) field read by the network", "field *H* [*J*]"];

/// The flow from one start.
pub(super) struct Flow {
    /// (T, H)
    pub(super) start: (f64, f64),
    pub(super) readings: [Vec<Sample>; 2],
}

/// Temperature against step from every start, left read by the network, right by inverting the exact energy; where the
/// energy gives none, because the starts differ in their field, the field that the network reads.
///
/// Columns of `flow`: machine, seed, start_temperature, start_field, step, thermometer_temperature, energy_temperature and
/// its error, and in its place thermometer_field, each with its error. Columns of `markers`: label,
/// temperature. Temperatures from energies far above all others leave the panel; infinite ones have a slot of their own.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn temperature_against_step(flow: &Table, markers: &Table) -> Result<Figure, FigureError> {
    require_one_machine(flow)?;
    let references = Reference::read_all(markers)?;
    let by_energy = flow.column(BY_ENERGY[0])?.iter().any(|temperature| !temperature.is_nan());
    let readings = [BY_NETWORK, if by_energy { BY_ENERGY } else { FIELD }];
    let flows = read_flows(flow, readings)?;
    let numbers = numbers("temperature_against_step", &flows, readings)?;
    let heat = Heat::holding(&flows.iter().map(|flow| flow.start.0).collect::<Vec<_>>());
    let steps = Scale::holding(Spacing::LogOnePlus, flow.column("step")?);
    let temperatures = temperature_scale(&flows, by_energy, &references);
    let second = if by_energy { temperatures.clone() } else { field_scale(&flows) };
    let mut entries: Vec<_> = references.iter().map(Reference::entry).collect();
    entries.push(Entry::new(Key::Band(GREY), band_label(flow)?));
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, SIDE, BOTTOM);
        let panels = area.columns(2, if by_energy { 84.0 } else { 130.0 }).into_iter().zip([temperatures, second]);
        for (index, ((area, y), [_, _, panel, title])) in panels.zip(readings).enumerate() {
            let axes = Axes { area, x: steps.clone(), y };
            axes.draw(canvas, Titles { panel, x: Some("step of the flow"), y: Some(title) });
            draw_flows(canvas, &axes, &flows, index, &heat);
            if by_energy || index == 0 {
                for reference in of_panel(&references, index == 0) {
                    axes.horizontal(canvas, reference.temperature, reference.stroke);
                }
            }
        }
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "start *T* [*J*/*k*_{B}]");
    })
}

pub(super) fn draw_flows(canvas: &mut Canvas<'_>, axes: &Axes, flows: &[Flow], reading: usize, heat: &Heat) {
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
fn temperature_scale(flows: &[Flow], by_energy: bool, references: &[Reference]) -> Scale {
    let readings = |index| readings(flows, index);
    let starts = flows.iter().map(|flow| flow.start.0).filter(|start| start.is_finite());
    let marked = references.iter().map(|reference| reference.temperature);
    let expected: Vec<f64> = starts.chain(readings(0)).chain(marked).collect();
    let hottest = expected.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let near = readings(1).filter(|value| by_energy && (value.is_infinite() || *value <= NEAR * hottest));
    Scale::holding(Spacing::Linear, expected.iter().copied().chain(near))
}

/// From the lowest to the highest of the network's fields and the starts'.
fn field_scale(flows: &[Flow]) -> Scale {
    Scale::holding(Spacing::Linear, readings(flows, 1).chain(flows.iter().map(|flow| flow.start.1)))
}

/// All values of one of the two readings.
fn readings(flows: &[Flow], index: usize) -> impl Iterator<Item = f64> {
    flows.iter().flat_map(move |flow| flow.readings[index].iter().map(|sample| sample.y))
}

pub(super) fn read_flows(table: &Table, readings: [Reading; 2]) -> Result<Vec<Flow>, TableError> {
    let mut flows = Vec::new();
    for start in starts(table)? {
        let rows = of_start(table, start)?;
        let read = |[column, error, ..]: Reading| over_seeds(&rows, "step", column, Some(error));
        flows.push(Flow { start, readings: [read(readings[0])?, read(readings[1])?] });
    }
    Ok(flows)
}

/// Both readings of every start, side by side.
pub(super) fn numbers(name: &str, flows: &[Flow], readings: [Reading; 2]) -> Result<Table, TableError> {
    let [[first, first_error, ..], [second, second_error, ..]] = readings;
    let header = ["start_temperature", "start_field", "step", first, first_error, second, second_error];
    let mut numbers = Table::new(name, header);
    for Flow { start, readings: [first, second] } in flows {
        for (a, b) in first.iter().zip(second) {
            numbers.push([start.0, start.1, a.x, a.y, a.error, b.y, b.error].map(Into::into))?;
        }
    }
    Ok(numbers)
}
