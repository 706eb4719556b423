//! With `--live`: the whole run on one screen, and keys to stop it and to choose what is seen.

mod charts;
mod screen;
mod state;
mod tasks;
mod terminal;
#[cfg(test)]
mod tests;

use std::{
    io::{self, IsTerminal},
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};
use ratatui::crossterm::event::{self, KeyEventKind};

pub(crate) use terminal::give_back as give_back_terminal;

use super::{Event, lines, lines::Lines};
use crate::interrupt;
use screen::draw;
use state::Dashboard;
use terminal::Screen;

/// Time between two drawings, unless a key is pressed.
const REDRAW: Duration = Duration::from_millis(200);

/// The dashboard on the terminal, drawn by a thread of its own.
#[derive(Debug)]
pub(super) struct Live {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<io::Result<()>>>,
    /// What was told, for when the terminal is as it was.
    told: Vec<String>,
    /// Where things are told if the dashboard has ended before the run.
    instead: Lines,
}

#[derive(Debug)]
struct Shared {
    dashboard: Mutex<Dashboard>,
    started: Instant,
    is_closing: AtomicBool,
}

impl Live {
    /// Takes the terminal.
    pub(super) fn open() -> io::Result<Self> {
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(io::Error::other("standard input and standard error must be a terminal"));
        }
        let screen = terminal::take()?;
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            terminal::give_back();
            hook(panic);
        }));
        let shared = Arc::new(Shared {
            dashboard: Mutex::default(),
            started: Instant::now(),
            is_closing: AtomicBool::new(false),
        });
        let its = Arc::clone(&shared);
        let thread = thread::Builder::new().name("dashboard".into()).spawn(move || its.show(screen));
        let thread = thread.inspect_err(|_| terminal::give_back())?;
        Ok(Self { shared, thread: Some(thread), told: Vec::new(), instead: Lines::default() })
    }

    pub(super) fn hear(&mut self, event: &Event) {
        let mut dashboard = self.shared.dashboard.lock();
        dashboard.now = self.shared.started.elapsed();
        dashboard.hear(event);
        drop(dashboard);
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            self.close();
            self.instead.hear(event);
        } else if !matches!(event, Event::Progress(_)) {
            self.told.extend(event.line());
        }
    }

    /// Ends the dashboard, and tells what was told on it.
    fn close(&mut self) {
        self.shared.is_closing.store(true, Ordering::Relaxed);
        let result = self.thread.take().map(JoinHandle::join);
        self.told.drain(..).for_each(|line| lines::write(&line));
        if let Some(Ok(Err(error))) = result {
            lines::write(&format!("warning: the dashboard ended: {error}"));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Draws and listens to keys until the run is over or the terminal is given back.
    fn show(&self, mut screen: Screen) -> io::Result<()> {
        let result = self.keep_drawing(&mut screen);
        terminal::give_back();
        result
    }

    fn keep_drawing(&self, screen: &mut Screen) -> io::Result<()> {
        while !self.is_closing.load(Ordering::Relaxed) {
            let drawn = terminal::if_taken(|| screen.draw(|frame| draw(&self.as_of_now(), frame)).map(drop));
            let Some(result) = drawn else { return Ok(()) };
            result?;
            if event::poll(REDRAW)?
                && let Some(key) = event::read()?.as_key_event()
                && key.kind != KeyEventKind::Release
                && self.dashboard.lock().press(key)
            {
                interrupt::ask();
            }
        }
        Ok(())
    }

    fn as_of_now(&self) -> MutexGuard<'_, Dashboard> {
        let mut dashboard = self.dashboard.lock();
        dashboard.now = self.started.elapsed();
        dashboard.is_stopping = interrupt::asked();
        dashboard
    }
}
