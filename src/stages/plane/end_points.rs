//! Where the flow of every machine ends.

use anyhow::Result;

use super::{PlanePoint, READINGS, pairs};
use crate::{
    config::schema,
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

/// By the exact energy in the field of the start; by the peak of the network's softmax averaged over the chains; and as the mean
/// over the chains of the network's most probable state point.
const MORE: [(&str, [&str; 2]); 3] = [
    ("energy", ["energy_temperature", "start_field"]),
    ("thermometer-peak", ["peak_temperature", "peak_field"]),
    ("thermometer-argmax", ["mode_temperature", "mode_field"]),
];

/// Where the flow of every machine ends, and how far each marker lies from it along T and along H: for every seed the mean
/// over the starts with its error, then, as seed "all", the mean over the seeds with theirs. Infinite temperatures are left
/// out; `n_values` counts the others. The field of the reading by energy is that of the starts.
pub(in crate::stages) fn end_points(flow: &Table, machines: &[schema::Rbm], markers: &[Marker]) -> Result<Table> {
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last_step = flow.filter("step", last)?;
    let distance = |marker: &Marker| ["distance_to", "field_distance_to"].map(|name| format!("{name}_{}", marker.name));
    let header = HEADER.map(str::to_owned).into_iter().chain(markers.iter().flat_map(distance));
    let mut table = Table::with_header("end points", header);
    for machine in machines {
        let name = machine.name.as_str();
        let of_machine = last_step.filter("machine", name)?;
        let readings = READINGS.map(|reading| (reading.name, reading.columns));
        for (reading, columns) in readings.into_iter().chain(MORE) {
            let mut push = |seed: &str, points: &[[f64; 2]]| -> Result<[f64; 2]> {
                let mean = PlanePoint::mean(points);
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
                of_seeds.push(push(seed, &pairs(&of_machine.filter("seed", seed)?, columns)?)?);
            }
            push("all", &of_seeds)?;
        }
    }
    Ok(table)
}
