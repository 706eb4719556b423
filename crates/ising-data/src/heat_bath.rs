//! Bit-sliced heat bath: 512 independent replicas a word, each at its own state point.
//!
//! A spin becomes up with probability p(k) = 1/(1 + exp(−2β(2k − 4 + H))), k its neighbours up: u < p(k) for a uniform u.
//! u is drawn as a number of [`DIGIT`] bits, compared with the thresholds of all five k at once. Unless that number is 0
//! the comparison with ⌊2ᴰ p⌋ decides; if it is 0, which depends on no threshold, the fraction 2ᴰ p − ⌊2ᴰ p⌋ takes the
//! place of p. As such lanes are rare, the sites of a group share two words of next digits; lanes that are still open are
//! drawn one by one in f64. No two decisions ever use the same random bits.

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::bits::BitWriter;
use crate::simd::{Kernel, Plane, SimdLevel, Word};
use crate::stream::Xoshiro;
use crate::{PackedSpins, StatePoint};

/// Replicas of a block.
pub const LANES: usize = 512;
/// Sites updated together; no two of them are neighbours.
const GROUP: usize = 8;
/// Bits of the first digit, and of the second.
const DIGITS: [usize; 2] = [6, 9];

/// A block of [`LANES`] replicas of a lattice under heat-bath dynamics.
pub struct HeatBath {
    lattice: Lattice,
    /// Spins, one bit a lane; behind the sites a plane of down spins, one of up spins and one that is written in vain.
    planes: Vec<Plane>,
    groups: Vec<[Site; GROUP]>,
    thresholds: Box<Thresholds>,
    /// Two generators of random words.
    words: [[Plane; 4]; 2],
    /// The generator of lanes drawn one by one.
    rest: Xoshiro,
    level: SimdLevel,
    scratch: [Scratch; GROUP],
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

/// Thresholds of the five numbers of neighbours up in each lane.
struct Thresholds {
    /// Bits of ⌊2ᴰ p(k)⌋, lowest first.
    first: [[Plane; 5]; DIGITS[0]],
    /// Bits of the same for the fractions that the first digit leaves.
    second: [[Plane; 5]; DIGITS[1]],
    /// The fractions that each digit leaves.
    fractions: [[[f64; LANES]; 5]; 2],
}

impl HeatBath {
    /// One replica for each of up to 512 `points`, begun aligned with the field, or without one up or down at random;
    /// further lanes repeat the last point. The same `key` gives the same spins at every level and on any thread.
    pub fn new(lattice: Lattice, points: &[StatePoint; LANES], key: u64, level: SimdLevel) -> Self {
        let generator = |counter| Xoshiro::new(key, counter).state();
        let words = [0, 8].map(|from| {
            let states: [[u64; 4]; 8] = std::array::from_fn(|i| generator(from + i as u64));
            std::array::from_fn(|word| states.map(|state| state[word]))
        });
        let mut rest = Xoshiro::new(key, 16);
        let mut start = [0; 8];
        for (lane, point) in points.iter().enumerate() {
            let up = point.field() > 0.0 || (point.field() == 0.0 && rest.next() & 1 == 1);
            start[lane / 64] |= u64::from(up) << (lane % 64);
        }
        let n_sites = lattice.n_sites();
        let mut planes = vec![start; n_sites];
        planes.extend([[0; 8], [!0; 8], [0; 8]]);
        let thresholds = Box::new(Thresholds::new(points));
        Self { lattice, planes, groups: groups(lattice), thresholds, words, rest, level, scratch: Default::default() }
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
                writer.push((plane[lane / 64] >> (lane % 64)) as u32 & 1, 1);
            }
        }
        PackedSpins::from_valid(n_sites, bytes)
    }

    /// Decides one by one the lanes of a group that its digits left open, `any` of its sites in.
    #[inline(never)]
    fn decide_rest(&mut self, sites: &[Site; GROUP], any: &Plane) {
        for word in (0..8).filter(|&word| any[word] != 0) {
            for (site, scratch) in sites.iter().zip(&self.scratch) {
                let mut open = scratch.open[word];
                while open != 0 {
                    let bit = open.trailing_zeros() as usize;
                    open &= open - 1;
                    let n_up: u64 = site.neighbours.iter().map(|&i| self.planes[i][word] >> bit & 1).sum();
                    let n_digits = usize::from(scratch.left[word] >> bit & 1 == 0);
                    let p = self.thresholds.fractions[n_digits][n_up as usize][64 * word + bit];
                    self.planes[site.plane][word] |= u64::from(self.rest.uniform() < p) << bit;
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
        let key = Xoshiro::new(key, block as u64).next();
        let mut bath = HeatBath::new(lattice, &[point; LANES], key, SimdLevel::best());
        bath.sweep(n_sweeps);
        spins.copy_from_slice(&bath.spins().as_bytes()[..spins.len()]);
    });
}

impl Thresholds {
    fn new(points: &[StatePoint; LANES]) -> Self {
        let mut thresholds = Self {
            first: [[[0; 8]; 5]; DIGITS[0]],
            second: [[[0; 8]; 5]; DIGITS[1]],
            fractions: [[[0.0; LANES]; 5]; 2],
        };
        for (lane, point) in points.iter().enumerate() {
            for n_up in 0..5 {
                let p = probability_up(*point, n_up);
                let fraction = split(p, &mut thresholds.first, n_up, lane);
                thresholds.fractions[0][n_up][lane] = fraction;
                thresholds.fractions[1][n_up][lane] = split(fraction, &mut thresholds.second, n_up, lane);
            }
        }
        thresholds
    }
}

/// p(k) = 1/(1 + exp(−2β(2k − 4 + H))); ½ where the energies are equal, even at T = 0.
fn probability_up(point: StatePoint, n_up: usize) -> f64 {
    let energy = 2.0 * (2.0 * n_up as f64 - 4.0 + point.field());
    if energy == 0.0 { 0.5 } else { 1.0 / (1.0 + (-energy * point.beta()).exp()) }
}

/// Stores the first digit of p in a lane, and returns the fraction of the next.
fn split<const D: usize>(p: f64, bits: &mut [[Plane; 5]; D], n_up: usize, lane: usize) -> f64 {
    let scaled = p * f64::from(1_u32 << D);
    let digit = scaled.floor().min(f64::from((1_u32 << D) - 1));
    for (bit, planes) in bits.iter_mut().enumerate() {
        planes[n_up][lane / 64] |= (digit as u64 >> bit & 1) << (lane % 64);
    }
    scaled - digit
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
        groups.push(std::array::from_fn(|i| group.get(i).copied().unwrap_or(Site { plane: vain, neighbours: [down; 4] })));
    }
    groups
}

struct Sweeps<'a> {
    bath: &'a mut HeatBath,
    n_sweeps: usize,
}

impl Kernel for Sweeps<'_> {
    #[inline(always)]
    fn run<W: Word>(self) {
        let Self { bath, n_sweeps } = self;
        let mut words = [Words::<W>::load(&bath.words[0]), Words::load(&bath.words[1])];
        let groups = std::mem::take(&mut bath.groups);
        for _ in 0..n_sweeps {
            for sites in &groups {
                update_group(bath, sites, &mut words);
            }
        }
        bath.groups = groups;
        words[0].store(&mut bath.words[0]);
        words[1].store(&mut bath.words[1]);
    }
}

/// Updates all sites of a group.
#[inline(always)]
fn update_group<W: Word>(bath: &mut HeatBath, sites: &[Site; GROUP], words: &mut [Words<W>; 2]) {
    let mut second = SecondDigits::<W>::none();
    for pair in 0..GROUP / 2 {
        let digits = compare(&bath.thresholds.first, words);
        for half in 0..2 {
            let site = &sites[2 * pair + half];
            let scratch = &mut bath.scratch[2 * pair + half];
            let [a, b, c, d] = site.neighbours;
            let planes = &mut bath.planes;
            let n_up = count(W::load(&planes[a]), W::load(&planes[b]), W::load(&planes[c]), W::load(&planes[d]));
            digits[half].up(n_up).store(&mut planes[site.plane]);
            second.request(digits[half].zero(), n_up, scratch);
        }
    }
    let digits = compare(&bath.thresholds.second, words);
    let (up_0, up_1) = (digits[0].up(second.n_up[0]), digits[1].up(second.n_up[1]));
    let (zero_0, zero_1) = (digits[0].zero(), digits[1].zero());
    let mut any_open = W::load(&[0; 8]);
    for (site, scratch) in sites.iter().zip(&mut bath.scratch) {
        let (taker_0, taker_1) = (W::load(&scratch.takers[0]), W::load(&scratch.takers[1]));
        let plane = &mut bath.planes[site.plane];
        W::load(plane).or(taker_0.and(up_0)).or(taker_1.and(up_1)).store(plane);
        let open = W::load(&scratch.left).or(taker_0.and(zero_0)).or(taker_1.and(zero_1));
        open.store(&mut scratch.open);
        any_open = any_open.or(open);
    }
    let mut any = [0; 8];
    any_open.store(&mut any);
    if any != [0; 8] {
        bath.decide_rest(sites, &any);
    }
}

/// The two words of second digits that the sites of a group share: each lane of a word serves at most one site.
struct SecondDigits<W> {
    taken: [W; 2],
    /// Neighbours up of the site that a lane serves.
    n_up: [[W; 3]; 2],
}

impl<W: Word> SecondDigits<W> {
    #[inline(always)]
    fn none() -> Self {
        let none = W::load(&[0; 8]);
        Self { taken: [none; 2], n_up: [[none; 3]; 2] }
    }

    /// Gives the open lanes of a site a second digit: of the first word, of the second, or none.
    #[inline(always)]
    fn request(&mut self, open: W, n_up: [W; 3], scratch: &mut Scratch) {
        let mut open = open;
        for word in 0..2 {
            let takes = self.taken[word].not_and(open);
            open = open.and(self.taken[word]);
            self.taken[word] = self.taken[word].or(takes);
            for bit in 0..3 {
                self.n_up[word][bit] = self.n_up[word][bit].or(takes.and(n_up[bit]));
            }
            takes.store(&mut scratch.takers[word]);
        }
        open.store(&mut scratch.left);
    }
}

/// The number of neighbours up in binary, lowest bit first.
#[inline(always)]
fn count<W: Word>(a: W, b: W, c: W, d: W) -> [W; 3] {
    let (sum, carry) = (a.xor(b).xor(c), a.xor(b).choose(c, a));
    let carry_d = sum.and(d);
    [sum.xor(d), carry.xor(carry_d), carry.and(carry_d)]
}

/// A random digit u compared with the thresholds t(k) of the five numbers of neighbours up.
#[derive(Clone, Copy)]
struct Comparison<W> {
    /// u ≤ t(k).
    at_most: [W; 5],
    /// u ≠ 0.
    nonzero: W,
}

impl<W: Word> Comparison<W> {
    /// 1 ≤ u ≤ t(k), for k in binary.
    #[inline(always)]
    fn up(&self, [k0, k1, k2]: [W; 3]) -> W {
        let [t0, t1, t2, t3, t4] = self.at_most;
        self.nonzero.and(k2.choose(t4, k1.choose(k0.choose(t3, t2), k0.choose(t1, t0))))
    }

    /// u = 0.
    #[inline(always)]
    fn zero(&self) -> W {
        self.nonzero.not_and(W::load(&[!0; 8]))
    }
}

/// Two independent comparisons with the same thresholds.
#[inline(always)]
fn compare<W: Word, const D: usize>(bits: &[[Plane; 5]; D], words: &mut [Words<W>; 2]) -> [Comparison<W>; 2] {
    let (none, all) = (W::load(&[0; 8]), W::load(&[!0; 8]));
    let comparison = Comparison { at_most: [all; 5], nonzero: none };
    let mut comparisons = [comparison; 2];
    for planes in bits {
        let random = [words[0].next(), words[1].next()];
        for k in 0..5 {
            let threshold = W::load(&planes[k]);
            for i in 0..2 {
                comparisons[i].at_most[k] = random[i].below(threshold, comparisons[i].at_most[k]);
            }
        }
        for i in 0..2 {
            comparisons[i].nonzero = comparisons[i].nonzero.or(random[i]);
        }
    }
    comparisons
}

/// Eight interleaved xoshiro256++ generators (see [`Xoshiro`]).
#[derive(Clone, Copy)]
struct Words<W>([W; 4]);

impl<W: Word> Words<W> {
    #[inline(always)]
    fn load(state: &[Plane; 4]) -> Self {
        Self([W::load(&state[0]), W::load(&state[1]), W::load(&state[2]), W::load(&state[3])])
    }

    #[inline(always)]
    fn store(self, state: &mut [Plane; 4]) {
        for i in 0..4 {
            self.0[i].store(&mut state[i]);
        }
    }

    #[inline(always)]
    fn next(&mut self) -> W {
        let [a, b, c, d] = self.0;
        let result = a.add(d).rotate::<23>().add(a);
        let (c, d, shifted) = (c.xor(a), d.xor(b), b.shift::<17>());
        self.0 = [a.xor(d), b.xor(c), c.xor(shifted), d.rotate::<45>()];
        result
    }
}
