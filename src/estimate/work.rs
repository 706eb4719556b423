//! The work of every task, counted from the settings; that of one step of each loop is in `steps.rs`.
//!
//! A unit of a [`Kind`] is one multiply-add of that kind of loop (one step of eight numbers of three moments for
//! [`Kind::Tables`], a nanosecond of the machine that this was tuned on for [`Kind::Serial`]). The constants say what else a loop
//! does, in its own units; they were measured once. How long a unit takes is measured on the machine at hand (`rates.rs`).

use ising_data::Sampler;
use ising_theory::Lattice;
use models::cpu::Level;

use super::{
    Kind, Work,
    counts::{Counts, n_measured},
    steps::{
        LARGEST_SIDE, LN_COSH, N_CLASSES, annealing_step, flow_step, free_energy, n_state_classes,
        plain_training_sample, state_counts, table, training_sample,
    },
};
use crate::config::schema::{ControlKind, Rbm, UpdateKind};
use crate::stages::sampler;

/// Configurations that are measured along a training, and what a product costs there.
const N_MONITORED: f64 = 500.0;
const PSEUDO_LIKELIHOOD: f64 = 10.0;
/// Gibbs steps before the reverse annealing.
const N_GIBBS_STEPS: f64 = 1000.0;
/// Weights up to which a machine keeps its tables of sums. With more, without AVX-512, it makes them at every step, in the time of so
/// many chains.
const MOST_KEPT: f64 = 65_536.0;
const MADE_TABLES: f64 = 20.0;
/// Layers of more units are annealed.
const EXACT_LIMIT: u32 = 24;
/// What a number between two layers costs in multiply-adds; a training step goes through the network three times.
const ACTIVATION: f64 = 25.0;
pub(super) const PASSES_OF_TRAINING: f64 = 3.0;
/// What a spin costs in a sampler of rows, and a state of a row.
const SPIN_OF_ROWS: f64 = 0.3;
const STATE_OF_ROWS: f64 = 0.1;
/// What a spin costs at Tc in coupling from the past, with the power of the side that sweeps and searches grow with; and in the
/// sweeps between two samples of a chain.
const SPIN_FROM_THE_PAST: f64 = 8.5;
const POWER_OF_SIDE: f64 = 1.05;
const SPIN_OF_CLUSTERS: f64 = 40.0;
/// Nanoseconds of a multiply-add in w wᵀ, and in the singular values of w.
const PRODUCT: f64 = 0.2;
const SINGULAR_VALUES: f64 = 8.0;
/// Configurations and chain steps of `dissect`.
const N_DISSECTED: f64 = 4000.0;
const N_STIMULI: f64 = 10_000.0;
const N_CHAIN_STEPS: f64 = 4_000_000.0;
const N_CHAIN_STEPS_BEFORE: f64 = 400_000.0;
const MIN_CHAINS: f64 = 100.0;
/// Nodes of the integrals for couplings, for each root of the number of sites, and the products beyond which only the last snapshot has them.
const N_NODES: f64 = 4.0;
const MAX_PRODUCTS: f64 = 1e7;
/// Temperatures of the exact plane; tables for lines of maxima and mixtures beside it, without and in a field.
const N_PLANE: f64 = 60.0;
const N_MARKS: f64 = 10.0;
const N_MARKS_IN_FIELD: f64 = 21.0;
/// Temperatures of the lines of constant magnetization, and exact samples beside the end of a flow.
const N_LINE: f64 = 48.0;
const N_EXACT: f64 = 10_000.0;
/// Nodes of a torus whose temperature and field are read together.
const N_SECTOR_NODES: f64 = 30.0;
/// Nanoseconds of a figure, of a start that is read, of a row of a table.
const FIGURE: f64 = 1.5e8;
const START: f64 = 3e5;
const SPIN_READ: f64 = 4.0;
/// Nanoseconds of a class of states where a flow ends, and tables of the thermometer that reads the end.
const CLASS_AT_END: f64 = 5000.0;
const N_END_NODES: f64 = 10.0;

impl Counts<'_> {
    pub(super) fn sample(&self) -> Work {
        let n_tables = self.n_temperatures * if self.is_shuffled() { 2.0 } else { 1.0 };
        self.draw(self.n_points, self.n_samples + self.n_held_out)
            .with(Kind::Tables, n_tables * table(self.lattice))
            .with(Kind::Serial, SPIN_READ * self.n_sites * self.n_samples)
    }

    /// One of the further training data sets.
    pub(super) fn sample_further(&self) -> Work {
        self.draw(self.n_points, self.n_samples)
    }

    pub(super) fn train_thermometer(&self) -> Work {
        let thermometer = &self.thermometer;
        let n_epochs = self.settings.thermometer.n_epochs.get() as f64;
        let n_forward = n_epochs * (PASSES_OF_TRAINING * thermometer.n_samples + thermometer.n_held_out);
        let posteriors = if thermometer.in_field { thermometer.n_temperatures } else { 0.0 };
        let limits = match self.lattice {
            Lattice::Square { side, .. } if thermometer.in_field && side <= 8 => self.n_sites / 3.0,
            Lattice::Square { .. } if !thermometer.in_field => 1.0,
            _ => 0.0,
        };
        let n_tables = thermometer.n_temperatures + posteriors + limits;
        self.draw(thermometer.n_points, thermometer.n_drawn)
            .with(Kind::Network, n_forward * self.network())
            .with(Kind::Tables, n_tables * table(self.lattice))
            .with(Kind::Serial, 10.0 * thermometer.n_held_out * thermometer.n_points)
    }

    pub(super) fn train_rbm(&self, rbm: &Rbm) -> Work {
        let n_trained = self.n_samples * rbm.n_epochs.get() as f64;
        let (n_hidden, n_gibbs_steps) = (rbm.n_hidden.get() as f64, rbm.n_gibbs_steps.get() as f64);
        let (kind, of_sample) = match rbm.updates().map(|update| update == UpdateKind::MeanField) {
            [_, true] => (Kind::Network, plain_training_sample(self.n_sites, n_hidden, n_gibbs_steps)),
            [means, false] => (Kind::Training, training_sample(self.n_sites, n_hidden, n_gibbs_steps, means)),
        };
        let monitored = (PSEUDO_LIKELIHOOD + 2.0) * N_MONITORED * self.n_weights(rbm);
        Work::default()
            .with(kind, n_trained * of_sample)
            .with(Kind::Annealing, n_measured(rbm.n_epochs.get()) * monitored)
    }

    pub(super) fn flow(&self, rbm: &Rbm) -> Work {
        let flow = &self.settings.flow;
        let n_stationary = flow.n_stationary_steps.map_or(0.0, |steps| steps.get() as f64);
        let n_long = n_stationary * self.n_chains.min(flow.n_stationary_chains.get() as f64);
        let n_observed = n_stationary.min(10_000.0) * flow.n_stationary_chains.get() as f64;
        let n_read = self.n_records * self.n_chains;
        let n_chain_steps = self.n_chains * flow.n_steps.get() as f64 + n_long;
        let serial = self.n_records * self.n_starts * START + SPIN_READ * self.n_sites * (n_read + n_observed);
        let work = self
            .flow_steps(rbm, n_chain_steps)
            .with(Kind::Network, n_read * self.network())
            .with(Kind::Serial, serial + self.end_state());
        if self.settings.has_softmax_map() {
            // The end itself, free spins, and exact samples.
            let n_exact = self.n_chains.min(N_EXACT);
            let map = self.draw(1.0, n_exact).with(Kind::Network, (2.0 * self.n_chains + n_exact) * self.network());
            return [work, map].into_iter().sum();
        }
        work
    }

    /// A flow from every snapshot, read at its end.
    pub(super) fn flow_along_training(&self, rbm: &Rbm) -> Work {
        let n = self.n_snapshots(rbm);
        let serial = self.n_starts * START + SPIN_READ * self.n_sites * self.n_chains + self.end_state();
        self.flow_steps(rbm, n * self.n_chains * self.settings.flow.n_steps.get() as f64)
            .with(Kind::Network, n * self.n_chains * self.network())
            .with(Kind::Serial, n * serial)
    }

    /// Chain steps of a flow as its units are set.
    fn flow_steps(&self, rbm: &Rbm, n_chain_steps: f64) -> Work {
        match self.settings.flow.updates() {
            [UpdateKind::Sampled, UpdateKind::Sampled] => self.steps(rbm, n_chain_steps),
            _ => {
                let activations = ACTIVATION * (self.n_sites + rbm.n_hidden.get() as f64);
                Work::default().with(Kind::Network, n_chain_steps * (2.0 * self.n_weights(rbm) + activations))
            }
        }
    }

    /// Nanoseconds of the state at the end of a flow.
    fn end_state(&self) -> f64 {
        CLASS_AT_END * n_state_classes(self.lattice) + 4.0 * SPIN_READ * self.n_sites * self.n_chains
    }

    /// What the flows of all machines have in common.
    pub(super) fn flow_starts(&self) -> Work {
        let one_field = self.settings.data.fields.values().len() == 1;
        let n_tables = match (one_field, self.in_field()) {
            (true, false) => 0.0,
            (true, true) => N_SECTOR_NODES / 2.0,
            (false, _) => N_SECTOR_NODES,
        };
        let n_of_maps = if self.settings.has_softmax_map() { self.thermometer.n_temperatures } else { 0.0 };
        let counted = state_counts(self.lattice);
        let n_references = if counted > 0.0 { N_END_NODES } else { 0.0 };
        self.draw(self.n_starts, self.n_chains)
            .with(Kind::Tables, (n_tables + n_of_maps + n_references) * table(self.lattice) + counted + self.law())
    }

    pub(super) fn dissect(&self, rbm: &Rbm) -> Work {
        let (n, n_hidden) = (self.n_sites, rbm.n_hidden.get() as f64);
        let n_snapshots = self.n_snapshots(rbm);
        let n_steps = self.settings.flow.n_steps.get() as f64;
        let n_configurations = self.n_held_out.min(N_DISSECTED);
        let chain_steps = |most: f64| (most / n_steps).max(MIN_CHAINS).min(n_configurations) * n_steps;
        let n_chain_steps = chain_steps(N_CHAIN_STEPS) + (n_snapshots - 1.0) * chain_steps(N_CHAIN_STEPS_BEFORE);
        let n_energies = n_snapshots * 3.0 * n_configurations;
        let n_coupled = if n * n * n_hidden > MAX_PRODUCTS { 1.0 } else { n_snapshots };
        let couplings = n_coupled * (n_hidden * N_NODES * n.sqrt() * n * (25.0 + 0.06 * n) + n_configurations * n * n);
        let weights = n_snapshots * n * n_hidden * (PRODUCT * n + SINGULAR_VALUES * n.min(n_hidden));
        let stimuli = n_hidden * self.n_samples.min(N_STIMULI) * (n + 60.0);
        self.steps(rbm, n_chain_steps)
            .with(Kind::Annealing, n_energies * free_energy(n, n_hidden))
            .with(Kind::Serial, couplings + weights + stimuli)
            .with(Kind::Tables, self.law())
    }

    pub(super) fn likelihood(&self, rbm: &Rbm) -> Work {
        let (n, n_hidden) = (self.n_sites, rbm.n_hidden.get() as f64);
        let n_snapshots = self.n_snapshots(rbm);
        let likelihood = &self.settings.likelihood;
        let free_energies = n_snapshots * 3.0 * self.n_held_out * free_energy(n, n_hidden);
        let law = Work::default().with(Kind::Tables, self.law());
        let smaller = n.min(n_hidden);
        if smaller <= f64::from(EXACT_LIMIT) {
            let states = smaller.exp2() * n.max(n_hidden) * LN_COSH;
            return law.with(Kind::Annealing, free_energies + n_snapshots * states);
        }
        let n_chains = likelihood.n_chains.get() as f64;
        // Eight chains side by side.
        let n_lanes = (n_chains / 8.0).ceil() * 8.0;
        let n_annealed = n_snapshots * likelihood.n_temperatures.get() as f64 * 2.0 * n_lanes;
        let annealed = n_annealed * annealing_step(n, n_hidden);
        let is_kept = self.n_weights(rbm) <= MOST_KEPT || Level::best() == Level::Avx512;
        let n_made = if is_kept { 0.0 } else { MADE_TABLES };
        let starts = n_snapshots * N_GIBBS_STEPS * (n_chains.min(self.n_held_out) + n_made);
        [law, self.steps(rbm, starts)].into_iter().sum::<Work>().with(Kind::Annealing, free_energies + annealed)
    }

    pub(super) fn analyze(&self) -> Work {
        let n_marks = if self.in_field() { N_MARKS_IN_FIELD } else { N_MARKS };
        let n_marks = n_marks + if self.settings.has_plane() { N_LINE } else { 0.0 };
        let n_rows: f64 =
            self.settings.rbm.iter().map(|rbm| rbm.seeds.get() as f64).sum::<f64>() * self.n_records * self.n_starts;
        let drawn = if self.is_shuffled() { self.draw(self.n_points, self.n_samples) } else { Work::default() };
        // As many temperatures of the plane have their correlations in the time of a few tables.
        drawn
            .with(Kind::Tables, (N_PLANE + n_marks + 0.05 * N_PLANE) * table(self.lattice))
            .with(Kind::Serial, 2.0 * SPIN_READ * self.n_sites * self.n_samples + 20_000.0 * n_rows)
    }

    pub(super) fn render(&self) -> Work {
        Work::default().with(Kind::Serial, FIGURE * self.settings.figures.len() as f64)
    }

    fn is_shuffled(&self) -> bool {
        self.settings.data.control == ControlKind::MeanField
    }

    /// One configuration through the thermometer.
    pub(super) fn network(&self) -> f64 {
        self.thermometer.products + ACTIVATION * self.thermometer.activations
    }

    /// Chain steps of a machine.
    fn steps(&self, rbm: &Rbm, n_chain_steps: f64) -> Work {
        Work::default().with(Kind::Flow, n_chain_steps * flow_step(self.n_sites, rbm.n_hidden.get() as f64))
    }

    /// The exact law of the data, which every machine is held against.
    fn law(&self) -> f64 {
        if self.in_field() || self.is_shuffled() { self.n_temperatures * table(self.lattice) } else { 0.0 }
    }

    /// Configurations drawn at so many state points.
    fn draw(&self, n_points: f64, n_samples: f64) -> Work {
        if n_samples < 0.5 {
            return Work::default();
        }
        let spins = n_samples * self.n_sites;
        let units = match (sampler(self.settings, self.lattice), self.lattice) {
            (Sampler::Perfect, _) => {
                SPIN_FROM_THE_PAST * spins * self.n_sites.sqrt().powf(POWER_OF_SIDE) * self.criticality()
            }
            (Sampler::Cluster, _) => SPIN_OF_CLUSTERS * spins,
            (_, Lattice::Square { side, .. }) => {
                let row_states = (side as f64).exp2();
                let of_point = 2.0 * self.n_sites * row_states * N_CLASSES[side.min(LARGEST_SIDE)];
                SPIN_OF_ROWS * spins + STATE_OF_ROWS * n_points * of_point
            }
            (_, Lattice::Ring { .. }) => SPIN_OF_ROWS * spins,
        };
        Work::default().with(Kind::Tables, units)
    }
}
