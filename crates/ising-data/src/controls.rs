//! Control data: configurations that share some property with the originals, and nothing else.

use rand::seq::SliceRandom;

use crate::error::same;
use crate::stream::{Purpose, point_key, stream};
use crate::{DataError, PackedSpins, StatePoint};

/// One renaming of the sites, for all configurations alike: every correlation is kept, the lattice is lost. The control of
/// Veiga & Vicente (arXiv:2006.10176).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePermutation {
    /// The site of the lattice whose spin each renamed site has, shape `[n_sites]`.
    sites: Vec<usize>,
    /// The renamed site that has the spin of each site of the lattice, shape `[n_sites]`.
    inverse: Vec<usize>,
}

impl SitePermutation {
    /// A random one.
    pub fn random(n_sites: usize, seed: u64) -> Self {
        let mut sites: Vec<usize> = (0..n_sites).collect();
        sites.shuffle(&mut stream(seed, Purpose::Control, 0, 0));
        let mut inverse = vec![0; n_sites];
        sites.iter().enumerate().for_each(|(renamed, &site)| inverse[site] = renamed);
        Self { sites, inverse }
    }

    /// The site of the lattice whose spin each renamed site has, shape `[n_sites]`.
    pub fn sites(&self) -> &[usize] {
        &self.sites
    }

    /// Renames the sites.
    ///
    /// # Errors
    /// [`DataError::Shape`] for configurations of another number of sites.
    pub fn apply(&self, spins: &PackedSpins) -> Result<PackedSpins, DataError> {
        same("a configuration", spins.n_sites(), self.sites.len())?;
        Ok(spins.take_sites(&self.sites))
    }

    /// Gives the sites their old names back.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn undo(&self, spins: &PackedSpins) -> Result<PackedSpins, DataError> {
        same("a configuration", spins.n_sites(), self.sites.len())?;
        Ok(spins.take_sites(&self.inverse))
    }
}

/// Each configuration with its spins in a random order of its own: each keeps its magnetization, and so does every law of M
/// and |M|, but given M the spins are as independent as they can be ("mean field").
///
/// The configurations are those of `purpose` at `points`, point after point, equally many at each. The order of a
/// configuration is keyed as the configuration itself: by (seed, purpose, state point, index).
///
/// # Errors
/// [`DataError::Shape`] unless there are equally many configurations at each state point.
pub fn shuffled_spins(
    spins: &PackedSpins,
    points: &[StatePoint],
    seed: u64,
    purpose: Purpose,
) -> Result<PackedSpins, DataError> {
    let n_each = spins.n_samples() / points.len().max(1);
    same("configurations of all state points", spins.n_samples(), n_each * points.len())?;
    let mut row = vec![0.0; spins.n_sites()];
    let mut shuffled = Vec::with_capacity(spins.as_bytes().len());
    for (i, &point) in points.iter().enumerate() {
        let key = point_key(seed, purpose, point);
        for index in 0..n_each {
            spins.unpack(i * n_each + index, &mut row);
            row.shuffle(&mut stream(key, Purpose::Control, 1, index as u64));
            shuffled.extend_from_slice(PackedSpins::from_f32(row.len(), &row)?.as_bytes());
        }
    }
    Ok(PackedSpins::from_valid(spins.n_sites(), shuffled))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use ising_theory::{Lattice, ShuffledSpins};
    use statistics::mean;

    use super::*;
    use crate::{observables, sample, two_point_function};

    const N_EACH: usize = 2000;

    fn grid(temperatures: &[f64]) -> Vec<StatePoint> {
        temperatures.iter().map(|&t| StatePoint::new(t, 0.0).unwrap()).collect()
    }

    fn draw(lattice: Lattice, points: &[StatePoint]) -> PackedSpins {
        sample(lattice, points, N_EACH, 1, Purpose::Sample, &|_| true).unwrap()
    }

    fn magnetizations(spins: &PackedSpins) -> Vec<i64> {
        spins.rows().map(|row| crate::bits::magnetization(spins.n_sites(), row)).collect()
    }

    /// At Tc nearest neighbours have ⟨ss'⟩ = 0.76; scrambled they keep ⟨(M² − N)/(N(N − 1))⟩ of any pair, here 0.56.
    #[test]
    fn controls_keep_magnetizations_and_lose_the_lattice() {
        let (lattice, points) = (Lattice::square(8).unwrap(), grid(&[2.269]));
        let spins = draw(lattice, &points);
        let of_pairs: Vec<f64> = magnetizations(&spins).iter().map(|&m| (m * m - 64) as f64 / (64.0 * 63.0)).collect();
        let any_pair = mean(&of_pairs).value;
        let permutation = SitePermutation::random(64, 1);
        assert_eq!(permutation.undo(&permutation.apply(&spins).unwrap()).unwrap(), spins);
        let shuffled = shuffled_spins(&spins, &points, 1, Purpose::Sample).unwrap();
        for control in [permutation.apply(&spins).unwrap(), shuffled] {
            assert_eq!(magnetizations(&control), magnetizations(&spins));
            assert!((two_point_function(lattice, &control).unwrap()[1].value - any_pair).abs() < 0.03);
        }
        assert!(two_point_function(lattice, &spins).unwrap()[1].value > any_pair + 0.1);
    }

    /// Given M every pair of spins has ⟨ss'⟩ = (M² − N)/(N(N − 1)): G(r), less its mean over the M there are, is zero within
    /// 5 standard errors at 3 temperatures and 4 distances (false-alarm rate 7e-6). Energy and its variance are those of
    /// the exact law within 5 (4e-6 in all).
    #[test]
    fn shuffled_spins_have_no_correlations_but_those_of_the_magnetization() {
        let (lattice, n) = (Lattice::square(8).unwrap(), 64.0);
        let points = grid(&[1.5, 2.269, 4.0]);
        let shuffled = shuffled_spins(&draw(lattice, &points), &points, 1, Purpose::Sample).unwrap();
        for (i, &point) in points.iter().enumerate() {
            let here = shuffled.slice(i * N_EACH..(i + 1) * N_EACH).unwrap();
            let of_magnetization: Vec<f64> =
                magnetizations(&here).iter().map(|&m| ((m * m) as f64 - n) / (n * (n - 1.0))).collect();
            for r in 1..=4 {
                let residuals: Vec<f64> = (0..N_EACH)
                    .map(|k| {
                        two_point_function(lattice, &here.slice(k..k + 1).unwrap()).unwrap()[r].value
                            - of_magnetization[k]
                    })
                    .collect();
                let residual = mean(&residuals);
                assert!(residual.value.abs() < 5.0 * residual.error, "G({r}) at {point:?}: {residual:?}");
            }
            let law = &ShuffledSpins::over_fields(lattice, point.temperature(), &[0.0]).unwrap()[0];
            let [energy, variance] = law.energy_moments_per_site();
            let found = observables(lattice, point, &here).unwrap();
            let specific_heat = variance / point.temperature().powi(2);
            for (found, exact) in [(found.energy_per_site, energy), (found.specific_heat_per_site, specific_heat)] {
                assert!((found.value - exact).abs() < 5.0 * found.error, "{found:?}, exactly {exact} at {point:?}");
            }
        }
    }

    #[test]
    fn an_order_belongs_to_its_configuration() {
        let (lattice, points) = (Lattice::square(4).unwrap(), grid(&[1.0, 2.0, f64::INFINITY]));
        let spins = draw(lattice, &points);
        let all = shuffled_spins(&spins, &points, 1, Purpose::Sample).unwrap();
        let alone = spins.slice(N_EACH..N_EACH + 10).unwrap();
        let shuffled = |seed, purpose| shuffled_spins(&alone, &points[1..2], seed, purpose).unwrap();
        assert_eq!(shuffled(1, Purpose::Sample), all.slice(N_EACH..N_EACH + 10).unwrap());
        assert_ne!(shuffled(1, Purpose::HeldOut), shuffled(1, Purpose::Sample));
        assert_ne!(shuffled(2, Purpose::Sample), shuffled(1, Purpose::Sample));
        assert_eq!(shuffled_spins(&PackedSpins::new(16).unwrap(), &[], 1, Purpose::Sample).unwrap().n_samples(), 0);
    }
}
