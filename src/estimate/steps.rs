//! The work of one step of every loop, in the units of its kind ([`super::Kind`]).

use ising_theory::Lattice;

/// What a visible unit costs beside its products: tanh, random number, packing.
const VISIBLE_IN_TRAINING: f64 = 95.0;
const VISIBLE_IN_FLOW: f64 = 98.0;
/// What a sample of an epoch costs beside its units: its place in the order.
const SAMPLE_IN_TRAINING: f64 = 200.0;
/// Multiply-adds in place of one addition of a table for four units.
const MORE_FOR_MEANS: f64 = 3.0;
/// What a unit costs in plain tensor operations beside its products: tanh, random number, unpacking, sums.
const PLAIN_UNIT: f64 = 25.0;
/// Hidden units come in blocks.
const BLOCK: f64 = 16.0;
/// What a unit costs in the annealing beside its products.
const UNIT_IN_ANNEALING: f64 = 80.0;
/// What ln 2cosh of a unit's field costs, in a free energy and in the exact sum over the states of the other layer.
pub(super) const LN_COSH: f64 = 37.0;

/// Units of contrastive divergence on one sample: two products for each Gibbs step, one to begin with, two for the statistics. Where
/// the hidden units are means, one product of a step is of real numbers.
pub(super) fn training_sample(n_visible: f64, n_hidden: f64, n_gibbs_steps: f64, has_means: bool) -> f64 {
    let of_step = if has_means { 2.0 + MORE_FOR_MEANS } else { 2.0 };
    let products = (3.0 + of_step * n_gibbs_steps) * n_visible * in_blocks(n_hidden);
    products + n_gibbs_steps * VISIBLE_IN_TRAINING * n_visible + SAMPLE_IN_TRAINING
}

/// Units of the same in plain tensor operations, in the units of a network: a layer of numbers is made and set for each of the
/// two products of a Gibbs step.
pub(super) fn plain_training_sample(n_visible: f64, n_hidden: f64, n_gibbs_steps: f64) -> f64 {
    let products = (3.0 + 2.0 * n_gibbs_steps) * n_visible * n_hidden;
    products + PLAIN_UNIT * ((1.0 + n_gibbs_steps) * n_hidden + (1.0 + n_gibbs_steps) * n_visible)
}

/// Units of one step of a chain of the flow.
pub(super) fn flow_step(n_visible: f64, n_hidden: f64) -> f64 {
    2.0 * n_visible * in_blocks(n_hidden) + VISIBLE_IN_FLOW * n_visible
}

/// Units of one chain at one temperature of the annealing.
pub(super) fn annealing_step(n_visible: f64, n_hidden: f64) -> f64 {
    2.0 * n_visible * n_hidden + UNIT_IN_ANNEALING * (n_visible + n_hidden)
}

/// Units of the free energy of one configuration.
pub(super) fn free_energy(n_visible: f64, n_hidden: f64) -> f64 {
    n_hidden * (n_visible + LN_COSH)
}

/// Hidden units, rounded up to whole blocks.
fn in_blocks(n_hidden: f64) -> f64 {
    (n_hidden / BLOCK).ceil() * BLOCK
}

/// The largest side of the transfer matrix, and the classes of rows of every side up to it.
pub(super) const LARGEST_SIDE: usize = 12;
pub(super) const N_CLASSES: [f64; LARGEST_SIDE + 1] =
    [0.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0, 9.0, 18.0, 23.0, 44.0, 63.0, 122.0];

/// Units of the torus at one temperature in all fields: from every class of rows, row by row, two-term sums of all states, for
/// as many magnetizations as there are by then. Other lattices have closed forms.
pub(super) fn table(lattice: Lattice) -> f64 {
    match lattice {
        Lattice::Square { side, .. } if side <= LARGEST_SIDE => {
            let magnetizations: usize = (0..side).map(|n_rows| (side * n_rows + 1).div_ceil(8)).sum();
            N_CLASSES[side] * (side as f64).exp2() * (side * magnetizations) as f64
        }
        _ => 0.0,
    }
}

/// The largest torus whose states are counted by energy and magnetization.
const LARGEST_COUNTED: usize = 10;
/// Additions to a unit of tables.
const ADDITIONS: f64 = 12.0;

/// Units of the states of the torus by energy and magnetization: two-term sums as for a table, of all energies.
pub(super) fn state_counts(lattice: Lattice) -> f64 {
    match lattice {
        Lattice::Square { side, .. } if side <= LARGEST_COUNTED => {
            let numbers: usize = (0..side).map(|n_rows| numbers_behind(side, n_rows)).sum();
            N_CLASSES[side] * (side as f64).exp2() * (side * numbers) as f64 / ADDITIONS
        }
        _ => 0.0,
    }
}

/// Numbers of every state of a row at most, two buffers of them for each thread.
pub(super) fn state_count_numbers(lattice: Lattice) -> f64 {
    match lattice {
        Lattice::Square { side, .. } if side <= LARGEST_COUNTED => {
            2.0 * (side as f64).exp2() * numbers_behind(side, side - 1) as f64
        }
        _ => 0.0,
    }
}

/// Pairs of energy and magnetization behind so many rows.
fn numbers_behind(side: usize, n_rows: usize) -> usize {
    (side * (n_rows + 1) + 1) * (side * n_rows + 1)
}

/// Classes of equal energy and magnetization of a lattice where they are counted.
pub(super) fn n_state_classes(lattice: Lattice) -> f64 {
    let n = lattice.n_sites() as f64;
    match lattice {
        Lattice::Square { side, .. } if side > LARGEST_COUNTED => 0.0,
        Lattice::Ring { n_sites, .. } if n_sites > 1000 => 0.0,
        Lattice::Square { .. } => 0.42 * n * n,
        Lattice::Ring { .. } => 0.25 * n * n,
    }
}
