//! Products with ±1 matrices as sums of rows chosen by bits.
//!
//! Four units of ±1 select one of sixteen sums of their four rows: a table of them turns four multiply-adds into one
//! load and one addition. A table is made by sixteen additions and serves a whole batch.

use super::lanes::{Lanes, Vector, WIDTH};

/// Units that select an entry of a table together.
pub(super) const GROUP: usize = 4;

/// The sixteen sums ±r₀ ± r₁ ± r₂ ± r₃ of four rows; bit k of the index is 1 for +rₖ.
pub(super) type Table = [Lanes; 1 << GROUP];

/// An empty table.
pub(super) const EMPTY: Table = [Lanes::ZERO; 1 << GROUP];

/// Tables that are used together: they fit in the first-level cache.
pub(super) const CHUNK: usize = 28;

/// Fills the table of four rows.
#[inline(always)]
pub(super) fn fill<V: Vector>(table: &mut Table, rows: &[Lanes; GROUP]) {
    let [a, b, c, d] = [V::load(&rows[0]), V::load(&rows[1]), V::load(&rows[2]), V::load(&rows[3])];
    let (sum, difference) = (a.plus(b), a.minus(b));
    let low = [sum.negated(), difference, difference.negated(), sum];
    let (sum, difference) = (c.plus(d), c.minus(d));
    let high = [sum.negated(), difference, difference.negated(), sum];
    for (entries, high) in table.as_chunks_mut::<4>().0.iter_mut().zip(high) {
        for (entry, low) in entries.iter_mut().zip(low) {
            low.plus(high).store(entry);
        }
    }
}

/// Adds to `sums[r]` the entry of every table that row r selects; `selectors` has the shape `[n_rows, stride]`, of which
/// the columns from `first` on belong to `tables`.
#[inline(always)]
pub(super) fn add_selected<V: Vector>(
    tables: &[Table],
    selectors: &[u8],
    stride: usize,
    first: usize,
    sums: &mut [Lanes],
) {
    /// Rows summed side by side, so that their additions overlap.
    const SIDE_BY_SIDE: usize = 4;
    let (quartets, rest) = sums.as_chunks_mut::<SIDE_BY_SIDE>();
    let n_quartets = quartets.len();
    for (selectors, sums) in selectors.chunks_exact(stride * SIDE_BY_SIDE).zip(quartets) {
        let a = &selectors[first..][..tables.len()];
        let b = &selectors[stride + first..][..tables.len()];
        let c = &selectors[2 * stride + first..][..tables.len()];
        let d = &selectors[3 * stride + first..][..tables.len()];
        let mut partial = [V::load(&sums[0]), V::load(&sums[1]), V::load(&sums[2]), V::load(&sums[3])];
        for (table, (((a, b), c), d)) in tables.iter().zip(a.iter().zip(b).zip(c).zip(d)) {
            partial[0] = partial[0].plus(entry(table, *a));
            partial[1] = partial[1].plus(entry(table, *b));
            partial[2] = partial[2].plus(entry(table, *c));
            partial[3] = partial[3].plus(entry(table, *d));
        }
        for (sum, partial) in sums.iter_mut().zip(partial) {
            partial.store(sum);
        }
    }
    for (selectors, sum) in selectors[n_quartets * SIDE_BY_SIDE * stride..].chunks_exact(stride).zip(rest) {
        let mut partial = V::load(sum);
        for (table, selector) in tables.iter().zip(&selectors[first..]) {
            partial = partial.plus(entry(table, *selector));
        }
        partial.store(sum);
    }
}

/// The sum that four units select.
#[inline(always)]
fn entry<V: Vector>(table: &Table, selector: u8) -> V {
    V::load(&table[usize::from(selector & 15)])
}

/// Adds Σₐ mᵣₐ wₐ to `sums[r]` for the means m of a block of sixteen units in every row r, and their weights w.
#[inline(always)]
pub(super) fn add_weighted<V: Vector>(weights: &[Lanes; WIDTH], means: &[Lanes], sums: &mut [Lanes]) {
    let (quartets, rest) = sums.as_chunks_mut::<GROUP>();
    let (quartets_of_means, rest_of_means) = means.as_chunks::<GROUP>();
    for (means, sums) in quartets_of_means.iter().zip(quartets) {
        let mut partial = [V::load(&sums[0]), V::load(&sums[1]), V::load(&sums[2]), V::load(&sums[3])];
        for (unit, weights) in weights.iter().enumerate() {
            let weights = V::load(weights);
            for (partial, means) in partial.iter_mut().zip(means) {
                *partial = partial.plus(weights.times(V::splat(means.0[unit])));
            }
        }
        for (sum, partial) in sums.iter_mut().zip(partial) {
            partial.store(sum);
        }
    }
    for (means, sum) in rest_of_means.iter().zip(rest) {
        let mut partial = V::load(sum);
        for (unit, weights) in weights.iter().enumerate() {
            partial = partial.plus(V::load(weights).times(V::splat(means.0[unit])));
        }
        partial.store(sum);
    }
}

/// Adds Σ_r vᵢᵣ mᵣ to `sums[i]` for the rows r whose means m fill `tables`, four rows a table; `signs` holds, `stride` bytes
/// for each table, the signs of its four rows at every unit i. The sums are whole groups.
#[inline(always)]
pub(super) fn add_outer<V: Vector>(tables: &[Table], signs: &[u8], stride: usize, sums: &mut [Lanes]) {
    for (quartet, sums) in sums.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
        let mut partial = [V::load(&sums[0]), V::load(&sums[1]), V::load(&sums[2]), V::load(&sums[3])];
        for (table, signs) in tables.iter().zip(signs.chunks_exact(stride)) {
            // One word for four units: their bytes are not vectorised into something slower.
            let signs = u32::from_le_bytes(signs.as_chunks().0[quartet]);
            for (partial, unit) in partial.iter_mut().zip(0..) {
                *partial = partial.plus(entry(table, (signs >> (8 * unit)) as u8));
            }
        }
        for (sum, partial) in sums.iter_mut().zip(partial) {
            partial.store(sum);
        }
    }
}
