//! Whatever shapes and numbers come in: an error or a right answer, never a panic and never a wrong stride.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;

use ising_data::{
    DataError, PackedSpins, Reference, SampleSet, Sampler, SitePermutation, StatePoint, binder_ratio, bond_energies,
    connected_correlation, correlation_at, correlation_length, correlations, decimation, grid, magnetizations,
    majority, observables, power_spectrum, relative_entropy, shuffled_spins, specific_heat_maximum, stream::Purpose,
    structure_factor, two_point_function, waves,
};
use ising_theory::{Lattice, StateClass};
use proptest::{prelude::*, test_runner::RngSeed};
use statistics::{GroupedMean, autocorrelation, explained_share, mean, regression, variance};

fn lattices() -> impl Strategy<Value = Lattice> {
    prop_oneof![
        (1usize..80).prop_map(|n| Lattice::ring(n.max(2)).unwrap_or_else(|_| Lattice::ring(3).unwrap())),
        (2usize..9).prop_map(|side| Lattice::square(side).unwrap_or_else(|_| Lattice::square(3).unwrap())),
    ]
}

/// ±1 in an order that no lattice shares.
fn spins(n: usize) -> Vec<f32> {
    (0..n as u64).map(|i| if i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 1 { 1.0 } else { -1.0 }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packed_spins_of_any_shape(n_sites in 0usize..80, n in 0usize..200, i in 0usize..8, j in 0usize..8, word: u32) {
        let packed = PackedSpins::from_f32(n_sites, &spins(n));
        let is_whole = n_sites > 0 && n.is_multiple_of(n_sites);
        prop_assert_eq!(packed.is_ok(), is_whole);
        prop_assert_eq!(PackedSpins::new(n_sites).is_ok(), n_sites > 0);
        let words = PackedSpins::from_words(n_sites, &vec![word; n % 7]);
        prop_assert_eq!(words.is_ok(), n_sites > 0 && (n % 7).is_multiple_of(n_sites.div_ceil(32)));
        prop_assert_eq!(PackedSpins::from_bytes(n_sites, vec![0; n]).is_ok(), n_sites > 0 && n.is_multiple_of(n_sites.div_ceil(8)));
        let Ok(packed) = packed else { return Ok(()) };
        prop_assert_eq!(packed.to_f32(), spins(n));
        prop_assert_eq!(packed.n_samples(), n / n_sites);
        prop_assert_eq!(&PackedSpins::from_words(n_sites, &packed.to_words()).unwrap(), &packed);
        prop_assert_eq!(packed.slice(i..j).is_ok(), i >= j || j <= packed.n_samples());
        prop_assert_eq!(packed.select(&[i, j]).is_ok(), i.max(j) < packed.n_samples());
        prop_assert_eq!(packed.to_i8(i).is_ok(), i < packed.n_samples());
        prop_assert_eq!(packed.unpack_into(i, &mut vec![0.0; n_sites + j]).is_ok(), i < packed.n_samples() && j == 0);
        let mut more = packed.clone();
        prop_assert!(more.append(&PackedSpins::new(n_sites + 1).unwrap()).is_err());
        prop_assert!(more.append(&packed).is_ok() && more.n_samples() == 2 * packed.n_samples());
        let sums: Vec<i64> = spins(n).chunks(n_sites).map(|row| row.iter().sum::<f32>() as i64).collect();
        prop_assert_eq!(magnetizations(&packed), sums.clone());
        // Of configurations without magnetization, or of none, the ratio is 0/0.
        let binder = binder_ratio(&packed).value;
        let none = sums.iter().all(|&m| m == 0);
        prop_assert!(binder.is_nan() == none && (none || binder <= 2.0 / 3.0 + 1e-12));
    }

    /// Configurations of another number of sites are refused by all that knows the lattice.
    #[test]
    fn measurements_of_any_configurations(lattice in lattices(), n_sites in 1usize..80, own: bool, n_samples in 0usize..5, r: usize) {
        let n_sites = if own { lattice.n_sites() } else { n_sites };
        let fits = n_sites == lattice.n_sites();
        let packed = PackedSpins::from_f32(n_sites, &spins(n_samples * n_sites)).unwrap();
        let point = StatePoint::new(2.0, 0.5).unwrap();
        prop_assert_eq!(observables(lattice, point, &packed).is_ok(), fits);
        prop_assert_eq!(two_point_function(lattice, &packed).is_ok(), fits);
        prop_assert_eq!(correlation_at(lattice, &packed, r).is_ok(), fits);
        prop_assert_eq!(structure_factor(lattice, &packed, r).is_ok(), fits);
        prop_assert_eq!(connected_correlation(lattice, &packed).is_ok(), fits);
        prop_assert_eq!(correlations(lattice, &packed).is_ok(), fits);
        prop_assert_eq!(correlation_length(lattice, &packed).is_ok(), fits);
        prop_assert_eq!(waves(lattice, &vec![1.0; n_sites]).is_ok(), fits);
        prop_assert_eq!(power_spectrum(lattice, &vec![1.0; n_sites]).is_ok(), fits);
        for b in [0, 1, 2, 3, usize::MAX] {
            prop_assert!(fits || majority(lattice, &packed, b, 1).is_err());
            prop_assert!(fits || decimation(lattice, &packed, b).is_err());
            if let (Ok((blocked, found)), Ok((_, kept))) = (majority(lattice, &packed, b, 1), decimation(lattice, &packed, b)) {
                prop_assert_eq!([found.n_sites(), kept.n_sites()], [blocked.n_sites(); 2]);
            }
        }
        let energies = bond_energies(lattice, &packed);
        prop_assert_eq!(energies.is_ok(), fits);
        for (i, energy) in energies.into_iter().flatten().enumerate() {
            prop_assert_eq!(energy, lattice.bond_energy(&packed.to_i8(i).unwrap()));
        }
        let permutation = SitePermutation::random(lattice.n_sites(), 1);
        prop_assert_eq!(permutation.apply(&packed).is_ok(), fits);
        prop_assert_eq!(permutation.undo(&packed).is_ok(), fits);
        for points in [&[][..], &[point], &[point; 2]] {
            let is_even = if points.is_empty() { n_samples == 0 } else { n_samples.is_multiple_of(points.len()) };
            prop_assert_eq!(shuffled_spins(&packed, points, 1, Purpose::Sample).is_ok(), is_even);
            let set = SampleSet::new(lattice, points, packed.clone(), BTreeMap::new());
            prop_assert_eq!(set.is_ok(), is_even && fits);
            if let Ok(set) = set {
                prop_assert_eq!(SampleSet::from_bytes(&set.to_bytes()).unwrap().spins, packed.clone());
            }
        }
    }

    #[test]
    fn statistics_of_any_lengths(x in prop::collection::vec(-2.0..2.0f64, 0..6), y in prop::collection::vec(-2.0..2.0f64, 0..6)) {
        prop_assert_eq!(regression(&x, &y).is_ok(), x.len() == y.len());
        prop_assert_eq!(explained_share(&[&x], &y).is_ok(), x.len() == y.len());
        prop_assert_eq!(autocorrelation(&[&x, &y]).is_ok(), x.len() == y.len());
        prop_assert_eq!(autocorrelation(&Vec::<Vec<f64>>::new()).unwrap().function.len(), 1);
        let direct = x.iter().sum::<f64>() / x.len() as f64;
        prop_assert!((mean(&x).value - direct).abs() < 1e-12 || x.is_empty());
        prop_assert!(variance(&x).value >= 0.0 || x.len() < 2);
        let grouped: Vec<(u64, f64)> = x.iter().map(|&x| ((x > 0.0).into(), x)).collect();
        prop_assert!((GroupedMean::of(&grouped).mean.value - direct).abs() < 1e-12 || x.is_empty());
        // Temperatures in any order, negative and zero ones among them.
        let samples: Vec<(f64, Vec<f64>)> = x.iter().map(|&t| (t, y.repeat(10))).collect();
        let maximum = specific_heat_maximum(&samples);
        prop_assert!(maximum.is_none_or(|maximum| !maximum.value.is_infinite()));
    }

    #[test]
    fn divergences_from_any_reference(states in prop::collection::vec((-2i64..3, -2i64..3), 0..6), n in 0usize..4, m in 0usize..4) {
        let class = |i: usize| StateClass { bond_energy: i as i64, magnetization: 0, ln_count: 0.0 };
        let classes: Vec<_> = (0..n).map(class).collect();
        let reference = Reference {
            classes: &classes,
            ln_probabilities: vec![0.0; m],
            given_magnetization: false,
            n_fitted: 0,
        };
        let is_known = states.len() > 1 && n == m && states.iter().all(|&(e, m)| m == 0 && (0..n as i64).contains(&e));
        prop_assert_eq!(relative_entropy(&states, &reference).value.is_nan(), !is_known);
    }

    #[test]
    fn state_points_and_samples_of_any_number(t in prop::num::f64::ANY, h in prop::num::f64::ANY, n_samples in 0usize..3) {
        let legal = t >= 0.0 && h.is_finite();
        prop_assert_eq!(StatePoint::new(t, h).is_ok(), legal);
        prop_assert_eq!(grid(&[t], &[h]).is_ok(), legal);
        let Ok(point) = StatePoint::new(t, h) else { return Ok(()) };
        for (sampler, lattice) in [
            (Sampler::Exact, Lattice::square(4).unwrap()),
            (Sampler::Exact, Lattice::ring(5).unwrap()),
            (Sampler::HeatBath { n_sweeps: 2 }, Lattice::square(3).unwrap()),
        ] {
            let draw = |n| sampler.sample(lattice, &[point], n, 1, Purpose::Sample, &|_| true);
            prop_assert_eq!(draw(n_samples).unwrap().spins.n_samples(), n_samples);
            prop_assert!(draw(usize::MAX).is_err());
            let cancelled = sampler.sample(lattice, &[point], 2, 1, Purpose::Sample, &|_| false);
            prop_assert!(matches!(cancelled, Err(DataError::Stopped)));
        }
        let too_large = Sampler::Exact.sample(Lattice::square(13).unwrap(), &[point], 1, 1, Purpose::Sample, &|_| true);
        prop_assert!(too_large.is_err());
    }
}
