//! The way of the flow through the (T, H) plane from several starts, and where the flow from every start ends.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::fixed_points::FixedPoints;
use super::layout::{Point, Rect};
use super::legend::{self, Entry, Key};
use super::number::short;
use super::plane_lines::PlaneLines;
use super::plane_points::PlanePoint;
use super::scale::{Scale, Spacing};
use super::series::{first, of_start, require_one_machine, spread, starts};
use super::style::{
    BAND, BORDER, BOTTOM, CURVE, Color, GREY, INK, LEFT, Marker, Stroke, TOP, VERMILLION, WIDTH, color,
};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};

/// Height of legend and border, and of a panel with its words, in pixels.
const HEAD: f64 = 260.0;
const PANEL: f64 = 720.0;
/// Temperatures and fields of the starts shown, at most.
const N_AXIS: usize = 3;

/// The readings of the flow, each with a panel of its own: name, columns of T and H, title.
const READINGS: [(&str, [&str; 2], &str); 2] = [
    ("exact", ["exact_temperature", "exact_field"], "by the exact likelihood of (*T*, *H*)"),
    ("thermometer", ["thermometer_temperature", "thermometer_field"], "read by the network"),
];

/// The tables of the figure, all of one machine.
#[derive(Clone, Copy, Debug)]
pub struct TrajectoryTables<'a> {
    /// machine, seed, start_temperature, start_field, step, and T and H by each reading.
    pub flow: &'a Table,
    /// The ends of single starts: seed, reading, temperature, field, their errors and covariance.
    pub ends_of_starts: &'a Table,
    /// Lines of maxima: line, field, temperature.
    pub ridges: &'a Table,
    /// The line of constant magnetization: magnetization_per_site, temperature, field.
    pub constant_magnetization: &'a Table,
    /// Fixed points of renormalization: name, temperature, field, stability.
    pub rg_fixed_points: &'a Table,
}

/// One start's way.
struct Trajectory {
    start: (f64, f64),
    /// Step, T and H.
    points: Vec<(f64, f64, f64)>,
    color: Color,
}

/// One reading.
struct Panel {
    title: String,
    trajectories: Vec<Trajectory>,
    ends: Vec<PlanePoint>,
}

/// The flow of the first seed at steps 0, 1, 10, 100, … and the last, joined from several starts, one colour for each field of
/// the start, and the ends of all starts, each with its ellipse of one standard error. Lines lead to what is
/// read beyond the axes; what is read as T = ∞ after the start has no place.
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw, or there are several machines.
pub fn trajectories(tables: TrajectoryTables<'_>) -> Result<Figure, FigureError> {
    require_one_machine(tables.flow)?;
    let flow = first(tables.flow, "seed")?;
    let seed = flow.text("seed")?[0].to_owned();
    let steps = steps(&flow.distinct("step")?);
    let shown = shown(&starts(&flow)?);
    let mut panels = Vec::new();
    for reading in READINGS {
        let ends = tables.ends_of_starts.filter("seed", seed.as_str())?.filter("reading", reading.0)?;
        let trajectories = shown.iter().map(|start| Trajectory::read(&flow, *start, &steps, reading, &shown));
        let trajectories: Vec<Trajectory> = trajectories.collect::<Result<_, _>>()?;
        if trajectories.iter().any(|it| it.points.iter().any(|point| point.1.is_finite() && point.0 > 0.0)) {
            let title = format!("({}) {}", if panels.is_empty() { 'a' } else { 'b' }, reading.2);
            panels.push(Panel { title, trajectories, ends: PlanePoint::read_all(&ends)? });
        }
    }
    if panels.is_empty() {
        return Err(FigureError::Empty { table: flow.name().to_owned() });
    }
    let lines = PlaneLines::read(tables.ridges, tables.constant_magnetization)?;
    let fixed_points = FixedPoints::read(tables.rg_fixed_points)?;
    let [x, y] = scales(&starts(&flow)?);
    let entries = entries(&shown, &steps, &seed, &lines, &fixed_points);
    let numbers = numbers(&panels, &lines)?;
    let height = HEAD + PANEL * panels.len() as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        for (area, panel) in below.rows(&vec![1.0; panels.len()], 16.0).into_iter().zip(&panels) {
            let axes = Axes { area: area.inset(0.0, TOP, 0.0, BOTTOM), x: x.clone(), y: y.clone() };
            let (t, h) = (Some("temperature *T* [*J*/*k*_{B}]"), Some("field *H* [*J*]"));
            axes.draw(canvas, Titles { panel: &panel.title, x: t, y: h });
            lines.draw(&axes, canvas, INK);
            panel.draw(&axes, canvas);
            fixed_points.draw(&axes, canvas);
        }
    })
}

/// 0, the powers of ten, and the last.
fn steps(recorded: &[f64]) -> Vec<f64> {
    let last = recorded.last().copied().unwrap_or_default();
    let is_power = |step: f64| step > 0.0 && (step.log10() - step.log10().round()).abs() < 1e-9;
    recorded.iter().copied().filter(|&step| step < 0.5 || is_power(step) || step >= last).collect()
}

/// Starts at a few temperatures and fields, the lowest and the highest among them.
fn shown(starts: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let distinct = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        spread(&values, N_AXIS)
    };
    let temperatures = distinct(starts.iter().map(|start| start.0).collect());
    let fields = distinct(starts.iter().map(|start| start.1).collect());
    let is_shown = |start: &&(f64, f64)| temperatures.contains(&start.0) && fields.contains(&start.1);
    starts.iter().filter(is_shown).copied().collect()
}

/// The fields of these starts, ascending.
fn fields(starts: &[(f64, f64)]) -> Vec<f64> {
    let mut fields: Vec<f64> = starts.iter().map(|start| start.1).collect();
    fields.sort_by(f64::total_cmp);
    fields.dedup_by(|a, b| a.total_cmp(b).is_eq());
    fields
}

/// The axes hold all starts, and the fixed points at H = 0.
fn scales(starts: &[(f64, f64)]) -> [Scale; 2] {
    let fields = fields(starts);
    let (low, high) = (fields[0].min(0.0), fields[fields.len() - 1]);
    // Room above the highest start.
    let above = high + 0.1 * (high - low);
    let temperatures = Scale::holding(Spacing::Linear, starts.iter().map(|start| start.0));
    [temperatures, Scale::holding(Spacing::Linear, [low, above])]
}

impl Trajectory {
    fn read(
        flow: &Table,
        start: (f64, f64),
        steps: &[f64],
        (reading, columns, _): (&str, [&str; 2], &str),
        shown: &[(f64, f64)],
    ) -> Result<Self, TableError> {
        let rows = of_start(flow, start)?.retain("step", steps)?;
        let mut points: Vec<(f64, f64, f64)> = rows
            .column("step")?
            .into_iter()
            .zip(rows.column(columns[0])?.into_iter().zip(rows.column(columns[1])?))
            .map(|(step, (t, h))| (step, t, h))
            .collect();
        // Exact physics reads the start as it is, but where all spins are aligned.
        if let Some(point) = points.first_mut().filter(|point| reading == "exact" && point.0 < 0.5) {
            (point.1, point.2) = start;
        }
        // Of T = ∞ only a start has a place.
        points.retain(|point| point.2.is_finite() && (point.1.is_finite() || (point.0 < 0.5 && !point.1.is_nan())));
        let index = fields(shown).iter().position(|field| field.total_cmp(&start.1).is_eq()).unwrap_or(0);
        Ok(Self { start, points, color: color(2 * index) })
    }

    /// Where its points lie, in the panel or beyond.
    fn places(&self, axes: &Axes) -> Vec<Point> {
        self.points.iter().filter_map(|&(_, t, h)| axes.pixel(t, h)).collect()
    }
}

/// The part of a line that lies in a rectangle.
fn inside(area: Rect, from: Point, to: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0, 1.0);
    for (start, step, low, high) in [(from.0, dx, area.left, area.right), (from.1, dy, area.top, area.bottom)] {
        if step.abs() < 1e-9 {
            if !(low..=high).contains(&start) {
                return None;
            }
            continue;
        }
        let (a, b) = ((low - start) / step, (high - start) / step);
        (enter, leave) = (f64::max(enter, a.min(b)), f64::min(leave, a.max(b)));
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    (enter < leave).then(|| (at(enter), at(leave)))
}

impl Panel {
    fn draw(&self, axes: &Axes, canvas: &mut Canvas<'_>) {
        for end in &self.ends {
            end.draw_ellipse(axes, canvas, VERMILLION, BAND / 2.0);
        }
        for center in self.ends.iter().filter_map(|end| axes.at(end.temperature, end.field)) {
            canvas.dot(center, VERMILLION);
        }
        for trajectory in &self.trajectories {
            let stroke = Stroke::solid(trajectory.color, CURVE);
            let places = trajectory.places(axes);
            for (from, to) in places.windows(2).filter_map(|ends| inside(axes.area, ends[0], ends[1])) {
                canvas.arrow(from, to, stroke);
            }
        }
        for trajectory in &self.trajectories {
            let places = trajectory.places(axes);
            let last = places.len().saturating_sub(1);
            for (i, center) in places.into_iter().enumerate().filter(|(_, place)| axes.area.contains(*place)) {
                match i {
                    0 => canvas.large_marker(center, Marker::Square, trajectory.color),
                    i if i == last => canvas.large_marker(center, Marker::Disk, trajectory.color),
                    _ => canvas.marker(center, Marker::Disk, trajectory.color),
                }
            }
        }
    }
}

fn entries(
    shown: &[(f64, f64)],
    steps: &[f64],
    seed: &str,
    lines: &PlaneLines,
    fixed_points: &FixedPoints,
) -> Vec<Entry> {
    let inner: Vec<String> = steps[1..steps.len().max(2) - 1].iter().map(|step| short(*step)).collect();
    let last = short(steps.last().copied().unwrap_or_default());
    let of_field = |(index, field): (usize, &f64)| {
        let stroke = Stroke::solid(color(2 * index), CURVE);
        Entry::new(Key::Line(stroke), format!("from *H* = {}", short(*field)))
    };
    let mut entries: Vec<Entry> = fields(shown).iter().enumerate().map(of_field).collect();
    entries.push(Entry::new(Key::Mark(Marker::Square, GREY), "start"));
    if !inner.is_empty() {
        entries.push(Entry::new(Key::Symbol(Marker::Disk, GREY), format!("steps {}", inner.join(", "))));
    }
    entries.push(Entry::new(Key::Mark(Marker::Disk, GREY), format!("step {last}")));
    entries.push(Entry::new(Key::Dot(VERMILLION), format!("step {last} of every start ± 1 *σ*, seed {seed}")));
    entries.extend(lines.entries(INK));
    entries.extend(fixed_points.entries());
    entries
}

const NUMBERS: [&str; 10] = [
    "panel",
    "what",
    "start_temperature",
    "start_field",
    "step",
    "temperature",
    "field",
    "temperature_error",
    "field_error",
    "covariance",
];

fn numbers(panels: &[Panel], lines: &PlaneLines) -> Result<Table, TableError> {
    let mut numbers = Table::new("trajectories", NUMBERS);
    for Panel { title, trajectories, ends } in panels {
        let mut push = |what: &str, row: [f64; 8]| {
            let texts = [Cell::from(title.as_str()), what.into()];
            numbers.push(texts.into_iter().chain(row.map(Cell::from)).collect::<Vec<_>>())
        };
        for Trajectory { start, points, .. } in trajectories {
            for &(step, t, h) in points {
                push("trajectory", [start.0, start.1, step, t, h, f64::NAN, f64::NAN, f64::NAN])?;
            }
        }
        for end in ends {
            let [t, h, t_error, h_error, covariance] = end.numbers();
            push("end of a start", [f64::NAN, f64::NAN, f64::NAN, t, h, t_error, h_error, covariance])?;
        }
        for (what, t, h) in lines.numbers() {
            push(what, [f64::NAN, f64::NAN, f64::NAN, t, h, 0.0, 0.0, 0.0])?;
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_the_frame() {
        let area = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        assert_eq!(inside(area, (5.0, 5.0), (25.0, 5.0)), Some(((5.0, 5.0), (10.0, 5.0))));
        assert_eq!(inside(area, (-5.0, 0.0), (5.0, 10.0)), Some(((0.0, 5.0), (5.0, 10.0))));
        assert_eq!(inside(area, (-5.0, 5.0), (-1.0, 5.0)), None);
        assert_eq!(inside(area, (-5.0, 20.0), (20.0, 20.0)), None);
    }
}
