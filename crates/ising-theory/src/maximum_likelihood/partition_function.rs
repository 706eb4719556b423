//! ln Z(K, h) of a lattice with its derivatives, by the fastest method that knows them all.

use super::sector_table::{LARGEST_COUPLING, SectorTable, sum_over_sectors};
use crate::jet::Jet;
use crate::transfer_matrix::MagnetizationTable;
use crate::{Lattice, TheoryError, kaufman, ring};

/// Beyond this K no ring leaves its aligned states in f64.
const LARGEST_COUPLING_OF_RING: f64 = 50.0;

/// f(K, h) = ln Z − K n_bonds − |h| N, so that −∂f/∂K and −∂f/∂h are the mean distances of E_b and M from the state
/// aligned with the field, and the second derivatives the covariances of −E_b and M.
#[derive(Clone, Debug)]
pub(super) enum PartitionFunction {
    /// Powers of the 2 × 2 transfer matrix.
    Ring {
        /// Number of sites.
        n_sites: usize,
    },
    /// Interpolated over K from the transfer matrix of rows.
    Torus(SectorTable),
    /// Kaufman's solution, at h = 0 only: derivatives in h are zero.
    TorusInZeroField {
        /// Side.
        side: usize,
    },
}

impl PartitionFunction {
    /// f at K ≥ 0 and h ≥ 0.
    pub(super) fn ln_z_excess(&self, coupling: f64, field: f64) -> Result<Jet, TheoryError> {
        match self {
            Self::Ring { n_sites } => Ok(ring::ln_z_excess(*n_sites, coupling, field)),
            Self::Torus(table) => table.ln_z_excess(coupling, field),
            Self::TorusInZeroField { side } => Ok(kaufman::ln_z_excess(*side, coupling)),
        }
    }

    /// The K at which the lattice is aligned to the precision of f64.
    pub(super) fn largest_coupling(&self) -> f64 {
        match self {
            Self::Ring { .. } => LARGEST_COUPLING_OF_RING,
            Self::Torus(_) | Self::TorusInZeroField { .. } => LARGEST_COUPLING,
        }
    }
}

/// f at one state point, without interpolation.
pub(super) fn exact_ln_z_excess(lattice: Lattice, coupling: f64, field: f64) -> Result<Jet, TheoryError> {
    exact_ln_z_excess_over_fields(lattice, coupling, &[field]).map(|values| values[0])
}

/// f at one K and each h of `fields`, without interpolation.
pub(super) fn exact_ln_z_excess_over_fields(
    lattice: Lattice,
    coupling: f64,
    fields: &[f64],
) -> Result<Vec<Jet>, TheoryError> {
    match lattice {
        Lattice::Ring { n_sites } => {
            Ok(fields.iter().map(|&field| ring::ln_z_excess(n_sites, coupling, field)).collect())
        }
        Lattice::Square { side } => {
            let table = MagnetizationTable::new(side, coupling.recip())?;
            Ok(fields.iter().map(|&field| sum_over_sectors(table.sectors(), field)).collect())
        }
    }
}
