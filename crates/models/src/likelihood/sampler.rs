//! Exact, independent samples of a machine, by enumeration of its smaller layer.

use rayon::prelude::*;

use super::exact::Enumeration;
use crate::{
    ModelError, RbmParameters,
    random::{Draw, check_layer},
};

/// `n` independent samples of p(v), shape `[n, n_visible]`, values ±1: a state of the smaller layer is drawn from its exact
/// marginal, and the visible units given the hidden ones if that is the hidden layer. `key` names the random numbers.
///
/// # Errors
/// As [`super::exact_ln_z`]; [`ModelError::TooMany`] for more samples than there are random numbers.
pub fn exact_samples(parameters: &RbmParameters, n: usize, key: u64) -> Result<Vec<f32>, ModelError> {
    let enumeration = Enumeration::new(parameters)?;
    check_layer(n, parameters.n_visible.max(2))?;
    let blocks = Cumulative::new(&enumeration.ln_blocks());
    let mut chosen: Vec<(usize, usize)> = (0..n).map(|row| (blocks.place(uniform(key, 0, row)), row)).collect();
    chosen.sort_unstable();
    let of_block: Vec<&[(usize, usize)]> = chosen.chunk_by(|a, b| a.0 == b.0).collect();
    let draw = |rows: &&[(usize, usize)]| -> Vec<(usize, Vec<f32>)> {
        let block = rows[0].0;
        let states = Cumulative::new(&enumeration.ln_weights(block));
        let visible = |&(_, row): &(usize, usize)| {
            let state: Vec<f64> = enumeration.state(block, states.place(uniform(key, 1, row))).collect();
            (row, visible(parameters, &enumeration, &state, key, row))
        };
        rows.iter().map(visible).collect()
    };
    let mut samples: Vec<(usize, Vec<f32>)> = of_block.par_iter().flat_map_iter(draw).collect();
    samples.sort_unstable_by_key(|(row, _)| *row);
    Ok(samples.into_iter().flat_map(|(_, spins)| spins).collect())
}

/// The visible units that go with a state of the smaller layer.
fn visible(parameters: &RbmParameters, enumeration: &Enumeration, state: &[f64], key: u64, row: usize) -> Vec<f32> {
    if parameters.n_visible <= parameters.n_hidden {
        return state.iter().map(|&spin| spin as f32).collect();
    }
    let layer = &enumeration.larger;
    let thresholds = Draw::new(key, 0, 2);
    let spin = |unit: usize| {
        let couplings = layer.weights(unit).iter().zip(state).map(|(&weight, spin)| f64::from(weight) * spin);
        let mean = (layer.bias[unit] + couplings.sum::<f64>()).tanh();
        let counter = row * layer.n_units() + unit;
        if mean > f64::from(thresholds.threshold(counter as u32)) { 1.0 } else { -1.0 }
    };
    (0..layer.n_units()).map(spin).collect()
}

/// A number in (0, 1) with 53 random bits.
fn uniform(key: u64, layer: u32, row: usize) -> f64 {
    let draw = Draw::new(key, 0, layer);
    let [high, low] = [2 * row as u32, 2 * row as u32 + 1].map(|counter| u64::from(draw.bits(counter)));
    (((high << 32 | low) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Running sums of weights, the last one 1.
struct Cumulative(Vec<f64>);

impl Cumulative {
    fn new(ln_weights: &[f64]) -> Self {
        let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        let running = ln_weights.iter().map(|ln_weight| {
            sum += (ln_weight - largest).exp();
            sum
        });
        let mut running: Vec<f64> = running.collect();
        running.iter_mut().for_each(|value| *value /= sum);
        Self(running)
    }

    /// The first place whose running sum exceeds `share` of [0, 1).
    fn place(&self, share: f64) -> usize {
        self.0.partition_point(|&sum| sum <= share).min(self.0.len() - 1)
    }
}
