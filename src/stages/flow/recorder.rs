//! Every recorded step of a flow, read as (T, H).

use anyhow::Result;
use burn::tensor::Tensor;
use ising_data::{PackedSpins, StatePoint, observables};
use ising_theory::Lattice;
use models::Thermometer;

use crate::{
    progress::FlowReading,
    reading::{Readings, read},
    stages::{
        control::Control,
        correlations::{BY_DISTANCE, REACH, by_distance, reach},
        exact_thermometers::ExactThermometers,
    },
    table::{Cell, Table},
};

/// The tables of one machine's flow.
pub(super) struct FlowTables {
    pub(super) flow: Table,
    pub(super) correlations: Table,
    pub(super) histogram: Table,
    pub(super) configurations: Table,
}

const READINGS: [&str; 5] =
    ["thermometer_temperature", "thermometer_field", "energy_temperature", "exact_temperature", "exact_field"];
const OBSERVABLES: [&str; 4] =
    ["energy_per_site", "bond_energy_per_site", "abs_magnetization_per_site", "magnetization_per_site"];

/// What the readings of T and H hold beside values and errors: covariances, the peak of the softmax averaged over the chains,
/// and the mean over the chains of each one's most probable state point.
const MORE: [&str; 8] = [
    "thermometer_covariance",
    "exact_covariance",
    "peak_temperature",
    "peak_field",
    "mode_temperature",
    "mode_temperature_error",
    "mode_field",
    "mode_field_error",
];

impl Default for FlowTables {
    fn default() -> Self {
        let start = ["machine", "seed", "start_temperature", "start_field", "step"];
        let readings = READINGS.iter().chain(&OBSERVABLES);
        let readings = readings.flat_map(|name| [(*name).to_owned(), format!("{name}_error")]);
        let flow = ["n_chains", "thermometer_spread", "thermometer_infinite"].map(str::to_owned);
        let flow = start.map(str::to_owned).into_iter().chain(flow).chain(readings);
        Self {
            flow: Table::with_header("flow", flow.chain(REACH.into_iter().chain(MORE).map(str::to_owned))),
            correlations: Table::with_header("correlations", start.into_iter().chain(BY_DISTANCE)),
            histogram: Table::with_header(
                "histogram",
                start.into_iter().chain(["class_temperature", "class_field", "probability", "probability_error"]),
            ),
            configurations: Table::with_header("configurations", start.into_iter().chain(["chain", "spins"])),
        }
    }
}

/// Reads every recorded step of one machine: the thermometer what the machine makes, exact physics the same with a control
/// undone.
pub(super) struct Recorder<'a> {
    /// The machine's name and index.
    pub(super) machine: (&'a str, u64),
    pub(super) starts: &'a [StatePoint],
    pub(super) n_chains: usize,
    pub(super) last_step: usize,
    pub(super) lattice: Lattice,
    /// The state points that the thermometer chooses from.
    pub(super) points: &'a [StatePoint],
    pub(super) control: &'a Control,
    pub(super) thermometer: Thermometer,
    pub(super) exact: &'a ExactThermometers,
    pub(super) tables: FlowTables,
}

impl Recorder<'_> {
    /// Records the chains `[n_starts · n_chains, n_sites]`, one start after another, and returns their temperatures by energy.
    pub(super) fn record(&mut self, step: usize, visible: Tensor<2>) -> Result<Vec<FlowReading>> {
        let mut temperatures = Vec::new();
        let readings = read(&self.thermometer, self.points, &visible)?;
        let spins = PackedSpins::from_f32(self.lattice.n_sites(), &visible.try_into_vec_as::<f32>()?)?;
        let spins = self.control.undo(spins)?;
        for (i, &start) in self.starts.iter().enumerate() {
            let chains = i * self.n_chains..(i + 1) * self.n_chains;
            let readings = readings.part(chains.clone());
            let spins = spins.slice(chains)?;
            let row: Vec<Cell> = vec![
                self.machine.0.into(),
                self.machine.1.into(),
                start.temperature().into(),
                start.field().into(),
                step.into(),
            ];
            temperatures.push(self.record_reading(&row, start, &spins, &readings)?);
            if step == 0 || is_power_of_ten(step) || step == self.last_step {
                for cells in by_distance(self.lattice, &spins)? {
                    self.tables.correlations.push([&row[..], &cells].concat())?;
                }
            }
            if self.is_extreme(start) {
                self.record_histogram(&row, &readings)?;
            }
            let picture: String = spins.to_i8(0)?.iter().map(|&s| if s > 0 { '1' } else { '0' }).collect();
            self.tables.configurations.push([row, vec![0usize.into(), picture.into()]].concat())?;
        }
        Ok(temperatures)
    }

    fn record_reading(
        &mut self,
        row: &[Cell],
        start: StatePoint,
        spins: &PackedSpins,
        readings: &Readings<'_>,
    ) -> Result<FlowReading> {
        let reading = readings.together();
        // The energy is that in the field of the start; the temperature in it does not enter.
        let measured = observables(self.lattice, StatePoint::new(1.0, start.field())?, spins)?;
        let energy = measured.energy_per_site;
        let energy_temperature = self.exact.by_energy(start.field(), energy);
        let exact = self.exact.by_likelihood(self.n_chains, start.field(), &measured)?;
        let mut cells = row.to_vec();
        cells.extend([self.n_chains.into(), reading.temperature_spread.into(), reading.infinite.into()]);
        for estimate in [reading.temperature, reading.field, energy_temperature, exact.temperature, exact.field] {
            cells.extend([estimate.value.into(), estimate.error.into()]);
        }
        let bonds = observables(self.lattice, StatePoint::new(1.0, 0.0)?, spins)?.energy_per_site;
        for estimate in [energy, bonds, measured.abs_magnetization_per_site, measured.magnetization_per_site] {
            cells.extend([estimate.value.into(), estimate.error.into()]);
        }
        cells.extend(reach(self.lattice, spins)?);
        let (peak, modes) = (readings.peak(), readings.modes());
        cells.extend([reading.covariance, exact.covariance, peak.temperature(), peak.field()].map(Cell::from));
        cells.extend(modes.into_iter().flat_map(|mode| [mode.value, mode.error].map(Cell::from)));
        self.tables.flow.push(cells)?;
        Ok(FlowReading {
            start_temperature: start.temperature(),
            start_field: start.field(),
            temperature: energy_temperature.value,
        })
    }

    fn record_histogram(&mut self, row: &[Cell], readings: &Readings<'_>) -> Result<()> {
        for (point, probability) in self.points.iter().zip(readings.average()) {
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

fn is_power_of_ten(step: usize) -> bool {
    step == 10usize.pow(step.ilog10())
}
