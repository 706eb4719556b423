//! The inner loop of the heat bath: all sites of a group in all lanes.

use super::{GROUP, HeatBath, Scratch, Site};
use crate::simd::{Kernel, Plane, Word};

/// Updates every site of a block `n_sweeps` times.
pub(super) struct Sweeps<'a> {
    pub(super) bath: &'a mut HeatBath,
    pub(super) n_sweeps: usize,
}

impl Kernel for Sweeps<'_> {
    #[inline(always)]
    fn run<W: Word>(self) {
        let Self { bath, n_sweeps } = self;
        let groups = std::mem::take(&mut bath.groups);
        for _ in 0..n_sweeps {
            for sites in &groups {
                for part in 0..W::PARTS {
                    update_group::<W>(bath, sites, part);
                }
                if bath.open != Plane::NONE {
                    bath.decide_rest(sites);
                }
            }
        }
        bath.groups = groups;
    }
}

/// Updates the sites of a group by their digits, in the lanes of one part of the planes.
#[inline(always)]
fn update_group<W: Word>(bath: &mut HeatBath, sites: &[Site; GROUP], part: usize) {
    let mut words = [Words::<W>::load(&bath.words[0], part), Words::load(&bath.words[1], part)];
    let mut second = SecondDigits::<W>::none();
    for pair in 0..GROUP / 2 {
        let digits = compare(&bath.thresholds.digits[0], &mut words, part);
        for half in 0..2 {
            let (site, scratch) = (&sites[2 * pair + half], &mut bath.scratch[2 * pair + half]);
            let n_up = count(site.neighbours, &bath.planes, part);
            digits[half].up(n_up).store(&mut bath.planes[site.plane], part);
            second.request(digits[half].zero(), n_up, scratch, part);
        }
    }
    let digits = compare(&bath.thresholds.digits[1], &mut words, part);
    let (up_0, up_1) = (digits[0].up(second.n_up[0]), digits[1].up(second.n_up[1]));
    let (zero_0, zero_1) = (digits[0].zero(), digits[1].zero());
    let mut any_open = W::NONE;
    for (site, scratch) in sites.iter().zip(&mut bath.scratch) {
        let (taker_0, taker_1) = (W::load(&scratch.takers[0], part), W::load(&scratch.takers[1], part));
        let plane = &mut bath.planes[site.plane];
        W::load(plane, part).or(taker_0.and(up_0)).or(taker_1.and(up_1)).store(plane, part);
        let open = W::load(&scratch.left, part).or(taker_0.and(zero_0)).or(taker_1.and(zero_1));
        open.store(&mut scratch.open, part);
        any_open = any_open.or(open);
    }
    any_open.store(&mut bath.open, part);
    words[0].store(&mut bath.words[0], part);
    words[1].store(&mut bath.words[1], part);
}

/// The number of neighbours up in binary, lowest bit first.
#[inline(always)]
fn count<W: Word>([a, b, c, d]: [usize; 4], planes: &[Plane], part: usize) -> [W; 3] {
    let (a, b) = (W::load(&planes[a], part), W::load(&planes[b], part));
    let (c, d) = (W::load(&planes[c], part), W::load(&planes[d], part));
    let (sum, carry) = (a.xor(b).xor(c), a.xor(b).choose(c, a));
    let carry_d = sum.and(d);
    [sum.xor(d), carry.xor(carry_d), carry.and(carry_d)]
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
        Self { taken: [W::NONE; 2], n_up: [[W::NONE; 3]; 2] }
    }

    /// Gives the open lanes of a site a second digit: of the first word, of the second, or none.
    #[inline(always)]
    fn request(&mut self, open: W, n_up: [W; 3], scratch: &mut Scratch, part: usize) {
        let mut open = open;
        for (word, takers) in scratch.takers.iter_mut().enumerate() {
            let takes = self.taken[word].not_and(open);
            open = open.and(self.taken[word]);
            self.taken[word] = self.taken[word].or(takes);
            for (served, bit) in self.n_up[word].iter_mut().zip(n_up) {
                *served = served.or(takes.and(bit));
            }
            takes.store(takers, part);
        }
        open.store(&mut scratch.left, part);
    }
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
        self.nonzero.not_and(W::ALL)
    }
}

/// Two independent comparisons with the same thresholds.
#[inline(always)]
fn compare<W: Word>(bits: &[[Plane; 5]], words: &mut [Words<W>; 2], part: usize) -> [Comparison<W>; 2] {
    let mut comparisons = [Comparison { at_most: [W::ALL; 5], nonzero: W::NONE }; 2];
    for planes in bits {
        let random = [words[0].next(), words[1].next()];
        for (k, plane) in planes.iter().enumerate() {
            let threshold = W::load(plane, part);
            for (random, comparison) in random.into_iter().zip(&mut comparisons) {
                comparison.at_most[k] = random.below(threshold, comparison.at_most[k]);
            }
        }
        for (random, comparison) in random.into_iter().zip(&mut comparisons) {
            comparison.nonzero = comparison.nonzero.or(random);
        }
    }
    comparisons
}

/// Interleaved xoroshiro128++ generators, one for each 64 lanes (see [`crate::stream`]).
#[derive(Clone, Copy)]
struct Words<W>([W; 2]);

impl<W: Word> Words<W> {
    #[inline(always)]
    fn load(state: &[Plane; 2], part: usize) -> Self {
        Self([W::load(&state[0], part), W::load(&state[1], part)])
    }

    #[inline(always)]
    fn store(self, state: &mut [Plane; 2], part: usize) {
        self.0[0].store(&mut state[0], part);
        self.0[1].store(&mut state[1], part);
    }

    #[inline(always)]
    fn next(&mut self) -> W {
        let [a, b] = self.0;
        let c = a.xor(b);
        self.0 = [a.rotate::<49>().xor(c).xor(c.shift::<21>()), c.rotate::<28>()];
        a.add(b).rotate::<17>().add(a)
    }
}
