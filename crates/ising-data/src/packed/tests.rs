#![expect(clippy::unwrap_used, reason = "a test may panic")]
use ising_theory::Lattice;
use proptest::{prelude::*, test_runner::RngSeed};

use super::*;
use crate::bits::{bond_energy, magnetization, pair_sum};

fn spins(n_sites: usize, n_samples: usize) -> impl Strategy<Value = PackedSpins> {
    prop::collection::vec(prop::bool::ANY, n_sites * n_samples).prop_map(move |ups| {
        let values: Vec<f32> = ups.iter().map(|&up| if up { 1.0 } else { -1.0 }).collect();
        let packed = PackedSpins::from_f32(n_sites, &values).unwrap();
        assert_eq!(packed.to_f32(), values);
        packed
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bits_measure_as_spins_do(
        (lattice, packed) in (2_usize..20, 2_usize..200, any::<bool>()).prop_flat_map(|(side, n_sites, ring)| {
            let lattice = if ring { Lattice::ring(n_sites) } else { Lattice::square(side) }.unwrap();
            (Just(lattice), spins(lattice.n_sites(), 1))
        }),
    ) {
        let words = packed.to_words();
        let bit = |site: usize| words[site / 32] >> (site % 32) & 1;
        prop_assert!(packed.to_i8(0).unwrap().iter().enumerate().all(|(site, &s)| (bit(site) == 1) == (s == 1)));
        prop_assert_eq!(&PackedSpins::from_words(lattice.n_sites(), &words).unwrap(), &packed);
        let unpacked = packed.to_i8(0).unwrap();
        prop_assert_eq!(magnetization(lattice.n_sites(), packed.row(0)), lattice.magnetization(&unpacked));
        prop_assert_eq!(bond_energy(lattice, packed.row(0)), lattice.bond_energy(&unpacked));
        prop_assert_eq!(pair_sum(lattice, packed.row(0), 0), lattice.n_bonds() as i64);
    }

    #[test]
    fn rows_are_kept(packed in spins(11, 5)) {
        let mut twice = packed.slice(0..5).unwrap();
        twice.append(&packed).unwrap();
        prop_assert_eq!(twice.n_samples(), 10);
        prop_assert_eq!(twice.select(&[7]).unwrap(), packed.slice(2..3).unwrap());
        prop_assert_eq!(packed.take_sites(&[10, 0]).to_i8(4).unwrap(), vec![packed.to_i8(4).unwrap()[10], packed.to_i8(4).unwrap()[0]]);
        prop_assert_eq!(&PackedSpins::from_bytes(11, packed.as_bytes().to_vec()).unwrap(), &packed);
    }
}

#[test]
fn bits_are_those_of_numpy() {
    let packed = PackedSpins::from_f32(10, &[1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0]).unwrap();
    assert_eq!(packed.as_bytes(), [0b1000_0001, 0b0100_0000]);
}

#[test]
fn bytes_that_are_no_spins() {
    for (n_sites, bytes) in [(0, vec![]), (10, vec![0; 3]), (10, vec![0, 1])] {
        assert!(matches!(PackedSpins::from_bytes(n_sites, bytes), Err(DataError::NotSpins(_))));
    }
    assert!(PackedSpins::new(3).unwrap().append(&PackedSpins::new(4).unwrap()).is_err());
}
