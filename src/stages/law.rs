//! The exact law q of the training data.

use anyhow::Result;
use ising_theory::{BayesThermometer, Lattice, ShuffledSpins};

use super::{exact_thermometers::known, grid};
use crate::config::{Config, schema::ControlKind};

/// The mixture of the state points of the data, on the lattice.
pub(super) enum Law {
    /// Boltzmann's at every state point.
    Boltzmann(BayesThermometer),
    /// ln q of a configuration with 0, 1, …, N spins up: of shuffled spins the magnetization tells all.
    Shuffled(Vec<f64>),
}

impl Law {
    /// The law of the data of an experiment; nothing where the partition functions are not known.
    pub(super) fn of(config: &Config) -> Result<Option<Self>> {
        match config.settings.data.control {
            ControlKind::None | ControlKind::PermutedSites => {
                let points = grid(config)?;
                let points: Vec<(f64, f64)> = points.iter().map(|point| (point.temperature(), point.field())).collect();
                Self::boltzmann(config.lattice, &points)
            }
            ControlKind::MeanField => Self::shuffled(config),
        }
    }

    /// The mixture of state points (T, H).
    pub(super) fn boltzmann(lattice: Lattice, points: &[(f64, f64)]) -> Result<Option<Self>> {
        Ok(known(BayesThermometer::new(lattice, points))?.map(Self::Boltzmann))
    }

    fn shuffled(config: &Config) -> Result<Option<Self>> {
        let data = &config.settings.data;
        let (fields, n_sites) = (data.fields.values(), config.lattice.n_sites());
        let mut laws = Vec::new();
        for temperature in data.temperatures.values() {
            let Some(found) = known(ShuffledSpins::over_fields(config.lattice, temperature, &fields))? else {
                return Ok(None);
            };
            laws.extend(found.iter().map(ShuffledSpins::ln_probabilities));
        }
        let ln_mixture = (0..=n_sites).map(|n_up| {
            let largest = laws.iter().map(|law| law[n_up]).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = laws.iter().map(|law| (law[n_up] - largest).exp()).sum();
            largest + (sum / laws.len() as f64).ln()
        });
        Ok(Some(Self::Shuffled(ln_mixture.collect())))
    }

    /// ln q of one configuration, given the energy of its bonds and its magnetization Σs.
    pub(super) fn ln_probability(&self, bond_energy: i64, magnetization: i64) -> f64 {
        match self {
            Self::Boltzmann(mixture) => mixture.ln_mixture(bond_energy, magnetization),
            Self::Shuffled(ln_mixture) => {
                let n_sites = ln_mixture.len() as i64 - 1;
                ln_mixture[(magnetization + n_sites) as usize / 2]
            }
        }
    }
}
