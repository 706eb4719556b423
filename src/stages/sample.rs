//! `sample`: configurations at every state point, their observables, and the exact values beside them.

use anyhow::Result;
use ising_data::{Estimate, Observables, SampleSet, StatePoint, observables, stream::Purpose};
use ising_theory::{Thermodynamics, thermodynamics_over_fields};

use super::{HELD_OUT, SAMPLES, Stage, grid, pick, write_table};
use crate::{
    config::Config,
    pipeline::{Task, Workbench},
    table::{Cell, Table},
};

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::Sample.name().into(),
        settings: pick(config, &["seed", "data"]),
        inputs: Vec::new(),
        precious: true,
        work: Box::new(|workbench| run(config, workbench)),
    }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let data = &config.settings.data;
    let points = grid(config)?;
    let samples = draw(config, &points, data.n_samples.get(), Purpose::Sample, workbench)?;
    let held_out = draw(config, &points, data.n_held_out.get(), Purpose::HeldOut, workbench)?;
    workbench.note("sampler", "exact: independent configurations through the transfer matrix");
    workbench.write(SAMPLES, &samples.to_bytes())?;
    workbench.write(HELD_OUT, &held_out.to_bytes())?;
    let exact = exact_values(config)?;
    write_table(workbench, "data/observables.csv", &observables_table(config, &points, &samples, &exact)?)
}

/// `n_samples` configurations at each of `points`.
fn draw(
    config: &Config,
    points: &[StatePoint],
    n_samples: usize,
    purpose: Purpose,
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let work = workbench.progress.begin("sample", (points.len() * n_samples) as u64, "configuration");
    let seed = u64::from(config.settings.seed);
    let on_done = |n: usize| work.advance(n as u64);
    let spins = ising_data::sample(config.lattice, points, n_samples, seed, purpose, &on_done)?;
    let metadata = [("seed", seed.to_string()), ("sampler", "exact".into())];
    let metadata = metadata.into_iter().map(|(key, value)| (key.into(), value)).collect();
    Ok(SampleSet::new(config.lattice, points, spins, metadata)?)
}

/// The exact values on the grid, the field running fastest.
fn exact_values(config: &Config) -> Result<Vec<Thermodynamics>> {
    let data = &config.settings.data;
    let fields = data.fields.values();
    let mut values = Vec::new();
    for temperature in data.temperatures.values() {
        values.extend(thermodynamics_over_fields(config.lattice, temperature, &fields)?);
    }
    Ok(values)
}

/// Names of the observables in tables.
const NAMES: [&str; 5] = [
    "energy_per_site",
    "specific_heat_per_site",
    "abs_magnetization_per_site",
    "magnetization_per_site",
    "susceptibility_per_site",
];

fn observables_table(
    config: &Config,
    points: &[StatePoint],
    samples: &SampleSet,
    exact: &[Thermodynamics],
) -> Result<Table> {
    let columns =
        NAMES.into_iter().flat_map(|name| [name.to_owned(), format!("{name}_error"), format!("{name}_exact")]);
    let header = ["temperature", "field", "n_samples"].map(str::to_owned).into_iter().chain(columns);
    let mut table = Table::with_header("observables", header);
    let n_samples = config.settings.data.n_samples.get();
    for (i, (point, exact)) in points.iter().zip(exact).enumerate() {
        let spins = samples.spins.slice(i * n_samples..(i + 1) * n_samples);
        let measured = observables(config.lattice, *point, &spins);
        let mut row: Vec<Cell> = vec![point.temperature().into(), point.field().into(), n_samples.into()];
        for (estimate, exact) in pairs(&measured, exact) {
            row.extend([estimate.value.into(), estimate.error.into(), exact.into()]);
        }
        table.push(row)?;
    }
    Ok(table)
}

/// Measured and exact values in the order of [`NAMES`].
fn pairs(measured: &Observables, exact: &Thermodynamics) -> [(Estimate, f64); 5] {
    [
        (measured.energy_per_site, exact.energy_per_site),
        (measured.specific_heat_per_site, exact.specific_heat_per_site),
        (measured.abs_magnetization_per_site, exact.abs_magnetization_per_site),
        (measured.magnetization_per_site, exact.magnetization_per_site),
        (measured.susceptibility_per_site, exact.susceptibility_per_site),
    ]
}
