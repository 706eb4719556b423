//! The infinite chain in a field, and correlations on chain and ring, from the eigenvalues
//! λ± = e^K cosh h ± √(e^{2K} sinh² h + e^{−2K}) (E. Ising, Z. Phys. 31, 253 (1925)).

use crate::TheoryError;
use crate::bulk::{BulkPoint, BulkThermodynamics};
use crate::check::{check_field, check_temperature};
use crate::jet::Jet;
use crate::lattice::Lattice;

/// Values per spin of the infinite chain at (T, H); at T = H = 0, m = 0 and chi is infinite.
///
/// # Errors
/// A temperature outside [0, ∞] or a field that is not finite.
pub fn infinite_chain(temperature: f64, field: f64) -> Result<BulkThermodynamics, TheoryError> {
    let point = BulkPoint::new(2, temperature, field)?;
    let excess = point.variables().map(|(k, h)| ln_largest_eigenvalue(k, h));
    let mut values = excess.map_or_else(|| point.frozen(0.0), |excess| point.values(excess));
    if field == 0.0 {
        values.magnetization_per_site = 0.0;
        values.susceptibility_per_site = Some((2.0 / temperature).exp() / temperature);
    }
    Ok(values)
}

/// ln λ₊ − K − h, for h ≥ 0, without cancellation.
fn ln_largest_eigenvalue(coupling: Jet, field: Jet) -> Jet {
    let minority = field.scale(-2.0).exp();
    let detour = coupling.scale(-4.0).exp() * minority;
    let half_gap = (Jet::constant(1.0) - minority).scale(0.5);
    let root = (half_gap * half_gap + detour).sqrt();
    (detour / (root + half_gap)).ln_1p()
}

/// G(r) = ⟨s₀ s_r⟩ on a ring of `n_sites` spins.
///
/// # Errors
/// Fewer than two sites, a temperature outside [0, ∞] or a field that is not finite.
pub fn ring_correlation(n_sites: usize, temperature: f64, field: f64, distance: usize) -> Result<f64, TheoryError> {
    Lattice::ring(n_sites)?;
    let (aligned, decay) = spectrum(temperature, field)?;
    let (n, r) = (n_sites as f64, (distance % n_sites) as f64);
    Ok(aligned + (1.0 - aligned) * (decay.powf(r) + decay.powf(n - r)) / (1.0 + decay.powf(n)))
}

/// G(r) = ⟨s₀ s_r⟩ on the infinite chain, m² + (1 − m²) (λ₋/λ₊)^r.
///
/// # Errors
/// A temperature outside [0, ∞] or a field that is not finite.
pub fn chain_correlation(temperature: f64, field: f64, distance: usize) -> Result<f64, TheoryError> {
    let (aligned, decay) = spectrum(temperature, field)?;
    Ok(aligned + (1.0 - aligned) * decay.powf(distance as f64))
}

/// (m², λ₋/λ₊) of the infinite chain.
fn spectrum(temperature: f64, field: f64) -> Result<(f64, f64), TheoryError> {
    check_temperature(temperature)?;
    check_field(field)?;
    if field == 0.0 {
        return Ok((0.0, temperature.recip().tanh()));
    }
    let minority = (-2.0 * field.abs() / temperature).exp();
    let broken = (-4.0 / temperature).exp();
    let half_gap = 0.5 * (1.0 - minority);
    let root = (half_gap * half_gap + broken * minority).sqrt();
    let largest = 0.5 * (1.0 + minority) + root;
    let unbroken = -(-4.0 / temperature).exp_m1();
    Ok(((half_gap / root).powi(2), minority * unbroken / (largest * largest)))
}
