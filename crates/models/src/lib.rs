//! Models on Burn: the Restricted Boltzmann Machine and the thermometer. Tensors in, tensors out: no files, no clocks,
//! no randomness but from a key that the caller gives.

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
mod rbm;
pub mod spectrum;
#[cfg(any(feature = "flex", feature = "ndarray", feature = "gpu"))]
mod stack;
mod thermometer;

use burn::tensor::Device;

pub use contrastive_divergence::{ContrastiveDivergence, Stretch, Training};
pub use error::ModelError;
pub use gibbs::{Update, flow, reconstruct};
pub use packed::PackedTensor;
pub use rbm::{Rbm, RbmParameters};
pub use thermometer::{
    Activation, Gaussians, Head, LARGEST_LN_SPREAD, Layer, LayerParameters, Sight, Thermometer, ThermometerShape,
    ThermometerTrainer,
};

/// Whether the device has the fused operations: the CPU backends and the GPUs do.
pub fn runs_fused(device: &Device) -> bool {
    match device.as_dispatch() {
        #[cfg(feature = "flex")]
        burn::backend::DispatchDevice::Flex(_) => true,
        #[cfg(feature = "ndarray")]
        burn::backend::DispatchDevice::NdArray(_) => true,
        #[cfg(feature = "gpu")]
        burn::backend::DispatchDevice::Cube(_) => true,
        #[allow(unreachable_patterns, reason = "reachable with any other backend")]
        _ => false,
    }
}
