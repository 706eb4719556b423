//! Axes as maps from numbers to the unit interval, with their ticks.

use super::number::{decimals, fixed, short};

/// Share of an axis set aside for the value infinity.
const SLOT: f64 = 0.07;

/// How numbers are spaced along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// In proportion to the number.
    Linear,
    /// In proportion to its logarithm.
    Log,
    /// In proportion to ln(1 + x), for steps counted from 0.
    LogOnePlus,
}

impl Spacing {
    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.ln(),
            Self::LogOnePlus => value.ln_1p(),
        }
    }

    fn invert(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.exp(),
            Self::LogOnePlus => value.exp_m1(),
        }
    }
}

/// One axis: an interval of numbers and, if the data hold infinity, a slot for it at the upper end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    spacing: Spacing,
    low: f64,
    high: f64,
    has_infinity: bool,
}

impl Scale {
    /// The axis that holds all these values with a little room at both ends; NaN is ignored.
    pub(crate) fn holding(spacing: Spacing, values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high, mut has_infinity) = (f64::INFINITY, f64::NEG_INFINITY, false);
        for value in values {
            has_infinity |= value.is_infinite() && value > 0.0;
            if spacing.apply(value).is_finite() {
                (low, high) = (low.min(value), high.max(value));
            }
        }
        if low > high {
            (low, high) = (0.5, 1.0);
        }
        let (from, to) = (spacing.apply(low), spacing.apply(high));
        let room = if to - from > 1e-9 * to.abs() { 0.04 * (to - from) } else { 0.05 * to.abs().max(1.0) };
        Self { spacing, low: spacing.invert(from - room), high: spacing.invert(to + room), has_infinity }
    }

    /// The axis from `low` to `high` without room at the ends.
    pub(crate) fn exactly(low: f64, high: f64) -> Self {
        Self { spacing: Spacing::Linear, low, high, has_infinity: false }
    }

    /// The same axis, starting exactly at `low`.
    pub(crate) fn starting_at(self, low: f64) -> Self {
        Self { low, ..self }
    }

    /// Where a value lies, from 0 to 1; none for NaN and for what the axis cannot show.
    pub(crate) fn fraction(&self, value: f64) -> Option<f64> {
        let end = if value.is_finite() { self.finite_share() } else { 1.0 };
        self.place(value).filter(|fraction| (-1e-9..=end + 1e-9).contains(fraction))
    }

    /// The same, and below 0 or above 1 for numbers beyond the ends of the axis.
    pub(crate) fn place(&self, value: f64) -> Option<f64> {
        if value.is_infinite() {
            return (self.has_infinity && value > 0.0).then_some(1.0 - SLOT / 2.0);
        }
        let [low, high, value] = [self.low, self.high, value].map(|number| self.spacing.apply(number));
        Some((value - low) / (high - low) * self.finite_share()).filter(|place| place.is_finite())
    }

    /// Where the finite numbers end, from 0 to 1.
    pub(crate) fn finite_share(&self) -> f64 {
        if self.has_infinity { 1.0 - SLOT } else { 1.0 }
    }

    /// The lowest and the highest finite number of the axis.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The value moved to the nearest finite number of the axis.
    pub(crate) fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    /// At most about `count` round values with their labels, infinity last.
    pub(crate) fn ticks(&self, count: f64) -> Vec<(f64, String)> {
        let mut ticks = match self.spacing {
            Spacing::Linear => self.round_values(count),
            Spacing::Log | Spacing::LogOnePlus => self.powers(count),
        };
        if self.has_infinity {
            ticks.push((f64::INFINITY, short(f64::INFINITY)));
        }
        ticks
    }

    fn round_values(&self, count: f64) -> Vec<(f64, String)> {
        let wanted = (self.high - self.low) / count.max(2.0);
        let power = 10_f64.powf(wanted.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= wanted);
        let step = step.unwrap_or(wanted);
        let (first, last) = ((self.low / step - 1e-9).ceil() as i64, (self.high / step + 1e-9).floor() as i64);
        let is_long = (self.low.abs().max(self.high.abs()) >= 1e5) || step < 1e-4;
        let label = |value: f64| if is_long { short(value) } else { fixed(value, decimals(step)) };
        (first..=last).map(|index| index as f64 * step).map(|value| (value, label(value))).collect()
    }

    fn powers(&self, count: f64) -> Vec<(f64, String)> {
        let lowest = if self.spacing == Spacing::Log { self.low.log10().floor() as i32 } else { 0 };
        let highest = self.high.log10().ceil() as i32;
        let within = |factors: &[f64]| -> Vec<f64> {
            let of_power = |power| factors.iter().map(move |factor| factor * 10_f64.powi(power));
            let zero = (self.spacing == Spacing::LogOnePlus).then_some(0.0);
            let all = zero.into_iter().chain((lowest..=highest).flat_map(of_power));
            all.filter(|value| (self.low..=self.high).contains(value)).collect()
        };
        let fine = within(&[1.0, 2.0, 5.0]);
        if fine.len() < 3 && self.spacing == Spacing::Log {
            return self.round_values(count);
        }
        let values = if fine.len() as f64 <= count { fine } else { within(&[1.0]) };
        let is_plain = values.iter().all(|value| (1e-3..1e4).contains(value) || value.abs() < f64::MIN_POSITIVE);
        let label = |value: f64| match value.log10() {
            power if is_plain || power.abs() < 1.5 || power.is_infinite() => short(value),
            power if (power - power.round()).abs() < 1e-9 => format!("10^{{{}}}", fixed(power, 0)),
            _ => short(value),
        };
        values.into_iter().map(|value| (value, label(value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, count: f64) -> Vec<String> {
        scale.ticks(count).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let linear = Scale::holding(Spacing::Linear, [-2.0, f64::NAN, 0.0]);
        assert_eq!(labels(&linear, 5.0), ["−2.0", "−1.5", "−1.0", "−0.5", "0.0"]);
        let with_infinity = Scale::holding(Spacing::Linear, [0.0, 6.0, f64::INFINITY]);
        assert_eq!(labels(&with_infinity, 8.0), ["0", "1", "2", "3", "4", "5", "6", "∞"]);
        let steps = Scale::holding(Spacing::LogOnePlus, [0.0, 10.0]);
        assert_eq!(labels(&steps, 8.0), ["0", "1", "2", "5", "10"]);
        let narrow = Scale::holding(Spacing::Log, [0.62, 0.97]);
        assert_eq!(labels(&narrow, 5.0), ["0.7", "0.8", "0.9"]);
        let epochs = Scale::holding(Spacing::Log, [1.0, 10_000.0]);
        assert_eq!(labels(&epochs, 8.0), ["1", "10", "10^{2}", "10^{3}", "10^{4}"]);
    }

    #[test]
    fn an_axis_survives_no_data_one_value_and_infinity() {
        for values in [vec![], vec![f64::NAN], vec![2.0], vec![0.0, 0.0], vec![f64::INFINITY], vec![1e-12, 1e12]] {
            for spacing in [Spacing::Linear, Spacing::Log, Spacing::LogOnePlus] {
                let scale = Scale::holding(spacing, values.clone());
                assert!(scale.ticks(6.0).len() < 40, "{values:?} {spacing:?}");
                let shown = values.iter().filter(|value| spacing.apply(**value).is_finite());
                assert!(shown.map(|value| scale.fraction(*value)).all(|f| f.is_some_and(|f| (0.0..=1.0).contains(&f))));
            }
        }
        let scale = Scale::holding(Spacing::Linear, [0.0, 1.0, f64::INFINITY]);
        assert!(scale.fraction(f64::INFINITY) > scale.fraction(1.0));
        assert_eq!([scale.fraction(f64::NAN), scale.fraction(f64::NEG_INFINITY), scale.fraction(7.0)], [None; 3]);
    }
}
