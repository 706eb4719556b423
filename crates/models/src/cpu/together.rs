//! Several machines side by side.

use parking_lot::Mutex;

use super::{Batches, Level, TrainingState, crew::at_once, train};
use crate::ContrastiveDivergence;

/// Trains every machine on its own batches, as many machines at the same time as there are threads, each with its share of
/// them; returns for each the number of visible units that differ between the data and the reconstructions.
pub fn train_together(
    states: &mut [TrainingState],
    batches: &[Batches<'_>],
    divergence: &ContrastiveDivergence,
    n_threads: usize,
) -> Vec<u64> {
    let level = Level::best();
    let n_workers = n_threads.clamp(1, states.len().max(1));
    let mut n_flips = vec![0; states.len()];
    let machines = Mutex::new(states.iter_mut().zip(batches).zip(&mut n_flips));
    let next = || machines.lock().next();
    at_once(n_workers, |_| {
        while let Some(((state, batches), n_flips)) = next() {
            *n_flips = train(state, batches, divergence, n_threads / n_workers, level);
        }
    });
    n_flips
}
