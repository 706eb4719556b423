//! One step of the flow as a field of arrows over the (T, H) plane.

use anyhow::Result;

use super::{PlanePoint, READINGS, Reading};
use crate::table::{Cell, Table};

const HEADER: [&str; 14] = [
    "machine",
    "seed",
    "reading",
    "start_temperature",
    "start_field",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "next_temperature",
    "next_temperature_error",
    "next_field",
    "next_field_error",
    "n_values",
];

/// The first step of the flow from every start, read before and after: for every seed, then, as seed "all", the means over
/// the seeds with their errors. Starts that a reading cannot read, as the exact one at T = 0, have no row.
pub(in crate::stages) fn vector_field(flow: &Table) -> Result<Table> {
    let mut table = Table::new("vector field", HEADER);
    let [before, after] = [flow.filter("step", 0usize)?, flow.filter("step", 1usize)?];
    for machine in flow.distinct_text("machine")? {
        let [before, after] = [before.filter("machine", machine)?, after.filter("machine", machine)?];
        for reading in READINGS {
            for start in starts(&before)? {
                let [before, after] = [of_start(&before, start)?, of_start(&after, start)?];
                push_start(&mut table, machine, reading, start, &[before, after])?;
            }
        }
    }
    Ok(table)
}

/// The rows of one start: one for every seed, then their mean.
fn push_start(table: &mut Table, machine: &str, reading: Reading, start: [f64; 2], steps: &[Table; 2]) -> Result<()> {
    let mut row = |seed: &str, cells: [[Cell; 4]; 2], n_values: usize| {
        let head: [Cell; 5] = [machine.into(), seed.into(), reading.name.into(), start[0].into(), start[1].into()];
        table.push(head.into_iter().chain(cells.into_iter().flatten()).chain([n_values.into()]).collect::<Vec<_>>())
    };
    let errors = |step: &Table| -> Result<Vec<[f64; 2]>> {
        let column = |name: &str| step.column(&format!("{name}_error"));
        // The field in which the energy was read has no error; every other column has.
        Ok(column(reading.temperature)?.into_iter().zip(column(reading.field)?).map(|(t, h)| [t, h]).collect())
    };
    let [before, after] = [reading.points(&steps[0])?, reading.points(&steps[1])?];
    let (errors_before, errors_after) = (errors(&steps[0])?, errors(&steps[1])?);
    let known = |i: &usize| before[*i].iter().chain(&after[*i]).all(|x| x.is_finite());
    let known: Vec<usize> = (0..before.len()).filter(known).collect();
    if known.is_empty() {
        return Ok(());
    }
    for &i in &known {
        let cells = |point: [f64; 2], error: [f64; 2]| [point[0], error[0], point[1], error[1]].map(Cell::from);
        let seed = steps[0].text("seed")?[i];
        row(seed, [cells(before[i], errors_before[i]), cells(after[i], errors_after[i])], 1)?;
    }
    let over_seeds = |points: &[[f64; 2]]| PlanePoint::mean(&known.iter().map(|&i| points[i]).collect::<Vec<_>>());
    Ok(row("all", [over_seeds(&before).cells(), over_seeds(&after).cells()], known.len())?)
}

/// The distinct starts (T, H), in the order of the flow.
fn starts(step: &Table) -> Result<Vec<[f64; 2]>> {
    let seed = step.distinct_text("seed")?.first().copied().unwrap_or_default();
    let of_seed = step.filter("seed", seed)?;
    let (temperatures, fields) = (of_seed.column("start_temperature")?, of_seed.column("start_field")?);
    Ok(temperatures.into_iter().zip(fields).map(|(temperature, field)| [temperature, field]).collect())
}

fn of_start(step: &Table, [temperature, field]: [f64; 2]) -> Result<Table> {
    Ok(step.filter("start_temperature", temperature)?.filter("start_field", field)?)
}
