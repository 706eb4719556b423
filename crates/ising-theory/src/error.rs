use crate::lattice::{Lattice, LatticeTooSmall};

/// What the theory cannot compute, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TheoryError {
    /// A lattice needs an extent of at least two.
    #[error(transparent)]
    LatticeTooSmall(#[from] LatticeTooSmall),
    /// The work of an exact method grows exponentially with the side.
    #[error("{method} reaches a side of {limit}, not {side}; {instead}")]
    SideTooLarge {
        /// The side asked for.
        side: usize,
        /// The largest side the method takes.
        limit: usize,
        /// The method.
        method: &'static str,
        /// What to use instead.
        instead: &'static str,
    },
    /// A temperature is a number from 0 to infinity.
    #[error("a temperature is a number from 0 to inf, not {temperature}")]
    InvalidTemperature {
        /// The temperature asked for.
        temperature: f64,
    },
    /// Couplings J/T and H/T must be finite.
    #[error("the couplings 1/T and H/T are finite above T = 1e-308 only, not at {temperature:e}")]
    InfiniteCoupling {
        /// The temperature asked for.
        temperature: f64,
    },
    /// A field is a finite number.
    #[error("a field is a finite number, not {field}")]
    InvalidField {
        /// The field asked for.
        field: f64,
    },
    /// A posterior needs at least one state point, and a prior that allows the observation.
    #[error("no state point of the grid can produce bond energy {bond_energy} and magnetization {magnetization}")]
    ImpossibleObservation {
        /// Bond energy −Σ sᵢsⱼ.
        bond_energy: i64,
        /// Magnetization Σ sᵢ.
        magnetization: i64,
    },
    /// Means of a set of configurations lie among the values of its configurations.
    #[error(
        "no set of {n_configurations} configurations of the {lattice} has mean bond energy {bond_energy} and mean \
         magnetization {magnetization}"
    )]
    ImpossibleMeans {
        /// The lattice.
        lattice: Lattice,
        /// Number of configurations.
        n_configurations: usize,
        /// Mean bond energy −Σ sᵢsⱼ of a configuration.
        bond_energy: f64,
        /// Mean magnetization Σ sᵢ of a configuration.
        magnetization: f64,
    },
    /// The likelihood of aligned spins grows with K and with h without end.
    #[error("all spins point one way, which any large H/T explains at any T: read the temperature in a known field")]
    AlignedConfigurations,
    /// Newton's method stopped short of the maximum of a likelihood.
    #[error("no maximum of the likelihood found at bond energy {bond_energy} and magnetization {magnetization}")]
    NoMaximumFound {
        /// Mean bond energy −Σ sᵢsⱼ of a configuration.
        bond_energy: f64,
        /// Mean magnetization Σ sᵢ of a configuration.
        magnetization: f64,
    },
}
