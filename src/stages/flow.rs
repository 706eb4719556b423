//! `flow`: every machine is fed its own reconstructions, and each step is read as (T, H).

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Tensor};
use ising_data::{
    PackedSpins, StatePoint, observables,
    stream::{self, Purpose},
};
use ising_theory::Lattice;
use models::{PackedTensor, Rbm, Thermometer, Update, reconstruct};

use super::{
    Stage, exact_thermometers::ExactThermometers, grid, machine_folder, machine_tasks, machines, pick,
    train_thermometer::read_thermometer, write_table,
};
use crate::{
    artifacts::TensorFile,
    config::{
        Config,
        schema::{self, UpdateKind},
    },
    interrupt,
    pipeline::{Task, Work, Workbench},
    reading::Reader,
    table::{Cell, Table},
    training::{machine::parameters, spins_on, thermometer::probabilities},
};

pub(super) fn task(config: &Config) -> Task<'_> {
    let training = [Stage::Sample, Stage::TrainThermometer].map(|stage| stage.name().to_owned());
    Task {
        name: Stage::Flow.name().into(),
        settings: pick(config, &["seed", "flow", "data"]),
        inputs: training.into_iter().chain(machine_tasks(&config.settings)).collect(),
        precious: false,
        work: Work::alone(|workbench| run(config, workbench)),
    }
}

/// The starts: T = 0, the grid of the data and T = ∞, unless the settings say otherwise.
fn starts(config: &Config) -> Result<Vec<StatePoint>> {
    let (flow, data) = (&config.settings.flow, &config.settings.data);
    let fields = flow.fields.as_ref().unwrap_or(&data.fields).values();
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
    Ok(ising_data::grid(&temperatures, &fields)?)
}

/// Steps that are recorded: each up to 10, then about ten a decade, and the last.
fn recorded_steps(n_steps: usize) -> Vec<usize> {
    let later = (1..).map(|i| 10f64.powf(1.0 + f64::from(i) / 10.0).round() as usize);
    (0..=10.min(n_steps))
        .chain(later.take_while(|&step| step < n_steps))
        .chain((n_steps > 10).then_some(n_steps))
        .collect()
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let flow = &config.settings.flow;
    let starts = starts(config)?;
    let n_chains = flow.n_chains.get();
    let seed = config.settings.seed.into();
    let spins = ising_data::sample(config.lattice, &starts, n_chains, seed, Purpose::FlowStart, &|_| ())?;
    let steps = recorded_steps(flow.n_steps.get());
    let n_machines = machines(&config.settings).count();
    let mut recorder = Recorder {
        starts: &starts,
        n_chains,
        lattice: config.lattice,
        reader: Reader::new(&grid(config)?),
        thermometer: read_thermometer(config, workbench)?,
        exact: ExactThermometers::new(config)?,
        tables: FlowTables::default(),
    };
    let work = workbench.progress.begin("flow", (n_machines * flow.n_steps.get()) as u64, "step");
    for (rbm, index) in machines(&config.settings) {
        let path = workbench.path(&machine_folder(rbm, index)).join("weights.safetensors");
        let machine = Rbm::new(&parameters(&TensorFile::read(&path)?)?, workbench.device)
            .with_context(|| format!("cannot use {}", path.display()))?;
        let n_visible = machine.weights.dims()[0];
        ensure!(n_visible == config.lattice.n_sites(), "{} is no machine of a {}", path.display(), config.lattice);
        let key = stream::key(seed, Purpose::Flow, index, 0);
        let mut chains = Chains::new(&spins, flow.update, workbench.device);
        let mut step = 0;
        for &recorded in &steps {
            chains = chains.advance(&machine, key, step, recorded);
            work.advance((recorded - step) as u64);
            step = recorded;
            recorder.record(rbm, index, step, chains.visible())?;
            if interrupt::asked() {
                return Err(interrupt::Interrupted.into());
            }
        }
    }
    drop(work);
    let FlowTables { flow, histogram, configurations } = recorder.tables;
    write_table(workbench, "flow/flow.csv", &flow)?;
    write_table(workbench, "flow/histogram.csv", &histogram)?;
    write_table(workbench, "flow/configurations.csv", &configurations)
}

/// The chains of all starts.
enum Chains {
    /// Spins ±1, both layers sampled.
    Sampled(PackedTensor),
    /// Real numbers, or spins rounded from them.
    Other(Tensor<2>, Update),
}

impl Chains {
    fn new(spins: &PackedSpins, update: UpdateKind, device: &Device) -> Self {
        match update {
            UpdateKind::Sampled => Self::Sampled(PackedTensor::new(&spins.to_words(), spins.n_sites(), device)),
            UpdateKind::MeanField => Self::Other(spins_on(device, spins), Update::MeanField),
            UpdateKind::Rounded => Self::Other(spins_on(device, spins), Update::Rounded),
        }
    }

    /// Takes the steps from `step` up to `last`.
    fn advance(self, machine: &Rbm, key: u64, step: usize, last: usize) -> Self {
        let (step, last) = (step as u64, last as u64);
        match self {
            Self::Sampled(chains) => Self::Sampled(models::flow(machine, chains, last - step, key, step)),
            Self::Other(mut visible, update) => {
                for step in step..last {
                    visible = reconstruct(machine, visible, update, key, step);
                }
                Self::Other(visible, update)
            }
        }
    }

    /// Visible units, shape `[n_chains, n_sites]`.
    fn visible(&self) -> Tensor<2> {
        match self {
            Self::Sampled(chains) => chains.unpack(),
            Self::Other(visible, _) => visible.clone(),
        }
    }
}

struct FlowTables {
    flow: Table,
    histogram: Table,
    configurations: Table,
}

const READINGS: [&str; 5] =
    ["thermometer_temperature", "thermometer_field", "energy_temperature", "exact_temperature", "exact_field"];
const OBSERVABLES: [&str; 3] = ["energy_per_site", "abs_magnetization_per_site", "magnetization_per_site"];

impl Default for FlowTables {
    fn default() -> Self {
        let start = ["machine", "seed", "start_temperature", "start_field", "step"];
        let readings = READINGS.iter().chain(&OBSERVABLES);
        let readings = readings.flat_map(|name| [(*name).to_owned(), format!("{name}_error")]);
        let flow = ["n_chains", "thermometer_spread", "thermometer_infinite"].map(str::to_owned);
        Self {
            flow: Table::with_header("flow", start.map(str::to_owned).into_iter().chain(flow).chain(readings)),
            histogram: Table::with_header(
                "histogram",
                start.into_iter().chain(["class_temperature", "class_field", "probability", "probability_error"]),
            ),
            configurations: Table::with_header("configurations", start.into_iter().chain(["chain", "spins"])),
        }
    }
}

/// Reads every recorded step.
struct Recorder<'a> {
    starts: &'a [StatePoint],
    n_chains: usize,
    lattice: Lattice,
    reader: Reader,
    thermometer: Thermometer,
    exact: ExactThermometers,
    tables: FlowTables,
}

impl Recorder<'_> {
    /// Records the chains `[n_starts · n_chains, n_sites]`, one start after another.
    fn record(&mut self, rbm: &schema::Rbm, index: u64, step: usize, visible: Tensor<2>) -> Result<()> {
        let probabilities = probabilities(&self.thermometer, visible.clone())?;
        let spins = PackedSpins::from_f32(self.lattice.n_sites(), &visible.try_into_vec_as::<f32>()?);
        let n_classes = self.reader.points().len();
        for (i, &start) in self.starts.iter().enumerate() {
            let chains = i * self.n_chains..(i + 1) * self.n_chains;
            let probabilities = &probabilities[chains.start * n_classes..chains.end * n_classes];
            let spins = spins.slice(chains);
            let row: Vec<Cell> = vec![
                rbm.name.as_str().into(),
                index.into(),
                start.temperature().into(),
                start.field().into(),
                step.into(),
            ];
            self.record_reading(&row, start, &spins, probabilities)?;
            if self.is_extreme(start) {
                self.record_histogram(&row, probabilities)?;
            }
            let picture: String = spins.to_i8(0).iter().map(|&s| if s > 0 { '1' } else { '0' }).collect();
            self.tables.configurations.push([row, vec![0usize.into(), picture.into()]].concat())?;
        }
        Ok(())
    }

    fn record_reading(
        &mut self,
        row: &[Cell],
        start: StatePoint,
        spins: &PackedSpins,
        probabilities: &[f32],
    ) -> Result<()> {
        let reading = self.reader.read(probabilities);
        // The energy is that in the field of the start; the temperature in it does not enter.
        let measured = observables(self.lattice, StatePoint::new(1.0, start.field())?, spins);
        let energy = measured.energy_per_site;
        let energy_temperature = self.exact.by_energy(start.field(), energy);
        let [exact_temperature, exact_field] = self.exact.by_likelihood(self.n_chains, start.field(), &measured)?;
        let mut cells = row.to_vec();
        cells.extend([self.n_chains.into(), reading.spread.into(), reading.infinite.into()]);
        for estimate in [reading.temperature, reading.field, energy_temperature, exact_temperature, exact_field] {
            cells.extend([estimate.value.into(), estimate.error.into()]);
        }
        for estimate in [energy, measured.abs_magnetization_per_site, measured.magnetization_per_site] {
            cells.extend([estimate.value.into(), estimate.error.into()]);
        }
        Ok(self.tables.flow.push(cells)?)
    }

    fn record_histogram(&mut self, row: &[Cell], probabilities: &[f32]) -> Result<()> {
        for (point, probability) in self.reader.points().iter().zip(self.reader.average(probabilities)) {
            let cells: Vec<Cell> = vec![
                point.temperature().into(),
                point.field().into(),
                probability.value.into(),
                probability.error.into(),
            ];
            self.tables.histogram.push([row.to_vec(), cells].concat())?;
        }
        Ok(())
    }

    /// Whether the start is one of the two ends in temperature.
    fn is_extreme(&self, start: StatePoint) -> bool {
        let end = |point: Option<&StatePoint>| {
            point.is_some_and(|point| point.temperature().total_cmp(&start.temperature()).is_eq())
        };
        end(self.starts.first()) || end(self.starts.last())
    }
}
