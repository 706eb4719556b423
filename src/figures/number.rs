//! Numbers as a reader expects them: a true minus sign, no −0, no 1e0, no 0.30000000000000004.

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
    if size > 0.0 && size.is_finite() && !(1e-3..1e5).contains(&size) {
        let exponent = size.log10().floor();
        let mantissa = short(value / 10_f64.powf(exponent));
        let power = format!("10^{{{}}}", fixed(exponent, 0));
        return if mantissa == "1" { power } else { format!("{mantissa}·{power}") };
    }
    let decimals = if size > 0.0 && size.is_finite() { (3.0 - size.log10().floor()).max(0.0) as usize } else { 0 };
    let text = fixed(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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
        let cases = [(0.1 + 0.2, "0.3"), (-0.0, "0"), (-1e-300, "−10^{−300}"), (1.0, "1"), (-2.5, "−2.5"), (100.0, "100")];
        assert!(cases.iter().all(|(value, text)| short(*value) == *text), "{:?}", cases.map(|(value, _)| short(value)));
        assert_eq!([short(2.269_185), short(0.000_25), short(250_000.0)], ["2.269", "2.5·10^{−4}", "2.5·10^{5}"]);
        assert_eq!([short(f64::INFINITY), short(f64::NEG_INFINITY), short(f64::NAN)], ["∞", "−∞", "·"]);
        assert_eq!([fixed(-0.001, 2), fixed(-0.5, 1)], ["0.00", "−0.5"]);
        assert_eq!([0.25, 1.0, 0.1, 20.0, 2.5e-3].map(decimals), [2, 0, 1, 0, 4]);
    }
}
