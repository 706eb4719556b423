//! Models on Burn: the Restricted Boltzmann Machine and the thermometer. Tensors in, tensors out: no files, no clocks,
//! no randomness but from a key that the caller gives.

pub mod contrastive_divergence;
mod error;
pub mod gibbs;
pub mod random;
mod rbm;
mod thermometer;
mod thermometer_training;

pub use contrastive_divergence::ContrastiveDivergence;
pub use error::ModelError;
pub use gibbs::{Update, reconstruct};
pub use rbm::{Rbm, RbmParameters};
pub use thermometer::{Layer, LayerParameters, Sight, Thermometer, ThermometerShape};
pub use thermometer_training::ThermometerTrainer;
