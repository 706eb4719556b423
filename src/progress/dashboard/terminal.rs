//! Taking the terminal and giving it back, which happens once on every way out.

use std::{io, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};

/// Whether the dashboard has the terminal; held while it draws.
static IS_TAKEN: Mutex<bool> = Mutex::new(false);

/// The terminal that standard error leads to.
pub(super) type Screen = Terminal<CrosstermBackend<io::Stderr>>;

/// Takes the terminal: keys come one by one, and what was on it comes back later.
pub(super) fn take() -> io::Result<Screen> {
    let mut is_taken = IS_TAKEN.lock();
    enable_raw_mode()?;
    *is_taken = true;
    let screen =
        execute!(io::stderr(), EnterAlternateScreen).and_then(|()| Screen::new(CrosstermBackend::new(io::stderr())));
    if screen.is_err() {
        leave(&mut is_taken);
    }
    screen
}

/// Draws, if the terminal has not been given back meanwhile.
pub(super) fn if_taken(draw: impl FnOnce() -> io::Result<()>) -> Option<io::Result<()>> {
    let is_taken = IS_TAKEN.lock();
    is_taken.then(draw)
}

/// Gives the terminal back as it was, if the dashboard has it.
pub(crate) fn give_back() {
    match when_drawn() {
        Some(mut is_taken) => leave(&mut is_taken),
        None => leave(&mut true),
    }
}

fn leave(is_taken: &mut bool) {
    if std::mem::take(is_taken) {
        // A terminal that has gone away needs nothing.
        let _ = execute!(io::stderr(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Waits until nothing is being drawn, but not for ever: a terminal that hangs, or a panic in the drawing itself, must not hang
/// the program.
fn when_drawn() -> Option<MutexGuard<'static, bool>> {
    IS_TAKEN.try_lock_for(Duration::from_millis(200))
}
