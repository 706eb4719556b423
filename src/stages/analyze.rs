//! `analyze`: where the flows end, beside the temperatures that the hypotheses single out.

use anyhow::Result;
use ising_data::{Estimate, mean};
use ising_theory::{CRITICAL_TEMPERATURE, EnergyThermometer, Lattice, TheoryError, specific_heat_maximum};

use super::{Stage, pick, read_table, write_table};
use crate::{
    config::Config,
    exact,
    pipeline::{Task, Work, Workbench},
    table::{Cell, Table},
};

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::Analyze.name().into(),
        settings: pick(config, &["data"]),
        inputs: [Stage::Sample, Stage::Flow].map(|stage| stage.name().to_owned()).to_vec(),
        precious: false,
        work: Work::alone(|workbench| run(config, workbench)),
    }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let markers = markers(config, &read_table(workbench, "data/observables.csv")?)?;
    let flow = read_table(workbench, "flow/flow.csv")?;
    write_table(workbench, "analysis/end-points.csv", &end_points(&flow, &markers)?)?;
    write_table(workbench, "analysis/markers.csv", &markers_table(&markers)?)?;
    write_table(workbench, "analysis/exact.csv", &exact_curve(config)?)
}

/// A state point that a hypothesis singles out.
struct Marker {
    name: &'static str,
    label: &'static str,
    temperature: f64,
    field: f64,
}

/// Tc, the maximum of the lattice's specific heat, and the temperature of the training mixture, where the data have one
/// field.
fn markers(config: &Config, observables: &Table) -> Result<Vec<Marker>> {
    let mut markers = Vec::new();
    if let &[field] = config.settings.data.fields.values().as_slice() {
        if matches!(config.lattice, Lattice::Square { .. }) && field.abs() < f64::MIN_POSITIVE {
            let (name, label) = ("critical_temperature", "*T*_{c}");
            markers.push(Marker { name, label, temperature: CRITICAL_TEMPERATURE, field });
        }
        let maximum = match specific_heat_maximum(config.lattice, field) {
            // Nothing exact is known of a large torus in a field: there is nothing to mark.
            Err(TheoryError::SideTooLarge { .. }) => return Ok(markers),
            maximum => maximum?,
        };
        let (name, label) = ("specific_heat_maximum", "maximal *c*");
        markers.push(Marker { name, label, temperature: maximum.temperature, field });
        let (name, label) = ("training_mixture", "training mixture");
        markers.push(Marker { name, label, temperature: mixture_temperature(config, field, observables)?, field });
    }
    Ok(markers)
}

/// The temperature at which the lattice has the mean energy of the training data: where a perfect machine's flow ends.
fn mixture_temperature(config: &Config, field: f64, observables: &Table) -> Result<f64> {
    let energies = observables.column("energy_per_site_exact")?;
    let mixture = energies.iter().sum::<f64>() / energies.len() as f64;
    Ok(EnergyThermometer::new(config.lattice, field)?.read(mixture).temperature)
}

fn markers_table(markers: &[Marker]) -> Result<Table> {
    let mut table = Table::with_header("markers", ["name", "label", "temperature", "field"]);
    for marker in markers {
        table.push([marker.name.into(), marker.label.into(), marker.temperature.into(), marker.field.into()])?;
    }
    Ok(table)
}

/// Where the flow of every machine ends, by network and by energy, and how far each marker lies from it: for every seed the
/// mean over the starts with its error, then, as seed "all", the mean over the seeds with theirs. Infinite temperatures are
/// left out; `n_values` counts the others.
fn end_points(flow: &Table, markers: &[Marker]) -> Result<Table> {
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last_step = flow.filter("step", last)?;
    let distances = markers.iter().map(|marker| format!("distance_to_{}", marker.name));
    let header = ["machine", "seed", "reading", "step", "n_values", "temperature", "temperature_error"];
    let header: Vec<String> = header.map(str::to_owned).into_iter().chain(distances).collect();
    let mut table = Table::with_header("end points", header);
    for machine in last_step.distinct_text("machine")? {
        let of_machine = last_step.filter("machine", machine)?;
        for reading in ["thermometer_temperature", "energy_temperature"] {
            let mut push = |seed: &str, temperatures: &[f64]| -> Result<f64> {
                let finite: Vec<f64> = temperatures.iter().copied().filter(|t| t.is_finite()).collect();
                let Estimate { value, error } = mean(&finite);
                let mut row: Vec<Cell> = vec![machine.into(), seed.into(), reading.into(), last.into()];
                row.extend([finite.len().into(), value.into(), error.into()]);
                row.extend(markers.iter().map(|marker| Cell::from(value - marker.temperature)));
                table.push(row)?;
                Ok(value)
            };
            let mut of_seeds = Vec::new();
            for seed in of_machine.distinct_text("seed")? {
                of_seeds.push(push(seed, &of_machine.filter("seed", seed)?.column(reading)?)?);
            }
            push("all", &of_seeds)?;
        }
    }
    Ok(table)
}

/// Points of the curves of exact values.
const N_CURVE: usize = 61;

/// Exact values along T at every field of the data, from its coldest to its hottest finite temperature.
fn exact_curve(config: &Config) -> Result<Table> {
    let mut table = Table::with_header("exact", ["temperature", "field"].into_iter().chain(exact::NAMES));
    let fields = config.settings.data.fields.values();
    let finite = |t: &f64| t.is_finite();
    let temperatures: Vec<f64> = config.settings.data.temperatures.values().into_iter().filter(finite).collect();
    let coldest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let hottest = temperatures.iter().copied().fold(0.0, f64::max);
    for i in (0..N_CURVE).filter(|_| coldest <= hottest) {
        let temperature = coldest + (hottest - coldest) * i as f64 / (N_CURVE - 1) as f64;
        for (&field, exact) in fields.iter().zip(exact::values(config.lattice, temperature, &fields)?) {
            table.push([&[temperature, field][..], &exact].concat().into_iter().map(Cell::from).collect::<Vec<_>>())?;
        }
    }
    Ok(table)
}
