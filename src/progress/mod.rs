//! The only terminal output, and the log. The work tells events (`Event`); on a terminal they become bars or, with `--live`, a
//! dashboard, elsewhere a line now and then; in the run folder they become `log.jsonl`. Results go to standard output.

mod bars;
mod dashboard;
mod event;
mod lines;
mod log;
mod seldom;

use std::{
    io::{self, ErrorKind, IsTerminal, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use parking_lot::Mutex;

pub(crate) use event::{Event, FlowReading, Metrics, RunFacts, Tally};

pub(crate) use dashboard::give_back_terminal;

use bars::Bars;
use dashboard::Live;
use lines::Lines;
use log::Log;

/// Whom the work tells what it does.
#[derive(Debug)]
pub struct Progress {
    listeners: Mutex<Listeners>,
    n_works: AtomicU64,
}

#[derive(Debug)]
struct Listeners {
    screen: Screen,
    log: Option<Log>,
}

/// Where standard error leads.
#[derive(Debug)]
enum Screen {
    Bars(Bars),
    Lines(Lines),
    Dashboard(Live),
}

impl Screen {
    fn hear(&mut self, event: &Event) {
        match self {
            Self::Bars(bars) => bars.hear(event),
            Self::Lines(lines) => lines.hear(event),
            Self::Dashboard(live) => live.hear(event),
        }
    }
}

impl Default for Progress {
    /// Bars on a terminal, else lines.
    fn default() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self::on(if is_terminal { Screen::Bars(Bars::default()) } else { Screen::Lines(Lines::default()) })
    }
}

impl Progress {
    /// A dashboard; where there is no terminal for it, it says so and is as without.
    pub fn live() -> Self {
        match Live::open() {
            Ok(live) => Self::on(Screen::Dashboard(live)),
            Err(error) => {
                let progress = Self::default();
                progress.warn(&format!("--live shows nothing: {error}; what the run does is told as without it"));
                progress
            }
        }
    }

    fn on(screen: Screen) -> Self {
        Self { listeners: Mutex::new(Listeners { screen, log: None }), n_works: AtomicU64::new(0) }
    }

    /// From now on every event is also appended to the file.
    pub(crate) fn log_to(&self, path: &Path) {
        match Log::open(path) {
            Ok(log) => self.listeners.lock().log = Some(log),
            Err(error) => self.warn(&without_log(&format!("{}: {error}", path.display()))),
        }
    }

    /// Says one line.
    pub fn say(&self, text: &str) {
        self.tell(Event::Message { text: text.into() });
    }

    /// Warns in one line.
    pub fn warn(&self, text: &str) {
        self.tell(Event::Warning { text: text.into() });
    }

    /// Begins work of `total` units, called `unit` in the rate.
    pub fn begin(&self, label: &str, total: u64, unit: &'static str) -> Work<'_> {
        let work = Work {
            progress: self,
            number: self.n_works.fetch_add(1, Ordering::Relaxed),
            label: label.into(),
            unit,
            total,
            done: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            started: Instant::now(),
            told: AtomicU64::new(0),
        };
        self.tell(Event::WorkBegins(work.tally()));
        work
    }

    /// Tells all who listen.
    pub(crate) fn tell(&self, event: Event) {
        let mut listeners = self.listeners.lock();
        let Listeners { screen, log } = &mut *listeners;
        if let Some(Err(error)) = log.as_mut().map(|log| log.hear(&event)) {
            // What was cut off would spoil the next line, too.
            *log = None;
            screen.hear(&Event::Warning { text: without_log(&error.to_string()) });
        }
        screen.hear(&event);
    }
}

fn without_log(error: &str) -> String {
    format!("cannot write the log, the run goes on without it: {error}")
}

/// Work under way.
#[derive(Debug)]
pub struct Work<'p> {
    progress: &'p Progress,
    number: u64,
    label: String,
    unit: &'static str,
    total: u64,
    done: AtomicU64,
    skipped: AtomicU64,
    started: Instant,
    /// When its progress was last told, in milliseconds since it started.
    told: AtomicU64,
}

/// Milliseconds between two events on the progress of one work.
const INTERVAL: u64 = 100;

impl Work<'_> {
    /// Counts units that an earlier run had done: they are no part of the rate.
    pub fn skip(&self, n: u64) {
        self.skipped.fetch_add(n, Ordering::Relaxed);
        self.done.fetch_add(n, Ordering::Relaxed);
        self.progress.tell(Event::Progress(self.tally()));
    }

    /// Counts units done.
    pub fn advance(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
        let (now, told) = (self.started.elapsed().as_millis() as u64, self.told.load(Ordering::Relaxed));
        let is_due = now >= told + INTERVAL;
        if is_due && self.told.compare_exchange(told, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.progress.tell(Event::Progress(self.tally()));
        }
    }

    /// Warns in one line.
    pub fn warn(&self, text: &str) {
        self.progress.warn(text);
    }

    /// Tells what else the work comes to.
    pub(crate) fn tell(&self, event: Event) {
        self.progress.tell(event);
    }

    fn tally(&self) -> Tally {
        let done = self.done.load(Ordering::Relaxed);
        let own = done.saturating_sub(self.skipped.load(Ordering::Relaxed));
        let rate = own as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        Tally { work: self.number, label: self.label.clone(), done, total: self.total, unit: self.unit, rate }
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.progress.tell(Event::WorkEnds { work: self.number });
    }
}

/// Prints a result on standard output. A reader that has gone away (`| head -1`) is no error. What comes from a file may hold what
/// a terminal would obey: control characters are told, not sent.
///
/// # Errors
/// When standard output cannot be written, for example on a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(harmless(text).as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The text with its control characters but for the ends of lines and tabs as `\u{1b}`.
fn harmless(text: &str) -> String {
    let is_harmless = |c: char| !c.is_control() || c == '\n' || c == '\t';
    text.chars().map(|c| if is_harmless(c) { c.to_string() } else { c.escape_default().to_string() }).collect()
}

/// Prints an error and its causes on standard error.
pub fn print_error(error: &anyhow::Error) {
    let text = error.to_string();
    let head = if text.starts_with("error") { text } else { format!("error: {text}") };
    let causes = error.chain().skip(1).map(|cause| format!("\n  because: {cause}")).collect::<String>();
    lines::write(&harmless(&format!("{head}{causes}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_of_control_characters_and_sent_none() {
        assert_eq!(harmless("T\tλ\n"), "T\tλ\n");
        assert_eq!(harmless("\u{1b}[2J\r\u{9b}"), "\\u{1b}[2J\\r\\u{9b}");
    }
}
