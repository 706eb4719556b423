//! Progress and cancellation of samplers.

use crate::DataError;

/// Called with the number of samples finished since the last call, every now and then with 0; returns false to cancel.
pub type OnDone<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// Reports finished samples.
///
/// # Errors
/// [`DataError::Stopped`] if the caller cancels.
pub(crate) fn report(on_done: OnDone<'_>, n_samples: usize) -> Result<(), DataError> {
    if on_done(n_samples) { Ok(()) } else { Err(DataError::Stopped) }
}
