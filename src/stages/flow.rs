//! `flow`: every machine is fed its own reconstructions, and each step is read as (T, H).

mod along_training;
mod chains;
mod end_state;
mod recorder;
mod softmax_map;
mod stationary;

use std::sync::Arc;

use anyhow::Result;
use ising_data::{
    PackedSpins, StatePoint,
    stream::{self, Purpose},
};
use ising_theory::BayesThermometer;
use models::Rbm;
use parking_lot::Mutex;

pub(super) use along_training::{
    FLOWS as FLOWS_ALONG_TRAINING, STATES as STATES_ALONG_TRAINING, name as name_along_training,
};
pub(super) use end_state::{KEYS as END_STATE_KEYS, VALUES as END_STATE_VALUES};

use super::{
    SAMPLES, Stage, control::Control, drawing::unless_stopped, exact_thermometers::ExactThermometers, log_spaced,
    machine_task, machines, pick, read_machine, read_samples, thermometer_grid, train_thermometer::read_thermometer,
    write_table,
};
use crate::{
    config::{Config, Settings, schema, values::Count},
    interrupt,
    pipeline::{Task, Work, Workbench},
    progress::{self, Event},
    table::Cell,
    training::updates,
};
use chains::Chains;
use end_state::{Moment, References};
use recorder::{FlowTables, Recorder};
use softmax_map::{SoftmaxMaps, likelihoods};
use stationary::{LongRun, StationaryTables};

pub(super) fn tasks(config: &Config) -> Vec<Task<'_>> {
    let common = Shared::default();
    let task = |(rbm, index)| {
        let common = Arc::clone(&common);
        Task {
            name: task_name(rbm, index),
            settings: pick(config, &["seed", "flow", "data"]),
            inputs: inputs(rbm, index),
            precious: false,
            work: Work::alone(move |workbench| run(config, rbm, index, &*shared(&common, config)?, workbench)),
        }
    };
    machines(&config.settings).map(task).chain(along_training::tasks(config, &common)).collect()
}

/// The tasks whose files a flow reads.
fn inputs(rbm: &schema::Rbm, index: u64) -> Vec<String> {
    let training = [Stage::Sample, Stage::TrainThermometer].map(|stage| stage.name().to_owned());
    training.into_iter().chain([machine_task(rbm, index)]).collect()
}

pub(super) fn task_name(rbm: &schema::Rbm, index: u64) -> String {
    format!("{}/{}/seed-{index}", Stage::Flow.name(), rbm.name)
}

/// Where the flow of a machine lies in the run folder.
pub(super) fn folder(rbm: &schema::Rbm, index: u64) -> String {
    format!("flow/{}/seed-{index}", rbm.name)
}

/// What the flows of all machines begin with and are read by.
struct Common {
    starts: Vec<StatePoint>,
    /// The starting configurations, one start after another.
    spins: PackedSpins,
    /// What the thermometer chooses from.
    points: Vec<StatePoint>,
    control: Control,
    exact: ExactThermometers,
    /// What the ends are compared with.
    references: References,
    /// Likelihoods of these state points, where the softmax over them is a map.
    grid_of_maps: Option<BayesThermometer>,
}

impl Common {
    /// What reads the flow of an RBM.
    fn recorder<'a>(
        &'a self,
        config: &'a Config,
        machine: (&'a schema::Rbm, u64),
        workbench: &Workbench<'_>,
    ) -> Result<Recorder<'a>> {
        let (flow, (rbm, index)) = (&config.settings.flow, machine);
        Ok(Recorder {
            machine: (&rbm.name, index),
            starts: &self.starts,
            n_chains: flow.n_chains.get(),
            last_step: flow.n_steps.get(),
            lattice: config.lattice,
            points: &self.points,
            control: &self.control,
            thermometer: read_thermometer(config, workbench)?,
            exact: &self.exact,
            tables: FlowTables::default(),
        })
    }

    /// The row of the state that the chains are in.
    fn end_state(
        &self,
        config: &Config,
        machine: (&schema::Rbm, u64),
        moment: &Moment,
        chains: &Chains,
    ) -> Result<Vec<Cell>> {
        let spins = self.control.undo(chains.spins(config.lattice.n_sites())?)?;
        self.references.row(machine, moment, &spins, &self.exact)
    }
}

type Shared = Arc<Mutex<Option<Arc<Common>>>>;

/// Made by the first task that needs it; the others wait.
fn shared(common: &Mutex<Option<Arc<Common>>>, config: &Config) -> Result<Arc<Common>> {
    let mut common = common.lock();
    if let Some(common) = &*common {
        return Ok(Arc::clone(common));
    }
    let starts = starts(config)?;
    let (n_chains, seed) = (config.settings.flow.n_chains.get(), config.settings.seed.into());
    let go_on = |_| !interrupt::asked();
    let drawn = ising_data::sample(config.lattice, &starts, n_chains, seed, Purpose::FlowStart, &go_on);
    let spins = unless_stopped(drawn)?;
    let control = Control::new(config);
    let spins = control.for_machines(spins, &starts, (seed, Purpose::FlowStart))?;
    let (points, exact) = (thermometer_grid(config)?, ExactThermometers::new(config)?);
    let has_map = config.settings.has_softmax_map();
    let grid_of_maps = if has_map { likelihoods(config.lattice, &points)? } else { None };
    let references = References::new(config)?;
    let made = Arc::new(Common { starts, spins, points, control, exact, references, grid_of_maps });
    Ok(Arc::clone(common.insert(made)))
}

/// The starts: every temperature in every field.
fn starts(config: &Config) -> Result<Vec<StatePoint>> {
    let (temperatures, fields) = start_axes(&config.settings);
    Ok(ising_data::grid(&temperatures, &fields)?)
}

/// Temperatures and fields of the starts: T = 0, those of the data and T = ∞, unless the settings say otherwise; if mirrored, to
/// each field H > 0 or H < 0 also −H.
pub(crate) fn start_axes(settings: &Settings) -> (Vec<f64>, Vec<f64>) {
    let (flow, data) = (&settings.flow, &settings.data);
    let mut fields = flow.fields.as_ref().unwrap_or(&data.fields).values();
    if flow.mirrored {
        fields.extend(fields.clone().iter().map(|field| 0.0 - field));
        fields.sort_by(f64::total_cmp);
        fields.dedup_by(|a, b| a.total_cmp(b).is_eq());
    }
    let temperatures = flow.temperatures.as_ref().map_or_else(
        || {
            let mut temperatures = data.temperatures.values();
            temperatures.extend([0.0, f64::INFINITY]);
            temperatures.sort_by(f64::total_cmp);
            temperatures.dedup_by(|a, b| a.total_cmp(b).is_eq());
            temperatures
        },
        |temperatures| temperatures.values(),
    );
    (temperatures, fields)
}

/// Chain steps between two looks at the signals: a fraction of a second's work.
const STRETCH: usize = 2_000_000;

fn run(config: &Config, rbm: &schema::Rbm, index: u64, common: &Common, workbench: &mut Workbench<'_>) -> Result<()> {
    let flow = &config.settings.flow;
    let machine = Rbm::new(&read_machine(config, rbm, index, workbench)?, workbench.device)?;
    let key = stream::key(config.settings.seed.into(), Purpose::Flow, index, 0);
    let mut chains = Chains::new(&common.spins, updates(flow.updates()), workbench.device)?;
    let mut recorder = common.recorder(config, (rbm, index), workbench)?;
    let label = format!("flow of {} seed {index}", rbm.name);
    let n_stationary = flow.n_stationary_steps.map_or(0, Count::get);
    let work = workbench.progress.begin(&label, (flow.n_steps.get() + n_stationary) as u64, "step");
    let mut step = 0;
    for recorded in log_spaced(flow.n_steps.get()) {
        chains = through(&machine, chains, key, [step, recorded], common, &work)?;
        step = recorded;
        let readings = recorder.record(step, chains.visible())?;
        work.tell(Event::Flow { machine: format!("{}/seed-{index}", rbm.name), step, readings });
    }
    let mut states = end_state::table("end state");
    states.push(common.end_state(config, (rbm, index), &Moment::end(config, rbm), &chains)?)?;
    let softmax_map = if config.settings.has_softmax_map() {
        let (thermometer, device) = (&recorder.thermometer, workbench.device);
        let maps = SoftmaxMaps { config, machine: (&rbm.name, index), common, thermometer, device };
        Some(maps.table(&chains.spins(config.lattice.n_sites())?)?)
    } else {
        None
    };
    let long_run = if n_stationary > 0 {
        let run = LongRun {
            machine: (&rbm.name, index),
            lattice: config.lattice,
            n_steps: n_stationary,
            key,
            seed: config.settings.seed.into(),
            control: &common.control,
            mixture: read_samples(config, workbench, SAMPLES)?.spins,
        };
        Some(run.run(&machine, chains.evenly(flow.n_stationary_chains.get())?, step, &work)?)
    } else {
        None
    };
    drop(work);
    let FlowTables { flow, correlations, histogram, configurations } = recorder.tables;
    let folder = folder(rbm, index);
    write_table(workbench, &format!("{folder}/flow.csv"), &flow)?;
    write_table(workbench, &format!("{folder}/end-state.csv"), &states)?;
    write_table(workbench, &format!("{folder}/correlations.csv"), &correlations)?;
    write_table(workbench, &format!("{folder}/histogram.csv"), &histogram)?;
    write_table(workbench, &format!("{folder}/configurations.csv"), &configurations)?;
    if let Some(map) = softmax_map {
        write_table(workbench, &format!("{folder}/softmax-map.csv"), &map)?;
    }
    if let Some(StationaryTables { autocorrelation, stationary, histogram }) = long_run {
        write_table(workbench, &format!("{folder}/autocorrelation.csv"), &autocorrelation)?;
        write_table(workbench, &format!("{folder}/stationary.csv"), &stationary)?;
        write_table(workbench, &format!("{folder}/stationary-histogram.csv"), &histogram)?;
    }
    Ok(())
}

/// Takes the chains from one step to another.
fn through(
    machine: &Rbm,
    mut chains: Chains,
    key: u64,
    [first, last]: [usize; 2],
    common: &Common,
    work: &progress::Work<'_>,
) -> Result<Chains> {
    let stretch = (STRETCH / common.spins.n_samples()).max(1);
    let mut step = first;
    while step < last {
        let next = last.min(step + stretch);
        chains = chains.advance(machine, key, step, next)?;
        work.advance((next - step) as u64);
        step = next;
        interrupt::check()?;
    }
    Ok(chains)
}
