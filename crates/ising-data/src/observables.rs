//! Observables of independent configurations at one state point, with standard errors.

use ising_theory::Lattice;
use statistics::{Estimate, mean, variance};

use crate::bits::{bond_energy, magnetization};
use crate::{DataError, PackedSpins, StatePoint};

/// Observables per spin at a state point, J = k = 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observables {
    /// e = ⟨E⟩/N, the field term included.
    pub energy_per_site: Estimate,
    /// c = (⟨E²⟩ − ⟨E⟩²)/(N T²).
    pub specific_heat_per_site: Estimate,
    /// m = ⟨M⟩/N.
    pub magnetization_per_site: Estimate,
    /// ⟨|M|⟩/N.
    pub abs_magnetization_per_site: Estimate,
    /// chi = (⟨M²⟩ − ⟨M⟩²)/(N T).
    pub susceptibility_per_site: Estimate,
}

/// Bond energy −Σ₍ᵢⱼ₎ sᵢsⱼ of every configuration, shape `[n_samples]`.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn bond_energies(lattice: Lattice, spins: &PackedSpins) -> Result<Vec<i64>, DataError> {
    spins.check_sites(lattice)?;
    Ok(spins.rows().map(|row| bond_energy(lattice, row)).collect())
}

/// Total magnetization M = Σ sᵢ of every configuration, shape `[n_samples]`.
pub fn magnetizations(spins: &PackedSpins) -> Vec<i64> {
    spins.rows().map(|row| magnetization(spins.n_sites(), row)).collect()
}

/// Observables of independent configurations; with fewer than two of them the errors are undefined (NaN).
///
/// c and chi are 0 where nothing fluctuates and at T = ∞; at T = 0 and H = 0 chi is infinite.
///
/// # Errors
/// [`DataError::Shape`] for configurations of another number of sites.
pub fn observables(lattice: Lattice, point: StatePoint, spins: &PackedSpins) -> Result<Observables, DataError> {
    spins.check_sites(lattice)?;
    let n = lattice.n_sites() as f64;
    let magnetizations: Vec<f64> = magnetizations(spins).into_iter().map(|m| m as f64).collect();
    let energy = |(row, m): (&[u8], &f64)| bond_energy(lattice, row) as f64 - point.field() * m;
    let energies: Vec<f64> = spins.rows().zip(&magnetizations).map(energy).collect();
    let absolute: Vec<f64> = magnetizations.iter().map(|m| m.abs()).collect();
    let t = point.temperature();
    Ok(Observables {
        energy_per_site: mean(&energies).over(n),
        specific_heat_per_site: variance(&energies).over(n * t * t),
        magnetization_per_site: mean(&magnetizations).over(n),
        abs_magnetization_per_site: mean(&absolute).over(n),
        susceptibility_per_site: variance(&magnetizations).over(n * t),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::stream::{Purpose, Xoroshiro};
    use crate::two_point_function;

    /// The energy and chi of a fixed set against direct sums over its spins.
    #[test]
    fn observables_equal_direct_sums() {
        let lattice = Lattice::square(9).unwrap();
        let point = StatePoint::new(2.0, 0.3).unwrap();
        let spins = crate::sample(lattice, &[point], 50, 3, Purpose::Sample, &|_| true).unwrap();
        let energies: Vec<f64> = (0..50).map(|i| lattice.energy(&spins.to_i8(i).unwrap(), 0.3)).collect();
        let found = observables(lattice, point, &spins).unwrap();
        assert!((found.energy_per_site.value * 81.0 - mean(&energies).value).abs() < 1e-10);
        assert!((found.specific_heat_per_site.value * 81.0 * 4.0 - variance(&energies).value).abs() < 1e-9);
        let g = two_point_function(lattice, &spins).unwrap();
        assert_eq!(g.len(), 5);
        assert!((g[0].value - 1.0).abs() < 1e-15 && g[0].error == 0.0);
        let direct = |r: usize, s: &[i8]| -> f64 {
            let pairs = (0..81).map(|i| {
                let (y, x) = (i / 9, i % 9);
                s[i] * (s[y * 9 + (x + r) % 9] + s[(y + r) % 9 * 9 + x])
            });
            pairs.map(f64::from).sum::<f64>() / 162.0
        };
        let third: Vec<f64> = (0..50).map(|i| direct(3, &spins.to_i8(i).unwrap())).collect();
        assert!((g[3].value - mean(&third).value).abs() < 1e-12);
    }

    /// The spread of s² over 4000 sets of 200 uniform numbers is as stated, within 5 σ (false-alarm rate 6e-7).
    #[test]
    fn error_of_a_variance_is_its_spread() {
        let mut rng = Xoroshiro::new(1, 0);
        let sets: Vec<Estimate> =
            (0..4000).map(|_| variance(&(0..200).map(|_| rng.uniform()).collect::<Vec<_>>())).collect();
        let spread = variance(&sets.iter().map(|s| s.value).collect::<Vec<_>>());
        let stated = sets.iter().map(|s| s.error * s.error).sum::<f64>() / 4000.0;
        assert!((spread.value - stated).abs() < 5.0 * spread.error);
    }

    #[test]
    fn limits_of_temperature() {
        let lattice = Lattice::square(4).unwrap();
        let at = |t, h| {
            let point = StatePoint::new(t, h).unwrap();
            let spins = crate::sample(lattice, &[point], 100, 3, Purpose::Sample, &|_| true).unwrap();
            observables(lattice, point, &spins).unwrap()
        };
        assert!(at(0.0, 0.0).susceptibility_per_site.value > f64::MAX);
        assert_eq!(at(0.0, 0.0).specific_heat_per_site, Estimate { value: 0.0, error: 0.0 });
        assert_eq!(at(0.0, 1.0).susceptibility_per_site, Estimate { value: 0.0, error: 0.0 });
        assert_eq!(at(0.0, 1.0).energy_per_site, Estimate { value: -3.0, error: 0.0 });
        assert_eq!(at(f64::INFINITY, 1.0).specific_heat_per_site, Estimate { value: 0.0, error: 0.0 });
    }
}
