//! What trainings, samples and orders must be to be trained together.

use super::{Stretch, Training};
use crate::{
    ModelError,
    error::{at_least, same},
    random::check_layer,
    rule::ContrastiveDivergence,
};

impl ContrastiveDivergence {
    /// Checks that the RBMs are of one shape, with an order and a key each, and that they can be trained on the samples.
    pub(super) fn check(
        &self,
        trainings: &[Training],
        first: &Training,
        stretch: &Stretch<'_>,
    ) -> Result<(), ModelError> {
        same("orders", stretch.orders.len(), trainings.len())?;
        same("keys", stretch.keys.len(), trainings.len())?;
        let [n_visible, n_hidden] = first.rbm.shape()?;
        same("a sample", stretch.samples.n_sites, n_visible)?;
        let (n_samples, n_order) = (stretch.samples.n_samples(), stretch.orders[0].len());
        for order in stretch.orders {
            same("order", order.len(), n_order)?;
            let largest = order.iter().max().map_or(0, |&largest| largest as usize);
            if n_order > 0 && largest >= n_samples {
                return Err(ModelError::OutOfRange { name: "sample", found: largest, limit: n_samples });
            }
        }
        for training in trainings {
            let [visible, hidden] = training.rbm.shape()?;
            same("visible_bias", visible, n_visible)?;
            same("hidden_bias", hidden, n_hidden)?;
            same("chains", training.chains.n_samples(), first.chains.n_samples())?;
            self.check_training(training, stretch.batch_size.get().min(n_order))?;
        }
        Ok(())
    }

    /// Checks that last changes and chains fit the RBM and batches of `n_rows` samples.
    pub(super) fn check_training(&self, training: &Training, n_rows: usize) -> Result<(), ModelError> {
        let [n_visible, n_hidden] = training.rbm.shape()?;
        let [visible, hidden] = training.last_change.shape()?;
        same("last change of the visible_bias", visible, n_visible)?;
        same("last change of the hidden_bias", hidden, n_hidden)?;
        same("a chain", training.chains.n_sites, n_visible)?;
        at_least(if self.persistent { n_rows.max(1) } else { 1 }, "chains", training.chains.n_samples())?;
        check_layer(n_rows, n_visible.max(n_hidden))
    }
}
