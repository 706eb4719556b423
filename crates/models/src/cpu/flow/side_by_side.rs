//! The flow of sixteen chains side by side, where a register holds the whole table of four units: one permutation of it
//! looks up the sums of sixteen chains. The sums and their order are those of [`super::Chains`], and so are the bits.

use super::{Block, CHAINS};
use crate::{
    cpu::{
        activation::{compared, thresholds},
        bits::{SELECTORS, WORD},
        lanes::{Bits, Kernel, Lanes, WIDTH, Wide},
        products::GROUP,
    },
    random::Draw,
};

/// Sets of sixteen chains that run together through the tables of a group.
const SETS: usize = 4;

/// Chains of as many sets.
const TOGETHER: usize = SETS * WIDTH;

/// Four units: their biases, and for each the sums of the other layer's weights by groups of four.
struct Group {
    bias: [f32; GROUP],
    tables: Vec<[Lanes; GROUP]>,
}

/// A machine in tables.
pub(super) struct Tables {
    n_visible: usize,
    n_hidden: usize,
    hidden: Vec<Group>,
    visible: Vec<Group>,
}

impl Tables {
    pub(super) fn new(machine: &super::Tables) -> Self {
        let &super::Tables { n_visible, n_hidden, .. } = machine;
        let (hidden, visible) = (groups(&machine.hidden, n_hidden), groups(&machine.visible, n_visible));
        Self { n_visible, n_hidden, hidden, visible }
    }
}

/// The groups of a layer of `n_units`.
fn groups(blocks: &[Block], n_units: usize) -> Vec<Group> {
    let group = |index: usize| {
        let (block, first) = (&blocks[index * GROUP / WIDTH], index * GROUP % WIDTH);
        let of_unit = |table: &[Lanes; WIDTH], unit: usize| Lanes(table.each_ref().map(|sums| sums.0[first + unit]));
        Group {
            bias: std::array::from_fn(|unit| block.bias.0[first + unit]),
            tables: block.tables.iter().map(|table| std::array::from_fn(|unit| of_unit(table, unit))).collect(),
        }
    };
    (0..n_units.div_ceil(GROUP)).map(group).collect()
}

/// The selectors of four units in [`TOGETHER`] chains, one in the lowest bits of each lane.
type Selectors = [Lanes; SETS];

/// Up to [`CHAINS`] chains.
pub(super) struct Chains<'a> {
    pub(super) machine: &'a Tables,
    pub(super) words: &'a mut [u32],
    pub(super) first_chain: usize,
    pub(super) n_steps: u64,
    pub(super) key: u64,
    pub(super) first_step: u64,
}

impl Kernel for Chains<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        let Tables { n_visible, n_hidden, hidden: hidden_groups, visible: visible_groups } = self.machine;
        let n_words = n_visible.div_ceil(WORD);
        let n_together = (self.words.len() / n_words).div_ceil(TOGETHER);
        debug_assert!(n_together * TOGETHER <= CHAINS);
        let mut hidden = vec![[Lanes::ZERO; SETS]; n_together * hidden_groups.len()];
        let mut visible = vec![[Lanes::ZERO; SETS]; n_together * visible_groups.len()];
        let places = |chain: usize, word: usize| {
            let first = chain / TOGETHER * visible_groups.len() + word * SELECTORS;
            let n_groups = SELECTORS.min(visible_groups.len() - word * SELECTORS);
            (first..first + n_groups)
                .zip((0..).step_by(GROUP))
                .map(move |(group, shift)| (group, chain % TOGETHER / WIDTH, chain % WIDTH, shift))
        };
        for (i, word) in self.words.iter().enumerate() {
            for (group, set, lane, shift) in places(i / n_words, i % n_words) {
                visible[group][set].0[lane] = f32::from_bits(word >> shift & 15);
            }
        }
        for step in self.first_step..self.first_step + self.n_steps {
            let layer = |layer, n_units| Layer {
                draw: Draw::new(self.key, step, layer),
                n_units,
                first_chain: self.first_chain,
            };
            layer(0, *n_hidden).sample::<V>(hidden_groups, &visible, &mut hidden);
            layer(1, *n_visible).sample::<V>(visible_groups, &hidden, &mut visible);
        }
        for (i, word) in self.words.iter_mut().enumerate() {
            let selectors = places(i / n_words, i % n_words);
            *word = selectors
                .fold(0, |word, (group, set, lane, shift)| word | visible[group][set].0[lane].to_bits() << shift);
            // The bits behind the last unit were drawn like all others; they mean nothing.
            let n_bits = (n_visible - i % n_words * WORD).min(WORD);
            *word &= u32::MAX >> (WORD - n_bits);
        }
    }
}

/// The drawing of a layer.
#[derive(Clone, Copy)]
struct Layer {
    draw: Draw,
    n_units: usize,
    first_chain: usize,
}

impl Layer {
    /// Draws all units of the layer given the other; the selectors have the shapes `[n_together, n_groups]`.
    #[inline(always)]
    fn sample<V: Wide>(self, groups: &[Group], given: &[Selectors], drawn: &mut [Selectors]) {
        let (n_drawn, n_given) = (groups.len(), groups[0].tables.len());
        for (index, group) in groups.iter().enumerate() {
            let first_chains = (self.first_chain..).step_by(TOGETHER);
            let rows = given.chunks_exact(n_given).zip(drawn.chunks_exact_mut(n_drawn));
            for ((given, drawn), first_chain) in rows.zip(first_chains) {
                let fields = fields::<V>(group, given);
                let sets = drawn[index].iter_mut().zip((first_chain..).step_by(WIDTH));
                for (set, (selectors, first_chain)) in sets.enumerate() {
                    let rows = V::Bits::counting(first_chain as u32).times(V::Bits::splat(self.n_units as u32));
                    let mut chosen = V::Bits::splat(0);
                    for (unit, fields) in fields.iter().enumerate() {
                        let counters = rows.plus(V::Bits::splat((index * GROUP + unit) as u32));
                        let (up, threshold) = compared(fields[set], thresholds::<V>(self.draw, counters));
                        chosen = chosen.plus(up.where_exceeding(threshold, 1 << unit));
                    }
                    chosen.as_float().store(selectors);
                }
            }
        }
    }
}

/// The fields of four units in each set of chains.
#[inline(always)]
fn fields<V: Wide>(group: &Group, given: &[Selectors]) -> [[V; SETS]; GROUP] {
    // Listed, not mapped: closures are compiled apart, without the level's instructions.
    let [a, b, c, d] = &group.bias;
    let mut fields = [[V::splat(*a); SETS], [V::splat(*b); SETS], [V::splat(*c); SETS], [V::splat(*d); SETS]];
    for (tables, given) in group.tables.iter().zip(given) {
        let [a, b, c, d] = tables;
        let tables = [V::load(a), V::load(b), V::load(c), V::load(d)];
        for (set, given) in given.iter().enumerate() {
            let given = V::load(given).bits();
            for (fields, table) in fields.iter_mut().zip(tables) {
                fields[set] = fields[set].plus(table.permuted(given));
            }
        }
    }
    fields
}
