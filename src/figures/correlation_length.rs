//! Correlation length and Binder's ratio along the flow.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::number::short;
use super::references::Reference;
use super::scale::{Scale, Spacing};
use super::series::{band_label, require_one_machine};
use super::style::{BORDER, BOTTOM, GREY, LEFT, Stroke, TOP, WIDTH};
use super::temperature_against_step::{Reading, SIDE, draw_flows, numbers, read_flows};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 940.0;

const LENGTH: Reading = ["correlation_length", "correlation_length_error", "(a) correlation length", "*ξ* [sites]"];
const BINDER: Reading =
    ["binder_ratio", "binder_ratio_error", "(b) Binder's ratio", "*U* = 1 − ⟨*M*^{4}⟩/3⟨*M*^{2}⟩^{2}"];

/// Values of the data that stand beside the flow.
struct Level {
    label: String,
    values: [f64; 2],
    stroke: Stroke,
}

/// ξ and U against the step from every start, with bands over the seeds; as horizontal lines those of the training mixture and, on
/// the torus at H = 0, of the data nearest Tc.
///
/// Columns of `flow`: machine, seed, start_temperature, start_field, step, correlation_length and binder_ratio, both with _error; of
/// `data`: law, temperature, correlation_length, binder_ratio; of `markers`: label, temperature. An infinite ξ has a slot of its own.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn correlation_length(flow: &Table, data: &Table, markers: &Table) -> Result<Figure, FigureError> {
    require_one_machine(flow)?;
    let readings = [LENGTH, BINDER];
    let flows = read_flows(flow, readings)?;
    let numbers = numbers("correlation_length", &flows, readings)?;
    let levels = levels(data, markers)?;
    let heat = Heat::holding(&flows.iter().map(|flow| flow.start.0).collect::<Vec<_>>());
    let steps = Scale::holding(Spacing::LogOnePlus, flow.column("step")?);
    let mut entries: Vec<Entry> =
        levels.iter().map(|level| Entry::new(Key::Line(level.stroke), level.label.as_str())).collect();
    entries.push(Entry::new(Key::Band(GREY), band_label(flow)?));
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, SIDE, BOTTOM);
        let panels = area.columns(2, 140.0).into_iter().zip([Spacing::LogOnePlus, Spacing::Linear]);
        for (index, ((area, spacing), [_, _, panel, title])) in panels.zip(readings).enumerate() {
            let values = flows.iter().flat_map(|flow| &flow.readings[index]).map(|point| point.y);
            let y = Scale::holding(spacing, values.chain(levels.iter().map(|level| level.values[index])));
            let axes = Axes { area, x: steps.clone(), y };
            axes.draw(canvas, Titles { panel, x: Some("step of the flow"), y: Some(title) });
            draw_flows(canvas, &axes, &flows, index, &heat);
            for level in &levels {
                axes.horizontal(canvas, level.values[index], level.stroke);
            }
        }
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "start *T* [*J*/*k*_{B}]");
    })
}

/// The mixture, and the data nearest the critical temperature where it is marked.
fn levels(data: &Table, markers: &Table) -> Result<Vec<Level>, TableError> {
    let read = |rows: &Table, label: &str, index| -> Result<Option<Level>, TableError> {
        let [lengths, ratios] = [rows.column("correlation_length")?, rows.column("binder_ratio")?];
        let level = |(&length, &ratio): (&f64, &f64)| Level {
            label: format!("{label}: *ξ* = {}, *U* = {}", short(length), short(ratio)),
            values: [length, ratio],
            stroke: Stroke::reference(index),
        };
        Ok(lengths.first().zip(ratios.first()).map(level))
    };
    let mut levels: Vec<Level> = read(&data.filter("law", "mixture")?, "training mixture", 1)?.into_iter().collect();
    let critical = Reference::read_all(markers)?.into_iter().find(|marker| marker.label == "*T*_{c}");
    if let Some(critical) = critical {
        let boltzmann = data.filter("law", "boltzmann")?.filter("field", 0.0)?;
        let distance = |t: &f64| (t - critical.temperature).abs();
        let nearest = boltzmann.distinct("temperature")?.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(nearest) = nearest {
            let label = format!("data at *T* = {}", short(nearest));
            levels.extend(read(&boltzmann.filter("temperature", nearest)?, &label, 0)?);
        }
    }
    Ok(levels)
}
