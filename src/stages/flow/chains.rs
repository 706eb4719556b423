//! The chains of a flow: spins or real numbers, taken from step to step.

use anyhow::Result;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use ising_data::PackedSpins;
use models::{PackedTensor, Rbm, Updates, reconstruct};

use crate::training::{machine::evenly_spaced, spins_on};

/// The chains of all starts.
pub(super) enum Chains {
    /// Spins ±1, both layers sampled.
    Sampled(PackedTensor),
    /// The visible units as numbers, whatever sets them and the hidden units.
    Other(Tensor<2>, Updates),
}

impl Chains {
    pub(super) fn new(spins: &PackedSpins, updates: Updates, device: &Device) -> Result<Self> {
        Ok(if updates.are_sampled() {
            Self::Sampled(PackedTensor::new(&spins.to_words(), spins.n_sites(), device)?)
        } else {
            Self::Other(spins_on(device, spins), updates)
        })
    }

    /// Takes the steps from `step` up to `last`.
    pub(super) fn advance(self, machine: &Rbm, key: u64, step: usize, last: usize) -> Result<Self> {
        let (step, last) = (step as u64, last as u64);
        Ok(match self {
            Self::Sampled(chains) => Self::Sampled(models::flow(machine, chains, last - step, key, step)?),
            Self::Other(mut visible, updates) => {
                for step in step..last {
                    visible = reconstruct(machine, visible, updates, key, step)?;
                }
                Self::Other(visible, updates)
            }
        })
    }

    /// Visible units, shape `[n_chains, n_sites]`.
    pub(super) fn visible(&self) -> Tensor<2> {
        match self {
            Self::Sampled(chains) => chains.unpack(),
            Self::Other(visible, _) => visible.clone(),
        }
    }

    /// At most `n` of the chains, evenly spread over the starts.
    pub(super) fn evenly(self, n: usize) -> Result<Self> {
        Ok(match self {
            Self::Sampled(chains) => Self::Sampled(chains.select(&evenly_spaced(chains.n_samples(), n))?),
            Self::Other(visible, updates) => {
                let chosen: Vec<i32> =
                    evenly_spaced(visible.dims()[0], n).into_iter().map(|index| index as i32).collect();
                let order = TensorData::new(chosen, [n.min(visible.dims()[0])]);
                let order = Tensor::<1, Int>::from_data(order, (&visible.device(), DType::I32));
                Self::Other(visible.select(0, order), updates)
            }
        })
    }

    /// The visible units as spins.
    pub(super) fn spins(&self, n_sites: usize) -> Result<PackedSpins> {
        Ok(match self {
            Self::Sampled(chains) => PackedSpins::from_words(n_sites, &chains.to_words()?)?,
            Self::Other(visible, _) => PackedSpins::from_f32(n_sites, &visible.clone().try_into_vec_as::<f32>()?)?,
        })
    }
}
