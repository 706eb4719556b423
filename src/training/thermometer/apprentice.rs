//! A thermometer to be trained: its sizes and its beginning.

use ising_data::{
    StatePoint,
    stream::{self, Purpose},
};
use ising_theory::Lattice;
use models::{Activation, Head, LayerParameters, Sight, ThermometerShape};
use rand::{Rng, RngExt};

use crate::{
    config::schema::{self, ActivationKind, HeadKind, NetworkKind},
    reading::Quantity,
};

/// A thermometer to be trained.
#[derive(Clone, Copy, Debug)]
pub struct Apprentice<'a> {
    /// Its settings.
    pub settings: &'a schema::Thermometer,
    /// The lattice it looks at.
    pub lattice: Lattice,
    /// The state points that it tells apart, the field running fastest.
    pub points: &'a [StatePoint],
    /// The seed of the experiment.
    pub seed: u32,
    /// What its checkpoints are bound to.
    pub fingerprint: &'a str,
}

impl Apprentice<'_> {
    /// Its sizes.
    pub fn shape(&self) -> ThermometerShape {
        let sight = match self.settings.network {
            NetworkKind::Dense => Sight::Dense,
            NetworkKind::Local => Sight::Local {
                neighbourhoods: (0..self.lattice.n_sites())
                    .map(|site| std::iter::once(site).chain(self.lattice.neighbours(site)).collect())
                    .collect(),
                n_features: self.settings.n_features.get(),
            },
        };
        let head = match self.settings.head {
            HeadKind::Classifier => Head::Classifier,
            HeadKind::Regressor => {
                let quantities = Quantity::varying(self.points);
                let values = |point: &StatePoint| quantities.iter().map(|quantity| quantity.of(*point)).collect();
                Head::Regressor { values: self.points.iter().map(values).collect() }
            }
        };
        ThermometerShape {
            n_sites: self.lattice.n_sites(),
            sight,
            hidden: self.settings.layers.iter().map(|width| width.get()).collect(),
            activation: match self.settings.activation {
                ActivationKind::Tanh => Activation::Tanh,
                ActivationKind::Relu => Activation::Relu,
            },
            n_classes: self.points.len(),
            head,
        }
    }

    /// How much each state point counts, if not all the same.
    pub(super) fn class_weights(&self) -> Option<Vec<f64>> {
        let weights = self.settings.temperature_weights.as_ref()?;
        let n_fields = self.points.len() / weights.len();
        Some(weights.iter().flat_map(|weight| std::iter::repeat_n(weight.get(), n_fields)).collect())
    }

    /// Untrained layers: uniform in ±1/√n_inputs.
    pub(super) fn initial_layers(&self, shape: &ThermometerShape) -> Vec<LayerParameters> {
        let mut rng = stream::stream(self.seed.into(), Purpose::Thermometer, 0, 0);
        shape.layers().into_iter().map(|(n_inputs, n_outputs)| initial_layer(n_inputs, n_outputs, &mut rng)).collect()
    }
}

fn initial_layer(n_inputs: usize, n_outputs: usize, rng: &mut impl Rng) -> LayerParameters {
    let width = 1.0 / (n_inputs as f32).sqrt();
    let mut uniform = |n: usize| (0..n).map(|_| width * (2.0 * rng.random::<f32>() - 1.0)).collect();
    LayerParameters { n_inputs, n_outputs, weights: uniform(n_inputs * n_outputs), bias: uniform(n_outputs) }
}
