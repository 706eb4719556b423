//! The stages with their time, and the tasks of those under way.

use std::time::Duration;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    screen::{clock, draw_rule},
    state::{Dashboard, Standing, Task},
};

pub(super) fn draw(dashboard: &Dashboard, area: Rect, frame: &mut Frame<'_>) {
    let inner = draw_rule("stages", area, frame);
    let stages = dashboard.tasks.chunk_by(|task, next| task.stage() == next.stage());
    let (mut lines, mut under_way) = (Vec::new(), 0);
    for tasks in stages {
        let standing = together(tasks);
        if standing != Standing::Waiting {
            under_way = lines.len();
        }
        lines.push(line(standing, &name(tasks), time(tasks, dashboard.now), inner.width));
        let of_many = tasks.iter().filter(|task| tasks.len() > 1 && is_worth_a_line(task));
        lines.extend(of_many.map(|task| {
            let name = format!("  {}", task.name.trim_start_matches(task.stage()).trim_start_matches('/'));
            line(task.standing, &name, time(std::slice::from_ref(task), dashboard.now), inner.width)
        }));
    }
    // Where there is no room for all, the last stage that has begun is seen.
    let hidden = lines.len().saturating_sub(inner.height.into()).min(under_way);
    frame.render_widget(Paragraph::new(lines.split_off(hidden)), inner);
}

/// What several tasks are together.
fn together(tasks: &[Task]) -> Standing {
    let any = |standing| tasks.iter().any(|task| task.standing == standing);
    let all = |standing| tasks.iter().all(|task| task.standing == standing);
    if let Some(standing) = [Standing::Failed, Standing::Stopped, Standing::Running].into_iter().find(|s| any(*s)) {
        standing
    } else if all(Standing::Waiting) || all(Standing::UpToDate) {
        tasks[0].standing
    } else if any(Standing::Waiting) {
        Standing::Running
    } else {
        Standing::Done
    }
}

fn is_worth_a_line(task: &Task) -> bool {
    matches!(task.standing, Standing::Running | Standing::Stopped | Standing::Failed)
}

fn name(tasks: &[Task]) -> String {
    let stage = tasks[0].stage();
    match tasks.len() {
        1 => stage.to_owned(),
        n => {
            let is_done = |task: &&Task| matches!(task.standing, Standing::Done | Standing::UpToDate);
            format!("{stage} {}/{n}", tasks.iter().filter(is_done).count())
        }
    }
}

/// From the first beginning to the last end, or to now.
fn time(tasks: &[Task], now: Duration) -> Option<Duration> {
    let began = tasks.iter().filter_map(|task| task.began).min()?;
    let is_running = tasks.iter().any(|task| task.standing == Standing::Running);
    let ended = tasks.iter().filter_map(|task| task.ended).max().filter(|_| !is_running).unwrap_or(now);
    Some(ended.saturating_sub(began))
}

fn line(standing: Standing, name: &str, time: Option<Duration>, width: u16) -> Line<'static> {
    let (symbol, style) = match standing {
        Standing::Waiting => ("·", Style::new().dim()),
        Standing::Running => ("▶", Style::new().fg(Color::Yellow).bold()),
        Standing::UpToDate => ("=", Style::new().fg(Color::Green)),
        Standing::Done => ("✓", Style::new().fg(Color::Green)),
        Standing::Stopped => ("■", Style::new().fg(Color::Yellow)),
        Standing::Failed => ("✗", Style::new().fg(Color::Red).bold()),
    };
    let time = match (standing, time) {
        (Standing::UpToDate, _) => "up to date".into(),
        (_, time) => time.map(clock).unwrap_or_default(),
    };
    let room = usize::from(width).saturating_sub(4 + time.len());
    Line::from(vec![Span::styled(format!(" {symbol} "), style), Span::raw(format!("{name:<room$} {time}"))])
}
