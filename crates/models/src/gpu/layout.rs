//! Where the numbers of a machine lie.
//!
//! Between launches they lie one behind the other: the weights, shape `[n_visible, n_hidden]`, the hidden bias as one more
//! row, the visible bias. A kernel works on them there or, where they fit, in shared memory, with rows of odd length: then
//! neighbouring rows lie in different banks.

use cubecl::prelude::*;

/// A machine as a kernel is compiled for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layout {
    /// Number of visible units n_v.
    pub(super) n_visible: usize,
    /// Number of hidden units n_h.
    pub(super) n_hidden: usize,
    /// Rows (samples or chains) of a group, at most 32: a thread computes one unit for all rows of a group.
    pub(super) n_lanes: usize,
    /// Whether the kernel works on a copy in shared memory.
    pub(super) is_shared: bool,
}

/// A layer of a machine: where its weights and its biases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layer {
    /// Units of the layer.
    pub(super) n_units: usize,
    /// Units of the other layer.
    pub(super) n_others: usize,
    /// From the weights of a unit to those of the next.
    pub(super) unit_step: usize,
    /// From the weight that couples a unit to one of the other layer to the weight that couples it to the next.
    pub(super) other_step: usize,
    /// Where the biases of the layer begin.
    pub(super) bias: usize,
    /// Rows of a group.
    pub(super) n_lanes: usize,
}

impl Layout {
    /// Numbers of the machine.
    pub(super) fn n_parameters(self) -> usize {
        (self.n_visible + 1) * self.n_hidden + self.n_visible
    }

    /// From a row of the weights to the next.
    pub(super) fn stride(self) -> usize {
        if self.is_shared { self.n_hidden | 1 } else { self.n_hidden }
    }

    /// Where the visible bias begins.
    pub(super) fn visible_bias(self) -> usize {
        (self.n_visible + 1) * self.stride()
    }

    /// Numbers that the kernel works on, with those that make a row odd.
    pub(super) fn n_working(self) -> usize {
        self.visible_bias() + self.n_visible
    }

    /// Length of the shared memory for them.
    pub(super) fn n_shared(self) -> usize {
        if self.is_shared { self.n_working() } else { 1 }
    }

    /// Groups that `n_rows` rows fill, the last perhaps not wholly.
    pub(super) fn n_groups(self, n_rows: usize) -> usize {
        n_rows.div_ceil(self.n_lanes)
    }

    /// The hidden layer.
    pub(super) fn hidden(self) -> Layer {
        Layer {
            n_units: self.n_hidden,
            n_others: self.n_visible,
            unit_step: 1,
            other_step: self.stride(),
            bias: self.n_visible * self.stride(),
            n_lanes: self.n_lanes,
        }
    }

    /// The visible layer.
    pub(super) fn visible(self) -> Layer {
        Layer {
            n_units: self.n_visible,
            n_others: self.n_hidden,
            unit_step: self.stride(),
            other_step: 1,
            bias: self.visible_bias(),
            n_lanes: self.n_lanes,
        }
    }
}

/// Copies the machine into shared memory.
#[cube]
pub(super) fn load(working: &mut [f32], state: &[f32], #[comptime] layout: Layout) {
    let mut number = UNIT_POS as usize;
    while number < comptime!(layout.n_parameters()) {
        working[number + padding(number, layout)] = state[number];
        number += CUBE_DIM as usize;
    }
    sync_cube();
}

/// Copies the machine back.
#[cube]
pub(super) fn store(working: &[f32], state: &mut [f32], #[comptime] layout: Layout) {
    sync_cube();
    let mut number = UNIT_POS as usize;
    while number < comptime!(layout.n_parameters()) {
        state[number] = working[number + padding(number, layout)];
        number += CUBE_DIM as usize;
    }
}

/// How far number `number` of a machine moves on its way into shared memory.
#[cube]
fn padding(number: usize, #[comptime] layout: Layout) -> usize {
    let n_rows = comptime!(layout.n_visible + 1).runtime();
    min(number / layout.n_hidden, n_rows) * comptime!(layout.stride() - layout.n_hidden)
}
