//! 512-bit words in the widest registers the machine has: the same bits from AVX-512, AVX2 and portable code.
//!
//! Measured against arrays left to the compiler, the explicit registers give 2.5 times (AVX2) and 9 times (AVX-512) the
//! speed, which is why this module is unsafe.
#![expect(unsafe_code, reason = "register intrinsics and functions compiled for instruction sets found at run time")]

/// Eight words of 64 bits, as they lie in memory, in a cache line of their own: one bit for each of 512 lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Plane(pub(crate) [u64; 8]);

impl Plane {
    /// All bits 0.
    pub(crate) const NONE: Self = Self([0; 8]);
    /// All bits 1.
    pub(crate) const ALL: Self = Self([!0; 8]);

    /// Whether the bit of a lane is set.
    pub(crate) fn has(&self, lane: usize) -> bool {
        self.0[lane / 64] >> (lane % 64) & 1 == 1
    }

    /// Lanes whose bit is set.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(word, &bits)| ones(bits).map(move |bit| 64 * word + bit))
    }

    /// Sets the bit of a lane if `on`.
    pub(crate) fn add(&mut self, lane: usize, on: bool) {
        self.0[lane / 64] |= u64::from(on) << (lane % 64);
    }

    /// Sets the bit of a lane if `on`, or clears it.
    pub(crate) fn set(&mut self, lane: usize, on: bool) {
        self.0[lane / 64] &= !(1 << (lane % 64));
        self.add(lane, on);
    }
}

/// Positions of the bits that are 1, lowest first.
pub(crate) fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let position = bits.trailing_zeros() as usize;
        (bits != 0).then(|| bits &= bits - 1).map(|()| position)
    })
}

/// A part of a [`Plane`] in a register.
pub(crate) trait Word: Copy {
    /// Parts of a plane.
    const PARTS: usize;
    /// All bits 0.
    const NONE: Self;
    /// All bits 1.
    const ALL: Self;
    fn load(plane: &Plane, part: usize) -> Self;
    fn store(self, plane: &mut Plane, part: usize);
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// ¬self ∧ other.
    fn not_and(self, other: Self) -> Self;
    /// Sums of the 64-bit words.
    fn add(self, other: Self) -> Self;
    /// The 64-bit words shifted to the left.
    fn shift<const N: u32>(self) -> Self;
    /// The 64-bit words rotated to the left.
    fn rotate<const N: i32>(self) -> Self;
    /// One binary place of `self` < `other`, `tie` where they are equal: ¬self ∧ other ∨ ¬(self ⊕ other) ∧ tie.
    #[inline(always)]
    fn below(self, other: Self, tie: Self) -> Self {
        self.xor(other).choose(other, tie)
    }
    /// self ? yes : no, bit by bit.
    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        self.and(yes).or(self.not_and(no))
    }
}

/// A computation on words of any implementation; `run` and all it calls must be `#[inline(always)]`.
pub(crate) trait Kernel {
    fn run<W: Word>(self);
}

/// An instruction set to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimdLevel {
    /// Any machine.
    Portable,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F.
    Avx512,
}

impl SimdLevel {
    /// The levels this machine has, the fastest last.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") {
                levels.push(Self::Avx2);
            }
            if std::arch::is_x86_feature_detected!("avx512f") {
                levels.push(Self::Avx512);
            }
        }
        levels
    }

    /// The fastest level this machine has.
    pub fn best() -> Self {
        Self::available().into_iter().next_back().unwrap_or(Self::Portable)
    }

    /// Runs a kernel at this level, or at the portable one where the machine lacks it.
    pub(crate) fn run(self, kernel: impl Kernel) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the instruction set has just been found on this machine.
            Self::Avx512 if std::arch::is_x86_feature_detected!("avx512f") => unsafe { x86::run_avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Self::Avx2 if std::arch::is_x86_feature_detected!("avx2") => unsafe { x86::run_avx2(kernel) },
            _ => kernel.run::<u64>(),
        }
    }
}

impl Word for u64 {
    const PARTS: usize = 8;
    const NONE: Self = 0;
    const ALL: Self = !0;

    #[inline(always)]
    fn load(plane: &Plane, part: usize) -> Self {
        plane.0[part]
    }

    #[inline(always)]
    fn store(self, plane: &mut Plane, part: usize) {
        plane.0[part] = self;
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn not_and(self, other: Self) -> Self {
        !self & other
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn shift<const N: u32>(self) -> Self {
        self << N
    }

    #[inline(always)]
    fn rotate<const N: i32>(self) -> Self {
        self.rotate_left(N.cast_unsigned())
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Kernel, Plane, Word};

    #[target_feature(enable = "avx512f")]
    pub(super) fn run_avx512(kernel: impl Kernel) {
        kernel.run::<__m512i>();
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn run_avx2(kernel: impl Kernel) {
        kernel.run::<__m256i>();
    }

    // SAFETY of all that follows: the words are only made inside the two functions above, whose instruction sets the
    // intrinsics need. A plane is aligned to 64 bytes, and loads and stores stay inside it, since the part is checked.

    impl Word for __m512i {
        const PARTS: usize = 1;
        const NONE: Self = unsafe { std::mem::transmute::<[u64; 8], Self>([0; 8]) };
        const ALL: Self = unsafe { std::mem::transmute::<[u64; 8], Self>([!0; 8]) };

        #[inline(always)]
        fn load(plane: &Plane, _: usize) -> Self {
            unsafe { _mm512_load_si512(plane.0.as_ptr().cast()) }
        }
        #[inline(always)]
        fn store(self, plane: &mut Plane, _: usize) {
            unsafe { _mm512_store_si512(plane.0.as_mut_ptr().cast(), self) }
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            unsafe { _mm512_and_si512(self, other) }
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            unsafe { _mm512_or_si512(self, other) }
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            unsafe { _mm512_xor_si512(self, other) }
        }
        #[inline(always)]
        fn not_and(self, other: Self) -> Self {
            unsafe { _mm512_andnot_si512(self, other) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe { _mm512_add_epi64(self, other) }
        }
        #[inline(always)]
        fn shift<const N: u32>(self) -> Self {
            unsafe { _mm512_slli_epi64::<N>(self) }
        }
        #[inline(always)]
        fn rotate<const N: i32>(self) -> Self {
            unsafe { _mm512_rol_epi64::<N>(self) }
        }
        #[inline(always)]
        fn below(self, other: Self, tie: Self) -> Self {
            unsafe { _mm512_ternarylogic_epi64::<0b1000_1110>(self, other, tie) }
        }
        #[inline(always)]
        fn choose(self, yes: Self, no: Self) -> Self {
            unsafe { _mm512_ternarylogic_epi64::<0b1100_1010>(self, yes, no) }
        }
    }

    impl Word for __m256i {
        const PARTS: usize = 2;
        const NONE: Self = unsafe { std::mem::transmute::<[u64; 4], Self>([0; 4]) };
        const ALL: Self = unsafe { std::mem::transmute::<[u64; 4], Self>([!0; 4]) };

        #[inline(always)]
        fn load(plane: &Plane, part: usize) -> Self {
            unsafe { _mm256_load_si256(plane.0[4 * part..][..4].as_ptr().cast()) }
        }
        #[inline(always)]
        fn store(self, plane: &mut Plane, part: usize) {
            unsafe { _mm256_store_si256(plane.0[4 * part..][..4].as_mut_ptr().cast(), self) }
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            unsafe { _mm256_and_si256(self, other) }
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            unsafe { _mm256_or_si256(self, other) }
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            unsafe { _mm256_xor_si256(self, other) }
        }
        #[inline(always)]
        fn not_and(self, other: Self) -> Self {
            unsafe { _mm256_andnot_si256(self, other) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe { _mm256_add_epi64(self, other) }
        }
        #[inline(always)]
        fn shift<const N: u32>(self) -> Self {
            unsafe { _mm256_sll_epi64(self, _mm_cvtsi32_si128(N.cast_signed())) }
        }
        #[inline(always)]
        fn rotate<const N: i32>(self) -> Self {
            let right = unsafe { _mm256_srl_epi64(self, _mm_cvtsi32_si128(64 - N)) };
            unsafe { _mm256_or_si256(_mm256_sll_epi64(self, _mm_cvtsi32_si128(N)), right) }
        }
    }
}
