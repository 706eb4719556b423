//! Training of a thermometer through automatic differentiation.

use burn::{
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Bytes, Device, Int, Tensor, TensorData},
};

use super::{LayerParameters, Thermometer, ThermometerShape, surprises};
use crate::{ModelError, error::same};

/// A thermometer with its optimiser (Adam) on an autodiff device.
pub struct ThermometerTrainer {
    thermometer: Thermometer,
    optimizer: ModuleOptimizer,
    /// Weight of each class, shape `[n_classes]`, on average 1; without, all count the same.
    class_weights: Option<Tensor<1>>,
}

impl ThermometerTrainer {
    /// Starts from given layers.
    ///
    /// # Errors
    /// As [`Thermometer::new`].
    pub fn new(shape: &ThermometerShape, layers: &[LayerParameters], device: &Device) -> Result<Self, ModelError> {
        let thermometer = Thermometer::new(shape, layers, &device.clone().autodiff())?;
        Ok(Self { thermometer, optimizer: AdamConfig::new().init(), class_weights: None })
    }

    /// Lets configurations of some classes count more than others, in proportion to `weights`, shape `[n_classes]`. The softmax
    /// stays that of classes of equal weight: in training it is multiplied by the weights, which the network then need not learn.
    /// (For classifiers.)
    ///
    /// # Errors
    /// [`ModelError::Shape`] unless there is a weight for each class, [`ModelError::NotFinite`] unless each has a logarithm.
    pub fn with_class_weights(mut self, weights: &[f64]) -> Result<Self, ModelError> {
        let n_classes = self.thermometer.layers.last().map_or(0, |layer| layer.weights.dims()[1]);
        if weights.len() != n_classes {
            return Err(ModelError::Shape { name: "class weights", found: weights.len(), expected: n_classes });
        }
        if !weights.iter().all(|weight| weight.is_normal() && *weight > 0.0) {
            return Err(ModelError::NotFinite { name: "logarithm of the class weights" });
        }
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        let weights: Vec<f32> = weights.iter().map(|weight| (weight / mean) as f32).collect();
        let device = self.thermometer.layers.last().map(|layer| layer.bias.device());
        self.class_weights = device.map(|device| Tensor::from_data(TensorData::new(weights, [n_classes]), &device));
        Ok(self)
    }

    /// Restores the optimiser's moments saved by [`Self::optimizer_state`].
    ///
    /// # Errors
    /// [`ModelError::Optimizer`] when the bytes are no such state.
    pub fn with_optimizer_state(mut self, state: Vec<u8>) -> Result<Self, ModelError> {
        let restored = self.optimizer.from_bytes(Bytes::from_bytes_vec(state));
        self.optimizer = restored.map_err(|error| ModelError::Optimizer(error.to_string()))?;
        Ok(self)
    }

    /// The optimiser's moments.
    ///
    /// # Errors
    /// [`ModelError::Optimizer`] when they cannot be serialised.
    pub fn optimizer_state(&self) -> Result<Vec<u8>, ModelError> {
        let bytes = self.optimizer.into_bytes().map_err(|error| ModelError::Optimizer(error.to_string()))?;
        Ok(bytes.to_vec())
    }

    /// The layers on the host.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn parameters(&self) -> Result<Vec<LayerParameters>, ModelError> {
        self.thermometer.parameters()
    }

    /// One step on a batch of spins `[batch, n_sites]` of known classes `[batch]`; returns its loss in nats.
    ///
    /// # Errors
    /// As [`Thermometer::loss`]; [`ModelError::Device`] when the device fails to deliver.
    pub fn step(&mut self, spins: Tensor<2>, classes: Tensor<1, Int>, learning_rate: f64) -> Result<f64, ModelError> {
        let loss = match &self.class_weights {
            None => self.thermometer.loss(spins, classes)?,
            Some(weights) => {
                same("classes", classes.dims()[0], spins.dims()[0])?;
                let logits = self.thermometer.forward(spins)? + weights.clone().log().unsqueeze();
                let surprises = surprises(logits, classes.clone());
                (surprises * weights.clone().select(0, classes).unsqueeze_dim(1)).mean()
            }
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &self.thermometer);
        let thermometer = self.thermometer.clone();
        self.thermometer = self.optimizer.step(learning_rate, thermometer, gradients);
        loss.try_into_scalar::<f32>().map(f64::from).map_err(|error| ModelError::Device(error.to_string()))
    }
}
