//! Kaufman's partition function of the L × L torus in zero field, any L (B. Kaufman, Phys. Rev. 76, 1232 (1949)).
//!
//! With x = e^{−2K} and for each momentum θ = πk/L, Y = ½(A + √(A² − B²)) and ρ = B/(2Y) stand for
//! 2 sinh 2K e^{γ − 4K} and e^{−γ}, where cosh γ = cosh 2K coth 2K − cos θ. All of them stay finite at any temperature.

use crate::bulk::{BulkPoint, BulkThermodynamics};
use crate::jet::Jet;
use crate::{Lattice, TheoryError};

/// Values per spin of the L × L torus in zero field, m = 0; O(L), to about 10⁻¹⁵ absolute.
///
/// # Errors
/// A side below 2 or a temperature outside [0, ∞].
pub fn kaufman(side: usize, temperature: f64) -> Result<BulkThermodynamics, TheoryError> {
    let per_site = (Lattice::square(side)?.n_sites() as f64).recip();
    let point = BulkPoint::new(4, temperature, 0.0)?;
    let mut values = match point.variables() {
        Some((coupling, _)) => point.values(ln_z_excess(side, coupling.value).scale(per_site)),
        None => point.frozen(std::f64::consts::LN_2 * per_site),
    };
    values.magnetization_per_site = 0.0;
    values.susceptibility_per_site = None;
    Ok(values)
}

/// (⟨E⟩ − E₀, ⟨E²⟩ − ⟨E⟩²) of the whole torus; absolute precision of about 10⁻¹⁵ per site.
pub(crate) fn energy_moments(side: usize, temperature: f64) -> (f64, f64) {
    let ln_z = ln_z_excess(side, temperature.recip());
    (-ln_z.k, ln_z.kk.max(0.0))
}

/// ln Z − 2NK as a function of K.
pub(crate) fn ln_z_excess(side: usize, coupling: f64) -> Jet {
    let x = Jet::coupling(coupling).scale(-2.0).exp();
    let half_integer = Products::of_pairs(side, x, 1);
    let integer = Products::of_pairs(side, x, 2);
    let [zero, pi] = unpaired(side, x);
    let (half_integer, integer) = if side.is_multiple_of(2) {
        (half_integer, integer.times(zero).times(pi))
    } else {
        (half_integer.times(pi), integer.times(zero))
    };
    let relative = (integer.ln_scale - half_integer.ln_scale).exp();
    let total = half_integer.cosh + half_integer.sinh + (integer.cosh + integer.sinh) * relative;
    half_integer.ln_scale + total.scale(0.5).ln()
}

/// Products over momenta of one kind, ΠY^{L/2} Π(1 + ρ^L) and ΠY^{L/2} Π(1 − ρ^L), with a common scale.
struct Products {
    ln_scale: Jet,
    cosh: Jet,
    sinh: Jet,
}

impl Products {
    /// The pairs ±θ with k = `first`, `first` + 2, … below L.
    fn of_pairs(side: usize, x: Jet, first: usize) -> Self {
        let (zero, one) = (Jet::constant(0.0), Jet::constant(1.0));
        let mut product = Self { ln_scale: zero, cosh: one, sinh: one };
        for k in (first..side).step_by(2) {
            let y = momentum_weight(x, std::f64::consts::PI * k as f64 / side as f64);
            let wave = (bond_weight(x) / y.scale(2.0)).powi(side as i32);
            let ln_scale = y.ln().scale(side as f64);
            product = product.times(Self { ln_scale, cosh: (one + wave).powi(2), sinh: (one - wave).powi(2) });
        }
        product
    }

    fn times(self, other: Self) -> Self {
        Self { ln_scale: self.ln_scale + other.ln_scale, cosh: self.cosh * other.cosh, sinh: self.sinh * other.sinh }
    }
}

/// The factors of θ = 0, (1 − x)^L ± (x + x²)^L, and of θ = π, (1 + x)^L ± (x − x²)^L: γ₀ = 2K + ln tanh K, and with it
/// the second factor of θ = 0, changes sign at Tc.
fn unpaired(side: usize, x: Jet) -> [Products; 2] {
    let one = Jet::constant(1.0);
    [(one - x, x + x * x), (one + x, x - x * x)].map(|(direct, wave)| {
        let ordered = direct.value >= wave.value;
        let (larger, smaller) = if ordered { (direct, wave) } else { (wave, direct) };
        let ratio = (smaller / larger).powi(side as i32);
        let difference = if ordered { one - ratio } else { ratio - one };
        Products { ln_scale: larger.ln().scale(side as f64), cosh: one + ratio, sinh: difference }
    })
}

/// Y, from A ± B as sums of squares: the gap closes at Tc and θ = 0 without cancellation.
pub(crate) fn momentum_weight(x: Jet, angle: f64) -> Jet {
    let one = Jet::constant(1.0);
    let shift = bond_weight(x).scale(2.0 * (0.5 * angle).sin().powi(2));
    let a_minus_b = (one - x.scale(2.0) - x * x).powi(2) + shift;
    let a_plus_b = (one + x * x).powi(2) + shift;
    ((a_minus_b + a_plus_b).scale(0.5) + (a_minus_b * a_plus_b).sqrt()).scale(0.5)
}

/// B = 2x(1 − x²).
fn bond_weight(x: Jet) -> Jet {
    (x - x * x * x).scale(2.0)
}
