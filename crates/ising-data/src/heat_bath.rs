//! Bit-sliced heat bath: 512 independent replicas a word, each at its own state point.
//!
//! A spin becomes up with probability p(k) = 1/(1 + exp(−2β(2k − 4 + H))), k its neighbours up: u < p(k) for a uniform u.
//! u is drawn as a digit of D bits, compared bit by bit with the thresholds ⌊2ᴰ p⌋ of all k at once, which decides unless
//! all its bits are 1. Such open lanes, which depend on no threshold, go on with the fraction 2ᴰ p − ⌊2ᴰ p⌋ in the place
//! of p. As they are rare, the sites of a group share two second digits, the first of which serves the first open site of
//! each lane; lanes that are still open are drawn one by one in f64. No two decisions ever use the same random bits.
//!
//! Where no lane has a field a spin goes against the majority of its neighbours with one of only two probabilities, and
//! one bit decides a tie. A flip costs 7.8 random words and 100 operations for 512 lanes then, 125 with fields.

mod open;
mod thresholds;
mod update;
mod words;

#[cfg(test)]
mod tests;

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::bits::BitWriter;
use crate::progress::{OnDone, report};
use crate::simd::{Plane, SimdLevel};
use crate::stream::Xoroshiro;
use crate::{DataError, PackedSpins, StatePoint};
use thresholds::Thresholds;
use update::Sweeps;

/// Replicas of a block.
pub const LANES: usize = 512;
/// Sites updated together; no two of them are neighbours.
const GROUP: usize = 10;

/// A block of [`LANES`] replicas of a lattice under heat-bath dynamics.
pub struct HeatBath {
    lattice: Lattice,
    lanes: Lanes,
    groups: Vec<[Site; GROUP]>,
    law: Law,
    level: SimdLevel,
}

/// Spins and generators of all lanes.
struct Lanes {
    /// Spins, one bit a lane; behind the sites a plane of down spins, one of up spins and one that is written in vain.
    planes: Vec<Plane>,
    /// States of two times eight generators of random words.
    generators: [[Plane; 2]; 2],
    /// The generator of lanes drawn one by one.
    rest: Xoroshiro,
}

/// Thresholds of five numbers of neighbours up, or of two where no lane has a field.
enum Law {
    Field(Box<Thresholds<5>>),
    NoField(Box<Thresholds<2>>),
}

impl Law {
    fn new(points: &[StatePoint; LANES]) -> Self {
        if points.iter().all(|point| point.field() == 0.0) {
            Self::NoField(Box::new(Thresholds::new(points)))
        } else {
            Self::Field(Box::new(Thresholds::new(points)))
        }
    }
}

/// A site's plane and those of its four neighbours.
#[derive(Clone, Copy)]
struct Site {
    plane: usize,
    neighbours: [usize; 4],
}

impl HeatBath {
    /// One replica for each of `points`, begun aligned with the field, or without one up or down with probability ½.
    ///
    /// The same `key` gives the same spins at every level and on any thread.
    pub fn new(lattice: Lattice, points: &[StatePoint; LANES], key: u64, level: SimdLevel) -> Self {
        let mut rest = Xoroshiro::new(key, 16);
        let mut start = Plane::NONE;
        for (lane, point) in points.iter().enumerate() {
            let up = point.field() > 0.0 || (point.field() == 0.0 && rest.next() & 1 == 1);
            start.add(lane, up);
        }
        let mut planes = vec![start; lattice.n_sites()];
        planes.extend([Plane::NONE, Plane::ALL, Plane::NONE]);
        let generators = [words::generators(key, 0), words::generators(key, 8)];
        Self {
            lattice,
            lanes: Lanes { planes, generators, rest },
            groups: groups(lattice),
            law: Law::new(points),
            level,
        }
    }

    /// Updates every spin of every replica once, `n_sweeps` times.
    pub fn sweep(&mut self, n_sweeps: usize) {
        let Self { lanes, groups, law, level, .. } = self;
        match law {
            Law::Field(thresholds) => level.run(Sweeps { lanes, groups, thresholds, n_sweeps }),
            Law::NoField(thresholds) => level.run(Sweeps { lanes, groups, thresholds, n_sweeps }),
        }
    }

    /// The configurations of all lanes.
    pub fn spins(&self) -> PackedSpins {
        let n_sites = self.lattice.n_sites();
        let row_bytes = n_sites.div_ceil(8);
        let mut bytes = vec![0; LANES * row_bytes];
        for (lane, row) in bytes.chunks_exact_mut(row_bytes).enumerate() {
            let mut writer = BitWriter::new(row);
            for plane in &self.lanes.planes[..n_sites] {
                writer.push(u32::from(plane.has(lane)), 1);
            }
        }
        PackedSpins::from_valid(n_sites, bytes)
    }
}

/// Fills `spins`, shape `[n_samples, ceil(n_sites / 8)]`, with one replica each, after `n_sweeps` sweeps from aligned
/// spins: up or down with probability ½ each without a field. `on_done` hears of 0 at every block.
pub(crate) fn sample_point(
    lattice: Lattice,
    point: StatePoint,
    n_sweeps: usize,
    key: u64,
    spins: &mut [u8],
    on_done: OnDone<'_>,
) -> Result<(), DataError> {
    let row_bytes = lattice.n_sites().div_ceil(8);
    spins.par_chunks_mut(LANES * row_bytes).enumerate().try_for_each(|(block, spins)| {
        report(on_done, 0)?;
        let key = Xoroshiro::new(key, block as u64).next();
        let mut bath = HeatBath::new(lattice, &[point; LANES], key, SimdLevel::best());
        bath.sweep(n_sweeps);
        spins.copy_from_slice(&bath.spins().as_bytes()[..spins.len()]);
        Ok(())
    })
}

/// All sites in groups without neighbours, filled up with sites that are written in vain. On a ring the two missing
/// neighbours are one up and one down.
fn groups(lattice: Lattice) -> Vec<[Site; GROUP]> {
    let n_sites = lattice.n_sites();
    let (down, up, vain) = (n_sites, n_sites + 1, n_sites + 2);
    let site = |plane: usize| {
        let mut neighbours = [down, up, down, up];
        neighbours.iter_mut().zip(lattice.neighbours(plane)).for_each(|(slot, neighbour)| *slot = neighbour);
        Site { plane, neighbours }
    };
    let mut waiting: Vec<Site> = (0..n_sites).map(site).collect();
    let mut groups = Vec::new();
    while !waiting.is_empty() {
        let mut group: Vec<Site> = Vec::new();
        waiting.retain(|site| {
            let fits = group.len() < GROUP && group.iter().all(|other| !other.neighbours.contains(&site.plane));
            if fits {
                group.push(*site);
            }
            !fits
        });
        groups.push(std::array::from_fn(|i| {
            group.get(i).copied().unwrap_or(Site { plane: vain, neighbours: [down; 4] })
        }));
    }
    groups
}
