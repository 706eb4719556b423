//! Correlations of independent configurations of one law: in space, in Fourier space, and how far they reach.

use std::f64::consts::{PI, TAU};

use ising_theory::Lattice;
use num_complex::Complex64;
use statistics::{Estimate, jackknife, mean};

use crate::bits::{magnetization, pair_sum};
use crate::clusters::mean_cluster_sizes;
use crate::fourier::extent;
use crate::{DataError, PackedSpins};

/// How far spins are correlated; with fewer than two configurations the errors are undefined (NaN).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlations {
    /// U = 1 − ⟨M⁴⟩/(3 ⟨M²⟩²) (Binder, Z. Phys. B 43, 119): 2/3 where all are aligned, 0 where M is Gaussian.
    pub binder_ratio: Estimate,
    /// ξ, see [`correlation_length`].
    pub correlation_length: Estimate,
    /// Σ n_c²/N, the mean size of the geometric cluster of a site, from 1 to N.
    pub mean_cluster_size: Estimate,
}

/// Binder's ratio, correlation length and cluster size of independent configurations.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn correlations(lattice: Lattice, spins: &PackedSpins) -> Result<Correlations, DataError> {
    spins.check_sites(lattice)?;
    Ok(Correlations {
        binder_ratio: binder_ratio(spins),
        correlation_length: correlation_length(lattice, spins)?,
        mean_cluster_size: mean(&mean_cluster_sizes(lattice, spins)),
    })
}

/// U = 1 − ⟨M⁴⟩/(3 ⟨M²⟩²) of independent configurations.
pub fn binder_ratio(spins: &PackedSpins) -> Estimate {
    let squares = magnetizations(spins).map(|m| m * m);
    jackknife(&squares.map(|square| [square, square * square]).collect::<Vec<_>>(), |[square, fourth]| {
        1.0 - fourth / (3.0 * square * square)
    })
}

/// ξ = √(S(0)/S(k₁) − 1)/(2 sin(k₁/2)), the second-moment correlation length in lattice constants, k₁ = 2π/L along an axis and
/// S(0) = (⟨M²⟩ − ⟨M⟩²)/N (Cooper, Freedman and Preston, Nucl. Phys. B 210, 210).
///
/// The error of ξ² is the jackknife's, that of ξ reaches to √(ξ² + it); ξ is 0 where noise makes ξ² negative, infinite where all
/// spins of every configuration are aligned, NaN where nothing fluctuates. In an ordered phase it exceeds the lattice.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn correlation_length(lattice: Lattice, spins: &PackedSpins) -> Result<Estimate, DataError> {
    spins.check_sites(lattice)?;
    let n = spins.n_samples() as f64;
    let per_site = 1.0 / lattice.n_sites() as f64;
    let waves = powers(lattice, spins, 1);
    let rows: Vec<[f64; 3]> = magnetizations(spins).zip(waves).map(|(m, wave)| [m, m * m * per_site, wave]).collect();
    let least = 2.0 * (PI / extent(lattice) as f64).sin();
    let square = jackknife(&rows, |[m, uniform, wave]| {
        let fluctuation = (uniform - m * m * per_site) * n / (n - 1.0);
        (fluctuation / wave - 1.0) / (least * least)
    });
    let value = if square.value < 0.0 { 0.0 } else { square.value.sqrt() };
    Ok(Estimate { value, error: (value * value + square.error).sqrt() - value })
}

/// The largest distance along an axis: L/2, or N/2 on the ring.
pub fn largest_distance(lattice: Lattice) -> usize {
    extent(lattice) / 2
}

/// G(r) for r = 0, 1, …, L/2, shape `[L/2 + 1]`, see [`correlation_at`].
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn two_point_function(lattice: Lattice, spins: &PackedSpins) -> Result<Vec<Estimate>, DataError> {
    spins.check_sites(lattice)?;
    (0..=largest_distance(lattice)).map(|r| correlation_at(lattice, spins, r)).collect()
}

/// G(r) = ⟨sᵢsⱼ⟩ over the pairs at distance `r` along the axes.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn correlation_at(lattice: Lattice, spins: &PackedSpins, r: usize) -> Result<Estimate, DataError> {
    spins.check_sites(lattice)?;
    let n_pairs = lattice.n_bonds() as f64;
    Ok(mean(&spins.rows().map(|row| pair_sum(lattice, row, r) as f64 / n_pairs).collect::<Vec<_>>()))
}

/// G(1) − G(L/2), the part of the correlation of neighbours that depends on their distance: 0 for free spins of any
/// magnetization. The error is that of the differences configuration by configuration.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn connected_correlation(lattice: Lattice, spins: &PackedSpins) -> Result<Estimate, DataError> {
    spins.check_sites(lattice)?;
    let (n_pairs, farthest) = (lattice.n_bonds() as f64, largest_distance(lattice));
    let difference = |row: &[u8]| (pair_sum(lattice, row, 1) - pair_sum(lattice, row, farthest)) as f64 / n_pairs;
    Ok(mean(&spins.rows().map(difference).collect::<Vec<_>>()))
}

/// S(k) = ⟨|Σᵣ sᵣ e^(−ikr)|²⟩/N at k = 2πn/L, the mean over the axes; at n = 0 it is N⟨m²⟩.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn structure_factor(lattice: Lattice, spins: &PackedSpins, n: usize) -> Result<Estimate, DataError> {
    spins.check_sites(lattice)?;
    Ok(mean(&powers(lattice, spins, n)))
}

/// M of every configuration.
fn magnetizations(spins: &PackedSpins) -> impl Iterator<Item = f64> {
    spins.rows().map(|row| magnetization(spins.n_sites(), row) as f64)
}

/// |Σᵣ sᵣ e^(−ikr)|²/N of every configuration at k = 2πn/L, the mean over the axes, shape `[n_samples]`.
fn powers(lattice: Lattice, spins: &PackedSpins, n: usize) -> Vec<f64> {
    let extent = extent(lattice);
    let wave: Vec<Complex64> =
        (0..extent).map(|r| Complex64::cis(-TAU * (n % extent * r % extent) as f64 / extent as f64)).collect();
    let power = |sums: &[f32]| {
        // A constant has no part in k ≠ 0: taken off first, equal sums give 0 without rounding.
        let constant = if n == 0 { 0.0 } else { sums[0] };
        let waves = sums.iter().zip(&wave).map(|(sum, wave)| f64::from(sum - constant) * wave);
        waves.sum::<Complex64>().norm_sqr()
    };
    let (mut sites, mut rows, mut columns) = (vec![0.0; lattice.n_sites()], vec![0.0; extent], vec![0.0; extent]);
    let of_sample = |sample| {
        spins.unpack(sample, &mut sites);
        let power = match lattice {
            Lattice::Ring { .. } => power(&sites),
            Lattice::Square { side, .. } => {
                columns.fill(0.0);
                for (sum, row) in rows.iter_mut().zip(sites.chunks_exact(side)) {
                    *sum = row.iter().sum();
                    columns.iter_mut().zip(row).for_each(|(sum, spin)| *sum += spin);
                }
                0.5 * (power(&rows) + power(&columns))
            }
        };
        power / lattice.n_sites() as f64
    };
    (0..spins.n_samples()).map(of_sample).collect()
}
