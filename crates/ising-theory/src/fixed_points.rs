//! The fixed points of renormalization in the (T, H) plane, as far as they are known exactly.

use crate::{CRITICAL_TEMPERATURE, Lattice};

/// What renormalization does near a fixed point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// It leads away in both directions.
    Unstable,
    /// It leads away in one direction and back in the other.
    Saddle,
    /// It leads there.
    Stable,
}

/// A fixed point of renormalization by the length factor b = 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RgFixedPoint {
    /// Its name.
    pub name: &'static str,
    /// T, 0 to ∞.
    pub temperature: f64,
    /// H ≥ 0, ∞ included; `None` for a line of fixed points at any H.
    pub field: Option<f64>,
    /// The factor of a small deviation along T in one step: of e^{−2K} at T = 0 on the chain, of T at T = 0 on the square
    /// lattice, of T − Tc at Tc, of K at T = ∞. Infinite where the deviation grows faster than in proportion, NaN where it
    /// depends on the way of renormalizing.
    pub thermal_eigenvalue: f64,
    /// The same along the field: of h = H/T, of e^{−2h} at H = ∞.
    pub magnetic_eigenvalue: f64,
    /// Whether the flow leads there.
    pub stability: Stability,
}

/// The fixed points of the infinite lattice of this kind: of the chain under decimation (exact; D. R. Nelson and M. E. Fisher,
/// Ann. Phys. 91, 226 (1975)), and those of the square lattice whose exponents are known exactly (Onsager's y_t = 1,
/// y_h = 15/8; at T = 0 y_T = −(d − 1) of the surface tension and y_h = d = 2, B. Nienhuis and M. Nauenberg, Phys. Rev. Lett.
/// 35, 477 (1975)).
///
/// Near the aligned fixed point of the chain, with x = e^{−4K} and y = e^{−2h}, decimation is x' = x/(x + y), y' = y (x + y):
/// along T = 0 it squares y, and any x > 0 grows by a factor without bound.
pub fn rg_fixed_points(lattice: Lattice) -> Vec<RgFixedPoint> {
    let point = |name, temperature, field, [thermal_eigenvalue, magnetic_eigenvalue]: [f64; 2], stability| {
        RgFixedPoint { name, temperature, field, thermal_eigenvalue, magnetic_eigenvalue, stability }
    };
    match lattice {
        Lattice::Ring { .. } => vec![
            point("ferromagnetic", 0.0, Some(0.0), [2.0, 2.0], Stability::Unstable),
            point("aligned", 0.0, Some(f64::INFINITY), [f64::INFINITY, 0.0], Stability::Saddle),
            point("paramagnetic", f64::INFINITY, None, [0.0, 1.0], Stability::Stable),
        ],
        Lattice::Square { .. } => vec![
            point("critical", CRITICAL_TEMPERATURE, Some(0.0), [2.0, 1.875_f64.exp2()], Stability::Unstable),
            point("ferromagnetic", 0.0, Some(0.0), [0.5, 4.0], Stability::Saddle),
            point("paramagnetic", f64::INFINITY, None, [f64::NAN; 2], Stability::Stable),
        ],
    }
}
