//! The fused operations on GPUs: kernels in CubeCL, which compile for every device of Burn's `Cube` backend (wgpu, CUDA).
//!
//! One cube (workgroup) trains one machine through many batches, its threads sharing the work of each phase; the machine and
//! the spins of a batch lie in shared memory where they fit. The flow runs a set of chains in each cube. A launch does a
//! bounded number of multiply-adds, so that no driver takes it for a hang.
//!
//! Sums run in another order than on the CPU, and products may be fused with additions: the results agree with the CPU's to
//! rounding, but for units whose mean lies within rounding of their threshold.

mod batch;
mod flow;
mod launch;
mod layer;
mod layout;
mod training;

#[cfg(all(test, feature = "wgpu"))]
mod tests;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn_cubecl::CubeBackend;

use self::launch::{Machine, Stretch, flow, train};
use crate::fused::FusedRbm;

impl FusedRbm for CubeBackend {
    fn train_batches(
        spins: IntTensor<Self>,
        order: IntTensor<Self>,
        weights: FloatTensor<Self>,
        visible_bias: FloatTensor<Self>,
        hidden_bias: FloatTensor<Self>,
        batch_size: usize,
        n_gibbs_steps: usize,
        learning_rate: f64,
        key: u64,
        first_step: u64,
        _n_threads: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, IntTensor<Self>) {
        let trained = train(Stretch {
            spins,
            order,
            machine: Machine { weights, visible_bias, hidden_bias },
            velocity: None,
            chains: None,
            batch_size,
            n_gibbs_steps,
            learning_rate,
            momentum: 0.0,
            weight_decay: 0.0,
            train_visible_bias: true,
            train_hidden_bias: true,
            key,
            first_step,
        });
        let Machine { weights, visible_bias, hidden_bias } = trained.machine;
        (weights, visible_bias, hidden_bias, trained.n_flips)
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
        flow(spins, Machine { weights, visible_bias, hidden_bias }, n_steps, key, first_step)
    }
}
