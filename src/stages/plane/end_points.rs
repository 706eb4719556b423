//! Where the flow of every machine ends.

use anyhow::Result;

use super::{ENERGY, PlanePoint, READINGS, pairs};
use crate::{
    config::schema,
    data_sets::DataSets,
    stages::analyze::Marker,
    table::{Cell, Table},
};

const HEADER: [&str; 11] = [
    "machine",
    "n_hidden",
    "seed",
    "reading",
    "step",
    "n_values",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "covariance",
];

/// By the peak of the network's softmax averaged over the chains, and as the mean over the chains of the network's most probable
/// state point.
const OF_SOFTMAX: [(&str, [&str; 2]); 2] = [
    ("thermometer-peak", ["peak_temperature", "peak_field"]),
    ("thermometer-argmax", ["mode_temperature", "mode_field"]),
];

/// Where the flow of every machine ends, and how far each marker lies from it along T and along H: for every seed the mean
/// over the starts with its error, then, as seed "all", the mean over the seeds with theirs, in which
/// machines of one data set are not independent. Infinite temperatures are left
/// out; `n_values` counts the others. The field of the reading by energy is that of the starts.
pub(in crate::stages) fn end_points(
    flow: &Table,
    machines: &[schema::Rbm],
    markers: &[Marker],
    data_sets: &DataSets,
) -> Result<Table> {
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last_step = flow.filter("step", last)?;
    let distance = |marker: &Marker| ["distance_to", "field_distance_to"].map(|name| format!("{name}_{}", marker.name));
    let header = HEADER.map(str::to_owned).into_iter().chain(markers.iter().flat_map(distance));
    let mut table = Table::with_header("end points", header);
    for machine in machines {
        let name = machine.name.as_str();
        let of_machine = last_step.filter("machine", name)?;
        let readings = READINGS.map(|reading| (reading.name, reading.columns));
        for (reading, columns) in readings.into_iter().chain([ENERGY]).chain(OF_SOFTMAX) {
            let mut push = |seed: &str, mean: PlanePoint| -> Result<[f64; 2]> {
                let mut row: Vec<Cell> = vec![name.into(), machine.n_hidden.get().into(), seed.into()];
                row.extend([reading.into(), last.into(), mean.n_values.into()]);
                row.extend(mean.cells());
                row.push(mean.covariance.into());
                for Marker { temperature, field, .. } in markers {
                    row.extend([mean.temperature.value - temperature, mean.field.value - field].map(Cell::from));
                }
                table.push(row)?;
                Ok(mean.position())
            };
            let mut of_seeds = Vec::new();
            for seed in of_machine.distinct_text("seed")? {
                let mean = PlanePoint::mean(&pairs(&of_machine.filter("seed", seed)?, columns)?);
                of_seeds.push((data_sets.of_machine(name, seed), push(seed, mean)?));
            }
            push("all", PlanePoint::over_machines(&of_seeds))?;
        }
    }
    Ok(table)
}
