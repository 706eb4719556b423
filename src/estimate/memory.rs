//! The memory that stages hold at their largest, in bytes.

use ising_theory::Lattice;
use models::cpu::Level;

use super::{counts::Counts, steps::state_count_numbers};
use crate::{
    config::schema::{LessonsKind, Rbm, UpdateKind},
    reading::BATCH,
    stages::Stage,
};

/// The program, its libraries, the buffers that the allocator keeps.
const PROGRAM: f64 = 55e6;
/// Fonts and canvas of a figure.
const CANVAS: f64 = 25e6;
/// A state point beside a configuration, and a class or a place in an order.
const POINT: f64 = 16.0;
const INDEX: f64 = 4.0;
/// Copies of the weights in a flow: one as they are, one by rows for each layer. With AVX-512 also the tables: for each layer four times
/// as many numbers, held twice.
const COPIES_IN_FLOW: f64 = 3.0;
const COPIES_IN_TABLES: f64 = 16.0;
/// Copies of the layers of a batch in a training in plain tensor operations.
const COPIES_OF_LAYERS: f64 = 8.0;
/// A cell of a table; the cells of a row of the flow.
const CELL: f64 = 35.0;
const CELLS_OF_FLOW: f64 = 40.0;
const CELLS_OF_HISTOGRAM: f64 = 9.0;
/// A number of 32 and of 64 bits.
const SINGLE: f64 = 4.0;
const DOUBLE: f64 = 8.0;
/// What is known of a configuration in a long run, in records, series and copies.
const OBSERVED: f64 = 24.0 * 2.0 + 3.0 * DOUBLE;
/// Samples of the law of a machine beside its long run.
const N_OWN_SAMPLES: f64 = 100_000.0;
/// Three moments at eight magnetizations, in the table of a torus.
const MOMENTS: f64 = 24.0 * DOUBLE;

impl Counts<'_> {
    /// The largest memory of these stages, whose tasks run side by side on `n_threads` threads.
    pub(super) fn memory(&self, stages: &[Stage], n_threads: usize) -> f64 {
        stages.iter().map(|&stage| self.of_stage(stage, n_threads)).fold(0.0, f64::max)
    }

    fn of_stage(&self, stage: Stage, n_threads: usize) -> f64 {
        let machines = &self.settings.rbm;
        let n_tasks: f64 = machines.iter().map(|rbm| rbm.seeds.get() as f64).sum();
        let n_workers = n_tasks.min(n_threads as f64);
        let largest = |of: &dyn Fn(&Rbm) -> f64| n_workers * machines.iter().map(of).fold(0.0, f64::max);
        let tables = self.tables(n_threads);
        PROGRAM
            + match stage {
                Stage::Sample => self.drawing(n_threads) + tables,
                Stage::TrainThermometer => self.thermometer_training() + tables,
                Stage::TrainRbm => largest(&|rbm| self.machine_training(rbm)),
                Stage::Flow => {
                    self.chains() + tables.max(self.state_counts(n_threads)) + largest(&|rbm| self.flowing(rbm))
                }
                Stage::Dissect => largest(&|rbm| self.dissecting(rbm)),
                Stage::Analyze => {
                    let of_machine = largest(&|rbm| self.likelihoods(rbm));
                    of_machine
                        .max(3.0 * self.data(self.n_samples) + DOUBLE * self.n_samples + self.flow_tables(n_tasks))
                        + tables
                }
                Stage::Render => CANVAS + self.flow_tables(n_tasks) + self.histograms(n_tasks),
            }
    }

    /// Configurations, packed, with their state points.
    fn data(&self, n_samples: f64) -> f64 {
        n_samples * (POINT + self.row_bytes())
    }

    /// The same unpacked.
    fn unpacked(&self, n_samples: f64) -> f64 {
        n_samples * self.n_sites * SINGLE
    }

    /// Training and held-out data, the larger once more as the bytes of its file and while it is drawn; further training data sets
    /// as far as they are drawn side by side.
    fn drawing(&self, n_threads: usize) -> f64 {
        let n_sets = (self.settings.n_data_sets() as f64).min(n_threads as f64).max(1.0);
        3.0 * n_sets * self.data(self.n_samples) + 2.0 * self.data(self.n_held_out)
    }

    /// Two buffers for every thread at work on a torus.
    fn tables(&self, n_threads: usize) -> f64 {
        match self.lattice {
            Lattice::Square { side, .. } if side <= 12 => {
                let block = ((side * side + 1) as f64 / 8.0).ceil() * MOMENTS;
                2.0 * n_threads as f64 * (side as f64).exp2() * block
            }
            _ => 0.0,
        }
    }

    /// Two buffers for every thread that counts the states of a torus.
    fn state_counts(&self, n_threads: usize) -> f64 {
        n_threads as f64 * state_count_numbers(self.lattice) * DOUBLE
    }

    /// What a network holds while it reads a batch.
    fn reading(&self, n_samples: f64) -> f64 {
        2.0 * n_samples.min(BATCH as f64) * self.thermometer.activations * SINGLE
    }

    /// Configurations that are read, and what is read from them.
    fn readings(&self, n_samples: f64) -> f64 {
        let of_each = self.thermometer.n_points * SINGLE + 4.0 * DOUBLE;
        self.unpacked(2.0 * n_samples) + n_samples * of_each + self.reading(n_samples)
    }

    fn thermometer_training(&self) -> f64 {
        let settings = &self.settings.thermometer;
        let thermometer = &self.thermometer;
        let n_epochs = match settings.data {
            LessonsKind::Samples => 1.0,
            LessonsKind::Stream => settings.n_epochs.get() as f64,
        };
        let n_lessons = thermometer.n_samples * n_epochs;
        let lessons = self.data(n_lessons) + INDEX * (n_lessons + thermometer.n_samples);
        let drawn = if thermometer.n_drawn > 0.0 { self.row_bytes() * n_lessons } else { 0.0 };
        let batch = settings.batch_size.get() as f64;
        // Forward and back, and the three copies that Adam keeps of every weight, with their gradient.
        let step = 8.0 * batch * thermometer.activations * SINGLE + 6.0 * thermometer.n_weights * SINGLE;
        let calibration = self.readings(thermometer.n_held_out)
            + thermometer.n_held_out * (thermometer.n_points * SINGLE + 8.0 * DOUBLE);
        lessons + drawn + 2.0 * self.data(thermometer.n_held_out) + step.max(calibration)
    }

    fn machine_training(&self, rbm: &Rbm) -> f64 {
        let words = 3.0 * (self.n_sites / 32.0).ceil() * 4.0;
        let unpacked = if rbm.bias_from_data { self.unpacked(self.n_samples) } else { 0.0 };
        // A checkpoint is a copy of all snapshots, and so is the file.
        let weights = (3.0 * self.n_snapshots(rbm) + 8.0) * self.n_weights(rbm) * SINGLE;
        // Plain tensor operations hold some copies of every layer.
        let n_copies = if rbm.visible_units == UpdateKind::MeanField { COPIES_OF_LAYERS } else { 1.0 };
        let batch_size = rbm.batch_size.of(self.settings.n_training_samples()) as f64;
        let batch = n_copies * batch_size * (self.n_sites + rbm.n_hidden.get() as f64) * SINGLE;
        self.data(self.n_samples + self.n_held_out) + self.n_samples * (words + INDEX) + unpacked + weights + batch
    }

    /// The starts, which all flows have in common.
    fn chains(&self) -> f64 {
        2.0 * self.data(self.n_chains)
    }

    fn flowing(&self, rbm: &Rbm) -> f64 {
        let flow = &self.settings.flow;
        let chains = match flow.updates() {
            [UpdateKind::Sampled, UpdateKind::Sampled] => 2.0 * self.data(self.n_chains),
            _ => 2.0 * self.n_chains * (self.n_sites + rbm.n_hidden.get() as f64) * SINGLE,
        };
        let long_run = flow.n_stationary_steps.map_or(0.0, |n_steps| {
            let n_chains = self.n_chains.min(flow.n_stationary_chains.get() as f64);
            let n_records = n_chains * (n_steps.get() as f64).min(10_000.0);
            OBSERVED * (n_records + self.n_samples + N_OWN_SAMPLES) + self.unpacked(2.0 * N_OWN_SAMPLES)
        });
        chains
            + self.readings(self.n_chains).max(long_run)
            + self.flow_tables(1.0)
            + self.histograms(1.0)
            + self.machine_in_flow(rbm)
            + self.along_training(rbm)
    }

    /// Snapshots, and the tables of their ends.
    fn along_training(&self, rbm: &Rbm) -> f64 {
        let of_each = self.n_weights(rbm) * SINGLE + self.n_starts * CELL * CELLS_OF_FLOW;
        if self.settings.flow.along_training { self.n_snapshots(rbm) * of_each } else { 0.0 }
    }

    fn machine_in_flow(&self, rbm: &Rbm) -> f64 {
        let tables = if Level::best() == Level::Avx512 { COPIES_IN_TABLES } else { 0.0 };
        (COPIES_IN_FLOW + tables) * self.n_weights(rbm) * SINGLE
    }

    /// The tables of flows: readings, and a picture of every start and step.
    fn flow_tables(&self, n_machines: f64) -> f64 {
        n_machines * self.n_records * self.n_starts * (CELL * CELLS_OF_FLOW + self.n_sites)
    }

    /// The tables of what the thermometer says of the extreme starts.
    fn histograms(&self, n_machines: f64) -> f64 {
        let n_rows = self.n_extreme_starts * self.n_records * self.thermometer.n_points;
        n_machines * n_rows * CELL * CELLS_OF_HISTOGRAM
    }

    fn dissecting(&self, rbm: &Rbm) -> f64 {
        let n_snapshots = self.n_snapshots(rbm);
        let (pairs, mapped) = (self.n_sites.powi(2), self.n_mapped().powi(2));
        // Matrices of all pairs of sites, the table of some of them and its text.
        let of_pairs = pairs * 4.0 * DOUBLE + mapped * 0.5 * (5.0 * CELL + 40.0);
        let spectra = n_snapshots * self.n_sites.min(rbm.n_hidden.get() as f64) * 10.0 * CELL;
        let configurations = self.unpacked(self.n_samples.min(10_000.0) + 3.0 * self.n_held_out.min(4000.0));
        let weights = 2.0 * n_snapshots * self.n_weights(rbm) * SINGLE;
        2.0 * self.data(self.n_samples) + of_pairs.max(self.machine_in_flow(rbm)) + spectra + configurations + weights
    }

    fn likelihoods(&self, rbm: &Rbm) -> f64 {
        let snapshots = self.n_snapshots(rbm) * self.n_weights(rbm) * SINGLE;
        // The flow before the annealing holds more than this.
        let weights = snapshots + self.machine_in_flow(rbm);
        let n_chains = self.settings.likelihood.n_chains.get() as f64;
        let chains = n_chains * (self.n_sites + rbm.n_hidden.get() as f64) * 2.0 * DOUBLE;
        self.data(self.n_held_out) + self.unpacked(self.n_held_out) + weights + chains
    }
}
