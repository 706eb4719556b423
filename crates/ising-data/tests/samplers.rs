//! Samples against exact enumeration.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use ising_data::stream::Purpose;
use ising_data::{PackedSpins, StatePoint, bond_energy, magnetization, sample};
use ising_theory::Lattice;

/// Law of (bond energy, M) by enumeration of all configurations.
fn exact_law(lattice: Lattice, point: StatePoint) -> HashMap<(i64, i64), f64> {
    let n = lattice.n_sites();
    let mut counts = HashMap::new();
    for bits in 0..1_u64 << n {
        let row: Vec<u8> = (bits << (64 - n)).to_be_bytes()[..n.div_ceil(8)].to_vec();
        *counts.entry((bond_energy(lattice, &row), magnetization(n, &row))).or_insert(0.0) += 1.0;
    }
    let energy = |(bonds, m): (i64, i64)| bonds as f64 - point.field() * m as f64;
    let ground = counts.keys().map(|&key| energy(key)).fold(f64::INFINITY, f64::min);
    counts.iter_mut().for_each(|(&key, count)| *count *= (-point.beta() * (energy(key) - ground)).exp());
    let z: f64 = counts.values().sum();
    counts.into_iter().map(|(key, weight)| (key, weight / z)).collect()
}

/// (χ² − degrees) / √(2 degrees) of the (E, M) histogram; classes with fewer than 10 expected are joined.
fn chi_square(lattice: Lattice, spins: &PackedSpins, law: &HashMap<(i64, i64), f64>) -> f64 {
    let mut observed = HashMap::new();
    for row in spins.rows() {
        *observed.entry((bond_energy(lattice, row), magnetization(lattice.n_sites(), row))).or_insert(0.0) += 1.0;
    }
    assert!(observed.keys().all(|key| law.contains_key(key)));
    let n = spins.n_samples() as f64;
    let (mut chi_square, mut n_classes, mut rest) = (0.0, 0.0, (0.0, 0.0));
    for (key, p) in law {
        let (expected, seen) = (n * p, observed.get(key).copied().unwrap_or(0.0));
        if expected < 10.0 {
            rest = (rest.0 + expected, rest.1 + seen);
        } else {
            chi_square += (seen - expected) * (seen - expected) / expected;
            n_classes += 1.0;
        }
    }
    if rest.0 > 1.0 {
        chi_square += (rest.1 - rest.0) * (rest.1 - rest.0) / rest.0;
        n_classes += 1.0;
    }
    let degrees: f64 = n_classes - 1.0;
    if degrees > 0.0 { (chi_square - degrees) / (2.0 * degrees).sqrt() } else { 0.0 }
}

#[test]
fn exact_small() {
    for (lattice, t, h) in [
        (Lattice::square(4).unwrap(), 2.269, 0.0),
        (Lattice::square(4).unwrap(), 1.0, 0.1),
        (Lattice::square(4).unwrap(), 3.0, -0.5),
        (Lattice::square(3).unwrap(), 2.5, 0.2),
        (Lattice::square(2).unwrap(), 3.0, 0.2),
        (Lattice::ring(2).unwrap(), 1.0, 0.3),
        (Lattice::ring(9).unwrap(), 1.0, 0.0),
        (Lattice::ring(14).unwrap(), 0.7, 0.2),
    ] {
        let point = StatePoint::new(t, h).unwrap();
        let spins = sample(lattice, &[point], 200_000, 1, Purpose::Sample, &|_| ()).unwrap();
        let z = chi_square(lattice, &spins, &exact_law(lattice, point));
        println!("{lattice} {t} {h}: {z}");
        assert!(z.abs() < 5.0);
    }
}

#[test]
fn timing() {
    for side in [8, 10, 12] {
        let lattice = Lattice::square(side).unwrap();
        for h in [0.0, 0.5] {
            let point = StatePoint::new(2.269, h).unwrap();
            let time = |n| {
                let start = std::time::Instant::now();
                sample(lattice, &[point], n, 1, Purpose::Sample, &|_| ()).unwrap();
                start.elapsed().as_secs_f64()
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            pool.install(|| {
                let (a, b) = (time(1000), time(1_001_000));
                println!("L={side} h={h}: {} ms for 1000, {} ns a configuration", a * 1e3, (b - a) * 1e3);
            });
        }
    }
}

#[test]
fn heat_bath_speed() {
    use ising_data::{HeatBath, SimdLevel};
    let lattice = Lattice::square(10).unwrap();
    let points = std::array::from_fn(|i| StatePoint::new(1.0 + i as f64 * 0.01, 0.1).unwrap());
    for level in SimdLevel::available() {
        let mut bath = HeatBath::new(lattice, &points, 1, level);
        let mut best = f64::INFINITY;
        for _ in 0..30 {
            let start = std::time::Instant::now();
            bath.sweep(200);
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{level:?} {} flips/ns {:?}", 512.0 * 200.0 * 100.0 / best / 1e9, &bath.spins().row(7)[..8]);
    }
}

#[test]
fn other_samplers() {
    use ising_data::Sampler;
    for (lattice, t, h) in [
        (Lattice::square(4).unwrap(), 2.269, 0.0),
        (Lattice::square(4).unwrap(), 1.5, 0.1),
        (Lattice::square(4).unwrap(), 3.0, -0.5),
        (Lattice::square(3).unwrap(), 2.5, 0.2),
        (Lattice::square(2).unwrap(), 3.0, 0.2),
        (Lattice::ring(9).unwrap(), 1.0, 0.0),
    ] {
        let point = StatePoint::new(t, h).unwrap();
        let law = exact_law(lattice, point);
        for sampler in [Sampler::Perfect, Sampler::Cluster, Sampler::HeatBath { n_sweeps: 300 }] {
            let start = std::time::Instant::now();
            let samples = sampler.sample(lattice, &[point], 100_000, 1, Purpose::Sample, &|_| ()).unwrap();
            let z = chi_square(lattice, &samples.spins, &law);
            println!("{sampler:?} {lattice} {t} {h}: {z} {:?} {:?}", samples.warnings, start.elapsed());
            assert!(z.abs() < 5.0);
        }
    }
}

#[test]
fn perfect_timing() {
    use ising_data::Sampler;
    for (side, n) in [(16, 400), (64, 40)] {
        for t in [1.5, 2.0, 2.269185314, 3.0] {
            for h in [0.0, 0.1] {
                let point = StatePoint::new(t, h).unwrap();
                let lattice = Lattice::square(side).unwrap();
                let start = std::time::Instant::now();
                Sampler::Perfect.sample(lattice, &[point], n, 1, Purpose::Sample, &|_| ()).unwrap();
                println!("L={side} {t} {h} {} ms a sample on {} threads", start.elapsed().as_secs_f64() * 1e3 / n as f64, rayon::current_num_threads());
            }
        }
    }
}
