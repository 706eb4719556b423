//! Correlations of configurations as cells of tables: part of `flow` and `analyze`.

use std::f64::consts::TAU;

use anyhow::Result;
use ising_data::{Correlations, PackedSpins, correlation_at, correlations, largest_distance, structure_factor};
use ising_theory::Lattice;

use crate::table::Cell;

/// Columns of one distance r along the axes: G(r), and S(k) at k = 2πr/L.
pub(super) const BY_DISTANCE: [&str; 6] =
    ["distance", "correlation", "correlation_error", "wave_number", "structure_factor", "structure_factor_error"];

/// Columns of one set of configurations.
pub(super) const REACH: [&str; 6] = [
    "binder_ratio",
    "binder_ratio_error",
    "correlation_length",
    "correlation_length_error",
    "mean_cluster_size",
    "mean_cluster_size_error",
];

/// Distances that are measured: each up to 10, then about ten a decade, and the largest.
pub(super) fn distances(lattice: Lattice) -> Vec<usize> {
    super::log_spaced(largest_distance(lattice))
}

/// The cells of [`BY_DISTANCE`] at every distance.
pub(super) fn by_distance(lattice: Lattice, spins: &PackedSpins) -> Result<Vec<[Cell; 6]>> {
    let extent = match lattice {
        Lattice::Ring { n_sites, .. } => n_sites,
        Lattice::Square { side, .. } => side,
    };
    let at = |r: usize| -> Result<[Cell; 6]> {
        let (g, s) = (correlation_at(lattice, spins, r)?, structure_factor(lattice, spins, r)?);
        let wave_number = TAU * r as f64 / extent as f64;
        Ok([r.into(), g.value.into(), g.error.into(), wave_number.into(), s.value.into(), s.error.into()])
    };
    distances(lattice).into_iter().map(at).collect()
}

/// The cells of [`REACH`].
pub(super) fn reach(lattice: Lattice, spins: &PackedSpins) -> Result<[Cell; 6]> {
    let Correlations { binder_ratio, correlation_length, mean_cluster_size } = correlations(lattice, spins)?;
    let [[u, u_error], [xi, xi_error], [size, size_error]] =
        [binder_ratio, correlation_length, mean_cluster_size].map(|found| [found.value, found.error].map(Cell::from));
    Ok([u, u_error, xi, xi_error, size, size_error])
}
