//! The state at the end of a flow: the configurations of all chains of all starts, beside Boltzmann distributions, free
//! spins and the training mixture.

use anyhow::Result;
use ising_data::{
    Observables, PackedSpins, Reference, StatePoint, binder_ratio, bond_energies, connected_correlation,
    magnetizations, observables, relative_entropy,
};
use ising_theory::{Lattice, MaximumLikelihood, StateClass, StateCounts, TheoryError};
use statistics::{Estimate, mean};

use crate::{
    config::{Config, schema},
    stages::{
        exact_thermometers::{ExactThermometers, known},
        law::Law,
    },
    table::{Cell, Table},
    training::machine::Snapshot,
};

/// What a row is about.
pub(in crate::stages) const KEYS: [&str; 6] =
    ["machine", "n_hidden", "epoch", "n_updates", "training_time", "n_chains"];

/// What it holds, each with its error.
pub(in crate::stages) const VALUES: [&str; 13] = [
    "energy_per_site",
    "magnetization_per_site",
    "abs_magnetization_per_site",
    "magnetization_squared",
    "connected_correlation",
    "binder_ratio",
    "free_spin_energy_per_site",
    "free_spin_temperature",
    "boltzmann_temperature",
    "boltzmann_field",
    "distance_to_boltzmann",
    "distance_to_free_spins",
    "distance_to_mixture",
];

const UNKNOWN: Estimate = Estimate { value: f64::NAN, error: f64::NAN };

/// K and h beyond which configurations are aligned to the precision of f64.
const LARGEST_COUPLING: f64 = 50.0;

/// A moment of a training.
pub(super) struct Moment {
    epoch: f64,
    n_updates: u64,
    training_time: f64,
}

impl Moment {
    /// That of a snapshot.
    pub(super) fn of(config: &Config, rbm: &schema::Rbm, snapshot: &Snapshot) -> Self {
        Self::after(config, rbm, snapshot.epoch, snapshot.n_updates)
    }

    /// The end of the training.
    pub(super) fn end(config: &Config, rbm: &schema::Rbm) -> Self {
        let n_epochs = rbm.n_epochs.get();
        let n_updates = n_epochs * rbm.updates_per_epoch(config.settings.n_training_samples());
        Self::after(config, rbm, n_epochs as f64, n_updates as u64)
    }

    fn after(config: &Config, rbm: &schema::Rbm, epoch: f64, n_updates: u64) -> Self {
        let training_time = rbm.training_time(n_updates, config.settings.n_training_samples());
        Self { epoch, n_updates, training_time }
    }

    /// Its columns in tables.
    pub(super) fn columns(&self) -> [(&'static str, Cell); 3] {
        let Self { epoch, n_updates, training_time } = *self;
        [("epoch", epoch.into()), ("n_updates", n_updates.into()), ("training_time", training_time.into())]
    }
}

/// What ends are compared with.
pub(super) struct References {
    lattice: Lattice,
    counted: Option<Counted>,
}

/// What is known where the states are counted.
struct Counted {
    counts: StateCounts,
    thermometer: MaximumLikelihood,
    ln_free_spins: Vec<f64>,
    /// ln q(E, M) of the training mixture.
    ln_mixture: Vec<f64>,
}

impl References {
    /// Those of an experiment. On the torus this costs the density of states: seconds at L = 10.
    pub(super) fn new(config: &Config) -> Result<Self> {
        let lattice = config.lattice;
        let counts = known(StateCounts::new(lattice))?;
        let counted = match (counts, Law::of(config)?) {
            (Some(counts), Some(law)) => {
                let ln_q =
                    |class: &StateClass| class.ln_count + law.ln_probability(class.bond_energy, class.magnetization);
                Some(Counted {
                    thermometer: MaximumLikelihood::new(lattice)?,
                    ln_free_spins: counts.ln_free_spins(),
                    ln_mixture: counts.classes().iter().map(ln_q).collect(),
                    counts,
                })
            }
            _ => None,
        };
        Ok(Self { lattice, counted })
    }

    /// The row of configurations of the lattice in the table of [`table`].
    pub(super) fn row(
        &self,
        (rbm, index): (&schema::Rbm, u64),
        moment: &Moment,
        spins: &PackedSpins,
        exact: &ExactThermometers,
    ) -> Result<Vec<Cell>> {
        let mut row: Vec<Cell> = vec![rbm.name.as_str().into(), rbm.n_hidden.get().into(), index.into()];
        row.extend(moment.columns().map(|(_, cell)| cell));
        row.push(spins.n_samples().into());
        row.extend(self.measure(spins, exact)?);
        Ok(row)
    }

    /// The values of configurations of the lattice, in the order of [`VALUES`], with their errors.
    fn measure(&self, spins: &PackedSpins, exact: &ExactThermometers) -> Result<Vec<Cell>> {
        let (lattice, n) = (self.lattice, self.lattice.n_sites() as f64);
        // In no field, where E is the energy of the bonds; the temperature does not enter.
        let measured = observables(lattice, StatePoint::new(1.0, 0.0)?, spins)?;
        let Observables { energy_per_site, magnetization_per_site, abs_magnetization_per_site, .. } = measured;
        let squared = mean(&magnetizations(spins).iter().map(|&m| (m as f64 / n).powi(2)).collect::<Vec<_>>());
        let free = free_spin_energy(lattice, squared);
        let read_as = exact.by_means(spins.n_samples(), free.value, magnetization_per_site.value)?;
        let mut values = vec![
            energy_per_site,
            magnetization_per_site,
            abs_magnetization_per_site,
            squared,
            connected_correlation(lattice, spins)?,
            binder_ratio(spins),
            free,
            Estimate { error: f64::NAN, ..read_as.temperature },
        ];
        match &self.counted {
            Some(counted) => values.extend(counted.compare(lattice, spins)?),
            None => values.extend([UNKNOWN; 5]),
        }
        Ok(values.into_iter().flat_map(|Estimate { value, error }| [value.into(), error.into()]).collect())
    }
}

/// −(z/2)(N⟨m²⟩ − 1)/(N − 1): the bond energy per site of spins that are placed at random given M.
fn free_spin_energy(lattice: Lattice, squared: Estimate) -> Estimate {
    let (n, bonds) = (lattice.n_sites() as f64, lattice.n_bonds() as f64 / lattice.n_sites() as f64);
    let scale = bonds / (n - 1.0);
    Estimate { value: -scale * (n * squared.value - 1.0), error: scale * n * squared.error }
}

impl Counted {
    /// T and H of the nearest Boltzmann distribution; the divergences from it, from free spins and from the mixture.
    fn compare(&self, lattice: Lattice, spins: &PackedSpins) -> Result<[Estimate; 5]> {
        let states: Vec<(i64, i64)> = bond_energies(lattice, spins)?.into_iter().zip(magnetizations(spins)).collect();
        let reference = |ln_probabilities: Vec<f64>| Reference {
            classes: self.counts.classes(),
            ln_probabilities,
            given_magnetization: false,
            n_fitted: 0,
        };
        let free_spins = Reference { given_magnetization: true, ..reference(self.ln_free_spins.clone()) };
        let [temperature, field, boltzmann] = self.nearest_boltzmann(&states, &reference)?;
        let others = [free_spins, reference(self.ln_mixture.clone())];
        let [free, mixture] = others.map(|reference| relative_entropy(&states, &reference));
        Ok([temperature, field, boltzmann, free, mixture])
    }

    /// T, H and the divergence. The likelihood of the configurations is largest where the divergence from them is least.
    fn nearest_boltzmann<'a>(
        &self,
        states: &[(i64, i64)],
        reference: &dyn Fn(Vec<f64>) -> Reference<'a>,
    ) -> Result<[Estimate; 3]> {
        let n = states.len();
        let mean = |value: &dyn Fn(&(i64, i64)) -> i64| states.iter().map(value).sum::<i64>() as f64 / n as f64;
        match self.thermometer.read(n, mean(&|state| state.0), mean(&|state| state.1)) {
            Ok(reading) => {
                let [coupling, field] = reading.couplings();
                let coupling = coupling.min(LARGEST_COUPLING);
                let nearest = Reference { n_fitted: 2, ..reference(self.counts.ln_boltzmann(coupling, field)) };
                Ok([
                    Estimate { value: reading.temperature, error: reading.temperature_error() },
                    Estimate { value: reading.field, error: reading.field_error() },
                    relative_entropy(states, &nearest),
                ])
            }
            // All spins one way: so has a strong field them at any temperature.
            Err(TheoryError::AlignedConfigurations) => Ok([UNKNOWN, UNKNOWN, Estimate { value: 0.0, error: 0.0 }]),
            Err(TheoryError::NoMaximumFound { .. } | TheoryError::ImpossibleMeans { .. }) => Ok([UNKNOWN; 3]),
            Err(error) => Err(error.into()),
        }
    }
}

/// A table with the columns `machine`, `n_hidden`, `seed`, `epoch`, `n_updates`, `training_time`, `n_chains` and the
/// values with their errors.
pub(super) fn table(name: &str) -> Table {
    let (of_machine, of_state) = KEYS.split_at(2);
    let keys = of_machine.iter().chain(&["seed"]).chain(of_state).map(|name| (*name).to_owned());
    let values = VALUES.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_error")]);
    Table::with_header(name, keys.chain(values))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use ising_data::{grid, sample, shuffled_spins, stream::Purpose};
    use std::path::Path;

    fn config(changes: &[&str]) -> Config {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/smoke.toml");
        Config::load(&file, changes.iter().map(|change| change.parse().unwrap()).collect()).unwrap()
    }

    fn measured(config: &Config, spins: &PackedSpins) -> impl Fn(&str) -> (f64, f64) + use<> {
        let references = References::new(config).unwrap();
        let cells = references.measure(spins, &ExactThermometers::new(config).unwrap()).unwrap();
        let numbers: Vec<f64> = cells.iter().map(|cell| cell.to_string().parse().unwrap()).collect();
        move |name| {
            let place = 2 * VALUES.iter().position(|value| *value == name).unwrap();
            (numbers[place], numbers[place + 1])
        }
    }

    /// Exact samples at (2.5, 0.3) of an 8 x 8 torus are a Boltzmann state and no free spins; shuffled they are free spins,
    /// whose energy is that of their M. The mixture of one state point is its Boltzmann distribution. Within 5 errors
    /// (false-alarm rate below 4e-6 for seven numbers).
    #[test]
    fn a_boltzmann_state_and_free_spins_are_told_apart() {
        let config =
            config(&["data.side=8", "data.temperatures=[2.5]", "data.fields=[0.3]", "thermometer.temperatures=[2, 3]"]);
        let points = grid(&[2.5], &[0.3]).unwrap();
        let spins = sample(config.lattice, &points, 10_000, 3, Purpose::FlowStart, &|_| true).unwrap();
        let is_near = |(value, error): (f64, f64), exact: f64| (value - exact).abs() < 5.0 * error;
        let of = measured(&config, &spins);
        assert!(is_near(of("boltzmann_temperature"), 2.5) && is_near(of("boltzmann_field"), 0.3));
        assert!(is_near(of("distance_to_boltzmann"), 0.0) && is_near(of("distance_to_mixture"), 0.0));
        let (distance, error) = of("distance_to_free_spins");
        assert!(distance > 10.0 * error, "{distance} ± {error}");
        let of = measured(&config, &shuffled_spins(&spins, &points, 3, Purpose::FlowStart).unwrap());
        assert!(is_near(of("distance_to_free_spins"), 0.0) && is_near(of("connected_correlation"), 0.0));
        let (energy, error) = of("energy_per_site");
        assert!((energy - of("free_spin_energy_per_site").0).abs() < 5.0 * error);
        assert!(of("free_spin_temperature").0 > 2.5, "{}", of("free_spin_temperature").0);
    }

    #[test]
    fn aligned_chains_and_lattices_out_of_reach_have_no_distances_to_speak_of() {
        let small = config(&[]);
        let up = PackedSpins::from_f32(16, &[1.0; 16 * 40]).unwrap();
        let of = measured(&small, &up);
        assert_eq!(of("distance_to_boltzmann"), (0.0, 0.0));
        assert_eq!(of("distance_to_free_spins"), (0.0, 0.0));
        let large = config(&["data.side=14"]);
        let of = measured(&large, &PackedSpins::from_f32(196, &[1.0; 196 * 4]).unwrap());
        assert!(of("distance_to_boltzmann").0.is_nan() && of("energy_per_site").0 < -1.99);
    }
}
