//! What a thermometer is made of.

use crate::{
    ModelError,
    error::{at_least, same},
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

/// How the hidden layers respond.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Activation {
    /// tanh x.
    #[default]
    Tanh,
    /// max(x, 0).
    Relu,
}

/// What the thermometer says of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Head {
    /// A probability for each class, trained by relative entropy.
    Classifier,
    /// A Gaussian in each quantity that tells the classes apart, its mean and its spread, trained by its likelihood.
    Regressor {
        /// The quantities of each class, shape `[n_classes, n_quantities]`.
        values: Vec<Vec<f64>>,
    },
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
    /// How they respond.
    pub activation: Activation,
    /// Number of classes (state points).
    pub n_classes: usize,
    /// What it says.
    pub head: Head,
}

impl ThermometerShape {
    /// Checks that there are sites, features, units and classes, that every site has a neighbourhood of sites, all of one size, and
    /// that a regressor has the same quantities for every class.
    ///
    /// # Errors
    /// [`ModelError::TooFew`], [`ModelError::Shape`] or [`ModelError::OutOfRange`].
    pub fn validate(&self) -> Result<(), ModelError> {
        at_least(1, "sites", self.n_sites)?;
        at_least(1, "classes", self.n_classes)?;
        if let Sight::Local { neighbourhoods, .. } = &self.sight {
            same("neighbourhoods", neighbourhoods.len(), self.n_sites)?;
            neighbourhoods
                .iter()
                .try_for_each(|sites| same("a neighbourhood", sites.len(), neighbourhoods[0].len()))?;
            if let Some(&found) = neighbourhoods.iter().flatten().find(|&&site| site >= self.n_sites) {
                return Err(ModelError::OutOfRange { name: "site", found, limit: self.n_sites });
            }
        }
        if let Head::Regressor { values } = &self.head {
            same("quantities of classes", values.len(), self.n_classes)?;
            values.iter().try_for_each(|row| same("quantities of a class", row.len(), values[0].len()))?;
        }
        self.layers()
            .iter()
            .try_for_each(|&(n_inputs, n_outputs)| at_least(1, "units in a layer", n_inputs.min(n_outputs)))
    }

    /// (inputs, outputs) of each layer, the local one first.
    pub fn layers(&self) -> Vec<(usize, usize)> {
        let mut widths = match &self.sight {
            Sight::Dense => vec![self.n_sites],
            Sight::Local { neighbourhoods, n_features } => {
                vec![neighbourhoods.first().map_or(0, Vec::len), *n_features]
            }
        };
        widths.extend(&self.hidden);
        widths.push(match &self.head {
            Head::Classifier => self.n_classes,
            Head::Regressor { values } => 2 * values.first().map_or(0, Vec::len),
        });
        widths.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }
}
