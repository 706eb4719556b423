//! How much is trained in one operation, and on how many threads. The result depends on neither.

use std::time::Instant;

/// Adapts to the machine. An operation takes about a twentieth of a second, so that signals are heard and checkpoints written in
/// time; longer, up to a second, where there are many weights to take into it and out again. It runs on all of its threads only while that is faster than on one. The threads of a step meet every few
/// microseconds: where another program holds a core, they wait for each other longer than they compute.
#[derive(Debug)]
pub(super) struct Pace {
    n_batches: usize,
    /// Seconds that an operation should take.
    aim: f64,
    /// Thread counts to choose from, and the seconds that a batch takes with each.
    choices: Vec<(usize, f64)>,
    n_turns: usize,
}

/// Seconds that an operation should take: least, most, and for each weight some twenty times what it takes to carry it.
const LEAST_AIM: f64 = 0.05;
const MOST_AIM: f64 = 1.0;
const AIM_OF_WEIGHT: f64 = 2e-7;

/// Every so many operations the other choices are tried again, twice each: the first time threads may have to wake up.
const TRIAL: usize = 32;
const TRIES: usize = 2;

/// How much of an operation that took longer than thought is believed: it may have been disturbed.
const BELIEF: f64 = 0.2;

impl Pace {
    /// A pace for up to `n_threads` threads and machines of so many weights, all together.
    pub(super) fn new(n_threads: usize, n_weights: usize) -> Self {
        let choices = if n_threads > 1 { vec![(n_threads, 0.0), (1, 0.0)] } else { vec![(1, 0.0)] };
        Self { n_batches: 1, aim: (n_weights as f64 * AIM_OF_WEIGHT).clamp(LEAST_AIM, MOST_AIM), choices, n_turns: 0 }
    }

    /// Trains up to `n_left` batches, `work(n_batches, n_threads)`, and learns from the time it took. Returns how many.
    pub(super) fn keep<E>(
        &mut self,
        n_left: usize,
        work: impl FnOnce(usize, usize) -> Result<(), E>,
    ) -> Result<usize, E> {
        let n_batches = self.n_batches.min(n_left);
        let choice = self.choice();
        let is_first = self.n_turns < TRIES * self.choices.len();
        self.n_turns += 1;
        let clock = Instant::now();
        work(n_batches, self.choices[choice].0)?;
        let seconds = clock.elapsed().as_secs_f64();
        let (found, known) = (seconds / n_batches as f64, &mut self.choices[choice].1);
        *known = if is_first || found < *known { found } else { *known + BELIEF * (found - *known) };
        self.n_batches = match seconds {
            seconds if seconds < self.aim / 2.0 && n_batches == self.n_batches => (2 * n_batches).min(1 << 16),
            seconds if seconds > self.aim * 2.0 => (n_batches / 2).max(1),
            _ => self.n_batches,
        };
        Ok(n_batches)
    }

    /// The fastest choice, or another when it is time to try.
    fn choice(&self) -> usize {
        let n_choices = self.choices.len();
        if self.n_turns < TRIES * n_choices {
            return self.n_turns / TRIES;
        }
        let (trial, turn) = (self.n_turns / TRIAL, self.n_turns % TRIAL);
        let fastest = self.choices.iter().enumerate().min_by(|(_, a), (_, b)| a.1.total_cmp(&b.1));
        let fastest = fastest.map_or(0, |(choice, _)| choice);
        if turn < TRIES && n_choices > 1 { (fastest + 1 + trial % (n_choices - 1)) % n_choices } else { fastest }
    }
}

#[cfg(test)]
mod tests {
    use std::{thread::sleep, time::Duration};

    use super::*;

    #[test]
    fn the_faster_choice_is_kept_and_the_other_tried_now_and_then() {
        let mut pace = Pace::new(4, 8100);
        let mut counts = [0; 5];
        for _ in 0..100 {
            let result: Result<usize, ()> = pace.keep(1, |_, n_threads| {
                counts[n_threads] += 1;
                sleep(Duration::from_micros(if n_threads == 4 { 2000 } else { 50 }));
                Ok(())
            });
            assert_eq!(result, Ok(1));
        }
        assert!(counts[1] > 80 && counts[4] >= 3 && counts[1] + counts[4] == 100, "{counts:?}");
    }

    #[test]
    fn operations_grow_until_they_take_their_time() {
        let mut pace = Pace::new(1, 8100);
        let mut largest = 0;
        for _ in 0..12 {
            let done: Result<usize, ()> = pace.keep(1_000_000, |n_batches, _| {
                sleep(Duration::from_micros(200 * n_batches as u64));
                Ok(())
            });
            largest = largest.max(done.unwrap_or_default());
        }
        assert!((64..=512).contains(&largest), "{largest}");
    }
}
