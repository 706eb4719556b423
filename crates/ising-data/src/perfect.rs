//! Perfect samples of larger lattices: coupling from the past of the random-cluster model (Propp and Wilson,
//! Random Structures and Algorithms 9, 223) with a ghost spin.
//!
//! A bond is open with probability p if its ends are connected without it, else with p/(2 − p): monotone, so that all
//! histories lie between those that begin with all bonds and with none. Time is doubled into the past with the same
//! random numbers until the two meet. It never gives up: that would favour configurations that are reached early.

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::progress::{OnDone, report};
use crate::random_cluster::{ClusterModel, OpenBonds, Search};
use crate::stream::Xoroshiro;
use crate::{DataError, StatePoint};

/// Fills `spins`, shape `[n_samples, ceil(n_sites / 8)]`, with configurations at one state point, 0 < T.
///
/// Sample i depends on `key` and i only; `on_done` hears of each, and of 0 at every sweep.
pub(crate) fn sample_point(
    lattice: Lattice,
    point: StatePoint,
    key: u64,
    spins: &mut [u8],
    on_done: OnDone<'_>,
) -> Result<(), DataError> {
    let model = ClusterModel::new(lattice, point);
    let rows = spins.par_chunks_exact_mut(lattice.n_sites().div_ceil(8)).enumerate();
    rows.try_for_each_init(
        || Search::new(&model),
        |search, (sample, row)| {
            let mut rng = Xoroshiro::new(key, sample as u64);
            let bonds = coalesce(&model, rng.next(), search, on_done)?;
            model.draw_spins(&bonds, &mut rng, search, row);
            report(on_done, 1)
        },
    )
}

/// Open bonds at time 0 of all histories from a past so far that they agree.
fn coalesce(model: &ClusterModel, key: u64, search: &mut Search, on_done: OnDone<'_>) -> Result<OpenBonds, DataError> {
    let mut n_sweeps = 2;
    loop {
        let mut most = OpenBonds::all(model);
        let mut least = OpenBonds::none(model);
        for time in (0..n_sweeps).rev() {
            sweep(model, &mut most, &mut least, &mut Xoroshiro::new(key, time), search);
            report(on_done, 0)?;
        }
        if most == least {
            return Ok(most);
        }
        n_sweeps *= 2;
    }
}

/// Updates every bond of the two extreme histories with the same random numbers.
fn sweep(model: &ClusterModel, most: &mut OpenBonds, least: &mut OpenBonds, rng: &mut Xoroshiro, search: &mut Search) {
    let have_met = most == least;
    for bond in model.bonds() {
        most.set(model, bond, false);
        least.set(model, bond, false);
        let (p, u) = (model.probability(bond), rng.uniform());
        if u >= p {
            continue;
        }
        // What the lesser history connects, the greater connects too.
        let in_least = u < p / (2.0 - p) || search.connects(model, least, bond);
        if in_least || (!have_met && search.connects(model, most, bond)) {
            most.set(model, bond, true);
            least.set(model, bond, in_least);
        }
    }
}
