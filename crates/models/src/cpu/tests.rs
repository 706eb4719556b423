//! The engine against the formulas, one unit at a time.

use super::{Batches, Level, flow, train};
use crate::{ContrastiveDivergence, RbmParameters, random::Draw};

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

/// Draws a layer; fields so close to the threshold that rounding decides are counted in `close`.
fn draw_layer(fields: &[f64], draw: Draw, row: usize, close: &mut usize) -> Vec<f64> {
    let unit = |(unit, field): (usize, &f64)| {
        let margin = field.tanh() - f64::from(draw.threshold((row * fields.len() + unit) as u32));
        *close += usize::from(margin.abs() < 1e-5);
        if margin > 0.0 { 1.0 } else { -1.0 }
    };
    fields.iter().enumerate().map(unit).collect()
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
fn slow_step(p: &mut RbmParameters, batches: &Batches<'_>, divergence: &ContrastiveDivergence) -> Option<u64> {
    let rate = divergence.learning_rate / batches.order.len() as f64;
    let (before, n_words) = (p.clone(), p.n_visible.div_ceil(32));
    let (mut flips, mut close) = (0, 0);
    for (row, &sample) in batches.order.iter().enumerate() {
        let data = unpack(&batches.words[sample as usize * n_words..], p.n_visible);
        let mean: Vec<f64> = hidden_fields(&before, &data).iter().map(|x| x.tanh()).collect();
        let (mut fields, mut v) = (hidden_fields(&before, &data), data.clone());
        for gibbs_step in 0..divergence.n_gibbs_steps as u32 {
            let draw = |layer| Draw::new(batches.key, batches.first_step, layer);
            let h = draw_layer(&fields, draw(2 * gibbs_step), row, &mut close);
            v = draw_layer(&visible_fields(&before, &h), draw(2 * gibbs_step + 1), row, &mut close);
            fields = hidden_fields(&before, &v);
        }
        for (i, (data, v)) in data.iter().zip(&v).enumerate() {
            flips += u64::from(data * v < 0.0);
            p.visible_bias[i] += (rate * (data - v)) as f32;
            for (a, (mean, field)) in mean.iter().zip(&fields).enumerate() {
                p.weights[i * p.n_hidden + a] += (rate * (data * mean - v * field.tanh())) as f32;
            }
        }
        for (a, (mean, field)) in mean.iter().zip(&fields).enumerate() {
            p.hidden_bias[a] += (rate * (mean - field.tanh())) as f32;
        }
    }
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
        let divergence = ContrastiveDivergence { n_gibbs_steps, learning_rate: 0.1 };
        for key in 0..4 {
            let batches = Batches { words: &words, order: &order, batch_size: n_rows, key, first_step: 11 };
            let (mut found, mut expected) = (machine(n_visible, n_hidden), machine(n_visible, n_hidden));
            let flips = train(&mut found, &batches, &divergence, 1, Level::best());
            if let Some(expected_flips) = slow_step(&mut expected, &batches, &divergence) {
                n_compared += 1;
                assert_eq!(flips, expected_flips, "{n_visible} x {n_hidden}");
                assert_close(&found, &expected);
            }
        }
    }
    assert!(n_compared > 16, "only {n_compared} steps had no unit at its threshold");
}

#[test]
fn every_level_any_number_of_threads_and_any_cut_into_runs_give_the_same_bits() {
    let (n_visible, n_hidden, n_samples) = (50, 40, 70);
    let words = samples(n_samples, n_visible);
    let order: Vec<u32> = (0..n_samples as u32).collect();
    let divergence = ContrastiveDivergence { n_gibbs_steps: 2, learning_rate: 0.1 };
    let batches = |order, first_step| Batches { words: &words, order, batch_size: 20, key: 9, first_step };
    let mut expected = machine(n_visible, n_hidden);
    let flips = train(&mut expected, &batches(&order, 0), &divergence, 1, Level::Portable);
    for level in Level::available() {
        for n_threads in [1, 2, 3, 64] {
            let mut found = machine(n_visible, n_hidden);
            assert_eq!(train(&mut found, &batches(&order, 0), &divergence, n_threads, level), flips);
            assert_eq!(found, expected, "{level:?}, {n_threads} threads");
        }
    }
    let mut found = machine(n_visible, n_hidden);
    let first = train(&mut found, &batches(&order[..40], 0), &divergence, 1, Level::best());
    let second = train(&mut found, &batches(&order[40..], 2), &divergence, 2, Level::best());
    assert_eq!((found, first + second), (expected, flips));
}

#[test]
fn the_flow_is_sampled_reconstruction_at_every_level_and_chain_by_chain() {
    for (n_visible, n_hidden) in [(5, 3), (32, 16), (100, 81)] {
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
