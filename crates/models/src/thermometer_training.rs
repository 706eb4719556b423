//! Training of a thermometer through automatic differentiation.

use burn::{
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Bytes, Device, Int, Tensor},
};

use crate::{LayerParameters, ModelError, Thermometer, ThermometerShape};

/// A thermometer with its optimiser (Adam) on an autodiff device.
pub struct ThermometerTrainer {
    thermometer: Thermometer,
    optimizer: ModuleOptimizer,
}

impl ThermometerTrainer {
    /// Starts from given layers.
    ///
    /// # Errors
    /// As [`Thermometer::new`].
    pub fn new(shape: &ThermometerShape, layers: &[LayerParameters], device: &Device) -> Result<Self, ModelError> {
        let thermometer = Thermometer::new(shape, layers, &device.clone().autodiff())?;
        Ok(Self { thermometer, optimizer: AdamConfig::new().init() })
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

    /// One step on a batch of spins `[batch, n_sites]` of known classes `[batch]`; returns its relative entropy in nats.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn step(&mut self, spins: Tensor<2>, classes: Tensor<1, Int>, learning_rate: f64) -> Result<f64, ModelError> {
        let loss = self.thermometer.relative_entropy(spins, classes);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.thermometer);
        let thermometer = self.thermometer.clone();
        self.thermometer = self.optimizer.step(learning_rate, thermometer, gradients);
        loss.try_into_scalar::<f32>().map(f64::from).map_err(|error| ModelError::Device(error.to_string()))
    }
}
