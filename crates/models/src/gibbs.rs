//! Gibbs sampling: one layer given the other, with counter-based random numbers.

use burn::tensor::{Tensor, TensorData};

use crate::{Rbm, random::Draw};

/// How a layer is set from its mean ⟨s⟩ = tanh(field).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Drawn: +1 with probability (1 + ⟨s⟩)/2. The flow is then block Gibbs sampling of p(v).
    #[default]
    Sampled,
    /// The mean itself.
    MeanField,
    /// The sign of the mean.
    Rounded,
}

/// Sets a layer from its mean, shape `[batch, n_units]`.
///
/// `key` and `draw` name the random numbers; row and column of a unit do the rest (see [`crate::random`]).
pub fn set_layer(mean: Tensor<2>, update: Update, key: u64, draw: u32) -> Tensor<2> {
    match update {
        Update::Sampled => sample(mean, key, draw),
        Update::MeanField => mean,
        Update::Rounded => plus_where_positive(mean),
    }
}

/// Draws ±1 with the given mean, shape `[batch, n_units]`: +1 where ⟨s⟩ > 2u − 1.
pub fn sample(mean: Tensor<2>, key: u64, draw: u32) -> Tensor<2> {
    let [n_rows, n_columns] = mean.dims();
    let thresholds = Draw::new(key, draw).thresholds(n_rows, n_columns);
    let thresholds = Tensor::from_data(TensorData::new(thresholds, [n_rows, n_columns]), &mean.device());
    plus_where_positive(mean - thresholds)
}

/// One reconstruction v → h → v′, shape `[batch, n_visible]`: draws 0 (h) and 1 (v′) of `key`.
pub fn reconstruct(rbm: &Rbm, visible: Tensor<2>, update: Update, key: u64) -> Tensor<2> {
    let hidden = set_layer(rbm.hidden_field(visible).tanh(), update, key, 0);
    set_layer(rbm.visible_field(hidden).tanh(), update, key, 1)
}

/// +1 where x > 0, −1 elsewhere.
fn plus_where_positive(x: Tensor<2>) -> Tensor<2> {
    x.greater_elem(0.0).float().mul_scalar(2.0).sub_scalar(1.0)
}
