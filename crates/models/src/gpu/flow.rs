//! The RBM flow: sampled reconstructions of many chains, a set of chains for each cube.

use cubecl::prelude::*;

use super::{
    layer::{fields, read_rows, sampled, write_rows},
    layout::{Layer, Layout, load},
};

/// What the kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    /// The machine.
    pub(super) layout: Layout,
    /// Groups of a cube.
    pub(super) n_groups: usize,
    /// Whether the spins of a cube lie in shared memory.
    pub(super) spins_are_shared: bool,
}

impl Flow {
    /// Chains of a cube.
    pub(super) fn n_chains(self) -> usize {
        self.n_groups * self.layout.n_lanes
    }

    /// Where the words of the hidden units begin; those of the visible units begin at 0.
    fn hidden(self) -> usize {
        self.n_groups * self.layout.n_visible
    }

    /// Words of both layers.
    pub(super) fn n_spin_words(self) -> usize {
        self.n_groups * (self.layout.n_visible + self.layout.n_hidden)
    }

    /// Length of the shared memory for them.
    fn n_shared_words(self) -> usize {
        if self.spins_are_shared { self.n_spin_words() } else { 1 }
    }

    /// Turns of the loops of one among `n_threads` threads for a step, and once for all steps of a launch.
    pub(super) fn n_turns(self, n_threads: usize) -> (usize, usize) {
        let Layout { n_visible, n_hidden, n_lanes, .. } = self.layout;
        let rounds = |n_items: usize| n_items.div_ceil(n_threads);
        let (visible, hidden) = (rounds(self.n_groups * n_visible), rounds(self.n_groups * n_hidden));
        let packing = visible * (n_lanes + 1) + 33 * rounds(self.n_chains() * n_visible.div_ceil(32));
        let step = 1 + hidden * (n_visible + 1) + visible * (n_hidden + 1);
        (step, rounds(self.layout.n_parameters()) + packing)
    }

    /// Multiply-adds of a step of `n_chains` chains.
    pub(super) fn n_multiply_adds(self, n_chains: usize) -> usize {
        2 * n_chains * self.layout.n_visible * self.layout.n_hidden
    }
}

/// Lets every chain take the steps `first_step`, …, `last_step − 1`:
///
/// * `chains`: packed chains, shape `[n_chains, n_words]`;
/// * `keys`: keys of the draws, shape `[n_steps, 2, 2]`;
/// * `state`: the parameters, shape `[n_parameters]`;
/// * `words`: scratch, shape `[n_cubes, n_spin_words]`.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
pub(super) fn flow_kernel(
    chains: &mut [u32],
    keys: &[u32],
    state: &[f32],
    words: &mut [u32],
    n_chains: u32,
    first_step: u32,
    last_step: u32,
    #[comptime] flow: Flow,
) {
    let n_words = comptime!(flow.n_spin_words());
    let first_word = CUBE_POS_X as usize * n_words;
    let words = &mut words[first_word..first_word + n_words];
    let mut own_machine = Shared::new_slice(comptime!(flow.layout.n_shared()));
    let mut own_words = Shared::new_slice(comptime!(flow.n_shared_words()));
    if comptime!(flow.layout.is_shared) {
        load(&mut own_machine, state, flow.layout);
    }
    let machine = if comptime!(flow.layout.is_shared) { own_machine.inner_ref() } else { state };
    let words = if comptime!(flow.spins_are_shared) { own_words.inner_mut() } else { words };
    steps(machine, chains, keys, words, n_chains, first_step, last_step, flow);
}

/// The steps of the chains of a cube.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
fn steps(
    machine: &[f32],
    chains: &mut [u32],
    keys: &[u32],
    words: &mut [u32],
    n_chains: u32,
    first_step: u32,
    last_step: u32,
    #[comptime] flow: Flow,
) {
    let n_visible = comptime!(flow.layout.n_visible);
    let n_lanes = comptime!(flow.layout.n_lanes);
    let hidden = comptime!(flow.hidden());
    let n_packed = comptime!(n_visible.div_ceil(32));
    let n_own = comptime!(flow.n_chains());
    let first_chain = CUBE_POS_X as usize * n_own;
    let n_rows = min(n_chains as usize - first_chain, n_own);
    let n_groups = n_rows.div_ceil(n_lanes);
    let own = &mut chains[first_chain * n_packed..(first_chain + n_rows) * n_packed];
    read_rows(&own[..], n_rows, words, 0, n_visible, n_lanes);
    sync_storage();
    for step in first_step..last_step {
        let key = step as usize * 4;
        let layer = comptime!(flow.layout.hidden());
        sample_layer(machine, words, keys[key], keys[key + 1], n_groups, 0usize, hidden, layer, flow);
        sync_storage();
        let layer = comptime!(flow.layout.visible());
        sample_layer(machine, words, keys[key + 2], keys[key + 3], n_groups, hidden, 0usize, layer, flow);
        sync_storage();
    }
    write_rows(own, n_rows, &words[..], 0, n_visible, n_lanes);
}

/// Draws a layer, whose words begin at `drawn`, given the other, whose words begin at `given`.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
fn sample_layer(
    machine: &[f32],
    words: &mut [u32],
    first_key: u32,
    second_key: u32,
    n_groups: usize,
    #[comptime] given: usize,
    #[comptime] drawn: usize,
    #[comptime] layer: Layer,
    #[comptime] flow: Flow,
) {
    let first_group = CUBE_POS_X as usize * flow.n_groups;
    let mut item = UNIT_POS as usize;
    while item < n_groups * layer.n_units {
        let group = item / layer.n_units;
        let unit = item % layer.n_units;
        let fields = fields(machine, &words[..], given + group * layer.n_others, unit, layer);
        words[drawn + item] = sampled(&fields, first_group + group, unit, first_key, second_key, layer);
        item += CUBE_DIM as usize;
    }
}
