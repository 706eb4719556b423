//! Geometric clusters: sets of aligned spins that are connected by bonds.

use ising_theory::Lattice;

use crate::PackedSpins;

/// Σ n_c²/N over the geometric clusters of every configuration, n_c their numbers of sites, shape `[n_samples]`: the mean size
/// of the cluster that a site belongs to, from 1 to N.
pub(crate) fn mean_cluster_sizes(lattice: Lattice, spins: &PackedSpins) -> Vec<f64> {
    let mut forest = Forest::new(lattice);
    let mut up = vec![0.0; lattice.n_sites()];
    let of_sample = |sample| {
        spins.unpack(sample, &mut up);
        forest.mean_size(&up)
    };
    (0..spins.n_samples()).map(of_sample).collect()
}

/// Sites as trees that grow together where a bond joins aligned spins.
struct Forest {
    /// The ends of all bonds.
    bonds: Vec<(u32, u32)>,
    /// A site nearer to the root; a root is its own parent.
    parents: Vec<u32>,
    /// Number of sites of the tree of a root.
    sizes: Vec<u32>,
}

impl Forest {
    fn new(lattice: Lattice) -> Self {
        let n = lattice.n_sites();
        let bonds = lattice.bonds().map(|(i, j)| (i as u32, j as u32)).collect();
        Self { bonds, parents: vec![0; n], sizes: vec![0; n] }
    }

    /// Σ n_c²/N of spins ±1, shape `[n_sites]`.
    fn mean_size(&mut self, spins: &[f32]) -> f64 {
        let Self { bonds, parents, sizes } = self;
        parents.iter_mut().zip(0..).for_each(|(parent, site)| *parent = site);
        sizes.fill(1);
        let mut squares = spins.len() as f64;
        for &(i, j) in bonds.iter().filter(|(i, j)| spins[*i as usize].to_bits() == spins[*j as usize].to_bits()) {
            let (a, b) = (root(parents, i), root(parents, j));
            if a != b {
                let (n_a, n_b) = (sizes[a as usize], sizes[b as usize]);
                squares += 2.0 * f64::from(n_a) * f64::from(n_b);
                parents[b as usize] = a;
                sizes[a as usize] = n_a + n_b;
            }
        }
        squares / spins.len() as f64
    }
}

/// The root of a site; on the way every other site is moved nearer to it.
fn root(parents: &mut [u32], mut site: u32) -> u32 {
    while parents[site as usize] != site {
        let above = parents[parents[site as usize] as usize];
        parents[site as usize] = above;
        site = above;
    }
    site
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;

    fn sizes(lattice: Lattice, up: &[bool]) -> Vec<f64> {
        let values: Vec<f32> = up.iter().map(|&up| if up { 1.0 } else { -1.0 }).collect();
        mean_cluster_sizes(lattice, &PackedSpins::from_f32(lattice.n_sites(), &values).unwrap())
    }

    #[test]
    fn known_configurations() {
        let torus = Lattice::square(4).unwrap();
        assert_eq!(sizes(torus, &[true; 16]), [16.0]);
        let antiferromagnet: Vec<bool> = (0..16).map(|i| (i / 4 + i % 4) % 2 == 0).collect();
        assert_eq!(sizes(torus, &antiferromagnet), [1.0]);
        // Stripes of one and of three rows, around the edge; then a cross of five sites in the sea of eleven.
        assert_eq!(sizes(torus, &std::array::from_fn::<_, 16, _>(|i| i / 4 == 3)), [(16.0 + 144.0) / 16.0]);
        let cross = [1, 4, 5, 6, 9];
        assert_eq!(sizes(torus, &std::array::from_fn::<_, 16, _>(|i| cross.contains(&i))), [(25.0 + 121.0) / 16.0]);
        let ring = Lattice::ring(6).unwrap();
        assert_eq!(sizes(ring, &[true, false, false, true, true, true]), [(4.0 + 16.0) / 6.0]);
    }

    /// Σ n_c² by a flood from every site, which counts each cluster n_c times.
    fn by_flood(lattice: Lattice, up: &[bool]) -> f64 {
        let size_at = |start: usize| {
            let (mut reached, mut open) = (vec![false; up.len()], vec![start]);
            while let Some(site) = open.pop() {
                if !reached[site] {
                    reached[site] = true;
                    open.extend(lattice.neighbours(site).filter(|&other| up[other] == up[site]));
                }
            }
            reached.iter().filter(|&&reached| reached).count()
        };
        (0..up.len()).map(size_at).sum::<usize>() as f64 / up.len() as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn trees_grow_as_floods_do(side in 2_usize..9, up in prop::collection::vec(prop::bool::weighted(0.6), 64)) {
            for lattice in [Lattice::square(side).unwrap(), Lattice::ring(side).unwrap()] {
                let up = &up[..lattice.n_sites()];
                prop_assert_eq!(sizes(lattice, up), vec![by_flood(lattice, up)]);
            }
        }
    }
}
