//! Training curves and the flow of the machine that is shown.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style, Stylize},
    symbols::Marker,
    widgets::{Axis, Chart, Dataset, GraphType, Paragraph},
};

use super::{
    screen::draw_rule,
    state::{Curve, Dashboard, Flow, Machine},
};
use crate::progress::event::significant;

/// Rows that a chart needs.
const HEIGHT: u16 = 7;

type Points = Vec<(f64, f64)>;

pub(super) fn draw(dashboard: &Dashboard, area: Rect, frame: &mut Frame<'_>) {
    let Some(machine) = dashboard.machines.get(dashboard.shown()) else {
        let inner = draw_rule("machines", area, frame);
        return frame.render_widget(Paragraph::new(" no training and no flow yet").dim(), inner);
    };
    let which = if dashboard.is_chosen() { "0: the newest" } else { "the newest" };
    let (number, n) = (dashboard.shown() + 1, dashboard.machines.len());
    let inner = draw_rule(&format!("{} ({number} of {n}, {which})", machine.name), area, frame);
    match (machine.curves.is_empty(), machine.flows.is_empty()) {
        (_, true) => draw_training(machine, inner, frame),
        (true, false) => draw_flow(&machine.flows, inner, frame),
        (false, false) => {
            let halves = Layout::horizontal([Constraint::Percentage(45), Constraint::Min(0)]).spacing(1);
            let [left, right] = halves.areas(inner);
            draw_training(machine, left, frame);
            draw_flow(&machine.flows, right, frame);
        }
    }
}

/// As many curves as there is room for, one below the other; losses together.
fn draw_training(machine: &Machine, area: Rect, frame: &mut Frame<'_>) {
    let known: Vec<&Curve> = machine.curves.iter().filter(|curve| !curve.points.is_empty()).collect();
    let panels: Vec<&[&Curve]> = known.chunk_by(|_, next| next.name == "held_out_loss").collect();
    let n = panels.len().min(usize::from(area.height / HEIGHT).max(1));
    let rows = Layout::vertical(vec![Constraint::Fill(1); n]).split(area);
    for (curves, row) in panels.iter().zip(rows.iter()) {
        draw_curves(curves, *row, frame);
    }
}

fn draw_curves(curves: &[&Curve], area: Rect, frame: &mut Frame<'_>) {
    let colors = [Color::Cyan, Color::Yellow];
    let title = |(curve, color): (&&Curve, &Color)| {
        let last = curve.points.last().map_or(f64::NAN, |point| point.1);
        format!("{} {} ", curve.name.replace('_', " "), significant(last, 4)).fg(*color)
    };
    let titles: Vec<_> = curves.iter().zip(&colors).map(title).collect();
    let datasets = curves.iter().zip(&colors).map(|(curve, color)| dataset(&curve.points, *color)).collect();
    let all = curves.iter().flat_map(|curve| &curve.points);
    let last_epoch = all.clone().map(|point| point.0).fold(1.0, f64::max);
    let [low, high] = padded(all.map(|point| point.1));
    let x = Axis::default().bounds([0.0, last_epoch]).labels(["0".to_owned(), format!("epoch {last_epoch}")]);
    let y = Axis::default().bounds([low, high]).labels([significant(low, 3), significant(high, 3)]);
    draw_chart(titles.into(), datasets, (x, y), area, frame);
}

/// Temperature against step on a logarithmic axis; the start stands where 0.1 would.
fn draw_flow(flows: &[Flow], area: Rect, frame: &mut Frame<'_>) {
    let on_axis = |&(step, temperature): &(f64, f64)| (step.max(0.1).log10(), temperature);
    let lines: Vec<Points> = flows.iter().map(|flow| flow.points.iter().map(on_axis).collect()).collect();
    let colors = (0..flows.len()).map(|rank| color_of_rank(rank, flows.len()));
    let datasets = lines.iter().zip(colors).map(|(line, color)| dataset(line, color)).collect();
    let last = lines.iter().flatten().map(|point| point.0).fold(1.0, f64::max).ceil();
    let labels = std::iter::once("0".to_owned()).chain((0..=last as u32).map(|power| 10u64.pow(power).to_string()));
    // The hottest starts have no temperature that would tell, or one far away.
    let hottest = flows.iter().map(|flow| flow.start_temperature).filter(|t| t.is_finite()).fold(1.0, f64::max);
    let highest = hottest.max(2.5) * 1.2;
    let x = Axis::default().bounds([-1.0, last]).labels(labels);
    let middle = significant(highest / 2.0, 2);
    let y = Axis::default().bounds([0.0, highest]).labels(["0".to_owned(), middle, significant(highest, 2)]);
    let step = flows.iter().filter_map(|flow| flow.points.last()).map(|point| point.0).fold(0.0, f64::max);
    let title = vec![format!("flow, T by energy; step {step}").fg(Color::Cyan)];
    draw_chart(title.into(), datasets, (x, y), area, frame);
}

fn draw_chart(
    title: ratatui::text::Line<'_>,
    datasets: Vec<Dataset<'_>>,
    (x, y): (Axis<'_>, Axis<'_>),
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let [head, chart] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let dim = Style::new().dim();
    frame.render_widget(Paragraph::new(title), head);
    frame.render_widget(Chart::new(datasets).x_axis(x.style(dim)).y_axis(y.style(dim)).legend_position(None), chart);
}

fn dataset(points: &[(f64, f64)], color: Color) -> Dataset<'_> {
    // A line of one point would not be seen.
    let kind = if points.len() > 1 { GraphType::Line } else { GraphType::Scatter };
    Dataset::default().data(points).marker(Marker::Braille).graph_type(kind).style(Style::new().fg(color))
}

/// From cold to hot, in the colours that every terminal has.
fn color_of_rank(rank: usize, n: usize) -> Color {
    const COLORS: [Color; 6] = [Color::Blue, Color::Cyan, Color::Green, Color::Yellow, Color::LightRed, Color::Red];
    COLORS[rank * COLORS.len() / n.max(1)]
}

/// Least and largest value, with some room around them.
fn padded(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [low, high] =
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)]);
    let room = if high > low { 0.05 * (high - low) } else { 0.1 * low.abs().max(1e-3) };
    [low - room, high + room]
}
