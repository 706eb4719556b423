//! Swendsen-Wang chains (Phys. Rev. Lett. 58, 86) with a ghost spin, for lattices beyond the perfect sampler.
//!
//! Two chains begin at both ends of the phase diagram, all spins aligned and all spins fair. They run until their energies
//! and magnetizations agree, and are then read at intervals of several measured autocorrelation times.

use ising_theory::Lattice;
use statistics::{autocorrelation_time, blocked_mean, mean};

use crate::bits::{bond_energy, magnetization};
use crate::progress::{OnDone, report};
use crate::random_cluster::{ClusterModel, OpenBonds, Search};
use crate::stream::Xoroshiro;
use crate::{DataError, StatePoint};

/// Sweeps of the first attempt to meet; each further attempt has twice as many.
const FIRST_SWEEPS: usize = 400;
/// Attempts to meet before a warning is given.
const MAX_ATTEMPTS: u32 = 6;
/// Two means meet within this many standard errors of their difference.
const MEET_WITHIN: f64 = 4.0;
/// Autocorrelation times between samples: e⁻⁵ of the correlation is left.
const SPACING: f64 = 5.0;

/// Fills `spins`, shape `[n_samples, ceil(n_sites / 8)]`, with configurations at one state point, 0 < T, from the two
/// chains in turn; returns a warning if they have not met. `on_done` hears of each, and of 0 at every sweep.
pub(crate) fn sample_point(
    lattice: Lattice,
    point: StatePoint,
    key: u64,
    spins: &mut [u8],
    on_done: OnDone<'_>,
) -> Result<Option<String>, DataError> {
    let model = ClusterModel::new(lattice, point);
    let mut chains = [true, false].map(|aligned| Chain::new(lattice, &model, key, aligned));
    let mut n_sweeps = FIRST_SWEEPS;
    let mut measured = measure(&mut chains, n_sweeps, on_done)?;
    let mut attempts = 1;
    while !met(&measured) && attempts < MAX_ATTEMPTS {
        n_sweeps *= 2;
        measured = measure(&mut chains, n_sweeps, on_done)?;
        attempts += 1;
    }
    let longest = measured.iter().flat_map(|m| m.iter().map(|series| autocorrelation_time(series).value));
    let tau = longest.fold(0.5, f64::max);
    for (i, row) in spins.chunks_exact_mut(lattice.n_sites().div_ceil(8)).enumerate() {
        let chain = &mut chains[i % 2];
        for _ in 0..(SPACING * tau).ceil() as usize {
            chain.sweep();
            report(on_done, 0)?;
        }
        row.copy_from_slice(&chain.row);
        report(on_done, 1)?;
    }
    Ok((!met(&measured)).then(|| {
        let (t, h) = (point.temperature(), point.field());
        let [aligned, fair] = measured.map(|m| mean(&m[0]).value / lattice.n_sites() as f64);
        format!(
            "T = {t}, H = {h}: after {n_sweeps} sweeps the chains begun aligned and fair have bond energies {aligned:.5} \
             and {fair:.5} per site (autocorrelation time {tau:.1} sweeps): their samples are not yet equilibrated"
        )
    }))
}

/// Bond energy and |M| over the last half of a chain's sweeps.
type Series = [Vec<f64>; 2];

/// Runs both chains.
fn measure(chains: &mut [Chain<'_>; 2], n_sweeps: usize, on_done: OnDone<'_>) -> Result<[Series; 2], DataError> {
    let [aligned, fair] = chains;
    Ok([aligned.measure(n_sweeps, on_done)?, fair.measure(n_sweeps, on_done)?])
}

/// Whether the means of two chains agree in every series, blocked errors taken as the measure.
fn met(measured: &[Series; 2]) -> bool {
    let [a, b] = measured;
    a.iter().zip(b).all(|(a, b)| {
        let [a, b] = [a, b].map(|series| blocked_mean(series, 20));
        (a.value - b.value).abs() <= MEET_WITHIN * a.error.hypot(b.error)
    })
}

/// A Markov chain of packed spins.
struct Chain<'a> {
    lattice: Lattice,
    model: &'a ClusterModel,
    rng: Xoroshiro,
    search: Search,
    row: Vec<u8>,
}

impl<'a> Chain<'a> {
    fn new(lattice: Lattice, model: &'a ClusterModel, key: u64, aligned: bool) -> Self {
        let mut rng = Xoroshiro::new(key, u64::from(aligned));
        let mut search = Search::new(model);
        let mut row = vec![0; lattice.n_sites().div_ceil(8)];
        let bonds = if aligned { OpenBonds::all(model) } else { OpenBonds::none(model) };
        model.draw_spins(&bonds, &mut rng, &mut search, &mut row);
        Self { lattice, model, rng, search, row }
    }

    /// Opens bonds between equal spins, then draws new spins for their clusters.
    fn sweep(&mut self) {
        let mut bonds = OpenBonds::none(self.model);
        let up = |site: usize| self.row[site / 8] >> (7 - site % 8) & 1 == 1;
        for bond in self.model.bonds() {
            let (site, other) = self.model.ends(bond);
            let equal = up(site) == other.map_or(self.model.ghost_up, up);
            if equal && self.rng.uniform() < self.model.probability(bond) {
                bonds.set(self.model, bond, true);
            }
        }
        self.row.fill(0);
        self.model.draw_spins(&bonds, &mut self.rng, &mut self.search, &mut self.row);
    }

    /// Runs the chain.
    fn measure(&mut self, n_sweeps: usize, on_done: OnDone<'_>) -> Result<Series, DataError> {
        let mut series = [Vec::new(), Vec::new()];
        for i in 0..n_sweeps {
            self.sweep();
            report(on_done, 0)?;
            if i >= n_sweeps / 2 {
                series[0].push(bond_energy(self.lattice, &self.row) as f64);
                series[1].push(magnetization(self.lattice.n_sites(), &self.row).abs() as f64);
            }
        }
        Ok(series)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_meet_within_their_errors_only() {
        let mut rng = Xoroshiro::new(1, 0);
        let mut noise = |centre: f64| (0..400).map(|_| centre + rng.uniform()).collect::<Vec<_>>();
        let (near, also_near, far) = (noise(0.0), noise(0.0), noise(0.2));
        let constant = vec![1.0; 400];
        assert!(met(&[[near.clone(), constant.clone()], [also_near.clone(), constant.clone()]]));
        assert!(!met(&[[near.clone(), constant.clone()], [far, constant.clone()]]));
        assert!(!met(&[[near, constant], [also_near, vec![2.0; 400]]]));
    }
}
