//! One or two registers of 256 bits.

use std::arch::x86_64::*;

use super::{Bits, Kernel, Lanes, NARROW, Vector, Wide};

/// Runs a kernel. The machine must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Floats<2>>()
}

/// The first `8 N` numbers.
#[derive(Clone, Copy)]
pub(super) struct Floats<const N: usize>([__m256; N]);

#[derive(Clone, Copy)]
pub(super) struct Words<const N: usize>([__m256i; N]);

/// Applies an instruction to each register; `$zero` is an empty result.
macro_rules! each {
    ($zero:ident, $instruction:expr, $a:expr) => {{
        let mut result = unsafe { [$zero(); N] };
        for (result, a) in result.iter_mut().zip($a.0) {
            *result = unsafe { $instruction(a) };
        }
        result
    }};
    ($zero:ident, $instruction:expr, $a:expr, $b:expr) => {{
        let mut result = unsafe { [$zero(); N] };
        for ((result, a), b) in result.iter_mut().zip($a.0).zip($b.0) {
            *result = unsafe { $instruction(a, b) };
        }
        result
    }};
}

// SAFETY, of every block: the types are private to this module and its siblings, and only their `run` hands them out, whose
// caller has made sure that the machine has the instructions. Loads and stores go through references to aligned lanes.
impl<const N: usize> Vector for Floats<N> {
    type Bits = Words<N>;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        unsafe { Self([_mm256_set1_ps(x); N]) }
    }
    #[inline(always)]
    fn load(lanes: &Lanes) -> Self {
        let mut registers = unsafe { [_mm256_setzero_ps(); N] };
        for (register, lanes) in registers.iter_mut().zip(lanes.0.as_chunks::<NARROW>().0) {
            *register = unsafe { _mm256_load_ps(lanes.as_ptr()) };
        }
        Self(registers)
    }
    #[inline(always)]
    fn store(self, lanes: &mut Lanes) {
        for (register, lanes) in self.0.into_iter().zip(lanes.0.as_chunks_mut::<NARROW>().0) {
            unsafe { _mm256_store_ps(lanes.as_mut_ptr(), register) }
        }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_add_ps, self, other))
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_sub_ps, self, other))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_mul_ps, self, other))
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_div_ps, self, other))
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_min_ps, self, other))
    }
    #[inline(always)]
    fn largest(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_ps, _mm256_max_ps, self, other))
    }
    #[inline(always)]
    fn bits(self) -> Words<N> {
        Words(each!(_mm256_setzero_si256, _mm256_castps_si256, self))
    }
    #[inline(always)]
    fn exceeds(self, other: Self) -> u16 {
        let masks = each!(_mm256_setzero_ps, _mm256_cmp_ps::<_CMP_GT_OQ>, self, other);
        let bits = masks.iter().enumerate();
        bits.fold(0, |bits, (i, &mask)| bits | (unsafe { _mm256_movemask_ps(mask) } as u16) << (8 * i))
    }
}

impl Wide for Floats<2> {
    type Narrow = Floats<1>;

    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        /// a₀ b₀ a₁ b₁ … of two halves.
        #[inline(always)]
        unsafe fn halves(a: __m256, b: __m256) -> Floats<2> {
            unsafe {
                let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                Floats([_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd)])
            }
        }
        unsafe { (halves(self.0[0], other.0[0]), halves(self.0[1], other.0[1])) }
    }
}

impl<const N: usize> Bits for Words<N> {
    type Float = Floats<N>;

    #[inline(always)]
    fn splat(x: u32) -> Self {
        unsafe { Self([_mm256_set1_epi32(x.cast_signed()); N]) }
    }
    #[inline(always)]
    fn counting(first: u32) -> Self {
        let mut counting = Self::splat(first);
        for (register, start) in counting.0.iter_mut().zip((0..).step_by(NARROW)) {
            unsafe {
                let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
                *register = _mm256_add_epi32(*register, _mm256_add_epi32(lanes, _mm256_set1_epi32(start)));
            }
        }
        counting
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_si256, _mm256_add_epi32, self, other))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_si256, _mm256_mullo_epi32, self, other))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(each!(_mm256_setzero_si256, _mm256_xor_si256, self, other))
    }
    #[inline(always)]
    fn shifted_right<const M: u32>(self) -> Self {
        let count = [unsafe { _mm_cvtsi32_si128(M.cast_signed()) }; N];
        Self(each!(_mm256_setzero_si256, _mm256_srl_epi32, self, Counts(count)))
    }
    #[inline(always)]
    fn shifted_left<const M: u32>(self) -> Self {
        let count = [unsafe { _mm_cvtsi32_si128(M.cast_signed()) }; N];
        Self(each!(_mm256_setzero_si256, _mm256_sll_epi32, self, Counts(count)))
    }
    #[inline(always)]
    fn to_float(self) -> Floats<N> {
        Floats(each!(_mm256_setzero_ps, _mm256_cvtepi32_ps, self))
    }
    #[inline(always)]
    fn as_float(self) -> Floats<N> {
        Floats(each!(_mm256_setzero_ps, _mm256_castsi256_ps, self))
    }
}

/// How far each register is shifted.
struct Counts<const N: usize>([__m128i; N]);
