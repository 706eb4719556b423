//! The inner loop of the heat bath: all sites of a group in all lanes.

use super::open::Open;
use super::thresholds::Thresholds;
use super::words::Words;
use super::{GROUP, Lanes, Site};
use crate::simd::{Kernel, Plane, Word};

/// Updates every site of a block `n_sweeps` times.
pub(super) struct Sweeps<'a, const C: usize> {
    pub(super) lanes: &'a mut Lanes,
    pub(super) groups: &'a [[Site; GROUP]],
    pub(super) thresholds: &'a Thresholds<C>,
    pub(super) n_sweeps: usize,
}

impl<const C: usize> Kernel for Sweeps<'_, C> {
    #[inline(always)]
    fn run<W: Word>(self) {
        let Self { lanes, groups, thresholds, n_sweeps } = self;
        let mut open = Open::default();
        for _ in 0..n_sweeps {
            for sites in groups {
                for part in 0..W::PARTS {
                    update_group::<W, C>(lanes, sites, thresholds, &mut open, part);
                }
                if open.rest != Plane::NONE {
                    open.decide(lanes, sites, &thresholds.left);
                }
            }
        }
    }
}

/// Updates the sites of a group by their digits, in the lanes of one part of the planes.
///
/// The second digits are drawn first: one for the first open site of each lane, one for the second open site.
#[inline(always)]
fn update_group<W: Word, const C: usize>(
    Lanes { planes, generators, .. }: &mut Lanes,
    sites: &[Site; GROUP],
    thresholds: &Thresholds<C>,
    open: &mut Open,
    part: usize,
) {
    let mut words = [Words::<W>::load(&generators[0], part), Words::load(&generators[1], part)];
    let second = [compare(&thresholds.second, &mut words, part), compare(&thresholds.second, &mut words, part)];
    // Lanes in which more than 0, 1, 2 sites have been open.
    let mut more_than = [W::NONE; 3];
    for (site, open) in sites.iter().zip(&mut open.sites) {
        let first = compare(&thresholds.first, &mut words, part);
        let n_up = Count::<W, C>::of(site.neighbours, planes, part);
        let site_open = n_up.open(&first);
        let below = more_than[0].choose(n_up.select(&second[1].below), n_up.select(&second[0].below));
        n_up.up(&first, site_open.and(below)).store(&mut planes[site.plane], part);
        site_open.store(open, part);
        more_than[2] = more_than[2].or(more_than[1].and(site_open));
        more_than[1] = more_than[1].or(more_than[0].and(site_open));
        more_than[0] = more_than[0].or(site_open);
    }
    let still_open = [more_than[0].and(second[0].open), more_than[1].and(second[1].open)];
    still_open[0].or(still_open[1]).or(more_than[2]).store(&mut open.rest, part);
    for i in 0..2 {
        still_open[i].store(&mut open.second[i], part);
        words[i].store(&mut generators[i], part);
    }
}

/// The number k of neighbours up in binary, lowest bit first, and what the C classes of [`Thresholds`] make of it.
#[derive(Clone, Copy)]
struct Count<W, const C: usize>([W; 3]);

impl<W: Word, const C: usize> Count<W, C> {
    #[inline(always)]
    fn of([a, b, c, d]: [usize; 4], planes: &[Plane], part: usize) -> Self {
        let (a, b) = (W::load(&planes[a], part), W::load(&planes[b], part));
        let (c, d) = (W::load(&planes[c], part), W::load(&planes[d], part));
        let (sum, carry) = (a.xor(b).xor(c), a.xor(b).choose(c, a));
        let carry_d = sum.and(d);
        Self([sum.xor(d), carry.xor(carry_d), carry.and(carry_d)])
    }

    /// The value of the class of k: k itself, or min(k, 4 − k) of two (and any for k = 2).
    #[inline(always)]
    fn select(self, values: &[W; C]) -> W {
        let [k0, k1, k2] = self.0;
        match values[..] {
            [v0, v1] => k0.choose(v1, v0),
            [v0, v1, v2, v3, v4] => k2.choose(v4, k1.choose(k0.choose(v3, v2), k0.choose(v1, v0))),
            _ => W::NONE,
        }
    }

    /// Lanes that need a second digit: of two classes not for k = 2, which one bit decides.
    #[inline(always)]
    fn open(self, first: &Comparison<W, C>) -> W {
        let [k0, k1, _] = self.0;
        if C == 2 { first.open.and(k0.or(k1.not_and(W::ALL))) } else { first.open }
    }

    /// The spin, where `second` marks the open lanes whose second digit is below its threshold. Of two classes the
    /// comparison is one of the spin against the majority of its neighbours.
    #[inline(always)]
    fn up(self, first: &Comparison<W, C>, second: W) -> W {
        let [k0, k1, k2] = self.0;
        let below = self.select(&first.below);
        if C == 2 {
            let against = k0.choose(below, k1.choose(first.top, below)).or(second);
            against.xor(k2.or(k0.and(k1)))
        } else {
            below.or(second)
        }
    }
}

/// A random digit u compared with thresholds t.
#[derive(Clone, Copy)]
struct Comparison<W, const C: usize> {
    /// u < t.
    below: [W; C],
    /// All bits of u are 1, so that no t is larger.
    open: W,
    /// The highest bit of u.
    top: W,
}

/// A digit of D random bits, drawn from two generators in turn, compared with the thresholds of all classes.
#[inline(always)]
fn compare<W: Word, const C: usize, const D: usize>(
    bits: &[[Plane; C]; D],
    words: &mut [Words<W>; 2],
    part: usize,
) -> Comparison<W, C> {
    let mut digit = Comparison { below: [W::NONE; C], open: W::ALL, top: W::NONE };
    for (i, thresholds) in bits.iter().enumerate() {
        let random = words[i % 2].next();
        for (below, threshold) in digit.below.iter_mut().zip(thresholds) {
            *below = random.below(W::load(threshold, part), *below);
        }
        digit.open = digit.open.and(random);
        digit.top = random;
    }
    digit
}
