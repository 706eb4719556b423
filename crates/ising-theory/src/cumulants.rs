//! What the exact methods give: moments of energy and magnetization of a whole lattice, from the state aligned with the field.

use crate::lattice::Lattice;

/// What the energy E in C = (∂⟨E⟩/∂T)_H contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldTerm {
    /// −Σ sᵢsⱼ − H Σ sᵢ, so that C = Var(E)/T².
    Included,
    /// −Σ sᵢsⱼ alone.
    Excluded,
}

/// First and second moment of the energy per site at one temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct EnergyMoments {
    /// (⟨E⟩ − E₀)/N above the aligned state, the field term included.
    pub(crate) excess_per_site: f64,
    /// Covariance per site of E with itself, or with the bond energy alone: T² (∂⟨·⟩/∂T)_H.
    pub(crate) covariance_per_site: f64,
}

/// Energy of the state aligned with the field, −(z/2 + |H|) N.
pub(crate) fn ground_energy(lattice: Lattice, field: f64) -> f64 {
    -(lattice.n_bonds() as f64 + field.abs() * lattice.n_sites() as f64)
}

/// Cumulants of a whole lattice, measured from the state aligned with the field so that nothing cancels at low T.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cumulants {
    /// ln Z + E₀/T.
    pub(crate) ln_z_excess: f64,
    /// ⟨E⟩ − E₀.
    pub(crate) energy_excess: f64,
    /// ⟨E²⟩ − ⟨E⟩².
    pub(crate) energy_variance: f64,
    /// ⟨M⟩.
    pub(crate) magnetization: f64,
    /// ⟨|M|⟩.
    pub(crate) abs_magnetization: f64,
    /// ⟨M²⟩ − ⟨M⟩².
    pub(crate) magnetization_variance: f64,
}
