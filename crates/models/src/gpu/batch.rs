//! The phases of a batch. The threads of the cube share the work of each; they meet between two phases.

use cubecl::prelude::*;

use super::{
    layer::{exp_2x, fields, negated_where, sampled},
    plan::{CHUNK, Rates, TILE, Training},
};

/// The samples of a batch, and where they are.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Batch {
    /// The first of them in the order of the training.
    pub(super) first: usize,
    /// How many they are.
    pub(super) n_rows: usize,
    /// How many groups they fill, the last perhaps not wholly.
    pub(super) n_groups: usize,
}

/// What is wanted of the hidden units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    /// Where the words of the given visible units begin.
    pub(super) given: usize,
    /// Where the means go, if they are kept.
    pub(super) first_mean: Option<usize>,
    /// Whether the units are drawn.
    pub(super) draws: bool,
}

/// The rows of group `group` that are in the batch, each a bit.
#[cube]
fn rows_in_use(batch: &Batch, group: usize, #[comptime] training: Training) -> u32 {
    let n_lanes = comptime!(training.layout.n_lanes);
    let n_rows = batch.n_rows - group * n_lanes;
    let all = comptime!(u32::MAX >> (32 - n_lanes as u32));
    if n_rows < n_lanes { all >> (n_lanes - n_rows) as u32 } else { all.runtime() }
}

/// Reads the words of the data.
#[cube]
pub(super) fn read_data(
    spins: &[u32],
    order: &[u32],
    words: &mut [u32],
    batch: &Batch,
    #[comptime] training: Training,
) {
    let n_visible = comptime!(training.layout.n_visible);
    let mut item = UNIT_POS as usize;
    while item < batch.n_groups * n_visible {
        let group = item / n_visible;
        let unit = item % n_visible;
        let mut word = 0u32;
        for lane in 0..training.layout.n_lanes {
            let row = group * training.layout.n_lanes + lane;
            if row < batch.n_rows {
                let sample = order[batch.first + row] as usize;
                let bit = spins[sample * comptime!(training.n_words()) + unit / 32] >> (unit % 32) as u32;
                word |= (bit & 1u32) << lane as u32;
            }
        }
        words[item] = word;
        item += CUBE_DIM as usize;
    }
}

/// Means of the hidden units and their draws with the keys at `key`.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
pub(super) fn hidden_phase(
    machine: &[f32],
    words: &mut [u32],
    means: &mut [f32],
    keys: &[u32],
    key: usize,
    batch: &Batch,
    #[comptime] wanted: Wanted,
    #[comptime] training: Training,
) {
    let layer = comptime!(training.layout.hidden());
    let mut item = UNIT_POS as usize;
    while item < batch.n_groups * layer.n_units {
        let group = item / layer.n_units;
        let unit = item % layer.n_units;
        let fields = fields(machine, &words[..], wanted.given + group * layer.n_others, unit, layer);
        if comptime!(wanted.first_mean.is_some()) {
            let first_mean = comptime!(wanted.first_mean.unwrap_or(0));
            #[unroll]
            for lane in 0..layer.n_lanes {
                let row = group * layer.n_lanes + lane;
                let e = exp_2x(fields[lane]);
                let mean = (e - 1.0f32) / (e + 1.0f32);
                // Rows behind the last add nothing to the sums of the update.
                means[first_mean + row * layer.n_units + unit] = select(row < batch.n_rows, mean, 0.0f32);
            }
        }
        if comptime!(wanted.draws) {
            let word = sampled(&fields, group, unit, keys[key], keys[key + 1], layer);
            words[comptime!(training.hidden()) + item] = word;
        }
        item += CUBE_DIM as usize;
    }
}

/// Draws the visible units given the hidden ones with the keys at `key`. Rows that are not in the batch keep theirs.
#[cube]
pub(super) fn visible_phase(
    machine: &[f32],
    words: &mut [u32],
    keys: &[u32],
    key: usize,
    batch: &Batch,
    #[comptime] training: Training,
) {
    let layer = comptime!(training.layout.visible());
    let mut item = UNIT_POS as usize;
    while item < batch.n_groups * layer.n_units {
        let group = item / layer.n_units;
        let unit = item % layer.n_units;
        let first_other = comptime!(training.hidden()) + group * layer.n_others;
        let fields = fields(machine, &words[..], first_other, unit, layer);
        let word = sampled(&fields, group, unit, keys[key], keys[key + 1], layer);
        let mask = rows_in_use(batch, group, training);
        let index = comptime!(training.reconstruction()) + item;
        words[index] = (word & mask) | (words[index] & !mask);
        item += CUBE_DIM as usize;
    }
}

/// Adds the batch to the weights and the hidden bias.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
pub(super) fn update_weights(
    machine: &mut [f32],
    last_change: &mut [f32],
    words: &[u32],
    means: &[f32],
    batch: &Batch,
    rate: f32,
    rates: &Rates,
    #[comptime] training: Training,
) {
    let n_visible = comptime!(training.layout.n_visible);
    let n_hidden = comptime!(training.layout.n_hidden);
    let mut item = UNIT_POS as usize;
    while item < comptime!((n_visible + 1).div_ceil(TILE) * n_hidden) {
        let first_visible = item / n_hidden * TILE;
        let hidden = item % n_hidden;
        let mut sums = Array::<f32>::new(TILE);
        let mut data = Array::<u32>::new(TILE);
        let mut model = Array::<u32>::new(TILE);
        for group in 0..batch.n_groups {
            #[unroll]
            for i in 0..TILE {
                // The hidden bias is the weight of a unit that is always up.
                data[i] = 0u32;
                model[i] = 0u32;
                if first_visible + i < n_visible {
                    let index = group * n_visible + first_visible + i;
                    data[i] = !words[index];
                    model[i] = !words[comptime!(training.reconstruction()) + index];
                }
            }
            for chunk in 0..comptime!(training.layout.n_lanes / CHUNK) {
                let first_row = group * training.layout.n_lanes + chunk * CHUNK;
                let shift = (chunk * CHUNK) as u32;
                #[unroll]
                for lane in 0..CHUNK {
                    let index = (first_row + lane) * n_hidden + hidden;
                    let data_mean = means[index];
                    let model_mean = means[comptime!(training.n_means()) + index];
                    #[unroll]
                    for i in 0..TILE {
                        let data_sign = (data[i] >> shift) << comptime!(31 - lane as u32);
                        let model_sign = (model[i] >> shift) << comptime!(31 - lane as u32);
                        sums[i] += negated_where(data_mean, data_sign) - negated_where(model_mean, model_sign);
                    }
                }
            }
        }
        #[unroll]
        for i in 0..TILE {
            let visible = first_visible + i;
            let index = visible * comptime!(training.layout.stride()) + hidden;
            let number = visible * n_hidden + hidden;
            if visible < n_visible {
                change(machine, last_change, index, number, rate * sums[i], rates.shrinkage, rates);
            } else if visible == n_visible {
                let gradient = if comptime!(training.train_hidden_bias) { rate * sums[i] } else { 0.0f32.runtime() };
                change(machine, last_change, index, number, gradient, 0.0f32, rates);
            }
        }
        item += CUBE_DIM as usize;
    }
}

/// Adds the batch to the visible bias. Returns the units of this thread that differ between data and reconstruction.
#[cube]
pub(super) fn update_visible_bias(
    machine: &mut [f32],
    last_change: &mut [f32],
    words: &[u32],
    batch: &Batch,
    rate: f32,
    rates: &Rates,
    #[comptime] training: Training,
) -> u32 {
    let n_visible = comptime!(training.layout.n_visible);
    let mut n_flips = 0u32;
    let mut visible = UNIT_POS as usize;
    while visible < n_visible {
        let mut n_up = 0i32;
        for group in 0..batch.n_groups {
            let mask = rows_in_use(batch, group, training);
            let index = group * n_visible + visible;
            let data = words[index];
            let model = words[comptime!(training.reconstruction()) + index];
            n_up += i32::cast_from((data & mask).count_ones()) - i32::cast_from((model & mask).count_ones());
            n_flips += ((data ^ model) & mask).count_ones();
        }
        let sum = f32::cast_from(2i32 * n_up);
        let gradient = if comptime!(training.train_visible_bias) { rate * sum } else { 0.0f32.runtime() };
        let index = comptime!(training.layout.visible_bias()) + visible;
        let number = comptime!((training.layout.n_visible + 1) * training.layout.n_hidden) + visible;
        change(machine, last_change, index, number, gradient, 0.0f32, rates);
        visible += CUBE_DIM as usize;
    }
    n_flips
}

/// Changes a parameter: number `number` of the machine, which lies at `index`.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
fn change(
    machine: &mut [f32],
    last_change: &mut [f32],
    index: usize,
    number: usize,
    gradient: f32,
    shrinkage: f32,
    rates: &Rates,
) {
    let parameter = machine[index];
    let change = rates.momentum * last_change[number] + gradient - shrinkage * parameter;
    last_change[number] = change;
    machine[index] = parameter + change;
}
