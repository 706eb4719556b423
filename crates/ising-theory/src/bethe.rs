//! The Bethe lattice of coordination z in a field (H. A. Bethe, Proc. R. Soc. A 150, 552 (1935)).

use crate::TheoryError;
use crate::bulk::{BulkPoint, BulkThermodynamics};
use crate::cumulants::FieldTerm;
use crate::jet::Jet;
use crate::lattice::LatticeTooSmall;
use crate::specific_heat_ridge::{SpecificHeatMaximum, maxima};

/// Steps of Newton's method, enough for its linear convergence at Tc.
const N_NEWTON: usize = 100;

/// The interior of an infinite tree in which each spin has z neighbours: Bethe's approximation to any lattice of that z.
///
/// The cavity field u = h + (z − 1) artanh(tanh K tanh u) enters as v = e^{−2u}.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BetheLattice {
    coordination: usize,
}

impl Default for BetheLattice {
    /// z = 4, beside the square lattice.
    fn default() -> Self {
        Self { coordination: 4 }
    }
}

impl BetheLattice {
    /// A tree with `coordination` ≥ 2 (2: the infinite chain).
    ///
    /// # Errors
    /// [`TheoryError::LatticeTooSmall`] below 2.
    pub fn new(coordination: usize) -> Result<Self, TheoryError> {
        match coordination {
            0 | 1 => Err(LatticeTooSmall { extent: coordination }.into()),
            _ => Ok(Self { coordination }),
        }
    }

    /// Tc = 2/ln(z/(z − 2)), 0 for z = 2.
    pub fn critical_temperature(self) -> f64 {
        let z = self.coordination as f64;
        2.0 / (z / (z - 2.0)).ln()
    }

    /// Values at (T, H); at H = 0 below Tc on the branch m > 0.
    ///
    /// # Errors
    /// A temperature outside [0, ∞] or a field that is not finite.
    pub fn thermodynamics(self, temperature: f64, field: f64) -> Result<BulkThermodynamics, TheoryError> {
        let point = BulkPoint::new(self.coordination, temperature, field)?;
        if field == 0.0 && temperature >= self.critical_temperature() {
            return Ok(self.paramagnet(temperature));
        }
        let excess = point.variables().map(|(k, h)| self.ln_z_excess(k, h));
        Ok(excess.map_or_else(|| point.frozen(0.0), |excess| point.values(excess)))
    }

    /// Maxima of c(T) at fixed `field`, a cusp at Tc included, by increasing temperature.
    ///
    /// # Errors
    /// A field that is not finite.
    pub fn specific_heat_maxima(self, field: f64, term: FieldTerm) -> Result<Vec<SpecificHeatMaximum>, TheoryError> {
        let cusp = self.critical_temperature();
        if field == 0.0 && cusp > 0.0 {
            return Ok(vec![SpecificHeatMaximum { temperature: cusp, specific_heat_per_site: self.heat_below(cusp)? }]);
        }
        maxima(field, |temperatures| {
            temperatures.iter().map(|&temperature| self.specific_heat(temperature, field, term)).collect()
        })
    }

    /// The limit of c as T rises to Tc, extrapolated from two points.
    fn heat_below(self, cusp: f64) -> Result<f64, TheoryError> {
        let near = |distance: f64| {
            Ok::<_, TheoryError>(self.thermodynamics(cusp * (1.0 - distance), 0.0)?.specific_heat_per_site)
        };
        Ok(2.0 * near(1e-4)? - near(2e-4)?)
    }

    fn specific_heat(self, temperature: f64, field: f64, term: FieldTerm) -> Result<f64, TheoryError> {
        let point = BulkPoint::new(self.coordination, temperature, field)?;
        match (point.variables(), term) {
            (Some((k, h)), FieldTerm::Excluded) if field != 0.0 => {
                let excess = self.ln_z_excess(k, h);
                Ok((excess.kk + field.abs() * excess.kh) / (temperature * temperature))
            }
            _ => Ok(self.thermodynamics(temperature, field)?.specific_heat_per_site),
        }
    }

    /// Zero field above Tc, where u = 0: independent bonds, ln Z/N = ln 2 + (z/2) ln cosh K.
    fn paramagnet(self, temperature: f64) -> BulkThermodynamics {
        let (z, coupling) = (self.coordination as f64, temperature.recip());
        let (bond, decay) = (coupling.tanh(), (-2.0 * coupling).exp());
        let ln_z_excess = 0.5 * z * decay.ln_1p() + (1.0 - 0.5 * z) * std::f64::consts::LN_2;
        let bound = (1.0 - (z - 1.0) * bond).max(0.0);
        let heat = coupling * coupling * (1.0 - bond * bond);
        BulkThermodynamics {
            ln_z_per_site: ln_z_excess + 0.5 * z * coupling,
            energy_per_site: -0.5 * z * bond,
            specific_heat_per_site: if temperature > 0.0 { 0.5 * z * heat } else { 0.0 },
            magnetization_per_site: 0.0,
            susceptibility_per_site: Some(coupling * (1.0 + bond) / bound),
            entropy_per_site: ln_z_excess + if temperature > 0.0 { 0.5 * z * coupling * (1.0 - bond) } else { 0.0 },
        }
    }

    /// ln Z/N − zK/2 − h = ln Z_site − (z/2) ln Z_bond with Z_site = (1 + xv)^z + e^{−2h}(x + v)^z, Z_bond = 1 + 2xv + v²,
    /// x = e^{−2K}.
    fn ln_z_excess(self, coupling: Jet, field: Jet) -> Jet {
        let z = self.coordination as f64;
        let (x, minority) = (coupling.scale(-2.0).exp(), field.scale(-2.0).exp());
        let v = self.cavity(x, field);
        let site = (x * v).ln_1p().scale(z) + (minority * self.message(x, v).powi(self.coordination as i32)).ln_1p();
        site - ((x.scale(2.0) + v) * v).ln_1p().scale(0.5 * z)
    }

    /// The fixed point v = e^{−2h} ((x + v)/(1 + xv))^{z−1} of largest u, with its derivatives: Newton's method in u
    /// from above, then twice in jets, once for each order of derivative.
    fn cavity(self, x: Jet, field: Jet) -> Jet {
        let branches = (self.coordination - 1) as f64;
        let map = |u: Jet| {
            let v = u.scale(-2.0).exp();
            field - self.message(x, v).ln().scale(0.5 * branches)
        };
        let slope = |u: f64| {
            let v = (-2.0 * u).exp();
            branches * v * (1.0 - x.value * x.value) / ((x.value + v) * (1.0 + x.value * v))
        };
        let residual = |u: f64| map(Jet::constant(u)).value - u;
        let mut u = field.value - 0.5 * branches * x.value.ln();
        for _ in 0..N_NEWTON {
            let step = residual(u) / (1.0 - slope(u));
            u += step;
            if step.abs() <= f64::EPSILON * u {
                break;
            }
        }
        let correct = |jet: Jet| jet + (map(jet) - jet).scale((1.0 - slope(u)).recip());
        correct(correct(Jet::constant(u))).scale(-2.0).exp()
    }

    /// Weight ratio down : up that a neighbour passes on.
    fn message(self, x: Jet, v: Jet) -> Jet {
        (x + v) / (Jet::constant(1.0) + x * v)
    }
}
