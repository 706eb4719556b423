//! The likelihood of a Restricted Boltzmann Machine, on the host and in 64-bit floats: ln Z exactly where one layer is small
//! enough, by annealed importance sampling from below and from above where it is not, and how far the machine is from data.
//!
//! The inner loops are plain ones over eight numbers side by side, compiled for every instruction set ([`crate::cpu::Level`]): the same bits at each.

mod annealing;
mod estimate;
mod exact;
mod free_energy;
mod lanes;
mod layer;
mod measures;
mod pseudo;
mod sampler;

pub use annealing::{AnnealedLnZ, Annealing, GoOn, annealed_ln_z, independent_bias, reverse_annealed_ln_z};
pub use exact::{EXACT_LIMIT, exact_ln_z};
pub use free_energy::free_energies;
pub use measures::{mean_ln_likelihood, relative_entropy};
pub use pseudo::pseudo_likelihood;
pub use sampler::exact_samples;
pub(crate) use {
    free_energy::{n_rows, side_by_side},
    lanes::WIDTH,
    layer::{Fields, Layer},
};
