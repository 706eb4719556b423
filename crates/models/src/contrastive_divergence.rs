//! Contrastive divergence with k Gibbs steps, CD-k (Hinton 2002), for units ±1.

use burn::tensor::{DType, Int, Tensor, TensorData};

use crate::{ModelError, PackedTensor, Rbm, gibbs, rbm::parameter_like, runs_fused};

/// Settings of a training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastiveDivergence {
    /// The k of CD-k: Gibbs steps from the data to the reconstruction.
    pub n_gibbs_steps: usize,
    /// Learning rate η.
    pub learning_rate: f64,
}

/// A stretch of a training: which samples, in which order, with which random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The data.
    pub samples: &'a PackedTensor,
    /// The samples to train on, batch after batch; the last batch may be smaller.
    pub order: &'a [u32],
    /// Samples of a batch.
    pub batch_size: usize,
    /// Names the random numbers of the training.
    pub key: u64,
    /// Number of the first batch within the training.
    pub first_step: u64,
    /// Threads to use; the result does not depend on it.
    pub n_threads: usize,
}

impl ContrastiveDivergence {
    /// Trains through a stretch. Returns the machine and the number of visible units that differ between the data and their
    /// reconstructions. Fused into one operation where the device has it, else step by step.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn train(&self, rbm: Rbm, stretch: &Stretch<'_>) -> Result<(Rbm, u64), ModelError> {
        let (rbm, n_flips) = if runs_fused(&rbm.weights.device()) {
            self.train_fused(rbm, stretch)
        } else {
            self.train_plain(rbm, stretch)
        };
        let n_flips = n_flips.try_into_scalar::<i64>().map_err(|error| ModelError::Device(error.to_string()))?;
        Ok((rbm, n_flips.cast_unsigned()))
    }

    /// The reference: plain tensor operations, one batch after another. Returns the flipped units, shape `[1]`.
    pub fn train_plain(&self, rbm: Rbm, stretch: &Stretch<'_>) -> (Rbm, Tensor<1, Int>) {
        let device = rbm.weights.device();
        let mut state = (rbm, Tensor::zeros([1], (&device, DType::I32)));
        for (samples, step) in stretch.order.chunks(stretch.batch_size).zip(stretch.first_step..) {
            let visible = stretch.samples.select(indices(samples, stretch)).unpack();
            let (rbm, n_flips) = self.step(state.0, visible, stretch.key, step);
            state = (rbm, state.1 + n_flips.cast(DType::I32));
        }
        state
    }

    #[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
    fn train_fused(&self, rbm: Rbm, stretch: &Stretch<'_>) -> (Rbm, Tensor<1, Int>) {
        use crate::fused::FusedRbm;
        let (weights, visible_bias, hidden_bias, n_flips) = <burn::backend::Dispatch as FusedRbm>::train_batches(
            stretch.samples.words.clone().into_dispatch(),
            indices(stretch.order, stretch).into_dispatch(),
            rbm.weights.val().into_dispatch(),
            rbm.visible_bias.val().into_dispatch(),
            rbm.hidden_bias.val().into_dispatch(),
            stretch.batch_size,
            self.n_gibbs_steps,
            self.learning_rate,
            stretch.key,
            stretch.first_step,
            stretch.n_threads,
        );
        let rbm = Rbm {
            weights: parameter_like(rbm.weights, Tensor::from_dispatch(weights)),
            visible_bias: parameter_like(rbm.visible_bias, Tensor::from_dispatch(visible_bias)),
            hidden_bias: parameter_like(rbm.hidden_bias, Tensor::from_dispatch(hidden_bias)),
        };
        (rbm, Tensor::from_dispatch(n_flips))
    }

    #[cfg(not(any(feature = "flex", feature = "ndarray", feature = "gpu")))]
    fn train_fused(&self, rbm: Rbm, stretch: &Stretch<'_>) -> (Rbm, Tensor<1, Int>) {
        self.train_plain(rbm, stretch)
    }

    /// One step on a batch v, shape `[batch, n_visible]`:
    ///
    /// Δw = η ⟨vᵢ⟨hₐ⟩ − v′ᵢ⟨h′ₐ⟩⟩, Δb = η ⟨⟨hₐ⟩ − ⟨h′ₐ⟩⟩, Δc = η ⟨vᵢ − v′ᵢ⟩,
    ///
    /// with v′ the reconstruction after k sampled Gibbs steps and ⟨h⟩ = tanh(b + v w). Returns the machine after the step
    /// and the number of visible units that differ between v and v′, shape `[1]`.
    pub fn step(&self, rbm: Rbm, visible: Tensor<2>, key: u64, step: u64) -> (Rbm, Tensor<1, Int>) {
        let batch_size = visible.dims()[0] as f64;
        let hidden = rbm.hidden_field(visible.clone()).tanh();
        let (reconstruction, reconstructed_hidden) = self.reconstruct(&rbm, hidden.clone(), key, step);

        let rate = self.learning_rate / batch_size;
        let weights = visible.clone().transpose().matmul(hidden.clone())
            - reconstruction.clone().transpose().matmul(reconstructed_hidden.clone());
        let visible_bias = (visible.clone() - reconstruction.clone()).sum_dim(0).squeeze_dim(0);
        let hidden_bias = (hidden - reconstructed_hidden).sum_dim(0).squeeze_dim(0);
        let n_flips = visible.not_equal(reconstruction).int().sum();

        let rbm = Rbm {
            weights: rbm.weights.map(|w| w + weights * rate),
            visible_bias: rbm.visible_bias.map(|c| c + visible_bias * rate),
            hidden_bias: rbm.hidden_bias.map(|b| b + hidden_bias * rate),
        };
        (rbm, n_flips)
    }

    /// k sampled Gibbs steps from ⟨h⟩: returns v′ `[batch, n_visible]` and ⟨h′⟩ `[batch, n_hidden]`.
    /// Gibbs step i draws the layers 2i (h) and 2i + 1 (v′).
    fn reconstruct(&self, rbm: &Rbm, mut hidden: Tensor<2>, key: u64, step: u64) -> (Tensor<2>, Tensor<2>) {
        let mut layer = 0;
        loop {
            let sampled = gibbs::sample(hidden, key, step, layer);
            let visible = gibbs::sample(rbm.visible_field(sampled).tanh(), key, step, layer + 1);
            hidden = rbm.hidden_field(visible.clone()).tanh();
            layer += 2;
            if layer as usize >= 2 * self.n_gibbs_steps {
                return (visible, hidden);
            }
        }
    }
}

/// Numbers of samples on the device of the data.
fn indices(samples: &[u32], stretch: &Stretch<'_>) -> Tensor<1, Int> {
    let samples: Vec<i32> = samples.iter().map(|sample| sample.cast_signed()).collect();
    let shape = [samples.len()];
    Tensor::from_data(TensorData::new(samples, shape), (&stretch.samples.words.device(), DType::I32))
}
