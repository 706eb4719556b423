//! Samplers: one state point with a thousand configurations, and sweeps of the heat bath.

use divan::{Bencher, counter::ItemsCount};
use ising_data::{
    HeatBath, LANES, Sampler, SimdLevel, StatePoint,
    stream::{Purpose, key},
};
use ising_theory::{CRITICAL_TEMPERATURE, Lattice};

fn main() {
    divan::main();
}

fn torus(side: usize) -> (Lattice, StatePoint) {
    let point = StatePoint::new(CRITICAL_TEMPERATURE, 0.0).expect("a state point");
    (Lattice::square(side).expect("a lattice"), point)
}

fn draw(bencher: Bencher<'_, '_>, sampler: Sampler, side: usize, n_samples: usize) {
    let (lattice, point) = torus(side);
    bencher.counter(ItemsCount::new(n_samples)).bench_local(|| {
        sampler.sample(lattice, &[point], n_samples, 1, Purpose::Benchmark, &|_| true).expect("samples")
    });
}

#[divan::bench(args = [4, 8, 10, 12])]
fn exact(bencher: Bencher<'_, '_>, side: usize) {
    draw(bencher, Sampler::Exact, side, 1000);
}

#[divan::bench(args = [16, 32, 64], sample_count = 5)]
fn perfect(bencher: Bencher<'_, '_>, side: usize) {
    draw(bencher, Sampler::Perfect, side, 20);
}

/// Counted in attempted flips.
#[divan::bench(args = SimdLevel::available())]
fn heat_bath(bencher: Bencher<'_, '_>, level: SimdLevel) {
    let (lattice, point) = torus(10);
    let mut bath = HeatBath::new(lattice, &[point; LANES], key(0, Purpose::Benchmark, 0, 0), level);
    bencher.counter(ItemsCount::new(100 * lattice.n_sites() * LANES)).bench_local(|| bath.sweep(100));
}
