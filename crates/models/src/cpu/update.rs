//! The update of contrastive divergence.

use super::{
    bits::{count, signs},
    lanes::{Lanes, Vector, WIDTH, Wide},
    machine::VisibleBlock,
    products::{CHUNK, GROUP, add_outer, fill},
    scratch::Scratch,
    training::Worker,
};
use crate::ContrastiveDivergence;

/// The rule for a batch.
struct Rule {
    momentum: f32,
    /// Learning rates over the number of rows.
    rate: f32,
    visible_bias_rate: f32,
    hidden_bias_rate: f32,
    /// Learning rate times weight decay.
    decay: f32,
}

impl Rule {
    fn new(divergence: &ContrastiveDivergence, n_rows: usize) -> Self {
        let rate = (divergence.learning_rate / n_rows as f64) as f32;
        Self {
            momentum: divergence.momentum as f32,
            rate,
            visible_bias_rate: if divergence.visible_bias { rate } else { 0.0 },
            hidden_bias_rate: if divergence.hidden_bias { rate } else { 0.0 },
            decay: (divergence.learning_rate * divergence.weight_decay) as f32,
        }
    }

    /// Δx ← μ Δx + rate · sum − decay · x, x ← x + Δx.
    #[inline(always)]
    fn change<V: Vector>(&self, parameters: &mut Lanes, change: &mut Lanes, sum: V, rate: f32, decay: f32) {
        let x = V::load(parameters);
        let kept = V::splat(self.momentum).times(V::load(change));
        let next = kept.plus(V::splat(rate).times(sum)).minus(V::splat(decay).times(x));
        next.store(change);
        x.plus(next).store(parameters);
    }
}

impl Worker<'_> {
    /// Δw, Δb and Δc of this thread's blocks; returns the flipped units among its visible blocks.
    #[inline(always)]
    pub(super) fn update<V: Wide>(&self, n_rows: usize, scratch: &mut Scratch) -> u64 {
        let (stride, rule) = (self.machine.visible_stride(), Rule::new(self.divergence, n_rows));
        signs(&scratch.data, stride, &mut scratch.data_signs);
        signs(&scratch.reconstruction, stride, &mut scratch.reconstruction_signs);
        for index in self.own(self.machine.hidden.len()) {
            if self.machine.hidden_is_narrow(index) {
                self.update_hidden::<V::Narrow>(index, n_rows, &rule, scratch);
            } else {
                self.update_hidden::<V>(index, n_rows, &rule, scratch);
            }
        }
        self.own(self.machine.visible.len()).map(|block| self.update_visible::<V>(block, n_rows, &rule, scratch)).sum()
    }

    /// Δw and Δb of a hidden block.
    #[inline(always)]
    fn update_hidden<V: Vector>(&self, index: usize, n_rows: usize, rule: &Rule, scratch: &mut Scratch) {
        let (stride, n_visible) = (self.machine.visible_stride(), self.machine.n_visible);
        let block = &mut *self.machine.hidden[index].write();
        block.keep_reconstructed_means::<V>(n_rows);
        scratch.sums.fill(Lanes::ZERO);
        for (means, signs) in
            [(&block.data_means, &scratch.data_signs), (&block.reconstructed_means, &scratch.reconstruction_signs)]
        {
            let groups = &means.as_chunks::<GROUP>().0[..n_rows.div_ceil(GROUP)];
            for (groups, signs) in groups.chunks(CHUNK).zip(signs.chunks(CHUNK * GROUP * stride)) {
                let tables = &mut scratch.tables[..groups.len()];
                for (table, rows) in tables.iter_mut().zip(groups) {
                    fill::<V>(table, rows);
                }
                add_outer::<V>(tables, signs, GROUP * stride, &mut scratch.sums);
            }
        }
        let sums = &scratch.sums[..n_visible];
        for ((weights, change), sum) in block.weights.iter_mut().zip(&mut block.weights_change).zip(sums) {
            rule.change::<V>(weights, change, V::load(sum), rule.rate, rule.decay);
        }
        let mut sum = V::splat(0.0);
        for (data, negated) in block.data_means[..n_rows].iter().zip(&block.reconstructed_means) {
            sum = sum.plus(V::load(data).plus(V::load(negated)));
        }
        rule.change::<V>(&mut block.bias, &mut block.bias_change, sum, rule.hidden_bias_rate, 0.0);
    }

    /// Δc of a visible block; returns its flipped units.
    #[inline(always)]
    fn update_visible<V: Vector>(&self, block: usize, n_rows: usize, rule: &Rule, scratch: &Scratch) -> u64 {
        let (row, first) = (GROUP * self.machine.visible_stride(), block * WIDTH);
        let (mut n_up, mut n_different) = ([0i32; WIDTH], [0u32; WIDTH]);
        let rows = scratch.data_signs.chunks_exact(row).zip(scratch.reconstruction_signs.chunks_exact(row));
        for (data, other) in rows.take(n_rows.div_ceil(GROUP)) {
            let units = data[first..first + WIDTH].iter().zip(&other[first..first + WIDTH]);
            for ((up, different), (data, other)) in n_up.iter_mut().zip(&mut n_different).zip(units) {
                *up += count(*data) as i32 - count(*other) as i32;
                *different += count(data ^ other);
            }
        }
        let n_units = WIDTH.min(self.machine.n_visible - first);
        let mut sum = Lanes::ZERO;
        sum.0[..n_units].iter_mut().zip(n_up).for_each(|(sum, up)| *sum = (2 * up) as f32);
        let VisibleBlock { bias, bias_change, .. } = &mut *self.machine.visible[block].write();
        rule.change::<V>(bias, bias_change, V::load(&sum), rule.visible_bias_rate, 0.0);
        n_different[..n_units].iter().map(|&n| u64::from(n)).sum()
    }
}
