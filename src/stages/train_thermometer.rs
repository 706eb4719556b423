//! `train-thermometer`: the network that reads (T, H), and how far it is from the best possible one.

use anyhow::{Context, Result};
use ising_data::{SampleSet, SpinDataset, StatePoint};
use ising_theory::{BayesThermometer, thermodynamics_over_fields};
use models::Thermometer;

use super::{HELD_OUT, SAMPLES, Stage, grid, pick, read_samples, write_table};
use crate::{
    artifacts::TensorFile,
    config::Config,
    pipeline::{Task, Workbench},
    reading::Reader,
    table::Table,
    training::{
        spins_on,
        thermometer::{Apprentice, Epoch, layers, probabilities, train, weight_file},
    },
};

const WEIGHTS: &str = "thermometer/weights.safetensors";

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::TrainThermometer.name().into(),
        settings: pick(config, &["seed", "thermometer"]),
        inputs: vec![Stage::Sample.name().into()],
        precious: true,
        work: Box::new(|workbench| run(config, workbench)),
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
    let samples = read_samples(config, workbench, SAMPLES)?;
    let held_out = read_samples(config, workbench, HELD_OUT)?;
    let apprentice = apprentice(config, points.len(), workbench.fingerprint);
    let settings = apprentice.settings;
    let n_steps = settings.n_epochs.get() * samples.spins.n_samples().div_ceil(settings.batch_size.get());
    let work = workbench.progress.begin("thermometer", n_steps as u64, "batch");
    let (layers, history) = train(
        &apprentice,
        &SpinDataset::new(samples, &points)?,
        &SpinDataset::new(held_out.clone(), &points)?,
        &mut workbench.checkpoints,
        workbench.device,
        &work,
    )?;
    drop(work);
    let thermometer = Thermometer::new(&apprentice.shape(), &layers, workbench.device)?;
    let weights = weight_file(&layers).text("kind", "thermometer").text("n_epochs", settings.n_epochs);
    workbench.write(WEIGHTS, &weights.to_bytes())?;
    let pairs: Vec<(f64, f64)> = points.iter().map(|point| (point.temperature(), point.field())).collect();
    let exact = BayesThermometer::new(config.lattice, &pairs)?;
    let limit = bayes_entropy(&exact, &held_out, points.len())?;
    write_table(workbench, "thermometer/training.csv", &training_table(&history, limit)?)?;
    let calibration = calibrate(&points, &thermometer, &exact, &held_out, workbench)?;
    write_table(workbench, "thermometer/calibration.csv", &calibration)
}

/// Relative entropy of the exact posterior on held-out data, in nats: no reader of one configuration does better.
fn bayes_entropy(exact: &BayesThermometer, samples: &SampleSet, n_points: usize) -> Result<f64> {
    let n_samples = samples.spins.n_samples();
    let mut sum = 0.0;
    for sample in 0..n_samples {
        sum -= posterior(exact, samples, sample)?[sample * n_points / n_samples].ln();
    }
    Ok(sum / n_samples as f64)
}

/// The exact posterior over the state points given one configuration.
fn posterior(exact: &BayesThermometer, samples: &SampleSet, sample: usize) -> Result<Vec<f64>> {
    let row = samples.spins.row(sample);
    let energy = ising_data::bond_energy(samples.lattice, row);
    Ok(exact.posterior(energy, ising_data::magnetization(samples.lattice.n_sites(), row))?)
}

fn training_table(history: &[Epoch], limit: f64) -> Result<Table> {
    let header = ["epoch", "relative_entropy", "held_out_relative_entropy", "bayes_relative_entropy"];
    let mut table = Table::new("thermometer training", header);
    for &[epoch, training, held_out] in history {
        table.push([epoch, training, held_out, limit].map(Into::into))?;
    }
    Ok(table)
}

/// Mean and spread of the readings of held-out configurations at every state point, beside the exact posterior's and
/// the Cramér-Rao limit σ_T = T / √(N c) of a single configuration.
fn calibrate(
    points: &[StatePoint],
    thermometer: &Thermometer,
    exact: &BayesThermometer,
    held_out: &SampleSet,
    workbench: &Workbench<'_>,
) -> Result<Table> {
    let header = [
        "temperature",
        "field",
        "n_samples",
        "mean_temperature",
        "mean_temperature_error",
        "spread",
        "bayes_mean_temperature",
        "bayes_spread",
        "cramer_rao_spread",
    ];
    let mut table = Table::new("calibration", header);
    let reader = Reader::new(points);
    let lattice = held_out.lattice;
    let n_per_class = held_out.spins.n_samples() / points.len();
    for (i, point) in points.iter().enumerate() {
        let samples = i * n_per_class..(i + 1) * n_per_class;
        let mut posteriors = Vec::with_capacity(n_per_class * points.len());
        for sample in samples.clone() {
            posteriors.extend(posterior(exact, held_out, sample)?.into_iter().map(|p| p as f32));
        }
        let bayes = reader.read(&posteriors);
        let spins = spins_on(workbench.device, &held_out.spins.slice(samples));
        let network = reader.read(&probabilities(thermometer, spins)?);
        let exact = &thermodynamics_over_fields(lattice, point.temperature(), &[point.field()])?[0];
        let information = lattice.n_sites() as f64 * exact.specific_heat_per_site;
        table.push([
            point.temperature().into(),
            point.field().into(),
            n_per_class.into(),
            network.temperature.value.into(),
            network.temperature.error.into(),
            network.spread.into(),
            bayes.temperature.value.into(),
            bayes.spread.into(),
            (point.temperature() / information.sqrt()).into(),
        ])?;
    }
    Ok(table)
}
