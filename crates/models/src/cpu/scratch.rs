//! What each thread of a training keeps for itself.

use super::{
    bits::{WORD, gather, spread},
    lanes::Lanes,
    machine::locked,
    products::{CHUNK, EMPTY, GROUP, Table},
    training::Worker,
};

/// What a thread writes and nobody else reads.
pub(super) struct Scratch {
    pub(super) tables: Vec<Table>,
    /// Selectors of the data, the reconstruction and the persistent chains, shape `[n_rows, visible_stride]`.
    pub(super) data: Vec<u8>,
    pub(super) reconstruction: Vec<u8>,
    pub(super) chains: Vec<u8>,
    /// Selectors of the hidden units, shape `[n_rows, hidden_stride]`.
    pub(super) hidden: Vec<u8>,
    /// Selectors of rows, shape `[n_rows / 4, visible_stride · 4]`.
    pub(super) data_signs: Vec<u8>,
    pub(super) reconstruction_signs: Vec<u8>,
    pub(super) fields: Vec<Lanes>,
    pub(super) sums: Vec<Lanes>,
}

impl Worker<'_> {
    pub(super) fn scratch(&self) -> Scratch {
        let n_rows = self.batches.batch_size.min(self.batches.order.len()).next_multiple_of(GROUP);
        let (visible, hidden) = (self.visible_stride(), self.hidden_stride());
        Scratch {
            tables: vec![EMPTY; CHUNK],
            data: vec![0; n_rows * visible],
            reconstruction: vec![0; n_rows * visible],
            chains: self.chains(n_rows),
            hidden: vec![0; n_rows * hidden],
            data_signs: vec![0; n_rows * visible],
            reconstruction_signs: vec![0; n_rows * visible],
            fields: vec![Lanes::ZERO; n_rows],
            sums: vec![Lanes::ZERO; self.machine.n_visible.next_multiple_of(GROUP)],
        }
    }

    /// Selectors of up to `n_rows` persistent chains, none where they are not used.
    fn chains(&self, n_rows: usize) -> Vec<u8> {
        if !self.divergence.persistent {
            return Vec::new();
        }
        let chains = locked!(self.chains.lock());
        let words = chains.iter().take(n_rows * self.machine.n_visible.div_ceil(WORD));
        words.flat_map(|&word| spread(word)).collect()
    }

    /// The inverse of [`Self::chains`]; bits behind the last site are cleared.
    pub(super) fn keep_chains(&self, selectors: &[u8]) {
        let n_words = self.machine.n_visible.div_ceil(WORD);
        let last = u32::MAX >> (n_words * WORD - self.machine.n_visible);
        let mut chains = locked!(self.chains.lock());
        for (i, (word, selectors)) in chains.iter_mut().zip(selectors.as_chunks().0).enumerate() {
            *word = gather(*selectors) & if (i + 1).is_multiple_of(n_words) { last } else { u32::MAX };
        }
    }
}
