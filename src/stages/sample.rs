//! `sample`: configurations at every state point, their observables, and the exact values beside them.

use anyhow::Result;
use ising_data::{
    Observables, SampleSet, Sampler, StatePoint, observables,
    stream::{Purpose, data_set_seed},
};
use statistics::Estimate;

use super::{
    HELD_OUT,
    control::Control,
    data_set_task,
    drawing::{draw, sampler},
    grid, on_lattice, pick, samples_file, write_table,
};
use crate::{
    config::{
        Config,
        schema::{ControlKind, SamplerKind},
    },
    exact::{self, Exact},
    interrupt,
    pipeline::{Task, Work, Workbench},
    table::{Cell, Table},
};

/// Training data set 0 with all that is drawn but once; then the further data sets.
pub(super) fn tasks(config: &Config) -> Vec<Task<'_>> {
    let task = |set| Task {
        name: data_set_task(set),
        settings: pick(config, &["seed", "data"]),
        inputs: Vec::new(),
        precious: true,
        work: Work::alone(
            move |workbench| if set == 0 { run(config, workbench) } else { run_further(config, set, workbench) },
        ),
    };
    (0..config.settings.n_data_sets()).map(task).collect()
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let points = grid(config)?;
    let samples = draw_training_set(config, &points, 0, workbench)?;
    let random = (config.settings.seed.into(), Purpose::HeldOut);
    let held_out = draw_for_machines(config, &points, config.settings.data.n_held_out.get(), random, workbench)?;
    note_sampler(config, workbench);
    workbench.write(&samples_file(0), &samples.to_bytes())?;
    workbench.write(HELD_OUT, &held_out.to_bytes())?;
    let exact = exact_values(config)?;
    write_table(
        workbench,
        "data/observables.csv",
        &observables_table(config, &points, &on_lattice(config, &samples)?, &exact)?,
    )
}

/// Draws one of the further training data sets.
fn run_further(config: &Config, set: u64, workbench: &mut Workbench<'_>) -> Result<()> {
    let mut samples = draw_training_set(config, &grid(config)?, set, workbench)?;
    samples.metadata.insert("data_seed".into(), set.to_string());
    note_sampler(config, workbench);
    workbench.write(&samples_file(set), &samples.to_bytes())
}

fn note_sampler(config: &Config, workbench: &mut Workbench<'_>) {
    let sampler = sampler(&config.settings, config.lattice);
    workbench.note("sampler", sampler.name());
    if config.settings.data.sampler == SamplerKind::Auto {
        workbench.note("why", Sampler::choose(config.lattice).1);
    }
}

fn draw_training_set(config: &Config, points: &[StatePoint], set: u64, workbench: &Workbench<'_>) -> Result<SampleSet> {
    let random = (data_set_seed(config.settings.seed.into(), set), Purpose::Sample);
    draw_for_machines(config, points, config.settings.data.n_samples.get(), random, workbench)
}

/// Configurations as the machines shall see them.
fn draw_for_machines(
    config: &Config,
    points: &[StatePoint],
    n_samples: usize,
    random: (u64, Purpose),
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let control = Control::new(config);
    let mut samples = draw(config, points, n_samples, random, workbench)?;
    samples.spins = control.for_machines(samples.spins, points, random)?;
    samples.metadata.extend(control.metadata().map(|(key, value)| (key.to_owned(), value)));
    Ok(samples)
}

/// The exact values on the grid, the field running fastest: of the lattice, or of its shuffled spins. NaN where nothing exact
/// is known.
fn exact_values(config: &Config) -> Result<Vec<Exact>> {
    let data = &config.settings.data;
    let fields = data.fields.values();
    let mut values = Vec::new();
    for temperature in data.temperatures.values() {
        interrupt::check()?;
        values.extend(match data.control {
            ControlKind::None | ControlKind::PermutedSites => exact::values(config.lattice, temperature, &fields)?,
            ControlKind::MeanField => exact::values_of_shuffled_spins(config.lattice, temperature, &fields)?,
        });
    }
    Ok(values)
}

fn observables_table(config: &Config, points: &[StatePoint], samples: &SampleSet, exact: &[Exact]) -> Result<Table> {
    let columns =
        exact::NAMES.into_iter().flat_map(|name| [name.to_owned(), format!("{name}_error"), format!("{name}_exact")]);
    let header = ["temperature", "field", "n_samples"].map(str::to_owned).into_iter().chain(columns);
    let mut table = Table::with_header("observables", header);
    let n_samples = config.settings.data.n_samples.get();
    for (i, (point, exact)) in points.iter().zip(exact).enumerate() {
        interrupt::check()?;
        let spins = samples.spins.slice(i * n_samples..(i + 1) * n_samples)?;
        let measured = observables(config.lattice, *point, &spins)?;
        let mut row: Vec<Cell> = vec![point.temperature().into(), point.field().into(), n_samples.into()];
        for (estimate, exact) in estimates(&measured).into_iter().zip(exact) {
            row.extend([estimate.value.into(), estimate.error.into(), (*exact).into()]);
        }
        table.push(row)?;
    }
    Ok(table)
}

/// Measured values in the order of [`exact::NAMES`].
fn estimates(measured: &Observables) -> [Estimate; 5] {
    [
        measured.energy_per_site,
        measured.specific_heat_per_site,
        measured.abs_magnetization_per_site,
        measured.magnetization_per_site,
        measured.susceptibility_per_site,
    ]
}
