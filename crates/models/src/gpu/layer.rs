//! What the kernels share: fields of a layer given the other, means, and the random numbers of [`crate::random`].
//!
//! A *group* is some neighbouring rows (samples or chains), `n_lanes` of them. The spins of a layer lie in words,
//! shape `[n_groups, n_units]`: bit r of word (g, i) is unit i of row g · `n_lanes` + r, 1 = up. One thread computes one unit
//! for the rows of one group, so that it reads each weight once for all of them and writes its word by itself.

use cubecl::prelude::*;

use super::layout::Layer;
use crate::random::Draw;

/// Fields on the unit `unit` in the rows of a group, given the other layer's words of the group, which begin at
/// `first_other`.
#[cube]
pub(super) fn fields(
    machine: &[f32],
    others: &[u32],
    first_other: usize,
    unit: usize,
    #[comptime] layer: Layer,
) -> Array<f32> {
    let mut fields = Array::<f32>::new(layer.n_lanes);
    let bias = machine[layer.bias + unit];
    #[unroll]
    for lane in 0..layer.n_lanes {
        fields[lane] = bias;
    }
    let first_weight = unit * layer.unit_step;
    for other in 0..layer.n_others {
        let weight = machine[first_weight + other * layer.other_step];
        let down = !others[first_other + other];
        #[unroll]
        for lane in 0..layer.n_lanes {
            fields[lane] += negated_where(weight, down << comptime!(31 - lane as u32));
        }
    }
    fields
}

/// −x where the highest bit of `sign` is 1, else x.
#[cube]
pub(super) fn negated_where(x: f32, sign: u32) -> f32 {
    f32::reinterpret(u32::reinterpret(x) ^ (sign & 0x8000_0000u32))
}

/// e^2x for |x| ≤ 9, by the series of the CPU's engine.
#[cube]
pub(super) fn exp_2x(x: f32) -> f32 {
    let t = clamp(x, -9.0f32, 9.0f32) * comptime!(2.0 * core::f32::consts::LOG2_E);
    let whole = f32::round(t);
    let y = (t - whole) * comptime!(core::f32::consts::LN_2);
    let series = 4.189_015_6e-2f32 + y * 8.312_521e-3f32;
    let series = 0.166_671_14f32 + y * series;
    let series = 0.499_992_3f32 + y * series;
    let series = 1.0f32 + y * series;
    let series = 1.0f32 + y * series;
    f32::reinterpret(u32::reinterpret(series) + (u32::reinterpret(i32::cast_from(whole)) << 23u32))
}

/// The threshold 2u − 1 of the unit `counter` with the two keys of a draw: [`Draw::threshold`].
#[cube]
pub(super) fn threshold(counter: u32, first_key: u32, second_key: u32) -> f32 {
    let x = counter + first_key;
    let x = (x ^ (x >> 16u32)) * comptime!(Draw::MULTIPLIERS[0]);
    let x = (x ^ (x >> 15u32) ^ second_key) * comptime!(Draw::MULTIPLIERS[1]);
    let x = (x ^ (x >> 15u32)) * comptime!(Draw::MULTIPLIERS[2]);
    let x = x ^ (x >> 16u32);
    let u = i32::cast_from(x >> 8u32) - 8_388_608i32;
    f32::cast_from(u) * comptime!(2.0f32.powi(-23)) + comptime!(2.0f32.powi(-24))
}

/// Draws the unit `unit` in the rows of group `group` from its fields: the word of the unit.
#[cube]
pub(super) fn sampled(
    fields: &Array<f32>,
    group: usize,
    unit: usize,
    first_key: u32,
    second_key: u32,
    #[comptime] layer: Layer,
) -> u32 {
    let mut word = 0u32;
    #[unroll]
    for lane in 0..layer.n_lanes {
        let counter = ((group * layer.n_lanes + lane) * layer.n_units + unit) as u32;
        let e = exp_2x(fields[lane]);
        // (e − 1)/(e + 1) > threshold, without the division.
        if e - 1.0f32 > threshold(counter, first_key, second_key) * (e + 1.0f32) {
            word |= comptime!(1u32 << lane as u32);
        }
    }
    word
}

/// Reads the words of `n_rows` rows from packed samples, shape `[n_rows, n_units.div_ceil(32)]`; `n_units` counts the units of
/// a row.
#[cube]
pub(super) fn read_rows(
    packed: &[u32],
    n_rows: usize,
    words: &mut [u32],
    first_word: usize,
    #[comptime] n_units: usize,
    #[comptime] n_lanes: usize,
) {
    let n_groups = n_rows.div_ceil(n_lanes);
    let mut item = UNIT_POS as usize;
    while item < n_groups * n_units {
        let group = item / n_units;
        let unit = item % n_units;
        let mut word = 0u32;
        for lane in 0..n_lanes {
            let row = group * n_lanes + lane;
            if row < n_rows {
                let bit = packed[row * comptime!(n_units.div_ceil(32)) + unit / 32] >> (unit % 32) as u32;
                word |= (bit & 1u32) << lane as u32;
            }
        }
        words[first_word + item] = word;
        item += CUBE_DIM as usize;
    }
}

/// The inverse of [`read_rows`].
#[cube]
pub(super) fn write_rows(
    packed: &mut [u32],
    n_rows: usize,
    words: &[u32],
    first_word: usize,
    #[comptime] n_units: usize,
    #[comptime] n_lanes: usize,
) {
    let n_packed = comptime!(n_units.div_ceil(32));
    let mut item = UNIT_POS as usize;
    while item < n_rows * n_packed {
        let row = item / n_packed;
        let first_unit = item % n_packed * 32;
        let first = first_word + row / n_lanes * n_units;
        let lane = (row % n_lanes) as u32;
        let mut word = 0u32;
        for unit in 0..32usize {
            if first_unit + unit < n_units {
                word |= ((words[first + first_unit + unit] >> lane) & 1u32) << unit as u32;
            }
        }
        packed[item] = word;
        item += CUBE_DIM as usize;
    }
}
