//! On a terminal: lines, and below them a bar for each work under way.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Event, Tally};

/// Bars on standard error.
#[derive(Debug, Default)]
pub(super) struct Bars {
    all: MultiProgress,
    of_works: BTreeMap<u64, ProgressBar>,
}

impl Bars {
    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::WorkBegins(tally) => {
                let bar = ProgressBar::new(tally.total).with_style(style()).with_prefix(tally.label.clone());
                self.of_works.insert(tally.work, self.all.add(bar));
                self.advance(tally);
            }
            Event::Progress(tally) => self.advance(tally),
            Event::WorkEnds { work } => {
                if let Some(bar) = self.of_works.remove(work) {
                    bar.finish_and_clear();
                }
            }
            event => {
                if let Some(line) = event.line() {
                    // A terminal that has gone away is no reason to stop computing.
                    let _ = self.all.println(line);
                }
            }
        }
    }

    fn advance(&self, tally: &Tally) {
        if let Some(bar) = self.of_works.get(&tally.work) {
            bar.set_message(tally.pace());
            bar.set_position(tally.done);
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("  {prefix:30} {wide_bar} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
