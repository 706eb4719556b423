//! The temperature at which a lattice in zero field has a given mean |M|.

use crate::{Lattice, TheoryError, thermodynamics};

/// Above this K = 1/T, ⟨|M|⟩ differs from N by less than f64 resolves.
const COLDEST: f64 = 20.0;
/// Width in K at which the search ends.
const TOLERANCE: f64 = 1e-8;
/// Steps at most, each one exact sum over the lattice.
const N_STEPS: usize = 60;

/// The temperature at which ⟨|M|⟩/N of `lattice` at H = 0 is `abs_magnetization_per_site`, to about 10⁻⁷: 0 where it is
/// 1 or more, ∞ where it is that of fair spins or less. By regula falsi in K = 1/T, about ten exact sums.
///
/// # Errors
/// A torus above L = 12.
pub fn temperature_of_abs_magnetization(lattice: Lattice, abs_magnetization_per_site: f64) -> Result<f64, TheoryError> {
    let excess = |coupling: f64| -> Result<f64, TheoryError> {
        let exact = thermodynamics(lattice, coupling.recip(), 0.0)?;
        Ok(exact.abs_magnetization_per_site - abs_magnetization_per_site)
    };
    let [mut hot, mut cold] = [(0.0, excess(0.0)?), (COLDEST, excess(COLDEST)?)];
    if hot.1 >= 0.0 {
        return Ok(f64::INFINITY);
    }
    if cold.1 <= 0.0 {
        return Ok(0.0);
    }
    for _ in 0..N_STEPS {
        let coupling = (hot.0 * cold.1 - cold.0 * hot.1) / (cold.1 - hot.1);
        let found = (coupling, excess(coupling)?);
        if found.1 == 0.0 || (coupling - hot.0).min(cold.0 - coupling) < TOLERANCE {
            return Ok(coupling.recip());
        }
        // The end that stays loses half its weight, so that it moves too (Dowell and Jarratt 1971).
        if found.1 < 0.0 {
            (hot, cold.1) = (found, 0.5 * cold.1);
        } else {
            (cold, hot.1) = (found, 0.5 * hot.1);
        }
    }
    Ok(2.0 / (hot.0 + cold.0))
}
