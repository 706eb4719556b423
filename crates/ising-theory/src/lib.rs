//! Exact and approximate physics of the Ising model in f64: no files, no networks, no randomness.
//!
//! E = −Σ sᵢsⱼ − H Σ sᵢ with J = k_B = 1, on a ring or a torus ([`Lattice`]). Values are per site, the field term is part of the
//! energy, and T = 0 and T = ∞ are allowed: at T = 0, H = 0 the law is that of the two aligned states.
//!
//! | question | item | reach |
//! |---|---|---|
//! | ln Z, e, c, m, \|m\|, χ of a finite lattice | [`thermodynamics`], [`thermodynamics_over_fields`] | ring; torus up to L = 12 |
//! | the torus at H = 0 | [`kaufman`] | any L |
//! | the infinite lattice | [`infinite_chain`], [`onsager`], [`BetheLattice`] | Onsager: H = 0 |
//! | where c is largest over T | [`specific_heat_maximum`], [`specific_heat_maxima`] | as the values |
//! | the line of constant magnetization | [`fields_of_magnetization`] | as the values |
//! | distributions of E and M | [`EnergyDistribution`], [`StateCounts`], [`JointDensityOfStates`], [`MagnetizationTable`] | torus up to L = 12 |
//! | G(r) | [`ring_correlation`], [`chain_correlation`], [`torus_correlations`] | torus up to L = 12 |
//! | (T, H) of configurations | [`EnergyThermometer`], [`MaximumLikelihood`], [`BayesThermometer`] | as the values |
//! | how well it can be read | [`cramer_rao`], [`ReadingLimits`] | as the values |
//! | renormalization, b = 2 | [`Renormalization`], [`rg_fixed_points`] | chain exact; square lattice Migdal-Kadanoff |
//!
//! What is out of reach is an error ([`TheoryError`]), never an approximation in its place.
//!
//! ```
//! use ising_theory::{Lattice, specific_heat_maximum, thermodynamics};
//!
//! let here = thermodynamics(Lattice::square(10)?, 2.25, 0.5)?;
//! assert!((here.energy_per_site - -2.270781).abs() < 1e-6);
//! let maximum = specific_heat_maximum(Lattice::square(4)?, 0.0)?;
//! assert!((maximum.temperature - 2.43895).abs() < 1e-5);
//! # Ok::<(), ising_theory::TheoryError>(())
//! ```
//!
//! A longer example: `examples/specific_heat.rs`.

mod bethe;
mod bulk;
mod chain;
mod check;
mod constant_magnetization;
mod cumulants;
mod energy_thermometer;
mod error;
mod fixed_points;
mod jet;
mod kaufman;
mod lattice;
mod magnetization_thermometer;
mod maximum_likelihood;
mod onsager;
mod posterior;
mod reading_limits;
mod renormalization;
mod ring;
mod shuffled_spins;
mod specific_heat_ridge;
mod state_counts;
mod thermodynamics;
mod transfer_matrix;

pub use bethe::BetheLattice;
pub use bulk::BulkThermodynamics;
pub use chain::{chain_correlation, infinite_chain, ring_correlation};
pub use constant_magnetization::fields_of_magnetization;
pub use cumulants::FieldTerm;
pub use energy_thermometer::{EnergyThermometer, TemperatureReading};
pub use error::TheoryError;
pub use fixed_points::{RgFixedPoint, Stability, rg_fixed_points};
pub use kaufman::kaufman;
pub use lattice::{Lattice, LatticeTooSmall};
pub use magnetization_thermometer::temperature_of_abs_magnetization;
pub use maximum_likelihood::{
    CramerRao, MaximumLikelihood, MaximumLikelihoodReading, cramer_rao, cramer_rao_in_known_field,
    cramer_rao_over_fields,
};
pub use onsager::{CRITICAL_TEMPERATURE, onsager};
pub use posterior::BayesThermometer;
pub use reading_limits::ReadingLimits;
pub use renormalization::{Couplings, CriticalPoint, Renormalization, decimation_invariant, field_on_decimation_line};
pub use shuffled_spins::ShuffledSpins;
pub use specific_heat_ridge::{
    SpecificHeatMaximum, specific_heat_maxima, specific_heat_maximum, specific_heat_maximum_between, tabulated_maximum,
};
pub use state_counts::{StateClass, StateCounts};
pub use thermodynamics::{Thermodynamics, thermodynamics, thermodynamics_over_fields};
pub use transfer_matrix::{EnergyDistribution, JointDensityOfStates, MagnetizationTable, torus_correlations};
