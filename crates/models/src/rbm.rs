//! The Restricted Boltzmann Machine with units ±1.

use burn::{
    module::{Module, Param, ParamId},
    tensor::{Device, Tensor, TensorData},
};

use crate::{
    ModelError,
    error::{at_least, same},
};

/// The numbers that make a machine, on the host: what checkpoints and weight files hold.
#[derive(Clone, Debug, PartialEq)]
pub struct RbmParameters {
    /// Number of visible units n_v.
    pub n_visible: usize,
    /// Number of hidden units n_h.
    pub n_hidden: usize,
    /// Weights w, shape `[n_visible, n_hidden]`, row-major.
    pub weights: Vec<f32>,
    /// Visible bias c, shape `[n_visible]`.
    pub visible_bias: Vec<f32>,
    /// Hidden bias b, shape `[n_hidden]`.
    pub hidden_bias: Vec<f32>,
}

impl RbmParameters {
    /// An untrained machine: the given weights, shape `[n_visible · n_hidden]`, and no biases.
    pub fn untrained(n_visible: usize, n_hidden: usize, weights: Vec<f32>) -> Self {
        Self { n_visible, n_hidden, weights, visible_bias: vec![0.0; n_visible], hidden_bias: vec![0.0; n_hidden] }
    }

    /// Checks that both layers have a unit, that the lengths agree with the numbers of units and that every number is finite.
    ///
    /// # Errors
    /// [`ModelError::TooFew`], [`ModelError::Shape`] or [`ModelError::NotFinite`].
    pub fn validate(&self) -> Result<(), ModelError> {
        at_least(1, "visible units", self.n_visible)?;
        at_least(1, "hidden units", self.n_hidden)?;
        let parts = [
            ("weights", &self.weights, self.n_visible.saturating_mul(self.n_hidden)),
            ("visible_bias", &self.visible_bias, self.n_visible),
            ("hidden_bias", &self.hidden_bias, self.n_hidden),
        ];
        for (name, values, expected) in parts {
            if values.len() != expected {
                return Err(ModelError::Shape { name, found: values.len(), expected });
            }
            if !values.iter().all(|value| value.is_finite()) {
                return Err(ModelError::NotFinite { name });
            }
        }
        Ok(())
    }

    /// Root mean square of the weights.
    pub fn weight_norm(&self) -> f64 {
        let sum: f64 = self.weights.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
        (sum / self.weights.len().max(1) as f64).sqrt()
    }
}

/// A Restricted Boltzmann Machine, v and h both ±1:
/// E(v, h) = −(Σ vᵢwᵢₐhₐ + Σ bₐhₐ + Σ cᵢvᵢ), p(v, h) ∝ e^−E.
///
/// The field names are the keys of the weight files.
#[derive(Module, Debug)]
pub struct Rbm {
    /// Weights w, shape `[n_visible, n_hidden]`.
    pub weights: Param<Tensor<2>>,
    /// Visible bias c, shape `[n_visible]`.
    pub visible_bias: Param<Tensor<1>>,
    /// Hidden bias b, shape `[n_hidden]`.
    pub hidden_bias: Param<Tensor<1>>,
}

impl Rbm {
    /// Puts a machine on a device.
    ///
    /// # Errors
    /// As [`RbmParameters::validate`].
    pub fn new(parameters: &RbmParameters, device: &Device) -> Result<Self, ModelError> {
        parameters.validate()?;
        let RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias } = parameters.clone();
        Ok(Self {
            weights: parameter(0, TensorData::new(weights, [n_visible, n_hidden]), device),
            visible_bias: parameter(1, TensorData::new(visible_bias, [n_visible]), device),
            hidden_bias: parameter(2, TensorData::new(hidden_bias, [n_hidden]), device),
        })
    }

    /// Copies a machine from its device.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn parameters(&self) -> Result<RbmParameters, ModelError> {
        let [n_visible, n_hidden] = self.weights.dims();
        Ok(RbmParameters {
            n_visible,
            n_hidden,
            weights: to_host(self.weights.val())?,
            visible_bias: to_host(self.visible_bias.val())?,
            hidden_bias: to_host(self.hidden_bias.val())?,
        })
    }

    /// Numbers of visible and hidden units.
    ///
    /// # Errors
    /// [`ModelError::Shape`] when the biases do not fit the weights.
    pub(crate) fn shape(&self) -> Result<[usize; 2], ModelError> {
        let [n_visible, n_hidden] = self.weights.dims();
        same("visible_bias", self.visible_bias.dims()[0], n_visible)?;
        same("hidden_bias", self.hidden_bias.dims()[0], n_hidden)?;
        Ok([n_visible, n_hidden])
    }

    /// Field on the hidden units, bₐ + Σᵢ vᵢwᵢₐ: `[batch, n_visible]` → `[batch, n_hidden]`.
    pub fn hidden_field(&self, visible: Tensor<2>) -> Tensor<2> {
        visible.matmul(self.weights.val()) + self.hidden_bias.val().unsqueeze()
    }

    /// Field on the visible units, cᵢ + Σₐ wᵢₐhₐ: `[batch, n_hidden]` → `[batch, n_visible]`.
    pub fn visible_field(&self, hidden: Tensor<2>) -> Tensor<2> {
        hidden.matmul(self.weights.val().transpose()) + self.visible_bias.val().unsqueeze()
    }

    /// Joint energy E(v, h), shape `[batch]`.
    pub fn energy(&self, visible: Tensor<2>, hidden: Tensor<2>) -> Tensor<1> {
        let coupling = (self.hidden_field(visible.clone()) * hidden).sum_dim(1);
        let bias = (visible * self.visible_bias.val().unsqueeze()).sum_dim(1);
        (coupling + bias).neg().squeeze_dim(1)
    }

    /// Marginal energy F(v) = −cᵀv − Σₐ ln 2cosh(bₐ + Σᵢ vᵢwᵢₐ), shape `[batch]`; p(v) ∝ e^−F.
    pub fn free_energy(&self, visible: Tensor<2>) -> Tensor<1> {
        let hidden = ln_2cosh(self.hidden_field(visible.clone())).sum_dim(1);
        let bias = (visible * self.visible_bias.val().unsqueeze()).sum_dim(1);
        (hidden + bias).neg().squeeze_dim(1)
    }
}

/// ln 2cosh x = |x| + ln(1 + e^−2|x|), without overflow.
fn ln_2cosh(x: Tensor<2>) -> Tensor<2> {
    let size = x.abs();
    size.clone() + size.mul_scalar(-2.0).exp().log1p()
}

/// A parameter with a fixed identity, so that optimiser states can be saved and found again.
pub(crate) fn parameter<const D: usize>(id: u64, data: TensorData, device: &Device) -> Param<Tensor<D>> {
    let value = Tensor::from_data(data, device).set_require_grad(device.is_autodiff());
    Param::initialized(ParamId::from(id), value)
}

/// A parameter with a new value and the old identity.
pub(crate) fn parameter_like<const D: usize>(parameter: Param<Tensor<D>>, value: Tensor<D>) -> Param<Tensor<D>> {
    Param::initialized(parameter.id, value)
}

/// The values of a tensor, row-major.
pub(crate) fn to_host<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ModelError> {
    tensor.try_into_vec_as::<f32>().map_err(|error| ModelError::Device(error.to_string()))
}
