//! Random words of all lanes.

use crate::simd::{Plane, Word};
use crate::stream::Xoroshiro;

/// Eight interleaved xoroshiro128++ generators, one for each 64 lanes (see [`crate::stream`]).
#[derive(Clone, Copy)]
pub(super) struct Words<W>([W; 2]);

/// States of eight generators, from number `first` on, under a key.
pub(super) fn generators(key: u64, first: u64) -> [Plane; 2] {
    let states: [[u64; 2]; 8] = std::array::from_fn(|i| Xoroshiro::new(key, first + i as u64).state());
    std::array::from_fn(|word| Plane(states.map(|state| state[word])))
}

impl<W: Word> Words<W> {
    #[inline(always)]
    pub(super) fn load([a, b]: &[Plane; 2], part: usize) -> Self {
        Self([W::load(a, part), W::load(b, part)])
    }

    #[inline(always)]
    pub(super) fn store(self, [a, b]: &mut [Plane; 2], part: usize) {
        self.0[0].store(a, part);
        self.0[1].store(b, part);
    }

    #[inline(always)]
    pub(super) fn next(&mut self) -> W {
        let [a, b] = self.0;
        let c = a.xor(b);
        self.0 = [a.rotate::<49>().xor(c).xor(c.shift::<21>()), c.rotate::<28>()];
        a.add(b).rotate::<17>().add(a)
    }
}
