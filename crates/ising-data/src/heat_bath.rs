//! Bit-sliced heat bath: 512 independent replicas a word, each at its own state point.
//!
//! A spin becomes up with probability p(k) = 1/(1 + exp(−2β(2k − 4 + H))), k its neighbours up: u < p(k) for a uniform u.
//! u is drawn as a number of [`DIGIT`] bits, compared with the thresholds of all five k at once. Unless that number is 0
//! the comparison with ⌊2ᴰ p⌋ decides; if it is 0, which depends on no threshold, the fraction 2ᴰ p − ⌊2ᴰ p⌋ takes the
//! place of p. As such lanes are rare, the sites of a group share two words of next digits; lanes that are still open are
//! drawn one by one in f64. No two decisions ever use the same random bits.

use ising_theory::Lattice;

use crate::bits::BitWriter;
use crate::simd::{Kernel, Plane, SimdLevel, Word};
use crate::stream::Xoshiro;
use crate::{PackedSpins, StatePoint};

/// Replicas of a block.
pub const LANES: usize = 512;
/// Sites updated together; no two of them are neighbours.
const GROUP: usize = 8;
/// Bits of the first digit, and of the second.
const DIGITS: [usize; 2] = [6, 7];

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
        Self { lattice, planes, groups: groups(lattice), thresholds, words, rest, level }
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

    /// Decides the lanes of `open` at `site` one by one; those also in `no_second` had no second digit.
    fn decide_rest(&mut self, site: &Site, open: &Plane, no_second: &Plane) {
        for (word, &open) in open.iter().enumerate() {
            let mut open = open;
            while open != 0 {
                let bit = open.trailing_zeros() as usize;
                open &= open - 1;
                let n_up: u64 = site.neighbours.iter().map(|&i| self.planes[i][word] >> bit & 1).sum();
                let digit = usize::from(no_second[word] >> bit & 1 == 0);
                let p = self.thresholds.fractions[digit][n_up as usize][64 * word + bit];
                self.planes[site.plane][word] |= u64::from(self.rest.uniform() < p) << bit;
            }
        }
    }
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
        let mut words = bath.words.map(|state| Words(state.map(|word| W::load(&word))));
        for _ in 0..n_sweeps {
            for i in 0..bath.groups.len() {
                update_group(bath, i, &mut words);
            }
        }
        bath.words = words.map(|generator| {
            generator.0.map(|word| {
                let mut plane = [0; 8];
                word.store(&mut plane);
                plane
            })
        });
    }
}

/// What the first digit says of a site.
#[derive(Clone, Copy)]
struct FirstDigit<W> {
    up: W,
    /// Lanes that take the first word of second digits, the second word, and none.
    take: [W; 2],
    no_second: W,
}

/// Updates all sites of a group.
#[inline(always)]
fn update_group<W: Word>(bath: &mut HeatBath, group: usize, words: &mut [Words<W>; 2]) {
    let sites = bath.groups[group];
    let none = W::load(&[0; 8]);
    let mut taken = [none; 2];
    let mut n_up = [[none; 3]; 2];
    let mut firsts = [FirstDigit { up: none, take: [none; 2], no_second: none }; GROUP];
    for pair in 0..GROUP / 2 {
        let digits = compare(&bath.thresholds.first, words);
        for (half, digit) in digits.iter().enumerate() {
            let site = 2 * pair + half;
            let count = count(sites[site].neighbours.map(|plane| W::load(&bath.planes[plane])));
            let open = digit.nonzero.not_and(W::load(&[!0; 8]));
            let take = [taken[0].not_and(open), taken[1].not_and(taken[0].and(open))];
            firsts[site] = FirstDigit { up: digit.up(count), take, no_second: taken[0].and(taken[1]).and(open) };
            for word in 0..2 {
                n_up[word] = std::array::from_fn(|bit| n_up[word][bit].or(take[word].and(count[bit])));
                taken[word] = taken[word].or(take[word]);
            }
        }
    }
    let seconds = compare(&bath.thresholds.second, words);
    let ups = [seconds[0].up(n_up[0]), seconds[1].up(n_up[1])];
    let mut any_open = none;
    let mut opens = [[0; 8]; GROUP];
    for (site, first) in firsts.iter().enumerate() {
        let [a, b] = first.take;
        first.up.or(a.and(ups[0])).or(b.and(ups[1])).store(&mut bath.planes[sites[site].plane]);
        let open = first.no_second.or(seconds[0].nonzero.not_and(a)).or(seconds[1].nonzero.not_and(b));
        open.store(&mut opens[site]);
        any_open = any_open.or(open);
    }
    let mut any = [0; 8];
    any_open.store(&mut any);
    if any[0] == 12345 {
        for (site, first) in firsts.iter().enumerate() {
            let mut no_second = [0; 8];
            first.no_second.store(&mut no_second);
            bath.decide_rest(&sites[site], &opens[site], &no_second);
        }
    }
}

/// The number of neighbours up in binary, lowest bit first.
#[inline(always)]
fn count<W: Word>([a, b, c, d]: [W; 4]) -> [W; 3] {
    let (sum, carry) = (a.xor(b).xor(c), a.xor(b).choose(c, a));
    let carry_d = sum.and(d);
    [sum.xor(d), carry.xor(carry_d), carry.and(carry_d)]
}

/// A random digit u compared with the thresholds t(k) of the five numbers of neighbours up.
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
}

/// Two independent comparisons with the same thresholds.
#[inline(always)]
fn compare<W: Word, const D: usize>(bits: &[[Plane; 5]; D], words: &mut [Words<W>; 2]) -> [Comparison<W>; 2] {
    let (none, all) = (W::load(&[0; 8]), W::load(&[!0; 8]));
    let mut comparisons = [none, none].map(|nonzero| Comparison { at_most: [all; 5], nonzero });
    for planes in bits {
        let thresholds: [W; 5] = std::array::from_fn(|k| W::load(&planes[k]));
        for (words, comparison) in words.iter_mut().zip(&mut comparisons) {
            let random = words.next();
            comparison.nonzero = comparison.nonzero.or(random);
            for (at_most, threshold) in comparison.at_most.iter_mut().zip(thresholds) {
                *at_most = threshold.xor(random).choose(threshold, *at_most);
            }
        }
    }
    comparisons
}

/// Eight interleaved xoshiro256++ generators (see [`Xoshiro`]).
#[derive(Clone, Copy)]
struct Words<W>([W; 4]);

impl<W: Word> Words<W> {
    #[inline(always)]
    fn next(&mut self) -> W {
        let [a, b, c, d] = self.0;
        let result = a.add(d).rotate::<23>().add(a);
        let (c, d, shifted) = (c.xor(a), d.xor(b), b.shift::<17>());
        self.0 = [a.xor(d), b.xor(c), c.xor(shifted), d.rotate::<45>()];
        result
    }
}
