//! Fixed points of the flow: zeros of the vector field, and the end points.

use anyhow::Result;
use statistics::Estimate;

use super::{PlanePoint, READINGS, is_finite};
use crate::{
    data_sets::DataSets,
    fixed_point::{Arrow, FixedPoint, fixed_point},
    table::{Cell, Table},
};

const HEADER: [&str; 10] = [
    "machine",
    "reading",
    "source",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "covariance",
    "n_seeds",
    "eigenvalue",
];

/// The fixed point of every machine, twice: where the vector field of one step vanishes ([`fixed_point`] for every seed,
/// then the mean over those that have one; for a single seed with the error of its fit), and where the flows end, as the mean
/// over the seeds. `eigenvalue`, known from the vector field, is the factor by which a step shortens the distance to it.
pub(in crate::stages) fn fixed_points(vector_field: &Table, end_points: &Table, data_sets: &DataSets) -> Result<Table> {
    let mut table = Table::new("fixed points", HEADER);
    for machine in vector_field.distinct_text("machine")? {
        let set = |seed: &str| data_sets.of_machine(machine, seed);
        for reading in READINGS {
            let of = |table: &Table| {
                Ok::<_, anyhow::Error>(table.filter("machine", machine)?.filter("reading", reading.name)?)
            };
            let (arrows, ends) = (of(vector_field)?, of(end_points)?);
            let (point, eigenvalue) = zero(&arrows, &set)?;
            push(&mut table, [machine, reading.name, "vector-field"], &point, eigenvalue)?;
            let end = PlanePoint::over_machines(&of_single_seeds(&ends, &set)?);
            push(&mut table, [machine, reading.name, "end-points"], &end, f64::NAN)?;
        }
    }
    Ok(table)
}

fn push(table: &mut Table, names: [&str; 3], point: &PlanePoint, eigenvalue: f64) -> Result<()> {
    if point.n_values == 0 {
        return Ok(());
    }
    let mut row: Vec<Cell> = names.map(Cell::from).to_vec();
    row.extend(point.cells());
    row.extend([point.covariance.into(), point.n_values.into(), eigenvalue.into()]);
    Ok(table.push(row)?)
}

/// The mean over the seeds of where their arrows vanish, and of the eigenvalues there.
fn zero(arrows: &Table, set: &dyn Fn(&str) -> u64) -> Result<(PlanePoint, f64)> {
    let (mut zeros, mut positions): (Vec<FixedPoint>, Vec<(u64, [f64; 2])>) = (Vec::new(), Vec::new());
    for seed in arrows.distinct_text("seed")?.into_iter().filter(|seed| *seed != "all") {
        let of_seed = arrows.filter("seed", seed)?;
        let column = |name: &str| of_seed.column(name);
        let from = column("temperature")?.into_iter().zip(column("field")?);
        let to = column("next_temperature")?.into_iter().zip(column("next_field")?);
        // What is read from T = ∞ is finite but far away: it would set the scale.
        let starts = column("start_temperature")?;
        let arrows = starts.iter().zip(from.zip(to)).filter(|(start, _)| start.is_finite());
        let arrows: Vec<Arrow> = arrows.map(|(_, ((t, h), (u, g)))| Arrow { from: [t, h], to: [u, g] }).collect();
        let found = fixed_point(&arrows);
        positions.extend(found.iter().map(|zero| (set(seed), zero.position)));
        zeros.extend(found);
    }
    let mut point = PlanePoint::over_machines(&positions);
    if let [FixedPoint { position: [temperature, field], covariance: [[tt, th], [_, hh]], .. }] = zeros[..] {
        point.temperature = Estimate { value: temperature, error: tt.sqrt() };
        point.field = Estimate { value: field, error: hh.sqrt() };
        point.covariance = th;
    }
    let eigenvalue = zeros.iter().map(|zero| zero.eigenvalue).sum::<f64>() / zeros.len() as f64;
    Ok((point, eigenvalue))
}

/// The end points of the single seeds, each with its data set.
fn of_single_seeds(ends: &Table, set: &dyn Fn(&str) -> u64) -> Result<Vec<(u64, [f64; 2])>> {
    let (temperatures, fields) = (ends.column("temperature")?, ends.column("field")?);
    let seeds = ends.text("seed")?;
    let points = seeds.iter().zip(temperatures.into_iter().zip(fields)).filter(|(seed, _)| **seed != "all");
    let points = points.map(|(seed, (temperature, field))| (set(seed), [temperature, field]));
    Ok(points.filter(|(_, point)| is_finite(*point)).collect())
}
