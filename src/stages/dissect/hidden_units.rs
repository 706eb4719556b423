//! The hidden units of the trained machine: the patch of the lattice that each looks at, and what it reacts to.

use anyhow::Result;
use ising_data::{PackedSpins, Waves, bond_energies, magnetizations, waves};
use models::RbmParameters;
use statistics::{Unequal, regression};

use super::{Subject, participation_ratio};
use crate::{
    table::{Cell, Table},
    training::machine::evenly,
};

/// Configurations, evenly spread over the data, that the reactions are taken over.
const N_CONFIGURATIONS: usize = 10_000;
/// Hidden units whose weights are written.
const N_FIELDS: usize = 16;

/// Hidden units by the norm of their weights, the largest first, and the weights of the first of them.
pub(super) fn tables(subject: &Subject<'_>) -> Result<Vec<Table>> {
    let machine = &subject.trained().parameters;
    let stimuli = Stimuli::of(subject, &evenly(&subject.samples.spins, N_CONFIGURATIONS)?)?;
    let mut units = Table::new("hidden-units", UNITS);
    let mut fields = Table::new("receptive-fields", ["machine", "seed", "rank", "site", "weight"]);
    for (rank, unit) in by_norm(machine).into_iter().enumerate() {
        let weights = receptive_field(machine, unit);
        let numbers: [Cell; 2] = [(rank + 1).into(), unit.into()];
        let described = describe(subject, &weights, machine.hidden_bias[unit].into())?.into_iter();
        let reactions = stimuli.reactions(&weights, machine.hidden_bias[unit].into())?;
        let values: Vec<Cell> = described.chain(reactions).map(Into::into).collect();
        units.push([&subject.cells()[..], &numbers, &values].concat())?;
        if rank < N_FIELDS {
            for (site, weight) in weights.into_iter().enumerate() {
                fields.push([&subject.cells()[..], &[(rank + 1).into(), site.into(), weight.into()]].concat())?;
            }
        }
    }
    Ok(vec![units, fields])
}

const UNITS: [&str; 13] = [
    "machine",
    "seed",
    "rank",
    "unit",
    "norm",
    "bias",
    "participation_ratio",
    "mean_wave_number",
    "largest_star",
    "correlation_with_magnetization",
    "correlation_with_abs_magnetization",
    "correlation_with_bond_energy",
    "square_correlation_with_bond_energy",
];

/// Norm, bias, over how many sites, of which waves.
fn describe(subject: &Subject<'_>, weights: &[f64], bias: f64) -> Result<[f64; 5]> {
    let Waves { mean_wave_number, largest_star } = waves(subject.lattice, weights)?;
    Ok([norm(weights), bias, participation_ratio(weights), mean_wave_number, largest_star])
}

/// wᵢₐ of one hidden unit a, shape `[n_visible]`.
fn receptive_field(machine: &RbmParameters, unit: usize) -> Vec<f64> {
    machine.weights.iter().skip(unit).step_by(machine.n_hidden).map(|&weight| weight.into()).collect()
}

fn norm(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt()
}

/// The hidden units, the largest norm first.
fn by_norm(machine: &RbmParameters) -> Vec<usize> {
    let mut units: Vec<(usize, f64)> =
        (0..machine.n_hidden).map(|unit| (unit, norm(&receptive_field(machine, unit)))).collect();
    units.sort_by(|a, b| b.1.total_cmp(&a.1));
    units.into_iter().map(|(unit, _)| unit).collect()
}

/// Configurations shown to the hidden units, and what they may react to.
struct Stimuli {
    n_sites: usize,
    /// Values ±1, shape `[n_samples, n_sites]`.
    spins: Vec<f32>,
    magnetizations: Vec<f64>,
    abs_magnetizations: Vec<f64>,
    bond_energies: Vec<f64>,
}

impl Stimuli {
    fn of(subject: &Subject<'_>, spins: &PackedSpins) -> Result<Self> {
        let n_sites = spins.n_sites();
        let magnetizations: Vec<f64> = magnetizations(spins).into_iter().map(|m| m as f64).collect();
        let bond_energies = bond_energies(subject.lattice, spins)?;
        Ok(Self {
            n_sites,
            spins: spins.to_f32(),
            abs_magnetizations: magnetizations.iter().map(|m| m.abs()).collect(),
            magnetizations,
            bond_energies: bond_energies.into_iter().map(|energy| energy as f64).collect(),
        })
    }

    /// Correlations of ⟨hₐ⟩ = tanh(bₐ + Σᵢ vᵢwᵢₐ) with M, |M| and the energy of the bonds, and of ⟨hₐ⟩², which is large where the
    /// unit is decided, with this energy; NaN where nothing varies.
    fn reactions(&self, weights: &[f64], bias: f64) -> Result<[f64; 4]> {
        let field = |spins: &[f32]| bias + spins.iter().zip(weights).map(|(&v, w)| f64::from(v) * w).sum::<f64>();
        let means: Vec<f64> = self.spins.chunks_exact(self.n_sites).map(|spins| field(spins).tanh()).collect();
        let squares: Vec<f64> = means.iter().map(|mean| mean * mean).collect();
        let correlation = |x: &[f64], y: &[f64]| Ok::<_, Unequal>(regression(x, y)?.correlation.value);
        Ok([
            correlation(&means, &self.magnetizations)?,
            correlation(&means, &self.abs_magnetizations)?,
            correlation(&means, &self.bond_energies)?,
            correlation(&squares, &self.bond_energies)?,
        ])
    }
}
