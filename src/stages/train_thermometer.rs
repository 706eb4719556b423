//! `train-thermometer`: the network that reads (T, H), and how far it is from the best possible one.

use anyhow::{Context, Result};
use ising_data::{SampleSet, SpinDataset, StatePoint};
use ising_theory::{BayesThermometer, TheoryError};
use models::Thermometer;

use super::{HELD_OUT, SAMPLES, Stage, grid, pick, read_samples, read_table, write_table};
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
    let posteriors = exact_posteriors(&points, &held_out)?;
    let limit = bayes_entropy(&posteriors, points.len());
    write_table(workbench, "thermometer/training.csv", &training_table(&history, limit)?)?;
    let calibration = calibrate(&points, &thermometer, &posteriors, &held_out, workbench)?;
    write_table(workbench, "thermometer/calibration.csv", &calibration)
}

/// The exact posterior over the state points given each configuration, shape `[n_samples, n_points]`; NaN on a lattice
/// whose partition function is out of reach.
fn exact_posteriors(points: &[StatePoint], samples: &SampleSet) -> Result<Vec<f32>> {
    let pairs: Vec<(f64, f64)> = points.iter().map(|point| (point.temperature(), point.field())).collect();
    let exact = match BayesThermometer::new(samples.lattice, &pairs) {
        Err(TheoryError::SideTooLarge { .. }) => return Ok(vec![f32::NAN; samples.spins.n_samples() * points.len()]),
        exact => exact?,
    };
    let mut posteriors = Vec::with_capacity(samples.spins.n_samples() * points.len());
    for row in samples.spins.rows() {
        let energy = ising_data::bond_energy(samples.lattice, row);
        let posterior = exact.posterior(energy, ising_data::magnetization(samples.lattice.n_sites(), row))?;
        posteriors.extend(posterior.into_iter().map(|p| p as f32));
    }
    Ok(posteriors)
}

/// Relative entropy of the exact posterior on held-out data, in nats: no reader of one configuration does better.
fn bayes_entropy(posteriors: &[f32], n_points: usize) -> f64 {
    let n_samples = posteriors.len() / n_points;
    let of_truth =
        posteriors.chunks_exact(n_points).enumerate().map(|(i, row)| f64::from(row[i * n_points / n_samples]));
    -of_truth.map(f64::ln).sum::<f64>() / n_samples as f64
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
    posteriors: &[f32],
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
    let specific_heat = read_table(workbench, "data/observables.csv")?.column("specific_heat_per_site_exact")?;
    let n_per_class = held_out.spins.n_samples() / points.len();
    let posteriors = posteriors.chunks_exact(n_per_class * points.len());
    for (i, ((point, posteriors), specific_heat)) in points.iter().zip(posteriors).zip(specific_heat).enumerate() {
        let samples = i * n_per_class..(i + 1) * n_per_class;
        let bayes = reader.read(posteriors);
        let spins = spins_on(workbench.device, &held_out.spins.slice(samples));
        let network = reader.read(&probabilities(thermometer, spins)?);
        let information = held_out.lattice.n_sites() as f64 * specific_heat;
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
