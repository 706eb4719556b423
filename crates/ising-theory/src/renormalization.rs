//! Real-space renormalization by a factor 2: decimation of the chain, Migdal-Kadanoff in two dimensions.

use crate::TheoryError;
use crate::check::{check_field, check_temperature};

/// Reduced couplings K = J/T and h = H/T.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Couplings {
    /// K ≥ 0.
    pub coupling: f64,
    /// h.
    pub field: f64,
}

impl Couplings {
    /// K = 1/T, h = H/T at `temperature` > 0.
    ///
    /// # Errors
    /// A temperature outside (0, ∞], so low that a coupling overflows, or a field that is not finite.
    pub fn from_state_point(temperature: f64, field: f64) -> Result<Self, TheoryError> {
        check_temperature(temperature)?;
        check_field(field)?;
        let couplings = Self { coupling: temperature.recip(), field: field / temperature };
        if couplings.coupling.is_finite() && couplings.field.is_finite() {
            Ok(couplings)
        } else {
            Err(TheoryError::InfiniteCoupling { temperature })
        }
    }

    /// (T, H) = (1/K, h/K); K = 0 is T = ∞, with H infinite unless h = 0.
    pub fn state_point(self) -> (f64, f64) {
        let field = if self.field == 0.0 { 0.0 } else { self.field / self.coupling };
        (self.coupling.recip(), field)
    }
}

/// A renormalization of the Ising model in a field, by the length factor b = 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renormalization {
    /// Chain, exact: the trace over every second spin. Invariant e^{4K} sinh² h; fixed points (T, H) = (0, 0), (0, ∞)
    /// and (∞, any).
    Decimation,
    /// Square lattice, approximate: bonds moved in pairs, each with its share of the field, then decimated
    /// (A. A. Migdal, Sov. Phys. JETP 42, 743 (1976); L. P. Kadanoff, Ann. Phys. 100, 359 (1976)).
    MigdalKadanoff,
}

/// An unstable fixed point at h = 0 with its exponents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalPoint {
    /// K*, infinite for the chain.
    pub coupling: f64,
    /// y_t = log₂ ∂K'/∂K = 1/nu (on the chain of e^{−2K} instead of K).
    pub thermal_exponent: f64,
    /// y_h = log₂ ∂h'/∂h.
    pub magnetic_exponent: f64,
}

impl Renormalization {
    /// One step: on the chain K' = ¼ ln[cosh(2K + h) cosh(2K − h)/cosh² h], h' = h + ½ ln[cosh(2K + h)/cosh(2K − h)];
    /// in two dimensions the same with 2K for K, and h' = 2h + ln[cosh(4K + h)/cosh(4K − h)].
    pub fn step(self, couplings: Couplings) -> Couplings {
        let n_moved = self.n_moved();
        let (pair, field) = (2.0 * n_moved * couplings.coupling, couplings.field);
        let (parallel, opposed) = (ln_cosh(pair + field), ln_cosh(pair - field));
        // cosh(p + h) cosh(p − h) = cosh² h + sinh² p: no digits are lost where K is small, nothing overflows where it is not.
        let coupling = if pair.max(field.abs()) < 300.0 {
            0.25 * (pair.sinh() / field.cosh()).powi(2).ln_1p()
        } else {
            (0.25 * (parallel + opposed - 2.0 * ln_cosh(field))).max(0.0)
        };
        Couplings { coupling, field: n_moved * (field + 0.5 * (parallel - opposed)) }
    }

    /// `start` and its images under `n_steps` steps.
    pub fn trajectory(self, start: Couplings, n_steps: usize) -> Vec<Couplings> {
        std::iter::successors(Some(start), |&couplings| Some(self.step(couplings))).take(n_steps + 1).collect()
    }

    /// The fixed point that separates order from disorder: T = 0 on the chain, K' = ½ ln cosh 4K = K in two dimensions.
    pub fn critical_point(self) -> CriticalPoint {
        match self {
            Self::Decimation => {
                CriticalPoint { coupling: f64::INFINITY, thermal_exponent: 1.0, magnetic_exponent: 1.0 }
            }
            Self::MigdalKadanoff => {
                let coupling = self.unstable_coupling();
                let tanh = (4.0 * coupling).tanh();
                CriticalPoint {
                    coupling,
                    thermal_exponent: (2.0 * tanh).log2(),
                    magnetic_exponent: (2.0 + 2.0 * tanh).log2(),
                }
            }
        }
    }

    /// Bonds that are moved onto one another before the trace.
    fn n_moved(self) -> f64 {
        match self {
            Self::Decimation => 1.0,
            Self::MigdalKadanoff => 2.0,
        }
    }

    /// K with K' = K in zero field, by bisection between flow to 0 and flow to ∞.
    fn unstable_coupling(self) -> f64 {
        let (mut low, mut high) = (0.01, 10.0);
        for _ in 0..60 {
            let coupling = 0.5 * (low + high);
            if self.step(Couplings { coupling, field: 0.0 }).coupling < coupling {
                low = coupling;
            } else {
                high = coupling;
            }
        }
        0.5 * (low + high)
    }
}

/// e^{4K} sinh² h, unchanged by the decimation of the chain; infinite where it overflows.
pub fn decimation_invariant(couplings: Couplings) -> f64 {
    let sinh = couplings.field.sinh();
    if sinh == 0.0 { 0.0 } else { (4.0 * couplings.coupling).exp() * sinh * sinh }
}

/// The field H at `temperature` > 0 on the line of constant [`decimation_invariant`] through `point`, along which the
/// chain is renormalized: sinh h = e^{2(K₀ − K)} sinh h₀.
pub fn field_on_decimation_line(point: Couplings, temperature: f64) -> f64 {
    let size = point.field.abs();
    let ln_sinh = size + (-(-2.0 * size).exp()).ln_1p() - std::f64::consts::LN_2;
    let exponent = ln_sinh + 2.0 * (point.coupling - temperature.recip());
    let field = if exponent > 300.0 { exponent + std::f64::consts::LN_2 } else { exponent.exp().asinh() };
    field.copysign(point.field) * temperature
}

fn ln_cosh(x: f64) -> f64 {
    x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2
}
