//! Threads that work at the same time, and stay for the next time.

use parking_lot::Mutex;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Crews that have nothing to do.
static IDLE: Mutex<Vec<ThreadPool>> = Mutex::new(Vec::new());

/// Calls `work(i)` for i < `n_threads`, each on a thread of its own, all at the same time: they may wait for each other.
///
/// The threads are kept. A new one would share its parent's core until the system finds it another, some milliseconds
/// later, while its parent waits for it.
pub(super) fn at_once(n_threads: usize, work: impl Fn(usize) + Sync) {
    if n_threads == 1 {
        return work(0);
    }
    match take(n_threads) {
        Some(crew) => {
            crew.broadcast(|thread| work(thread.index()));
            IDLE.lock().push(crew);
        }
        // The system gives no threads of the kind that can be kept.
        None => std::thread::scope(|scope| {
            let work = &work;
            (1..n_threads).for_each(|i| drop(scope.spawn(move || work(i))));
            work(0);
        }),
    }
}

fn take(n_threads: usize) -> Option<ThreadPool> {
    let mut idle = IDLE.lock();
    let fitting = idle.iter().position(|crew| crew.current_num_threads() == n_threads);
    match fitting {
        Some(place) => Some(idle.swap_remove(place)),
        None => ThreadPoolBuilder::new().num_threads(n_threads).build().ok(),
    }
}
