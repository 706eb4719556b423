//! The settings of an experiment: what a TOML file may say, with every default.
//!
//! What no source states is a parameter of ours; the configs in `configs/` say which values are the papers'.

use serde::{Deserialize, Serialize};

use super::values::{Count, Fields, Temperatures};

pub use super::{
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

/// What is done to the configurations once they are drawn, to see what the networks owe to the lattice.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Nothing.
    #[default]
    None,
    /// The sites are renamed, in all configurations alike, by one random permutation (arXiv:2006.10176).
    PermutedSites,
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

/// What a figure shows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// Configurations along the flow.
    Configurations,
    /// The thermometer's averaged softmax at chosen steps.
    ThermometerHistogram,
    /// Temperature against step from every start.
    TemperatureAgainstStep,
    /// The thermometer against its limits.
    Calibration,
    /// What the thermometer takes each state point for.
    Confusion,
    /// Whether its probabilities are kept.
    Reliability,
    /// Training curves.
    Training,
    /// Distance of the machines from the data along their training.
    Likelihood,
    /// Observables of the samples against exact values.
    Observables,
    /// The temperature after a step against that before, beside the renormalization group.
    MapOnTemperatureAxis,
    /// The (T, H) plane: steps and ends of the flow, renormalization, lines of maxima.
    Plane,
    /// The specific heat over the (T, H) plane.
    SpecificHeatMap,
    /// Energy and magnetization against step from every start.
    Relaxation,
    /// Where the flow ends, against the number of hidden units.
    EndPointAgainstNHidden,
    /// Autocorrelation and stationary law of a long run; needs flow.n_stationary_steps.
    Stationary,
}

impl FigureKind {
    /// Every kind that can be drawn of any run.
    pub const ALL: [Self; 13] = [
        Self::Configurations,
        Self::ThermometerHistogram,
        Self::TemperatureAgainstStep,
        Self::Calibration,
        Self::Confusion,
        Self::Reliability,
        Self::Training,
        Self::Likelihood,
        Self::Observables,
        Self::MapOnTemperatureAxis,
        Self::Plane,
        Self::SpecificHeatMap,
        Self::Relaxation,
    ];
}

/// `[[figures]]`: one figure.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it shows.
    pub kind: FigureKind,
    /// Name of its files; without it the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The machine shown, by name; without it the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Steps of the flow shown (configurations, thermometer-histogram).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<usize>>,
    /// Starting temperatures shown (configurations, thermometer-histogram).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperatures: Option<Temperatures>,
}

impl Figure {
    /// Name of its files, without the ending.
    pub fn file_name(&self) -> String {
        let kind = || toml::Value::try_from(self.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        self.name.clone().or_else(kind).unwrap_or_default()
    }

    fn of(kind: FigureKind) -> Self {
        Self { kind, name: None, machine: None, steps: None, temperatures: None }
    }
}
