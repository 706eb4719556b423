//! The thermometers that invert exact physics: part of `flow` and `analyze`.

use anyhow::Result;
use ising_data::Observables;
use ising_theory::{EnergyThermometer, Lattice, MaximumLikelihood, TheoryError};
use statistics::Estimate;

use crate::config::Config;

const UNKNOWN: Estimate = Estimate { value: f64::NAN, error: f64::NAN };

/// The most likely T and H of a set of configurations.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExactReading {
    pub(super) temperature: Estimate,
    pub(super) field: Estimate,
    /// Covariance of the two: from the inverse Fisher information.
    pub(super) covariance: f64,
}

/// What a set of configurations says of (T, H) by exact physics, where that is known.
pub(super) struct ExactThermometers {
    lattice: Lattice,
    /// Inverts the exact e(T) in the field of the data, if they have only one.
    energy: Option<(f64, EnergyThermometer)>,
    /// The maximum of the likelihood: in the field of the data, if they have only one, else of T and H.
    likelihood: Option<MaximumLikelihood>,
}

impl ExactThermometers {
    /// Those of the data.
    pub(super) fn new(config: &Config) -> Result<Self> {
        match config.settings.data.fields.values().as_slice() {
            &[field] => Self::of(config.lattice, Some(field)),
            _ => Self::of(config.lattice, None),
        }
    }

    /// Those of a lattice in a known field, or in any.
    pub(super) fn of(lattice: Lattice, field: Option<f64>) -> Result<Self> {
        let energy = field.map(|field| known(EnergyThermometer::new(lattice, field))).transpose()?.flatten();
        let likelihood = match field {
            Some(field) => MaximumLikelihood::in_field(lattice, field),
            None => MaximumLikelihood::new(lattice),
        };
        Ok(Self { lattice, energy: field.zip(energy), likelihood: known(likelihood)? })
    }

    /// The temperature with this energy per site, measured in `field`.
    pub(super) fn by_energy(&self, field: f64, energy: Estimate) -> Estimate {
        match &self.energy {
            Some((known, thermometer)) if known.total_cmp(&field).is_eq() => {
                let reading = thermometer.read(energy.value);
                Estimate { value: reading.temperature, error: energy.error * reading.temperature_per_energy }
            }
            _ => UNKNOWN,
        }
    }

    /// The most likely T and H of `n` configurations, the energy measured in `field`, with their errors as if they were
    /// of a Boltzmann law.
    pub(super) fn by_likelihood(&self, n: usize, field: f64, measured: &Observables) -> Result<ExactReading> {
        let magnetization = measured.magnetization_per_site.value;
        self.by_means(n, measured.energy_per_site.value + field * magnetization, magnetization)
    }

    /// The same from the mean bond energy and the mean magnetization per site.
    pub(super) fn by_means(&self, n: usize, bond_energy: f64, magnetization: f64) -> Result<ExactReading> {
        let unknown = ExactReading { temperature: UNKNOWN, field: UNKNOWN, covariance: f64::NAN };
        let Some(thermometer) = &self.likelihood else { return Ok(unknown) };
        let n_sites = self.lattice.n_sites() as f64;
        match thermometer.read(n, n_sites * bond_energy, n_sites * magnetization) {
            Ok(reading) => Ok(ExactReading {
                temperature: Estimate { value: reading.temperature, error: reading.temperature_error() },
                field: Estimate { value: reading.field, error: reading.field_error() },
                covariance: reading.covariance[0][1],
            }),
            // All spins one way, or means that nothing known to us fits.
            Err(
                TheoryError::AlignedConfigurations
                | TheoryError::NoMaximumFound { .. }
                | TheoryError::ImpossibleMeans { .. },
            ) => Ok(unknown),
            Err(error) => Err(error.into()),
        }
    }
}

/// Nothing on a lattice that is too large for exact physics.
pub(super) fn known<T>(result: Result<T, TheoryError>) -> Result<Option<T>> {
    match result {
        Err(TheoryError::SideTooLarge { .. }) => Ok(None),
        result => Ok(Some(result?)),
    }
}
