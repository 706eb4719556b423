//! Thermodynamics per spin where ln Z is known in closed form: infinite lattices, and the torus in zero field.

use crate::TheoryError;
use crate::check::{check_field, check_temperature};
use crate::jet::Jet;

/// Below this temperature every excitation weighs less than e⁻²⁰⁰: only the aligned state is left.
const COLDEST: f64 = 0.01;

/// Values per spin of an infinite lattice, or of a torus of any side in zero field, the field term included in the energy.
///
/// For an infinite lattice at H = 0 below Tc they belong to the branch of positive magnetization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulkThermodynamics {
    /// ln Z/N, infinite at T = 0.
    pub ln_z_per_site: f64,
    /// e = ⟨E⟩/N.
    pub energy_per_site: f64,
    /// c = (∂e/∂T)_H.
    pub specific_heat_per_site: f64,
    /// m.
    pub magnetization_per_site: f64,
    /// chi = (∂m/∂H)_T, where the solution gives it (not Onsager's and Kaufman's).
    pub susceptibility_per_site: Option<f64>,
    /// s = ln Z/N + e/T.
    pub entropy_per_site: f64,
}

/// A state point of an infinite lattice of `coordination` z, with h = |H|/T.
#[derive(Clone, Copy)]
pub(crate) struct BulkPoint {
    coordination: usize,
    temperature: f64,
    field: f64,
}

impl BulkPoint {
    pub(crate) fn new(coordination: usize, temperature: f64, field: f64) -> Result<Self, TheoryError> {
        check_temperature(temperature)?;
        check_field(field)?;
        Ok(Self { coordination, temperature, field })
    }

    /// K and |h| as variables, or none where all spins are frozen.
    pub(crate) fn variables(&self) -> Option<(Jet, Jet)> {
        let thawed = self.temperature >= COLDEST;
        let (coupling, field) = (self.temperature.recip(), self.field.abs() / self.temperature);
        thawed.then(|| (Jet::coupling(coupling), Jet::field(field)))
    }

    /// Values from ln Z/N − zK/2 − |h|.
    pub(crate) fn values(&self, excess: Jet) -> BulkThermodynamics {
        let (beta, field) = (self.temperature.recip(), self.field.abs());
        let energy_excess = -(excess.k + field * excess.h);
        let variance = excess.kk + field * (2.0 * excess.kh + field * excess.hh);
        BulkThermodynamics {
            ln_z_per_site: excess.value - beta * self.ground_energy(),
            energy_per_site: energy_excess + self.ground_energy(),
            specific_heat_per_site: variance * beta * beta,
            magnetization_per_site: if self.field < 0.0 { -1.0 - excess.h } else { 1.0 + excess.h },
            susceptibility_per_site: Some(excess.hh * beta),
            entropy_per_site: excess.value + beta * energy_excess,
        }
    }

    /// Values with every spin along the field, up in zero field, and the entropy of the choices left.
    pub(crate) fn frozen(&self, entropy_per_site: f64) -> BulkThermodynamics {
        BulkThermodynamics {
            ln_z_per_site: entropy_per_site - self.ground_energy() / self.temperature,
            energy_per_site: self.ground_energy(),
            specific_heat_per_site: 0.0,
            magnetization_per_site: if self.field < 0.0 { -1.0 } else { 1.0 },
            susceptibility_per_site: Some(0.0),
            entropy_per_site,
        }
    }

    fn ground_energy(&self) -> f64 {
        -(0.5 * self.coordination as f64 + self.field.abs())
    }
}
