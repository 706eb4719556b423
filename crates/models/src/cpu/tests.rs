//! The engine against the formulas, one unit at a time.

use std::num::NonZeroUsize;

use super::{Batches, Level, TrainingState, flow, train};
use crate::{ContrastiveDivergence, RbmParameters, Update, Updates, random::Draw};

/// Reproducible numbers in (−1, 1).
fn numbers(n: usize, seed: u64) -> Vec<f32> {
    Draw::new(seed, 0, 0).thresholds(1, n)
}

fn machine(n_visible: usize, n_hidden: usize) -> RbmParameters {
    RbmParameters {
        n_visible,
        n_hidden,
        weights: numbers(n_visible * n_hidden, 1).iter().map(|x| 0.5 * x).collect(),
        visible_bias: numbers(n_visible, 2),
        hidden_bias: numbers(n_hidden, 3),
    }
}

/// A training under way: its last change is not zero.
fn state(n_visible: usize, n_hidden: usize, n_chains: usize) -> TrainingState {
    let mut last_change = machine(n_visible, n_hidden);
    for values in [&mut last_change.weights, &mut last_change.visible_bias, &mut last_change.hidden_bias] {
        values.reverse();
        values.iter_mut().for_each(|x| *x *= 0.01);
    }
    TrainingState { machine: machine(n_visible, n_hidden), last_change, chains: samples(2 * n_chains, n_visible) }
}

/// The rules that a step knows.
fn rules(n_gibbs_steps: usize) -> [ContrastiveDivergence; 7] {
    let plain =
        ContrastiveDivergence { n_gibbs_steps: NonZeroUsize::new(n_gibbs_steps).expect("steps"), ..Default::default() };
    let persistent = ContrastiveDivergence { persistent: true, momentum: 0.5, visible_bias: false, ..plain };
    let with = |hidden, visible| Updates { hidden, visible };
    [
        plain,
        persistent,
        ContrastiveDivergence { momentum: 0.9, weight_decay: 0.02, hidden_bias: false, ..plain },
        ContrastiveDivergence { updates: with(Update::MeanField, Update::Sampled), ..plain },
        ContrastiveDivergence { updates: with(Update::MeanField, Update::Rounded), ..persistent },
        ContrastiveDivergence { updates: with(Update::Rounded, Update::Sampled), ..persistent },
        ContrastiveDivergence { updates: with(Update::Sampled, Update::Rounded), ..plain },
    ]
}

/// Packed random spins, shape `[n_samples, n_words]`.
fn samples(n_samples: usize, n_visible: usize) -> Vec<u32> {
    let n_words = n_visible.div_ceil(32);
    let bits = |i: usize| Draw::new(4, 0, 0).bits(i as u32);
    let last = u32::MAX >> (n_words * 32 - n_visible);
    (0..n_samples * n_words).map(|i| if i % n_words == n_words - 1 { bits(i) & last } else { bits(i) }).collect()
}

fn unpack(words: &[u32], n_visible: usize) -> Vec<f64> {
    (0..n_visible).map(|i| if words[i / 32] >> (i % 32) & 1 == 1 { 1.0 } else { -1.0 }).collect()
}

/// Sets a layer; fields so close to the threshold that rounding decides are counted in `close`.
fn set_layer(fields: &[f64], update: Update, draw: Draw, row: usize, close: &mut usize) -> Vec<f64> {
    let unit = |(unit, field): (usize, &f64)| {
        let threshold = match update {
            Update::Sampled => f64::from(draw.threshold((row * fields.len() + unit) as u32)),
            Update::Rounded => 0.0,
            Update::MeanField => return field.tanh(),
        };
        let margin = field.tanh() - threshold;
        *close += usize::from(margin.abs() < 1e-5);
        if margin > 0.0 { 1.0 } else { -1.0 }
    };
    fields.iter().enumerate().map(unit).collect()
}

fn draw_layer(fields: &[f64], draw: Draw, row: usize, close: &mut usize) -> Vec<f64> {
    set_layer(fields, Update::Sampled, draw, row, close)
}

fn hidden_fields(p: &RbmParameters, v: &[f64]) -> Vec<f64> {
    let weight = |i: usize, a: usize| f64::from(p.weights[i * p.n_hidden + a]);
    let field = |a: usize| f64::from(p.hidden_bias[a]) + (0..p.n_visible).map(|i| v[i] * weight(i, a)).sum::<f64>();
    (0..p.n_hidden).map(field).collect()
}

fn visible_fields(p: &RbmParameters, h: &[f64]) -> Vec<f64> {
    let weight = |i: usize, a: usize| f64::from(p.weights[i * p.n_hidden + a]);
    let field = |i: usize| f64::from(p.visible_bias[i]) + (0..p.n_hidden).map(|a| h[a] * weight(i, a)).sum::<f64>();
    (0..p.n_visible).map(field).collect()
}

/// One step of contrastive divergence by its formula; returns the flipped units, or nothing if rounding may decide one.
fn slow_step(state: &mut TrainingState, batches: &Batches<'_>, rule: &ContrastiveDivergence) -> Option<u64> {
    let before = state.machine.clone();
    let (rate, n_words) = (rule.learning_rate / batches.order.len() as f64, before.n_visible.div_ceil(32));
    let scale = |values: &mut Vec<f32>, parameters: &[f32], decay: f64| {
        let change = |(x, p): (&mut f32, &f32)| *x = (rule.momentum * f64::from(*x) - decay * f64::from(*p)) as f32;
        values.iter_mut().zip(parameters).for_each(change);
    };
    let change = &mut state.last_change;
    scale(&mut change.weights, &before.weights, rule.learning_rate * rule.weight_decay);
    scale(&mut change.visible_bias, &before.visible_bias, 0.0);
    scale(&mut change.hidden_bias, &before.hidden_bias, 0.0);
    let (mut flips, mut close) = (0, 0);
    for (row, &sample) in batches.order.iter().enumerate() {
        let data = unpack(&batches.words[sample as usize * n_words..], before.n_visible);
        let mean: Vec<f64> = hidden_fields(&before, &data).iter().map(|x| x.tanh()).collect();
        let chain = &mut state.chains[row * n_words..][..n_words];
        let mut v = if rule.persistent { unpack(chain, before.n_visible) } else { data.clone() };
        let mut fields = hidden_fields(&before, &v);
        for gibbs_step in 0..rule.n_gibbs_steps.get() as u32 {
            let draw = |layer| Draw::new(batches.key, batches.first_step, layer);
            let Updates { hidden, visible } = rule.updates;
            let h = set_layer(&fields, hidden, draw(2 * gibbs_step), row, &mut close);
            v = set_layer(&visible_fields(&before, &h), visible, draw(2 * gibbs_step + 1), row, &mut close);
            fields = hidden_fields(&before, &v);
        }
        if rule.persistent {
            chain.fill(0);
            v.iter().enumerate().for_each(|(i, v)| chain[i / 32] |= u32::from(*v > 0.0) << (i % 32));
        }
        for (i, (data, v)) in data.iter().zip(&v).enumerate() {
            flips += u64::from(data * v < 0.0);
            change.visible_bias[i] += if rule.visible_bias { (rate * (data - v)) as f32 } else { 0.0 };
            for (a, (mean, field)) in mean.iter().zip(&fields).enumerate() {
                change.weights[i * before.n_hidden + a] += (rate * (data * mean - v * field.tanh())) as f32;
            }
        }
        for (a, (mean, field)) in mean.iter().zip(&fields).enumerate() {
            change.hidden_bias[a] += if rule.hidden_bias { (rate * (mean - field.tanh())) as f32 } else { 0.0 };
        }
    }
    let add = |parameters: &mut [f32], change: &[f32]| parameters.iter_mut().zip(change).for_each(|(p, x)| *p += x);
    add(&mut state.machine.weights, &change.weights);
    add(&mut state.machine.visible_bias, &change.visible_bias);
    add(&mut state.machine.hidden_bias, &change.hidden_bias);
    (close == 0).then_some(flips)
}

fn assert_close(found: &RbmParameters, expected: &RbmParameters) {
    let all = |p: &RbmParameters| [&p.weights[..], &p.visible_bias, &p.hidden_bias].concat();
    for (found, expected) in all(found).iter().zip(all(expected)) {
        assert!((found - expected).abs() < 2e-5, "{found} is not {expected}");
    }
}

#[test]
fn a_step_is_the_formula_for_machines_and_batches_of_any_size() {
    let mut n_compared = 0;
    for (n_visible, n_hidden, n_rows, n_gibbs_steps) in [
        (1, 1, 1, 1),
        (3, 2, 5, 1),
        (16, 16, 16, 1),
        (17, 33, 31, 2),
        (31, 5, 3, 3),
        (64, 15, 17, 1),
        (100, 81, 50, 1),
        (130, 7, 4, 1),
    ] {
        let words = samples(n_rows, n_visible);
        let order: Vec<u32> = (0..n_rows as u32).rev().collect();
        for (rule, key) in rules(n_gibbs_steps).iter().flat_map(|rule| (0..4).map(move |key| (rule, key))) {
            let batches = Batches { words: &words, order: &order, batch_size: n_rows, key, first_step: 11 };
            let mut found = state(n_visible, n_hidden, n_rows);
            let mut expected = found.clone();
            let flips = train(&mut found, &batches, rule, 1, Level::best());
            if let Some(expected_flips) = slow_step(&mut expected, &batches, rule) {
                n_compared += 1;
                assert_eq!(flips, expected_flips, "{n_visible} x {n_hidden}");
                assert_eq!(found.chains, expected.chains, "{n_visible} x {n_hidden}");
                assert_close(&found.machine, &expected.machine);
                assert_close(&found.last_change, &expected.last_change);
            }
        }
    }
    assert!(n_compared > 112, "only {n_compared} steps had no unit at its threshold");
}

#[test]
fn every_level_any_number_of_threads_and_any_cut_into_runs_give_the_same_bits() {
    let (n_visible, n_hidden, n_samples) = (50, 40, 70);
    let words = samples(n_samples, n_visible);
    let order: Vec<u32> = (0..n_samples as u32).collect();
    let batches = |order, first_step| Batches { words: &words, order, batch_size: 20, key: 9, first_step };
    for rule in rules(2) {
        let mut expected = state(n_visible, n_hidden, 20);
        let flips = train(&mut expected, &batches(&order, 0), &rule, 1, Level::Portable);
        for level in Level::available() {
            // As many threads as this wait for each other for long; once for each rule of drawn units is enough.
            for n_threads in [1, 2, 3, 64].into_iter().filter(|n| *n < 64 || rule.updates.are_sampled()) {
                let mut found = state(n_visible, n_hidden, 20);
                assert_eq!(train(&mut found, &batches(&order, 0), &rule, n_threads, level), flips);
                assert_eq!(found, expected, "{level:?}, {n_threads} threads");
            }
        }
        let mut found = state(n_visible, n_hidden, 20);
        let first = train(&mut found, &batches(&order[..40], 0), &rule, 1, Level::best());
        let second = train(&mut found, &batches(&order[40..], 2), &rule, 2, Level::best());
        assert_eq!((found, first + second), (expected, flips));
    }
}

#[test]
fn the_flow_is_sampled_reconstruction_at_every_level_and_chain_by_chain() {
    // The tables of the last one are not kept without AVX-512.
    for (n_visible, n_hidden) in [(5, 3), (32, 16), (100, 81), (1000, 100)] {
        let (p, n_chains, n_words) = (machine(n_visible, n_hidden), 300, n_visible.div_ceil(32));
        let start = samples(n_chains, n_visible);
        let run = |level, steps: &[u64]| {
            let mut words = start.clone();
            let mut first_step = 5;
            for &n_steps in steps {
                flow(&p, &mut words, n_steps, 8, first_step, level);
                first_step += n_steps;
            }
            words
        };
        let found = run(Level::best(), &[3]);
        for level in Level::available() {
            assert_eq!(run(level, &[1, 2]), found, "{level:?}");
        }
        let (mut n_different, mut close) = (0, 0);
        for (chain, words) in start.chunks_exact(n_words).enumerate() {
            let mut v = unpack(words, n_visible);
            for step in 5..8 {
                let h = draw_layer(&hidden_fields(&p, &v), Draw::new(8, step, 0), chain, &mut close);
                v = draw_layer(&visible_fields(&p, &h), Draw::new(8, step, 1), chain, &mut close);
            }
            n_different += usize::from(v != unpack(&found[chain * n_words..], n_visible));
        }
        assert!(n_different <= close, "{n_different} chains differ, {close} units were at their threshold");
    }
}
