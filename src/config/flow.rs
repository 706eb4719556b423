//! The settings of the flow.

use serde::{Deserialize, Serialize};

use super::values::{Count, Fields, Temperatures};

/// How a layer is set from its mean.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateKind {
    /// Drawn from its conditional probability; also called `drawn`.
    #[default]
    #[serde(alias = "drawn")]
    Sampled,
    /// Its mean; also called `mean`.
    #[serde(alias = "mean")]
    MeanField,
    /// The sign of its mean.
    Rounded,
}

impl UpdateKind {
    /// Whether a layer is drawn, as it is without a setting.
    pub(super) fn is_sampled(&self) -> bool {
        *self == Self::Sampled
    }
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
    /// How the hidden layer is set, if not as `update` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<UpdateKind>,
    /// How the visible layer is set, if not as `update` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<UpdateKind>,
    /// Whether there is a flow also from every kept snapshot of every RBM's training, read at its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub along_training: bool,
    /// Steps of a long run after the flow, which looks at its stationary law; without them none (both layers sampled).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_stationary_steps: Option<Count>,
    /// Chains of the long run, evenly from all starts.
    pub n_stationary_chains: Count,
}

impl Flow {
    /// How the hidden and the visible layer are set.
    pub fn updates(&self) -> [UpdateKind; 2] {
        [self.hidden, self.visible].map(|update| update.unwrap_or(self.update))
    }
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
            hidden: None,
            visible: None,
            along_training: false,
            n_stationary_steps: None,
            n_stationary_chains: Count::new(100),
        }
    }
}
