//! Progress as often as a reader of lines wants it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::Event;

/// Time between two lines on the progress of one work.
const INTERVAL: Duration = Duration::from_secs(10);

/// When each work was last told of.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    told: BTreeMap<u64, Instant>,
}

impl Seldom {
    /// Whether an event is told: of a work's progress one in ten seconds, of its beginning and end nothing, of all else
    /// everything.
    pub(super) fn lets_through(&mut self, event: &Event, now: Instant) -> bool {
        match event {
            Event::WorkBegins(tally) => {
                self.told.insert(tally.work, now);
                false
            }
            Event::Progress(tally) => {
                let told = self.told.entry(tally.work).or_insert(now);
                let is_due = now.duration_since(*told) >= INTERVAL && tally.done < tally.total;
                if is_due {
                    *told = now;
                }
                is_due
            }
            Event::WorkEnds { work } => {
                self.told.remove(work);
                false
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Tally, *};

    #[test]
    fn progress_of_each_work_once_in_ten_seconds() {
        let tally = |work, done| Tally { work, label: "work".into(), done, total: 100, unit: "step", rate: 1.0 };
        let (mut seldom, begin) = (Seldom::default(), Instant::now());
        let mut at = |seconds, event: Event| seldom.lets_through(&event, begin + Duration::from_secs(seconds));
        assert!(!at(0, Event::WorkBegins(tally(1, 0))) && !at(5, Event::WorkBegins(tally(2, 0))));
        assert!(!at(9, Event::Progress(tally(1, 9))) && at(10, Event::Progress(tally(1, 10))));
        assert!(!at(12, Event::Progress(tally(2, 7))) && at(15, Event::Progress(tally(2, 10))));
        assert!(!at(19, Event::Progress(tally(1, 19))) && at(20, Event::Progress(tally(1, 20))));
        // Its end is told otherwise.
        assert!(!at(99, Event::Progress(tally(1, 100))) && !at(99, Event::WorkEnds { work: 1 }));
        assert!(at(99, Event::Message { text: String::new() }));
    }
}
