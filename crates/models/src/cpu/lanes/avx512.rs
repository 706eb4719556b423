//! One register of 512 bits.

use std::arch::x86_64::*;

use super::{Bits, Kernel, Lanes, Vector, Wide, avx2};

/// Runs a kernel. The machine must have AVX-512 F.
#[target_feature(enable = "avx2,avx512f")]
pub(super) fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Floats>()
}

#[derive(Clone, Copy)]
struct Floats(__m512);

#[derive(Clone, Copy)]
struct Words(__m512i);

// SAFETY, of every block: the types are private to this module, and only `run` hands them out, whose caller has made sure
// that the machine has the instructions. Loads and stores go through references to aligned lanes.
impl Vector for Floats {
    type Bits = Words;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        unsafe { Self(_mm512_set1_ps(x)) }
    }
    #[inline(always)]
    fn load(lanes: &Lanes) -> Self {
        unsafe { Self(_mm512_load_ps(lanes.0.as_ptr())) }
    }
    #[inline(always)]
    fn store(self, lanes: &mut Lanes) {
        unsafe { _mm512_store_ps(lanes.0.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        unsafe { Self(_mm512_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        unsafe { Self(_mm512_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn largest(self, other: Self) -> Self {
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn bits(self) -> Words {
        unsafe { Words(_mm512_castps_si512(self.0)) }
    }
    #[inline(always)]
    fn exceeds(self, other: Self) -> u16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, other.0) }
    }
}

impl Wide for Floats {
    type Narrow = avx2::Floats<1>;

    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        unsafe {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            let chosen = |index| Self(_mm512_permutex2var_ps(self.0, index, other.0));
            (chosen(low), chosen(high))
        }
    }
    #[inline(always)]
    fn permuted(self, chosen: Words) -> Self {
        unsafe { Self(_mm512_permutexvar_ps(chosen.0, self.0)) }
    }
    #[inline(always)]
    fn where_exceeding(self, other: Self, bits: u32) -> Words {
        unsafe {
            let exceeds = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, other.0);
            Words(_mm512_maskz_mov_epi32(exceeds, Words::splat(bits).0))
        }
    }
}

impl Bits for Words {
    type Float = Floats;

    #[inline(always)]
    fn splat(x: u32) -> Self {
        unsafe { Self(_mm512_set1_epi32(x.cast_signed())) }
    }
    #[inline(always)]
    fn counting(first: u32) -> Self {
        unsafe {
            let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            Self::splat(first).plus(Self(lanes))
        }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        unsafe { Self(_mm512_add_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { Self(_mm512_mullo_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        unsafe { Self(_mm512_xor_si512(self.0, other.0)) }
    }
    #[inline(always)]
    fn shifted_right<const N: u32>(self) -> Self {
        unsafe { Self(_mm512_srli_epi32::<N>(self.0)) }
    }
    #[inline(always)]
    fn shifted_left<const N: u32>(self) -> Self {
        unsafe { Self(_mm512_slli_epi32::<N>(self.0)) }
    }
    #[inline(always)]
    fn to_float(self) -> Floats {
        unsafe { Floats(_mm512_cvtepi32_ps(self.0)) }
    }
    #[inline(always)]
    fn as_float(self) -> Floats {
        unsafe { Floats(_mm512_castsi512_ps(self.0)) }
    }
}
