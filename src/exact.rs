//! The exact values that stand beside every measured one.

use anyhow::Result;
use ising_theory::{Lattice, ShuffledSpins, TheoryError, Thermodynamics, kaufman, thermodynamics_over_fields};

/// Names of the observables in tables.
pub const NAMES: [&str; 5] = [
    "energy_per_site",
    "specific_heat_per_site",
    "abs_magnetization_per_site",
    "magnetization_per_site",
    "susceptibility_per_site",
];

/// Values in the order of [`NAMES`]; NaN where nothing exact is known.
pub type Exact = [f64; 5];

/// Exact values at one temperature and every one of `fields`.
///
/// A torus too large for the transfer matrix has e, c and m in zero field (Kaufman 1949), and nothing in a field.
///
/// # Errors
/// A temperature or field that is none.
pub fn values(lattice: Lattice, temperature: f64, fields: &[f64]) -> Result<Vec<Exact>> {
    match thermodynamics_over_fields(lattice, temperature, fields) {
        Ok(values) => Ok(values.iter().map(row).collect()),
        Err(TheoryError::SideTooLarge { .. }) => {
            fields.iter().map(|&field| large(lattice, temperature, field)).collect()
        }
        Err(error) => Err(error.into()),
    }
}

/// Exact values after every configuration's spins have been shuffled over the sites: e and (⟨E²⟩ − ⟨E⟩²)/(N T²) are then
/// others, the rest is as it was.
///
/// # Errors
/// As [`values`].
pub fn values_of_shuffled_spins(lattice: Lattice, temperature: f64, fields: &[f64]) -> Result<Vec<Exact>> {
    let moments = match ShuffledSpins::over_fields(lattice, temperature, fields) {
        Err(TheoryError::SideTooLarge { .. }) => vec![[f64::NAN; 2]; fields.len()],
        laws => laws?.iter().map(ShuffledSpins::energy_moments_per_site).collect(),
    };
    let shuffled = |([_, _, rest @ ..], [energy, variance]): (Exact, [f64; 2])| {
        let specific_heat = if variance > 0.0 { variance / (temperature * temperature) } else { variance };
        let [abs_magnetization, magnetization, susceptibility] = rest;
        [energy, specific_heat, abs_magnetization, magnetization, susceptibility]
    };
    Ok(values(lattice, temperature, fields)?.into_iter().zip(moments).map(shuffled).collect())
}

fn row(exact: &Thermodynamics) -> Exact {
    [
        exact.energy_per_site,
        exact.specific_heat_per_site,
        exact.abs_magnetization_per_site,
        exact.magnetization_per_site,
        exact.susceptibility_per_site,
    ]
}

fn large(lattice: Lattice, temperature: f64, field: f64) -> Result<Exact> {
    match lattice {
        Lattice::Square { side, .. } if field.abs() < f64::MIN_POSITIVE => {
            let exact = kaufman(side, temperature)?;
            Ok([exact.energy_per_site, exact.specific_heat_per_site, f64::NAN, exact.magnetization_per_site, f64::NAN])
        }
        _ => Ok([f64::NAN; 5]),
    }
}
