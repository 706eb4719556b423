//! Two registers of 256 bits.

use std::arch::x86_64::*;

use super::{Bits, Kernel, Lanes, Vector};

/// Runs a kernel. The machine must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn run<K: Kernel>(kernel: K) {
    kernel.run::<Floats>();
}

#[derive(Clone, Copy)]
struct Floats([__m256; 2]);

#[derive(Clone, Copy)]
struct Words([__m256i; 2]);

/// Applies an instruction to both halves.
macro_rules! both {
    ($instruction:expr, $a:expr) => {
        unsafe { [$instruction($a.0[0]), $instruction($a.0[1])] }
    };
    ($instruction:expr, $a:expr, $b:expr) => {
        unsafe { [$instruction($a.0[0], $b.0[0]), $instruction($a.0[1], $b.0[1])] }
    };
}

// SAFETY, of every block: the types are private to this module, and only `run` hands them out, whose caller has made sure
// that the machine has the instructions. Loads and stores go through references to aligned lanes.
impl Vector for Floats {
    type Bits = Words;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        unsafe { Self([_mm256_set1_ps(x); 2]) }
    }
    #[inline(always)]
    fn load(lanes: &Lanes) -> Self {
        let (low, high) = lanes.0.split_at(8);
        unsafe { Self([_mm256_load_ps(low.as_ptr()), _mm256_load_ps(high.as_ptr())]) }
    }
    #[inline(always)]
    fn store(self, lanes: &mut Lanes) {
        let (low, high) = lanes.0.split_at_mut(8);
        unsafe {
            _mm256_store_ps(low.as_mut_ptr(), self.0[0]);
            _mm256_store_ps(high.as_mut_ptr(), self.0[1]);
        }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(both!(_mm256_add_ps, self, other))
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(both!(_mm256_sub_ps, self, other))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(both!(_mm256_mul_ps, self, other))
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        Self(both!(_mm256_div_ps, self, other))
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        Self(both!(_mm256_min_ps, self, other))
    }
    #[inline(always)]
    fn largest(self, other: Self) -> Self {
        Self(both!(_mm256_max_ps, self, other))
    }
    #[inline(always)]
    fn bits(self) -> Words {
        Words(both!(_mm256_castps_si256, self))
    }
    #[inline(always)]
    fn exceeds(self, other: Self) -> u16 {
        let [low, high] = both!(_mm256_cmp_ps::<_CMP_GT_OQ>, self, other);
        unsafe { (_mm256_movemask_ps(low) | _mm256_movemask_ps(high) << 8) as u16 }
    }
    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        /// a₀ b₀ a₁ b₁ … of two halves.
        #[inline(always)]
        unsafe fn halves(a: __m256, b: __m256) -> Floats {
            unsafe {
                let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                Floats([_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd)])
            }
        }
        unsafe { (halves(self.0[0], other.0[0]), halves(self.0[1], other.0[1])) }
    }
}

impl Bits for Words {
    type Float = Floats;

    #[inline(always)]
    fn splat(x: u32) -> Self {
        unsafe { Self([_mm256_set1_epi32(x.cast_signed()); 2]) }
    }
    #[inline(always)]
    fn counting(first: u32) -> Self {
        unsafe {
            let low = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let high = _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15);
            Self::splat(first).plus(Self([low, high]))
        }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(both!(_mm256_add_epi32, self, other))
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(both!(_mm256_mullo_epi32, self, other))
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(both!(_mm256_xor_si256, self, other))
    }
    #[inline(always)]
    fn shifted_right<const N: u32>(self) -> Self {
        let count = unsafe { _mm_cvtsi32_si128(N.cast_signed()) };
        unsafe { Self([_mm256_srl_epi32(self.0[0], count), _mm256_srl_epi32(self.0[1], count)]) }
    }
    #[inline(always)]
    fn shifted_left<const N: u32>(self) -> Self {
        let count = unsafe { _mm_cvtsi32_si128(N.cast_signed()) };
        unsafe { Self([_mm256_sll_epi32(self.0[0], count), _mm256_sll_epi32(self.0[1], count)]) }
    }
    #[inline(always)]
    fn to_float(self) -> Floats {
        Floats(both!(_mm256_cvtepi32_ps, self))
    }
    #[inline(always)]
    fn as_float(self) -> Floats {
        Floats(both!(_mm256_castsi256_ps, self))
    }
}
