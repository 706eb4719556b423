//! `train-thermometer`: the network that reads (T, H), and how far it is from the best possible one.

use anyhow::{Context, Result};
use ising_data::{SpinDataset, StatePoint, stream::Purpose};
use models::Thermometer;

use super::{
    HELD_OUT, SAMPLES, Stage,
    calibration::{Calibration, bounds},
    drawing::draw,
    grid, on_lattice, pick, read_samples, read_table, write_table,
};
use crate::{
    artifacts::TensorFile,
    config::{Config, schema::LessonsKind},
    pipeline::{Task, Work, Workbench},
    reading::read,
    table::Table,
    training::spins_on,
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
    let shape = apprentice(config, &grid(config)?, "").shape();
    let layers = layers(&shape, &TensorFile::read(&path)?)?;
    Thermometer::new(&shape, &layers, workbench.device).with_context(|| format!("cannot use {}", path.display()))
}

fn apprentice<'a>(config: &'a Config, points: &'a [StatePoint], fingerprint: &'a str) -> Apprentice<'a> {
    let settings = &config.settings;
    Apprentice { settings: &settings.thermometer, lattice: config.lattice, points, seed: settings.seed, fingerprint }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let points = grid(config)?;
    let held_out = read_samples(config, workbench, HELD_OUT)?;
    let lessons = lessons(config, &points, workbench)?;
    let apprentice = apprentice(config, &points, workbench.fingerprint);
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
    let readings = read(&thermometer, &points, &spins_on(workbench.device, &held_out.spins))?;
    let calibration = Calibration::new(settings.head, &points, readings, &on_lattice(config, &held_out))?;
    write_table(workbench, "thermometer/training.csv", &training_table(&history, calibration.least_loss())?)?;
    write_table(workbench, "thermometer/summary.csv", &calibration.summary()?)?;
    write_table(workbench, "thermometer/confusion.csv", &calibration.confusion()?)?;
    write_table(workbench, "thermometer/agreement.csv", &calibration.agreement()?)?;
    write_table(workbench, "thermometer/reliability.csv", &calibration.reliability()?)?;
    let bounds = bounds(config.lattice, &points, &read_table(workbench, "data/observables.csv")?)?;
    write_table(workbench, "thermometer/calibration.csv", &calibration.table(&bounds)?)
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
    let header = ["epoch", "loss", "held_out_loss", "bayes_loss"];
    let mut table = Table::new("thermometer training", header);
    for &[epoch, training, held_out] in history {
        table.push([epoch, training, held_out, limit].map(Into::into))?;
    }
    Ok(table)
}
