//! How a machine's energy follows the lattice's: statistics of a set of configurations. Part of `dissect`.

use anyhow::Result;
use statistics::{Regression, explained_share, regression};

use crate::table::Cell;

/// A machine's energy over the lattice's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Relation {
    /// The line over the physical energy; its slope is 1/T for a perfect machine of one temperature.
    pub(super) line: Regression,
    /// Share of the variance that M and M² explain.
    pub(super) by_magnetization: f64,
    /// Share that M, M² and the energy explain together.
    pub(super) by_both: f64,
}

/// Columns that a relation fills.
pub(super) const COLUMNS: [&str; 8] = [
    "correlation",
    "correlation_error",
    "slope",
    "slope_error",
    "residual_per_site",
    "explained_by_magnetization",
    "explained_by_both",
    "explained_of_rest",
];

impl Relation {
    /// Of energies per site, `of_machine` in units of kT; `magnetization` per site.
    pub(super) fn of(physical: &[f64], magnetization: &[f64], of_machine: &[f64]) -> Result<Self> {
        let squared: Vec<f64> = magnetization.iter().map(|m| m * m).collect();
        Ok(Self {
            line: regression(physical, of_machine)?,
            by_magnetization: explained_share(&[magnetization, &squared], of_machine)?,
            by_both: explained_share(&[magnetization, &squared, physical], of_machine)?,
        })
    }

    /// What the energy explains of that which the magnetization leaves: 1 for a perfect machine of one temperature, 0 for one
    /// that knows the magnetization alone.
    pub(super) fn of_rest(&self) -> f64 {
        (self.by_both - self.by_magnetization) / (1.0 - self.by_magnetization)
    }

    /// The cells of [`COLUMNS`].
    pub(super) fn cells(&self) -> [Cell; 8] {
        let Regression { slope, correlation, residual, .. } = self.line;
        let shares = [self.by_magnetization, self.by_both, self.of_rest()];
        [correlation.value, correlation.error, slope.value, slope.error, residual, shares[0], shares[1], shares[2]]
            .map(Cell::from)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    /// E and m of a few configurations.
    const ENERGY: [f64; 6] = [-2.0, -1.2, -0.4, -0.4, 0.0, 0.4];
    const MAGNETIZATION: [f64; 6] = [1.0, -0.6, 0.6, 0.2, -0.2, 0.0];

    #[test]
    fn the_energy_over_t_is_followed_without_rest() {
        let machine = ENERGY.map(|energy| 7.0 + energy / 2.5);
        let found = Relation::of(&ENERGY, &MAGNETIZATION, &machine).unwrap();
        assert!((found.line.slope.value - 0.4).abs() < 1e-12 && (found.line.correlation.value - 1.0).abs() < 1e-12);
        assert!(found.line.residual < 1e-12 && (found.of_rest() - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_machine_of_the_magnetization_alone_leaves_nothing_to_the_energy() {
        // The energy explains most of it all the same: both fall with |m|.
        let machine = MAGNETIZATION.map(|m| 0.1 * m - 3.0 * m * m);
        let found = Relation::of(&ENERGY, &MAGNETIZATION, &machine).unwrap();
        assert!((found.by_magnetization - 1.0).abs() < 1e-12 && found.line.correlation.value > 0.9, "{found:?}");
    }
}
