//! The energy of a machine against the energy of the lattice, configuration by configuration.

use super::axes::{Axes, Titles};
use super::canvas::{Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::number::fixed;
use super::scale::{Scale, Spacing};
use super::series::{Sample, require_one_machine};
use super::style::{BORDER, BOTTOM, CURVE, Dash, GREEN, GREY, INK, LEFT, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Cell, Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 1120.0;

/// Energies of the machine: name, column, axis title.
const ENERGIES: [(&str, &str, &str); 2] = [
    ("marginal", "marginal_energy_per_site", "marginal energy *F*(*v*)/*N*"),
    ("joint", "joint_energy_per_site", "joint energy *E*(*v*, *h*)/*N*"),
];

/// Where configurations are from, and what a panel says of it.
const ORIGINS: [(&str, &str); 3] =
    [("data", "data"), ("reconstruction", "after one step"), ("flow-end", "end of the flow")];

/// Line of least squares, and of a perfect RBM.
const LINES: [Stroke; 2] =
    [Stroke { color: INK, width: CURVE, dash: Dash::Solid }, Stroke { color: GREEN, width: CURVE, dash: Dash::Dashed }];

/// Marginal and joint energy of the trained machine of the first seed against the physical energy, per site, coloured by |m|:
/// of data, of their reconstructions and at the end of the flow, each with the line of least squares and, where it is a
/// curve, −ln q of the exact law of the data, moved to the same mean: what F of a perfect RBM would be.
///
/// Columns of `scatter`: machine, seed, origin, temperature, field, energy_per_site, magnetization_per_site, marginal_, joint_ and
/// exact_energy_per_site; of `relations`: machine, seed, epoch, origin, energy, energy_per_site, machine_energy_per_site,
/// correlation, slope.
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw or there are several machines.
pub fn energy_relation(scatter: &Table, relations: &Table) -> Result<Figure, FigureError> {
    require_one_machine(scatter)?;
    let seed = scatter.distinct_text("seed")?[0].to_owned();
    let scatter = scatter.filter("seed", seed.as_str())?;
    let relations = relations.filter("seed", seed.as_str())?;
    let epoch = relations.distinct("epoch")?.last().copied().unwrap_or_default();
    let relations = relations.filter("epoch", epoch)?;
    let mut panels = Vec::new();
    for (energy, column, _) in ENERGIES {
        for (origin, _) in ORIGINS {
            let relation = relations.filter("energy", energy)?.filter("origin", origin)?;
            panels.push(Panel::of(&scatter.filter("origin", origin)?, column, &relation)?);
        }
    }
    let mut numbers = Table::new("energy_relation", ["energy", "origin", "curve", "x", "y", "abs_magnetization"]);
    for (index, panel) in panels.iter().enumerate() {
        panel.keep(&mut numbers, [ENERGIES[index / 3].0, ORIGINS[index % 3].0])?;
    }
    let heat = Heat { low: 0.0, high: 1.0, has_infinity: false };
    let of_seed = format!("configurations, seed {seed}, epoch {epoch}");
    let mut entries = vec![Entry::new(Key::Dot(GREY), of_seed), Entry::new(Key::Line(LINES[0]), "least squares")];
    if panels.iter().any(|panel| !panel.perfect.is_empty()) {
        let one_point = scatter.distinct("temperature")?.len() * scatter.distinct("field")?.len() == 1;
        let slope = if one_point { "slope 1/*T*: " } else { "" };
        entries.push(Entry::new(Key::Line(LINES[1]), format!("{slope}perfect RBM, up to a constant")));
    }
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let below = legend::draw(canvas, sheet, &entries).inset(0.0, 0.0, 150.0, 0.0);
        let bar = Rect { left: below.right + 30.0, right: below.right + 54.0, ..below.inset(0.0, TOP, 0.0, BOTTOM) };
        heat.draw_bar(canvas, bar, "|*m*|");
        for (row, area) in below.rows(&[1.0, 1.0], 10.0).into_iter().enumerate() {
            draw_row(canvas, area, row, &panels[3 * row..3 * row + 3], &heat);
        }
    })
}

/// One set of configurations.
struct Panel {
    /// (E, energy of the machine, |m|) per site.
    points: Vec<(f64, f64, f64)>,
    correlation: f64,
    line: Vec<Sample>,
    perfect: Vec<Sample>,
}

impl Panel {
    fn of(rows: &Table, column: &str, relation: &Table) -> Result<Self, FigureError> {
        let (x, y) = (rows.column("energy_per_site")?, rows.column(column)?);
        let (m, exact) = (rows.column("magnetization_per_site")?, rows.column("exact_energy_per_site")?);
        let number = |column: &str| -> Result<f64, TableError> {
            Ok(relation.column(column)?.first().copied().unwrap_or(f64::NAN))
        };
        let (slope, center) = (number("slope")?, [number("energy_per_site")?, number("machine_energy_per_site")?]);
        let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
        let on_line = |x: f64| point(x, center[1] + slope * (x - center[0]));
        let shift = y.iter().zip(&exact).map(|(y, exact)| y - exact).sum::<f64>() / y.len() as f64;
        let points = x.iter().zip(&y).zip(&m).map(|((&x, &y), m)| (x, y, m.abs())).collect();
        Ok(Self {
            points,
            correlation: number("correlation")?,
            line: [low, high].map(on_line).into_iter().filter(Sample::is_finite).collect(),
            perfect: curve(x.into_iter().zip(exact.into_iter().map(|exact| exact + shift)).collect()),
        })
    }

    fn keep(&self, numbers: &mut Table, head: [&str; 2]) -> Result<(), TableError> {
        let points = self.points.iter().map(|&(x, y, m)| ("configuration", x, y, m));
        let line = |name| move |sample: &Sample| (name, sample.x, sample.y, f64::NAN);
        let lines = self.line.iter().map(line("least-squares")).chain(self.perfect.iter().map(line("perfect")));
        points.chain(lines).try_for_each(|(curve, x, y, m)| {
            let mut row = [head[0], head[1], curve].map(Cell::from).to_vec();
            row.extend([x, y, m].map(Cell::from));
            numbers.push(row)
        })
    }
}

fn point(x: f64, y: f64) -> Sample {
    Sample { x, y, error: 0.0 }
}

/// The points as a curve, if they are one: nothing where one x has several y, as where the law depends on M too.
fn curve(mut points: Vec<(f64, f64)>) -> Vec<Sample> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_known = points.iter().all(|point| point.1.is_finite());
    let is_same = |a: f64, b: f64| (a - b).abs() < 1e-9;
    if !is_known || points.windows(2).any(|ends| is_same(ends[0].0, ends[1].0) && !is_same(ends[0].1, ends[1].1)) {
        return Vec::new();
    }
    points.dedup_by(|a, b| is_same(a.0, b.0));
    points.into_iter().map(|(x, y)| point(x, y)).collect()
}

fn draw_row(canvas: &mut Canvas<'_>, area: Rect, row: usize, panels: &[Panel], heat: &Heat) {
    let points = || panels.iter().flat_map(|panel| &panel.points);
    let x = Scale::holding(Spacing::Linear, points().map(|point| point.0));
    let y = Scale::holding(Spacing::Linear, points().map(|point| point.1));
    let columns = area.inset(0.0, TOP, 0.0, BOTTOM).columns(3, 24.0);
    for (index, (area, panel)) in columns.into_iter().zip(panels).enumerate() {
        let axes = Axes { area, x: x.clone(), y: y.clone() };
        let letter = ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"][3 * row + index];
        let name = format!("{letter} {}: *r* = {}", ORIGINS[index].1, fixed(panel.correlation, 3));
        let title = (index == 0).then_some(ENERGIES[row].2);
        axes.draw(canvas, Titles { panel: &name, x: Some("energy *E*/*N* [*J*]"), y: title });
        for &(x, y, m) in &panel.points {
            axes.at(x, y).into_iter().for_each(|center| canvas.dot(center, heat.color(m)));
        }
        axes.curve(canvas, &panel.perfect, LINES[1]);
        axes.curve(canvas, &panel.line, LINES[0]);
    }
}
