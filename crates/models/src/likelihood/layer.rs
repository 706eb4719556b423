//! A layer seen from the other.

use super::lanes::{Lanes, WIDTH};
use crate::{
    RbmParameters,
    cpu::{Kernel, Wide},
};

/// Units whose fields are summed together.
const BLOCK: usize = 4;

/// A layer with the weights that couple each of its units to the other layer, which is its input.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Bias, shape `[n_units]`.
    pub(super) bias: Vec<f64>,
    /// Weights, shape `[n_units, n_inputs]`.
    weights: Vec<f32>,
    n_inputs: usize,
}

impl Layer {
    /// The hidden layer.
    pub(super) fn hidden(parameters: &RbmParameters) -> Self {
        let &RbmParameters { n_visible, n_hidden, ref weights, .. } = parameters;
        let column = |hidden: usize| (0..n_visible).map(move |visible| weights[visible * n_hidden + hidden]);
        Self {
            bias: widened(&parameters.hidden_bias),
            weights: (0..n_hidden).flat_map(column).collect(),
            n_inputs: n_visible,
        }
    }

    /// The visible layer.
    pub(crate) fn visible(parameters: &RbmParameters) -> Self {
        Self {
            bias: widened(&parameters.visible_bias),
            weights: parameters.weights.clone(),
            n_inputs: parameters.n_hidden,
        }
    }

    /// Number of units.
    pub(super) fn n_units(&self) -> usize {
        self.bias.len()
    }

    /// The weights of one unit, shape `[n_inputs]`.
    pub(super) fn weights(&self, unit: usize) -> &[f32] {
        &self.weights[unit * self.n_inputs..(unit + 1) * self.n_inputs]
    }

    /// The field of every unit on each lane, bias + Σ weight · input, shape `[n_units]`.
    #[inline(always)]
    pub(super) fn fields(&self, inputs: &[Lanes], fields: &mut [Lanes]) {
        let (blocks, rest) = fields.as_chunks_mut::<BLOCK>();
        let n_whole = blocks.len() * BLOCK;
        for (block, first) in blocks.iter_mut().zip((0..).step_by(BLOCK)) {
            *block = self.fields_from(first, inputs);
        }
        for (field, unit) in rest.iter_mut().zip(n_whole..) {
            [*field] = self.fields_from(unit, inputs);
        }
    }

    /// The fields of `N` neighbouring units: sums that do not wait for each other.
    #[inline(always)]
    fn fields_from<const N: usize>(&self, first: usize, inputs: &[Lanes]) -> [Lanes; N] {
        let mut fields: [Lanes; N] = std::array::from_fn(|i| [self.bias[first + i]; WIDTH]);
        let weights: [&[f32]; N] = std::array::from_fn(|i| &self.weights(first + i)[..inputs.len()]);
        for (k, input) in inputs.iter().enumerate() {
            for i in 0..N {
                for lane in 0..WIDTH {
                    fields[i][lane] += f64::from(weights[i][k]) * input[lane];
                }
            }
        }
        fields
    }
}

/// The field of every unit of a layer, shape `[n_units]`, on each lane of its inputs.
pub(crate) struct Fields<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) inputs: &'a [Lanes],
}

impl Kernel for Fields<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn run<V: Wide>(self) -> Vec<Lanes> {
        let mut fields = vec![[0.0; WIDTH]; self.layer.n_units()];
        self.layer.fields(self.inputs, &mut fields);
        fields
    }
}

/// 32-bit floats as 64-bit floats.
pub(super) fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}
