//! What each thread of a training keeps for itself.

use super::{
    bits::{WORD, gather, spread},
    lanes::Lanes,
    machine::Machine,
    products::{CHUNK, EMPTY, GROUP, Table},
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

impl Scratch {
    /// For batches of up to `n_rows` samples; `chains` are the selectors of the persistent chains.
    pub(super) fn new(machine: &Machine, n_rows: usize, chains: Vec<u8>) -> Self {
        let n_rows = n_rows.next_multiple_of(GROUP);
        let (visible, hidden) = (machine.visible_stride(), machine.hidden_stride());
        Self {
            tables: vec![EMPTY; CHUNK],
            data: vec![0; n_rows * visible],
            reconstruction: vec![0; n_rows * visible],
            chains,
            hidden: vec![0; n_rows * hidden],
            data_signs: vec![0; n_rows * visible],
            reconstruction_signs: vec![0; n_rows * visible],
            fields: vec![Lanes::ZERO; n_rows],
            sums: vec![Lanes::ZERO; machine.n_visible.next_multiple_of(GROUP)],
        }
    }
}

/// Selectors of packed configurations of `n_visible` units, up to `n_rows` of them.
pub(super) fn selectors_of(words: &[u32], n_rows: usize, n_visible: usize) -> Vec<u8> {
    words.iter().take(n_rows * n_visible.div_ceil(WORD)).flat_map(|&word| spread(word)).collect()
}

/// The inverse of [`selectors_of`]; bits beyond the last unit are cleared.
pub(super) fn pack(selectors: &[u8], n_visible: usize, words: &mut [u32]) {
    let n_words = n_visible.div_ceil(WORD);
    let last = u32::MAX >> (n_words * WORD - n_visible);
    for (i, (word, selectors)) in words.iter_mut().zip(selectors.as_chunks().0).enumerate() {
        *word = gather(*selectors) & if (i + 1).is_multiple_of(n_words) { last } else { u32::MAX };
    }
}
