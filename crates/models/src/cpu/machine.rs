//! A machine in blocks of sixteen units.

use parking_lot::RwLock;

use super::{
    activation::tanh,
    bits::{SELECTORS, WORD},
    lanes::{Lanes, NARROW, Vector, WIDTH, Wide},
    products::{CHUNK, GROUP, Table, add_selected, fill},
};
use crate::RbmParameters;

/// Selectors of rows that are not there: blocks of different threads must not meet in a line of the cache.
const APART: usize = 128 / GROUP;

/// Sixteen hidden units.
#[repr(align(128))]
pub(super) struct HiddenBlock {
    /// Weights, shape `[n_visible, 16]`, padded with zeros to whole groups of rows.
    pub(super) weights: Vec<Lanes>,
    pub(super) bias: Lanes,
    /// Their last changes, as they.
    pub(super) weights_change: Vec<Lanes>,
    pub(super) bias_change: Lanes,
    /// Fields, then means, of the sampling under way, shape `[n_rows]`.
    pub(super) fields: Vec<Lanes>,
    /// ⟨h⟩ given the data, zero behind the last row.
    pub(super) data_means: Vec<Lanes>,
    /// −⟨h′⟩ given the reconstruction, zero behind the last row.
    pub(super) reconstructed_means: Vec<Lanes>,
    /// Sampled units.
    pub(super) selectors: Vec<[u8; WIDTH / GROUP]>,
}

/// Sixteen visible units.
#[repr(align(128))]
pub(super) struct VisibleBlock {
    pub(super) bias: Lanes,
    pub(super) bias_change: Lanes,
    /// Sampled units.
    pub(super) selectors: Vec<[u8; WIDTH / GROUP]>,
}

/// A machine in blocks of sixteen units. Every phase of a step writes each block from one thread and reads others.
pub(super) struct Machine {
    pub(super) n_visible: usize,
    pub(super) n_hidden: usize,
    pub(super) hidden: Vec<RwLock<HiddenBlock>>,
    pub(super) visible: Vec<RwLock<VisibleBlock>>,
}

impl Machine {
    /// Selectors of a configuration of the visible units.
    pub(super) fn visible_stride(&self) -> usize {
        self.n_visible.div_ceil(WORD) * SELECTORS
    }

    /// Selectors of a configuration of the hidden units.
    pub(super) fn hidden_stride(&self) -> usize {
        self.hidden.len() * WIDTH / GROUP
    }

    /// Takes a machine and its last change apart; batches have up to `n_rows` rows.
    pub(super) fn new(parameters: &RbmParameters, change: &RbmParameters, n_rows: usize) -> Self {
        let &RbmParameters { n_visible, n_hidden, .. } = parameters;
        let n_rows = n_rows.next_multiple_of(GROUP);
        let n_padded = n_visible.next_multiple_of(GROUP);
        let lanes = |values: &[f32], first: usize| {
            Lanes(std::array::from_fn(|lane| values.get(first + lane).copied().unwrap_or_default()))
        };
        let columns = |weights: &[f32]| {
            let mut blocks = Vec::new();
            blocks.resize_with(n_hidden.div_ceil(WIDTH), || Vec::with_capacity(n_padded));
            // Row by row: a row lies together in memory, a column does not. Whole blocks are apart, for a copy of known length is no call.
            for row in weights.chunks_exact(n_hidden) {
                let (whole, rest) = row.as_chunks();
                let last = (!rest.is_empty()).then(|| lanes(rest, 0));
                for (block, weights) in blocks.iter_mut().zip(whole.iter().map(|weights| Lanes(*weights)).chain(last)) {
                    block.push(weights);
                }
            }
            blocks.iter_mut().for_each(|block| block.resize(n_padded, Lanes::ZERO));
            blocks
        };
        let hidden = columns(&parameters.weights).into_iter().zip(columns(&change.weights)).zip((0..).step_by(WIDTH));
        let hidden = hidden.map(|((weights, weights_change), first)| {
            RwLock::new(HiddenBlock {
                weights,
                bias: lanes(&parameters.hidden_bias, first),
                weights_change,
                bias_change: lanes(&change.hidden_bias, first),
                fields: vec![Lanes::ZERO; n_rows],
                data_means: vec![Lanes::ZERO; n_rows],
                reconstructed_means: vec![Lanes::ZERO; n_rows],
                selectors: vec![[0; 4]; n_rows + APART],
            })
        });
        let visible = (0..n_visible).step_by(WIDTH).map(|first| {
            RwLock::new(VisibleBlock {
                bias: lanes(&parameters.visible_bias, first),
                bias_change: lanes(&change.visible_bias, first),
                selectors: vec![[0; 4]; n_rows + APART],
            })
        });
        Self { n_visible, n_hidden, hidden: hidden.collect(), visible: visible.collect() }
    }

    /// Whether a hidden block has so few units that half of its lanes do.
    pub(super) fn hidden_is_narrow(&self, block: usize) -> bool {
        self.n_hidden <= block * WIDTH + NARROW
    }

    /// The same of a visible block.
    pub(super) fn visible_is_narrow(&self, block: usize) -> bool {
        self.n_visible <= block * WIDTH + NARROW
    }

    /// Puts both together again.
    pub(super) fn store(self, parameters: &mut RbmParameters, change: &mut RbmParameters) {
        let hidden: Vec<HiddenBlock> = self.hidden.into_iter().map(|block| block.into_inner()).collect();
        let columns = |weights: &mut [f32], of: fn(&HiddenBlock) -> &[Lanes]| {
            for (visible, row) in weights.chunks_exact_mut(self.n_hidden).enumerate() {
                let (whole, rest) = row.as_chunks_mut();
                for (weights, block) in whole.iter_mut().zip(&hidden) {
                    *weights = of(block)[visible].0;
                }
                if let Some(block) = hidden.get(whole.len()) {
                    rest.copy_from_slice(&of(block)[visible].0[..rest.len()]);
                }
            }
        };
        columns(&mut parameters.weights, |block| &block.weights);
        columns(&mut change.weights, |block| &block.weights_change);
        for (block, first) in hidden.iter().zip((0..).step_by(WIDTH)) {
            let n = WIDTH.min(self.n_hidden - first);
            parameters.hidden_bias[first..first + n].copy_from_slice(&block.bias.0[..n]);
            change.hidden_bias[first..first + n].copy_from_slice(&block.bias_change.0[..n]);
        }
        for (block, first) in self.visible.into_iter().zip((0..).step_by(WIDTH)) {
            let block = block.into_inner();
            let n = WIDTH.min(self.n_visible - first);
            parameters.visible_bias[first..first + n].copy_from_slice(&block.bias.0[..n]);
            change.visible_bias[first..first + n].copy_from_slice(&block.bias_change.0[..n]);
        }
    }
}

impl HiddenBlock {
    /// tanh(bₐ + Σᵢ vᵢwᵢₐ) for every row of `selectors`, shape `[n_rows, stride]`.
    #[inline(always)]
    pub(super) fn set_means<V: Vector>(
        &mut self,
        selectors: &[u8],
        n_rows: usize,
        stride: usize,
        tables: &mut [Table],
    ) {
        let fields = &mut self.fields[..n_rows];
        fields.fill(self.bias);
        for (groups, first) in self.weights.as_chunks().0.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            for (table, rows) in tables.iter_mut().zip(groups) {
                fill::<V>(table, rows);
            }
            add_selected::<V>(&tables[..groups.len()], selectors, stride, first, fields);
        }
        for field in fields {
            tanh(V::load(field)).store(field);
        }
    }

    #[inline(always)]
    pub(super) fn keep_data_means(&mut self, n_rows: usize) {
        self.data_means[..n_rows].copy_from_slice(&self.fields[..n_rows]);
        self.data_means[n_rows..].fill(Lanes::ZERO);
    }

    /// Negated: the reconstruction is subtracted.
    #[inline(always)]
    pub(super) fn keep_reconstructed_means<V: Vector>(&mut self, n_rows: usize) {
        for (kept, mean) in self.reconstructed_means.iter_mut().zip(&self.fields[..n_rows]) {
            V::load(mean).negated().store(kept);
        }
        self.reconstructed_means[n_rows..].fill(Lanes::ZERO);
    }
}

/// The weights of sixteen visible units from `first` on, one entry for each of the block's hidden units.
#[inline(always)]
pub(super) fn transposed<V: Wide>(weights: &[Lanes], first: usize) -> [Lanes; WIDTH] {
    // Loops, not closures: these are compiled apart, without the level's instructions.
    let mut square = [V::splat(0.0); WIDTH];
    for (row, weights) in square.iter_mut().zip(&weights[first..]) {
        *row = V::load(weights);
    }
    // Four perfect shuffles of its rows transpose a square of sixteen.
    for _ in 0..WIDTH.ilog2() {
        let mut shuffled = square;
        let (low, high) = square.split_at(WIDTH / 2);
        for ((pair, low), high) in shuffled.as_chunks_mut().0.iter_mut().zip(low).zip(high) {
            *pair = low.interleave(*high).into();
        }
        square = shuffled;
    }
    let mut transposed = [Lanes::ZERO; WIDTH];
    for (lanes, row) in transposed.iter_mut().zip(square) {
        row.store(lanes);
    }
    transposed
}
