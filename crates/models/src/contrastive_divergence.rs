//! Contrastive divergence with k Gibbs steps, CD-k (Hinton 2002), for units ±1.

use burn::tensor::{DType, Int, Tensor, TensorData};

use crate::{ModelError, PackedTensor, Rbm, gibbs, rbm::parameter_like, runs_fused};

/// The rule of a training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastiveDivergence {
    /// The k of CD-k: Gibbs steps from the data, or the persistent chains, to the reconstruction.
    pub n_gibbs_steps: usize,
    /// Learning rate η.
    pub learning_rate: f64,
    /// Momentum μ ∈ [0, 1): the part of the last change that is repeated.
    pub momentum: f64,
    /// Weight decay λ: every step takes η λ w from each weight.
    pub weight_decay: f64,
    /// Whether the reconstruction starts from persistent chains, one for each sample of a batch, in place of the data
    /// (PCD, Tieleman 2008).
    pub persistent: bool,
    /// Whether the visible bias is trained.
    pub visible_bias: bool,
    /// Whether the hidden bias is trained.
    pub hidden_bias: bool,
}

impl Default for ContrastiveDivergence {
    /// CD-1 with η = 0.1 and nothing else; both biases are trained.
    fn default() -> Self {
        Self {
            n_gibbs_steps: 1,
            learning_rate: 0.1,
            momentum: 0.0,
            weight_decay: 0.0,
            persistent: false,
            visible_bias: true,
            hidden_bias: true,
        }
    }
}

/// A machine in training, with what its training carries from step to step.
#[derive(Clone, Debug)]
pub struct Training {
    /// The machine.
    pub rbm: Rbm,
    /// The last change of every parameter.
    pub last_change: Rbm,
    /// Visible units of the persistent chains, shape `[n_chains, n_visible]`, at least as many as a batch has samples; any
    /// number of rows where they are not used.
    pub chains: PackedTensor,
}

impl Training {
    /// A training that begins.
    pub fn begin(rbm: Rbm, chains: PackedTensor) -> Self {
        let last_change = Rbm {
            weights: parameter_like(rbm.weights.clone(), rbm.weights.val().zeros_like()),
            visible_bias: parameter_like(rbm.visible_bias.clone(), rbm.visible_bias.val().zeros_like()),
            hidden_bias: parameter_like(rbm.hidden_bias.clone(), rbm.hidden_bias.val().zeros_like()),
        };
        Self { rbm, last_change, chains }
    }
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
    /// Trains through a stretch. Returns the training after it and the number of visible units that differ between the data
    /// and their reconstructions. Fused into one operation where the device has it, else step by step.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn train(&self, training: Training, stretch: &Stretch<'_>) -> Result<(Training, u64), ModelError> {
        let (training, n_flips) = if runs_fused(&training.rbm.weights.device()) {
            self.train_fused(training, stretch)
        } else {
            self.train_plain(training, stretch)
        };
        let n_flips = n_flips.try_into_scalar::<i64>().map_err(|error| ModelError::Device(error.to_string()))?;
        Ok((training, n_flips.cast_unsigned()))
    }

    /// The reference: plain tensor operations, one batch after another. Returns the flipped units, shape `[1]`.
    pub fn train_plain(&self, training: Training, stretch: &Stretch<'_>) -> (Training, Tensor<1, Int>) {
        let device = training.rbm.weights.device();
        let mut state = (training, Tensor::zeros([1], (&device, DType::I32)));
        for (samples, step) in stretch.order.chunks(stretch.batch_size).zip(stretch.first_step..) {
            let visible = stretch.samples.select(indices(samples, stretch)).unpack();
            let (training, n_flips) = self.step(state.0, visible, stretch.key, step);
            state = (training, state.1 + n_flips.cast(DType::I32));
        }
        state
    }

    #[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
    fn train_fused(&self, training: Training, stretch: &Stretch<'_>) -> (Training, Tensor<1, Int>) {
        use crate::fused::FusedRbm;
        let Training { rbm, last_change, chains } = training;
        let (weights, visible_bias, hidden_bias, d_weights, d_visible_bias, d_hidden_bias, words, n_flips) =
            <burn::backend::Dispatch as FusedRbm>::train_batches(
                stretch.samples.words.clone().into_dispatch(),
                indices(stretch.order, stretch).into_dispatch(),
                rbm.weights.val().into_dispatch(),
                rbm.visible_bias.val().into_dispatch(),
                rbm.hidden_bias.val().into_dispatch(),
                last_change.weights.val().into_dispatch(),
                last_change.visible_bias.val().into_dispatch(),
                last_change.hidden_bias.val().into_dispatch(),
                chains.words.into_dispatch(),
                *self,
                stretch.batch_size,
                stretch.key,
                stretch.first_step,
                stretch.n_threads,
            );
        let with = |old: Rbm, weights, visible_bias, hidden_bias| Rbm {
            weights: parameter_like(old.weights, Tensor::from_dispatch(weights)),
            visible_bias: parameter_like(old.visible_bias, Tensor::from_dispatch(visible_bias)),
            hidden_bias: parameter_like(old.hidden_bias, Tensor::from_dispatch(hidden_bias)),
        };
        let training = Training {
            rbm: with(rbm, weights, visible_bias, hidden_bias),
            last_change: with(last_change, d_weights, d_visible_bias, d_hidden_bias),
            chains: PackedTensor { n_sites: chains.n_sites, words: Tensor::from_dispatch(words) },
        };
        (training, Tensor::from_dispatch(n_flips))
    }

    #[cfg(not(any(feature = "flex", feature = "ndarray", feature = "gpu")))]
    fn train_fused(&self, training: Training, stretch: &Stretch<'_>) -> (Training, Tensor<1, Int>) {
        self.train_plain(training, stretch)
    }

    /// One step on a batch v, shape `[batch, n_visible]`:
    ///
    /// Δw ← μ Δw + η ⟨vᵢ⟨hₐ⟩ − v′ᵢ⟨h′ₐ⟩⟩ − η λ w, Δb ← μ Δb + η ⟨⟨hₐ⟩ − ⟨h′ₐ⟩⟩, Δc ← μ Δc + η ⟨vᵢ − v′ᵢ⟩,
    ///
    /// with v′ the reconstruction after k sampled Gibbs steps and ⟨h⟩ = tanh(b + v w). Returns the training after the step
    /// and the number of visible units that differ between v and v′, shape `[1]`.
    pub fn step(&self, training: Training, visible: Tensor<2>, key: u64, step: u64) -> (Training, Tensor<1, Int>) {
        let Training { rbm, last_change, mut chains } = training;
        let n_rows = visible.dims()[0];
        let hidden = rbm.hidden_field(visible.clone()).tanh();
        let start =
            if self.persistent { rbm.hidden_field(chains.first(n_rows).unpack()).tanh() } else { hidden.clone() };
        let (reconstruction, reconstructed_hidden) = self.reconstruct(&rbm, start, key, step);
        if self.persistent {
            chains = chains.with_first(PackedTensor::pack(reconstruction.clone()));
        }

        let rate = self.learning_rate / n_rows as f64;
        let weights = visible.clone().transpose().matmul(hidden.clone())
            - reconstruction.clone().transpose().matmul(reconstructed_hidden.clone());
        let visible_bias = (visible.clone() - reconstruction.clone()).sum_dim(0).squeeze_dim(0);
        let hidden_bias = (hidden - reconstructed_hidden).sum_dim(0).squeeze_dim(0);
        let n_flips = visible.not_equal(reconstruction).int().sum();

        let decay = rbm.weights.val() * (self.learning_rate * self.weight_decay);
        let trained = |on: bool| if on { rate } else { 0.0 };
        let last_change = Rbm {
            weights: last_change.weights.map(|w| w * self.momentum + weights * rate - decay),
            visible_bias: last_change
                .visible_bias
                .map(|c| c * self.momentum + visible_bias * trained(self.visible_bias)),
            hidden_bias: last_change.hidden_bias.map(|b| b * self.momentum + hidden_bias * trained(self.hidden_bias)),
        };
        let rbm = Rbm {
            weights: rbm.weights.map(|w| w + last_change.weights.val()),
            visible_bias: rbm.visible_bias.map(|c| c + last_change.visible_bias.val()),
            hidden_bias: rbm.hidden_bias.map(|b| b + last_change.hidden_bias.val()),
        };
        (Training { rbm, last_change, chains }, n_flips)
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
