//! The L × L torus for L ≤ 12: the row transfer matrix applied to the 2^L states of a row, bond by bond.
//!
//! Z = Σ_r ⟨r| (D W)^L |r⟩ with D the weights inside a row (diagonal) and W = w ⊗ … ⊗ w the vertical bonds, so that one
//! row costs L 2^L two-term sums. All weights are relative to the aligned state, hence at most 1, and only positive
//! terms are added: the relative precision is that of f64 at any temperature.

mod density_of_states;
mod energy_moments;
mod join;
mod magnetization_table;
mod rows;

use rayon::prelude::*;

pub use density_of_states::{EnergyDistribution, JointDensityOfStates};
pub(crate) use energy_moments::energy_moments;
pub use energy_moments::torus_correlations;
pub use magnetization_table::MagnetizationTable;

use crate::TheoryError;
use crate::lattice::LatticeTooSmall;
use join::{cross_all, join_all, join_into};
use rows::{Row, RowClass};

/// The largest side for which 2^L row states are summed over.
const LARGEST_SIDE: usize = 12;

/// What is kept for each state of a row: a block of entries, a truncated polynomial or a set of moments.
trait RowWeights: Sync {
    /// A number, or several side by side.
    type Entry: Copy + Default + Send + Sync;

    /// Length of a block once `n_rows` rows lie behind (0: the first row alone).
    fn block_len(&self, n_rows: usize) -> usize;

    /// Writes the block of weight 1, shape `[block_len(0)]`, zero before.
    fn write_unit(&self, block: &mut [Self::Entry]);

    /// Adds a vertical bond below `n_rows` rows: each block takes itself over a satisfied bond plus the other over an
    /// unsatisfied one.
    fn join(&self, n_rows: usize, up: &mut [Self::Entry], down: &mut [Self::Entry]);

    /// Adds `source`, with `n_rows` rows behind it, times the weights inside the next row to `target`.
    fn cross_row(&self, n_rows: usize, row: Row, source: &[Self::Entry], target: &mut [Self::Entry]);
}

/// Whether the transfer matrix of rows reaches this side.
pub(crate) fn check_torus(side: usize) -> Result<(), TheoryError> {
    check_side(side, LARGEST_SIDE, "the transfer matrix", "in zero field Kaufman's solution takes any side")
}

fn check_side(side: usize, limit: usize, method: &'static str, instead: &'static str) -> Result<(), TheoryError> {
    match side {
        0 | 1 => Err(LatticeTooSmall { extent: side }.into()),
        _ if side > limit => Err(TheoryError::SideTooLarge { side, limit, method, instead }),
        _ => Ok(()),
    }
}

/// ⟨r| (D W)^L |r⟩ for each class, in order: the same numbers for any number of threads.
fn close_torus<W: RowWeights>(side: usize, classes: &[RowClass], weights: &W) -> Vec<Vec<W::Entry>> {
    let rows: Vec<Row> = (0..1 << side).map(|state| Row::new(side, state)).collect();
    let close =
        |buffers: &mut [Vec<W::Entry>; 2], class: &RowClass| close_from(class.state, side, &rows, weights, buffers);
    classes.par_iter().map_init(|| [const { Vec::new() }; 2], close).collect()
}

/// One class, in two buffers that are kept from class to class.
fn close_from<W: RowWeights>(
    first: usize,
    side: usize,
    rows: &[Row],
    weights: &W,
    [blocks, crossed]: &mut [Vec<W::Entry>; 2],
) -> Vec<W::Entry> {
    let mut len = weights.block_len(0);
    set_to_zero(blocks, len << side);
    weights.write_unit(&mut blocks[first * len..(first + 1) * len]);
    for n_rows in 0..side - 1 {
        join_all(weights, n_rows, len, blocks);
        let longer = weights.block_len(n_rows + 1);
        set_to_zero(crossed, longer << side);
        cross_all(weights, n_rows, rows, (blocks, len), (crossed, longer));
        std::mem::swap(blocks, crossed);
        len = longer;
    }
    let last = join_into(weights, side - 1, len, blocks, first);
    let mut closed = vec![W::Entry::default(); weights.block_len(side)];
    weights.cross_row(side - 1, rows[first], last, &mut closed);
    closed
}

fn set_to_zero<T: Copy + Default>(buffer: &mut Vec<T>, len: usize) {
    buffer.clear();
    buffer.resize(len, T::default());
}
