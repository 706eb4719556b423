//! Numbers as a reader expects them: a true minus sign, no −0, no 1e0, no 0.30000000000000004.

use std::num::FpCategory;

/// `value` with `decimals` digits after the point; ∞ for infinity, · for NaN.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "·".to_owned();
    }
    let digits = if value.is_infinite() { "∞".to_owned() } else { format!("{:.decimals$}", value.abs()) };
    let is_zero = digits.chars().all(|digit| matches!(digit, '0' | '.'));
    if value < 0.0 && !is_zero { format!("−{digits}") } else { digits }
}

/// `value` to four significant digits without trailing zeros; powers of ten beyond 10⁻³ and 10⁵.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if !size.is_finite() || size.classify() == FpCategory::Zero {
        return fixed(value, 0);
    }
    // Rounded to four digits first: 9999.9 has the exponent of 10000.
    let rounded = format!("{size:.3e}");
    let (digits, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "−" } else { "" };
    if (-3..5).contains(&exponent) {
        return format!("{sign}{}", trimmed(&fixed(size, (3 - exponent).max(0) as usize)));
    }
    let power = format!("10^{{{}}}", fixed(f64::from(exponent), 0));
    match trimmed(digits) {
        "1" => format!("{sign}{power}"),
        mantissa => format!("{sign}{mantissa}·{power}"),
    }
}

/// The digits without zeros at the end of the fraction.
fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// Digits after the point that `step` needs.
pub(crate) fn decimals(step: f64) -> usize {
    let is_whole = |places: &usize| {
        let scaled = step * 10_f64.powi(*places as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.abs()
    };
    (0..12).find(is_whole).unwrap_or(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases =
            [(0.1 + 0.2, "0.3"), (-0.0, "0"), (-1e-300, "−10^{−300}"), (1.0, "1"), (-2.5, "−2.5"), (100.0, "100")];
        assert!(cases.iter().all(|(value, text)| short(*value) == *text), "{:?}", cases.map(|(value, _)| short(value)));
        assert_eq!([short(2.269_185), short(0.000_25), short(250_000.0)], ["2.269", "2.5·10^{−4}", "2.5·10^{5}"]);
        assert_eq!([short(f64::INFINITY), short(f64::NEG_INFINITY), short(f64::NAN)], ["∞", "−∞", "·"]);
        assert_eq!([fixed(-0.001, 2), fixed(-0.5, 1)], ["0.00", "−0.5"]);
        assert_eq!([0.25, 1.0, 0.1, 20.0, 2.5e-3].map(decimals), [2, 0, 1, 0, 4]);
    }
}
