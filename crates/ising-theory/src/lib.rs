//! Exact and approximate physics of the Ising model in f64: no files, no networks, no randomness.

mod bethe;
mod bulk;
mod chain;
mod energy_thermometer;
mod error;
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
mod specific_heat_ridge;
mod thermodynamics;
mod transfer_matrix;

pub use bethe::BetheLattice;
pub use bulk::BulkThermodynamics;
pub use chain::{chain_correlation, infinite_chain, ring_correlation};
pub use energy_thermometer::{EnergyThermometer, TemperatureReading};
pub use error::TheoryError;
pub use kaufman::kaufman;
pub use lattice::Lattice;
pub use magnetization_thermometer::temperature_of_abs_magnetization;
pub use maximum_likelihood::{
    CramerRao, MaximumLikelihood, MaximumLikelihoodReading, cramer_rao, cramer_rao_in_known_field,
    cramer_rao_over_fields,
};
pub use onsager::{CRITICAL_TEMPERATURE, onsager};
pub use posterior::BayesThermometer;
pub use reading_limits::ReadingLimits;
pub use renormalization::{Couplings, CriticalPoint, Renormalization, decimation_invariant, field_on_decimation_line};
pub use specific_heat_ridge::{
    FieldTerm, SpecificHeatMaximum, specific_heat_maxima, specific_heat_maximum, specific_heat_maximum_between,
    tabulated_maximum,
};
pub use thermodynamics::{Thermodynamics, thermodynamics, thermodynamics_over_fields};
pub use transfer_matrix::{EnergyDistribution, JointDensityOfStates, MagnetizationTable};
