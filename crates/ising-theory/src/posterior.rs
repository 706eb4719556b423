//! The Bayes thermometer: the exact posterior over a grid of state points, given a configuration.

use crate::thermodynamics::ln_z;
use crate::{Lattice, TheoryError};

/// The best reader of (T, H) there can be: p(T, H | s) ∝ e^{−E(s)/T}/Z(T, H) with equal prior weights on a grid.
///
/// A configuration enters through its bond energy and magnetization alone, and no network has a lower cross-entropy.
#[derive(Clone, Debug)]
pub struct BayesThermometer {
    lattice: Lattice,
    points: Vec<GridPoint>,
}

#[derive(Clone, Copy, Debug)]
struct GridPoint {
    temperature: f64,
    field: f64,
    ln_z: f64,
}

impl BayesThermometer {
    /// The thermometer of a grid of (T, H), T = 0 and ∞ allowed; the torus costs one pass for each distinct temperature.
    ///
    /// # Errors
    /// A state point out of range, or a torus above L = 12 in a field.
    pub fn new(lattice: Lattice, grid: &[(f64, f64)]) -> Result<Self, TheoryError> {
        let mut order: Vec<usize> = (0..grid.len()).collect();
        order.sort_by(|&i, &j| grid[i].0.total_cmp(&grid[j].0));
        let mut points: Vec<GridPoint> =
            grid.iter().map(|&(temperature, field)| GridPoint { temperature, field, ln_z: 0.0 }).collect();
        for isotherm in order.chunk_by(|&i, &j| grid[i].0.to_bits() == grid[j].0.to_bits()) {
            let fields: Vec<f64> = isotherm.iter().map(|&i| grid[i].1).collect();
            let values = ln_z(lattice, grid[isotherm[0]].0, &fields)?;
            for (&i, value) in isotherm.iter().zip(values) {
                points[i].ln_z = value;
            }
        }
        Ok(Self { lattice, points })
    }

    pub(crate) fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Whether some point of the grid has a field.
    pub(crate) fn has_field(&self) -> bool {
        self.points.iter().any(|point| point.field != 0.0)
    }

    /// ln p(s | T, H) at each point of the grid for a configuration of this bond energy and magnetization; −∞ where it
    /// cannot occur. Shape `[n_points]`.
    pub fn ln_likelihood(&self, bond_energy: i64, magnetization: i64) -> Vec<f64> {
        self.points.iter().map(|point| point.ln_likelihood(self.lattice, bond_energy, magnetization)).collect()
    }

    /// ln q(s) of the mixture of all points of the grid in equal parts, q = (1/n) Σ p(s | T, H): the law of training data.
    pub fn ln_mixture(&self, bond_energy: i64, magnetization: i64) -> f64 {
        let terms = self.ln_likelihood(bond_energy, magnetization);
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
        largest + (sum / terms.len() as f64).ln()
    }

    /// p(T, H | s) at each point of the grid, shape `[n_points]`.
    ///
    /// # Errors
    /// [`TheoryError::ImpossibleObservation`] if no point of the grid can produce the configuration.
    pub fn posterior(&self, bond_energy: i64, magnetization: i64) -> Result<Vec<f64>, TheoryError> {
        let mut weights = self.ln_likelihood(bond_energy, magnetization);
        let largest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return Err(TheoryError::ImpossibleObservation { bond_energy, magnetization });
        }
        weights.iter_mut().for_each(|weight| *weight = (*weight - largest).exp());
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Ok(weights)
    }

    /// The posterior averaged over configurations given as (bond energy, magnetization), shape `[n_points]`; zero
    /// everywhere for none.
    ///
    /// # Errors
    /// As [`Self::posterior`].
    pub fn mean_posterior(&self, observations: &[(i64, i64)]) -> Result<Vec<f64>, TheoryError> {
        let mut mean = vec![0.0; self.points.len()];
        for &(bond_energy, magnetization) in observations {
            for (mean, weight) in mean.iter_mut().zip(self.posterior(bond_energy, magnetization)?) {
                *mean += weight / observations.len() as f64;
            }
        }
        Ok(mean)
    }
}

impl GridPoint {
    fn ln_likelihood(&self, lattice: Lattice, bond_energy: i64, magnetization: i64) -> f64 {
        if self.temperature > 0.0 {
            let energy = bond_energy as f64 - self.field * magnetization as f64;
            return -energy / self.temperature - self.ln_z;
        }
        let aligned = bond_energy == -(lattice.n_bonds() as i64) && magnetization.abs() == lattice.n_sites() as i64;
        match (aligned, self.field == 0.0) {
            (true, true) => -std::f64::consts::LN_2,
            (true, false) if self.field * magnetization as f64 > 0.0 => 0.0,
            _ => f64::NEG_INFINITY,
        }
    }
}
