//! Signals: the first asks the work to save its state and stop, the second ends the program at once.

use std::{
    fmt, io,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM, SIGUSR1},
    iterator::Signals,
    low_level,
};

use crate::progress::give_back_terminal;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Exit code of a run that stopped with its state saved and can be continued (EX_TEMPFAIL).
pub const EXIT_CODE: u8 = 75;

/// The work stopped because it was asked to; what it had finished, and a training's state, is saved.
#[derive(Clone, Copy, Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped by a signal; finished tasks and checkpoints are kept: run the same command again to go on")
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
    if ASKED.swap(true, Ordering::Relaxed) {
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
