//! The probabilities of the heat bath, cut into binary digits.

use super::LANES;
use crate::StatePoint;
use crate::simd::Plane;

/// Bits of the first digit, and of the second.
const DIGITS: [usize; 2] = [6, 9];

/// Thresholds of the five numbers of neighbours up, in each lane.
pub(super) struct Thresholds {
    /// Bits of ⌊2ᴰ p(k)⌋, lowest first; then the same for the fractions that this first digit leaves.
    pub(super) digits: [Vec<[Plane; 5]>; 2],
    /// The fractions that each digit leaves.
    pub(super) fractions: [[[f64; LANES]; 5]; 2],
}

impl Thresholds {
    pub(super) fn new(points: &[StatePoint; LANES]) -> Self {
        let mut thresholds =
            Self { digits: DIGITS.map(|n_bits| vec![[Plane::NONE; 5]; n_bits]), fractions: [[[0.0; LANES]; 5]; 2] };
        for (lane, point) in points.iter().enumerate() {
            for n_up in 0..5 {
                let mut p = probability_up(*point, n_up);
                for (bits, fractions) in thresholds.digits.iter_mut().zip(&mut thresholds.fractions) {
                    p = split(p, bits, n_up, lane);
                    fractions[n_up][lane] = p;
                }
            }
        }
        thresholds
    }
}

/// p(k) = 1/(1 + exp(−2β(2k − 4 + H))); ½ where the energies are equal, even at T = 0.
pub(super) fn probability_up(point: StatePoint, n_up: usize) -> f64 {
    let energy = 2.0 * (2.0 * n_up as f64 - 4.0 + point.field());
    if energy == 0.0 { 0.5 } else { 1.0 / (1.0 + (-energy * point.beta()).exp()) }
}

/// Stores the first digit of p in a lane, and returns the fraction it leaves.
fn split(p: f64, bits: &mut [[Plane; 5]], n_up: usize, lane: usize) -> f64 {
    let radix = f64::from(1_u32 << bits.len());
    let scaled = p * radix;
    let digit = scaled.floor().min(radix - 1.0);
    for (bit, planes) in bits.iter_mut().enumerate() {
        planes[n_up].add(lane, digit as u64 >> bit & 1 == 1);
    }
    scaled - digit
}
