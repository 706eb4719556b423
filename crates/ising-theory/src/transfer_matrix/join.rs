//! The vertical bonds of one row, W = w ⊗ … ⊗ w, and the weights D inside the next, applied to all row states with 256-bit vectors where
//! the processor has them (they halve the time; 512-bit ones gain nothing).
//!
//! No product and sum are fused, so that every instruction set gives the same bits.

use super::{RowWeights, rows::Row};

/// Applies W to blocks of `len` below `n_rows` rows: one two-term sum per site, the recursion keeping the lower bits in
/// the cache.
pub(super) fn join_all<W: RowWeights>(weights: &W, n_rows: usize, len: usize, blocks: &mut [W::Entry]) {
    if blocks.len() > len {
        let (down, up) = join_halves(weights, n_rows, len, blocks);
        join_all(weights, n_rows, len, down);
        join_all(weights, n_rows, len, up);
    }
}

/// The one block of W applied to `blocks` that belongs to `state`.
pub(super) fn join_into<'a, W: RowWeights>(
    weights: &W,
    n_rows: usize,
    len: usize,
    blocks: &'a mut [W::Entry],
    state: usize,
) -> &'a [W::Entry] {
    if blocks.len() == len {
        return blocks;
    }
    let n_half = blocks.len() / len / 2;
    let (down, up) = join_halves(weights, n_rows, len, blocks);
    join_into(weights, n_rows, len, if state >= n_half { up } else { down }, state % n_half)
}

type Halves<'a, W> = (&'a mut [<W as RowWeights>::Entry], &'a mut [<W as RowWeights>::Entry]);

/// Joins the states that differ in the highest bit.
fn join_halves<'a, W: RowWeights>(weights: &W, n_rows: usize, len: usize, blocks: &'a mut [W::Entry]) -> Halves<'a, W> {
    let (down, up) = blocks.split_at_mut(blocks.len() / 2);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { join_pairs_avx2(weights, n_rows, len, up, down) };
        return (down, up);
    }
    join_pairs(weights, n_rows, len, up, down);
    (down, up)
}

/// Applies D: adds every block of `source`, of length `len` with `n_rows` rows behind it, to that of `target`, of length `longer`.
pub(super) fn cross_all<W: RowWeights>(
    weights: &W,
    n_rows: usize,
    rows: &[Row],
    (source, len): (&[W::Entry], usize),
    (target, longer): (&mut [W::Entry], usize),
) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { cross_rows_avx2(weights, n_rows, rows, (source, len), (target, longer)) };
        return;
    }
    cross_rows(weights, n_rows, rows, (source, len), (target, longer));
}

#[inline(always)]
fn cross_rows<W: RowWeights>(
    weights: &W,
    n_rows: usize,
    rows: &[Row],
    (source, len): (&[W::Entry], usize),
    (target, longer): (&mut [W::Entry], usize),
) {
    for ((&row, source), target) in rows.iter().zip(source.chunks_exact(len)).zip(target.chunks_exact_mut(longer)) {
        weights.cross_row(n_rows, row, source, target);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn cross_rows_avx2<W: RowWeights>(
    weights: &W,
    n_rows: usize,
    rows: &[Row],
    source: (&[W::Entry], usize),
    target: (&mut [W::Entry], usize),
) {
    cross_rows(weights, n_rows, rows, source, target);
}

#[inline(always)]
fn join_pairs<W: RowWeights>(weights: &W, n_rows: usize, len: usize, up: &mut [W::Entry], down: &mut [W::Entry]) {
    for (up, down) in up.chunks_exact_mut(len).zip(down.chunks_exact_mut(len)) {
        weights.join(n_rows, up, down);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn join_pairs_avx2<W: RowWeights>(weights: &W, n_rows: usize, len: usize, up: &mut [W::Entry], down: &mut [W::Entry]) {
    join_pairs(weights, n_rows, len, up, down);
}
