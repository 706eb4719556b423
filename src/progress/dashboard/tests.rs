//! The screen of planted events.

use std::time::Duration;

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
    style::Color,
};

use super::{
    screen::{clock, draw},
    state::Dashboard,
};
use crate::progress::{Event, FlowReading, Metrics, RunFacts, Tally};

fn heard(events: impl IntoIterator<Item = (u64, Event)>) -> Dashboard {
    let mut dashboard = Dashboard::default();
    for (seconds, event) in events {
        dashboard.now = Duration::from_secs(seconds);
        dashboard.hear(&event);
    }
    dashboard
}

fn training(machine: &str, epoch: usize, reconstruction_error: f64) -> Event {
    let values = vec![("reconstruction_error", reconstruction_error), ("free_energy_gap", 0.25 * epoch as f64)];
    Event::Training(Metrics { machine: machine.into(), epoch, values })
}

fn flow(step: usize) -> Event {
    let reading = |start_temperature, temperature| FlowReading { start_temperature, start_field: 0.0, temperature };
    let readings = vec![reading(0.0, 2.0), reading(6.0, 3.0), reading(f64::INFINITY, f64::INFINITY)];
    Event::Flow { machine: "reference/seed-0".into(), step, readings }
}

fn tally(work: u64, done: u64) -> Tally {
    Tally { work, label: format!("reference seed {work}"), done, total: 400, unit: "batch", rate: 20.0 }
}

/// A run with two machines, one being trained, a flow, and a warning.
fn in_the_middle() -> Dashboard {
    let tasks = ["sample", "train-rbm/reference/seed-0", "train-rbm/reference/seed-1", "flow/reference/seed-0"];
    let facts = RunFacts {
        experiment: "two-machines".into(),
        device: "flex".into(),
        threads: 2,
        tasks: tasks.map(str::to_owned).into(),
        ..RunFacts::default()
    };
    let begins = |task: &str| Event::TaskBegins { task: task.into(), reason: None };
    let done = |task: &str| Event::TaskDone { task: task.into(), seconds: 7.0 };
    heard([
        (0, Event::RunBegins(facts)),
        (0, begins(tasks[0])),
        (7, done(tasks[0])),
        (7, begins(tasks[1])),
        (7, Event::WorkBegins(tally(0, 0))),
        (8, Event::WorkBegins(tally(1, 0))),
        (8, Event::WorkEnds { work: 0 }),
        (9, training("reference/seed-0", 1, 0.4321)),
        (10, training("reference/seed-0", 2, 0.1234)),
        (10, training("reference/seed-1", 1, f64::NAN)),
        (11, flow(0)),
        (12, flow(100)),
        (12, Event::Progress(tally(1, 100))),
        (12, Event::Warning { text: "the chains have not met".into() }),
        (82, done(tasks[1])),
    ])
}

fn screen(dashboard: &Dashboard, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(dashboard, frame)).expect("a screen");
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width).map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}

fn assert_shows(screen: &str, words: &[&str]) {
    for word in words {
        assert!(screen.contains(word), "{word:?} is not on\n{screen}");
    }
}

#[test]
fn a_large_screen_shows_all() {
    let dashboard = in_the_middle();
    let buffer = screen(&dashboard, 120, 40);
    let shown = text(&buffer);
    assert_shows(&shown, &["two-machines", "flex, 2 threads", "1:22", "✓ sample", "0:07", "▶ train-rbm 1/2", "· flow"]);
    assert_shows(&shown, &["reference seed 1", "20.0 batch/s, 15s left", "warning: the chains have not met"]);
    assert_shows(&shown, &["reference/seed-0 (1 of 2, the newest)", "reconstruction error 0.1234", "epoch 2"]);
    assert_shows(&shown, &["free energy gap 0.5000", "flow, T by energy; step 100", "q stop"]);
    assert!(!shown.contains("reference seed 0"), "work that has ended is on\n{shown}");
    let drawn = |color| buffer.content.iter().any(|cell| cell.fg == color && ('⠁'..='⣿').contains(&cell_char(cell)));
    assert!(drawn(Color::Cyan) && drawn(Color::Blue), "no curve, or no line of the cold start");
}

fn cell_char(cell: &ratatui::buffer::Cell) -> char {
    cell.symbol().chars().next().unwrap_or(' ')
}

#[test]
fn smaller_screens_show_what_matters() {
    let dashboard = in_the_middle();
    let usual = text(&screen(&dashboard, 80, 24));
    assert_shows(&usual, &["two-machines", "▶ train-rbm 1/2", "reconstruction error", "flow, T by energy"]);
    assert_shows(&usual, &["batch/s, 15s left", "the chains have not met"]);
    let small = text(&screen(&dashboard, 40, 10));
    assert_shows(&small, &["two-machines", "✓ sample", "▶ train-rbm 1/2", "· flow", "20.0 batch/s", "q stop"]);
}

#[test]
fn no_size_and_no_state_is_too_much() {
    let mut with_help = in_the_middle();
    with_help.shows_help = true;
    for dashboard in [&Dashboard::default(), &in_the_middle(), &with_help] {
        for (width, height) in
            (1..130).step_by(3).flat_map(|width| (1..50).step_by(2).map(move |height| (width, height)))
        {
            assert_eq!(screen(dashboard, width, height).area.as_size(), (width, height).into());
        }
    }
}

#[test]
fn keys_choose_the_machine_ask_for_help_and_stop() {
    let mut dashboard = in_the_middle();
    let mut press = |code, modifiers| {
        let stops = dashboard.press(KeyEvent::new(code, modifiers));
        let shown = dashboard.machines[dashboard.shown()].name.clone();
        (stops, shown, dashboard.shows_help)
    };
    let plain = KeyModifiers::NONE;
    let [first, second] = ["reference/seed-0", "reference/seed-1"].map(str::to_owned);
    assert_eq!(press(KeyCode::Tab, plain), (false, second.clone(), false));
    assert_eq!(press(KeyCode::Right, plain), (false, first.clone(), false));
    assert_eq!(press(KeyCode::Left, plain), (false, second.clone(), false));
    assert_eq!(press(KeyCode::Char('9'), plain), (false, second.clone(), false));
    assert_eq!(press(KeyCode::Char('1'), plain), (false, first.clone(), false));
    assert_eq!(press(KeyCode::Char('2'), plain), (false, second, false));
    assert_eq!(press(KeyCode::Char('0'), plain), (false, first.clone(), false));
    assert_eq!(press(KeyCode::Char('?'), plain), (false, first.clone(), true));
    assert_eq!(press(KeyCode::Char('c'), plain), (false, first.clone(), true));
    assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), (true, first.clone(), true));
    assert_eq!(press(KeyCode::Char('q'), plain), (true, first, true));
    assert_shows(&text(&screen(&dashboard, 120, 40)), &["exit code 75"]);
}

#[test]
fn ends_are_told() {
    let task = |event: Event| text(&screen(&heard([(0, event)]), 80, 24));
    let failed = Event::TaskFailed { task: "flow".into(), error: "no space".into() };
    assert_shows(&task(failed), &["✗ flow", "flow: no space"]);
    assert_shows(&task(Event::TaskStopped { task: "flow".into() }), &["■ flow"]);
    assert_shows(&task(Event::TaskUpToDate { task: "flow".into() }), &["= flow", "up to date"]);
    let mut stopping = heard([]);
    stopping.is_stopping = true;
    assert_shows(&text(&screen(&stopping, 80, 24)), &["stopping, saving the state"]);
    assert_eq!([59, 61, 3661].map(|seconds| clock(Duration::from_secs(seconds))), ["0:59", "1:01", "1:01:01"]);
}
