//! Gibbs sampling: one layer given the other, and the flow, with counter-based random numbers.

use burn::tensor::{Tensor, TensorData};

use crate::{
    ModelError, PackedTensor, Rbm,
    error::same,
    random::{Draw, check_layer},
    rule::{Update, Updates},
};

/// Sets a layer from its mean, shape `[batch, n_units]`.
///
/// (`key`, `step`, `layer`) name the random numbers; row and column of a unit do the rest (see [`crate::random`]).
pub(crate) fn set_layer(mean: Tensor<2>, update: Update, key: u64, step: u64, layer: u32) -> Tensor<2> {
    match update {
        Update::Sampled => drawn(mean, key, step, layer),
        Update::MeanField => mean,
        Update::Rounded => plus_where_positive(mean),
    }
}

/// Draws ±1 with the given mean, shape `[batch, n_units]`: +1 where ⟨s⟩ > 2u − 1.
///
/// # Errors
/// [`ModelError::TooMany`] for more units than there are random numbers.
pub fn sample(mean: Tensor<2>, key: u64, step: u64, layer: u32) -> Result<Tensor<2>, ModelError> {
    let [n_rows, n_columns] = mean.dims();
    check_layer(n_rows, n_columns)?;
    Ok(drawn(mean, key, step, layer))
}

fn drawn(mean: Tensor<2>, key: u64, step: u64, layer: u32) -> Tensor<2> {
    let [n_rows, n_columns] = mean.dims();
    let thresholds = Draw::new(key, step, layer).thresholds(n_rows, n_columns);
    let thresholds = Tensor::from_data(TensorData::new(thresholds, [n_rows, n_columns]), &mean.device());
    plus_where_positive(mean - thresholds)
}

/// One reconstruction v → h → v′, shape `[batch, n_visible]`, of step `step`: draws the layers 0 (h) and 1 (v′), as far
/// as they are sampled.
///
/// # Errors
/// [`ModelError::Shape`] for rows of another length than the RBM's; [`ModelError::TooMany`] for more units than there are random
/// numbers.
pub fn reconstruct(
    rbm: &Rbm,
    visible: Tensor<2>,
    updates: Updates,
    key: u64,
    step: u64,
) -> Result<Tensor<2>, ModelError> {
    let [n_rows, n_units] = visible.dims();
    check(rbm, n_rows, n_units)?;
    Ok(reconstructed(rbm, visible, updates, key, step))
}

/// Checks that rows of `n_units` are configurations of the RBM and can be drawn.
fn check(rbm: &Rbm, n_rows: usize, n_units: usize) -> Result<(), ModelError> {
    let [n_visible, n_hidden] = rbm.shape()?;
    same("a configuration", n_units, n_visible)?;
    check_layer(n_rows, n_visible.max(n_hidden))
}

fn reconstructed(rbm: &Rbm, visible: Tensor<2>, updates: Updates, key: u64, step: u64) -> Tensor<2> {
    let hidden = set_layer(rbm.hidden_field(visible).tanh(), updates.hidden, key, step, 0);
    set_layer(rbm.visible_field(hidden).tanh(), updates.visible, key, step, 1)
}

/// `n_steps` sampled reconstructions of packed chains from step `first_step` on. Fused into one operation where the device
/// has it, else step by step.
///
/// # Errors
/// As [`reconstruct`].
pub fn flow(
    rbm: &Rbm,
    chains: PackedTensor,
    n_steps: u64,
    key: u64,
    first_step: u64,
) -> Result<PackedTensor, ModelError> {
    check(rbm, chains.n_samples(), chains.n_sites)?;
    #[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
    if crate::runs_fused(&rbm.weights.device()) && n_steps > 0 && chains.n_samples() > 0 {
        return Ok(flow_fused(rbm, chains, n_steps, key, first_step));
    }
    flow_plain(rbm, chains, n_steps, key, first_step)
}

/// The reference of [`flow`]: plain tensor operations, one step after another.
///
/// # Errors
/// As [`reconstruct`].
pub fn flow_plain(
    rbm: &Rbm,
    chains: PackedTensor,
    n_steps: u64,
    key: u64,
    first_step: u64,
) -> Result<PackedTensor, ModelError> {
    check(rbm, chains.n_samples(), chains.n_sites)?;
    if chains.n_samples() == 0 {
        return Ok(chains);
    }
    let mut visible = chains.unpack();
    for step in (0..n_steps).map(|i| first_step.wrapping_add(i)) {
        visible = reconstructed(rbm, visible, Updates::default(), key, step);
    }
    Ok(PackedTensor::pack(visible))
}

#[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
fn flow_fused(rbm: &Rbm, chains: PackedTensor, n_steps: u64, key: u64, first_step: u64) -> PackedTensor {
    use crate::fused::FusedRbm;
    let words = <burn::backend::Dispatch as FusedRbm>::flow_steps(
        chains.words.into_dispatch(),
        rbm.weights.val().into_dispatch(),
        rbm.visible_bias.val().into_dispatch(),
        rbm.hidden_bias.val().into_dispatch(),
        n_steps,
        key,
        first_step,
    );
    PackedTensor { n_sites: chains.n_sites, words: Tensor::from_dispatch(words) }
}

/// +1 where x > 0, −1 elsewhere.
fn plus_where_positive(x: Tensor<2>) -> Tensor<2> {
    x.greater_elem(0.0).float().mul_scalar(2.0).sub_scalar(1.0)
}
