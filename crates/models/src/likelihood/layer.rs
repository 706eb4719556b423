//! A layer seen from the other.

use super::lanes::{Lanes, WIDTH};
use crate::RbmParameters;

/// A layer with the weights that couple each of its units to the other layer, which is its input.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// Bias, shape `[n_units]`.
    pub(super) bias: Vec<f64>,
    /// Weights, shape `[n_units, n_inputs]`.
    weights: Vec<f64>,
    n_inputs: usize,
}

impl Layer {
    /// The hidden layer.
    pub(super) fn hidden(parameters: &RbmParameters) -> Self {
        let &RbmParameters { n_visible, n_hidden, ref weights, .. } = parameters;
        let column = |hidden: usize| (0..n_visible).map(move |visible| f64::from(weights[visible * n_hidden + hidden]));
        Self {
            bias: widened(&parameters.hidden_bias),
            weights: (0..n_hidden).flat_map(column).collect(),
            n_inputs: n_visible,
        }
    }

    /// The visible layer.
    pub(super) fn visible(parameters: &RbmParameters) -> Self {
        Self {
            bias: widened(&parameters.visible_bias),
            weights: widened(&parameters.weights),
            n_inputs: parameters.n_hidden,
        }
    }

    /// Number of units.
    pub(super) fn n_units(&self) -> usize {
        self.bias.len()
    }

    /// The weights of one unit, shape `[n_inputs]`.
    pub(super) fn weights(&self, unit: usize) -> &[f64] {
        &self.weights[unit * self.n_inputs..(unit + 1) * self.n_inputs]
    }

    /// Field of one unit on each lane: bias + Σ weight · input.
    #[inline(always)]
    pub(super) fn field(&self, unit: usize, inputs: &[Lanes]) -> Lanes {
        let mut field = [self.bias[unit]; WIDTH];
        for (weight, input) in self.weights(unit).iter().zip(inputs) {
            for lane in 0..WIDTH {
                field[lane] += weight * input[lane];
            }
        }
        field
    }
}

/// 32-bit floats as 64-bit floats.
pub(super) fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}
