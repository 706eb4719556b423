//! Where the flows end along the training.

use anyhow::Result;

use super::{ENERGY, PlanePoint, READINGS, agreement::Spread, pairs};
use crate::{
    config::schema,
    data_sets::DataSets,
    table::{Cell, Table},
};

const HEADER: [&str; 18] = [
    "machine",
    "seed",
    "epoch",
    "n_updates",
    "training_time",
    "reading",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "spread_of_starts",
    "energy_per_site",
    "abs_magnetization_per_site",
    "connected_correlation",
    "connected_correlation_error",
    "n_hidden",
    "spread_resolution",
    "degrees_of_freedom",
];

/// What is taken over from the table of end states.
const OF_STATE: [&str; 4] =
    ["energy_per_site", "abs_magnetization_per_site", "connected_correlation", "connected_correlation_error"];

/// Where the flow from every kept snapshot ends, by each reading: for every seed the mean over the starts with its error,
/// then, as seed "all", the mean over the seeds with theirs. `spread_of_starts` is the standard deviation of the starts'
/// temperatures beyond their own errors, over all seeds for "all", `spread_resolution` these errors and `degrees_of_freedom` the
/// number of starts less that of seeds; for the exact reading the errors are those of Boltzmann distributions.
///
/// Columns of `steps`, the last step from every start: machine, seed, epoch, n_updates, training_time and those of the
/// flow; of `states`: machine, seed (also "all"), epoch and [`OF_STATE`].
pub(in crate::stages) fn ends_along_training(
    steps: &Table,
    states: &Table,
    machines: &[schema::Rbm],
    data_sets: &DataSets,
) -> Result<Table> {
    let mut table = Table::new("ends along training", HEADER);
    for machine in machines {
        let name = machine.name.as_str();
        let (steps, states) = (steps.filter("machine", name)?, states.filter("machine", name)?);
        for epoch in steps.distinct("epoch")? {
            let (steps, states) = (steps.filter("epoch", epoch)?, states.filter("epoch", epoch)?);
            let time = ["n_updates", "training_time"].map(|column| steps.column(column).map(|values| values[0]));
            let [n_updates, training_time] = time;
            let moment = [epoch, n_updates?, training_time?].map(Cell::from);
            let readings = READINGS.map(|reading| (reading.name, reading.columns));
            for (reading, columns) in readings.into_iter().chain([ENERGY]) {
                let mut push = |seed: &str, mean: PlanePoint, steps: &Table| -> Result<[f64; 2]> {
                    let spread = Spread::over_seeds(steps, columns[0])?;
                    let mut row: Vec<Cell> = vec![name.into(), seed.into()];
                    row.extend(moment.clone());
                    row.push(reading.into());
                    row.extend(mean.cells());
                    row.push(spread.beyond_errors().into());
                    let state = states.filter("seed", seed)?;
                    for column in OF_STATE {
                        row.push(state.column(column)?.first().copied().unwrap_or(f64::NAN).into());
                    }
                    row.push(machine.n_hidden.get().into());
                    row.extend([spread.resolution().into(), spread.degrees_of_freedom.into()]);
                    table.push(row)?;
                    Ok(mean.position())
                };
                let mut of_seeds = Vec::new();
                for seed in steps.distinct_text("seed")? {
                    let of_seed = steps.filter("seed", seed)?;
                    let mean = PlanePoint::mean(&pairs(&of_seed, columns)?);
                    of_seeds.push((data_sets.of_machine(name, seed), push(seed, mean, &of_seed)?));
                }
                push("all", PlanePoint::over_machines(&of_seeds), &steps)?;
            }
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// Two starts at 2 and 3 with errors of 0.1: mean 2.5 ± 0.5, and a variance of 0.5 less 0.01 beyond the errors.
    #[test]
    fn ends_are_means_over_starts_and_then_over_seeds() {
        let steps = "machine,seed,epoch,n_updates,training_time,start_field,thermometer_temperature,\
            thermometer_temperature_error,thermometer_field,energy_temperature,energy_temperature_error,exact_temperature,\
            exact_temperature_error,exact_field\n\
            a,0,0.5,5,0.25,0,2,0.1,0,inf,inf,4,0.1,0\na,0,0.5,5,0.25,0,3,0.1,0,3,0.1,4,0.1,0\n\
            a,1,0.5,5,0.25,0,4,0.1,0,3,0.1,5,0.1,0\na,1,0.5,5,0.25,0,5,0.1,0,3,0.1,5,0.1,0\n";
        let states = "machine,seed,epoch,energy_per_site,abs_magnetization_per_site,connected_correlation,\
            connected_correlation_error\na,0,0.5,-1,0.7,0.01,0.001\na,1,0.5,-1.2,0.8,0.02,0.001\n\
            a,all,0.5,-1.1,0.75,0.015,0.005\n";
        let [steps, states] = [steps, states].map(|text| Table::from_csv("planted", text).unwrap());
        let machine = schema::Rbm { name: "a".into(), ..schema::Rbm::default() };
        let found = ends_along_training(&steps, &states, &[machine], &DataSets::default()).unwrap();
        assert_eq!(found.len(), 9);
        let of = |reading: &str, seed: &str, column: &str| {
            let row = found.filter("reading", reading).unwrap().filter("seed", seed).unwrap();
            row.column(column).unwrap()[0]
        };
        assert_eq!(
            vec![of("thermometer", "0", "temperature"), of("thermometer", "0", "temperature_error")],
            [2.5, 0.5]
        );
        assert!((of("thermometer", "0", "spread_of_starts") - 0.49f64.sqrt()).abs() < 1e-12);
        assert_eq!(
            vec![of("thermometer", "all", "temperature"), of("thermometer", "all", "temperature_error")],
            [3.5, 1.0]
        );
        assert!((of("thermometer", "all", "spread_of_starts") - 0.49f64.sqrt()).abs() < 1e-12);
        assert_eq!(vec![of("exact", "1", "temperature"), of("exact", "1", "spread_of_starts")], [5.0, 0.0]);
        assert_eq!(vec![of("energy", "0", "temperature")], [3.0]);
        assert_eq!(vec![of("exact", "all", "connected_correlation"), of("exact", "all", "n_hidden")], [0.015, 81.0]);
    }
}
