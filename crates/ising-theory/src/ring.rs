//! The ring of N spins in a field: powers of the 2 × 2 transfer matrix, with no cancellation at low temperature.

use num_complex::Complex64;

use crate::cumulants::Cumulants;
use crate::cumulants::FieldTerm;
use crate::jet::Jet;

/// A symmetric 2 × 2 matrix e^{ln_scale} [[1, off], [off, minority]], row 0 along the field.
///
/// Its square is one step of the exact decimation of the chain, so that n steps reach 2ⁿ sites.
#[derive(Clone, Copy)]
struct TransferMatrix {
    ln_scale: Jet,
    off: Jet,
    minority: Jet,
}

impl TransferMatrix {
    /// Weights relative to two spins along the field: 1, e^{−2K−h}, e^{−2h}, for h ≥ 0.
    fn new(coupling: f64, field: f64) -> Self {
        let (k, h) = (Jet::coupling(coupling), Jet::field(field));
        Self { ln_scale: Jet::constant(0.0), off: (-(k.scale(2.0) + h)).exp(), minority: h.scale(-2.0).exp() }
    }

    fn identity() -> Self {
        Self { ln_scale: Jet::constant(0.0), off: Jet::constant(0.0), minority: Jet::constant(1.0) }
    }

    /// Product of two powers of the same matrix (they commute, so it is symmetric).
    fn times(self, other: Self) -> Self {
        let detour = self.off * other.off;
        let scale = Jet::constant(1.0) + detour;
        Self {
            ln_scale: self.ln_scale + other.ln_scale + detour.ln_1p(),
            off: (other.off + self.off * other.minority) / scale,
            minority: (detour + self.minority * other.minority) / scale,
        }
    }

    fn power(mut self, mut exponent: usize) -> Self {
        let mut power = Self::identity();
        while exponent > 0 {
            if exponent % 2 == 1 {
                power = power.times(self);
            }
            self = self.times(self);
            exponent /= 2;
        }
        power
    }
}

/// ln Z − N (K + h) as a function of (K, h), for h ≥ 0.
pub(crate) fn ln_z_excess(n_sites: usize, coupling: f64, field: f64) -> Jet {
    let power = TransferMatrix::new(coupling, field).power(n_sites);
    power.ln_scale + power.minority.ln_1p()
}

/// ⟨E⟩ − E₀ of the whole ring, and the covariance of E with itself or with the bond energy.
pub(crate) fn energy_moments(n_sites: usize, temperature: f64, field: f64, term: FieldTerm) -> (f64, f64) {
    let field = field.abs();
    let ln_z = ln_z_excess(n_sites, temperature.recip(), field / temperature);
    let with_bonds = ln_z.kk + field * ln_z.kh;
    let with_field = field * (ln_z.kh + field * ln_z.hh);
    let covariance = match term {
        FieldTerm::Included => with_bonds + with_field,
        FieldTerm::Excluded => with_bonds,
    };
    (-(ln_z.k + field * ln_z.h), covariance)
}

/// All cumulants; ⟨|M|⟩ costs O(N), the others O(log N).
pub(crate) fn cumulants(n_sites: usize, temperature: f64, field: f64) -> Cumulants {
    let ln_z = ln_z_excess(n_sites, temperature.recip(), field.abs() / temperature);
    let (energy_excess, energy_variance) = energy_moments(n_sites, temperature, field, FieldTerm::Included);
    let magnetization = if field == 0.0 { 0.0 } else { field.signum() * (n_sites as f64 + ln_z.h) };
    Cumulants {
        ln_z_excess: ln_z.value,
        energy_excess,
        energy_variance,
        magnetization,
        abs_magnetization: abs_magnetization(n_sites, temperature.recip(), field.abs() / temperature),
        magnetization_variance: ln_z.hh,
    }
}

/// ⟨|M|⟩ from the characteristic function of the number n of spins against the field, at its N + 1 Fourier angles:
/// ⟨|N − 2n|⟩ = Σ_θ ⟨e^{iθ(n − N/2)}⟩ S(θ)/(N + 1), S(θ) = Σₙ |N − 2n| e^{−iθ(n − N/2)}.
fn abs_magnetization(n_sites: usize, coupling: f64, field: f64) -> f64 {
    let n = n_sites as f64;
    let largest = centred_eigenvalues(coupling, field, 0.0)[0].re;
    let centred_trace = |angle: f64| -> f64 {
        let eigenvalues = centred_eigenvalues(coupling, field, angle);
        eigenvalues.iter().map(|&eigenvalue| ((eigenvalue / largest).ln() * n).exp().re).sum()
    };
    let half = n_sites.div_ceil(2) as f64;
    let at_zero = if n_sites.is_multiple_of(2) { 2.0 * half * (half + 1.0) } else { 2.0 * half * half };
    let rest: f64 = (1..=n_sites)
        .map(|index| {
            let angle = std::f64::consts::TAU * index as f64 / (n + 1.0);
            let sign = if index.is_multiple_of(2) { 1.0 } else { -1.0 };
            let (sine, cosine) = (0.5 * angle).sin_cos();
            let kernel = if n_sites.is_multiple_of(2) { sign * cosine - 1.0 } else { (sign - 1.0) * cosine };
            centred_trace(angle) * kernel / (sine * sine)
        })
        .sum();
    (at_zero + rest / centred_trace(0.0)) / (n + 1.0)
}

/// e^{−iθ/2} λ±/e^{K+h} with the weight e^{−2h+iθ} of a spin against the field, the larger one first.
fn centred_eigenvalues(coupling: f64, field: f64, angle: f64) -> [Complex64; 2] {
    let minority = Complex64::from_polar((-2.0 * field).exp(), angle);
    let mean = (1.0 + minority) / 2.0;
    let root = (((1.0 - minority) / 2.0).powu(2) + (-4.0 * coupling).exp() * minority).sqrt();
    let turn = Complex64::from_polar(1.0, -0.5 * angle);
    [(mean + root) * turn, (mean - root) * turn]
}
