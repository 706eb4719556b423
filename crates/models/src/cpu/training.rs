//! Contrastive divergence over a run of batches.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::{
    activation::{Sampling, selectors},
    barrier::SpinBarrier,
    bits::{WORD, spread},
    crew::at_once,
    lanes::{Kernel, Level, Vector, WIDTH, Wide},
    machine::{HiddenBlock, Machine, transposed},
    products::{CHUNK, GROUP, add_selected, add_weighted, fill},
    scratch::{Scratch, pack, selectors_of},
};
use crate::{ContrastiveDivergence, RbmParameters, Update, random::Draw};

/// Samples in the order in which they are trained on.
#[derive(Clone, Copy, Debug)]
pub struct Batches<'a> {
    /// Packed spins, shape `[n_samples, n_words]`: site i of a sample is bit i mod 32 of word i / 32, 1 = up.
    pub words: &'a [u32],
    /// The samples to train on, batch after batch.
    pub order: &'a [u32],
    /// Samples of a batch; the last may have fewer.
    pub batch_size: usize,
    /// Names the random numbers of the training.
    pub key: u64,
    /// Number of the first batch within the training.
    pub first_step: u64,
}

/// A training on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingState {
    /// The machine.
    pub machine: RbmParameters,
    /// The last change of every parameter.
    pub last_change: RbmParameters,
    /// Persistent chains, packed as the samples, at least as many as a batch has samples; any number where they are not
    /// used.
    pub chains: Vec<u32>,
}

/// Trains on `batches` with `n_threads` threads; returns the number of visible units that differ between the
/// data and the reconstructions. The result does not depend on `n_threads` or `level`. Visible units are ±1: in place of their means
/// they are drawn.
pub fn train(
    state: &mut TrainingState,
    batches: &Batches<'_>,
    divergence: &ContrastiveDivergence,
    n_threads: usize,
    level: Level,
) -> u64 {
    let TrainingState { machine: parameters, last_change, chains } = state;
    let machine = Machine::new(parameters, last_change, batches.batch_size.min(batches.order.len()));
    let n_threads = n_threads.clamp(1, machine.hidden.len());
    let (barrier, n_flips) = (SpinBarrier::new(n_threads), AtomicU64::new(0));
    let chains = Mutex::new(chains);
    let worker = |thread| Worker {
        machine: &machine,
        batches,
        divergence,
        chains: &chains,
        thread,
        n_threads,
        barrier: &barrier,
        n_flips: &n_flips,
    };
    at_once(n_threads, |thread| level.run(worker(thread)));
    machine.store(parameters, last_change);
    n_flips.into_inner()
}

/// One thread's part of a training.
pub(super) struct Worker<'a> {
    pub(super) machine: &'a Machine,
    pub(super) batches: &'a Batches<'a>,
    pub(super) divergence: &'a ContrastiveDivergence,
    /// Read by every thread before the first step, written by the first thread after the last.
    pub(super) chains: &'a Mutex<&'a mut Vec<u32>>,
    thread: usize,
    n_threads: usize,
    barrier: &'a SpinBarrier,
    n_flips: &'a AtomicU64,
}

impl Kernel for Worker<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        let (n_visible, n_rows) = (self.machine.n_visible, self.batches.batch_size.min(self.batches.order.len()));
        let chains = if self.divergence.persistent {
            selectors_of(&self.chains.lock(), n_rows.next_multiple_of(GROUP), n_visible)
        } else {
            Vec::new()
        };
        let mut scratch = Scratch::new(self.machine, n_rows, chains);
        let mut n_flips = 0;
        let steps = self.batches.order.chunks(self.batches.batch_size);
        for (samples, step) in steps.zip(self.batches.first_step..) {
            n_flips += self.step::<V>(samples, step, &mut scratch);
        }
        if self.thread == 0 && self.divergence.persistent {
            pack(&scratch.chains, n_visible, &mut self.chains.lock());
        }
        self.n_flips.fetch_add(n_flips, Ordering::Relaxed);
    }
}

impl Worker<'_> {
    /// The blocks of this thread among `n_blocks`.
    pub(super) fn own(&self, n_blocks: usize) -> impl Iterator<Item = usize> {
        (self.thread..n_blocks).step_by(self.n_threads)
    }
}

impl Worker<'_> {
    /// One batch; returns the flipped units among this thread's visible blocks.
    #[inline(always)]
    fn step<V: Wide>(&self, samples: &[u32], step: u64, scratch: &mut Scratch) -> u64 {
        let n_rows = samples.len();
        let draw = |layer| Draw::new(self.batches.key, step, layer);
        self.read_data(samples, scratch);
        for index in self.own(self.machine.hidden.len()) {
            if self.machine.hidden_is_narrow(index) {
                self.begin::<V::Narrow>(index, n_rows, draw(0), scratch);
            } else {
                self.begin::<V>(index, n_rows, draw(0), scratch);
            }
        }
        self.barrier.wait();
        let n_gibbs_steps = self.divergence.n_gibbs_steps.get() as u32;
        for gibbs_step in 0..n_gibbs_steps {
            if self.divergence.updates.hidden != Update::MeanField {
                self.gather_hidden(n_rows, &mut scratch.hidden);
            }
            for block in self.own(self.machine.visible.len()) {
                if self.machine.visible_is_narrow(block) {
                    self.reconstruct::<V, V::Narrow>(block, n_rows, draw(2 * gibbs_step + 1), scratch);
                } else {
                    self.reconstruct::<V, V>(block, n_rows, draw(2 * gibbs_step + 1), scratch);
                }
            }
            self.barrier.wait();
            self.gather_visible(n_rows, &mut scratch.reconstruction);
            let next = (gibbs_step + 1 < n_gibbs_steps).then(|| draw(2 * gibbs_step + 2));
            for index in self.own(self.machine.hidden.len()) {
                if self.machine.hidden_is_narrow(index) {
                    self.go_on::<V::Narrow>(index, n_rows, next, scratch);
                } else {
                    self.go_on::<V>(index, n_rows, next, scratch);
                }
            }
            if next.is_some() {
                self.barrier.wait();
            }
        }
        if self.divergence.persistent {
            let n = n_rows * self.machine.visible_stride();
            scratch.chains[..n].copy_from_slice(&scratch.reconstruction[..n]);
        }
        let n_flips = self.update::<V>(n_rows, scratch);
        self.barrier.wait();
        n_flips
    }

    /// Sets the means of a hidden block and its units from the data, or the units, for persistent chains, from these.
    #[inline(always)]
    fn begin<V: Vector>(&self, index: usize, n_rows: usize, draw: Draw, scratch: &mut Scratch) {
        let block = &mut *self.machine.hidden[index].write();
        let stride = self.machine.visible_stride();
        block.set_means::<V>(&scratch.data, n_rows, stride, &mut scratch.tables);
        block.keep_data_means(n_rows);
        if self.divergence.persistent {
            block.set_means::<V>(&scratch.chains, n_rows, stride, &mut scratch.tables);
        }
        self.set_hidden::<V>(index * WIDTH, block, n_rows, draw);
    }

    /// Sets a hidden block from the reconstruction, and its units where another Gibbs step follows.
    #[inline(always)]
    fn go_on<V: Vector>(&self, index: usize, n_rows: usize, next: Option<Draw>, scratch: &mut Scratch) {
        let block = &mut *self.machine.hidden[index].write();
        block.set_means::<V>(&scratch.reconstruction, n_rows, self.machine.visible_stride(), &mut scratch.tables);
        if let Some(draw) = next {
            self.set_hidden::<V>(index * WIDTH, block, n_rows, draw);
        }
    }

    /// The batch's selectors; rows behind the last are empty.
    #[inline(always)]
    fn read_data(&self, samples: &[u32], scratch: &mut Scratch) {
        let (stride, n_words) = (self.machine.visible_stride(), self.machine.n_visible.div_ceil(WORD));
        for (row, &sample) in scratch.data.chunks_exact_mut(stride).zip(samples) {
            let words = &self.batches.words[sample as usize * n_words..][..n_words];
            for (selectors, &word) in row.as_chunks_mut().0.iter_mut().zip(words) {
                *selectors = spread(word);
            }
        }
        scratch.data[samples.len() * stride..].fill(0);
        scratch.reconstruction[samples.len() * stride..].fill(0);
    }

    /// Draws or rounds the units of a hidden block, unless they stay means.
    #[inline(always)]
    fn set_hidden<V: Vector>(&self, first_unit: usize, block: &mut HiddenBlock, n_rows: usize, draw: Draw) {
        let sampling = Sampling { draw, n_units: self.machine.n_hidden, first_unit };
        let units = block.fields[..n_rows].iter().zip(&mut block.selectors);
        match self.divergence.updates.hidden {
            Update::Sampled => {
                for (row, (mean, chosen)) in units.enumerate() {
                    *chosen = selectors(sampling.of_means::<V>(mean, row));
                }
            }
            Update::Rounded => {
                for (mean, chosen) in units {
                    *chosen = selectors(V::load(mean).exceeds(V::splat(0.0)));
                }
            }
            Update::MeanField => {}
        }
    }

    #[inline(always)]
    fn gather_hidden(&self, n_rows: usize, hidden: &mut [u8]) {
        let stride = self.machine.hidden_stride();
        for (block, column) in self.machine.hidden.iter().zip((0..).step_by(WIDTH / GROUP)) {
            let block = block.read();
            for (row, chosen) in hidden.chunks_exact_mut(stride).zip(&block.selectors[..n_rows]) {
                row[column..column + WIDTH / GROUP].copy_from_slice(chosen);
            }
        }
    }

    /// Draws or rounds a visible block given the hidden units or their means; `N` holds its units.
    #[inline(always)]
    fn reconstruct<V: Wide, N: Vector>(&self, block: usize, n_rows: usize, draw: Draw, scratch: &mut Scratch) {
        let first_unit = block * WIDTH;
        let mut visible = self.machine.visible[block].write();
        scratch.fields[..n_rows].fill(visible.bias);
        if self.divergence.updates.hidden == Update::MeanField {
            for block in &self.machine.hidden {
                let block = block.read();
                let weights = transposed::<V>(&block.weights, first_unit);
                add_weighted::<N>(&weights, &block.fields[..n_rows], &mut scratch.fields[..n_rows]);
            }
        } else {
            self.add_hidden::<V, N>(first_unit, n_rows, scratch);
        }
        let units = scratch.fields[..n_rows].iter().zip(&mut visible.selectors);
        let sampling = Sampling { draw, n_units: self.machine.n_visible, first_unit };
        if self.divergence.updates.visible == Update::Rounded {
            for (field, chosen) in units {
                *chosen = selectors(N::load(field).exceeds(N::splat(0.0)));
            }
        } else {
            for (row, (field, chosen)) in units.enumerate() {
                *chosen = selectors(sampling.of_fields::<N>(field, row));
            }
        }
    }

    /// Adds what hidden units of ±1 give to the fields of the visible block from `first_unit` on.
    #[inline(always)]
    fn add_hidden<V: Wide, N: Vector>(&self, first_unit: usize, n_rows: usize, scratch: &mut Scratch) {
        let fields = &mut scratch.fields[..n_rows];
        let n_groups = self.machine.n_hidden.div_ceil(GROUP);
        for (hidden, first) in self.machine.hidden.chunks(CHUNK / GROUP).zip((0..).step_by(CHUNK)) {
            let n_tables = CHUNK.min(n_groups - first);
            for (block, tables) in hidden.iter().zip(scratch.tables[..n_tables].chunks_mut(WIDTH / GROUP)) {
                let weights = transposed::<V>(&block.read().weights, first_unit);
                for (rows, table) in weights.as_chunks().0.iter().zip(tables) {
                    fill::<N>(table, rows);
                }
            }
            add_selected::<N>(
                &scratch.tables[..n_tables],
                &scratch.hidden,
                self.machine.hidden_stride(),
                first,
                fields,
            );
        }
    }

    #[inline(always)]
    fn gather_visible(&self, n_rows: usize, reconstruction: &mut [u8]) {
        let stride = self.machine.visible_stride();
        for (block, column) in self.machine.visible.iter().zip((0..).step_by(WIDTH / GROUP)) {
            let block = block.read();
            for (row, chosen) in reconstruction.chunks_exact_mut(stride).zip(&block.selectors[..n_rows]) {
                row[column..column + WIDTH / GROUP].copy_from_slice(chosen);
            }
        }
    }
}
