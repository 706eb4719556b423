//! The stages: each reads its settings and earlier artifacts and writes its own. Stages do not call each other.

mod analyze;
mod calibration;
mod control;
mod correlations;
mod dissect;
mod drawing;
mod exact_thermometers;
mod flow;
mod histogram;
mod law;
mod likelihood;
mod machine_files;
mod plane;
mod render;
mod sample;
mod train_rbm;
mod train_thermometer;

pub(crate) use dissect::N_MAPPED;
pub(crate) use drawing::sampler;
pub(crate) use flow::start_axes;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use ising_data::{SampleSet, StatePoint};

use machine_files::{read_machine, read_snapshots};

use crate::{
    config::{Config, Settings, schema},
    pipeline::{Task, Workbench},
    table::Table,
};

/// A stage of the pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Stage {
    /// Draw configurations and measure them.
    Sample,
    /// Train the network that reads (T, H).
    TrainThermometer,
    /// Train the machines.
    TrainRbm,
    /// Feed the machines their own reconstructions.
    Flow,
    /// Look inside the machines.
    Dissect,
    /// Compare the flow with exact physics.
    Analyze,
    /// Draw the figures.
    Render,
}

impl Stage {
    /// The stages in their order.
    pub const ALL: [Self; 7] =
        [Self::Sample, Self::TrainThermometer, Self::TrainRbm, Self::Flow, Self::Dissect, Self::Analyze, Self::Render];

    /// Its name on the command line and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::TrainThermometer => "train-thermometer",
            Self::TrainRbm => "train-rbm",
            Self::Flow => "flow",
            Self::Dissect => "dissect",
            Self::Analyze => "analyze",
            Self::Render => "render",
        }
    }

    /// What has to be done for it.
    pub fn tasks(self, config: &Config) -> Vec<Task<'_>> {
        match self {
            Self::Sample => sample::tasks(config),
            Self::TrainThermometer => vec![train_thermometer::task(config)],
            Self::TrainRbm => train_rbm::tasks(config),
            Self::Flow => flow::tasks(config),
            Self::Dissect => dissect::tasks(config),
            Self::Analyze => likelihood::tasks(config).chain([analyze::task(config)]).collect(),
            Self::Render => vec![render::task(config)],
        }
    }
}

/// The names of all machines' training tasks.
fn machine_tasks(settings: &Settings) -> Vec<String> {
    machines(settings).map(|(rbm, index)| machine_task(rbm, index)).collect()
}

/// The names of all machines' flow tasks, those along the training too.
fn flow_tasks(settings: &Settings) -> impl Iterator<Item = String> {
    let along_training = machines(settings).filter(|_| settings.flow.along_training);
    machines(settings)
        .map(|(rbm, index)| flow::task_name(rbm, index))
        .chain(along_training.map(|(rbm, index)| flow::name_along_training(rbm, index)))
}

/// The names of all machines' dissections.
fn dissections(settings: &Settings) -> impl Iterator<Item = String> {
    machines(settings).map(|(rbm, index)| dissect::task_name(rbm, index))
}

/// Every machine: its entry and its index K.
fn machines(settings: &Settings) -> impl Iterator<Item = (&schema::Rbm, u64)> {
    settings.rbm.iter().flat_map(|rbm| (0..rbm.seeds.get() as u64).map(move |index| (rbm, index)))
}

/// The name of the task that draws a training data set.
fn data_set_task(set: u64) -> String {
    match set {
        0 => Stage::Sample.name().into(),
        further => format!("{}/{further}", Stage::Sample.name()),
    }
}

/// The tasks whose files hold the training data of a machine, and the held-out data.
fn data_tasks(rbm: &schema::Rbm, index: u64) -> Vec<String> {
    let set = rbm.data_set(index);
    std::iter::once(data_set_task(0)).chain((set > 0).then(|| data_set_task(set))).collect()
}

fn machine_task(rbm: &schema::Rbm, index: u64) -> String {
    format!("{}/{}/seed-{index}", Stage::TrainRbm.name(), rbm.name)
}

/// Where the machine's files lie in the run folder.
fn machine_folder(rbm: &schema::Rbm, index: u64) -> String {
    format!("rbm/{}/seed-{index}", rbm.name)
}

/// The chosen keys of the merged settings. `flow.along_training` is left out: it adds tasks and changes none.
fn pick(config: &Config, keys: &[&str]) -> toml::Table {
    let mut table = config.table();
    table.retain(|key, _| keys.contains(&key));
    if let Some(flow) = table.get_mut("flow").and_then(toml::Value::as_table_mut) {
        flow.remove("along_training");
    }
    table
}

/// The state points of the data, the field running fastest.
fn grid(config: &Config) -> Result<Vec<StatePoint>> {
    let data = &config.settings.data;
    Ok(ising_data::grid(&data.temperatures.values(), &data.fields.values())?)
}

/// The state points that the thermometer tells apart, the field running fastest: those of the data, unless it has its own.
fn thermometer_grid(config: &Config) -> Result<Vec<StatePoint>> {
    let (temperatures, fields) = config.settings.thermometer_grid();
    Ok(ising_data::grid(&temperatures, &fields)?)
}

/// Steps or distances that are looked at up to `last`: each up to 10, then about ten a decade, and the last.
pub(crate) fn log_spaced(last: usize) -> Vec<usize> {
    let later = (1..).map(|i| 10f64.powf(1.0 + f64::from(i) / 10.0).round() as usize);
    (0..=10.min(last)).chain(later.take_while(|&number| number < last)).chain((last > 10).then_some(last)).collect()
}

/// Files of the sampling.
const SAMPLES: &str = "data/samples.safetensors";
const HELD_OUT: &str = "data/held-out.safetensors";

/// The file of a training data set.
fn samples_file(set: u64) -> String {
    if set == 0 { SAMPLES.into() } else { format!("data/samples-{set}.safetensors") }
}

/// Reads a data set of this run, as the networks see it.
fn read_samples(config: &Config, workbench: &Workbench<'_>, file: &str) -> Result<SampleSet> {
    let path = workbench.path(file);
    let samples = SampleSet::open(&path)?;
    ensure!(
        samples.lattice == config.lattice,
        "{} holds a {}, the config asks for a {}: sample anew with --restart, or choose another --out folder",
        path.display(),
        samples.lattice,
        config.lattice
    );
    Ok(samples)
}

/// The same data set on the lattice.
fn on_lattice(config: &Config, samples: &SampleSet) -> Result<SampleSet> {
    Ok(SampleSet { spins: control::Control::new(config).undo(samples.spins.clone())?, ..samples.clone() })
}

/// Reads a table of an earlier task.
fn read_table(workbench: &Workbench<'_>, file: &str) -> Result<Table> {
    let text = String::from_utf8(workbench.read(file)?).with_context(|| format!("{file} is no text"))?;
    Ok(Table::from_csv(file, &text)?)
}

/// A table of the same name that every machine has in its `folder`, one under another.
fn read_of_all_machines(
    config: &Config,
    workbench: &Workbench<'_>,
    folder: impl Fn(&schema::Rbm, u64) -> String,
    file: &str,
) -> Result<Table> {
    let mut all: Option<Table> = None;
    for (rbm, index) in machines(&config.settings) {
        let table = read_table(workbench, &format!("{}/{file}", folder(rbm, index)))?;
        match &mut all {
            None => all = Some(table),
            Some(all) => all.append(table)?,
        }
    }
    all.context("there is no machine")
}

/// Writes a table of this task.
fn write_table(workbench: &mut Workbench<'_>, file: &str, table: &Table) -> Result<()> {
    workbench.write(file, table.to_csv()?.as_bytes())
}
