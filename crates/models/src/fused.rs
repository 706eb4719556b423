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
    cpu::{Batches, Level, TrainingState, flow, train_together},
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
    /// Contrastive divergence of several machines, batch after batch: machine m, the entry m of every tensor, over the
    /// samples `orders`, shape `[n_machines, n_order]`, of `spins`, with the random numbers of `keys[m]`. Returns the weights,
    /// shape `[n_machines, n_visible, n_hidden]`, the visible and the hidden bias, their last changes, the persistent chains,
    /// shape `[n_machines, n_chains, n_words]`, and the number of visible units, shape `[n_machines]`, that differ between
    /// data and reconstruction.
    #[fusion(meta = |_spins, _orders, weights, visible_bias, hidden_bias, weights_change, visible_bias_change,
        hidden_bias_change, chains, _divergence, _batch_size, keys, _first_step, _n_threads| (
        weights.clone(),
        visible_bias.clone(),
        hidden_bias.clone(),
        weights_change.clone(),
        visible_bias_change.clone(),
        hidden_bias_change.clone(),
        chains.clone(),
        n_flips_spec(keys.len()),
    ))]
    #[allow(clippy::too_many_arguments, clippy::type_complexity, reason = "a training is many tensors")]
    fn train_batches(
        spins: IntTensor<Self>,
        orders: IntTensor<Self>,
        weights: FloatTensor<Self>,
        visible_bias: FloatTensor<Self>,
        hidden_bias: FloatTensor<Self>,
        weights_change: FloatTensor<Self>,
        visible_bias_change: FloatTensor<Self>,
        hidden_bias_change: FloatTensor<Self>,
        chains: IntTensor<Self>,
        divergence: ContrastiveDivergence,
        batch_size: usize,
        keys: Vec<u64>,
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
        let (device, chains_shape, n_machines) = (weights.device(), chains.shape(), keys.len());
        let (spins, orders) = (words(int_data::<Self>(spins)), words(int_data::<Self>(orders)));
        let chains = words(int_data::<Self>(chains));
        let states = machines::<Self>(weights, visible_bias, hidden_bias, n_machines);
        let changes = machines::<Self>(weights_change, visible_bias_change, hidden_bias_change, n_machines);
        let parts = states.into_iter().zip(changes).zip(equal_parts(&chains, n_machines));
        let mut states: Vec<TrainingState> = parts
            .map(|((machine, last_change), chains)| TrainingState { machine, last_change, chains: chains.to_vec() })
            .collect();
        let batches: Vec<Batches<'_>> = equal_parts(&orders, n_machines)
            .zip(&keys)
            .map(|(order, &key)| Batches { words: &spins, order, batch_size, key, first_step })
            .collect();
        let n_flips = train_together(&mut states, &batches, &divergence, n_threads);
        let n_flips: Vec<i32> = n_flips.into_iter().map(|n| n as i32).collect();
        let chains: Vec<i32> = states.iter().flat_map(|state| &state.chains).map(|word| word.cast_signed()).collect();
        let (machines, changes) = states.into_iter().map(|state| (state.machine, state.last_change)).unzip();
        let [weights, visible_bias, hidden_bias] = tensors::<Self>(machines, &device);
        let [weights_change, visible_bias_change, hidden_bias_change] = tensors::<Self>(changes, &device);
        (
            weights,
            visible_bias,
            hidden_bias,
            weights_change,
            visible_bias_change,
            hidden_bias_change,
            Self::int_from_data(TensorData::new(chains, chains_shape), &device),
            Self::int_from_data(TensorData::new(n_flips, [n_machines]), &device),
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
        let machine = parameters([weights, visible_bias, hidden_bias].map(float_values::<Self>));
        flow(&machine, &mut chains, n_steps, key, first_step, Level::best());
        let chains: Vec<i32> = chains.into_iter().map(u32::cast_signed).collect();
        Self::int_from_data(TensorData::new(chains, shape), &device)
    }
}

/// What the numbers of flipped units are.
#[cfg(feature = "gpu")]
fn n_flips_spec(n_machines: usize) -> burn::backend::fusion::custom::TensorSpec {
    burn::backend::fusion::custom::TensorSpec::new([n_machines].into(), burn::tensor::DType::I32)
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

/// As many parts as there are machines, one behind the other.
fn equal_parts<T>(values: &[T], n: usize) -> impl Iterator<Item = &[T]> {
    let length = values.len() / n;
    (0..n).map(move |i| &values[i * length..(i + 1) * length])
}

fn parameters([weights, visible_bias, hidden_bias]: [Vec<f32>; 3]) -> RbmParameters {
    RbmParameters { n_visible: visible_bias.len(), n_hidden: hidden_bias.len(), weights, visible_bias, hidden_bias }
}

/// The machines whose weights, visible and hidden biases lie one behind the other.
fn machines<B: Backend>(
    weights: FloatTensor<B>,
    visible_bias: FloatTensor<B>,
    hidden_bias: FloatTensor<B>,
    n_machines: usize,
) -> Vec<RbmParameters> {
    let [weights, visible_bias, hidden_bias] =
        [weights, visible_bias, hidden_bias].map(|tensor| apart(float_values::<B>(tensor), n_machines));
    let parts = weights.into_iter().zip(visible_bias).zip(hidden_bias);
    parts.map(|((weights, visible_bias), hidden_bias)| parameters([weights, visible_bias, hidden_bias])).collect()
}

/// The inverse of [`machines`].
fn tensors<B: Backend>(machines: Vec<RbmParameters>, device: &B::Device) -> [FloatTensor<B>; 3] {
    let n_machines = machines.len();
    let (n_visible, n_hidden) = machines.first().map_or((0, 0), |machine| (machine.n_visible, machine.n_hidden));
    let (mut weights, mut visible_bias, mut hidden_bias) = (Vec::new(), Vec::new(), Vec::new());
    for machine in machines {
        weights.push(machine.weights);
        visible_bias.push(machine.visible_bias);
        hidden_bias.push(machine.hidden_bias);
    }
    let tensor = |values, shape: &[usize]| B::float_from_data(TensorData::new(joined(values), shape), device);
    [
        tensor(weights, &[n_machines, n_visible, n_hidden]),
        tensor(visible_bias, &[n_machines, n_visible]),
        tensor(hidden_bias, &[n_machines, n_hidden]),
    ]
}

// Of one machine alone the weights are moved: to copy those of a large one in and out takes as long as a batch.

fn apart(values: Vec<f32>, n: usize) -> Vec<Vec<f32>> {
    if n == 1 { vec![values] } else { equal_parts(&values, n).map(<[f32]>::to_vec).collect() }
}

fn joined(mut parts: Vec<Vec<f32>>) -> Vec<f32> {
    if parts.len() == 1 { parts.swap_remove(0) } else { parts.concat() }
}
