//! The regressor's head: a Gaussian in each quantity.

use std::f64::consts::PI;

use burn::tensor::{Int, Tensor, TensorData, activation};

use crate::ModelError;

/// ln σ of a regressor, in units of the classes' standard deviation, is kept within this of zero.
pub const LARGEST_LN_SPREAD: f64 = 7.0;

/// The quantities of the classes, standardised: their mean over the classes is 0 and their variance 1.
#[derive(Clone, Debug)]
pub(super) struct Quantities {
    /// Mean of each over the classes, shape `[n_quantities]`.
    centre: Vec<f32>,
    /// Standard deviation of each over the classes, shape `[n_quantities]`.
    scale: Vec<f32>,
    /// Shape `[n_classes, n_quantities]`, row-major.
    standard: Vec<f32>,
}

/// What a regressor says of a batch of configurations, in the units of the quantities.
#[derive(Clone, Debug)]
pub struct Gaussians {
    /// Means, shape `[batch, n_quantities]`.
    pub means: Tensor<2>,
    /// Standard deviations, shape `[batch, n_quantities]`.
    pub spreads: Tensor<2>,
}

impl Quantities {
    /// Standardises `values`, shape `[n_classes, n_quantities]`.
    pub(super) fn new(values: &[Vec<f64>]) -> Result<Self, ModelError> {
        let n_quantities = values.first().map_or(0, Vec::len);
        let (mut centre, mut scale) = (Vec::new(), Vec::new());
        for quantity in 0..n_quantities {
            let column: Vec<f64> = values.iter().filter_map(|row| row.get(quantity).copied()).collect();
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            let deviation = (column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
            // Not finite: a class has no number here; zero: it tells no classes apart.
            if !deviation.is_finite() || deviation == 0.0 {
                return Err(ModelError::NoQuantity { quantity });
            }
            centre.push(mean as f32);
            scale.push(deviation as f32);
        }
        let standard = |row: &Vec<f64>| -> Vec<f32> {
            row.iter()
                .zip(centre.iter().zip(&scale))
                .map(|(&value, (mean, scale))| (value as f32 - mean) / scale)
                .collect()
        };
        let standard = values.iter().flat_map(standard).collect();
        Ok(Self { centre, scale, standard })
    }

    fn n_quantities(&self) -> usize {
        self.scale.len()
    }

    /// Means and ln σ in standard units, each `[batch, n_quantities]`, from outputs `[batch, 2 · n_quantities]`.
    fn split(&self, outputs: Tensor<2>) -> [Tensor<2>; 2] {
        let n = self.n_quantities();
        let ln_spreads = outputs.clone().narrow(1, n, n).clamp(-LARGEST_LN_SPREAD, LARGEST_LN_SPREAD);
        [outputs.narrow(1, 0, n), ln_spreads]
    }

    /// A row for each class, shape `[n_classes, n_quantities]`.
    fn classes(&self, like: &Tensor<2>) -> Tensor<2> {
        let shape = [self.standard.len() / self.n_quantities(), self.n_quantities()];
        Tensor::from_data(TensorData::new(self.standard.clone(), shape), &like.device())
    }

    /// The Gaussians in the units of the quantities.
    pub(super) fn gaussians(&self, outputs: Tensor<2>) -> Gaussians {
        let row = |values: &[f32]| {
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), [1, values.len()]), &outputs.device())
        };
        let (centre, scale) = (row(&self.centre), row(&self.scale));
        let [means, ln_spreads] = self.split(outputs);
        Gaussians { means: means * scale.clone() + centre, spreads: ln_spreads.exp() * scale }
    }

    /// −⟨ln p(quantities of the true class)⟩ of the Gaussian density in nats, shape `[1]`.
    pub(super) fn loss(&self, outputs: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
        let [means, ln_spreads] = self.split(outputs);
        let truth = self.classes(&means).select(0, classes);
        let deviations = (truth - means) / ln_spreads.clone().exp();
        let of_quantity = ln_spreads + (deviations.clone() * deviations).mul_scalar(0.5);
        let ln_scales: f64 = self.scale.iter().map(|&scale| f64::from(scale).ln()).sum();
        let constant = ln_scales + 0.5 * self.n_quantities() as f64 * (2.0 * PI).ln();
        of_quantity.sum_dim(1).mean().add_scalar(constant)
    }

    /// ln p of each class, the Gaussian at the classes' quantities normalised to 1: `[batch, n_classes]`.
    pub(super) fn log_probabilities(&self, outputs: Tensor<2>) -> Tensor<2> {
        let [means, ln_spreads] = self.split(outputs);
        let classes = self.classes(&means).unsqueeze_dim::<3>(0);
        let deviations = (classes - means.unsqueeze_dim(1)) / ln_spreads.exp().unsqueeze_dim(1);
        let exponents = (deviations.clone() * deviations).sum_dim(2).squeeze_dim::<2>(2).mul_scalar(-0.5);
        activation::log_softmax(exponents, 1)
    }
}
