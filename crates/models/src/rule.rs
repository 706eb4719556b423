//! The settings of a training step and of a reconstruction.

use std::num::NonZeroUsize;

/// How a layer is set from its mean ⟨s⟩ = tanh(field).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Drawn: +1 with probability (1 + ⟨s⟩)/2. The flow is then block Gibbs sampling of p(v).
    #[default]
    Sampled,
    /// The mean itself.
    MeanField,
    /// The sign of the mean.
    Rounded,
}

/// How both layers are set in a reconstruction v → h → v′.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Updates {
    /// The hidden layer h.
    pub hidden: Update,
    /// The visible layer v′.
    pub visible: Update,
}

impl Updates {
    /// Whether both layers are drawn, as the fused flow and the fused training on a GPU do.
    pub fn are_sampled(self) -> bool {
        self == Self::default()
    }

    /// Whether the visible units are ±1, as the fused training on the host needs them.
    pub(crate) fn are_visible_spins(self) -> bool {
        self.visible != Update::MeanField
    }
}

/// The rule of a training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastiveDivergence {
    /// The k of CD-k: Gibbs steps from the data, or the persistent chains, to the reconstruction.
    pub n_gibbs_steps: NonZeroUsize,
    /// Learning rate η.
    pub learning_rate: f64,
    /// Momentum μ ∈ [0, 1): the part of the last change that is repeated.
    pub momentum: f64,
    /// Weight decay λ: every step takes η λ w from each weight.
    pub weight_decay: f64,
    /// Whether the reconstruction starts from persistent chains, one for each sample of a batch, in place of the data
    /// (PCD, Tieleman 2008).
    pub persistent: bool,
    /// How the layers of the reconstruction are set; the statistics always have the hidden units' means. Persistent chains
    /// keep the signs of v′ and need a visible layer of ±1.
    pub updates: Updates,
    /// Whether the visible bias is trained.
    pub visible_bias: bool,
    /// Whether the hidden bias is trained.
    pub hidden_bias: bool,
}

impl Default for ContrastiveDivergence {
    /// CD-1 with η = 0.1 and nothing else; both biases are trained.
    fn default() -> Self {
        Self {
            n_gibbs_steps: NonZeroUsize::MIN,
            learning_rate: 0.1,
            momentum: 0.0,
            weight_decay: 0.0,
            persistent: false,
            updates: Updates::default(),
            visible_bias: true,
            hidden_bias: true,
        }
    }
}
