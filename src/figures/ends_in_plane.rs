//! The ends of the flows of several machines in one (T, H) plane.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::fixed_points::FixedPoints;
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::plane_lines::{PlaneLines, within};
use super::plane_points::PlanePoint;
use super::scale::{Scale, Spacing};
use super::series::spread;
use super::style::{BAND, BORDER, BOTTOM, Color, Dash, GREY, INK, LEFT, Stroke, TOP, WIDTH, color, marker};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};

/// Height of a panel with its words, and of a line of the legend with what stands between, in pixels.
const PANEL: f64 = 720.0;
const HEAD: f64 = 120.0;
const LINE: f64 = 40.0;
/// Single ends that are shown of a machine.
const N_SINGLE: usize = 150;

/// The readings, each with a panel of its own.
const READINGS: [(&str, &str); 2] =
    [("exact", "by the exact likelihood of (*T*, *H*)"), ("thermometer", "read by the network")];

/// The tables of the figure, of all machines.
#[derive(Clone, Copy, Debug)]
pub struct EndTables<'a> {
    /// Ends of single starts: machine, n_hidden, seed, start_temperature, start_field, reading, temperature, field, their errors
    /// and covariance.
    pub ends_of_starts: &'a Table,
    /// Means over the starts, and as seed "all" over the seeds: machine, seed, reading, temperature, field, their errors and
    /// covariance.
    pub end_points: &'a Table,
    /// Lines of maxima: line, field, temperature.
    pub ridges: &'a Table,
    /// The lines of constant magnetization: machine, magnetization_per_site, temperature, field.
    pub constant_magnetization: &'a Table,
    /// Fixed points of renormalization: name, temperature, field, stability.
    pub rg_fixed_points: &'a Table,
}

/// The ends of one machine by one reading.
struct Ends {
    single: Vec<PlanePoint>,
    /// The mean over starts and seeds.
    mean: Option<PlanePoint>,
}

/// A machine with its ends by each reading.
struct Machine {
    name: String,
    n_hidden: f64,
    n_seeds: usize,
    lines: PlaneLines,
    ends: Vec<Ends>,
}

/// The end of the flow from every start, with the ellipse of one standard error, of several machines in one plane, and of each
/// the mean over starts and seeds, with the lines of constant magnetization through these. A mean beyond the
/// axes lies where its line of constant magnetization leaves them.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn ends_in_plane(tables: EndTables<'_>) -> Result<Figure, FigureError> {
    let names = tables.ends_of_starts.distinct_text("machine")?.into_iter();
    let machines: Vec<Machine> = names.map(|name| Machine::read(tables, name)).collect::<Result<_, _>>()?;
    let fixed_points = FixedPoints::read(tables.rg_fixed_points)?;
    let is_read =
        |i: &usize| machines.iter().any(|machine| machine.ends[*i].single.iter().any(|it| it.temperature.is_finite()));
    let panels: Vec<usize> = (0..READINGS.len()).filter(is_read).collect();
    if panels.is_empty() {
        return Err(FigureError::Empty { table: tables.ends_of_starts.name().to_owned() });
    }
    let [x, y] = scales(tables.ends_of_starts)?;
    let entries = entries(&machines, &fixed_points);
    let numbers = numbers(&machines)?;
    let height = HEAD + LINE * (machines.len() as f64 + 2.0) + PANEL * panels.len() as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries);
        for (i, area) in below.rows(&vec![1.0; panels.len()], 16.0).into_iter().enumerate() {
            let axes = Axes { area: area.inset(0.0, TOP, 0.0, BOTTOM), x: x.clone(), y: y.clone() };
            let title = format!("({}) {}", if i == 0 { 'a' } else { 'b' }, READINGS[panels[i]].1);
            let (t, h) = (Some("temperature *T* [*J*/*k*_{B}]"), Some("field *H* [*J*]"));
            axes.draw(canvas, Titles { panel: &title, x: t, y: h });
            draw(&axes, canvas, &machines, panels[i]);
            fixed_points.draw(&axes, canvas);
        }
    })
}

/// The axes hold all starts at finite temperatures, and the fixed points at H = 0.
fn scales(ends: &Table) -> Result<[Scale; 2], TableError> {
    let temperatures = ends.column("start_temperature")?.into_iter().filter(|t| t.is_finite());
    let fields = ends.column("start_field")?;
    let high = fields.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let low = fields.iter().copied().fold(0.0, f64::min);
    let above = high + 0.1 * (high - low);
    let fields = Scale::holding(Spacing::Linear, [low, above]);
    Ok([Scale::holding(Spacing::Linear, temperatures.chain([0.0])), fields])
}

impl Machine {
    fn read(tables: EndTables<'_>, name: &str) -> Result<Self, TableError> {
        let single = tables.ends_of_starts.filter("machine", name)?;
        let means = tables.end_points.filter("machine", name)?;
        let n_seeds = single.distinct_text("seed")?.len();
        let constant = tables.constant_magnetization.filter("machine", name)?;
        let mut ends = Vec::new();
        for (reading, _) in READINGS {
            let single = PlanePoint::read_all(&single.filter("reading", reading)?)?;
            // A mean of one seed has no error over the seeds, but over its starts.
            let seed = if n_seeds > 1 { "all" } else { means.text("seed")?.first().copied().unwrap_or("all") };
            let mean = PlanePoint::read_all(&means.filter("reading", reading)?.filter("seed", seed)?)?;
            let mean = mean.into_iter().find(|point| !point.temperature.is_nan());
            ends.push(Ends { single: spread(&single, N_SINGLE), mean });
        }
        Ok(Self {
            name: name.to_owned(),
            n_hidden: single.column("n_hidden")?.first().copied().unwrap_or(f64::NAN),
            n_seeds,
            lines: PlaneLines::read(tables.ridges, &constant)?,
            ends,
        })
    }
}

fn draw(axes: &Axes, canvas: &mut Canvas<'_>, machines: &[Machine], reading: usize) {
    if let Some(first) = machines.first() {
        axes.curve(canvas, &within(axes, &first.lines.maximal_heat), Stroke::solid(INK, 3.0));
    }
    for (i, machine) in machines.iter().enumerate() {
        axes.curve(canvas, &within(axes, &machine.lines.constant_magnetization), constant(color(i)));
        for end in &machine.ends[reading].single {
            end.draw_ellipse(axes, canvas, color(i), BAND / 3.0);
        }
    }
    for (i, machine) in machines.iter().enumerate() {
        let places = machine.ends[reading].single.iter().filter_map(|end| axes.at(end.temperature, end.field));
        places.for_each(|center| canvas.dot(center, color(i)));
    }
    for (i, machine) in machines.iter().enumerate() {
        let Some(mean) = machine.ends[reading].mean else { continue };
        mean.draw_ellipse(axes, canvas, color(i), 2.0 * BAND);
        let place = axes.at(mean.temperature, mean.field).or_else(|| machine.lines.leaves(axes));
        place.into_iter().for_each(|center| canvas.large_marker(center, marker(i), color(i)));
    }
}

/// A line of constant magnetization.
fn constant(color: Color) -> Stroke {
    Stroke { color, width: 2.0, dash: Dash::Dashed }
}

fn entries(machines: &[Machine], fixed_points: &FixedPoints) -> Vec<Entry> {
    let place = |end: &Ends| {
        end.mean.map_or("not read".to_owned(), |mean| {
            format!("({}, {})", short(round(mean.temperature)), short(round(mean.field)))
        })
    };
    let mut entries: Vec<Entry> = machines
        .iter()
        .enumerate()
        .map(|(i, machine)| {
            let seeds = if machine.n_seeds == 1 { "1 seed".to_owned() } else { format!("{} seeds", machine.n_seeds) };
            let places = machine.ends.iter().map(place).collect::<Vec<_>>().join(", by the network ");
            let label = format!("*n*_{{h}} = {} ({}, {seeds}): mean {places}", short(machine.n_hidden), machine.name);
            Entry::new(Key::Mark(marker(i), color(i)), label)
        })
        .collect();
    entries.push(Entry::new(Key::Dot(GREY), "from each start ± 1 *σ*"));
    entries.push(Entry::new(Key::Line(Stroke::solid(INK, 3.0)), "maximal *c*, exact"));
    entries.push(Entry::new(Key::Line(constant(GREY)), "magnetization of the end, exact"));
    entries.extend(fixed_points.entries());
    entries
}

/// To three decimals.
fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

fn numbers(machines: &[Machine]) -> Result<Table, TableError> {
    let header =
        ["machine", "reading", "what", "temperature", "field", "temperature_error", "field_error", "covariance"];
    let mut numbers = Table::new("ends in the plane", header);
    for machine in machines {
        let mut push = |reading: &str, what: &str, row: [f64; 5]| {
            let texts = [Cell::from(machine.name.as_str()), reading.into(), what.into()];
            numbers.push(texts.into_iter().chain(row.map(Cell::from)).collect::<Vec<_>>())
        };
        for ((reading, _), ends) in READINGS.iter().zip(&machine.ends) {
            ends.single.iter().try_for_each(|end| push(reading, "end of a start", end.numbers()))?;
            ends.mean.iter().try_for_each(|mean| push(reading, "mean", mean.numbers()))?;
        }
        machine.lines.numbers().try_for_each(|(what, t, h)| push("", what, [t, h, 0.0, 0.0, 0.0]))?;
    }
    Ok(numbers)
}
