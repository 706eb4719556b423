//! Samples at a list of state points, by the sampler that suits the lattice.

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::bits::padding_mask;
use crate::stream::{Purpose, Xoshiro, key};
use crate::{DataError, PackedSpins, StatePoint, exact};

/// `n_samples` independent configurations at each of `points`, one state point after another.
///
/// Sample i at point p depends on (seed, purpose, p, i) only: neither on threads nor on how many others are drawn.
/// `on_done` hears of every batch of samples that is finished, and how many they are.
///
/// # Errors
/// [`DataError::Sampler`] for a lattice that no sampler can draw from.
pub fn sample(
    lattice: Lattice,
    points: &[StatePoint],
    n_samples: usize,
    seed: u64,
    purpose: Purpose,
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<PackedSpins, DataError> {
    if !exact::supports(lattice) {
        let reason = "only sides up to 12".into();
        return Err(DataError::Sampler { sampler: "exact", lattice, reason });
    }
    let row_bytes = lattice.n_sites().div_ceil(8);
    let mut spins = vec![0; points.len() * n_samples * row_bytes];
    if n_samples > 0 {
        spins.par_chunks_exact_mut(n_samples * row_bytes).zip(points).enumerate().for_each(|(i, (spins, &point))| {
            let key = key(seed, purpose, i as u64, 0);
            if point.beta().is_infinite() {
                aligned(lattice, point.field(), key, spins);
            } else if point.beta() == 0.0 {
                fair(lattice, key, spins);
            } else {
                exact::sample_point(lattice, point, key, spins);
            }
            on_done(n_samples);
        });
    }
    PackedSpins::from_bytes(lattice.n_sites(), spins)
}

/// T = 0: all spins along the field; without one, up or down with probability 1/2 each.
fn aligned(lattice: Lattice, field: f64, key: u64, spins: &mut [u8]) {
    for_each_sample(lattice, key, spins, |row, rng| {
        let up = field > 0.0 || (field == 0.0 && rng.next() & 1 == 1);
        row.fill(if up { 0xff } else { 0 });
    });
}

/// T = ∞: every spin fair.
fn fair(lattice: Lattice, key: u64, spins: &mut [u8]) {
    for_each_sample(lattice, key, spins, |row, rng| {
        row.chunks_mut(8).for_each(|bytes| bytes.copy_from_slice(&rng.next().to_le_bytes()[..bytes.len()]));
    });
}

/// Fills each configuration from its own generator and clears the bits behind its last spin.
fn for_each_sample(lattice: Lattice, key: u64, spins: &mut [u8], fill: impl Fn(&mut [u8], &mut Xoshiro)) {
    for (row, i) in spins.chunks_exact_mut(lattice.n_sites().div_ceil(8)).zip(0..) {
        fill(row, &mut Xoshiro::new(key, i));
        if let Some(last) = row.last_mut() {
            *last &= !padding_mask(lattice.n_sites());
        }
    }
}
