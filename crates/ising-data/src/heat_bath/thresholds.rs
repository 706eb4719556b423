//! The probabilities of the heat bath, cut into binary digits.

use super::LANES;
use crate::StatePoint;
use crate::simd::Plane;

/// Bits of the first digit, and of the second.
const DIGITS: [usize; 2] = [6, 9];

/// Thresholds of the numbers k of neighbours up, in each lane and C classes of k: all five, or two where no lane has a
/// field. Then p(4 − k) = 1 − p(k) and p(2) = ½, so that only k = 0 and 1 need thresholds.
pub(super) struct Thresholds<const C: usize> {
    /// Bits of ⌊2ᴰ p(k)⌋, lowest first.
    pub(super) first: [[Plane; C]; DIGITS[0]],
    /// The same for the fractions that the first digit leaves.
    pub(super) second: [[Plane; C]; DIGITS[1]],
    /// Probabilities of up, for each k, after one open digit and after two.
    pub(super) left: [[[f64; LANES]; 5]; 2],
}

impl<const C: usize> Thresholds<C> {
    pub(super) fn new(points: &[StatePoint; LANES]) -> Self {
        let (first, second) = ([[Plane::NONE; C]; DIGITS[0]], [[Plane::NONE; C]; DIGITS[1]]);
        let mut thresholds = Self { first, second, left: [[[0.0; LANES]; 5]; 2] };
        for (lane, point) in points.iter().enumerate() {
            for n_up in 0..C {
                let first = split(probability_up(*point, n_up), &mut thresholds.first, n_up, lane);
                let second = split(first, &mut thresholds.second, n_up, lane);
                for (left, p) in thresholds.left.iter_mut().zip([first, second]) {
                    left[n_up][lane] = p;
                    if C == 2 {
                        left[4 - n_up][lane] = 1.0 - p;
                    }
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
fn split<const C: usize>(p: f64, bits: &mut [[Plane; C]], n_up: usize, lane: usize) -> f64 {
    let radix = f64::from(1_u32 << bits.len());
    let scaled = p * radix;
    let digit = scaled.floor().min(radix - 1.0);
    for (bit, planes) in bits.iter_mut().enumerate() {
        planes[n_up].add(lane, digit as u64 >> bit & 1 == 1);
    }
    scaled - digit
}
