//! The only terminal output: progress bars on a terminal, a line now and then elsewhere, results on standard output.

use std::{
    io::{self, ErrorKind, IsTerminal, Write},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

/// Where progress is told: standard error.
#[derive(Debug)]
pub struct Progress {
    bars: Option<MultiProgress>,
}

/// Seconds between two lines when there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

impl Default for Progress {
    fn default() -> Self {
        Self { bars: io::stderr().is_terminal().then(MultiProgress::new) }
    }
}

impl Progress {
    /// Says one line.
    pub fn say(&self, line: &str) {
        match &self.bars {
            // A terminal that has gone away is no reason to stop computing.
            Some(bars) => drop(bars.println(line)),
            None => drop(writeln!(io::stderr(), "{line}")),
        }
    }

    /// Begins work of `total` units, called `unit` in the rate.
    pub fn begin(&self, label: &str, total: u64, unit: &'static str) -> Work<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let template = format!("  {{msg:30}} {{wide_bar}} {{pos}}/{{len}} {{per_sec}} {unit}/s, {{eta}} left");
            let style = ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("per_sec", |state: &indicatif::ProgressState, w: &mut dyn std::fmt::Write| {
                    let _ = w.write_str(&significant(state.per_sec()));
                });
            bars.add(ProgressBar::new(total).with_style(style).with_message(label.to_owned()))
        });
        let now = Instant::now();
        Work {
            progress: self,
            label: label.into(),
            unit,
            total,
            done: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            started: now,
            told: Mutex::new(now),
            bar,
        }
    }
}

/// Work under way.
#[derive(Debug)]
pub struct Work<'p> {
    progress: &'p Progress,
    label: String,
    unit: &'static str,
    total: u64,
    done: AtomicU64,
    skipped: AtomicU64,
    started: Instant,
    told: Mutex<Instant>,
    bar: Option<ProgressBar>,
}

impl Work<'_> {
    /// Counts units that an earlier run had done: they are no part of the rate.
    pub fn skip(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
        self.skipped.fetch_add(n, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_position(self.done.load(Ordering::Relaxed));
            bar.reset_eta();
        }
    }

    /// Says one line.
    pub fn say(&self, line: &str) {
        self.progress.say(line);
    }

    /// Counts units done.
    pub fn advance(&self, n: u64) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        match &self.bar {
            Some(bar) => bar.inc(n),
            None => self.tell(done),
        }
    }

    /// One line every [`LINE_INTERVAL`].
    fn tell(&self, done: u64) {
        let Ok(mut told) = self.told.lock() else { return };
        if told.elapsed() < LINE_INTERVAL || done >= self.total {
            return;
        }
        *told = Instant::now();
        let rate = (done - self.skipped.load(Ordering::Relaxed)) as f64 / self.started.elapsed().as_secs_f64();
        let left = Duration::try_from_secs_f64((self.total - done) as f64 / rate).unwrap_or(Duration::MAX);
        self.progress.say(&format!(
            "  {}: {done} of {}, {} {}/s, {} left",
            self.label,
            self.total,
            significant(rate),
            self.unit,
            HumanDuration(left)
        ));
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A rate with three significant digits.
fn significant(rate: f64) -> String {
    let decimals = (2.0 - rate.abs().max(1e-9).log10().floor()).clamp(0.0, 4.0) as usize;
    format!("{rate:.decimals$}")
}

/// Prints a result on standard output. A reader that has gone away (`| head -1`) is no error.
///
/// # Errors
/// When standard output cannot be written, for example on a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints an error and its causes on standard error.
pub fn print_error(error: &anyhow::Error) {
    let text = error.to_string();
    let head = if text.starts_with("error") { text } else { format!("error: {text}") };
    let causes = error.chain().skip(1).map(|cause| format!("\n  because: {cause}")).collect::<String>();
    let _ = writeln!(io::stderr(), "{head}{causes}");
}
