//! Samples of the Ising model: state points, random streams, samplers, observables and files.
//!
//! The way: a [`grid`] of [`StatePoint`]s → [`sample`], or a [`Sampler`] of one's choice → [`PackedSpins`], one bit a spin →
//! [`observables`], or a file ([`SampleSet`]).
//!
//! | sampler | how | reach |
//! |---|---|---|
//! | [`Sampler::Exact`] | row by row through the transfer matrix: independent, exact | rings; torus up to L = 12 |
//! | [`Sampler::Perfect`] | coupling from the past of the random-cluster model: independent, exact | any lattice, slower |
//! | [`Sampler::Cluster`] | Swendsen-Wang chains from both ends of the phase diagram | any lattice |
//! | [`Sampler::HeatBath`] | bit-sliced local heat bath, 512 replicas a word ([`HeatBath`]) | any lattice, if the sweeps suffice |
//!
//! Every random number is named by (seed, purpose, index or state point, step), see [`stream`]: a sample depends neither on threads
//! nor on what else is drawn. Errors of observables are those of independent configurations; for chains there is
//! [`statistics::autocorrelation`].
//!
//! ```
//! use ising_data::{SampleSet, StatePoint, observables, sample, stream::Purpose};
//! use ising_theory::{Lattice, thermodynamics};
//!
//! let (lattice, point) = (Lattice::square(8)?, StatePoint::new(2.5, 0.1)?);
//! let spins = sample(lattice, &[point], 1000, 1, Purpose::Sample, &|_n_done| true)?;
//! let measured = observables(lattice, point, &spins)?.energy_per_site;
//! let exact = thermodynamics(lattice, 2.5, 0.1)?.energy_per_site;
//! assert!((measured.value - exact).abs() < 4.0 * measured.error);
//! let file = SampleSet::new(lattice, &[point], spins, Default::default())?.to_bytes();
//! # assert!(SampleSet::from_bytes(&file).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A longer example: `examples/exact_samples.rs`.

#![deny(unsafe_code)]

mod bits;
mod block_spin;
mod clusters;
mod controls;
mod correlations;
mod divergence;
mod error;
mod exact;
mod fourier;
mod heat_bath;
mod mapped;
mod observables;
mod packed;
mod perfect;
mod progress;
mod random_cluster;
mod reweighting;
mod row_weights;
mod sample_set;
mod sampler;
mod simd;
mod state_point;
pub mod stream;
mod swendsen_wang;

pub use block_spin::{decimation, majority};
pub use controls::{SitePermutation, shuffled_spins};
pub use correlations::{
    Correlations, binder_ratio, connected_correlation, correlation_at, correlation_length, correlations,
    largest_distance, structure_factor, two_point_function,
};
pub use divergence::{Reference, relative_entropy};
pub use error::DataError;
pub use fourier::{Waves, power_spectrum, waves};
pub use heat_bath::{HeatBath, LANES};
pub use observables::{Observables, bond_energies, magnetizations, observables};
pub use packed::PackedSpins;
pub use progress::OnDone;
pub use reweighting::specific_heat_maximum;
pub use sample_set::SampleSet;
pub use sampler::{Sampler, Samples, sample};
pub use simd::SimdLevel;
pub use state_point::{StatePoint, grid};
