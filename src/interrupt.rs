//! Signals: the first asks the work to save its state and stop, one that comes later ends the program at once.

use std::{
    fmt, io,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM, SIGUSR1},
    iterator::Signals,
    low_level,
};

use crate::progress::give_back_terminal;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Signals within this time are one: a scheduler may send it to the process and to its group.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Exit code of a run that stopped with its state saved and can be continued (EX_TEMPFAIL).
pub const EXIT_CODE: u8 = 75;

/// The work stopped because it was asked to; what it had finished, and a training's state, is saved.
#[derive(Clone, Copy, Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a signal asked to stop; finished tasks and checkpoints are kept")
    }
}

impl std::error::Error for Interrupted {}

/// Listens for SIGINT, SIGTERM and SIGUSR1.
///
/// # Errors
/// When the system refuses a handler or the thread.
pub fn listen() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGUSR1])?;
    thread::Builder::new().name("signals".into()).spawn(move || signals.forever().for_each(hear))?;
    Ok(())
}

/// What Ctrl-C does, for a terminal that hands keys over in place of signals.
pub(crate) fn ask() {
    hear(SIGINT);
}

fn hear(signal: i32) {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    ASKED.store(true, Ordering::Relaxed);
    if FIRST.get_or_init(Instant::now).elapsed() > AT_ONCE {
        give_back_terminal();
        low_level::exit(128 + signal);
    }
}

/// Whether the work should stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Stops the work if it should.
///
/// # Errors
/// [`Interrupted`] after a signal.
pub fn check() -> Result<(), Interrupted> {
    if asked() { Err(Interrupted) } else { Ok(()) }
}
