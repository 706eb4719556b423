//! Several machines of one shape in one tensor of each kind.

use burn::tensor::Tensor;

use crate::{Rbm, rbm::parameter_like};

/// The parameters of several machines, or their last changes.
pub(crate) struct Stack {
    /// Shape `[n_machines, n_visible, n_hidden]`.
    pub(crate) weights: Tensor<3>,
    /// Shape `[n_machines, n_visible]`.
    pub(crate) visible_bias: Tensor<2>,
    /// Shape `[n_machines, n_hidden]`.
    pub(crate) hidden_bias: Tensor<2>,
}

impl Stack {
    /// Machines one behind the other.
    pub(crate) fn of<'a>(machines: impl Iterator<Item = &'a Rbm> + Clone) -> Self {
        Self {
            weights: Tensor::stack(machines.clone().map(|rbm| rbm.weights.val()).collect(), 0),
            visible_bias: Tensor::stack(machines.clone().map(|rbm| rbm.visible_bias.val()).collect(), 0),
            hidden_bias: Tensor::stack(machines.map(|rbm| rbm.hidden_bias.val()).collect(), 0),
        }
    }

    /// The machine number `index`, with the identities of `old`.
    pub(crate) fn get(&self, index: usize, old: Rbm) -> Rbm {
        let row = |stack: &Tensor<2>| stack.clone().narrow(0, index, 1).squeeze_dim(0);
        Rbm {
            weights: parameter_like(old.weights, self.weights.clone().narrow(0, index, 1).squeeze_dim(0)),
            visible_bias: parameter_like(old.visible_bias, row(&self.visible_bias)),
            hidden_bias: parameter_like(old.hidden_bias, row(&self.hidden_bias)),
        }
    }
}
