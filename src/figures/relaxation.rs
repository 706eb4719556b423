//! Energy and magnetization along the flow.

use super::axes::{Axes, Titles};
use super::canvas::render;
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::scale::{Scale, Spacing};
use super::series::{band_label, require_one_machine};
use super::style::{BORDER, BOTTOM, GREY, LEFT, TOP, WIDTH};
use super::temperature_against_step::{Reading, SIDE, draw_flows, numbers, read_flows};
use super::{Figure, FigureError};
use crate::table::Table;

/// Height of the figure in pixels.
const HEIGHT: f64 = 900.0;

const ENERGY: Reading =
    ["bond_energy_per_site", "bond_energy_per_site_error", "(a) energy of the bonds", "energy per site [*J*]"];
const MAGNETIZATION: Reading =
    ["abs_magnetization_per_site", "abs_magnetization_per_site_error", "(b) magnetization", "|*m*|"];

/// Energy of the bonds, which does not depend on the start's field, and |m| per site against the step from every start, with
/// bands over the seeds.
///
/// Columns of `flow`: machine, seed, start_temperature, start_field, step, bond_energy_per_site and
/// abs_magnetization_per_site, both with _error.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn relaxation(flow: &Table) -> Result<Figure, FigureError> {
    require_one_machine(flow)?;
    let readings = [ENERGY, MAGNETIZATION];
    let flows = read_flows(flow, readings)?;
    let numbers = numbers("relaxation", &flows, readings)?;
    let heat = Heat::holding(&flows.iter().map(|flow| flow.start.0).collect::<Vec<_>>());
    let steps = Scale::holding(Spacing::LogOnePlus, flow.column("step")?);
    let entries = [Entry::new(Key::Band(GREY), band_label(flow)?)];
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, SIDE, BOTTOM);
        let panels = area.columns(2, 130.0);
        for (index, (&area, [_, _, panel, title])) in panels.iter().zip(readings).enumerate() {
            let values = flows.iter().flat_map(|flow| flow.readings[index].iter());
            let y = Scale::holding(
                Spacing::Linear,
                values.flat_map(|point| [point.y - point.error, point.y + point.error]),
            );
            let axes = Axes { area, x: steps.clone(), y };
            axes.draw(canvas, Titles { panel, x: Some("step of the flow"), y: Some(title) });
            draw_flows(canvas, &axes, &flows, index, &heat);
        }
        let bar = Rect { left: area.right + 36.0, right: area.right + 64.0, ..area };
        heat.draw_bar(canvas, bar, "start *T* [*J*/*k*_{B}]");
    })
}
