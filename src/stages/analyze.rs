//! `analyze`: where the flows end, beside what is known of the lattice: thermodynamics and renormalization.

mod exact_plane;
mod markers;
mod renormalization;
mod ridges;

use std::ops::Range;

use anyhow::Result;
use ising_data::{Estimate, SampleSet, StatePoint, mean};

use self::{
    exact_plane::ExactPlane,
    markers::{Marker, markers, markers_table, mixture_table},
};
use super::{SAMPLES, Stage, pick, read_samples, read_table, write_table};
use crate::{
    config::Config,
    pipeline::{Task, Workbench},
    table::{Cell, Table},
};

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::Analyze.name().into(),
        settings: pick(config, &["seed", "data"]),
        inputs: [Stage::Sample, Stage::Flow].map(|stage| stage.name().to_owned()).to_vec(),
        precious: false,
        work: Box::new(|workbench| run(config, workbench)),
    }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let observables = read_table(workbench, "data/observables.csv")?;
    let fields = config.settings.data.fields.values();
    let markers = markers(config.lattice, &fields, &observables)?;
    let flow = read_table(workbench, "flow/flow.csv")?;
    write_table(workbench, "analysis/end-points.csv", &end_points(&flow, &markers)?)?;
    write_table(workbench, "analysis/markers.csv", &markers_table(&markers)?)?;
    write_table(workbench, "analysis/mixture.csv", &mixture_table(config.lattice, &fields, &observables)?)?;
    describe_lattice(config, workbench)
}

/// What is known of the lattice: exact curves and map, lines of maxima, renormalization.
fn describe_lattice(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let plane = ExactPlane::new(config)?;
    let samples = read_samples(config, workbench, SAMPLES)?;
    write_table(workbench, "analysis/exact.csv", &plane.curves()?)?;
    write_table(workbench, "analysis/infinite.csv", &plane.infinite_curves()?)?;
    write_table(workbench, "analysis/specific-heat-map.csv", &plane.specific_heat_map()?)?;
    write_table(workbench, "analysis/ridges.csv", &ridges::ridges(config.lattice, &plane, &samples)?)?;
    write_table(workbench, "analysis/rg-lines.csv", &renormalization::lines(config.lattice, &plane)?)?;
    let steps = renormalization::steps(&plane, &samples, config.settings.seed.into())?;
    write_table(workbench, "analysis/rg-steps.csv", &steps)
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

/// The state points of a data set and where their samples lie in it.
fn state_points(samples: &SampleSet) -> Vec<(StatePoint, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = 0;
    for equal in samples.points.chunk_by(|a, b| a == b) {
        found.push((equal[0], start..start + equal.len()));
        start += equal.len();
    }
    found
}
