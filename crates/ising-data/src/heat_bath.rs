//! Bit-sliced heat bath: 512 independent replicas a word, each at its own state point.
//!
//! A spin becomes up with probability p(k) = 1/(1 + exp(−2β(2k − 4 + H))), k its neighbours up: u < p(k) for a uniform u.
//! u is drawn as a digit of a few bits D, compared with the thresholds of all five k at once. Unless that number is 0
//! the comparison with ⌊2ᴰ p⌋ decides; if it is 0, which depends on no threshold, the fraction 2ᴰ p − ⌊2ᴰ p⌋ takes the
//! place of p. As such lanes are rare, the sites of a group share two words of next digits; lanes that are still open are
//! drawn one by one in f64. No two decisions ever use the same random bits.

mod thresholds;
mod update;

#[cfg(test)]
mod tests;

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::bits::BitWriter;
use crate::simd::{Plane, SimdLevel};
use crate::stream::Xoroshiro;
use crate::{PackedSpins, StatePoint};
use thresholds::Thresholds;
use update::Sweeps;

/// Replicas of a block.
pub const LANES: usize = 512;
/// Sites updated together; no two of them are neighbours.
const GROUP: usize = 10;
/// A block of [`LANES`] replicas of a lattice under heat-bath dynamics.
pub struct HeatBath {
    lattice: Lattice,
    /// Spins, one bit a lane; behind the sites a plane of down spins, one of up spins and one that is written in vain.
    planes: Vec<Plane>,
    groups: Vec<[Site; GROUP]>,
    thresholds: Box<Thresholds>,
    /// Two generators of random words.
    words: [[Plane; 2]; 2],
    /// The generator of lanes drawn one by one.
    rest: Xoroshiro,
    level: SimdLevel,
    scratch: [Scratch; GROUP],
    /// Lanes in which no digit has decided some site of the group.
    open: Plane,
}

/// What is kept of a site while its group is updated.
#[derive(Clone, Copy, Default)]
struct Scratch {
    /// Lanes that take the first and the second word of second digits.
    takers: [Plane; 2],
    /// Lanes whose first digit was 0 and that got no second digit.
    left: Plane,
    /// Lanes that no digit has decided.
    open: Plane,
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
        let generator = |counter| Xoroshiro::new(key, counter).state();
        let words = [0, 8].map(|from| {
            let states: [[u64; 2]; 8] = std::array::from_fn(|i| generator(from + i as u64));
            std::array::from_fn(|word| Plane(states.map(|state| state[word])))
        });
        let mut rest = Xoroshiro::new(key, 16);
        let mut start = Plane::NONE;
        for (lane, point) in points.iter().enumerate() {
            let up = point.field() > 0.0 || (point.field() == 0.0 && rest.next() & 1 == 1);
            start.add(lane, up);
        }
        let n_sites = lattice.n_sites();
        let mut planes = vec![start; n_sites];
        planes.extend([Plane::NONE, Plane::ALL, Plane::NONE]);
        let thresholds = Box::new(Thresholds::new(points));
        let (groups, scratch, open) = (groups(lattice), Default::default(), Plane::NONE);
        Self { lattice, planes, groups, thresholds, words, rest, level, scratch, open }
    }

    /// Updates every spin of every replica once, `n_sweeps` times.
    pub fn sweep(&mut self, n_sweeps: usize) {
        let level = self.level;
        level.run(Sweeps { bath: self, n_sweeps });
    }

    /// The configurations of all lanes.
    pub fn spins(&self) -> PackedSpins {
        let n_sites = self.lattice.n_sites();
        let row_bytes = n_sites.div_ceil(8);
        let mut bytes = vec![0; LANES * row_bytes];
        for (lane, row) in bytes.chunks_exact_mut(row_bytes).enumerate() {
            let mut writer = BitWriter::new(row);
            for plane in &self.planes[..n_sites] {
                writer.push(u32::from(plane.has(lane)), 1);
            }
        }
        PackedSpins::from_valid(n_sites, bytes)
    }

    /// Decides one by one the lanes of a group that its digits left open.
    #[inline(never)]
    fn decide_rest(&mut self, sites: &[Site; GROUP]) {
        for word in (0..8).filter(|&word| self.open.0[word] != 0) {
            for (site, scratch) in sites.iter().zip(&self.scratch) {
                let mut open = scratch.open.0[word];
                while open != 0 {
                    let lane = 64 * word + open.trailing_zeros() as usize;
                    open &= open - 1;
                    let n_up = site.neighbours.iter().filter(|&&i| self.planes[i].has(lane)).count();
                    let n_digits = usize::from(!scratch.left.has(lane));
                    let p = self.thresholds.fractions[n_digits][n_up][lane];
                    self.planes[site.plane].add(lane, self.rest.uniform() < p);
                }
            }
        }
    }
}

/// Fills `spins`, shape `[n_samples, ceil(n_sites / 8)]`, with one replica each, after `n_sweeps` sweeps from aligned
/// spins: up or down with probability ½ each without a field.
pub(crate) fn sample_point(lattice: Lattice, point: StatePoint, n_sweeps: usize, key: u64, spins: &mut [u8]) {
    let row_bytes = lattice.n_sites().div_ceil(8);
    spins.par_chunks_mut(LANES * row_bytes).enumerate().for_each(|(block, spins)| {
        let key = Xoroshiro::new(key, block as u64).next();
        let mut bath = HeatBath::new(lattice, &[point; LANES], key, SimdLevel::best());
        bath.sweep(n_sweeps);
        spins.copy_from_slice(&bath.spins().as_bytes()[..spins.len()]);
    });
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
