//! The screen as a function of the dashboard.

use std::time::Duration;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Borders, Clear, Gauge, Paragraph, Wrap},
};

use super::{charts, state::Dashboard, tasks};
use crate::progress::Tally;

/// Where charts have room beside the tasks, and below the title.
const WIDE: u16 = 70;
const HIGH: u16 = 14;

/// Draws the whole screen.
pub(super) fn draw(dashboard: &Dashboard, frame: &mut Frame<'_>) {
    let area = frame.area();
    let n_works = dashboard.works.len().min(usize::from(area.height / 8).max(1)) as u16;
    let n_messages = if area.height < HIGH { 0 } else { (area.height / 6).min(dashboard.messages.len() as u16) };
    let with_rule = |n_rows: u16| Constraint::Length(if n_rows > 0 { n_rows + 1 } else { 0 });
    let rows =
        [Constraint::Length(1), Constraint::Min(0), with_rule(n_works), with_rule(n_messages), Constraint::Length(1)];
    let [title, body, works, messages, footer] = Layout::vertical(rows).areas(area);
    draw_title(dashboard, title, frame);
    if area.width >= WIDE && area.height >= HIGH {
        let [left, right] = Layout::horizontal([Constraint::Length(32), Constraint::Min(0)]).spacing(1).areas(body);
        tasks::draw(dashboard, left, frame);
        charts::draw(dashboard, right, frame);
    } else {
        tasks::draw(dashboard, body, frame);
    }
    draw_works(&dashboard.works, works, frame);
    draw_messages(&dashboard.messages, messages, frame);
    let keys = " q stop and keep the state   Tab next machine   ? help";
    frame.render_widget(Paragraph::new(keys).dim(), footer);
    if dashboard.shows_help {
        draw_help(area, frame);
    }
}

fn draw_title(dashboard: &Dashboard, area: Rect, frame: &mut Frame<'_>) {
    let facts = &dashboard.facts;
    let time = clock(dashboard.now);
    let state =
        if dashboard.is_stopping { format!(" stopping, saving the state … {time} ") } else { format!(" {time} ") };
    let [left, right] =
        Layout::horizontal([Constraint::Min(0), Constraint::Length(state.chars().count() as u16)]).areas(area);
    let mut words = vec![Span::from(format!(" {} ", facts.experiment)).bold()];
    if !facts.title.is_empty() {
        words.push(Span::from(format!(" {} ", facts.title)));
    }
    words.push(Span::from(format!(" {}, {} threads", facts.device, facts.threads)));
    let style = Style::new().fg(Color::White).bg(if dashboard.is_stopping { Color::Red } else { Color::Blue });
    frame.render_widget(Paragraph::new(Line::from(words)).style(style), left);
    frame.render_widget(Paragraph::new(state).style(style), right);
}

fn draw_works(works: &[Tally], area: Rect, frame: &mut Frame<'_>) {
    let inner = draw_rule("work under way", area, frame);
    for (tally, row) in works.iter().zip(inner.rows()) {
        let columns = [Constraint::Percentage(30), Constraint::Min(0), Constraint::Percentage(35)];
        let [label, gauge, pace] = Layout::horizontal(columns).spacing(1).areas(row);
        let fraction = (tally.done as f64 / tally.total.max(1) as f64).clamp(0.0, 1.0);
        frame.render_widget(Paragraph::new(format!(" {}", tally.label)), label);
        let style = Style::new().fg(Color::Blue).bg(Color::DarkGray);
        frame.render_widget(Gauge::default().ratio(fraction).gauge_style(style).use_unicode(true), gauge);
        frame.render_widget(Paragraph::new(tally.pace()), pace);
    }
}

fn draw_messages(messages: &[String], area: Rect, frame: &mut Frame<'_>) {
    let inner = draw_rule("messages", area, frame);
    let last = messages.len().saturating_sub(inner.height.into());
    let lines: Vec<Line<'_>> = messages[last..]
        .iter()
        .map(|text| {
            let line = Line::from(format!(" {}", text.trim()));
            if text.starts_with("warning") { line.fg(Color::Yellow) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// A heading with a rule, and the area below it.
pub(super) fn draw_rule(title: &str, area: Rect, frame: &mut Frame<'_>) -> Rect {
    let block = Block::new().borders(Borders::TOP).border_style(Style::new().dim()).title(format!(" {title} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn draw_help(area: Rect, frame: &mut Frame<'_>) {
    let lines = [
        "q, Ctrl-C    save the state and stop, exit code 75;",
        "             the same command goes on. Again: end at once.",
        "Tab, arrows  the next machine, the one before",
        "1 … 9        the machine of this number",
        "0            the machine last heard of, whichever it is",
        "?            this help, and away with it",
        "",
        "Curves of the training against the epoch. The temperature by energy",
        "along the flow, a line a start, from blue (cold) to red (hot).",
        "All of it is in the tables of the run folder; log.jsonl tells more.",
    ];
    let area = area.centered(Constraint::Max(72), Constraint::Max(12));
    let block = Block::bordered().title(" help ");
    let text: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }).block(block), area);
}

/// 1:02:03, or 2:03.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
