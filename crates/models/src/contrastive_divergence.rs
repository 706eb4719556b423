//! Contrastive divergence with k Gibbs steps, CD-k (Hinton 2002), for units ±1.

use burn::tensor::Tensor;

use crate::{Rbm, gibbs};

/// Settings of a training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastiveDivergence {
    /// The k of CD-k: Gibbs steps from the data to the reconstruction.
    pub n_gibbs_steps: usize,
    /// Learning rate η.
    pub learning_rate: f64,
}

impl ContrastiveDivergence {
    /// One step on a batch v, shape `[batch, n_visible]`:
    ///
    /// Δw = η ⟨vᵢ⟨hₐ⟩ − v′ᵢ⟨h′ₐ⟩⟩, Δb = η ⟨⟨hₐ⟩ − ⟨h′ₐ⟩⟩, Δc = η ⟨vᵢ − v′ᵢ⟩,
    ///
    /// with v′ the reconstruction after k sampled Gibbs steps and ⟨h⟩ = tanh(b + v w). Returns the machine after the step
    /// and the reconstruction error: the fraction of visible units that differ between v and v′, shape `[1]`.
    pub fn step(&self, rbm: Rbm, visible: Tensor<2>, key: u64) -> (Rbm, Tensor<1>) {
        let batch_size = visible.dims()[0] as f64;
        let hidden = rbm.hidden_field(visible.clone()).tanh();
        let (reconstruction, reconstructed_hidden) = self.reconstruct(&rbm, hidden.clone(), key);

        let rate = self.learning_rate / batch_size;
        let weights = visible.clone().transpose().matmul(hidden.clone())
            - reconstruction.clone().transpose().matmul(reconstructed_hidden.clone());
        let visible_bias = (visible.clone() - reconstruction.clone()).sum_dim(0).squeeze_dim(0);
        let hidden_bias = (hidden - reconstructed_hidden).sum_dim(0).squeeze_dim(0);
        let error = visible.not_equal(reconstruction).float().mean();

        let rbm = Rbm {
            weights: rbm.weights.map(|w| w + weights * rate),
            visible_bias: rbm.visible_bias.map(|c| c + visible_bias * rate),
            hidden_bias: rbm.hidden_bias.map(|b| b + hidden_bias * rate),
        };
        (rbm, error)
    }

    /// k sampled Gibbs steps from ⟨h⟩: returns v′ `[batch, n_visible]` and ⟨h′⟩ `[batch, n_hidden]`.
    /// Gibbs step i uses the draws 2i (h) and 2i + 1 (v′) of `key`.
    fn reconstruct(&self, rbm: &Rbm, mut hidden: Tensor<2>, key: u64) -> (Tensor<2>, Tensor<2>) {
        let mut draw = 0;
        loop {
            let sampled = gibbs::sample(hidden, key, draw);
            let visible = gibbs::sample(rbm.visible_field(sampled).tanh(), key, draw + 1);
            hidden = rbm.hidden_field(visible.clone()).tanh();
            draw += 2;
            if draw as usize >= 2 * self.n_gibbs_steps {
                return (visible, hidden);
            }
        }
    }
}
