//! What the ends of flows are, along the training where the settings ask for it.

use anyhow::Result;

use super::over_seeds::with_means_over_seeds;
use crate::{
    config::Config,
    data_sets::DataSets,
    pipeline::Workbench,
    stages::{flow, plane::ends_along_training, read_of_all_machines, write_table},
    table::{Cell, Table},
};

/// Writes the states at the ends of all flows with their means over the seeds, and where the flows end along the training.
pub(super) fn write(config: &Config, workbench: &mut Workbench<'_>, flow: &Table, data_sets: &DataSets) -> Result<()> {
    let read = |file: &str| read_of_all_machines(config, workbench, flow::folder, file);
    let (states, steps) = match config.settings.flow.along_training {
        true => (read(flow::STATES_ALONG_TRAINING)?, read(flow::FLOWS_ALONG_TRAINING)?),
        false => {
            let states = read("end-state.csv")?;
            let steps = trained(flow, &states)?;
            (states, steps)
        }
    };
    let states = with_means_over_seeds(&states, &flow::END_STATE_KEYS, &flow::END_STATE_VALUES, data_sets)?;
    let ends = ends_along_training(&steps, &states, &config.settings.rbm, data_sets)?;
    write_table(workbench, "analysis/end-states.csv", &states)?;
    write_table(workbench, "analysis/ends-along-training.csv", &ends)
}

/// The last step of the flow of every trained RBM with the moment of its training.
fn trained(flow: &Table, states: &Table) -> Result<Table> {
    let last = flow.filter("step", flow.distinct("step")?.last().copied().unwrap_or_default())?;
    let mut all: Option<Table> = None;
    let machines = states.text("machine")?.into_iter().zip(states.text("seed")?);
    for (row, (machine, seed)) in machines.enumerate() {
        let moment = ["epoch", "n_updates", "training_time"];
        let mut columns = moment.map(|name| (name, Cell::from(f64::NAN)));
        for (name, cell) in &mut columns {
            *cell = states.column(name)?[row].into();
        }
        let steps = last.filter("machine", machine)?.filter("seed", seed)?.with_columns_in_front(columns);
        match &mut all {
            None => all = Some(steps),
            Some(all) => all.append(steps)?,
        }
    }
    Ok(all.unwrap_or(last))
}
