//! A barrier for threads that meet every few microseconds.

use std::{
    hint::spin_loop,
    sync::atomic::{AtomicUsize, Ordering},
    thread::yield_now,
};

/// Threads wait for each other by spinning; they give way only when the wait is long, as with more threads than cores.
///
/// It has its lines of the cache for itself: what else lay there would be slow to read for all who wait.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct SpinBarrier {
    n_threads: usize,
    n_arrived: AtomicUsize,
    generation: AtomicUsize,
}

/// Looks before a waiting thread gives way.
const PATIENCE: usize = 3000;

impl SpinBarrier {
    pub(super) fn new(n_threads: usize) -> Self {
        Self { n_threads, n_arrived: AtomicUsize::new(0), generation: AtomicUsize::new(0) }
    }

    /// Returns when all threads have called it; what each did before is then visible to all.
    pub(super) fn wait(&self) {
        if self.n_threads == 1 {
            return;
        }
        let generation = self.generation.load(Ordering::Acquire);
        if self.n_arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.n_threads {
            self.n_arrived.store(0, Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::Release);
            return;
        }
        let mut n_looks = 0;
        while self.generation.load(Ordering::Acquire) == generation {
            n_looks += 1;
            if n_looks < PATIENCE { spin_loop() } else { yield_now() }
        }
    }
}
