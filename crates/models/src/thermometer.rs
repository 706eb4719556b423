//! The thermometer: a network that reads the state point (T, H) off one configuration.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor, TensorData, activation},
};

use crate::{
    ModelError,
    rbm::{parameter, to_host},
};

/// What the thermometer sees of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// Every spin by itself: a plain multilayer network, as in Veiga & Vicente (arXiv:2006.10176).
    Dense,
    /// Each site with its neighbours through one shared layer, averaged over the sites. Energy and magnetization, which
    /// are all a configuration tells about (T, H), are such averages.
    Local {
        /// Sites of each neighbourhood, one list of equal length per site.
        neighbourhoods: Vec<Vec<usize>>,
        /// Number of features computed from a neighbourhood.
        n_features: usize,
    },
}

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

/// A softmax classifier over state points, trained by relative entropy.
#[derive(Module, Debug)]
pub struct Thermometer {
    /// The layer on the neighbourhoods, if the sight is local.
    pub local: Option<Layer>,
    /// The layers after it, the last of which gives the logits.
    pub layers: Vec<Layer>,
    #[module(skip)]
    neighbourhoods: Vec<i32>,
}

/// The numbers of one layer on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerParameters {
    /// Number of inputs.
    pub n_inputs: usize,
    /// Number of outputs.
    pub n_outputs: usize,
    /// Weights, shape `[n_inputs, n_outputs]`, row-major.
    pub weights: Vec<f32>,
    /// Bias, shape `[n_outputs]`.
    pub bias: Vec<f32>,
}

/// Sizes of a thermometer.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermometerShape {
    /// Number of spins.
    pub n_sites: usize,
    /// What it sees.
    pub sight: Sight,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Number of state points to choose from.
    pub n_classes: usize,
}

impl ThermometerShape {
    /// (inputs, outputs) of each layer, the local one first.
    pub fn layers(&self) -> Vec<(usize, usize)> {
        let mut widths = match &self.sight {
            Sight::Dense => vec![self.n_sites],
            Sight::Local { neighbourhoods, n_features } => {
                vec![neighbourhoods.first().map_or(0, Vec::len), *n_features]
            }
        };
        widths.extend(&self.hidden);
        widths.push(self.n_classes);
        widths.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }
}

impl Thermometer {
    /// Puts a thermometer on a device; `parameters` are its layers, the local one first.
    ///
    /// # Errors
    /// [`ModelError::Shape`] when the layers do not fit `shape`.
    pub fn new(shape: &ThermometerShape, parameters: &[LayerParameters], device: &Device) -> Result<Self, ModelError> {
        let sizes = shape.layers();
        if sizes.len() != parameters.len() {
            return Err(ModelError::Shape { name: "layers", found: parameters.len(), expected: sizes.len() });
        }
        let mut layers = Vec::with_capacity(sizes.len());
        for (id, (&(n_inputs, n_outputs), values)) in (0..).zip(sizes.iter().zip(parameters)) {
            check("weights", &values.weights, n_inputs * n_outputs)?;
            check("bias", &values.bias, n_outputs)?;
            layers.push(Layer {
                weights: parameter(2 * id, TensorData::new(values.weights.clone(), [n_inputs, n_outputs]), device),
                bias: parameter(2 * id + 1, TensorData::new(values.bias.clone(), [n_outputs]), device),
            });
        }
        Ok(match &shape.sight {
            Sight::Dense => Self { local: None, layers, neighbourhoods: Vec::new() },
            Sight::Local { neighbourhoods, .. } => Self {
                local: Some(layers.remove(0)),
                layers,
                neighbourhoods: neighbourhoods.iter().flatten().map(|&site| site as i32).collect(),
            },
        })
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

    /// Logits of the state points: `[batch, n_sites]` → `[batch, n_classes]`.
    pub fn forward(&self, spins: Tensor<2>) -> Tensor<2> {
        let mut signal = match &self.local {
            Some(layer) => self.site_average(layer, spins),
            None => spins,
        };
        for (depth, layer) in self.layers.iter().enumerate() {
            signal = layer.forward(signal);
            if depth + 1 < self.layers.len() {
                signal = signal.tanh();
            }
        }
        signal
    }

    /// Probabilities of the state points: `[batch, n_sites]` → `[batch, n_classes]`.
    pub fn probabilities(&self, spins: Tensor<2>) -> Tensor<2> {
        activation::softmax(self.forward(spins), 1)
    }

    /// Mean relative entropy −⟨ln p(true class)⟩ in nats, shape `[1]`; `classes` has the shape `[batch]`.
    pub fn relative_entropy(&self, spins: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
        let log_probabilities = activation::log_softmax(self.forward(spins), 1);
        log_probabilities.gather(1, classes.unsqueeze_dim(1)).mean().neg()
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

fn check(name: &'static str, values: &[f32], expected: usize) -> Result<(), ModelError> {
    if values.len() != expected {
        return Err(ModelError::Shape { name, found: values.len(), expected });
    }
    if values.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(ModelError::NotFinite { name }) }
}
