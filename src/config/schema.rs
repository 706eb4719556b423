//! The settings of an experiment: what a TOML file may say, with every default.
//!
//! What no source states is a parameter of ours; the configs in `configs/` say which values are the papers'.

use serde::{Deserialize, Serialize};

use super::values::{Count, Fields, Positive, Temperatures};

pub use super::{
    figure::{Figure, FigureKind},
    rbm::{Rbm, Schedule},
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
        }
    }
}

/// What the thermometer sees of a configuration.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// Each site with its neighbours through one shared layer, averaged over the lattice.
    #[default]
    Local,
    /// A plain multilayer network on all spins.
    Dense,
}

/// What the thermometer learns from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LessonsKind {
    /// The samples of the data, in every epoch.
    #[default]
    Samples,
    /// As many fresh samples in every epoch, none of which is ever seen again.
    Stream,
}

/// `[thermometer]`: a softmax classifier over the state points of the data.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thermometer {
    /// What it sees.
    pub network: NetworkKind,
    /// Features of a neighbourhood (network "local").
    pub n_features: Count,
    /// Widths of the hidden layers.
    pub layers: Vec<Count>,
    /// Learning rate of Adam at the start; it falls to zero along a cosine.
    pub learning_rate: Positive,
    /// Configurations per step.
    pub batch_size: Count,
    /// Passes through as many configurations as the data have.
    pub n_epochs: Count,
    /// Which configurations these are.
    pub data: LessonsKind,
}

impl Default for Thermometer {
    fn default() -> Self {
        Self {
            network: NetworkKind::Local,
            n_features: Count::new(16),
            layers: vec![Count::new(64)],
            learning_rate: Positive::new(0.01),
            batch_size: Count::new(500),
            n_epochs: Count::new(30),
            data: LessonsKind::Samples,
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

/// How a layer is set from its mean.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateKind {
    /// Drawn from its conditional probability.
    #[default]
    Sampled,
    /// Its mean.
    MeanField,
    /// The sign of its mean.
    Rounded,
}

/// `[flow]`: a machine fed its own reconstructions.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flow {
    /// Starting temperatures; without them T = 0, the grid of the data and T = ∞.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperatures: Option<Temperatures>,
    /// Starting fields; without them those of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fields>,
    /// Whether to start from every field H also at −H.
    pub mirrored: bool,
    /// Reconstructions v → h → v′.
    pub n_steps: Count,
    /// Independent configurations from every start.
    pub n_chains: Count,
    /// How both layers are set.
    pub update: UpdateKind,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            temperatures: None,
            fields: None,
            mirrored: false,
            n_steps: Count::new(200),
            n_chains: Count::new(500),
            update: UpdateKind::Sampled,
        }
    }
}
