//! The epoch loops: they survive a crash, stop on a signal, and give the same bits either way.

pub mod labelled;
pub mod machine;
mod pace;
pub mod thermometer;

use burn::tensor::{Device, Tensor, TensorData};
use ising_data::{PackedSpins, stream};
use models::{Update, Updates};
use rand::seq::SliceRandom;

use crate::config::schema::UpdateKind;

/// Where a training stands: whole epochs done, and batches of the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    epoch: usize,
    batch: usize,
}

/// The order in which an epoch visits `n_samples` samples.
fn order(n_samples: usize, seed: u32, purpose: stream::Purpose, index: u64, epoch: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n_samples as u32).collect();
    order.shuffle(&mut stream::stream(seed.into(), purpose, index, epoch as u64));
    order
}

/// How the hidden and the visible layer are set.
pub fn updates(layers: [UpdateKind; 2]) -> Updates {
    let [hidden, visible] = layers.map(|update| match update {
        UpdateKind::Sampled => Update::Sampled,
        UpdateKind::MeanField => Update::MeanField,
        UpdateKind::Rounded => Update::Rounded,
    });
    Updates { hidden, visible }
}

/// Spins as ±1 on a device, shape `[n_samples, n_sites]`.
pub fn spins_on(device: &Device, spins: &PackedSpins) -> Tensor<2> {
    Tensor::from_data(TensorData::new(spins.to_f32(), [spins.n_samples(), spins.n_sites()]), device)
}
