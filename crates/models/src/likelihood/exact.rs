//! ln Z by summing over the states of the smaller layer.

use rayon::prelude::*;

use super::{
    lanes::{Lanes, LnCoshSum, WIDTH},
    layer::Layer,
};
use crate::{
    ModelError, RbmParameters,
    cpu::{Kernel, Level, Wide},
};

/// The most units of the smaller layer that [`exact_ln_z`] sums over.
pub const EXACT_LIMIT: usize = 24;

/// Units whose states lie side by side on the lanes.
const LANE_UNITS: usize = WIDTH.ilog2() as usize;

/// Units that a Gray code walks through, one flip a step, within a block. Every block starts from fresh fields, so that
/// rounding cannot pile up.
const WALK_UNITS: usize = 7;

/// ln Z = ln Σ_v Σ_h e^−E(v, h) exactly: for each state s of the smaller layer the other is summed in closed form,
/// Z = Σ_s exp(Σ bias · s + Σ ln 2cosh field(s)).
///
/// # Errors
/// As [`RbmParameters::validate`]; [`ModelError::TooManyStates`] when both layers have more than [`EXACT_LIMIT`] units.
pub fn exact_ln_z(parameters: &RbmParameters) -> Result<f64, ModelError> {
    let enumeration = Enumeration::new(parameters)?;
    // Lanes beyond the units' states repeat them.
    let n_repeats = 1 << LANE_UNITS.saturating_sub(enumeration.smaller.n_units());
    Ok(ln_sum_exp(&enumeration.ln_blocks()) - f64::from(n_repeats).ln())
}

/// The states of the smaller layer, in blocks.
pub(super) struct Enumeration {
    pub(super) smaller: Layer,
    pub(super) larger: Layer,
}

impl Enumeration {
    /// # Errors
    /// As [`exact_ln_z`].
    pub(super) fn new(parameters: &RbmParameters) -> Result<Self, ModelError> {
        parameters.validate()?;
        let (visible, hidden) = (Layer::visible(parameters), Layer::hidden(parameters));
        let is_visible = parameters.n_visible <= parameters.n_hidden;
        let (smaller, larger) = if is_visible { (visible, hidden) } else { (hidden, visible) };
        let n_units = smaller.n_units();
        if n_units > EXACT_LIMIT {
            return Err(ModelError::TooManyStates { found: n_units, limit: EXACT_LIMIT });
        }
        Ok(Self { smaller, larger })
    }

    /// ln of the sum over the states of every block.
    pub(super) fn ln_blocks(&self) -> Vec<f64> {
        let n_blocks = 1usize << self.smaller.n_units().saturating_sub(LANE_UNITS + WALK_UNITS);
        (0..n_blocks).into_par_iter().map(|block| ln_sum_exp(&self.ln_weights(block))).collect()
    }

    /// ln Σ_larger e^−E of every state of a block, in the order of [`Self::state`].
    pub(super) fn ln_weights(&self, block: usize) -> Vec<f64> {
        Level::best().run(Block { enumeration: self, block })
    }

    /// The smaller layer ±1 in the state at `index` of a block, shape `[n_units]`.
    pub(super) fn state(&self, block: usize, index: usize) -> impl Iterator<Item = f64> {
        let (lane, step) = (index % WIDTH, index / WIDTH);
        let state = lane | (step ^ step >> 1) << LANE_UNITS | block << (LANE_UNITS + self.n_walk());
        (0..self.smaller.n_units()).map(move |unit| spin(state, unit))
    }

    fn n_walk(&self) -> usize {
        self.smaller.n_units().saturating_sub(LANE_UNITS).min(WALK_UNITS)
    }
}

/// The states whose units beyond the lanes and the walk are the bits of `block`.
struct Block<'a> {
    enumeration: &'a Enumeration,
    block: usize,
}

/// ln of the weight of each.
impl Kernel for Block<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run<V: Wide>(self) -> Vec<f64> {
        let (Enumeration { smaller, larger }, n_walk) = (self.enumeration, self.enumeration.n_walk());
        let mut bias = [0.0; WIDTH];
        let mut fields: Vec<Lanes> = larger.bias.iter().map(|&bias| [bias; WIDTH]).collect();
        for unit in 0..smaller.n_units() {
            let spins = std::array::from_fn(|lane| spin(lane | self.block << (LANE_UNITS + n_walk), unit));
            add(smaller, unit, &spins, &mut bias, &mut fields);
        }
        let mut ln_weights = Vec::with_capacity(WIDTH << n_walk);
        for step in 0..1usize << n_walk {
            if step > 0 {
                let flipped = step.trailing_zeros() as usize;
                let change = 2.0 * spin(step ^ step >> 1, flipped);
                add(smaller, LANE_UNITS + flipped, &[change; WIDTH], &mut bias, &mut fields);
            }
            let mut sum = LnCoshSum::ZERO;
            for field in &fields {
                sum.add(field);
            }
            ln_weights.extend(bias.iter().zip(sum.total()).map(|(bias, sum)| bias + sum));
        }
        ln_weights
    }
}

/// Changes one unit of the summed layer by `change` on each lane.
#[inline(always)]
fn add(layer: &Layer, unit: usize, change: &Lanes, bias: &mut Lanes, fields: &mut [Lanes]) {
    for lane in 0..WIDTH {
        bias[lane] += layer.bias[unit] * change[lane];
    }
    for (field, &weight) in fields.iter_mut().zip(layer.weights(unit)) {
        let weight = f64::from(weight);
        for lane in 0..WIDTH {
            field[lane] += weight * change[lane];
        }
    }
}

/// The unit's bit in `state` as ±1.
fn spin(state: usize, unit: usize) -> f64 {
    if state >> unit & 1 == 1 { 1.0 } else { -1.0 }
}

/// ln Σ eˣ without overflow, summed in order.
fn ln_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|value| (value - largest).exp()).sum::<f64>().ln()
}
