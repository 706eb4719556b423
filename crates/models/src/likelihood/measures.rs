//! How far a machine is from data.

use statistics::Estimate;

use super::{estimate::mean, free_energy::free_energies};
use crate::{ModelError, RbmParameters, error::same};

/// Mean of ln p(v) = −F(v) − ln Z over independent configurations `spins`, shape `[n_rows, n_visible]`, values ±1, in nats
/// per configuration. The error joins that of the mean and that of ln Z.
///
/// # Errors
/// As [`free_energies`]; [`ModelError::TooFew`] for fewer than two configurations.
pub fn mean_ln_likelihood(parameters: &RbmParameters, ln_z: Estimate, spins: &[f32]) -> Result<Estimate, ModelError> {
    let energies = free_energies(parameters, spins)?;
    Ok(mean("configurations", &energies)?.plus(ln_z).negated())
}

/// Relative entropy KL(q‖p) = ⟨ln q(v) + F(v)⟩ + ln Z in nats, over independent configurations `spins` of the law q, shape
/// `[n_rows, n_visible]`, values ±1, with `ln_q` their ln q(v), shape `[n_rows]`. The error joins that of the mean and that
/// of ln Z. It is zero for p = q only, and never below zero but by its error.
///
/// # Errors
/// As [`free_energies`]; [`ModelError::Shape`] for another number of ln q than configurations, [`ModelError::TooFew`] for
/// fewer than two,
/// [`ModelError::NotFinite`] for a ln q that is not a number or infinite.
pub fn relative_entropy(
    parameters: &RbmParameters,
    ln_z: Estimate,
    spins: &[f32],
    ln_q: &[f64],
) -> Result<Estimate, ModelError> {
    let energies = free_energies(parameters, spins)?;
    same("ln q", ln_q.len(), energies.len())?;
    if !ln_q.iter().all(|ln_q| ln_q.is_finite()) {
        return Err(ModelError::NotFinite { name: "ln q" });
    }
    let terms: Vec<f64> = ln_q.iter().zip(&energies).map(|(ln_q, energy)| ln_q + energy).collect();
    Ok(mean("configurations", &terms)?.plus(ln_z))
}
