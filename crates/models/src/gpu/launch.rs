//! The host's side: where things lie, how much a launch does.

use burn::backend::{
    TensorMetadata,
    ops::{FloatTensorOps, IntTensorOps},
};
use burn::tensor::{DType, Shape, TensorData};
use burn_cubecl::{
    CubeBackend, CubeDevice,
    kernel::into_contiguous,
    ops::numeric::{empty_device_dtype, zeros_client},
    tensor::CubeTensor,
};
use cubecl::prelude::*;

use super::{
    flow::{Flow, flow_kernel},
    layout::Layout,
    plan::{RatesLaunch, Training},
    training::train_kernel,
};
use crate::{ContrastiveDivergence, random::Draw};

/// Threads of a cube, where the device allows so many.
const N_THREADS: u32 = 256;

/// Turns that a thread takes through its loops in a launch: some milliseconds on a GPU. Mesa's software driver breaks off
/// silently after 65535 turns in all.
const N_TURNS: usize = 60_000;

/// Multiply-adds of a launch of many cubes: well below a second on any GPU.
const N_MULTIPLY_ADDS: usize = 2_000_000_000;

/// The parameters of machines, or their last changes.
#[derive(Clone, Debug)]
pub(super) struct Machines {
    /// Shape `[n_machines, n_visible, n_hidden]`.
    pub(super) weights: CubeTensor,
    /// Shape `[n_machines, n_visible]`.
    pub(super) visible_bias: CubeTensor,
    /// Shape `[n_machines, n_hidden]`.
    pub(super) hidden_bias: CubeTensor,
}

/// What a training changes.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The machines.
    pub(super) machines: Machines,
    /// The last changes of their parameters.
    pub(super) last_changes: Machines,
    /// Packed persistent chains, shape `[n_machines, n_chains, n_words]`; a smaller batch moves the first of them.
    pub(super) chains: CubeTensor,
}

/// A stretch of a training.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// Packed data, shape `[n_samples, n_words]`.
    pub(super) spins: CubeTensor,
    /// Samples to train on, shape `[n_machines, n_order]`.
    pub(super) orders: CubeTensor,
    /// The rule.
    pub(super) divergence: ContrastiveDivergence,
    /// Samples of a batch; the last may have fewer.
    pub(super) batch_size: usize,
    /// Of every machine what names the random numbers of its training.
    pub(super) keys: Vec<u64>,
    /// Number of the first batch within the training.
    pub(super) first_step: u64,
}

/// Trains through a stretch, each machine in a cube of its own. Returns the state after it and the number of visible units,
/// shape `[n_machines]`, that differ between data and reconstructions.
pub(super) fn train(state: State, stretch: Stretch) -> (State, CubeTensor) {
    let (client, device) = (state.machines.weights.client.clone(), state.machines.weights.device());
    let [n_machines, n_order] = stretch.orders.shape().dims();
    let n_flips = zeros_client(client.clone(), device.clone(), Shape::new([n_machines]), DType::I32);
    if n_order == 0 {
        return (state, n_flips);
    }
    let (State { machines, last_changes, chains }, divergence) = (state, stretch.divergence);
    let [_, n_visible, n_hidden] = machines.weights.shape().dims();
    let batch_size = stretch.batch_size.min(n_order);
    let limits = Limits::of(&client);
    let n_lanes = limits.n_lanes(n_visible, n_hidden, batch_size);
    let layout = limits.place(Layout { n_visible, n_hidden, n_lanes, is_shared: true });
    let mut training = Training {
        layout,
        batch_size,
        n_gibbs_steps: divergence.n_gibbs_steps.get(),
        spins_are_shared: false,
        n_chains: if divergence.persistent { chains.shape()[1] } else { 0 },
        train_visible_bias: divergence.visible_bias,
        train_hidden_bias: divergence.hidden_bias,
    };
    training.spins_are_shared = 4 * training.n_spin_words() <= limits.left_by(layout);

    let scratch = |n: usize, dtype| empty_device_dtype(client.clone(), device.clone(), Shape::new([n.max(1)]), dtype);
    let n_words = if training.spins_are_shared { 0 } else { training.n_spin_words() };
    let words = scratch(n_machines * n_words, DType::I32);
    let means = scratch(n_machines * 2 * training.n_means(), DType::F32);
    // Copies: other tensors may share the memory of these.
    let (parameters, changes) = (joined(machines), joined(last_changes));
    // Chains that are not used may be none at all.
    let moving = if divergence.persistent { dense_copy(chains.clone()) } else { scratch(0, DType::I32) };

    let n_steps = n_order.div_ceil(batch_size);
    let keys = keys(&stretch.keys, stretch.first_step, n_steps as u64, 2 * training.n_gibbs_steps as u32, &device);
    let (spins, orders) = (into_contiguous(stretch.spins), into_contiguous(stretch.orders));
    let rate = |n_rows: usize| (divergence.learning_rate / n_rows as f64) as f32;
    let last_rate = rate(n_order - (n_steps - 1) * batch_size);
    let shrinkage = (divergence.learning_rate * divergence.weight_decay) as f32;
    // Where there are more machines than the device runs at once, a launch takes longer.
    let n_together =
        together(training.n_turns(limits.n_threads as usize)).div_ceil(n_machines.div_ceil(limits.n_cubes));
    for first_batch in (0..n_steps).step_by(n_together) {
        train_kernel::launch(
            &client,
            CubeCount::Static(n_machines as u32, 1, 1),
            CubeDim::new_1d(limits.n_threads),
            spins.clone().into_buffer_arg(),
            orders.clone().into_buffer_arg(),
            keys.clone().into_buffer_arg(),
            moving.clone().into_buffer_arg(),
            parameters.clone().into_buffer_arg(),
            changes.clone().into_buffer_arg(),
            words.clone().into_buffer_arg(),
            means.clone().into_buffer_arg(),
            n_flips.clone().into_buffer_arg(),
            n_order as u32,
            n_steps as u32,
            first_batch as u32,
            (first_batch + n_together).min(n_steps) as u32,
            RatesLaunch::new(rate(batch_size), last_rate, divergence.momentum as f32, shrinkage),
            training,
        );
    }
    let state = State {
        machines: parted(parameters, n_machines, n_visible, n_hidden),
        last_changes: parted(changes, n_machines, n_visible, n_hidden),
        chains: if divergence.persistent { CubeBackend::int_reshape(moving, chains.shape()) } else { chains },
    };
    (state, n_flips)
}

/// `n_steps` sampled reconstructions of the packed chains, shape `[n_chains, n_words]`, by the machine of these weights, visible
/// and hidden bias.
pub(super) fn flow(
    chains: CubeTensor,
    machine: [CubeTensor; 3],
    n_steps: u64,
    key: u64,
    first_step: u64,
) -> CubeTensor {
    let n_chains = chains.shape()[0];
    if n_chains == 0 || n_steps == 0 {
        return chains;
    }
    let [weights, visible_bias, hidden_bias] = machine;
    let (client, device) = (weights.client.clone(), weights.device());
    let [n_visible, n_hidden] = weights.shape().dims();
    let limits = Limits::of(&client);
    let flow = limits.flow(n_visible, n_hidden, n_chains);
    let keys = keys(&[key], first_step, n_steps, 2, &device);
    let weights = CubeBackend::float_reshape(weights, Shape::new([n_visible * n_hidden]));
    let state = CubeBackend::float_cat(vec![weights, hidden_bias, visible_bias], 0);
    // A copy: other tensors may share the memory of this one.
    let (shape, chains) = (chains.shape(), dense_copy(chains));
    let n_cubes = n_chains.div_ceil(flow.n_chains());
    let n_words = if flow.spins_are_shared { 1 } else { n_cubes * flow.n_spin_words() };
    let words = empty_device_dtype(client.clone(), chains.device(), Shape::new([n_words]), DType::I32);
    let n_together = together(flow.n_turns(limits.n_threads as usize));
    let n_together = n_together.min(N_MULTIPLY_ADDS / flow.n_multiply_adds(n_chains)).max(1) as u64;
    for step in (0..n_steps).step_by(n_together as usize) {
        flow_kernel::launch(
            &client,
            CubeCount::Static(n_cubes as u32, 1, 1),
            CubeDim::new_1d(limits.n_threads),
            chains.clone().into_buffer_arg(),
            keys.clone().into_buffer_arg(),
            state.clone().into_buffer_arg(),
            words.clone().into_buffer_arg(),
            n_chains as u32,
            step as u32,
            (step + n_together).min(n_steps) as u32,
            flow,
        );
    }
    CubeBackend::int_reshape(chains, shape)
}

/// How many batches or steps a launch does, given the turns for each and those once for all.
fn together((each, once): (usize, usize)) -> usize {
    (N_TURNS.saturating_sub(once) / each).max(1)
}

/// The numbers of a tensor one behind the other, in memory of their own.
fn dense_copy(tensor: CubeTensor) -> CubeTensor {
    let n = tensor.shape().num_elements();
    CubeBackend::int_reshape(into_contiguous(tensor), Shape::new([n])).copy()
}

/// What a device allows to a cube.
#[derive(Clone, Copy, Debug)]
struct Limits {
    n_threads: u32,
    /// Bytes of shared memory.
    shared: usize,
    /// Cubes that keep the device busy.
    n_cubes: usize,
}

impl Limits {
    fn of(client: &Client) -> Self {
        let hardware = &client.properties().hardware;
        let n_threads = N_THREADS.min(hardware.max_units_per_cube).min(hardware.max_cube_dim.0);
        let n_cubes = 2 * hardware.num_streaming_multiprocessors.unwrap_or(32).max(1) as usize;
        Self { n_threads, shared: hardware.max_shared_memory_size, n_cubes }
    }

    /// The size of a group for which the threads have least to do.
    fn n_lanes(self, n_visible: usize, n_hidden: usize, n_rows: usize) -> usize {
        let n_rounds =
            |n_units: usize, n_lanes: usize| (n_units * n_rows.div_ceil(n_lanes)).div_ceil(self.n_threads as usize);
        // Three instructions for each row and unit of the other layer, and six for the weight and the word.
        let cost = |n_lanes: usize| {
            (n_visible * n_rounds(n_hidden, n_lanes) + n_hidden * n_rounds(n_visible, n_lanes)) * (3 * n_lanes + 6)
        };
        [8, 16, 32].into_iter().min_by_key(|&n_lanes| cost(n_lanes)).unwrap_or(8)
    }

    /// Leaves the machine in shared memory if it fits.
    fn place(self, layout: Layout) -> Layout {
        Layout { is_shared: 4 * layout.n_working() <= self.shared, ..layout }
    }

    /// Bytes of shared memory that a machine leaves.
    fn left_by(self, layout: Layout) -> usize {
        if layout.is_shared { self.shared - 4 * layout.n_working() } else { self.shared }
    }

    /// The flow of `n_chains` chains: enough cubes, then up to four rounds for the threads of each.
    fn flow(self, n_visible: usize, n_hidden: usize, n_chains: usize) -> Flow {
        let n_lanes = 16;
        let four_rounds = (4 * self.n_threads as usize).div_ceil(n_visible.min(n_hidden));
        let n_groups = four_rounds.min(n_chains.div_ceil(n_lanes).div_ceil(self.n_cubes));
        let group_bytes = 4 * (n_visible + n_hidden);
        let layout = self.place(Layout { n_visible, n_hidden, n_lanes, is_shared: true });
        let n_shared = self.left_by(layout) / group_bytes;
        let spins_are_shared = n_groups <= 2 * n_shared;
        Flow { layout, n_groups: if spins_are_shared { n_groups.min(n_shared) } else { n_groups }, spins_are_shared }
    }
}

/// Machines in one tensor, shape `[n_machines · n_parameters]`: see [`super::layout`].
fn joined(machines: Machines) -> CubeTensor {
    let Machines { weights, visible_bias, hidden_bias } = machines;
    let [n_machines, n_visible, n_hidden] = weights.shape().dims();
    let weights = CubeBackend::float_reshape(weights, Shape::new([n_machines, n_visible * n_hidden]));
    let joined = into_contiguous(CubeBackend::float_cat(vec![weights, hidden_bias, visible_bias], 1));
    let n_numbers = joined.shape().num_elements();
    CubeBackend::float_reshape(joined, Shape::new([n_numbers]))
}

/// The inverse of [`joined`].
fn parted(state: CubeTensor, n_machines: usize, n_visible: usize, n_hidden: usize) -> Machines {
    let n_weights = n_visible * n_hidden;
    let rows = Shape::new([n_machines, n_weights + n_hidden + n_visible]);
    let state = CubeBackend::float_reshape(state, rows);
    let part = |first: usize, n: usize| {
        CubeBackend::float_slice(state.clone(), &[(0..n_machines).into(), (first..first + n).into()])
    };
    Machines {
        weights: CubeBackend::float_reshape(part(0, n_weights), Shape::new([n_machines, n_visible, n_hidden])),
        visible_bias: part(n_weights + n_hidden, n_visible),
        hidden_bias: part(n_weights, n_hidden),
    }
}

/// The keys of the draws of `n_layers` layers in each of `n_steps` steps with each of the names `names`, shape
/// `[n_names · n_steps · n_layers · 2]`.
fn keys(names: &[u64], first_step: u64, n_steps: u64, n_layers: u32, device: &CubeDevice) -> CubeTensor {
    let draws = |name| {
        (first_step..first_step + n_steps)
            .flat_map(move |step| (0..n_layers).flat_map(move |layer| Draw::new(name, step, layer).keys()))
    };
    let keys: Vec<i32> = names.iter().flat_map(|&name| draws(name)).map(u32::cast_signed).collect();
    let shape = [keys.len()];
    CubeBackend::int_from_data(TensorData::new(keys, shape), device)
}
