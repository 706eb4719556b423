//! Control data: configurations that share some property with the originals, and nothing else.

use rand::seq::SliceRandom;

use crate::PackedSpins;
use crate::stream::{Purpose, stream};

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
    pub fn apply(&self, spins: &PackedSpins) -> PackedSpins {
        spins.take_sites(&self.sites)
    }

    /// Gives the sites their old names back.
    pub fn undo(&self, spins: &PackedSpins) -> PackedSpins {
        spins.take_sites(&self.inverse)
    }
}

/// Each configuration with its spins in a random order of its own: each keeps its magnetization, and so does every
/// m(T) and |m|(T), but given M the spins are as independent as they can be ("mean field").
pub fn independent_spins(spins: &PackedSpins, seed: u64) -> PackedSpins {
    let mut values = spins.to_f32();
    for (sample, row) in values.chunks_exact_mut(spins.n_sites()).enumerate() {
        row.shuffle(&mut stream(seed, Purpose::Control, 1, sample as u64));
    }
    PackedSpins::from_f32(spins.n_sites(), &values)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use ising_theory::Lattice;

    use super::*;
    use crate::{StatePoint, magnetization, sample, two_point_function};

    /// At Tc nearest neighbours have ⟨ss'⟩ = 0.76; scrambled they keep ⟨(M² − N)/(N(N − 1))⟩ of any pair, here 0.56.
    #[test]
    fn controls_keep_magnetizations_and_lose_the_lattice() {
        let lattice = Lattice::square(8).unwrap();
        let points = [StatePoint::new(2.269, 0.0).unwrap()];
        let spins = sample(lattice, &points, 2000, 1, Purpose::Sample, &|_| ()).unwrap();
        let m = |spins: &PackedSpins| spins.rows().map(|row| magnetization(64, row)).collect::<Vec<_>>();
        let any_pair = m(&spins).iter().map(|&m| (m * m - 64) as f64 / (64.0 * 63.0)).sum::<f64>() / 2000.0;
        let permutation = SitePermutation::random(64, 1);
        assert_eq!(permutation.undo(&permutation.apply(&spins)), spins);
        for control in [permutation.apply(&spins), independent_spins(&spins, 1)] {
            assert_eq!(m(&control), m(&spins));
            assert!((two_point_function(lattice, &control)[1].value - any_pair).abs() < 0.03);
        }
        assert!(two_point_function(lattice, &spins)[1].value > any_pair + 0.1);
    }
}
