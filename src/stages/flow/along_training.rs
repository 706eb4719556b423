//! The end of the flow of every kept snapshot of a training, from the same starts by the same random numbers as the flow of
//! the trained machine.

use std::sync::Arc;

use anyhow::Result;
use ising_data::stream::{self, Purpose};
use models::Rbm;

use super::{Chains, Common, FlowTables, Moment, Shared, end_state, folder, inputs, shared, task_name, through};
use crate::{
    config::{Config, schema},
    pipeline::{Task, Work, Workbench},
    stages::{machines, pick, read_snapshots, write_table},
    table::Table,
    training::updates,
};

/// The tasks, if the settings ask for them.
pub(super) fn tasks<'a>(config: &'a Config, common: &Shared) -> impl Iterator<Item = Task<'a>> {
    let common = Arc::clone(common);
    let is_asked = config.settings.flow.along_training;
    machines(&config.settings).filter(move |_| is_asked).map(move |(rbm, index)| {
        let common = Arc::clone(&common);
        Task {
            name: name(rbm, index),
            settings: pick(config, &["seed", "flow", "data"]),
            inputs: inputs(rbm, index),
            precious: false,
            work: Work::alone(move |workbench| run(config, rbm, index, &*shared(&common, config)?, workbench)),
        }
    })
}

/// No entry of `[[rbm]]` has such a task for its flow: their names hold no slash.
pub(in crate::stages) fn name(rbm: &schema::Rbm, index: u64) -> String {
    format!("{}/along-training", task_name(rbm, index))
}

/// Names of the tables in the folder of the flow.
pub(in crate::stages) const FLOWS: &str = "along-training.csv";
pub(in crate::stages) const STATES: &str = "end-states-along-training.csv";

fn run(config: &Config, rbm: &schema::Rbm, index: u64, common: &Common, workbench: &mut Workbench<'_>) -> Result<()> {
    let snapshots = read_snapshots(config, rbm, index, workbench)?;
    let n_steps = config.settings.flow.n_steps.get();
    let key = stream::key(config.settings.seed.into(), Purpose::Flow, index, 0);
    let label = format!("flow along the training of {} seed {index}", rbm.name);
    let work = workbench.progress.begin(&label, (snapshots.len() * n_steps) as u64, "step");
    let (mut flows, mut states): (Option<Table>, _) = (None, end_state::table("end states"));
    for snapshot in &snapshots {
        let machine = Rbm::new(&snapshot.parameters, workbench.device)?;
        let chains = Chains::new(&common.spins, updates(config.settings.flow.updates()), workbench.device)?;
        let chains = through(&machine, chains, key, [0, n_steps], common, &work)?;
        let mut recorder = common.recorder(config, (rbm, index), workbench)?;
        recorder.record(n_steps, chains.visible())?;
        let FlowTables { flow, .. } = recorder.tables;
        let moment = Moment::of(config, rbm, snapshot);
        let flow = flow.with_columns_in_front(moment.columns());
        match &mut flows {
            None => flows = Some(flow),
            Some(flows) => flows.append(flow)?,
        }
        states.push(common.end_state(config, (rbm, index), &moment, &chains)?)?;
    }
    drop(work);
    let folder = folder(rbm, index);
    if let Some(flows) = flows {
        write_table(workbench, &format!("{folder}/{FLOWS}"), &flows)?;
    }
    write_table(workbench, &format!("{folder}/{STATES}"), &states)
}
