#![expect(clippy::unwrap_used, reason = "a test may panic")]
use ising_theory::Lattice;

use super::thresholds::probability_up;
use super::{HeatBath, LANES, groups};
use crate::bits::{bond_energy, magnetization};
use crate::{SimdLevel, StatePoint};

fn point(temperature: f64, field: f64) -> StatePoint {
    StatePoint::new(temperature, field).unwrap()
}

/// P(state after one sweep) for a law of the 2⁹ states of a 3 × 3 torus: spins updated in the order of the groups.
fn one_sweep(law: &[f64], point: StatePoint) -> Vec<f64> {
    let lattice = Lattice::square(3).unwrap();
    let mut law = law.to_vec();
    for site in groups(lattice).iter().flatten().filter(|site| site.plane < 9) {
        for state in (0..512).filter(|state| state >> site.plane & 1 == 0) {
            let n_up = site.neighbours.iter().filter(|&&i| state >> i & 1 == 1).count();
            let total = law[state] + law[state | 1 << site.plane];
            law[state | 1 << site.plane] = total * probability_up(point, n_up);
            law[state] = total - law[state | 1 << site.plane];
        }
    }
    law
}

fn boltzmann(point: StatePoint) -> Vec<f64> {
    let lattice = Lattice::square(3).unwrap();
    let spins = |state: usize| (0..9).map(|i| if state >> i & 1 == 1 { 1 } else { -1 }).collect::<Vec<i8>>();
    let weights: Vec<f64> =
        (0..512).map(|state| (-point.beta() * lattice.energy(&spins(state), point.field())).exp()).collect();
    let z: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / z).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum()
}

/// The matrix of one sweep leaves the Boltzmann law and has a gap, at T = ∞ too: from every state the law is reached.
#[test]
fn one_sweep_matrix_leaves_the_boltzmann_law_and_has_a_gap() {
    for (point, n_sweeps) in [(point(2.5, 0.1), 300), (point(5.0, -1.0), 50), (point(f64::INFINITY, 0.0), 1)] {
        let law = boltzmann(point);
        assert!(distance(&one_sweep(&law, point), &law) < 1e-13);
        for state in [0, 511, 0b101_010_101] {
            let mut reached = vec![0.0; 512];
            reached[state] = 1.0;
            (0..n_sweeps).for_each(|_| reached = one_sweep(&reached, point));
            assert!(distance(&reached, &law) < 1e-6, "{point:?} from {state}");
        }
    }
}

/// 512 × 400 replicas after one sweep at two state points side by side, with fields and without, follow their rows of
/// the matrix: χ² within 5 of its standard deviations (false-alarm rate 1e-5 each, the seeds are fixed).
#[test]
fn lanes_follow_the_one_sweep_matrix_of_their_own_point() {
    for pair in [[point(3.0, 0.2), point(6.0, 0.5)], [point(3.0, 0.0), point(6.0, 0.0)]] {
        let points: [StatePoint; LANES] = std::array::from_fn(|i| pair[i % 2]);
        let mut counts = [vec![0.0; 512], vec![0.0; 512]];
        for key in 0..400 {
            let mut bath = HeatBath::new(Lattice::square(3).unwrap(), &points, key, SimdLevel::best());
            bath.sweep(1);
            for (i, row) in bath.spins().rows().enumerate() {
                let state = (0..9).filter(|site| row[site / 8] >> (7 - site % 8) & 1 == 1).map(|site| 1 << site);
                counts[i % 2][state.sum::<usize>()] += 1.0;
            }
        }
        for (counts, &point) in counts.iter().zip(&pair) {
            let mut start = vec![0.0; 512];
            let up = if point.field() == 0.0 { 0.5 } else { 1.0 };
            (start[0], start[511]) = (1.0 - up, up);
            let expected = one_sweep(&start, point).into_iter().map(|p| 400.0 * 256.0 * p);
            let likely: Vec<_> = counts.iter().zip(expected).filter(|&(_, expected)| expected > 10.0).collect();
            let chi_square: f64 = likely.iter().map(|&(&n, expected)| (n - expected).powi(2) / expected).sum();
            let freedom = likely.len() as f64;
            assert!(freedom > 100.0);
            let deviation = (chi_square - freedom) / (2.0 * freedom).sqrt();
            assert!(deviation.abs() < 5.0, "{point:?}: {deviation}");
        }
    }
}

/// The products of magnetizations of two lanes average to that of their means, within 5 standard errors (6e-7).
#[test]
fn lanes_are_independent() {
    let lattice = Lattice::square(4).unwrap();
    let mut products = [const { Vec::new() }; 3];
    for key in 0..100 {
        let mut bath = HeatBath::new(lattice, &[point(3.0, 0.0); LANES], key, SimdLevel::best());
        bath.sweep(30);
        let m: Vec<f64> = bath.spins().rows().map(|row| magnetization(16, row) as f64).collect();
        for (products, distance) in products.iter_mut().zip([1, 64, 100]) {
            products.extend((0..LANES - distance).step_by(2 * distance).map(|lane| m[lane] * m[lane + distance]));
        }
    }
    for products in products {
        let mean = statistics::mean(&products);
        assert!(mean.value.abs() < 5.0 * mean.error, "{mean:?}");
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let lattices = [Lattice::square(5).unwrap(), Lattice::square(10).unwrap(), Lattice::ring(7).unwrap()];
    for (lattice, field) in lattices.into_iter().flat_map(|lattice| [(lattice, 0.0), (lattice, 0.3)]) {
        let points: [StatePoint; LANES] =
            std::array::from_fn(|i| point(0.02 * i as f64, field * (i % 3) as f64 - field));
        let after = |level| {
            let mut bath = HeatBath::new(lattice, &points, 5, level);
            (0..3).for_each(|_| bath.sweep(7));
            bath.spins()
        };
        let portable = after(SimdLevel::Portable);
        assert!(SimdLevel::available().into_iter().all(|level| after(level) == portable));
        let unlike_lanes = portable.rows().filter(|row| *row != portable.row(500)).count();
        assert!(unlike_lanes > 300);
    }
}

/// A cold aligned lattice stays in its ground state.
#[test]
fn cold_lanes_stay_aligned() {
    let lattice = Lattice::square(7).unwrap();
    let mut bath = HeatBath::new(lattice, &[point(0.0, -0.5); LANES], 1, SimdLevel::best());
    bath.sweep(10);
    assert!(bath.spins().rows().all(|row| bond_energy(lattice, row) == -98 && magnetization(49, row) == -49));
}
