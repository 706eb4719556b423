//! What a set of configurations says of its temperature and field.

/// The maximum-likelihood estimate of (T, H) with its covariance, the inverse Fisher information.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaximumLikelihoodReading {
    /// T, from 0 to ∞, in units of J.
    pub temperature: f64,
    /// H in units of J; the known one if the field was known.
    pub field: f64,
    /// Covariance [[σ_T², σ_TH], [σ_TH, σ_H²]] of the estimate over sets of the same size, in units of J²; zero for a
    /// known field. At T = 0 and T = ∞ the variances of what was read are infinite and σ_TH is given as 0.
    pub covariance: [[f64; 2]; 2],
    /// K = 1/T and h = H/T, finite at T = ∞.
    natural: [f64; 2],
    /// Fisher information of the whole set about (K, h), or about K alone in its first entry.
    information: [[f64; 2]; 2],
    /// Whether H was read too.
    both: bool,
}

impl MaximumLikelihoodReading {
    /// T and H from (K, h) and their information n Cov(−E_b, M), through T = 1/K and H = h/K.
    pub(super) fn of_both(coupling: f64, field: f64, information: [[f64; 2]; 2]) -> Self {
        let (temperature, covariance) = (coupling.recip(), covariance_of_both(coupling, field, information));
        let value = if field == 0.0 { 0.0 } else { field * temperature };
        Self { temperature, field: value, covariance, natural: [coupling, field], information, both: true }
    }

    /// T from K and its information n Var(E_b − H M), in a known field.
    pub(super) fn of_temperature(coupling: f64, field: f64, information: f64) -> Self {
        let temperature = coupling.recip();
        let variance = variance_of_temperature(coupling, information);
        Self {
            temperature,
            field,
            covariance: [[variance, 0.0], [0.0, 0.0]],
            natural: [coupling, 0.0],
            information: [[information, 0.0], [0.0, 0.0]],
            both: false,
        }
    }

    /// K = 1/T and h = H/T; if the field was read, h is finite also at T = ∞.
    pub fn couplings(&self) -> [f64; 2] {
        let [coupling, field] = self.natural;
        [coupling, if self.both { field } else { coupling * self.field }]
    }

    /// Standard error σ_T.
    pub fn temperature_error(&self) -> f64 {
        self.covariance[0][0].sqrt()
    }

    /// Standard error σ_H, 0 for a known field.
    pub fn field_error(&self) -> f64 {
        self.covariance[1][1].sqrt()
    }

    /// Squared Mahalanobis distance d² of a state point from the estimate, δᵀ I δ.
    ///
    /// δ is the difference in (1/T, H/T) and I the Fisher information there: the same as the distance by
    /// [`Self::covariance`] up to a relative 1/√n, nearer to the logarithm of the likelihood, and finite at T = ∞. For
    /// sets of many configurations drawn at (T, H), d² follows the χ² law with 2 degrees of freedom, 1 in a known field.
    /// A reading of T = 0 has no information in this sense and excludes nothing: d² = 0. It is infinite for T = 0 from
    /// any other reading and for a field that is not the known one, and not a number for what is no state point.
    pub fn mahalanobis_squared(&self, temperature: f64, field: f64) -> f64 {
        if !(temperature >= 0.0 && field.is_finite()) {
            return f64::NAN;
        }
        if !self.both && (field - self.field).abs() > 0.0 {
            return f64::INFINITY;
        }
        let coupling = temperature.recip();
        let [[kk, kh], [_, hh]] = self.information;
        if kk == 0.0 {
            return 0.0;
        }
        if coupling.is_infinite() || (field * coupling).is_infinite() {
            return f64::INFINITY;
        }
        let (k, h) = (coupling - self.natural[0], field * coupling - self.natural[1]);
        if self.both { k * k * kk + 2.0 * k * h * kh + h * h * hh } else { k * k * kk }
    }

    /// Whether a state point lies within the `n_sigma` region: d² up to the quantile of its χ² law whose probability is
    /// that of a normal variable within `n_sigma` standard deviations, 68.3 % for 1 and 95.4 % for 2.
    pub fn contains(&self, temperature: f64, field: f64, n_sigma: f64) -> bool {
        let quantile = if self.both { quantile_of_two(n_sigma) } else { n_sigma * n_sigma };
        n_sigma >= 0.0 && self.mahalanobis_squared(temperature, field) <= quantile
    }
}

/// Variance of T = 1/K, σ_K² T⁴.
pub(super) fn variance_of_temperature(coupling: f64, information: f64) -> f64 {
    if information > 0.0 { (coupling * coupling * coupling * coupling * information).recip() } else { f64::INFINITY }
}

/// J I⁻¹ Jᵀ with the Jacobian J = ∂(T, H)/∂(K, h) = [[−T², 0], [−H T, T]].
pub(super) fn covariance_of_both(coupling: f64, field: f64, information: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let [[kk, kh], [_, hh]] = information;
    let determinant = kk * hh - kh * kh;
    if coupling == 0.0 || determinant <= 0.0 {
        return [[f64::INFINITY, 0.0], [0.0, f64::INFINITY]];
    }
    let temperature = coupling.recip();
    let value = field * temperature;
    let scale = temperature * temperature / determinant;
    // I⁻¹ is [[hh, −kh], [−kh, kk]]/determinant.
    let of_temperature = temperature * temperature * hh;
    let mixed = temperature * (value * hh + kh);
    let of_field = value * (value * hh + 2.0 * kh) + kk;
    [[scale * of_temperature, scale * mixed], [scale * mixed, scale * of_field]]
}

/// Quantile −2 ln p of the χ² law with 2 degrees of freedom, p = erfc(k/√2) = √(2/π) e^{−k²/2} R(k): R is Mills' ratio,
/// 1/(k + 1/(k + 2/(k + 3/…))).
fn quantile_of_two(n_sigma: f64) -> f64 {
    const N_LEVELS: u32 = 1000;
    let deepest = 0.5 * (n_sigma + (n_sigma * n_sigma + 4.0 * f64::from(N_LEVELS) - 2.0).sqrt());
    let inverse_ratio = (1..N_LEVELS).rev().fold(deepest, |tail, level| n_sigma + f64::from(level) / tail);
    n_sigma * n_sigma + std::f64::consts::FRAC_PI_2.ln() + 2.0 * inverse_ratio.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −2 ln erfc(k/√2) from tables of the error function.
    #[test]
    fn regions_have_the_probability_of_the_normal_law() {
        for (n_sigma, tail) in [
            (1e-9, 1.0),
            (1.0, 0.317_310_507_862_914_1),
            (2.0, 0.045_500_263_896_358_42),
            (3.0, 0.002_699_796_063_260_189),
            (5.0, 5.733_031_437_583_878e-7),
        ] {
            let (found, exact) = (quantile_of_two(n_sigma), -2.0 * f64::ln(tail));
            assert!((found - exact).abs() < 1e-6, "{n_sigma}: {found} instead of {exact}");
        }
        assert!(quantile_of_two(100.0).is_finite());
    }
}
