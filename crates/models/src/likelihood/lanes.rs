//! Eight states, rows or chains side by side: loops over lanes are what the compiler turns into vector instructions.

/// Numbers side by side.
pub(crate) const WIDTH: usize = 8;

/// One number for each of eight states, rows or chains.
pub(crate) type Lanes = [f64; WIDTH];

/// The value of every lane. A plain loop: `map` and `from_fn` of arrays are not turned into vector instructions.
#[inline(always)]
pub(super) fn each(value: impl Fn(usize) -> f64) -> Lanes {
    let mut lanes = [0.0; WIDTH];
    for (lane, place) in lanes.iter_mut().enumerate() {
        *place = value(lane);
    }
    lanes
}

/// Σ ln 2cosh x over the units of a layer: the sum of |x| and the product of 1 + e^−2|x|, so that one logarithm serves many
/// units.
#[derive(Clone, Copy, Debug)]
pub(super) struct LnCoshSum {
    sum: Lanes,
    product: Lanes,
    n_factors: u32,
}

/// Factors, each at most 2, that a product takes in: it stays below 2⁵¹².
const MOST_FACTORS: u32 = 512;

impl LnCoshSum {
    /// The empty sum.
    pub(super) const ZERO: Self = Self { sum: [0.0; WIDTH], product: [1.0; WIDTH], n_factors: 0 };

    /// Adds ln 2cosh of each lane; what it needs for that, e^−2|x|, comes back.
    #[inline(always)]
    pub(super) fn add(&mut self, x: &Lanes) -> Lanes {
        let tail = exp_of_minus_2abs(x);
        for lane in 0..WIDTH {
            self.sum[lane] += x[lane].abs();
            self.product[lane] *= 1.0 + tail[lane];
        }
        self.n_factors += 1;
        if self.n_factors == MOST_FACTORS {
            *self = Self { sum: self.total(), ..Self::ZERO };
        }
        tail
    }

    /// The sum of each lane.
    #[inline(always)]
    pub(super) fn total(&self) -> Lanes {
        each(|lane| self.sum[lane] + self.product[lane].ln())
    }
}

/// e^−2|x| of each lane.
#[inline(always)]
pub(super) fn exp_of_minus_2abs(x: &Lanes) -> Lanes {
    each(|lane| exp_of_negative(-2.0 * x[lane].abs()))
}

/// eˣ for x ≤ 0, to 4·10⁻¹⁶ relative: 2ⁿ eʸ with n whole and |y| ≤ ln 2/2. Below −700, e⁻⁷⁰⁰.
#[inline(always)]
fn exp_of_negative(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln 2 in two parts, the first with zeros in its lowest bits: n times it is exact.
    const LN_2: [f64; 2] = [f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76)];
    let x = if x > -700.0 { x } else { -700.0 };
    let rounded = x * std::f64::consts::LOG2_E + ROUND;
    let whole = rounded - ROUND;
    let y = (x - whole * LN_2[0]) - whole * LN_2[1];
    // The Taylor series: its first omitted term is below 2·10⁻¹⁶.
    let series = INVERSE_FACTORIALS.iter().rev().fold(0.0, |series, coefficient| series * y + coefficient);
    f64::from_bits(series.to_bits().wrapping_add(rounded.to_bits() << 52))
}

/// 1/k! for k ≤ 12.
const INVERSE_FACTORIALS: [f64; 13] = {
    let mut inverse = [1.0; 13];
    let (mut k, mut factorial) = (1, 1.0);
    while k < inverse.len() {
        factorial *= k as f64;
        inverse[k] = 1.0 / factorial;
        k += 1;
    }
    inverse
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_accurate() {
        for i in 0..800_000 {
            let x = -f64::from(i) * 8.7e-4;
            let found = exp_of_negative(x);
            assert!((found / x.exp() - 1.0).abs() < 5e-16, "e^{x} is not {found}");
        }
        assert!(exp_of_negative(f64::NEG_INFINITY) < 1e-300);
    }

    #[test]
    fn sums_of_ln_cosh_survive_many_units_and_large_fields() {
        for n_units in [1, 511, 512, 513, 2000] {
            let mut sum = LnCoshSum::ZERO;
            let mut expected = 0.0;
            for i in 0..n_units {
                let x = f64::from(i % 7 - 3) * 0.3 + if i % 100 == 50 { 1e5 } else { 0.0 };
                sum.add(&[x; WIDTH]);
                expected += x.abs() + (-2.0 * x.abs()).exp().ln_1p();
            }
            assert!((sum.total()[3] / expected - 1.0).abs() < 1e-14);
        }
    }
}
