//! The marginal energy of several machines against the energy of the lattice, at several epochs.

use super::axes::{Axes, Titles};
use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Heat, Key};
use super::number::{fixed, short};
use super::scale::{Scale, Spacing};
use super::series::{first, require_rows, spread};
use super::style::{BORDER, BOTTOM, Dash, GREEN, GREY, INK, LEFT, SMALL, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of a row of panels in pixels, without the words below the last.
const ROW: f64 = 330.0;
/// Rows and columns at most.
const MOST: usize = 5;
/// A perfect RBM.
const PERFECT: Stroke = Stroke { color: GREEN, width: 2.6, dash: Dash::Dashed };

/// One machine at one epoch.
struct Panel {
    epoch: f64,
    /// (E, F less its mean, |m|) per site.
    points: Vec<[f64; 3]>,
    /// (E, −ln q less its mean) per site, by E; empty where it is no line.
    perfect: Vec<[f64; 2]>,
    correlation: f64,
}

/// F(v) of held-out data per site, less its mean, against the energy of the lattice, coloured by |m|: one row a machine, by its
/// number of hidden units, one column an epoch; of the first seed. The dashed line is what F of a perfect RBM would be. All
/// panels have the same axes.
///
/// Columns: machine, seed, n_hidden, epoch, temperature, field, energy_per_site, magnetization_per_site,
/// marginal_energy_per_site, exact_energy_per_site.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn energy_relation_panels(energies: &Table) -> Result<Figure, FigureError> {
    require_rows(energies)?;
    let mut rows: Vec<(String, Vec<Panel>)> = Vec::new();
    let names = energies.distinct_text("machine")?;
    let has_sizes = energies.distinct("n_hidden")?.len() == names.len();
    for machine in spread(&names, MOST) {
        let of_machine = first(&energies.filter("machine", machine)?, "seed")?;
        let size = format!("*n*_{{h}} = {}", short(of_machine.column("n_hidden")?[0]));
        let label = if has_sizes { size } else { machine.to_owned() };
        let epochs = spread(&of_machine.distinct("epoch")?, MOST);
        let panels = epochs.into_iter().map(|epoch| Panel::read(&of_machine.filter("epoch", epoch)?, epoch));
        rows.push((label, panels.collect::<Result<_, _>>()?));
    }
    let numbers = numbers(&rows)?;
    let heat = Heat { low: 0.0, high: 1.0, has_infinity: false };
    let mut entries = vec![Entry::new(Key::Dot(GREY), "held-out configurations, one seed")];
    if rows.iter().flat_map(|(_, panels)| panels).any(|panel| !panel.perfect.is_empty()) {
        entries.push(Entry::new(Key::Line(PERFECT), "perfect RBM"));
    }
    let height = 2.0 * BORDER + 60.0 + BOTTOM + ROW * rows.len() as f64;
    render(height, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER, right: WIDTH - BORDER, bottom: height - BORDER };
        let below = legend::draw(canvas, sheet, &entries).inset(0.0, 0.0, 150.0, BOTTOM);
        let bar = Rect { left: below.right + 30.0, right: below.right + 54.0, ..below.inset(0.0, TOP, 0.0, 0.0) };
        heat.draw_bar(canvas, bar, "|*m*|");
        let [x, y] = scales(&rows);
        for (index, (area, row)) in below.rows(&vec![1.0; rows.len()], 4.0).into_iter().zip(&rows).enumerate() {
            draw_row(canvas, area.inset(0.0, TOP, 0.0, 0.0), row, [&x, &y], index + 1 == rows.len(), &heat);
        }
    })
}

fn numbers(rows: &[(String, Vec<Panel>)]) -> Result<Table, TableError> {
    let header = ["machine", "epoch", "curve", "energy_per_site", "energy_of_machine_per_site"];
    let mut numbers = Table::new("energy relation panels", header);
    for (machine, panels) in rows {
        for Panel { epoch, points, perfect, .. } in panels {
            let mut push = |curve: &str, x: f64, y: f64| {
                numbers.push([machine.as_str().into(), (*epoch).into(), curve.into(), x.into(), y.into()])
            };
            points.iter().try_for_each(|[x, y, _]| push("configuration", *x, *y))?;
            perfect.iter().try_for_each(|[x, y]| push("perfect", *x, *y))?;
        }
    }
    Ok(numbers)
}

fn scales(rows: &[(String, Vec<Panel>)]) -> [Scale; 2] {
    let points = || rows.iter().flat_map(|(_, panels)| panels).flat_map(|panel| &panel.points);
    [0, 1].map(|axis| Scale::holding(Spacing::Linear, points().map(|point| point[axis])))
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (machine, panels): &(String, Vec<Panel>),
    [x, y]: [&Scale; 2],
    is_last: bool,
    heat: &Heat,
) {
    for (index, (area, panel)) in area.columns(panels.len(), 16.0).into_iter().zip(panels).enumerate() {
        let axes = Axes { area, x: x.clone(), y: y.clone() };
        let words = format!("epoch {}", short(panel.epoch));
        let title = if index == 0 { Some("*F*/*N* less its mean") } else { None };
        axes.draw(canvas, Titles { panel: &words, x: is_last.then_some("energy *E*/*N* [*J*]"), y: title });
        for &[x, y, m] in &panel.points {
            axes.at(x, y).into_iter().for_each(|center| canvas.dot(center, heat.color(m)));
        }
        let line: Vec<_> = panel.perfect.iter().filter_map(|&[x, y]| axes.at(x, y)).collect();
        canvas.line(&line, PERFECT);
        let correlation = format!("*r* = {}", fixed(panel.correlation, 2));
        canvas.text((area.right - 12.0, area.bottom - 22.0), Anchor::End, &correlation, SMALL, INK);
        if index == 0 {
            canvas.text((area.left + 14.0, area.top + 24.0), Anchor::Start, machine, SMALL, INK);
        }
    }
}

impl Panel {
    fn read(rows: &Table, epoch: f64) -> Result<Self, TableError> {
        let column = |name: &str| rows.column(name);
        let (energies, free, m) =
            (column("energy_per_site")?, column("marginal_energy_per_site")?, column("magnetization_per_site")?);
        let exact = column("exact_energy_per_site")?;
        let (centered, perfect) = (less_mean(&free), less_mean(&exact));
        let mut line: Vec<[f64; 2]> = energies.iter().zip(&perfect).map(|(&x, &y)| [x, y]).collect();
        line.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let is_line =
            line.windows(2).all(|ends| ends[1][0] - ends[0][0] > 1e-9 || (ends[1][1] - ends[0][1]).abs() < 1e-9);
        if !is_line || line.iter().any(|point| !point[1].is_finite()) {
            line.clear();
        }
        Ok(Self {
            epoch,
            correlation: correlation(&energies, &free),
            points: energies.iter().zip(&centered).zip(&m).map(|((&x, &y), m)| [x, y, m.abs()]).collect(),
            perfect: line,
        })
    }
}

fn less_mean(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}

/// Pearson's; NaN where one does not vary.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (less_mean(x), less_mean(y));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt()
}
