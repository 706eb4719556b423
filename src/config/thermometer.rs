//! The settings of the thermometer and its training.

use serde::{Deserialize, Serialize};

use super::{
    rbm::Schedule,
    values::{Count, Fields, Positive, Temperatures},
};

/// What the thermometer says of a configuration.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadKind {
    /// A softmax over the state points of the data.
    #[default]
    Classifier,
    /// A Gaussian in T and in H, its mean and its spread.
    Regressor,
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

/// How hidden units respond.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationKind {
    /// tanh x.
    #[default]
    Tanh,
    /// max(x, 0).
    Relu,
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

/// `[thermometer]`: the network that reads (T, H).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thermometer {
    /// Temperatures of its grid; without them those of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperatures: Option<Temperatures>,
    /// Fields of its grid; without them those of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fields>,
    /// Configurations to learn from at each of its state points; without it as many as the data have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_samples: Option<Count>,
    /// What it says.
    pub head: HeadKind,
    /// What it sees.
    pub network: NetworkKind,
    /// Features of a neighbourhood (network "local"), max(x, 0) of weighted sums.
    pub n_features: Count,
    /// Widths of the hidden layers.
    pub layers: Vec<Count>,
    /// How their units respond.
    pub activation: ActivationKind,
    /// Learning rate of Adam, at the start.
    pub learning_rate: Positive,
    /// How it goes on, step by step.
    pub schedule: Schedule,
    /// Configurations per step.
    pub batch_size: Count,
    /// Passes through as many configurations as the data have, at most.
    pub n_epochs: Count,
    /// Epochs without a better result on held-out data after which the training stops; the best network is then kept.
    /// Without it the last one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<Count>,
    /// How much the configurations of each temperature count in the training (head "classifier"), in the order of the grid;
    /// without, all the same. The softmax stays that of equally likely state points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_weights: Option<Vec<Positive>>,
    /// Which configurations it learns from.
    pub data: LessonsKind,
}

impl Default for Thermometer {
    fn default() -> Self {
        Self {
            temperatures: None,
            fields: None,
            n_samples: None,
            head: HeadKind::Classifier,
            network: NetworkKind::Local,
            n_features: Count::new(16),
            layers: vec![Count::new(64)],
            activation: ActivationKind::Tanh,
            learning_rate: Positive::new(0.01),
            schedule: Schedule::Cosine,
            batch_size: Count::new(500),
            n_epochs: Count::new(30),
            patience: None,
            temperature_weights: None,
            data: LessonsKind::Samples,
        }
    }
}
