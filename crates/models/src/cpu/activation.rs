//! tanh and sampling, sixteen units at a time.

use super::lanes::{Bits, Lanes, Vector, WIDTH};
use crate::random::Draw;

/// e^2x for |x| ≤ 9, to 2·10⁻⁷ relative: 2ᵗ with t = 2x/ln 2 split into a whole number and a rest in [−½, ½].
#[inline(always)]
fn exp_2x<V: Vector>(x: V) -> V {
    /// 1.5 · 2²³: adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.largest(V::splat(-9.0)).least(V::splat(9.0));
    let t = x.times(V::splat(2.0 * std::f32::consts::LOG2_E));
    let rounded = t.plus(V::splat(ROUND));
    let y = t.minus(rounded.minus(V::splat(ROUND))).times(V::splat(std::f32::consts::LN_2));
    // eʸ on |y| ≤ ln 2/2: 1 + y + the minimax polynomial of the rest, to 1.1·10⁻⁷ relative.
    let mut series = V::splat(8.312_521e-3);
    for coefficient in [4.189_015_6e-2, 0.166_671_14, 0.499_992_3, 1.0, 1.0] {
        series = series.times(y).plus(V::splat(coefficient));
    }
    series.bits().plus(rounded.bits().shifted_left::<23>()).as_float()
}

/// tanh x to 2·10⁻⁷ absolute.
#[inline(always)]
pub(super) fn tanh<V: Vector>(x: V) -> V {
    let e = exp_2x(x);
    e.minus(V::splat(1.0)).over(e.plus(V::splat(1.0)))
}

/// Sixteen neighbouring units of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampling {
    /// The random numbers of the layer.
    pub(super) draw: Draw,
    /// Number of units of the layer.
    pub(super) n_units: usize,
    /// The first of the neighbours.
    pub(super) first_unit: usize,
}

impl Sampling {
    /// Draws the units of row `row` from their fields.
    #[inline(always)]
    pub(super) fn of_fields<V: Vector>(self, fields: &Lanes, row: usize) -> u16 {
        let (up, threshold) = compared(V::load(fields), self.thresholds(row));
        up.exceeds(threshold)
    }

    /// Draws the units of row `row` from their means ⟨s⟩.
    #[inline(always)]
    pub(super) fn of_means<V: Vector>(self, means: &Lanes, row: usize) -> u16 {
        V::load(means).exceeds(self.thresholds(row))
    }

    #[inline(always)]
    fn thresholds<V: Vector>(self, row: usize) -> V {
        thresholds(self.draw, V::Bits::counting((row * self.n_units + self.first_unit) as u32))
    }
}

/// Two numbers of which the first exceeds the second where a unit of this field is 1: where tanh(field) exceeds the threshold.
#[inline(always)]
pub(super) fn compared<V: Vector>(field: V, threshold: V) -> (V, V) {
    let e = exp_2x(field);
    // (e − 1)/(e + 1) > threshold, without the division.
    (e.minus(V::splat(1.0)), threshold.times(e.plus(V::splat(1.0))))
}

/// The thresholds 2u − 1 of the units `counters`: the same numbers as [`Draw::threshold`].
#[inline(always)]
pub(super) fn thresholds<V: Vector>(draw: Draw, counters: V::Bits) -> V {
    let [first_key, second_key] = draw.keys();
    let x = counters.plus(V::Bits::splat(first_key));
    let x = x.xor(x.shifted_right::<16>()).times(V::Bits::splat(Draw::MULTIPLIERS[0]));
    let x = x.xor(x.shifted_right::<15>()).xor(V::Bits::splat(second_key)).times(V::Bits::splat(Draw::MULTIPLIERS[1]));
    let x = x.xor(x.shifted_right::<15>()).times(V::Bits::splat(Draw::MULTIPLIERS[2]));
    let x = x.xor(x.shifted_right::<16>());
    let u = x.shifted_right::<8>().plus(V::Bits::splat((1u32 << 23).wrapping_neg())).to_float();
    u.times(V::splat(2.0f32.powi(-23))).plus(V::splat(2.0f32.powi(-24)))
}

/// The four selectors of sixteen units: each the bits of four neighbours, the first in the lowest bit.
#[inline(always)]
pub(super) fn selectors(bits: u16) -> [u8; WIDTH / 4] {
    let x = u32::from(bits);
    let x = (x | x << 8) & 0x00ff_00ff;
    let x = (x | x << 4) & 0x0f0f_0f0f;
    x.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::lanes::{Kernel, Level, Wide};

    /// tanh of sixteen numbers, and the units they draw.
    struct Probe<'a>(&'a Lanes, Sampling, &'a mut (Lanes, u16, u16));

    impl Kernel for Probe<'_> {
        type Output = ();

        #[inline(always)]
        fn run<V: Wide>(self) {
            let Self(fields, sampling, (means, by_fields, by_means)) = self;
            tanh(V::load(fields)).store(means);
            *by_fields = sampling.of_fields::<V>(fields, 7);
            *by_means = sampling.of_means::<V>(means, 7);
        }
    }

    #[test]
    fn tanh_is_accurate_and_draws_the_same_units_as_the_field_at_every_level() {
        let sampling = Sampling { draw: Draw::new(3, 1, 4), n_units: 81, first_unit: 16 };
        for first in (-300_000..300_000).step_by(16) {
            let fields = Lanes(std::array::from_fn(|lane| (first + lane as i32) as f32 * 4e-5));
            let mut portable = (Lanes::ZERO, 0, 0);
            Level::Portable.run(Probe(&fields, sampling, &mut portable));
            for (lane, (field, mean)) in fields.0.iter().zip(portable.0.0).enumerate() {
                let exact = f64::from(*field).tanh();
                assert!((f64::from(mean) - exact).abs() < 2e-7, "tanh({field}) is not {mean}");
                let threshold = sampling.draw.threshold((7 * 81 + 16 + lane) as u32);
                if (exact - f64::from(threshold)).abs() > 1e-6 {
                    let up = exact > f64::from(threshold);
                    assert_eq!([portable.1 >> lane & 1, portable.2 >> lane & 1], [u16::from(up); 2]);
                }
            }
            for level in Level::available() {
                let mut found = (Lanes::ZERO, 0, 0);
                level.run(Probe(&fields, sampling, &mut found));
                assert!(found.0.0.iter().zip(portable.0.0).all(|(a, b)| a.to_bits() == b.to_bits()), "{level:?}");
                assert_eq!((found.1, found.2), (portable.1, portable.2), "{level:?}");
            }
        }
    }

    #[test]
    fn extreme_fields_are_certain() {
        let fields = Lanes(std::array::from_fn(|lane| if lane % 2 == 0 { 1e30 } else { f32::NEG_INFINITY }));
        let sampling = Sampling { draw: Draw::new(3, 1, 4), n_units: 16, first_unit: 0 };
        for level in Level::available() {
            let mut found = (Lanes::ZERO, 0, 0);
            level.run(Probe(&fields, sampling, &mut found));
            assert_eq!((found.1, found.2), (0x5555, 0x5555));
        }
    }

    #[test]
    fn selectors_hold_the_bits_of_four_neighbours() {
        assert_eq!(selectors(0x8421), [1, 2, 4, 8]);
    }
}
