//! Arrays of sixteen, for the compiler to make the best of.

use super::{Bits, Lanes, Vector, WIDTH, Wide};

#[derive(Clone, Copy)]
pub(super) struct Floats([f32; WIDTH]);

#[derive(Clone, Copy)]
pub(super) struct Words([u32; WIDTH]);

/// Applies an operation lane by lane.
macro_rules! lanewise {
    ($a:expr, $b:expr, $f:expr) => {{
        let mut result = $a;
        for (x, y) in result.iter_mut().zip($b) {
            *x = $f(*x, y);
        }
        result
    }};
}

impl Vector for Floats {
    type Bits = Words;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([x; WIDTH])
    }
    #[inline(always)]
    fn load(lanes: &Lanes) -> Self {
        Self(lanes.0)
    }
    #[inline(always)]
    fn store(self, lanes: &mut Lanes) {
        lanes.0 = self.0;
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: f32, y| x + y))
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: f32, y| x - y))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: f32, y| x * y))
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: f32, y| x / y))
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x, y| if x < y { x } else { y }))
    }
    #[inline(always)]
    fn largest(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x, y| if x > y { x } else { y }))
    }
    #[inline(always)]
    fn bits(self) -> Words {
        Words(self.0.map(f32::to_bits))
    }
    #[inline(always)]
    fn exceeds(self, other: Self) -> u16 {
        let mut bits = 0;
        for ((x, y), lane) in self.0.iter().zip(&other.0).zip(0..) {
            bits |= u16::from(x > y) << lane;
        }
        bits
    }
}

impl Wide for Floats {
    type Narrow = Self;

    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        let (mut low, mut high) = ([0.0; WIDTH], [0.0; WIDTH]);
        for lane in 0..WIDTH / 2 {
            (low[2 * lane], low[2 * lane + 1]) = (self.0[lane], other.0[lane]);
            (high[2 * lane], high[2 * lane + 1]) = (self.0[WIDTH / 2 + lane], other.0[WIDTH / 2 + lane]);
        }
        (Self(low), Self(high))
    }
}

impl Bits for Words {
    type Float = Floats;

    #[inline(always)]
    fn splat(x: u32) -> Self {
        Self([x; WIDTH])
    }
    #[inline(always)]
    fn counting(first: u32) -> Self {
        let mut words = [first; WIDTH];
        for (word, lane) in words.iter_mut().zip(0..) {
            *word = first.wrapping_add(lane);
        }
        Self(words)
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: u32, y| x.wrapping_add(y)))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: u32, y| x.wrapping_mul(y)))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(lanewise!(self.0, other.0, |x: u32, y| x ^ y))
    }
    #[inline(always)]
    fn shifted_right<const N: u32>(self) -> Self {
        Self(self.0.map(|x| x >> N))
    }
    #[inline(always)]
    fn shifted_left<const N: u32>(self) -> Self {
        Self(self.0.map(|x| x << N))
    }
    #[inline(always)]
    fn to_float(self) -> Floats {
        Floats(self.0.map(|x| x.cast_signed() as f32))
    }
    #[inline(always)]
    fn as_float(self) -> Floats {
        Floats(self.0.map(f32::from_bits))
    }
}
