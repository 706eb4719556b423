//! The infinite square lattice in zero field (L. Onsager, Phys. Rev. 65, 117 (1944)).

use std::f64::consts::PI;

use crate::TheoryError;
use crate::bulk::{BulkPoint, BulkThermodynamics};
use crate::jet::Jet;
use crate::kaufman::momentum_weight;

/// Tc = 2/ln(1 + √2) of the square lattice.
pub const CRITICAL_TEMPERATURE: f64 = 2.269_185_314_213_022;

/// Values per spin at H = 0; m = (1 − sinh⁻⁴ 2K)^{1/8} below Tc (C. N. Yang, Phys. Rev. 85, 808 (1952)), c infinite at Tc.
///
/// # Errors
/// A temperature outside [0, ∞].
pub fn onsager(temperature: f64) -> Result<BulkThermodynamics, TheoryError> {
    let point = BulkPoint::new(4, temperature, 0.0)?;
    let excess = point.variables().map(|(coupling, _)| ln_z_excess_per_site(coupling));
    let mut values = excess.map_or_else(|| point.frozen(0.0), |excess| point.values(excess));
    values.magnetization_per_site = spontaneous_magnetization(temperature);
    values.susceptibility_per_site = None;
    if (temperature - CRITICAL_TEMPERATURE).abs() < 4.0 * f64::EPSILON {
        values.specific_heat_per_site = f64::INFINITY;
    }
    Ok(values)
}

fn spontaneous_magnetization(temperature: f64) -> f64 {
    if temperature >= CRITICAL_TEMPERATURE {
        return 0.0;
    }
    (1.0 - (2.0 / temperature).sinh().powi(-4)).max(0.0).powf(0.125)
}

/// ln Z/N − 2K = (1/2π) ∫₀^π ln Y dθ, by the double exponential rule, which resolves the singularity at θ = 0.
fn ln_z_excess_per_site(coupling: Jet) -> Jet {
    const STEPS_PER_UNIT: f64 = 24.0;
    const N_STEPS: i32 = 86;
    let x = coupling.scale(-2.0).exp();
    let term = |step: i32| {
        let t = f64::from(step) / STEPS_PER_UNIT;
        let angle = PI / (1.0 + (-PI * t.sinh()).exp());
        let complement = PI / (1.0 + (PI * t.sinh()).exp());
        let weight = t.cosh() * angle * complement / STEPS_PER_UNIT;
        momentum_weight(x, angle).ln().scale(weight / (2.0 * PI))
    };
    (-N_STEPS..=N_STEPS).map(term).fold(Jet::constant(0.0), |sum, term| sum + term)
}
