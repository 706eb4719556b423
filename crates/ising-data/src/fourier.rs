//! Fields on the lattice in Fourier space.

use std::f64::consts::{PI, TAU};

use ising_theory::Lattice;
use num_complex::Complex64;

/// Number of sites along an axis.
fn extent(lattice: Lattice) -> usize {
    match lattice {
        Lattice::Ring { n_sites } => n_sites,
        Lattice::Square { side } => side,
    }
}

/// The length of every wave vector, shape `[n_sites]`: along each axis k = 2πn/L with −π < k ≤ π, per lattice constant. Wave
/// vectors are numbered as the sites are.
pub fn wave_numbers(lattice: Lattice) -> Vec<f64> {
    let extent = extent(lattice);
    let along_axis = |n: usize| {
        let k = TAU * n as f64 / extent as f64;
        if k > PI + 1e-9 { k - TAU } else { k }
    };
    (0..lattice.n_sites()).map(|i| along_axis(i / extent).hypot(along_axis(i % extent))).collect()
}

/// P(k) = |Σᵣ f(r) e^(−ikr)|²/N of a real field f, shape `[n_sites]`, for every wave vector; Σₖ P(k) = Σᵣ f(r)².
///
/// For spins, averaged over configurations, it is the structure factor.
pub fn power_spectrum(lattice: Lattice, field: &[f64]) -> Vec<f64> {
    let extent = extent(lattice);
    let mut waves: Vec<Complex64> = field.iter().map(|&value| value.into()).collect();
    for row in waves.chunks_exact_mut(extent) {
        transform(row);
    }
    if let Lattice::Square { side } = lattice {
        for column in 0..side {
            let mut values: Vec<Complex64> = waves.iter().skip(column).step_by(side).copied().collect();
            transform(&mut values);
            waves.iter_mut().skip(column).step_by(side).zip(values).for_each(|(wave, value)| *wave = value);
        }
    }
    waves.iter().map(|wave| wave.norm_sqr() / lattice.n_sites() as f64).collect()
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
    use super::*;

    #[test]
    fn a_plane_wave_has_its_power_at_its_two_wave_vectors() {
        let lattice = Lattice::Square { side: 6 };
        let wave = |site: usize| (TAU * (2.0 * (site / 6) as f64 + (site % 6) as f64) / 6.0 + 0.4).cos();
        let field: Vec<f64> = (0..36).map(wave).collect();
        let power = power_spectrum(lattice, &field);
        for (k, power) in power.iter().enumerate() {
            let expected = if k == 2 * 6 + 1 || k == 4 * 6 + 5 { 9.0 } else { 0.0 };
            assert!((power - expected).abs() < 1e-10, "P({k}) = {power}");
        }
        let expected = (TAU / 6.0) * 5.0f64.sqrt();
        assert!((wave_numbers(lattice)[13] - expected).abs() < 1e-12);
        assert!((wave_numbers(lattice)[4 * 6 + 5] - expected).abs() < 1e-12);
    }

    #[test]
    fn power_is_kept() {
        for lattice in [Lattice::Ring { n_sites: 7 }, Lattice::Square { side: 5 }] {
            let field: Vec<f64> = (0..lattice.n_sites()).map(|site| ((site * site) as f64).sin()).collect();
            let power: f64 = power_spectrum(lattice, &field).iter().sum();
            let squares: f64 = field.iter().map(|value| value * value).sum();
            assert!((power - squares).abs() < 1e-10);
        }
    }

    #[test]
    fn wave_numbers_of_a_ring_reach_pi() {
        let found = wave_numbers(Lattice::Ring { n_sites: 4 });
        for (found, expected) in found.iter().zip([0.0, PI / 2.0, PI, PI / 2.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }
}
