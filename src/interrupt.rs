//! Signals: the first asks the work to save its state and stop, the second ends the program at once.

use std::{
    fmt,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

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
/// When the system refuses a handler.
pub fn listen() -> std::io::Result<()> {
    use signal_hook::{consts, flag};
    for signal in [consts::SIGINT, consts::SIGTERM, consts::SIGUSR1] {
        // The order matters: the second signal finds the flag set by the first.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&ASKED))?;
        flag::register(signal, Arc::clone(&ASKED))?;
    }
    Ok(())
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
