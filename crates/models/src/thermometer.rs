//! The thermometer: a network that reads the state point (T, H) off one configuration.

mod gaussian;
mod shape;
mod training;

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor, TensorData, activation},
};

use crate::{
    ModelError,
    error::{at_least, same},
    rbm::{parameter, to_host},
};
use gaussian::Quantities;

pub use gaussian::{Gaussians, LARGEST_LN_SPREAD};
pub use shape::{Activation, Head, LayerParameters, Sight, ThermometerShape};
pub use training::ThermometerTrainer;

/// A fully connected layer x ↦ x w + b.
#[derive(Module, Debug)]
pub struct Layer {
    /// Weights, shape `[n_inputs, n_outputs]`.
    pub weights: Param<Tensor<2>>,
    /// Bias, shape `[n_outputs]`.
    pub bias: Param<Tensor<1>>,
}

impl Layer {
    fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        inputs.matmul(self.weights.val()) + self.bias.val().unsqueeze()
    }
}

/// A network with one of two heads: a softmax over state points, or a Gaussian in (T, H).
#[derive(Module, Debug)]
pub struct Thermometer {
    /// The layer on the neighbourhoods, if the sight is local.
    pub local: Option<Layer>,
    /// The layers after it, the last of which gives the outputs.
    pub layers: Vec<Layer>,
    #[module(skip)]
    n_sites: usize,
    #[module(skip)]
    neighbourhoods: Vec<i32>,
    #[module(skip)]
    activation: Activation,
    /// What the regressor's Gaussians are in; without, the outputs are the logits of the classes.
    #[module(skip)]
    quantities: Option<Quantities>,
}

impl Thermometer {
    /// Puts a thermometer on a device; `parameters` are its layers, the local one first.
    ///
    /// # Errors
    /// As [`ThermometerShape::validate`]; [`ModelError::Shape`] when the layers do not fit `shape`, [`ModelError::NoQuantity`] for a regressor in something that
    /// is infinite or the same in all classes.
    pub fn new(shape: &ThermometerShape, parameters: &[LayerParameters], device: &Device) -> Result<Self, ModelError> {
        shape.validate()?;
        let sizes = shape.layers();
        same("layers", parameters.len(), sizes.len())?;
        let mut layers = Vec::with_capacity(sizes.len());
        for (id, (&(n_inputs, n_outputs), values)) in (0..).zip(sizes.iter().zip(parameters)) {
            check("weights", &values.weights, n_inputs * n_outputs)?;
            check("bias", &values.bias, n_outputs)?;
            layers.push(Layer {
                weights: parameter(2 * id, TensorData::new(values.weights.clone(), [n_inputs, n_outputs]), device),
                bias: parameter(2 * id + 1, TensorData::new(values.bias.clone(), [n_outputs]), device),
            });
        }
        let (local, neighbourhoods) = match &shape.sight {
            Sight::Dense => (None, Vec::new()),
            Sight::Local { neighbourhoods, .. } => {
                (Some(layers.remove(0)), neighbourhoods.iter().flatten().map(|&site| site as i32).collect())
            }
        };
        let quantities = match &shape.head {
            Head::Classifier => None,
            Head::Regressor { values } => Some(Quantities::new(values)?),
        };
        Ok(Self { local, layers, n_sites: shape.n_sites, neighbourhoods, activation: shape.activation, quantities })
    }

    /// The layers on the host, the local one first.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn parameters(&self) -> Result<Vec<LayerParameters>, ModelError> {
        let layers = self.local.iter().chain(&self.layers);
        layers
            .map(|layer| {
                let [n_inputs, n_outputs] = layer.weights.dims();
                let (weights, bias) = (to_host(layer.weights.val())?, to_host(layer.bias.val())?);
                Ok(LayerParameters { n_inputs, n_outputs, weights, bias })
            })
            .collect()
    }

    /// Outputs of the last layer: `[batch, n_sites]` → `[batch, n_outputs]`.
    fn forward(&self, spins: Tensor<2>) -> Result<Tensor<2>, ModelError> {
        let [n_rows, n_sites] = spins.dims();
        same("a configuration", n_sites, self.n_sites)?;
        at_least(1, "configurations", n_rows)?;
        let mut signal = match &self.local {
            Some(layer) => self.site_average(layer, spins),
            None => spins,
        };
        for (depth, layer) in self.layers.iter().enumerate() {
            signal = layer.forward(signal);
            if depth + 1 < self.layers.len() {
                signal = match self.activation {
                    Activation::Tanh => signal.tanh(),
                    Activation::Relu => activation::relu(signal),
                };
            }
        }
        Ok(signal)
    }

    /// Probabilities of the state points, the regressor's from its Gaussian at each: `[batch, n_sites]` →
    /// `[batch, n_classes]`.
    ///
    /// # Errors
    /// [`ModelError::Shape`] for configurations of another number of sites, [`ModelError::TooFew`] for none.
    pub fn probabilities(&self, spins: Tensor<2>) -> Result<Tensor<2>, ModelError> {
        let outputs = self.forward(spins)?;
        Ok(match &self.quantities {
            None => activation::softmax(outputs, 1),
            Some(quantities) => quantities.log_probabilities(outputs).exp(),
        })
    }

    /// The Gaussians of a regressor; a classifier has none.
    ///
    /// # Errors
    /// As [`Self::probabilities`].
    pub fn gaussians(&self, spins: Tensor<2>) -> Result<Option<Gaussians>, ModelError> {
        self.quantities.as_ref().map(|quantities| Ok(quantities.gaussians(self.forward(spins)?))).transpose()
    }

    /// What training makes small, in nats, shape `[1]`; `classes` has the shape `[batch]`: the classifier's relative entropy
    /// −⟨ln p(true class)⟩, the regressor's −⟨ln p(true T, H)⟩, p a density. The classes, on the device, must be below their number.
    ///
    /// # Errors
    /// As [`Self::probabilities`]; [`ModelError::Shape`] unless every configuration has a class.
    pub fn loss(&self, spins: Tensor<2>, classes: Tensor<1, Int>) -> Result<Tensor<1>, ModelError> {
        same("classes", classes.dims()[0], spins.dims()[0])?;
        let outputs = self.forward(spins)?;
        Ok(match &self.quantities {
            None => surprises(outputs, classes).mean(),
            Some(quantities) => quantities.loss(outputs, classes),
        })
    }

    /// √N times the average over the sites of the features of their neighbourhoods: `[batch, n_sites]` →
    /// `[batch, n_features]`. With √N the features of a disordered configuration vary by order one.
    fn site_average(&self, layer: &Layer, spins: Tensor<2>) -> Tensor<2> {
        let [batch_size, n_sites] = spins.dims();
        let [n_neighbours, n_features] = layer.weights.dims();
        let sites = TensorData::new(self.neighbourhoods.clone(), [self.neighbourhoods.len()]);
        let sites = Tensor::<1, Int>::from_data(sites, &spins.device());
        let neighbourhoods = spins.select(1, sites).reshape([batch_size * n_sites, n_neighbours]);
        let features = activation::relu(layer.forward(neighbourhoods));
        let average = features.reshape([batch_size, n_sites, n_features]).mean_dim(1);
        average.squeeze_dim::<2>(1).mul_scalar((n_sites as f64).sqrt())
    }
}

/// −ln p(true class) by the softmax of `logits`, shape `[batch, 1]`.
fn surprises(logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<2> {
    activation::log_softmax(logits, 1).gather(1, classes.unsqueeze_dim(1)).neg()
}

fn check(name: &'static str, values: &[f32], expected: usize) -> Result<(), ModelError> {
    same(name, values.len(), expected)?;
    if values.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(ModelError::NotFinite { name }) }
}
