//! `train-thermometer`: the network that reads (T, H), and how far it is from the best possible one.

use anyhow::{Context, Result};
use ising_data::{SampleSet, StatePoint, stream::Purpose};
use models::Thermometer;

use super::{
    HELD_OUT, SAMPLES, Stage,
    calibration::{Calibration, bounds},
    control::Control,
    drawing::draw,
    grid, on_lattice, pick, read_samples, thermometer_grid, write_table,
};
use crate::{
    artifacts::TensorFile,
    config::{Config, schema::LessonsKind},
    pipeline::{Task, Work, Workbench},
    reading::read,
    table::Table,
    training::thermometer::{Apprentice, Epoch, Lessons, layers, train, weight_file},
    training::{labelled::Labelled, spins_on},
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
    let shape = apprentice(config, &thermometer_grid(config)?, "").shape();
    let layers = layers(&shape, &TensorFile::read(&path)?)?;
    Thermometer::new(&shape, &layers, workbench.device).with_context(|| format!("cannot use {}", path.display()))
}

fn apprentice<'a>(config: &'a Config, points: &'a [StatePoint], fingerprint: &'a str) -> Apprentice<'a> {
    let settings = &config.settings;
    Apprentice { settings: &settings.thermometer, lattice: config.lattice, points, seed: settings.seed, fingerprint }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let points = thermometer_grid(config)?;
    let n_held_out = config.settings.data.n_held_out.get();
    let held_out = samples(config, &points, (HELD_OUT, Purpose::HeldOut, n_held_out), workbench)?;
    let lessons = lessons(config, &points, workbench)?;
    let apprentice = apprentice(config, &points, workbench.fingerprint);
    let settings = apprentice.settings;
    let n_samples = points.len() * n_samples(config);
    let n_steps = settings.n_epochs.get() * n_samples.div_ceil(settings.batch_size.get());
    let work = workbench.progress.begin("thermometer", n_steps as u64, "batch");
    let (layers, history) = train(
        &apprentice,
        &lessons,
        &Labelled::new(held_out.clone(), &points)?,
        &mut workbench.checkpoints,
        workbench.device,
        &work,
    )?;
    drop(work);
    let thermometer = Thermometer::new(&apprentice.shape(), &layers, workbench.device)?;
    let weights = weight_file(&layers).text("kind", "thermometer").text("n_epochs", settings.n_epochs);
    workbench.write(WEIGHTS, &weights.to_bytes())?;
    let readings = read(&thermometer, &points, &spins_on(workbench.device, &held_out.spins))?;
    let calibration = Calibration::new(settings.head, &points, readings, &on_lattice(config, &held_out)?)?;
    write_table(workbench, "thermometer/training.csv", &training_table(&history, calibration.least_loss())?)?;
    write_table(workbench, "thermometer/summary.csv", &calibration.summary()?)?;
    write_table(workbench, "thermometer/confusion.csv", &calibration.confusion()?)?;
    write_table(workbench, "thermometer/agreement.csv", &calibration.agreement()?)?;
    write_table(workbench, "thermometer/reliability.csv", &calibration.reliability()?)?;
    let bounds = bounds(config.lattice, &points)?;
    write_table(workbench, "thermometer/calibration.csv", &calibration.table(&bounds)?)
}

/// Configurations to learn from at each state point.
fn n_samples(config: &Config) -> usize {
    config.settings.thermometer.n_samples.unwrap_or(config.settings.data.n_samples).get()
}

/// Configurations at the state points of the thermometer: those of the data, unless it has a grid or a number of its own, or
/// a control is for the machines alone. At state points that both have, they are the same.
fn samples(
    config: &Config,
    points: &[StatePoint],
    (file, purpose, n): (&str, Purpose, usize),
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let of_data = read_samples(config, workbench, file)?;
    let is_same = points == grid(config)? && of_data.spins.n_samples() == n * points.len();
    if is_same && Control::new(config).is_for_all() {
        return Ok(of_data);
    }
    draw_for_thermometer(config, points, n, purpose, workbench)
}

/// Configurations as the thermometer shall see them.
fn draw_for_thermometer(
    config: &Config,
    points: &[StatePoint],
    n: usize,
    purpose: Purpose,
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let samples = draw(config, points, n, (config.settings.seed.into(), purpose), workbench)?;
    Ok(SampleSet { spins: Control::new(config).for_thermometer(samples.spins)?, ..samples })
}

/// What the thermometer learns.
fn lessons(config: &Config, points: &[StatePoint], workbench: &Workbench<'_>) -> Result<Lessons> {
    let settings = &config.settings.thermometer;
    let n_samples = n_samples(config);
    let (samples, n_epochs) = match settings.data {
        LessonsKind::Samples => (samples(config, points, (SAMPLES, Purpose::Sample, n_samples), workbench)?, 1),
        LessonsKind::Stream => {
            let n_epochs = settings.n_epochs.get();
            (draw_for_thermometer(config, points, n_samples * n_epochs, Purpose::Lesson, workbench)?, n_epochs)
        }
    };
    Ok(Lessons { dataset: Labelled::new(samples, points)?, n_epochs, n_classes: points.len() })
}

fn training_table(history: &[Epoch], limit: f64) -> Result<Table> {
    let header = ["epoch", "loss", "held_out_loss", "bayes_loss"];
    let mut table = Table::new("thermometer training", header);
    for &[epoch, training, held_out] in history {
        table.push([epoch, training, held_out, limit].map(Into::into))?;
    }
    Ok(table)
}
