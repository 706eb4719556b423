//! g(E, M): how many configurations of a lattice have a bond energy and a magnetization.

use std::collections::BTreeMap;

use crate::transfer_matrix::JointDensityOfStates;
use crate::{Lattice, TheoryError};

/// The largest ring whose states are counted: their classes grow as N²/4.
pub(crate) const LARGEST_RING: usize = 1000;

/// Configurations of equal bond energy and magnetization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StateClass {
    /// −Σ sᵢsⱼ.
    pub bond_energy: i64,
    /// Σ sᵢ.
    pub magnetization: i64,
    /// ln of the number of these configurations.
    pub ln_count: f64,
}

/// All classes of configurations of equal bond energy and magnetization.
///
/// Closed form on the ring up to N = 1000; on the torus up to L = 10 at the cost of [`JointDensityOfStates`].
#[derive(Clone, Debug)]
pub struct StateCounts {
    n_sites: usize,
    classes: Vec<StateClass>,
}

impl StateCounts {
    /// Counts the states of a lattice.
    ///
    /// # Errors
    /// A ring above 1000 sites, a torus above L = 10, or an extent below 2.
    pub fn new(lattice: Lattice) -> Result<Self, TheoryError> {
        let classes = match lattice {
            Lattice::Ring { n_sites } => {
                Lattice::ring(n_sites)?;
                of_ring(n_sites)?
            }
            Lattice::Square { side } => of_torus(&JointDensityOfStates::new(side)?, (side * side) as i64),
        };
        Ok(Self { n_sites: lattice.n_sites(), classes })
    }

    /// The classes, those of the torus by bond energy and then by magnetization.
    pub fn classes(&self) -> &[StateClass] {
        &self.classes
    }

    /// ln p(E, M) of the Boltzmann distribution at K = 1/T and h = H/T in every class, in the order of [`Self::classes`].
    pub fn ln_boltzmann(&self, coupling: f64, field: f64) -> Vec<f64> {
        let ln_weight = |class: &StateClass| {
            class.ln_count - coupling * class.bond_energy as f64 + field * class.magnetization as f64
        };
        normalized(self.classes.iter().map(ln_weight).collect())
    }

    /// ln f(E | M) of free spins of magnetization M in every class: all C(N, n_up) arrangements of the spins are equally
    /// likely, f = g(E, M)/C(N, n_up).
    pub fn ln_free_spins(&self) -> Vec<f64> {
        let mut arrangements = BTreeMap::<i64, f64>::new();
        let ln_factorials = ln_factorials(self.n_sites);
        let mut ln_choose = |magnetization: i64| {
            *arrangements.entry(magnetization).or_insert_with(|| {
                let n_up = (magnetization + self.n_sites as i64) as usize / 2;
                ln_factorials[self.n_sites] - ln_factorials[n_up] - ln_factorials[self.n_sites - n_up]
            })
        };
        self.classes.iter().map(|class| class.ln_count - ln_choose(class.magnetization)).collect()
    }
}

/// Logarithms of weights less the logarithm of their sum.
fn normalized(mut ln_weights: Vec<f64>) -> Vec<f64> {
    let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ln_sum = largest + ln_weights.iter().map(|ln_weight| (ln_weight - largest).exp()).sum::<f64>().ln();
    ln_weights.iter_mut().for_each(|ln_weight| *ln_weight -= ln_sum);
    ln_weights
}

fn of_torus(density: &JointDensityOfStates, n: i64) -> Vec<StateClass> {
    let pairs = (-n..=n).flat_map(|half| (-n..=n).step_by(2).map(move |m| (2 * half, m)));
    let class = |(bond_energy, magnetization)| {
        let ln_count = density.count(bond_energy, magnetization).ln();
        StateClass { bond_energy, magnetization, ln_count }
    };
    pairs.map(class).filter(|class| class.ln_count.is_finite()).collect()
}

/// ln 0!, ln 1!, …, ln n!.
fn ln_factorials(n: usize) -> Vec<f64> {
    let sums = (1..=n).scan(0.0, |sum, i| {
        *sum += (i as f64).ln();
        Some(*sum)
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// With 2k walls between u up spins and N − u down spins there are (N/k) C(u − 1, k − 1) C(N − u − 1, k − 1) states.
///
/// # Errors
/// More than 1000 sites.
pub(crate) fn of_ring(n_sites: usize) -> Result<Vec<StateClass>, TheoryError> {
    if n_sites > LARGEST_RING {
        let (method, instead) = ("the count of a ring's states", "sample configurations");
        return Err(TheoryError::SideTooLarge { side: n_sites, limit: LARGEST_RING, method, instead });
    }
    let n = n_sites as i64;
    let ln_factorials = ln_factorials(n_sites);
    let ln_choose = |n: i64, k: i64| {
        let ln = |i: i64| ln_factorials[i as usize];
        ln(n) - ln(k) - ln(n - k)
    };
    let aligned = [-n, n].map(|magnetization| StateClass { bond_energy: -n, magnetization, ln_count: 0.0 });
    let with_walls = (1..n).flat_map(|n_up| (1..=n_up.min(n - n_up)).map(move |k| (n_up, k)));
    let class = |(n_up, k)| StateClass {
        bond_energy: 4 * k - n,
        magnetization: 2 * n_up - n,
        ln_count: (n as f64 / k as f64).ln() + ln_choose(n_up - 1, k - 1) + ln_choose(n - n_up - 1, k - 1),
    };
    Ok(aligned.into_iter().chain(with_walls.map(class)).collect())
}
