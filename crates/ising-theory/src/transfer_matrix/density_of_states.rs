//! Numbers of states of the torus by bond energy, and by bond energy and magnetization together.

use super::rows::{self, Row};
use super::{LARGEST_SIDE, RowWeights, check_side, close_torus};
use crate::TheoryError;
use crate::check::{check_field, check_positive};

/// Above this side the table of states takes minutes and gigabytes.
const LARGEST_JOINT_SIDE: usize = 10;

/// g(E_bond, M) of the L × L torus: the number of configurations at each bond energy and magnetization.
///
/// Costs 0.15 s at L = 8 and 5 s and 0.3 GB at L = 10 on 2 cores; counts beyond 2⁵³ carry the relative precision of f64.
#[derive(Clone, Debug)]
pub struct JointDensityOfStates {
    n_sites: usize,
    /// Shape `[n_sites + 1, n_sites + 1]`: half the number of unsatisfied bonds, which is even; spins up.
    counts: Vec<f64>,
}

impl JointDensityOfStates {
    /// Counts the states of the torus of `side` ≤ 10.
    ///
    /// # Errors
    /// A side out of range.
    pub fn new(side: usize) -> Result<Self, TheoryError> {
        let instead = "the magnetization table and the energy distribution reach 12";
        check_side(side, LARGEST_JOINT_SIDE, "the joint density of states", instead)?;
        let n_sites = side * side;
        let width = n_sites + 1;
        let classes = rows::classes_with_flip(side);
        let closed = close_torus(side, &classes, &ByEnergy { side, down_weight: None });
        let mut counts = vec![0.0; width * width];
        for (class, block) in classes.iter().zip(&closed) {
            for (counts, block) in counts.chunks_mut(width).zip(block.chunks(width)) {
                for n_up in 0..width {
                    counts[n_up] += class.n_rows as f64 * block[n_up] + class.n_flipped as f64 * block[n_sites - n_up];
                }
            }
        }
        Ok(Self { n_sites, counts })
    }

    /// Number of configurations with this bond energy −Σ sᵢsⱼ and magnetization Σ sᵢ.
    pub fn count(&self, bond_energy: i64, magnetization: i64) -> f64 {
        let n = self.n_sites as i64;
        let (n_pairs, n_up) = ((bond_energy + 2 * n) / 4, (magnetization + n) / 2);
        let exists = (bond_energy + 2 * n) % 4 == 0 && bond_energy.abs() <= 2 * n && magnetization.abs() <= n;
        if exists && (magnetization + n) % 2 == 0 {
            self.counts[n_pairs as usize * (self.n_sites + 1) + n_up as usize]
        } else {
            0.0
        }
    }

    /// P(E_bond, M | T, H) wherever it is not zero, as (bond energy, magnetization, probability).
    ///
    /// # Errors
    /// A temperature or field out of range; T = 0 is not a Boltzmann weight and is refused.
    pub fn distribution(&self, temperature: f64, field: f64) -> Result<Vec<(i64, i64, f64)>, TheoryError> {
        check_positive(temperature)?;
        check_field(field)?;
        let n = self.n_sites as i64;
        let weight = |(index, &count): (usize, &f64)| {
            let (n_unsatisfied, n_up) = (2 * (index / (self.n_sites + 1)), index % (self.n_sites + 1));
            let n_against = if field < 0.0 { n_up } else { self.n_sites - n_up };
            let excess = 2.0 * (n_unsatisfied as f64 + field.abs() * n_against as f64);
            (2 * (n_unsatisfied as i64 - n), 2 * n_up as i64 - n, count * (-excess / temperature).exp())
        };
        let mut states: Vec<_> = self.counts.iter().enumerate().map(weight).filter(|state| state.2 > 0.0).collect();
        let total: f64 = states.iter().map(|state| state.2).sum();
        states.iter_mut().for_each(|state| state.2 /= total);
        Ok(states)
    }
}

/// P(E_bond | T, H) of the L × L torus, L ≤ 12.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyDistribution {
    /// Bond energies −2N, −2N + 2, …, 2N, shape `[2 n_sites + 1]`.
    pub bond_energies: Vec<i64>,
    /// Their probabilities, shape `[2 n_sites + 1]`.
    pub probabilities: Vec<f64>,
}

impl EnergyDistribution {
    /// The distribution of the bond energy at `temperature` > 0 in `field`.
    ///
    /// # Errors
    /// A side, temperature or field out of range; T = 0 is refused.
    pub fn new(side: usize, temperature: f64, field: f64) -> Result<Self, TheoryError> {
        check_side(side, LARGEST_SIDE, "the energy distribution", "sample larger lattices")?;
        check_positive(temperature)?;
        check_field(field)?;
        let n_sites = side * side;
        let classes = rows::classes(side);
        let down_weight = Some((-2.0 * field.abs() / temperature).exp());
        let closed = close_torus(side, &classes, &ByEnergy { side, down_weight });
        let density = |n: usize| match n % 2 {
            0 => classes.iter().zip(&closed).map(|(class, part)| class.n_rows as f64 * part[n / 2]).sum(),
            _ => 0.0,
        };
        let weight = |n: usize, density: f64| density * (-2.0 * n as f64 / temperature).exp();
        let mut probabilities: Vec<f64> = (0..=2 * n_sites).map(|n| weight(n, density(n))).collect();
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|probability| *probability /= total);
        let n = n_sites as i64;
        Ok(Self { bond_energies: (-n..=n).map(|half| 2 * half).collect(), probabilities })
    }
}

/// Numbers added at once.
const CHUNK: usize = 256;

/// Blocks by number n of unsatisfied bonds and, unless a weight of spins against the field is given, of spins up.
///
/// With u spins up in the present row and u₀ in the first, n − u + u₀ is even and at least 0: a row has an even number of
/// walls, and the vertical bonds of a column leave as many unsatisfied, up to an even number, as its ends differ. Kept is
/// k = (n + u − u₀)/2, which at the end, where u = u₀, is n/2.
struct ByEnergy {
    side: usize,
    down_weight: Option<f64>,
}

impl ByEnergy {
    /// Length of the inner dimension, the number of spins up, behind `n_rows` rows.
    fn width(&self, n_rows: usize) -> usize {
        if self.down_weight.is_some() { 1 } else { self.side * n_rows + 1 }
    }
}

impl RowWeights for ByEnergy {
    type Entry = f64;

    fn block_len(&self, n_rows: usize) -> usize {
        let n_bonds = (2 * self.side * n_rows + self.side).min(2 * self.side * self.side);
        // Behind all rows u = u₀.
        let n_more = if n_rows < self.side { self.side } else { 0 };
        ((n_bonds + n_more) / 2 + 1) * self.width(n_rows)
    }

    fn write_unit(&self, block: &mut [f64]) {
        block[0] = 1.0;
    }

    #[inline(always)]
    fn join(&self, n_rows: usize, up: &mut [f64], down: &mut [f64]) {
        // An unsatisfied bond and a spin more up raise k by one, an unsatisfied bond and a spin less up leave it.
        let (shift, len) = (self.width(n_rows), up.len());
        for start in (shift..len).step_by(CHUNK).rev() {
            let here = start..(start + CHUNK).min(len);
            let mut up_before = [0.0; CHUNK];
            let up_before = &mut up_before[..here.len()];
            up_before.copy_from_slice(&up[here.clone()]);
            add_to(&mut up[here.clone()], &down[here.start - shift..here.end - shift]);
            add_to(&mut down[here], up_before);
        }
        add_to(&mut down[..shift], &up[..shift]);
    }

    #[inline(always)]
    fn cross_row(&self, n_rows: usize, row: Row, source: &[f64], target: &mut [f64]) {
        let (width, target_width) = (self.width(n_rows), self.width(n_rows + 1));
        let (weight, shift) = match self.down_weight {
            Some(weight) => (weight.powi((self.side - row.n_up) as i32), 0),
            None => (1.0, row.n_up),
        };
        for (source, target) in source.chunks(width).zip(target.chunks_mut(target_width).skip(row.n_walls / 2)) {
            for (source, target) in source.iter().zip(&mut target[shift..]) {
                *target += weight * source;
            }
        }
    }
}

#[inline(always)]
fn add_to(target: &mut [f64], source: &[f64]) {
    for (target, source) in target.iter_mut().zip(source) {
        *target += source;
    }
}
