//! The RBM flow: reconstructions with fixed weights, so that the tables of sums are made once, or, where no cache would hold them, as they
//! are needed.

mod side_by_side;

use rayon::prelude::*;

use super::{
    activation::{Sampling, selectors},
    bits::{SELECTORS, WORD, gather, spread},
    lanes::{Kernel, Lanes, Level, NARROW, Vector, WIDTH, Wide},
    products::{CHUNK, EMPTY, GROUP, Table, add_selected, fill},
};
use crate::{RbmParameters, random::Draw};

/// Chains that run together through the tables.
const CHAINS: usize = 512;

/// The most tables that are kept, a kilobyte each; of more it is sooner to make them again than to fetch them. With AVX-512 all are
/// kept: they are made into others that registers look up.
const MOST_KEPT: usize = 2048;

/// Lets every chain take `n_steps` sampled steps v → h → v′; `words` are the chains' visible units, shape
/// `[n_chains, n_words]`, bit i mod 32 of word i / 32 for unit i.
///
/// Step `first_step + s` of chain i draws its numbers from (`key`, step, i), whatever runs beside it.
pub fn flow(parameters: &RbmParameters, words: &mut [u32], n_steps: u64, key: u64, first_step: u64, level: Level) {
    let machine = Tables::new(parameters, level);
    let n_words = parameters.n_visible.div_ceil(WORD);
    // Only there does a register hold a table.
    let side_by_side = (level == Level::Avx512).then(|| side_by_side::Tables::new(&machine));
    words.par_chunks_mut(CHAINS * n_words).enumerate().for_each(|(chunk, words)| {
        let first_chain = chunk * CHAINS;
        match &side_by_side {
            Some(machine) => level.run(side_by_side::Chains { machine, words, first_chain, n_steps, key, first_step }),
            None => level.run(Chains { machine: &machine, words, first_chain, n_steps, key, first_step }),
        }
    });
}

/// A layer's block of sixteen units: its bias, the other layer's weights in whole groups of four, and the sums of every group.
struct Block {
    bias: Lanes,
    rows: Vec<Lanes>,
    /// Empty where they are not kept.
    tables: Vec<Table>,
}

/// A machine in tables.
struct Tables {
    n_visible: usize,
    n_hidden: usize,
    hidden: Vec<Block>,
    visible: Vec<Block>,
}

impl Tables {
    fn new(parameters: &RbmParameters, level: Level) -> Self {
        let RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias } = parameters;
        let weight = |visible: usize, hidden: usize| weights[visible * n_hidden + hidden];
        let n_tables = |n_units: usize, n_others: usize| n_units.div_ceil(WIDTH) * n_others.div_ceil(GROUP);
        let n_tables = n_tables(*n_hidden, *n_visible) + n_tables(*n_visible, *n_hidden);
        let kept = (n_tables <= MOST_KEPT || level == Level::Avx512).then_some(level);
        Self {
            n_visible: *n_visible,
            n_hidden: *n_hidden,
            hidden: blocks(hidden_bias, *n_visible, |hidden, visible| weight(visible, hidden), kept),
            visible: blocks(visible_bias, *n_hidden, weight, kept),
        }
    }
}

/// The blocks of a layer with these biases; `weight(unit, other)` couples it to `n_others` units of the other layer. Tables are
/// made at the level given.
fn blocks(
    bias: &[f32],
    n_others: usize,
    weight: impl Fn(usize, usize) -> f32,
    with_tables: Option<Level>,
) -> Vec<Block> {
    let block = |first: usize| {
        let lanes = |value: &dyn Fn(usize) -> f32| {
            Lanes(std::array::from_fn(|lane| if first + lane < bias.len() { value(first + lane) } else { 0.0 }))
        };
        let rows = (0..n_others.next_multiple_of(GROUP))
            .map(|other| if other < n_others { lanes(&|unit| weight(unit, other)) } else { Lanes::ZERO });
        let rows: Vec<Lanes> = rows.collect();
        let mut tables = Vec::new();
        if let Some(level) = with_tables {
            tables.resize(rows.len() / GROUP, EMPTY);
            level.run(Fill { rows: &rows, tables: &mut tables });
        }
        Block { bias: lanes(&|unit| bias[unit]), rows, tables }
    };
    (0..bias.len()).step_by(WIDTH).map(block).collect()
}

struct Fill<'a> {
    rows: &'a [Lanes],
    tables: &'a mut [Table],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        fill_all::<V>(self.tables, self.rows);
    }
}

#[inline(always)]
fn fill_all<V: Vector>(tables: &mut [Table], rows: &[Lanes]) {
    for (table, rows) in tables.iter_mut().zip(rows.as_chunks().0) {
        fill::<V>(table, rows);
    }
}

/// Up to [`CHAINS`] chains.
struct Chains<'a> {
    machine: &'a Tables,
    words: &'a mut [u32],
    first_chain: usize,
    n_steps: u64,
    key: u64,
    first_step: u64,
}

impl Kernel for Chains<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self) {
        let n_words = self.machine.n_visible.div_ceil(WORD);
        let n_chains = self.words.len() / n_words;
        let hidden_stride = self.machine.hidden.len() * WIDTH / GROUP;
        let visible_stride = n_words * SELECTORS;
        let mut hidden = vec![0; n_chains * hidden_stride];
        let mut visible = vec![0; n_chains * visible_stride];
        let mut scratch = Scratch { fields: vec![Lanes::ZERO; n_chains], tables: vec![EMPTY; CHUNK] };
        for (selectors, word) in visible.as_chunks_mut().0.iter_mut().zip(self.words.iter()) {
            *selectors = spread(*word);
        }
        for step in self.first_step..self.first_step + self.n_steps {
            let layer = |layer, n_units| (Draw::new(self.key, step, layer), n_units, self.first_chain);
            let (blocks, drawing) = (&self.machine.hidden, layer(0, self.machine.n_hidden));
            sample_layer::<V>(blocks, drawing, &visible, visible_stride, &mut hidden, hidden_stride, &mut scratch);
            let (blocks, drawing) = (&self.machine.visible, layer(1, self.machine.n_visible));
            sample_layer::<V>(blocks, drawing, &hidden, hidden_stride, &mut visible, visible_stride, &mut scratch);
        }
        let last = u32::MAX >> (n_words * WORD - self.machine.n_visible);
        for (i, (word, selectors)) in self.words.iter_mut().zip(visible.as_chunks().0).enumerate() {
            // The bits behind the last unit were drawn like all others; they mean nothing.
            *word = gather(*selectors) & if i % n_words == n_words - 1 { last } else { u32::MAX };
        }
    }
}

/// What the drawing of a block writes down: the field of its units in every chain, and tables that are not kept.
struct Scratch {
    fields: Vec<Lanes>,
    tables: Vec<Table>,
}

/// Draws a layer given the other; `drawing` is the draw, the number of units and the number of the first chain.
#[inline(always)]
fn sample_layer<V: Wide>(
    blocks: &[Block],
    drawing: (Draw, usize, usize),
    given: &[u8],
    given_stride: usize,
    drawn: &mut [u8],
    drawn_stride: usize,
    scratch: &mut Scratch,
) {
    for (index, block) in blocks.iter().enumerate() {
        if drawing.1 <= index * WIDTH + NARROW {
            sample_block::<V::Narrow>(index, block, drawing, given, given_stride, drawn, drawn_stride, scratch);
        } else {
            sample_block::<V>(index, block, drawing, given, given_stride, drawn, drawn_stride, scratch);
        }
    }
}

#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "what a layer hands to each of its blocks")]
fn sample_block<V: Vector>(
    index: usize,
    block: &Block,
    (draw, n_units, first_chain): (Draw, usize, usize),
    given: &[u8],
    given_stride: usize,
    drawn: &mut [u8],
    drawn_stride: usize,
    Scratch { fields, tables: made }: &mut Scratch,
) {
    fields.fill(block.bias);
    for (rows, first) in block.rows.chunks(CHUNK * GROUP).zip((0..).step_by(CHUNK)) {
        let n_tables = rows.len() / GROUP;
        let tables = match block.tables.get(first..first + n_tables) {
            Some(kept) => kept,
            None => {
                fill_all::<V>(made, rows);
                &made[..n_tables]
            }
        };
        add_selected::<V>(tables, given, given_stride, first, fields);
    }
    let sampling = Sampling { draw, n_units, first_unit: index * WIDTH };
    let column = index * WIDTH / GROUP;
    for (chain, (field, row)) in fields.iter().zip(drawn.chunks_exact_mut(drawn_stride)).enumerate() {
        let bits = sampling.of_fields::<V>(field, first_chain + chain);
        row[column..column + WIDTH / GROUP].copy_from_slice(&selectors(bits));
    }
}
