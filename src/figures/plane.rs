//! The (T, H) plane: one step of the RBM flow from every start and its ends, the renormalization group, lines of maxima.

mod renormalization;

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::fixed_points::FixedPoints;
use super::landmarks::Landmarks;
use super::layout::{Rect, ellipse};
use super::legend::{self, Entry, Key};
use super::scale::{Scale, Spacing};
use super::style::{BAND, BLUE, BORDER, BOTTOM, Dash, INK, LEFT, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};
use renormalization::Renormalization;

/// Height of legend and border, and of a panel with its words, in pixels.
const HEAD: f64 = 280.0;
const PANEL: f64 = 720.0;
/// The longest arrow takes this share of the distance of neighbouring starts.
const SHARE: f64 = 0.8;
/// χ² of 2 degrees of freedom above which a step is significant: 95 %.
const SIGNIFICANT: f64 = 5.99;

/// Arrows of the flow.
const RBM: Stroke = Stroke { color: BLUE, width: 3.0, dash: Dash::Solid };

/// The readings of the flow, each with a panel of its own.
const READINGS: [(&str, &str); 2] =
    [("thermometer", "read by the network"), ("exact", "by the exact likelihood of (*T*, *H*)")];

/// The tables that the plane is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct PlaneTables<'a> {
    /// One step of the flow: seed ("all" for the mean over seeds), reading, start_temperature, start_field, temperature,
    /// field, next_temperature, next_field and their errors.
    pub vector_field: &'a Table,
    /// Ends of the flows: seed, reading, temperature, field, their errors and covariance.
    pub end_points: &'a Table,
    /// Lines of maxima: line, field, temperature, temperature_error.
    pub ridges: &'a Table,
    /// Singled-out state points: label, temperature, field.
    pub markers: &'a Table,
    /// Lines of renormalization: line, temperature, field.
    pub rg_lines: &'a Table,
    /// One step of renormalization: map, temperature, field, next_temperature, next_field.
    pub rg_steps: &'a Table,
    /// Fixed points of renormalization: name, temperature, field, stability.
    pub rg_fixed_points: &'a Table,
}

/// A step from a start: where it leads, with the errors of T and H.
#[derive(Clone, Copy, Debug)]
struct Step {
    start: (f64, f64),
    shift: (f64, f64),
    errors: (f64, f64),
}

/// One reading of the flow.
struct Panel {
    title: String,
    steps: Vec<Step>,
    landmarks: Landmarks,
}

/// The plane as the network reads it and, where that is known, by exact likelihood. Arrows show one step, all shortened by one factor,
/// the longest ones more; so is the ellipse of one standard error at the head. A dot stands where a step is not significant.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn plane(tables: PlaneTables<'_>) -> Result<Figure, FigureError> {
    let mut panels = Vec::new();
    for (reading, title) in READINGS {
        let steps = rbm_steps(tables.vector_field, reading)?;
        if !steps.is_empty() {
            let title = format!("({}) {title}", if panels.is_empty() { 'a' } else { 'b' });
            let landmarks = Landmarks::read(tables.ridges, tables.markers, tables.end_points, reading)?;
            panels.push(Panel { title, steps, landmarks });
        }
    }
    let Some(first) = panels.first() else {
        return Err(FigureError::Empty { table: tables.vector_field.name().to_owned() });
    };
    let [x, y] = scales(&panels);
    let rg = Renormalization::read(tables)?;
    let fixed_points = FixedPoints::read(tables.rg_fixed_points)?;
    let numbers = numbers(&panels, &rg, &fixed_points)?;
    let mut entries = vec![Entry::new(Key::Arrow(RBM), "one step of the RBM flow (shortened)")];
    entries.extend(rg.entry());
    entries.extend(first.landmarks.entries(INK));
    entries.extend(panels.iter().skip(1).flat_map(|panel| panel.landmarks.more_entries(&first.landmarks)));
    entries.extend(fixed_points.entries());
    let height = HEAD + PANEL * panels.len() as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        for (area, panel) in below.rows(&vec![1.0; panels.len()], 16.0).into_iter().zip(&panels) {
            let axes = Axes { area: area.inset(0.0, TOP, 0.0, BOTTOM), x: x.clone(), y: y.clone() };
            let words =
                Titles { panel: &panel.title, x: Some("temperature *T* [*J*/*k*_{B}]"), y: Some("field *H* [*J*]") };
            axes.draw(canvas, words);
            rg.draw(&axes, canvas);
            panel.landmarks.draw_lines(&axes, canvas, INK);
            draw_steps(&axes, canvas, &panel.steps, RBM);
            fixed_points.draw(&axes, canvas);
            panel.landmarks.draw_points(&axes, canvas);
        }
    })
}

/// Ends of flows are shown up to this multiple of the hottest start.
const NEAR: f64 = 1.25;

/// The axes of all panels: they hold the starts and the state points, but for ends far away.
fn scales(panels: &[Panel]) -> [Scale; 2] {
    let starts = || panels.iter().flat_map(|panel| &panel.steps).map(|step| step.start);
    let hottest = starts().map(|start| start.0).filter(|temperature| temperature.is_finite()).fold(0.0, f64::max);
    let marked = panels.iter().flat_map(|panel| panel.landmarks.temperatures(NEAR * hottest));
    let temperatures = Scale::holding(Spacing::Linear, starts().map(|start| start.0).chain(marked));
    let fields = panels.iter().flat_map(|panel| panel.landmarks.fields(&temperatures));
    let fields: Vec<f64> = starts().map(|start| start.1).chain(fields).filter(|field| field.is_finite()).collect();
    let highest = fields.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = fields.iter().copied().fold(f64::INFINITY, f64::min);
    // Room for arrows that start at the highest field.
    let above = highest + 0.1 * (highest - lowest);
    let fields = Scale::holding(Spacing::Linear, fields.into_iter().chain([above]));
    [temperatures, fields]
}

/// The steps of the mean over seeds, or of the only one, by one reading. Where the network reads the start, its reading is the origin of the step,
/// so that its bias cancels.
fn rbm_steps(table: &Table, reading: &str) -> Result<Vec<Step>, TableError> {
    let of_reading = table.filter("reading", reading)?;
    // A mean of one has no error, but its value has.
    let seed = match of_reading.distinct_text("seed")?[..] {
        [one, "all"] => one.to_owned(),
        _ => "all".to_owned(),
    };
    let rows = of_reading.filter("seed", seed)?;
    let column = |name: &str| rows.column(name);
    let (start_t, start_h) = (column("start_temperature")?, column("start_field")?);
    let is_biased = reading == READINGS[0].0;
    let (origin_t, origin_h) =
        if is_biased { (column("temperature")?, column("field")?) } else { (start_t.clone(), start_h.clone()) };
    let (next_t, next_h) = (column("next_temperature")?, column("next_field")?);
    let (error_t, error_h) = (column("next_temperature_error")?, column("next_field_error")?);
    let step = |i: usize| Step {
        start: (start_t[i], start_h[i]),
        shift: (next_t[i] - origin_t[i], next_h[i] - origin_h[i]),
        errors: (known(error_t[i]), known(error_h[i])),
    };
    Ok((0..rows.len()).map(step).filter(Step::is_known).collect())
}

/// The error, 0 where there is none.
fn known(error: f64) -> f64 {
    if error.is_finite() { error } else { 0.0 }
}

impl Step {
    fn is_known(&self) -> bool {
        !self.shift.0.is_nan() && self.shift.1.is_finite()
    }

    /// Whether it is longer than two of its standard errors.
    fn is_significant(&self) -> bool {
        let in_errors = |shift: f64, error: f64| match (shift / error).powi(2) {
            // A number without an error is known exactly.
            square if square.is_nan() => 0.0,
            square => square,
        };
        in_errors(self.shift.0, self.errors.0) + in_errors(self.shift.1, self.errors.1) > SIGNIFICANT
    }
}

/// Arrows, all shortened by one factor and none so long that it reaches its neighbour; dots where a step is not significant.
fn draw_steps(axes: &Axes, canvas: &mut Canvas<'_>, steps: &[Step], stroke: Stroke) {
    let Some((x, y)) = axes.pixels_per_unit() else { return };
    let (factor, longest) = (shortening(axes, steps), SHARE * spacing(axes, steps));
    for step in steps {
        let Some(tail) = axes.at(step.start.0, step.start.1) else { continue };
        // From T = ∞ every finite temperature lies on the left, at any distance.
        let shift = if step.shift.0.is_finite() { (step.shift.0 * x, step.shift.1 * y) } else { (-1e9, 0.0) };
        if !step.is_significant() || step.shift.0 == f64::INFINITY {
            canvas.dot(tail, stroke.color);
            continue;
        }
        let length = shift.0.hypot(shift.1);
        let scale = factor.min(longest / length);
        let head = (tail.0 + scale * shift.0, tail.1 + scale * shift.1);
        let squares = [[(scale * step.errors.0 * x).powi(2), 0.0], [0.0, (scale * step.errors.1 * y).powi(2)]];
        let corners = ellipse(head, squares);
        if corners.iter().all(|corner| axes.area.contains(*corner)) {
            canvas.polygon(&corners, stroke.color, BAND);
        }
        canvas.arrow(tail, axes.area.nearest(head), stroke);
    }
}

/// The factor that makes three of four significant arrows shorter than the longest that are drawn.
fn shortening(axes: &Axes, steps: &[Step]) -> f64 {
    let Some((x, y)) = axes.pixels_per_unit() else { return 1.0 };
    let significant = steps.iter().filter(|step| step.is_significant());
    let mut lengths: Vec<f64> = significant.map(|step| (step.shift.0 * x).hypot(step.shift.1 * y)).collect();
    lengths.retain(|length| length.is_finite());
    lengths.sort_by(f64::total_cmp);
    let long = lengths.get(lengths.len() * 3 / 4).copied().unwrap_or(0.0);
    (SHARE * spacing(axes, steps) / long.max(1e-9)).min(1.0)
}

/// The distance of neighbouring starts along T in pixels.
fn spacing(axes: &Axes, steps: &[Step]) -> f64 {
    let mut columns: Vec<f64> = steps.iter().filter_map(|step| Some(axes.at(step.start.0, step.start.1)?.0)).collect();
    columns.sort_by(f64::total_cmp);
    let distances = columns.windows(2).map(|pair| pair[1] - pair[0]).filter(|distance| *distance > 1.0);
    distances.fold(f64::INFINITY, f64::min).clamp(24.0, 90.0)
}

/// Everything drawn, one row a point.
fn numbers(panels: &[Panel], rg: &Renormalization, fixed_points: &FixedPoints) -> Result<Table, TableError> {
    let header = ["panel", "what", "temperature", "field", "temperature_error", "field_error", "covariance"];
    let mut numbers = Table::new("plane", header);
    for Panel { title, steps, landmarks } in panels {
        let mut push = |what: &str, row: [f64; 5]| {
            let texts = [Cell::from(title.as_str()), what.into()];
            numbers.push(texts.into_iter().chain(row.map(Cell::from)).collect::<Vec<_>>())
        };
        for (what, steps) in [("step of the flow", steps), ("step of renormalization", &rg.steps)] {
            for Step { start, shift, errors } in steps {
                push(&format!("{what}: start"), [start.0, start.1, 0.0, 0.0, 0.0])?;
                push(&format!("{what}: end"), [start.0 + shift.0, start.1 + shift.1, errors.0, errors.1, 0.0])?;
            }
        }
        for (line, samples) in rg.lines.iter().enumerate() {
            let what = format!("line {line} of renormalization");
            samples.iter().try_for_each(|sample| push(&what, [sample.x, sample.y, 0.0, 0.0, 0.0]))?;
        }
        let marked = landmarks.numbers().into_iter().chain(fixed_points.numbers());
        marked.into_iter().try_for_each(|(what, row)| push(&what, row))?;
    }
    Ok(numbers)
}
