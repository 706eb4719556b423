//! `train-thermometer`: the network that reads (T, H), and how far it is from the best possible one.

use anyhow::{Context, Result};
use ising_data::{SpinDataset, StatePoint, stream::Purpose};
use models::Thermometer;

use super::{
    HELD_OUT, SAMPLES, Stage, calibration::Readings, drawing::draw, grid, pick, read_samples, read_table, write_table,
};
use crate::{
    artifacts::TensorFile,
    config::{Config, schema::LessonsKind},
    pipeline::{Task, Work, Workbench},
    table::Table,
    training::thermometer::{Apprentice, Epoch, Lessons, layers, train, weight_file},
};

const WEIGHTS: &str = "thermometer/weights.safetensors";

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::TrainThermometer.name().into(),
        settings: pick(config, &["seed", "thermometer"]),
        inputs: vec![Stage::Sample.name().into()],
        precious: true,
        work: Work::alone(|workbench| run(config, workbench)),
    }
}

/// The trained thermometer of this run.
pub(super) fn read_thermometer(config: &Config, workbench: &Workbench<'_>) -> Result<Thermometer> {
    let path = workbench.path(WEIGHTS);
    let shape = apprentice(config, grid(config)?.len(), "").shape();
    let layers = layers(&shape, &TensorFile::read(&path)?)?;
    Thermometer::new(&shape, &layers, workbench.device).with_context(|| format!("cannot use {}", path.display()))
}

fn apprentice<'a>(config: &'a Config, n_classes: usize, fingerprint: &'a str) -> Apprentice<'a> {
    let settings = &config.settings;
    Apprentice { settings: &settings.thermometer, lattice: config.lattice, n_classes, seed: settings.seed, fingerprint }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let points = grid(config)?;
    let held_out = read_samples(config, workbench, HELD_OUT)?;
    let lessons = lessons(config, &points, workbench)?;
    let apprentice = apprentice(config, points.len(), workbench.fingerprint);
    let settings = apprentice.settings;
    let n_samples = points.len() * config.settings.data.n_samples.get();
    let n_steps = settings.n_epochs.get() * n_samples.div_ceil(settings.batch_size.get());
    let work = workbench.progress.begin("thermometer", n_steps as u64, "batch");
    let (layers, history) = train(
        &apprentice,
        &lessons,
        &SpinDataset::new(held_out.clone(), &points)?,
        &mut workbench.checkpoints,
        workbench.device,
        &work,
    )?;
    drop(work);
    let thermometer = Thermometer::new(&apprentice.shape(), &layers, workbench.device)?;
    let weights = weight_file(&layers).text("kind", "thermometer").text("n_epochs", settings.n_epochs);
    workbench.write(WEIGHTS, &weights.to_bytes())?;
    let readings = Readings::new(&points, &thermometer, held_out, workbench.device)?;
    write_table(workbench, "thermometer/training.csv", &training_table(&history, readings.limit())?)?;
    write_table(workbench, "thermometer/summary.csv", &readings.summary()?)?;
    write_table(workbench, "thermometer/confusion.csv", &readings.confusion()?)?;
    write_table(workbench, "thermometer/reliability.csv", &readings.reliability()?)?;
    let specific_heat = read_table(workbench, "data/observables.csv")?.column("specific_heat_per_site_exact")?;
    write_table(workbench, "thermometer/calibration.csv", &readings.calibration(&specific_heat)?)
}

/// The configurations to learn from.
fn lessons(config: &Config, points: &[StatePoint], workbench: &Workbench<'_>) -> Result<Lessons> {
    let settings = &config.settings;
    let (samples, n_epochs) = match settings.thermometer.data {
        LessonsKind::Samples => (read_samples(config, workbench, SAMPLES)?, 1),
        LessonsKind::Stream => {
            let n_epochs = settings.thermometer.n_epochs.get();
            let n_samples = settings.data.n_samples.get() * n_epochs;
            (draw(config, points, n_samples, Purpose::Lesson, workbench)?, n_epochs)
        }
    };
    Ok(Lessons { dataset: SpinDataset::new(samples, points)?, n_epochs, n_classes: points.len() })
}

fn training_table(history: &[Epoch], limit: f64) -> Result<Table> {
    let header = ["epoch", "relative_entropy", "held_out_relative_entropy", "bayes_relative_entropy"];
    let mut table = Table::new("thermometer training", header);
    for &[epoch, training, held_out] in history {
        table.push([epoch, training, held_out, limit].map(Into::into))?;
    }
    Ok(table)
}
