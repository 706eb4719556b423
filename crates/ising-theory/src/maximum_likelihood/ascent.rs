//! Newton's method on the likelihood in its natural parameters K = 1/T and h = H/T, in which it is concave.

use super::partition_function::PartitionFunction;
use crate::TheoryError;
use crate::jet::Jet;

/// Evaluations of ln Z at most; a good start takes 4, cold state points from K = 0 some tens.
const N_EVALUATIONS: usize = 200;
/// Relative step after which the error, its square, is rounding.
const LAST_STEP: f64 = 1e-8;
/// 1 − ρ² of E_b and M that rounding leaves when every excitation is a single spin.
const LEAST_INDEPENDENCE: f64 = 1e-14;
/// What a step leaves of K and h at least.
const LEAST_PART: f64 = 0.1;
/// Part of the linear gain that a step must bring, or, where rounding hides the gain, part of the slope it may leave.
const LEAST_GAIN: f64 = 1e-4;
const LARGEST_SLOPE: f64 = 0.5;
/// A step shorter than this part of Newton's that still leaves more slope means that rounding hides the slope as well.
const SHORTEST: f64 = 1e-3;
const RELATIVE_ROUNDING: f64 = 1e-13;

/// A point of the likelihood: K, |h| and the derivatives of ln Z there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maximum {
    pub(super) coupling: f64,
    pub(super) field: f64,
    pub(super) ln_z: Jet,
}

/// Mean distances from the aligned state, x = ⟨E_b⟩ + n_bonds and y = N − |⟨M⟩|.
#[derive(Clone, Copy, Debug)]
pub(super) struct Excess {
    pub(super) bonds: f64,
    pub(super) magnetization: f64,
}

impl Excess {
    /// ln L of one configuration, −K x − h y − f(K, h), and a bound on its rounding errors.
    fn ln_likelihood(self, at: &Maximum) -> (f64, f64) {
        let terms = [at.coupling * self.bonds, at.field * self.magnetization, at.ln_z.value];
        (-terms.iter().sum::<f64>(), RELATIVE_ROUNDING * (1.0 + terms.iter().map(|term| term.abs()).sum::<f64>()))
    }

    /// Its derivatives in K and h: what the means are above those observed, to their relative precision.
    fn gradient(self, at: &Maximum) -> [f64; 2] {
        [-self.bonds - at.ln_z.k, -self.magnetization - at.ln_z.h]
    }
}

/// The maximum over K > 0 and h ≥ 0 of a likelihood that has one there, from any `start` (K, h); nothing if the steps do
/// not come to rest.
pub(super) fn ascend(
    function: &PartitionFunction,
    excess: Excess,
    start: (f64, f64),
) -> Result<Option<Maximum>, TheoryError> {
    let evaluate = |coupling, field| -> Result<Maximum, TheoryError> {
        Ok(Maximum { coupling, field, ln_z: function.ln_z_excess(coupling, field)? })
    };
    let mut at = evaluate(start.0, start.1)?;
    let mut n_left = N_EVALUATIONS;
    while n_left > 0 {
        let Maximum { coupling, field, ln_z } = at;
        let gradient = excess.gradient(&at);
        let determinant = (ln_z.kk * ln_z.hh - ln_z.kh * ln_z.kh).max(LEAST_INDEPENDENCE * ln_z.kk * ln_z.hh);
        let step = [
            (ln_z.hh * gradient[0] - ln_z.kh * gradient[1]) / determinant,
            (ln_z.kk * gradient[1] - ln_z.kh * gradient[0]) / determinant,
        ];
        let gain = gradient[0] * step[0] + gradient[1] * step[1];
        if !gain.is_finite() {
            return Ok(None);
        }
        let smallest_field = LAST_STEP / ln_z.hh.sqrt();
        let mut length = longest(coupling, step[0]);
        if field > smallest_field {
            length = length.min(longest(field, step[1]));
        }
        if step[0] > 0.0 {
            length = length.min((function.largest_coupling() - coupling) / step[0]);
        }
        let small =
            step[0].abs() <= LAST_STEP * coupling && step[1].abs() <= LAST_STEP * (field + ln_z.hh.sqrt().recip());
        let (before, rounding) = excess.ln_likelihood(&at);
        let next = loop {
            let next = evaluate(coupling + length * step[0], (field + length * step[1]).max(0.0))?;
            n_left = n_left.saturating_sub(1);
            let rises = if length * gain > rounding {
                excess.ln_likelihood(&next).0 >= before + LEAST_GAIN * length * gain
            } else {
                let [by_coupling, by_field] = excess.gradient(&next);
                (by_coupling * step[0] + by_field * step[1]).abs() <= LARGEST_SLOPE * gain
            };
            if small || rises || n_left == 0 {
                break next;
            }
            length *= 0.5;
            if length < SHORTEST && gain <= rounding {
                return Ok(Some(at));
            }
        };
        if small {
            return Ok(Some(next));
        }
        at = next;
    }
    Ok(None)
}

/// The longest part of a step, at most all of it, that leaves some of a positive number.
fn longest(value: f64, step: f64) -> f64 {
    if value > 0.0 && step < 0.0 { ((LEAST_PART - 1.0) * value / step).min(1.0) } else { 1.0 }
}

/// The point of the line h = |H| K at which the mean of E_b − H M lies `excess` above the aligned state, from `start`:
/// Newton's method on the logarithm of that distance, kept in its bracket by bisection.
pub(super) fn ascend_in_field(
    function: &PartitionFunction,
    excess: f64,
    field: f64,
    start: f64,
) -> Result<Option<Maximum>, TheoryError> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut coupling = start;
    for _ in 0..N_EVALUATIONS {
        let ln_z = function.ln_z_excess(coupling, field * coupling)?;
        let mean = -(ln_z.k + field * ln_z.h);
        if mean > excess {
            low = coupling;
        } else {
            high = coupling;
        }
        let step = (mean / excess).ln() * mean / variance_in_field(&ln_z, field);
        let next = coupling + step;
        if step.abs() <= LAST_STEP * coupling {
            return Ok(Some(Maximum { coupling: next, field: field * next, ln_z }));
        }
        if high - low <= LAST_STEP * low {
            return Ok(Some(Maximum { coupling, field: field * coupling, ln_z }));
        }
        coupling = match (low < next && next < high, high.is_finite()) {
            (true, _) => next,
            (false, true) => 0.5 * (low + high),
            (false, false) => 2.0 * low,
        };
    }
    Ok(None)
}

/// Variance of E_b − H M.
pub(super) fn variance_in_field(ln_z: &Jet, field: f64) -> f64 {
    ln_z.kk + field * (2.0 * ln_z.kh + field * ln_z.hh)
}
