//! Without a terminal: a line now and then.

use std::{
    io::{self, Write},
    time::Instant,
};

use super::{Event, seldom::Seldom};

/// Lines on standard error.
#[derive(Debug, Default)]
pub(super) struct Lines {
    seldom: Seldom,
}

impl Lines {
    pub(super) fn hear(&mut self, event: &Event) {
        if self.seldom.lets_through(event, Instant::now()) {
            event.line().iter().for_each(|line| write(line));
        }
    }
}

/// Writes a line. That nobody reads it is no reason to stop computing.
pub(super) fn write(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
