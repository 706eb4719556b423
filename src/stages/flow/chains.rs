//! The chains of a flow: spins or real numbers, taken from step to step.

use burn::tensor::{Device, Tensor};
use ising_data::PackedSpins;
use models::{PackedTensor, Rbm, Update, reconstruct};

use crate::{config::schema::UpdateKind, training::spins_on};

/// The chains of all starts.
pub(super) enum Chains {
    /// Spins ±1, both layers sampled.
    Sampled(PackedTensor),
    /// Real numbers, or spins rounded from them.
    Other(Tensor<2>, Update),
}

impl Chains {
    pub(super) fn new(spins: &PackedSpins, update: UpdateKind, device: &Device) -> Self {
        match update {
            UpdateKind::Sampled => Self::Sampled(PackedTensor::new(&spins.to_words(), spins.n_sites(), device)),
            UpdateKind::MeanField => Self::Other(spins_on(device, spins), Update::MeanField),
            UpdateKind::Rounded => Self::Other(spins_on(device, spins), Update::Rounded),
        }
    }

    /// Takes the steps from `step` up to `last`.
    pub(super) fn advance(self, machine: &Rbm, key: u64, step: usize, last: usize) -> Self {
        let (step, last) = (step as u64, last as u64);
        match self {
            Self::Sampled(chains) => Self::Sampled(models::flow(machine, chains, last - step, key, step)),
            Self::Other(mut visible, update) => {
                for step in step..last {
                    visible = reconstruct(machine, visible, update, key, step);
                }
                Self::Other(visible, update)
            }
        }
    }

    /// Visible units, shape `[n_chains, n_sites]`.
    pub(super) fn visible(&self) -> Tensor<2> {
        match self {
            Self::Sampled(chains) => chains.unpack(),
            Self::Other(visible, _) => visible.clone(),
        }
    }
}
