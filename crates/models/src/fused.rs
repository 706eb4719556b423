//! The fused operations as an extension of Burn's backends: many steps in one operation, on the CPU with threads and SIMD
//! registers, on GPUs in kernels of their own. [`crate::contrastive_divergence`] and [`crate::gibbs`] hold the same steps
//! in plain tensor operations: the reference that these are tested against, and what runs on every other device.

use burn::backend::{
    Backend, TensorMetadata, backend_extension,
    tensor::{FloatTensor, IntTensor},
};
use burn::tensor::{TensorData, read_sync};

use crate::{
    ContrastiveDivergence, RbmParameters,
    cpu::{Batches, Level, TrainingState, flow, train},
};

/// Fused operations of the machine; the default bodies are for a backend whose memory is the host's.
///
/// Packed spins are whole numbers of 32 bits, shape `[n_samples, n_words]`: site i is bit i mod 32 of word i / 32.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(feature = "gpu"),
    Fusion: cfg(feature = "gpu")
)]
pub trait FusedRbm: Backend {
    /// Contrastive divergence over the samples `order` of `spins`, batch after batch. Returns the weights, the visible and
    /// the hidden bias, their last changes, the persistent chains, and the number of visible units, shape `[1]`, that differ
    /// between data and reconstruction.
    #[fusion(meta = |_spins, _order, weights, visible_bias, hidden_bias, weights_change, visible_bias_change,
        hidden_bias_change, chains, _divergence, _batch_size, _key, _first_step, _n_threads| (
        weights.clone(),
        visible_bias.clone(),
        hidden_bias.clone(),
        weights_change.clone(),
        visible_bias_change.clone(),
        hidden_bias_change.clone(),
        chains.clone(),
        n_flips_spec(),
    ))]
    #[allow(clippy::too_many_arguments, clippy::type_complexity, reason = "a training is many tensors")]
    fn train_batches(
        spins: IntTensor<Self>,
        order: IntTensor<Self>,
        weights: FloatTensor<Self>,
        visible_bias: FloatTensor<Self>,
        hidden_bias: FloatTensor<Self>,
        weights_change: FloatTensor<Self>,
        visible_bias_change: FloatTensor<Self>,
        hidden_bias_change: FloatTensor<Self>,
        chains: IntTensor<Self>,
        divergence: ContrastiveDivergence,
        batch_size: usize,
        key: u64,
        first_step: u64,
        n_threads: usize,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        IntTensor<Self>,
        IntTensor<Self>,
    ) {
        let (device, chains_shape) = (weights.device(), chains.shape());
        let (spins, order) = (words(int_data::<Self>(spins)), words(int_data::<Self>(order)));
        let mut state = TrainingState {
            machine: parameters::<Self>(weights, visible_bias, hidden_bias),
            last_change: parameters::<Self>(weights_change, visible_bias_change, hidden_bias_change),
            chains: words(int_data::<Self>(chains)),
        };
        let batches = Batches { words: &spins, order: &order, batch_size, key, first_step };
        let n_flips = train(&mut state, &batches, &divergence, n_threads, Level::best());
        let TrainingState { machine, last_change, chains } = state;
        let [weights, visible_bias, hidden_bias] = tensors::<Self>(machine, &device);
        let [weights_change, visible_bias_change, hidden_bias_change] = tensors::<Self>(last_change, &device);
        let chains: Vec<i32> = chains.into_iter().map(u32::cast_signed).collect();
        (
            weights,
            visible_bias,
            hidden_bias,
            weights_change,
            visible_bias_change,
            hidden_bias_change,
            Self::int_from_data(TensorData::new(chains, chains_shape), &device),
            Self::int_from_data(TensorData::new(vec![n_flips as i32], [1]), &device),
        )
    }

    /// `n_steps` sampled reconstructions of every chain of `spins`.
    #[fusion(dtype = spins, shape = spins)]
    fn flow_steps(
        spins: IntTensor<Self>,
        weights: FloatTensor<Self>,
        visible_bias: FloatTensor<Self>,
        hidden_bias: FloatTensor<Self>,
        n_steps: u64,
        key: u64,
        first_step: u64,
    ) -> IntTensor<Self> {
        let (device, shape) = (spins.device(), spins.shape());
        let mut chains = words(int_data::<Self>(spins));
        let machine = parameters::<Self>(weights, visible_bias, hidden_bias);
        flow(&machine, &mut chains, n_steps, key, first_step, Level::best());
        let chains: Vec<i32> = chains.into_iter().map(u32::cast_signed).collect();
        Self::int_from_data(TensorData::new(chains, shape), &device)
    }
}

/// What the number of flipped units is.
#[cfg(feature = "gpu")]
fn n_flips_spec() -> burn::backend::fusion::custom::TensorSpec {
    burn::backend::fusion::custom::TensorSpec::new([1].into(), burn::tensor::DType::I32)
}

#[cfg(feature = "flex")]
impl FusedRbm for burn::backend::Flex {}

#[cfg(feature = "ndarray")]
#[allow(deprecated, reason = "Burn 0.22 still carries the backend, and the project asks for it")]
impl FusedRbm for burn::backend::NdArray {}

// A backend whose memory is the host's hands its data over without failing.

#[expect(clippy::expect_used, reason = "host memory is always there")]
fn int_data<B: Backend>(tensor: IntTensor<B>) -> TensorData {
    read_sync(B::int_into_data(tensor)).expect("host memory")
}

#[expect(clippy::expect_used, reason = "host memory is always there")]
fn float_values<B: Backend>(tensor: FloatTensor<B>) -> Vec<f32> {
    let data = read_sync(B::float_into_data(tensor)).expect("host memory");
    data.convert::<f32>().try_into_vec().expect("32-bit numbers, just converted")
}

fn words(data: TensorData) -> Vec<u32> {
    match data.as_slice::<i32>() {
        Ok(words) => words.iter().map(|word| word.cast_unsigned()).collect(),
        // Of another width: number by number.
        Err(_) => data.iter::<i32>().map(i32::cast_unsigned).collect(),
    }
}

fn parameters<B: Backend>(
    weights: FloatTensor<B>,
    visible_bias: FloatTensor<B>,
    hidden_bias: FloatTensor<B>,
) -> RbmParameters {
    let (visible_bias, hidden_bias) = (float_values::<B>(visible_bias), float_values::<B>(hidden_bias));
    RbmParameters {
        n_visible: visible_bias.len(),
        n_hidden: hidden_bias.len(),
        weights: float_values::<B>(weights),
        visible_bias,
        hidden_bias,
    }
}

/// Weights, visible bias and hidden bias.
fn tensors<B: Backend>(parameters: RbmParameters, device: &B::Device) -> [FloatTensor<B>; 3] {
    let RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias } = parameters;
    [
        B::float_from_data(TensorData::new(weights, [n_visible, n_hidden]), device),
        B::float_from_data(TensorData::new(visible_bias, [n_visible]), device),
        B::float_from_data(TensorData::new(hidden_bias, [n_hidden]), device),
    ]
}
