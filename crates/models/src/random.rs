//! Counter-based random numbers: a hash of (key, step, layer, row, column), so that every path to the same step, on any device
//! and with any number of threads, draws the same ones. 32-bit arithmetic only: it runs in GPU kernels too.

use crate::ModelError;

/// The numbers of one sampling of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    first: u32,
    second: u32,
}

/// The numbers of a layer are told apart by 32 bits.
const MOST_NUMBERS: u64 = 1 << 32;

/// Checks that no random number of a layer would be used twice.
///
/// # Errors
/// [`ModelError::TooMany`] for more than 2³² units in all rows.
pub(crate) fn check_layer(n_rows: usize, n_units: usize) -> Result<(), ModelError> {
    let found = (n_rows as u64).saturating_mul(n_units as u64);
    if found <= MOST_NUMBERS {
        return Ok(());
    }
    Err(ModelError::TooMany { name: "units to draw in all configurations", found, limit: MOST_NUMBERS })
}

impl Draw {
    /// The numbers of the sampling `layer` (0 is the first h, 1 the first v′, 2 the next h, …) within step `step` of the
    /// training or flow named by `key`.
    pub fn new(key: u64, step: u64, layer: u32) -> Self {
        // The finaliser of SplitMix64 (Steele, Lea & Flood 2014), once for each part of the name.
        let odd = |part: u64| part.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = mix64(mix64(mix64(key) ^ odd(step)) ^ odd(layer.into()));
        Self { first: mixed as u32, second: (mixed >> 32) as u32 }
    }

    /// The multipliers of the hash.
    pub(crate) const MULTIPLIERS: [u32; 3] = [0x21f0_aaad, 0x735a_2d97, 0x9e37_79b1];

    /// The two keys of the hash.
    pub(crate) fn keys(self) -> [u32; 2] {
        [self.first, self.second]
    }

    /// 32 random bits for the unit `counter` = row · n_units + column.
    #[inline(always)]
    pub fn bits(self, counter: u32) -> u32 {
        let mut x = counter.wrapping_add(self.first);
        x = (x ^ (x >> 16)).wrapping_mul(Self::MULTIPLIERS[0]);
        x = (x ^ (x >> 15) ^ self.second).wrapping_mul(Self::MULTIPLIERS[1]);
        x = (x ^ (x >> 15)).wrapping_mul(Self::MULTIPLIERS[2]);
        x ^ (x >> 16)
    }

    /// The threshold 2u − 1 ∈ (−1, 1) of the unit `counter`, with u uniform in 24 bits: a unit of mean ⟨s⟩ becomes +1
    /// where ⟨s⟩ exceeds it.
    #[inline(always)]
    pub fn threshold(self, counter: u32) -> f32 {
        // (2 (bits ≫ 8) + 1) 2⁻²⁴ − 1, exact in 32-bit floats.
        ((self.bits(counter) >> 8) as i32 - (1 << 23)) as f32 * 2.0f32.powi(-23) + 2.0f32.powi(-24)
    }

    /// The thresholds of a layer, shape `[n_rows, n_columns]`, row-major; beyond 2³² of them they repeat.
    pub fn thresholds(self, n_rows: usize, n_columns: usize) -> Vec<f32> {
        (0..n_rows * n_columns).map(|counter| self.threshold(counter as u32)).collect()
    }
}

fn mix64(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// χ² of each of the four bytes of 2²⁰ numbers; with 255 degrees of freedom it exceeds 377 with probability 10⁻⁶.
    #[test]
    fn bytes_are_uniform() {
        for key in [0, 1, u64::MAX] {
            let mut counts = [[0u32; 256]; 4];
            for counter in 0..1 << 20 {
                for (counts, byte) in counts.iter_mut().zip(Draw::new(key, 0, 3).bits(counter).to_le_bytes()) {
                    counts[usize::from(byte)] += 1;
                }
            }
            let expected = f64::from(1 << 20) / 256.0;
            for counts in counts {
                let chi_square: f64 = counts.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
                assert!(chi_square < 377.0, "χ² = {chi_square}");
            }
        }
    }

    /// Correlation of 2²⁰ thresholds with those of the next column, next row, next layer, next step
    /// and next key, each normal with
    /// standard deviation 2⁻¹⁰: five of them are exceeded with probability 6·10⁻⁷.
    #[test]
    fn neighbours_are_independent() {
        let n_columns = 81;
        let draw = Draw::new(5, 7, 0);
        type Other = Box<dyn Fn(u32) -> f32>;
        let others: [(&str, Other); 5] = [
            ("column", Box::new(move |counter| draw.threshold(counter + 1))),
            ("row", Box::new(move |counter| draw.threshold(counter + n_columns))),
            ("layer", Box::new(|counter| Draw::new(5, 7, 1).threshold(counter))),
            ("step", Box::new(|counter| Draw::new(5, 8, 0).threshold(counter))),
            ("key", Box::new(|counter| Draw::new(6, 7, 0).threshold(counter))),
        ];
        for (name, other) in others {
            let product = |counter| f64::from(draw.threshold(counter)) * f64::from(other(counter));
            let correlation = 3.0 * (0..1 << 20).map(product).sum::<f64>() / f64::from(1 << 20);
            assert!(correlation.abs() < 5.0 / 1024.0, "{name}: {correlation}");
        }
    }

    #[test]
    fn thresholds_lie_strictly_between_minus_one_and_one() {
        let thresholds = Draw::new(9, 0, 0).thresholds(1000, 1000);
        let (least, largest) = thresholds.iter().fold((0.0f32, 0.0f32), |(a, b), &t| (a.min(t), b.max(t)));
        assert!(-1.0 < least && least < -0.999_99 && 0.999_99 < largest && largest < 1.0);
        // A unit whose mean is ±1 is certain.
        assert!(thresholds.iter().all(|&t| 1.0 > t && -1.0 < t));
    }
}
