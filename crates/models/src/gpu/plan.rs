//! What the kernel of a training is compiled for, and the numbers of an update.

use cubecl::prelude::*;

use super::layout::Layout;

/// Visible units whose weights to one hidden unit a thread updates together.
pub(super) const TILE: usize = 4;

/// Rows of a group that a thread adds up in one turn of its loop: a divisor of every size of a group.
pub(super) const CHUNK: usize = 8;

/// What the kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Training {
    /// The machine.
    pub(super) layout: Layout,
    /// Samples of a batch; the last may have fewer.
    pub(super) batch_size: usize,
    /// The k of CD-k.
    pub(super) n_gibbs_steps: usize,
    /// Whether the spins of a batch lie in shared memory.
    pub(super) spins_are_shared: bool,
    /// Chains, where the reconstruction starts from chains that go on from batch to batch, not from the data; else 0.
    pub(super) n_chains: usize,
    /// Whether the visible bias is trained.
    pub(super) train_visible_bias: bool,
    /// Whether the hidden bias is trained.
    pub(super) train_hidden_bias: bool,
}

impl Training {
    /// Groups of a full batch.
    pub(super) fn n_groups(self) -> usize {
        self.layout.n_groups(self.batch_size)
    }

    /// Where the words of the reconstruction begin; those of the data begin at 0.
    pub(super) fn reconstruction(self) -> usize {
        self.n_groups() * self.layout.n_visible
    }

    /// Where the words of the hidden units begin.
    pub(super) fn hidden(self) -> usize {
        2 * self.n_groups() * self.layout.n_visible
    }

    /// Words of the data, the reconstruction and the hidden units of a batch.
    pub(super) fn n_spin_words(self) -> usize {
        self.hidden() + self.n_groups() * self.layout.n_hidden
    }

    /// Length of the shared memory for them.
    pub(super) fn n_shared_words(self) -> usize {
        if self.spins_are_shared { self.n_spin_words() } else { 1 }
    }

    /// Words of 32 sites of a packed sample.
    pub(super) fn n_words(self) -> usize {
        self.layout.n_visible.div_ceil(32)
    }

    /// Hidden means of a batch.
    pub(super) fn n_means(self) -> usize {
        self.n_groups() * self.layout.n_lanes * self.layout.n_hidden
    }

    /// Words of the keys of a batch.
    pub(super) fn n_keys(self) -> usize {
        4 * self.n_gibbs_steps
    }

    /// Whether the chains are persistent.
    pub(super) fn persistent(self) -> bool {
        self.n_chains > 0
    }

    /// Words of the packed persistent chains.
    pub(super) fn n_chain_words(self) -> usize {
        self.n_chains * self.n_words()
    }

    /// Turns of the loops of one among `n_threads` threads for a batch, and once for all batches of a launch.
    pub(super) fn n_turns(self, n_threads: usize) -> (usize, usize) {
        let Layout { n_visible, n_hidden, n_lanes, .. } = self.layout;
        let n_groups = self.n_groups();
        let rounds = |n_items: usize| n_items.div_ceil(n_threads);
        let (visible, hidden) = (rounds(n_groups * n_visible), rounds(n_groups * n_hidden));
        let n_hidden_phases = self.n_gibbs_steps + 1 + usize::from(self.persistent());
        let fields = hidden * (n_visible + 1) * n_hidden_phases + visible * (n_hidden + 1) * self.n_gibbs_steps;
        let n_tiles = (n_visible + 1).div_ceil(TILE);
        let sums = rounds(n_tiles * n_hidden) * (1 + n_groups * (1 + n_lanes / CHUNK));
        let bias = rounds(n_visible) * (1 + n_groups);
        let read = visible * (n_lanes + 1);
        let chains = if self.persistent() { read + 33 * rounds(self.batch_size * self.n_words()) } else { 0 };
        (1 + self.n_gibbs_steps + read + fields + sums + bias, 2 * rounds(self.layout.n_parameters()) + chains)
    }
}

/// The numbers of an update: Δ ← momentum · Δ + rate · sum − shrinkage · w, w ← w + Δ.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Rates {
    /// η over the rows of a full batch.
    pub(super) rate: f32,
    /// η over the rows of the last batch.
    pub(super) last_rate: f32,
    /// The share of the last change that enters the next.
    pub(super) momentum: f32,
    /// η times the weight decay.
    pub(super) shrinkage: f32,
}
