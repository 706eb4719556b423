//! The settings of an experiment: what a TOML file may say, with every default.
//!
//! What no source states is a parameter of ours; the configs in `configs/` say which values are the papers'.

use serde::{Deserialize, Serialize};

use super::values::{Count, Fields, Temperatures};

pub use super::{
    cluster::Cluster,
    figure::{Figure, FigureKind},
    flow::{Flow, UpdateKind},
    rbm::{Rbm, Schedule},
    thermometer::{ActivationKind, HeadKind, LessonsKind, NetworkKind, Thermometer},
};

/// All settings of one experiment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// One line about the experiment, for figures and reports.
    pub title: String,
    /// Decides every random number of the run.
    pub seed: u32,
    /// The samples.
    pub data: Data,
    /// The network that reads (T, H).
    pub thermometer: Thermometer,
    /// The machines.
    pub rbm: Vec<Rbm>,
    /// How far the machines are from the data.
    pub likelihood: Likelihood,
    /// The flow.
    pub flow: Flow,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What a batch system is asked for.
    pub cluster: Cluster,
}

impl Settings {
    /// Number of training configurations.
    pub fn n_training_samples(&self) -> usize {
        let n_points = self.data.temperatures.values().len() * self.data.fields.values().len();
        n_points.saturating_mul(self.data.n_samples.get())
    }

    /// Training data sets: those of the entry that asks for the most.
    pub fn n_data_sets(&self) -> u64 {
        self.rbm.iter().map(|rbm| rbm.data_seeds.get() as u64).max().unwrap_or(1)
    }

    /// Temperatures and fields of the thermometer's grid.
    pub fn thermometer_grid(&self) -> (Vec<f64>, Vec<f64>) {
        let temperatures = self.thermometer.temperatures.as_ref().unwrap_or(&self.data.temperatures).values();
        (temperatures, self.thermometer.fields.as_ref().unwrap_or(&self.data.fields).values())
    }

    /// Whether the data have several fields: the flow then moves in the (T, H) plane.
    pub fn has_plane(&self) -> bool {
        self.data.fields.values().len() > 1
    }

    /// Whether the thermometer's softmax is a map over (T, H): the data have several fields, so has the grid of the classes, and
    /// the thermometer is a classifier.
    pub fn has_softmax_map(&self) -> bool {
        let (temperatures, fields) = self.thermometer_grid();
        let is_classifier = self.thermometer.head == HeadKind::Classifier;
        self.has_plane() && is_classifier && temperatures.len() > 1 && fields.len() > 1
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            seed: 1,
            data: Data::default(),
            thermometer: Thermometer::default(),
            rbm: vec![Rbm::default()],
            likelihood: Likelihood::default(),
            flow: Flow::default(),
            figures: FigureKind::ALL.map(Figure::of).to_vec(),
            cluster: Cluster::default(),
        }
    }
}

/// Which lattice is sampled.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatticeKind {
    /// L × L torus; needs `side`.
    #[default]
    Square,
    /// Closed chain; needs `n_sites`.
    Ring,
}

/// How configurations are drawn.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SamplerKind {
    /// The best of the others for the lattice.
    #[default]
    Auto,
    /// Independent configurations through the transfer matrix: rings, and the torus up to side 12.
    Exact,
    /// Independent configurations by coupling from the past.
    Perfect,
    /// Swendsen-Wang chains from both ends of the phase diagram.
    Cluster,
}

/// What is done to the configurations once they are drawn, to see what the networks owe to the lattice.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Nothing.
    #[default]
    None,
    /// The sites are renamed, in all configurations alike, by one random permutation (arXiv:2006.10176).
    PermutedSites,
    /// What the machines learn from and start their flow at has its spins shuffled, each configuration by itself: M stays, all
    /// else is lost.
    MeanField,
}

impl ControlKind {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// `[data]`: the samples.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Which lattice.
    pub lattice: LatticeKind,
    /// Side L of the square lattice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Count>,
    /// Number of sites of the ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_sites: Option<Count>,
    /// Temperatures of the grid; `inf` is allowed.
    pub temperatures: Temperatures,
    /// Fields of the grid.
    pub fields: Fields,
    /// Training configurations per state point.
    pub n_samples: Count,
    /// Held-out configurations per state point, never trained on.
    pub n_held_out: Count,
    /// How they are drawn.
    pub sampler: SamplerKind,
    /// What is done to them then.
    #[serde(skip_serializing_if = "ControlKind::is_none")]
    pub control: ControlKind,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            lattice: LatticeKind::Square,
            side: None,
            n_sites: None,
            temperatures: Temperatures::range(0.0, 6.0, 0.25),
            fields: Fields::single(0.0),
            n_samples: Count::new(1000),
            n_held_out: Count::new(200),
            sampler: SamplerKind::Auto,
            control: ControlKind::None,
        }
    }
}

/// `[likelihood]`: ln Z of the machines, summed where a layer has up to 24 units, else by annealed importance sampling.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Likelihood {
    /// Chains that are annealed, each way; back at most one for each held-out configuration.
    pub n_chains: Count,
    /// Temperatures between independent units and the machine.
    pub n_temperatures: Count,
}

impl Default for Likelihood {
    fn default() -> Self {
        Self { n_chains: Count::new(100), n_temperatures: Count::new(1000) }
    }
}
