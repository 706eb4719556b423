//! Fields on the lattice in Fourier space.

use std::f64::consts::{PI, TAU};

use ising_theory::Lattice;
use num_complex::Complex64;

use crate::DataError;
use crate::error::same;

/// How a field is made of plane waves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waves {
    /// ⟨|k|⟩, the wave vectors weighted by their power.
    pub mean_wave_number: f64,
    /// Part of the power in that star of wave vectors that has the largest: 1 for a plane wave and what the lattice's symmetries
    /// make of it.
    pub largest_star: f64,
}

/// What plane waves make up a field, shape `[n_sites]`; NaN for the field 0.
///
/// # Errors
/// [`DataError::Shape`] for a field on another number of sites.
pub fn waves(lattice: Lattice, field: &[f64]) -> Result<Waves, DataError> {
    let power = power_spectrum(lattice, field)?;
    let total: f64 = power.iter().sum();
    let mut of_stars = vec![0.0; power.len()];
    stars(lattice).iter().zip(&power).for_each(|(&star, power)| of_stars[star] += power);
    let weighted: f64 = wave_numbers(lattice).iter().zip(&power).map(|(k, power)| k * power).sum();
    Ok(Waves { mean_wave_number: weighted / total, largest_star: of_stars.into_iter().fold(0.0, f64::max) / total })
}

/// Number of sites along an axis.
pub(crate) fn extent(lattice: Lattice) -> usize {
    match lattice {
        Lattice::Ring { n_sites, .. } => n_sites,
        Lattice::Square { side, .. } => side,
    }
}

/// The length of every wave vector, shape `[n_sites]`: along each axis k = 2πn/L with −π < k ≤ π, per lattice constant. Wave
/// vectors are numbered as the sites are.
pub(crate) fn wave_numbers(lattice: Lattice) -> Vec<f64> {
    let extent = extent(lattice);
    let along_axis = |n: usize| {
        let k = TAU * n as f64 / extent as f64;
        if k > PI + 1e-9 { k - TAU } else { k }
    };
    (0..lattice.n_sites()).map(|i| along_axis(i / extent).hypot(along_axis(i % extent))).collect()
}

/// The star of every wave vector, shape `[n_sites]`: those that the lattice's symmetries turn into it, (±kₓ, ±k_y) and (±k_y, ±kₓ),
/// on a ring ±k, named after the first of them.
pub(crate) fn stars(lattice: Lattice) -> Vec<usize> {
    let extent = extent(lattice);
    let folded = |n: usize| n.min(extent - n);
    let star = |i: usize| {
        let (a, b) = (folded(i / extent), folded(i % extent));
        a.min(b) * extent + a.max(b)
    };
    (0..lattice.n_sites()).map(star).collect()
}

/// P(k) = |Σᵣ f(r) e^(−ikr)|²/N of a real field f, shape `[n_sites]`, for every wave vector; Σₖ P(k) = Σᵣ f(r)².
///
/// For spins, averaged over configurations, it is the structure factor.
///
/// # Errors
/// [`DataError::Shape`] for a field on another number of sites.
pub fn power_spectrum(lattice: Lattice, field: &[f64]) -> Result<Vec<f64>, DataError> {
    same("the field", field.len(), lattice.n_sites())?;
    let extent = extent(lattice);
    let mut waves: Vec<Complex64> = field.iter().map(|&value| value.into()).collect();
    for row in waves.chunks_exact_mut(extent) {
        transform(row);
    }
    if let Lattice::Square { side, .. } = lattice {
        for column in 0..side {
            let mut values: Vec<Complex64> = waves.iter().skip(column).step_by(side).copied().collect();
            transform(&mut values);
            waves.iter_mut().skip(column).step_by(side).zip(values).for_each(|(wave, value)| *wave = value);
        }
    }
    Ok(waves.iter().map(|wave| wave.norm_sqr() / lattice.n_sites() as f64).collect())
}

/// Σᵣ f(r) e^(−ikr) along one axis.
fn transform(values: &mut [Complex64]) {
    let n = values.len();
    let phases: Vec<Complex64> = (0..n).map(|i| Complex64::cis(-TAU * i as f64 / n as f64)).collect();
    let wave = |k: usize| values.iter().enumerate().map(|(r, value)| value * phases[k * r % n]).sum();
    let waves: Vec<Complex64> = (0..n).map(wave).collect();
    values.copy_from_slice(&waves);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_plane_wave_has_its_power_at_its_two_wave_vectors() {
        let lattice = Lattice::square(6).expect("a lattice");
        let wave = |site: usize| (TAU * (2.0 * (site / 6) as f64 + (site % 6) as f64) / 6.0 + 0.4).cos();
        let field: Vec<f64> = (0..36).map(wave).collect();
        let power = power_spectrum(lattice, &field).unwrap();
        for (k, power) in power.iter().enumerate() {
            let expected = if k == 2 * 6 + 1 || k == 4 * 6 + 5 { 9.0 } else { 0.0 };
            assert!((power - expected).abs() < 1e-10, "P({k}) = {power}");
        }
        let Waves { mean_wave_number, largest_star } = waves(lattice, &field).unwrap();
        assert!((mean_wave_number - wave_numbers(lattice)[13]).abs() < 1e-12 && (largest_star - 1.0).abs() < 1e-12);
        let expected = (TAU / 6.0) * 5.0f64.sqrt();
        assert!((wave_numbers(lattice)[13] - expected).abs() < 1e-12);
        assert!((wave_numbers(lattice)[4 * 6 + 5] - expected).abs() < 1e-12);
    }

    #[test]
    fn power_is_kept() {
        for lattice in [Lattice::ring(7).expect("a lattice"), Lattice::square(5).expect("a lattice")] {
            let field: Vec<f64> = (0..lattice.n_sites()).map(|site| ((site * site) as f64).sin()).collect();
            let power: f64 = power_spectrum(lattice, &field).unwrap().iter().sum();
            let squares: f64 = field.iter().map(|value| value * value).sum();
            assert!((power - squares).abs() < 1e-10);
        }
    }

    #[test]
    fn wave_vectors_of_a_star_are_equally_long() {
        let found = stars(Lattice::ring(5).expect("a lattice"));
        assert_eq!(found, [0, 1, 2, 2, 1]);
        let lattice = Lattice::square(10).expect("a lattice");
        let (stars, lengths) = (stars(lattice), wave_numbers(lattice));
        let count = |star: usize| stars.iter().filter(|&&other| other == star).count();
        // (0, 0), (0, 1), (1, 1), (1, 2), (5, 5); (3, 4) is as long as (0, 5) and another star.
        assert_eq!([0, 1, 11, 12, 55, 34, 5].map(count), [1, 4, 4, 8, 1, 8, 2]);
        assert!(stars.iter().zip(&lengths).all(|(&star, length)| (length - lengths[star]).abs() < 1e-12));
    }

    #[test]
    fn wave_numbers_of_a_ring_reach_pi() {
        let found = wave_numbers(Lattice::ring(4).expect("a lattice"));
        for (found, expected) in found.iter().zip([0.0, PI / 2.0, PI, PI / 2.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }
}
