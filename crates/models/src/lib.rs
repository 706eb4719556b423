//! Models on Burn: the Restricted Boltzmann Machine and the thermometer. Tensors in, tensors out: no files, no clocks,
//! no randomness but from a key that the caller gives.
//!
//! E(v, h) = −(Σ vᵢwᵢₐhₐ + Σ bₐhₐ + Σ cᵢvᵢ) with all units ±1, so that ⟨hₐ⟩ = tanh(bₐ + Σᵢ vᵢwᵢₐ), ⟨vᵢ⟩ = tanh(cᵢ + Σₐ wᵢₐhₐ), and
//! p(v) = e^−F(v)/Z with F(v) = −cᵀv − Σₐ ln 2cosh(bₐ + Σᵢ vᵢwᵢₐ).
//!
//! | for | item |
//! |---|---|
//! | the machine, on the host and on a device | [`RbmParameters`], [`Rbm`] |
//! | training: CD-k, persistent chains, momentum, weight decay | [`ContrastiveDivergence`] |
//! | its flow v → h → v′ → … | [`flow`], [`reconstruct`] |
//! | ln Z, relative entropy to data, exact samples | [`likelihood`] |
//! | eigenvalues of w wᵀ; fields and couplings of F(v) | [`spectrum`], [`couplings`] |
//! | theory of a young RBM, of rank one | [`rank_one`] |
//! | the network that reads (T, H) | [`Thermometer`], [`ThermometerTrainer`] |
//!
//! Training and flow exist twice: in plain tensor operations, which run on every device and are the reference, and fused into one
//! operation, on the CPU ([`cpu`]: feature `flex` or `ndarray`) and on GPUs (feature `wgpu` or `cuda`). The fused ones are taken where
//! there are any ([`runs_fused`]).
//!
//! ```
//! use std::num::NonZeroUsize;
//!
//! use burn::tensor::{Device, Tensor};
//! use models::{ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, flow, random::Draw};
//!
//! // An RBM of 6 visible and 4 hidden units learns 100 configurations with all spins up, in 200 updates of 10 samples.
//! let device = Device::default();
//! let samples = PackedTensor::pack(Tensor::<2>::ones([100, 6], &device));
//! let weights = Draw::new(1, 0, 0).thresholds(6, 4).iter().map(|x| 0.1 * x).collect();
//! let untrained = Rbm::new(&RbmParameters::untrained(6, 4, weights), &device)?;
//! let order: Vec<u32> = (0..100).cycle().take(2000).collect();
//! let batch_size = NonZeroUsize::new(10).unwrap();
//! let stretch = Stretch { samples: &samples, orders: &[&order], batch_size, keys: &[2], first_step: 0, n_threads: 1 };
//! let rule = ContrastiveDivergence { learning_rate: 0.1, ..Default::default() };
//! let trained = rule.train(vec![Training::begin(untrained, samples.first(10))], &stretch)?;
//! // Its flow keeps them: 100 chains, 20 steps.
//! let end = flow(&trained[0].0.rbm, samples, 20, 3, 0)?.unpack();
//! assert!(end.mean().into_scalar::<f32>() > 0.9);
//! # Ok::<(), models::ModelError>(())
//! ```
//!
//! A longer example: `examples/small_machine.rs`, with the feature `flex`.

#![deny(unsafe_code)]

pub mod contrastive_divergence;
pub mod couplings;
pub mod cpu;
mod error;
#[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
pub mod fused;
pub mod gibbs;
#[cfg(feature = "gpu")]
mod gpu;
pub mod likelihood;
mod packed;
pub mod random;
pub mod rank_one;
mod rbm;
mod rule;
pub mod spectrum;
#[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
mod stack;
mod thermometer;

use burn::tensor::Device;

pub use contrastive_divergence::{Stretch, Training};
pub use error::ModelError;
pub use gibbs::{flow, reconstruct};
pub use packed::PackedTensor;
pub use rbm::{Rbm, RbmParameters};
pub use rule::{ContrastiveDivergence, Update, Updates};
pub use thermometer::{
    Activation, Gaussians, Head, LARGEST_LN_SPREAD, Layer, LayerParameters, Sight, Thermometer, ThermometerShape,
    ThermometerTrainer,
};

/// Whether the device is the host, whose fused training knows rounded layers and means of hidden units too.
fn is_host(device: &Device) -> bool {
    match device.as_dispatch() {
        #[cfg(feature = "flex")]
        burn::backend::DispatchDevice::Flex(_) => true,
        #[cfg(feature = "ndarray")]
        burn::backend::DispatchDevice::NdArray(_) => true,
        #[allow(unreachable_patterns, reason = "reachable with any other backend")]
        _ => false,
    }
}

/// Whether the device has the fused operations: the CPU backends and the GPUs do.
pub fn runs_fused(device: &Device) -> bool {
    match device.as_dispatch() {
        #[cfg(feature = "gpu")]
        burn::backend::DispatchDevice::Cube(_) => true,
        _ => is_host(device),
    }
}
