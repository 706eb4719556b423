//! Where the flow from every single start ends.

use anyhow::Result;

use super::READINGS;
use crate::{
    config::schema,
    table::{Cell, Table},
};

const HEADER: [&str; 11] = [
    "machine",
    "n_hidden",
    "seed",
    "start_temperature",
    "start_field",
    "reading",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "covariance",
];

/// The last step of the flow from every start of every machine, with the covariance of T and H: of the exact reading the inverse
/// Fisher information of the chains of one start, of the network's the scatter of its readings of them.
pub(in crate::stages) fn ends_of_starts(flow: &Table, machines: &[schema::Rbm]) -> Result<Table> {
    let mut table = Table::new("ends of starts", HEADER);
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last_step = flow.filter("step", last)?;
    for machine in machines {
        let rows = last_step.filter("machine", machine.name.as_str())?;
        let seeds = rows.text("seed")?;
        let starts = super::pairs(&rows, ["start_temperature", "start_field"])?;
        for reading in READINGS {
            let (points, errors) = (reading.points(&rows)?, reading.point_errors(&rows)?);
            let covariances = rows.column(reading.covariance)?;
            for (i, [temperature, field]) in points.into_iter().enumerate() {
                let head: [Cell; 3] = [machine.name.as_str().into(), machine.n_hidden.get().into(), seeds[i].into()];
                let numbers = [temperature, errors[i][0], field, errors[i][1], covariances[i]].map(Cell::from);
                let start = starts[i].map(Cell::from).into_iter().chain([reading.name.into()]);
                table.push(head.into_iter().chain(start).chain(numbers).collect::<Vec<_>>())?;
            }
        }
    }
    Ok(table)
}
