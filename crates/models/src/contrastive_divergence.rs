//! Contrastive divergence with k Gibbs steps, CD-k (Hinton 2002), for units ±1.

mod check;

use std::num::NonZeroUsize;

use burn::tensor::{DType, Int, Tensor, TensorData};

use crate::{
    ModelError, PackedTensor, Rbm,
    error::{at_least, same},
    gibbs::set_layer,
    is_host,
    rbm::parameter_like,
    rule::ContrastiveDivergence,
    runs_fused,
};

/// A machine in training, with what its training carries from step to step.
#[derive(Clone, Debug)]
pub struct Training {
    /// The machine.
    pub rbm: Rbm,
    /// The last change of every parameter.
    pub last_change: Rbm,
    /// Visible units of the persistent chains, shape `[n_chains, n_visible]`, at least as many as a batch has samples; any
    /// number of rows, at least one, where they are not used.
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

/// A stretch of the training of one or several machines: which samples, in which order, with which random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The data.
    pub samples: &'a PackedTensor,
    /// For every machine the samples to train on, batch after batch; the last batch may be smaller. All of one length.
    pub orders: &'a [&'a [u32]],
    /// Samples of a batch.
    pub batch_size: NonZeroUsize,
    /// For every machine what names the random numbers of its training.
    pub keys: &'a [u64],
    /// Number of the first batch within the training.
    pub first_step: u64,
    /// Threads to use; the result does not depend on it.
    pub n_threads: usize,
}

impl ContrastiveDivergence {
    /// Trains machines of one shape through a stretch, each to the same bits as alone. Returns each training after it and the
    /// number of visible units whose sign differs between the data and their reconstructions. Fused into one operation for all
    /// machines where the device has it, else step by step: on the host for visible units of ±1, on a GPU if both layers are
    /// drawn.
    ///
    /// # Errors
    /// [`ModelError::Shape`] when the samples or chains are not of the RBMs' visible units, or RBMs, chains or orders differ in
    /// shape; [`ModelError::OutOfRange`] for a sample that there is not; [`ModelError::TooFew`] for fewer persistent chains
    /// than a batch has samples; [`ModelError::TooMany`] for larger batches than there are random numbers;
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn train(&self, trainings: Vec<Training>, stretch: &Stretch<'_>) -> Result<Vec<(Training, u64)>, ModelError> {
        let Some(first) = trainings.first() else { return Ok(Vec::new()) };
        self.check(&trainings, first, stretch)?;
        if stretch.orders[0].is_empty() {
            return Ok(trainings.into_iter().map(|training| (training, 0)).collect());
        }
        let device = first.rbm.weights.device();
        let is_known = self.updates.are_sampled() || (self.updates.are_visible_spins() && is_host(&device));
        let (trainings, n_flips) = if is_known && runs_fused(&device) {
            self.train_fused(trainings, stretch)
        } else {
            self.train_stepwise(trainings, stretch)
        };
        let n_flips = n_flips.try_into_data().map_err(|error| ModelError::Device(error.to_string()))?;
        Ok(trainings.into_iter().zip(n_flips.iter::<i64>().map(i64::cast_unsigned)).collect())
    }

    /// The reference of [`Self::train`]: plain tensor operations, one batch after another. Returns the visible units whose sign
    /// differs, shape `[n_machines]`.
    ///
    /// # Errors
    /// As [`Self::train`]; [`ModelError::TooFew`] without trainings or samples.
    pub fn train_plain(
        &self,
        trainings: Vec<Training>,
        stretch: &Stretch<'_>,
    ) -> Result<(Vec<Training>, Tensor<1, Int>), ModelError> {
        let first = trainings.first().ok_or(ModelError::TooFew { name: "trainings", found: 0, least: 1 })?;
        self.check(&trainings, first, stretch)?;
        at_least(1, "samples in an order", stretch.orders[0].len())?;
        Ok(self.train_stepwise(trainings, stretch))
    }

    fn train_stepwise(&self, trainings: Vec<Training>, stretch: &Stretch<'_>) -> (Vec<Training>, Tensor<1, Int>) {
        let machines = trainings.into_iter().zip(stretch.orders).zip(stretch.keys);
        let trained = machines.map(|((training, order), &key)| {
            let n_flips = Tensor::zeros([1], (&training.rbm.weights.device(), DType::I32));
            let batches = order.chunks(stretch.batch_size.get()).zip(stretch.first_step..);
            batches.fold((training, n_flips), |(training, sum), (samples, step)| {
                let visible = stretch.samples.at(indices(&[samples], stretch).squeeze_dim(0)).unpack();
                let (training, n_flips) = self.stepped(training, visible, key, step);
                (training, sum + n_flips.cast(DType::I32))
            })
        });
        let (trainings, n_flips): (Vec<_>, Vec<_>) = trained.unzip();
        (trainings, Tensor::cat(n_flips, 0))
    }

    #[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
    fn train_fused(&self, trainings: Vec<Training>, stretch: &Stretch<'_>) -> (Vec<Training>, Tensor<1, Int>) {
        use crate::{fused::FusedRbm, stack::Stack};
        let machines = Stack::of(trainings.iter().map(|training| &training.rbm));
        let changes = Stack::of(trainings.iter().map(|training| &training.last_change));
        let chains: Vec<_> = trainings.iter().map(|training| training.chains.words.clone()).collect();
        let orders = indices(stretch.orders, stretch);
        let (weights, visible_bias, hidden_bias, d_weights, d_visible_bias, d_hidden_bias, chains, n_flips) =
            <burn::backend::Dispatch as FusedRbm>::train_batches(
                stretch.samples.words.clone().into_dispatch(),
                orders.into_dispatch(),
                machines.weights.into_dispatch(),
                machines.visible_bias.into_dispatch(),
                machines.hidden_bias.into_dispatch(),
                changes.weights.into_dispatch(),
                changes.visible_bias.into_dispatch(),
                changes.hidden_bias.into_dispatch(),
                Tensor::stack::<3>(chains, 0).into_dispatch(),
                *self,
                stretch.batch_size.get(),
                stretch.keys.to_vec(),
                stretch.first_step,
                stretch.n_threads,
            );
        let stacked = |weights, visible_bias, hidden_bias| Stack {
            weights: Tensor::from_dispatch(weights),
            visible_bias: Tensor::from_dispatch(visible_bias),
            hidden_bias: Tensor::from_dispatch(hidden_bias),
        };
        let machines = stacked(weights, visible_bias, hidden_bias);
        let changes = stacked(d_weights, d_visible_bias, d_hidden_bias);
        let chains = Tensor::<3, Int>::from_dispatch(chains);
        let trainings =
            trainings.into_iter().enumerate().map(|(index, Training { rbm, last_change, chains: old })| Training {
                rbm: machines.get(index, rbm),
                last_change: changes.get(index, last_change),
                chains: PackedTensor { n_sites: old.n_sites, words: chains.clone().narrow(0, index, 1).squeeze_dim(0) },
            });
        (trainings.collect(), Tensor::from_dispatch(n_flips))
    }

    #[cfg(not(any(feature = "flex", feature = "ndarray", feature = "gpu")))]
    fn train_fused(&self, trainings: Vec<Training>, stretch: &Stretch<'_>) -> (Vec<Training>, Tensor<1, Int>) {
        self.train_stepwise(trainings, stretch)
    }

    /// One step on a batch v, shape `[batch, n_visible]`:
    ///
    /// Δw ← μ Δw + η ⟨vᵢ⟨hₐ⟩ − v′ᵢ⟨h′ₐ⟩⟩ − η λ w, Δb ← μ Δb + η ⟨⟨hₐ⟩ − ⟨h′ₐ⟩⟩, Δc ← μ Δc + η ⟨vᵢ − v′ᵢ⟩,
    ///
    /// with v′ the reconstruction after k Gibbs steps and ⟨h⟩ = tanh(b + v w). Returns the training after the step and the
    /// number of visible units whose sign differs between v and v′, shape `[1]`.
    ///
    /// # Errors
    /// As [`Self::train`]; [`ModelError::TooFew`] for an empty batch.
    pub fn step(
        &self,
        training: Training,
        visible: Tensor<2>,
        key: u64,
        step: u64,
    ) -> Result<(Training, Tensor<1, Int>), ModelError> {
        let ([n_rows, n_units], [n_visible, _]) = (visible.dims(), training.rbm.shape()?);
        same("a sample", n_units, n_visible)?;
        at_least(1, "samples in a batch", n_rows)?;
        self.check_training(&training, n_rows)?;
        Ok(self.stepped(training, visible, key, step))
    }

    fn stepped(&self, training: Training, visible: Tensor<2>, key: u64, step: u64) -> (Training, Tensor<1, Int>) {
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
        let n_flips = visible.greater_elem(0.0).not_equal(reconstruction.greater_elem(0.0)).int().sum();

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

    /// k Gibbs steps from ⟨h⟩: returns v′ `[batch, n_visible]` and ⟨h′⟩ `[batch, n_hidden]`.
    /// Gibbs step i draws the layers 2i (h) and 2i + 1 (v′).
    fn reconstruct(&self, rbm: &Rbm, mut hidden: Tensor<2>, key: u64, step: u64) -> (Tensor<2>, Tensor<2>) {
        let mut layer = 0;
        loop {
            let set = set_layer(hidden, self.updates.hidden, key, step, layer);
            let visible = set_layer(rbm.visible_field(set).tanh(), self.updates.visible, key, step, layer + 1);
            hidden = rbm.hidden_field(visible.clone()).tanh();
            layer += 2;
            if layer as usize >= 2 * self.n_gibbs_steps.get() {
                return (visible, hidden);
            }
        }
    }
}

/// Numbers of samples on the device of the data, shape `[n_orders, n_order]`.
fn indices(orders: &[&[u32]], stretch: &Stretch<'_>) -> Tensor<2, Int> {
    let n_order = orders.first().map_or(0, |order| order.len());
    let mut samples = Vec::with_capacity(orders.len() * n_order);
    for order in orders {
        samples.extend(order.iter().map(|sample| sample.cast_signed()));
    }
    let data = TensorData::new(samples, [orders.len(), n_order]);
    Tensor::from_data(data, (&stretch.samples.words.device(), DType::I32))
}
