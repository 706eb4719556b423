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
use crate::stream::Xoroshiro;
use crate::{PackedSpins, StatePoint};

/// Replicas of a block.
pub const LANES: usize = 512;
/// Sites updated together; no two of them are neighbours.
const GROUP: usize = 10;
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
    words: [[Plane; 2]; 2],
    /// The generator of lanes drawn one by one.
    rest: Xoroshiro,
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
    /// Bits of ⌊2ᴰ p(k)⌋, lowest first; then the same for the fractions that this first digit leaves.
    digits: [Vec<[Plane; 5]>; 2],
    /// The fractions that each digit leaves.
    fractions: [[[f64; LANES]; 5]; 2],
}

impl HeatBath {
    /// One replica for each of up to 512 `points`, begun aligned with the field, or without one up or down at random;
    /// further lanes repeat the last point. The same `key` gives the same spins at every level and on any thread.
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
                writer.push(u32::from(plane.has(lane)), 1);
            }
        }
        PackedSpins::from_valid(n_sites, bytes)
    }

    /// Decides one by one the lanes of a group that its digits left open, `any` of its sites in.
    #[inline(never)]
    fn decide_rest(&mut self, sites: &[Site; GROUP], any: &Plane) {
        for word in (0..8).filter(|&word| any.0[word] != 0) {
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

impl Thresholds {
    fn new(points: &[StatePoint; LANES]) -> Self {
        let mut thresholds =
            Self { digits: DIGITS.map(|n_bits| vec![[Plane::NONE; 5]; n_bits]), fractions: [[[0.0; LANES]; 5]; 2] };
        for (lane, point) in points.iter().enumerate() {
            for n_up in 0..5 {
                let p = probability_up(*point, n_up);
                let fraction = split(p, &mut thresholds.digits[0], n_up, lane);
                thresholds.fractions[0][n_up][lane] = fraction;
                thresholds.fractions[1][n_up][lane] = split(fraction, &mut thresholds.digits[1], n_up, lane);
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
fn split(p: f64, bits: &mut [[Plane; 5]], n_up: usize, lane: usize) -> f64 {
    let radix = f64::from(1_u32 << bits.len());
    let scaled = p * radix;
    let digit = scaled.floor().min(radix - 1.0);
    for (bit, planes) in bits.iter_mut().enumerate() {
        planes[n_up].add(lane, digit as u64 >> bit & 1 == 1);
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
        groups.push(std::array::from_fn(|i| {
            group.get(i).copied().unwrap_or(Site { plane: vain, neighbours: [down; 4] })
        }));
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
        let digits = compare(&bath.thresholds.digits[0], words);
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
    let digits = compare(&bath.thresholds.digits[1], words);
    let (up_0, up_1) = (digits[0].up(second.n_up[0]), digits[1].up(second.n_up[1]));
    let (zero_0, zero_1) = (digits[0].zero(), digits[1].zero());
    let mut any_open = W::load(&Plane::NONE);
    for (site, scratch) in sites.iter().zip(&mut bath.scratch) {
        let (taker_0, taker_1) = (W::load(&scratch.takers[0]), W::load(&scratch.takers[1]));
        let plane = &mut bath.planes[site.plane];
        W::load(plane).or(taker_0.and(up_0)).or(taker_1.and(up_1)).store(plane);
        let open = W::load(&scratch.left).or(taker_0.and(zero_0)).or(taker_1.and(zero_1));
        open.store(&mut scratch.open);
        any_open = any_open.or(open);
    }
    let mut any = Plane::NONE;
    any_open.store(&mut any);
    if any != Plane::NONE {
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
        let none = W::load(&Plane::NONE);
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
        self.nonzero.not_and(W::load(&Plane::ALL))
    }
}

/// Two independent comparisons with the same thresholds.
#[inline(always)]
fn compare<W: Word>(bits: &[[Plane; 5]], words: &mut [Words<W>; 2]) -> [Comparison<W>; 2] {
    let (none, all) = (W::load(&Plane::NONE), W::load(&Plane::ALL));
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

/// Eight interleaved xoroshiro128++ generators (see [`Xoroshiro`]).
#[derive(Clone, Copy)]
struct Words<W>([W; 2]);

impl<W: Word> Words<W> {
    #[inline(always)]
    fn load(state: &[Plane; 2]) -> Self {
        Self([W::load(&state[0]), W::load(&state[1])])
    }

    #[inline(always)]
    fn store(self, state: &mut [Plane; 2]) {
        self.0[0].store(&mut state[0]);
        self.0[1].store(&mut state[1]);
    }

    #[inline(always)]
    fn next(&mut self) -> W {
        let [a, b] = self.0;
        let c = a.xor(b);
        self.0 = [a.rotate::<49>().xor(c).xor(c.shift::<21>()), c.rotate::<28>()];
        a.add(b).rotate::<17>().add(a)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::{bond_energy, magnetization};

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

    /// 512 × 400 replicas after one sweep at two state points side by side follow their rows of the matrix: χ² within 5 of
    /// its standard deviations (false-alarm rate 1e-5 each, the seed is fixed).
    #[test]
    fn lanes_follow_the_one_sweep_matrix_of_their_own_point() {
        let points: [StatePoint; LANES] = std::array::from_fn(|i| [point(3.0, 0.2), point(6.0, 0.5)][i % 2]);
        let mut counts = [vec![0.0; 512], vec![0.0; 512]];
        for key in 0..400 {
            let mut bath = HeatBath::new(Lattice::square(3).unwrap(), &points, key, SimdLevel::best());
            bath.sweep(1);
            for (i, row) in bath.spins().rows().enumerate() {
                let state = (0..9).filter(|site| row[site / 8] >> (7 - site % 8) & 1 == 1).map(|site| 1 << site);
                counts[i % 2][state.sum::<usize>()] += 1.0;
            }
        }
        for (counts, &point) in counts.iter().zip(&points) {
            let mut start = vec![0.0; 512];
            start[511] = 1.0;
            let expected = one_sweep(&start, point).into_iter().map(|p| 400.0 * 256.0 * p);
            let likely: Vec<_> = counts.iter().zip(expected).filter(|&(_, expected)| expected > 10.0).collect();
            let chi_square: f64 = likely.iter().map(|&(&n, expected)| (n - expected).powi(2) / expected).sum();
            let freedom = likely.len() as f64;
            assert!(freedom > 100.0);
            let deviation = (chi_square - freedom) / (2.0 * freedom).sqrt();
            assert!(deviation.abs() < 5.0, "{deviation}");
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
            let mean = crate::mean(&products);
            assert!(mean.value.abs() < 5.0 * mean.error, "{mean:?}");
        }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for lattice in [Lattice::square(5).unwrap(), Lattice::square(10).unwrap(), Lattice::ring(7).unwrap()] {
            let points: [StatePoint; LANES] =
                std::array::from_fn(|i| point(0.02 * i as f64, 0.3 * (i % 3) as f64 - 0.3));
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
}
