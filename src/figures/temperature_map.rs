//! The flow on the temperature axis: T after a step against T before it, beside the renormalization group.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::references::{Reference, of_panel};
use super::scale::{Scale, Spacing};
use super::series::{Sample, band_label, of_start, over_seeds, require_one_machine, starts};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, Dash, GREY, LEFT, Marker, ORANGE, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1120.0;
/// Length of an arrow in pixels.
const ARROW: f64 = 20.0;
/// Distance in standard errors below which a step has no direction.
const SIGNIFICANT: f64 = 2.0;

/// How many times hotter than all starts and references a step may be to be shown.
const NEAR: f64 = 2.5;

/// The flow of the machine, the map of renormalization, and that of block spins.
const RBM: Stroke = Stroke { color: BLUE, width: CURVE, dash: Dash::Solid };
const RG: Stroke = Stroke { color: GREY, width: CURVE, dash: Dash::Dashed };
const BLOCKS: Stroke = Stroke { color: ORANGE, width: CURVE, dash: Dash::Solid };

/// A reading of the flow: its column and the title of its panel.
type Reading = (&'static str, &'static str);

const BY_NETWORK: Reading = ("thermometer_temperature", "read by the network");
const BY_ENERGY: Reading = ("energy_temperature", "by the energy");
const BY_LIKELIHOOD: Reading = ("exact_temperature", "by the exact likelihood");

/// T(1) against T(0) of the flow from every start, and later pairs of successive steps where they are recorded, left read
/// by the network, right by the energy (in several fields by the likelihood, from the starts nearest to H = 0); the same of
/// renormalization by a factor 2. Below, arrows on the T axis point where T goes.
///
/// Columns of `flow`: machine, seed, start_temperature, start_field, step and each reading with its error; of `rg_steps`:
/// map, temperature, field, next_temperature, next_temperature_error; of `markers`: label, temperature.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn map_on_temperature_axis(flow: &Table, rg_steps: &Table, markers: &Table) -> Result<Figure, FigureError> {
    require_one_machine(flow)?;
    let references = Reference::read_all(markers)?;
    let by_energy = flow.column(BY_ENERGY.0)?.iter().any(|temperature| !temperature.is_nan());
    let field = smallest(&flow.column("start_field")?);
    let of_field = flow.filter("start_field", field)?;
    let rg = rg_steps.filter("field", field)?;
    let [blocks, curve] = split(&rg)?;
    let readings = [BY_NETWORK, if by_energy { BY_ENERGY } else { BY_LIKELIHOOD }];
    let mut maps = Vec::new();
    for reading in readings {
        maps.push(StepMap::read(&of_field, reading)?);
    }
    let scale = temperature_scale(&of_field, &maps, &references)?;
    let numbers = numbers(&maps, &curve, &blocks)?;
    let entries = entries(&references, flow, &rg)?;
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let area = legend::draw(canvas, sheet, &entries).inset(0.0, TOP, 0.0, BOTTOM);
        for ((index, area), map) in area.columns(2, 84.0).into_iter().enumerate().zip(&maps) {
            let rows = area.rows(&[1.0, 0.16], 22.0);
            let references = of_panel(&references, index == 0);
            let axes = Axes { area: rows[0], x: scale.clone(), y: scale.clone() };
            let panel = format!("({}) {}", if index == 0 { 'a' } else { 'b' }, map.title);
            let y = if index == 0 { "*T* after a step [*J*/*k*_{B}]" } else { "" };
            axes.draw(canvas, Titles { panel: &panel, x: None, y: Some(y) });
            map.draw(&axes, canvas, &curve, &blocks, &references);
            let axis = Axes { area: rows[1], x: scale.clone(), y: Scale::exactly(-1.0, 1.0) };
            axis.draw(canvas, Titles { panel: "", x: Some("*T* before a step [*J*/*k*_{B}]"), y: None });
            draw_arrows(&axis, canvas, &map.first, 0.5, RBM);
            let rg = if blocks.is_empty() { &curve } else { &blocks };
            draw_arrows(&axis, canvas, rg, -0.5, if blocks.is_empty() { RG } else { BLOCKS });
            references.iter().for_each(|reference| axis.vertical(canvas, reference.temperature, reference.stroke));
        }
    })
}

/// The steps of the flow by one reading.
struct StepMap {
    title: &'static str,
    /// T(1) against T(0) from every start.
    first: Vec<Sample>,
    /// The later pairs of successive steps.
    later: Vec<Sample>,
}

impl StepMap {
    fn read(flow: &Table, (column, title): Reading) -> Result<Self, TableError> {
        let (mut first, mut later) = (Vec::new(), Vec::new());
        for start in starts(flow)? {
            let by_step = over_seeds(&of_start(flow, start)?, "step", column, Some(&format!("{column}_error")))?;
            for pair in by_step.windows(2).filter(|pair| pair[1].x - pair[0].x < 1.5) {
                let is_first = pair[0].x < 0.5;
                // The network misreads the start as it misreads the next step; the others are without bias.
                let before = if is_first && column != BY_NETWORK.0 { start.0 } else { pair[0].y };
                let step = Sample { x: before, ..pair[1] };
                if is_first { first.push(step) } else { later.push(step) }
            }
        }
        first.retain(|step| !step.x.is_nan() && !step.y.is_nan());
        first.sort_by(|a, b| a.x.total_cmp(&b.x));
        Ok(Self { title, first, later })
    }

    fn draw(
        &self,
        axes: &Axes,
        canvas: &mut Canvas<'_>,
        curve: &[Sample],
        blocks: &[Sample],
        references: &[Reference],
    ) {
        for reference in references {
            axes.vertical(canvas, reference.temperature, reference.stroke);
        }
        let (low, high) = axes.x.ends();
        let diagonal = [low, high].map(|t| Sample { x: t, y: t, error: 0.0 });
        axes.curve(canvas, &diagonal, Stroke::solid(GREY, 2.0));
        axes.curve(canvas, &on_axis(axes, curve), RG);
        draw_points(axes, canvas, blocks, Marker::Square, Stroke { width: 2.0, ..BLOCKS });
        for point in self.later.iter().filter_map(|step| axes.at(step.x, step.y)) {
            canvas.dot(point, RBM.color);
        }
        draw_points(axes, canvas, &self.first, Marker::Disk, RBM);
    }
}

/// The samples whose x lies on its axis.
fn on_axis(axes: &Axes, samples: &[Sample]) -> Vec<Sample> {
    samples.iter().filter(|sample| axes.x.fraction(sample.x).is_some()).copied().collect()
}

/// Points with their errors on a line, which goes on where they leave the panel.
fn draw_points(axes: &Axes, canvas: &mut Canvas<'_>, samples: &[Sample], marker: Marker, stroke: Stroke) {
    let on_axis = on_axis(axes, samples);
    let finite: Vec<_> = on_axis.iter().filter(|sample| sample.x.is_finite()).copied().collect();
    axes.curve(canvas, &finite, stroke);
    let shown: Vec<_> = on_axis.into_iter().filter(|sample| axes.at(sample.x, sample.y).is_some()).collect();
    axes.error_bars(canvas, &shown, stroke.color);
    axes.points(canvas, &shown, marker, stroke.color);
}

/// An arrow at every T in the direction of the step, a dot where the step is not significant.
fn draw_arrows(axes: &Axes, canvas: &mut Canvas<'_>, steps: &[Sample], row: f64, stroke: Stroke) {
    let mut right_of_last = f64::NEG_INFINITY;
    for step in steps {
        let Some((x, y)) = axes.at(step.x, row) else { continue };
        if x < right_of_last {
            continue;
        }
        right_of_last = x + ARROW + 3.0;
        let shift = step.y - step.x;
        let is_clear = shift.abs() > SIGNIFICANT * step.error || !shift.is_finite();
        let half = if is_clear && !shift.is_nan() { 0.5 * ARROW * shift.signum() } else { 0.0 };
        canvas.arrow((x - half, y), (x + half, y), stroke);
    }
}

/// From the coldest to the hottest start, reference and first step; steps far hotter than the rest are left out.
fn temperature_scale(flow: &Table, maps: &[StepMap], references: &[Reference]) -> Result<Scale, TableError> {
    let starts = flow.column("start_temperature")?;
    let expected: Vec<f64> = starts.into_iter().chain(references.iter().map(|it| it.temperature)).collect();
    let hottest = expected.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    let steps = maps.iter().flat_map(|map| &map.first).flat_map(|step| [step.x, step.y]);
    let near = steps.filter(|&value| value <= NEAR * hottest);
    Ok(Scale::holding(Spacing::Linear, expected.iter().copied().chain(near)))
}

/// The number nearest to 0.
fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)
}

/// Steps of renormalization: of block spins, and along the curve of the map.
fn split(rg: &Table) -> Result<[Vec<Sample>; 2], TableError> {
    let samples = |rows: &Table| {
        let mut found =
            super::series::samples(rows, "temperature", "next_temperature", Some("next_temperature_error"))?;
        found.retain(|sample| sample.x.is_finite() && !sample.y.is_nan());
        Ok::<_, TableError>(found)
    };
    let mut curve = rg.filter("map", "decimation")?;
    curve.append(rg.filter("map", "migdal-kadanoff")?)?;
    Ok([samples(&rg.filter("map", "block-spins")?)?, samples(&curve)?])
}

fn entries(references: &[Reference], flow: &Table, rg: &Table) -> Result<Vec<Entry>, TableError> {
    let mut entries = vec![Entry::new(Key::PointsOnLine(Marker::Disk, RBM), "RBM flow, first step")];
    entries.push(Entry::new(Key::Dot(BLUE), "later steps"));
    let maps = rg.distinct_text("map")?;
    let name = if maps.contains(&"decimation") { "decimation, exact" } else { "Migdal–Kadanoff" };
    entries.push(Entry::new(Key::Line(RG), name));
    if maps.contains(&"block-spins") {
        entries.push(Entry::new(Key::PointsOnLine(Marker::Square, BLOCKS), "block spins of the samples"));
    }
    entries.push(Entry::new(Key::Points(Marker::Disk, BLUE), band_label(flow)?));
    entries.extend(references.iter().map(Reference::entry));
    Ok(entries)
}

fn numbers(maps: &[StepMap], curve: &[Sample], blocks: &[Sample]) -> Result<Table, TableError> {
    let header = ["reading", "what", "temperature", "next_temperature", "next_temperature_error"];
    let mut numbers = Table::new("map on the temperature axis", header);
    for map in maps {
        let parts = [("first step", &map.first[..]), ("later step", &map.later)];
        for (what, samples) in parts.into_iter().chain([("renormalization", curve), ("block spins", blocks)]) {
            for Sample { x, y, error } in samples {
                numbers.push([map.title.into(), what.into(), (*x).into(), (*y).into(), (*error).into()])?;
            }
        }
    }
    Ok(numbers)
}
