//! Contrastive divergence over many batches in one launch: a machine for each cube.

use cubecl::prelude::*;

use super::{
    batch::{Batch, Wanted, hidden_phase, read_data, update_visible_bias, update_weights, visible_phase},
    layer::{read_rows, write_rows},
    layout::{load, store},
    plan::{Rates, Training},
};

/// Trains on the batches `first_batch`, …, `last_batch − 1`. Machine m is that of cube m:
///
/// * `spins`: packed data, shape `[n_samples, n_words]`, common to all machines;
/// * `order`: samples to train on, shape `[n_machines, n_order]`;
/// * `keys`: keys of the draws, shape `[n_machines, n_steps, 2 n_gibbs_steps, 2]`;
/// * `chains`: packed persistent chains, shape `[n_machines, n_chains, n_words]`;
/// * `state`, `last_change`: parameters and their last changes, shape `[n_machines, n_parameters]`;
/// * `words`, `means`: scratch, shapes `[n_machines, n_spin_words]` and `[n_machines, 2, n_means]`;
/// * `flips`: visible units that differ between data and reconstruction, shape `[n_machines]`, added to.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
pub(super) fn train_kernel(
    spins: &[u32],
    order: &[u32],
    keys: &[u32],
    chains: &mut [u32],
    state: &mut [f32],
    last_change: &mut [f32],
    words: &mut [u32],
    means: &mut [f32],
    flips: &mut [Atomic<i32>],
    n_order: u32,
    n_steps: u32,
    first_batch: u32,
    last_batch: u32,
    rates: Rates,
    #[comptime] training: Training,
) {
    let machine = CUBE_POS_X as usize;
    let n_order = n_order as usize;
    let order = &order[machine * n_order..(machine + 1) * n_order];
    let n_keys = n_steps as usize * comptime!(training.n_keys());
    let keys = &keys[machine * n_keys..(machine + 1) * n_keys];
    let n_chain_words = comptime!(training.n_chain_words());
    let chains = &mut chains[machine * n_chain_words..(machine + 1) * n_chain_words];
    let n_parameters = comptime!(training.layout.n_parameters());
    let state = &mut state[machine * n_parameters..(machine + 1) * n_parameters];
    let last_change = &mut last_change[machine * n_parameters..(machine + 1) * n_parameters];
    let n_words = comptime!(training.n_spin_words());
    let words = &mut words[machine * n_words..(machine + 1) * n_words];
    let n_means = comptime!(2 * training.n_means());
    let means = &mut means[machine * n_means..(machine + 1) * n_means];
    let flips = &flips[machine];
    let mut own_machine = Shared::new_slice(comptime!(training.layout.n_shared()));
    let mut own_words = Shared::new_slice(comptime!(training.n_shared_words()));
    if comptime!(training.layout.is_shared) {
        load(&mut own_machine, &state[..], training.layout);
    }
    train_batches(
        spins,
        order,
        keys,
        chains,
        if comptime!(training.layout.is_shared) { own_machine.inner_mut() } else { &mut state[..] },
        last_change,
        if comptime!(training.spins_are_shared) { own_words.inner_mut() } else { words },
        means,
        flips,
        first_batch,
        last_batch,
        &rates,
        training,
    );
    if comptime!(training.layout.is_shared) {
        store(&own_machine, state, training.layout);
    }
}

/// Batch after batch on one machine; the slices are those of the machine.
#[cube]
#[allow(clippy::too_many_arguments, reason = "the buffers of a kernel")]
fn train_batches(
    spins: &[u32],
    order: &[u32],
    keys: &[u32],
    chains: &mut [u32],
    machine: &mut [f32],
    last_change: &mut [f32],
    words: &mut [u32],
    means: &mut [f32],
    flips: &Atomic<i32>,
    first_batch: u32,
    last_batch: u32,
    rates: &Rates,
    #[comptime] training: Training,
) {
    let model = comptime!(training.reconstruction());
    let n_visible = comptime!(training.layout.n_visible);
    let n_lanes = comptime!(training.layout.n_lanes);
    let batch_size = comptime!(training.batch_size);
    if comptime!(training.persistent()) {
        read_rows(&chains[..], batch_size, words, model, n_visible, n_lanes);
    }
    let mut n_flips = 0u32;
    for step in first_batch..last_batch {
        let first = step as usize * batch_size;
        let n_rows = min(order.len() - first, batch_size);
        let batch = Batch { first, n_rows, n_groups: n_rows.div_ceil(n_lanes) };
        let key = step as usize * comptime!(training.n_keys());
        read_data(spins, order, words, &batch, training);
        sync_storage();
        let of_data = comptime!(Wanted { given: 0, first_mean: Some(0), draws: !training.persistent() });
        hidden_phase(&machine[..], words, means, keys, key, &batch, of_data, training);
        let of_model = comptime!(Wanted { given: model, first_mean: None, draws: true });
        if comptime!(training.persistent()) {
            hidden_phase(&machine[..], words, means, keys, key, &batch, of_model, training);
        }
        sync_storage();
        if comptime!(training.n_gibbs_steps > 1) {
            for gibbs_step in 0..comptime!(training.n_gibbs_steps - 1) {
                let key = key + 4 * gibbs_step + 2;
                visible_phase(&machine[..], words, keys, key, &batch, training);
                sync_storage();
                hidden_phase(&machine[..], words, means, keys, key + 2, &batch, of_model, training);
                sync_storage();
            }
        }
        visible_phase(&machine[..], words, keys, key + comptime!(training.n_keys() - 2), &batch, training);
        sync_storage();
        let last = comptime!(Wanted { given: model, first_mean: Some(training.n_means()), draws: false });
        hidden_phase(&machine[..], words, means, keys, key, &batch, last, training);
        sync_storage();
        let rate = select(n_rows == batch_size, rates.rate, rates.last_rate);
        update_weights(machine, last_change, &words[..], &means[..], &batch, rate, rates, training);
        n_flips += update_visible_bias(machine, last_change, &words[..], &batch, rate, rates, training);
        sync_storage();
    }
    flips.fetch_add(n_flips as i32);
    if comptime!(training.persistent()) {
        write_rows(chains, batch_size, &words[..], model, n_visible, n_lanes);
    }
}
