//! Every sampler against exact laws.
//!
//! All seeds are fixed. A χ² test fails beyond 5 of its standard deviations, which a correct sampler does at a rate of
//! about 1e-5; values compared with exact ones fail beyond 4 standard errors, at a rate of 6e-5 each.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use ising_data::stream::Purpose;
use ising_data::{
    PackedSpins, Sampler, StatePoint, bond_energies, magnetizations, observables, sample, two_point_function,
};
use ising_theory::{EnergyDistribution, JointDensityOfStates, Lattice, MagnetizationTable};
use statistics::Estimate;

fn square(side: usize) -> Lattice {
    Lattice::square(side).unwrap()
}

fn point(temperature: f64, field: f64) -> StatePoint {
    StatePoint::new(temperature, field).unwrap()
}

fn draw(sampler: Sampler, lattice: Lattice, points: &[StatePoint], n_samples: usize) -> PackedSpins {
    let samples = sampler.sample(lattice, points, n_samples, 1, Purpose::Sample, &|_| true).unwrap();
    assert_eq!(samples.warnings, Vec::<String>::new());
    samples.spins
}

/// Law of (bond energy, M) by enumeration of all configurations.
fn exact_law(lattice: Lattice, point: StatePoint) -> BTreeMap<(i64, i64), f64> {
    let n = lattice.n_sites();
    let mut weights = BTreeMap::new();
    let rows = (0..1_u64 << n).flat_map(|bits| (bits << (64 - n)).to_be_bytes().into_iter().take(n.div_ceil(8)));
    let all = PackedSpins::from_bytes(n, rows.collect()).unwrap();
    for state in energies_and_magnetizations(lattice, &all) {
        *weights.entry(state).or_insert(0.0) += 1.0;
    }
    let ground = -(lattice.n_bonds() as f64) - n as f64 * point.field().abs();
    for (&(bonds, m), weight) in &mut weights {
        *weight *= (-point.beta() * (bonds as f64 - point.field() * m as f64 - ground)).exp();
    }
    let z: f64 = weights.values().sum();
    weights.values_mut().for_each(|weight| *weight /= z);
    weights
}

/// χ² of a histogram as a number of standard deviations, by the cube root that is nearly normal even for few degrees of
/// freedom (Wilson and Hilferty 1931); classes with fewer than 10 expected are joined.
fn chi_square<K: Ord>(found: impl Iterator<Item = K>, law: &BTreeMap<K, f64>) -> f64 {
    let mut observed: BTreeMap<K, f64> = BTreeMap::new();
    found.for_each(|key| *observed.entry(key).or_default() += 1.0);
    assert!(observed.keys().all(|key| law.contains_key(key)));
    let n: f64 = observed.values().sum();
    let classes = law.iter().map(|(key, p)| (n * p, observed.get(key).copied().unwrap_or_default()));
    let (rare, mut classes): (Vec<_>, Vec<_>) = classes.partition(|&(expected, _)| expected < 10.0);
    let joined = rare.iter().fold((0.0, 0.0), |sum, class| (sum.0 + class.0, sum.1 + class.1));
    classes.extend(Some(joined).filter(|&(expected, _)| expected > 1.0));
    let chi_square: f64 = classes.iter().map(|&(expected, seen)| (seen - expected).powi(2) / expected).sum();
    let freedom = classes.len() as f64 - 1.0;
    let variance = 2.0 / (9.0 * freedom);
    if freedom > 0.0 { ((chi_square / freedom).cbrt() - (1.0 - variance)) / variance.sqrt() } else { 0.0 }
}

fn energies_and_magnetizations(lattice: Lattice, spins: &PackedSpins) -> impl Iterator<Item = (i64, i64)> {
    bond_energies(lattice, spins).unwrap().into_iter().zip(magnetizations(spins))
}

#[test]
fn every_sampler_follows_the_boltzmann_law() {
    for (lattice, point) in [
        (square(4), point(2.269, 0.0)),
        (square(4), point(2.0, 0.1)),
        (square(4), point(3.0, -0.5)),
        (square(4), point(6.0, 1.0)),
        (square(3), point(2.5, 0.2)),
        (square(2), point(3.0, 0.2)),
        (Lattice::ring(2).unwrap(), point(1.0, 0.3)),
        (Lattice::ring(9).unwrap(), point(1.0, 0.0)),
        (Lattice::ring(14).unwrap(), point(1.5, 0.2)),
    ] {
        let law = exact_law(lattice, point);
        let check = |sampler, n| {
            let spins = draw(sampler, lattice, &[point], n);
            let deviation = chi_square(energies_and_magnetizations(lattice, &spins), &law);
            assert!(deviation.abs() < 5.0, "{sampler:?}, {lattice}, {point:?}: {deviation}");
        };
        check(Sampler::Exact, 200_000);
        check(Sampler::Perfect, 20_000);
        check(Sampler::Cluster, 20_000);
        check(Sampler::HeatBath { n_sweeps: 400 }, 100_000);
    }
}

/// Below T = 1 a local chain does not get there, the others do.
#[test]
fn cold_points_follow_the_boltzmann_law() {
    for point in [point(1.0, 0.1), point(0.8, 0.0), point(0.5, -0.02)] {
        let law = exact_law(square(4), point);
        for (sampler, n) in [(Sampler::Exact, 200_000), (Sampler::Perfect, 20_000), (Sampler::Cluster, 20_000)] {
            let spins = draw(sampler, square(4), &[point], n);
            let deviation = chi_square(energies_and_magnetizations(square(4), &spins), &law);
            assert!(deviation.abs() < 5.0, "{sampler:?}, {point:?}: {deviation}");
        }
    }
}

fn assert_near(estimate: Estimate, exact: f64, what: &str) {
    let Estimate { value, error } = estimate;
    // The exact values have six decimals.
    assert!((value - exact).abs() < 4.0 * error + 1e-6, "{what}: {value} ± {error}, exact {exact}");
}

/// e, c and |m| of the 10 x 10 torus against the table of the transfer matrix.
#[test]
fn exact_samples_have_the_exact_averages() {
    let table = [
        (1.0, 0.0, [-1.997160, 0.023380, 0.999276]),
        (2.0, 0.0, [-1.745431, 0.723165, 0.911122]),
        (2.25, 0.0, [-1.500168, 1.233272, 0.772391]),
        (2.5, 0.0, [-1.185101, 1.133239, 0.538393]),
        (4.0, 0.0, [-0.557447, 0.171754, 0.166270]),
        (1.0, 0.5, [-2.498866, 0.010322, 0.999746]),
        (2.0, 0.5, [-2.371532, 0.329200, 0.968533]),
        (2.25, 0.5, [-2.270781, 0.479775, 0.941325]),
        (2.5, 0.5, [-2.130939, 0.638334, 0.900413]),
        (4.0, 0.5, [-1.011261, 0.522833, 0.452591]),
    ];
    let points = table.map(|(t, h, _)| point(t, h));
    let n = 50_000;
    let spins = draw(Sampler::Auto, square(10), &points, n);
    for (i, (point, (t, h, [e, c, m]))) in points.into_iter().zip(table).enumerate() {
        let found = observables(square(10), point, &spins.slice(i * n..(i + 1) * n).expect("right shapes"))
            .expect("right shapes");
        assert_near(found.energy_per_site, e, &format!("e({t}, {h})"));
        assert_near(found.specific_heat_per_site, c, &format!("c({t}, {h})"));
        assert_near(found.abs_magnetization_per_site, m, &format!("|m|({t}, {h})"));
    }
}

/// The joint (E, M) law of 8 x 8 and the energy and magnetization laws of 10 x 10, from the transfer matrix.
#[test]
fn exact_samples_follow_the_laws_of_the_transfer_matrix() {
    let points = [(1.2, 0.0), (2.0, 0.05), (2.3, 0.0), (2.3, -0.3), (3.0, 0.5), (5.0, 0.0)].map(|(t, h)| point(t, h));
    let n = 100_000;
    let counts = JointDensityOfStates::new(8).unwrap();
    let (small, large) = (draw(Sampler::Exact, square(8), &points, n), draw(Sampler::Exact, square(10), &points, n));
    for (i, point) in points.into_iter().enumerate() {
        let (t, h) = (point.temperature(), point.field());
        let joint = counts.distribution(t, h).unwrap().into_iter().map(|(e, m, p)| ((e, m), p)).collect();
        let energies = EnergyDistribution::new(10, t, h).unwrap();
        let energies = energies.bond_energies.into_iter().zip(energies.probabilities).collect();
        let magnetizations = MagnetizationTable::new(10, t).unwrap().distribution(h);
        let magnetizations = (-50..).map(|half: i64| 2 * half).zip(magnetizations).collect();
        let (small, large) = (
            small.slice(i * n..(i + 1) * n).expect("right shapes"),
            large.slice(i * n..(i + 1) * n).expect("right shapes"),
        );
        for deviation in [
            chi_square(energies_and_magnetizations(square(8), &small), &joint),
            chi_square(energies_and_magnetizations(square(10), &large).map(|(e, _)| e), &energies),
            chi_square(energies_and_magnetizations(square(10), &large).map(|(_, m)| m), &magnetizations),
        ] {
            assert!(deviation.abs() < 5.0, "{point:?}: {deviation}");
        }
    }
}

/// The maximum of c on the 16 x 16 torus, from Kaufman's partition function.
#[test]
fn perfect_samples_and_chains_have_the_exact_specific_heat() {
    let peak = [point(2.31751, 0.0)];
    for sampler in [Sampler::Perfect, Sampler::Cluster] {
        let spins = draw(sampler, square(16), &peak, 3000);
        let found = observables(square(16), peak[0], &spins).expect("right shapes");
        assert_near(found.specific_heat_per_site, 1.55220, sampler.name());
        assert_near(found.magnetization_per_site, 0.0, sampler.name());
    }
}

/// G(r) = (λ₊^{N−r} λ₋^r + λ₊^r λ₋^{N−r})/(λ₊^N + λ₋^N) of a ring at H = 0, λ₋/λ₊ = tanh K.
#[test]
fn ring_has_the_exact_two_point_function() {
    let ring = Lattice::ring(100).unwrap();
    let spins = draw(Sampler::Auto, ring, &[point(0.8, 0.0)], 5000);
    let ratio = (1.0 / 0.8_f64).tanh();
    for (r, found) in two_point_function(ring, &spins).expect("right shapes").into_iter().enumerate() {
        let exact = (ratio.powi(r as i32) + ratio.powi(100 - r as i32)) / (1.0 + ratio.powi(100));
        assert_near(found, exact, &format!("G({r})"));
    }
}

/// No stripes at T = 0.5 (a 10 x 10 torus has them with probability below 1e-15) and no wrong signs at (1, 0.1) (1e-7).
#[test]
fn auto_has_no_stripes_and_no_wrong_signs() {
    let spins = draw(Sampler::Auto, square(10), &[point(0.5, 0.0), point(1.0, 0.1)], 10_000);
    let m: Vec<i64> = magnetizations(&spins);
    assert!(m[..10_000].iter().all(|m| m.abs() > 80));
    assert!(m[10_000..].iter().all(|&m| m > 60));
}

#[test]
fn limits_of_temperature_are_their_definitions() {
    let points = [point(0.0, 0.0), point(0.0, 1.0), point(0.0, -1.0), point(f64::INFINITY, 3.0)];
    for lattice in [square(10), square(100), Lattice::ring(21).unwrap()] {
        let n = lattice.n_sites() as i64;
        let spins = draw(Sampler::Auto, lattice, &points, 1000);
        let m: Vec<i64> = magnetizations(&spins);
        let n_up = m[..1000].iter().filter(|&&m| m == n).count();
        assert!((420..580).contains(&n_up) && m[..1000].iter().all(|m| m.abs() == n));
        assert!(m[1000..2000].iter().all(|&m| m == n) && m[2000..3000].iter().all(|&m| m == -n));
        let mean_square = m[3000..].iter().map(|m| (m * m) as f64).sum::<f64>() / 1000.0 / n as f64;
        assert!((mean_square - 1.0).abs() < 5.0 * (2.0 / 1000.0_f64).sqrt());
    }
    // So near to zero that 1/T overflows, or e^{−2K} underflows.
    let spins = draw(Sampler::Auto, square(10), &[point(1e-310, 0.5), point(1e-3, -0.5)], 10);
    assert_eq!(magnetizations(&spins), [[100; 10], [-100; 10]].concat());
}

#[test]
fn bytes_depend_on_neither_threads_nor_other_samples() {
    let points = [point(2.0, 0.0), point(2.269, 0.1), point(f64::INFINITY, 0.0)];
    for sampler in [Sampler::Exact, Sampler::Perfect, Sampler::Cluster, Sampler::HeatBath { n_sweeps: 20 }] {
        let with_threads = |n_threads, n_samples| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| draw(sampler, square(6), &points, n_samples))
        };
        let many = with_threads(2, 700);
        assert_eq!(with_threads(1, 700), many);
        assert_eq!(
            with_threads(2, 100).slice(100..200).expect("right shapes"),
            many.slice(700..800).expect("right shapes")
        );
        assert_eq!(draw(sampler, square(6), &points[1..2], 100), many.slice(700..800).expect("right shapes"));
        let other = sampler.sample(square(6), &points, 100, 1, Purpose::HeldOut, &|_| true).unwrap();
        assert!(other.spins != with_threads(1, 100));
    }
}

#[test]
fn a_torus_too_large_for_its_rows_is_refused() {
    let refused = Sampler::Exact.sample(square(13), &[point(2.0, 0.0)], 1, 1, Purpose::Sample, &|_| true);
    assert!(refused.unwrap_err().to_string().contains("perfect"));
    assert_eq!(Sampler::choose(square(12)).0, Sampler::Exact);
    assert_eq!(Sampler::choose(square(64)).0, Sampler::Perfect);
    assert_eq!(Sampler::choose(square(65)).0, Sampler::Cluster);
    let one = sample(square(13), &[point(2.0, 0.0)], 1, 1, Purpose::Sample, &|_| true).unwrap();
    assert_eq!(one.n_samples(), 1);
}
