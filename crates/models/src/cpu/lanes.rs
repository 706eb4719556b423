//! Sixteen numbers side by side, in the widest registers that the machine has.
//!
//! Kernels are written once over [`Vector`] and compiled for every [`Level`]. All levels give the same bits: no product is
//! fused with a sum, and the order of summation does not depend on the width of the registers. This is the only module of
//! the crate with `unsafe` code.
#![allow(unsafe_code, reason = "instructions of an instruction set that was asked for at run time")]

/// Numbers in a [`Lanes`].
pub(super) const WIDTH: usize = 16;

/// Sixteen numbers of one row: sixteen neighbouring units.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Lanes(pub(super) [f32; WIDTH]);

/// Numbers in a [`Wide::Narrow`].
pub(super) const NARROW: usize = 8;

impl Lanes {
    pub(super) const ZERO: Self = Self([0.0; WIDTH]);
}

/// Numbers of a [`Lanes`] in registers: all sixteen, or the first eight alone.
pub(crate) trait Vector: Copy {
    /// As many whole numbers in registers.
    type Bits: Bits<Float = Self>;

    fn splat(x: f32) -> Self;
    fn load(lanes: &Lanes) -> Self;
    fn store(self, lanes: &mut Lanes);
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn over(self, other: Self) -> Self;
    /// The smaller of two numbers; `other` where `self` is NaN.
    fn least(self, other: Self) -> Self;
    /// The larger of two numbers; `other` where `self` is NaN.
    fn largest(self, other: Self) -> Self;
    /// The bits of each number.
    fn bits(self) -> Self::Bits;
    /// Where `self` exceeds `other`; lane i is bit i, 0 for lanes that are not there.
    fn exceeds(self, other: Self) -> u16;
    #[inline(always)]
    fn negated(self) -> Self {
        Self::splat(-0.0).minus(self)
    }
}

/// All sixteen numbers in registers.
pub(crate) trait Wide: Vector {
    /// The first eight alone, for blocks that have no more units: half the work where registers are that narrow.
    type Narrow: Vector;

    /// The lanes of two in turn: a₀ b₀ … a₇ b₇ and a₈ b₈ … a₁₅ b₁₅.
    fn interleave(self, other: Self) -> (Self, Self);

    /// In each lane, the number of `self` in the lane that the lowest four bits of `chosen` name.
    #[inline(always)]
    fn permuted(self, chosen: Self::Bits) -> Self {
        let (mut numbers, mut indices) = (Lanes::ZERO, Lanes::ZERO);
        self.store(&mut numbers);
        chosen.as_float().store(&mut indices);
        Self::load(&Lanes(indices.0.map(|index| numbers.0[index.to_bits() as usize % WIDTH])))
    }

    /// `bits` where `self` exceeds `other`, else 0.
    #[inline(always)]
    fn where_exceeding(self, other: Self, bits: u32) -> Self::Bits {
        let exceeds = self.exceeds(other);
        let lane = |lane| f32::from_bits(if exceeds >> lane & 1 == 1 { bits } else { 0 });
        Self::load(&Lanes(std::array::from_fn(lane))).bits()
    }
}

/// Whole numbers of 32 bits in registers; arithmetic wraps around.
pub(crate) trait Bits: Copy {
    type Float;

    fn splat(x: u32) -> Self;
    /// first, first + 1, first + 2, …
    fn counting(first: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn shifted_right<const N: u32>(self) -> Self;
    fn shifted_left<const N: u32>(self) -> Self;
    /// The numbers, taken as signed, as floats.
    fn to_float(self) -> Self::Float;
    /// The floats of these bits.
    fn as_float(self) -> Self::Float;
}

/// Work that is compiled once for every [`Level`].
pub(crate) trait Kernel {
    /// What comes out.
    type Output;

    /// Does it. Must be `#[inline(always)]`, as all it calls, to be compiled for the level's instructions.
    fn run<V: Wide>(self) -> Self::Output;
}

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What every machine of the architecture has.
    Portable,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F.
    Avx512,
}

impl Level {
    /// The levels that this machine has, the fastest last.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                levels.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avx512f") {
                levels.push(Self::Avx512);
            }
        }
        levels
    }

    /// The fastest level that this machine has.
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Runs a kernel at this level, or at the portable one where the machine lacks it.
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        if !Self::available().contains(&self) {
            return kernel.run::<portable::Floats>();
        }
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has the instructions, as just asked.
            Self::Avx2 => unsafe { avx2::run(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Self::Avx512 => unsafe { avx512::run(kernel) },
            _ => kernel.run::<portable::Floats>(),
        }
    }
}

mod portable;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
