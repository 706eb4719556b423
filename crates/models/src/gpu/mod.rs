//! The fused operations on GPUs: kernels in CubeCL, which compile for every device of Burn's `Cube` backend (wgpu, CUDA).
//!
//! One cube (workgroup) trains one machine through many batches, its threads sharing the work of each phase; the machine and
//! the spins of a batch lie in shared memory where they fit. Machines that are trained together are the cubes of one launch. The flow runs a set of chains in each cube. A launch does a
//! bounded number of multiply-adds, so that no driver takes it for a hang.
//!
//! Sums run in another order than on the CPU, and products may be fused with additions: the results agree with the CPU's to
//! rounding, but for units whose mean lies within rounding of their threshold.

mod batch;
mod flow;
mod launch;
mod layer;
mod layout;
mod plan;
mod training;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_cubecl::CubeBackend;

use self::launch::{Machines, State, Stretch, flow, train};
use crate::{ContrastiveDivergence, fused::FusedRbm};

impl FusedRbm for CubeBackend {
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
        _n_threads: usize,
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
        let state = State {
            machines: Machines { weights, visible_bias, hidden_bias },
            last_changes: Machines {
                weights: weights_change,
                visible_bias: visible_bias_change,
                hidden_bias: hidden_bias_change,
            },
            chains,
        };
        let (state, n_flips) = train(state, Stretch { spins, orders, divergence, batch_size, keys, first_step });
        let State { machines, last_changes, chains } = state;
        (
            machines.weights,
            machines.visible_bias,
            machines.hidden_bias,
            last_changes.weights,
            last_changes.visible_bias,
            last_changes.hidden_bias,
            chains,
            n_flips,
        )
    }

    fn flow_steps(
        spins: IntTensor<Self>,
        weights: FloatTensor<Self>,
        visible_bias: FloatTensor<Self>,
        hidden_bias: FloatTensor<Self>,
        n_steps: u64,
        key: u64,
        first_step: u64,
    ) -> IntTensor<Self> {
        flow(spins, [weights, visible_bias, hidden_bias], n_steps, key, first_step)
    }
}
