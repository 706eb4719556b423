//! The spectrum of w wᵀ: which patterns of the visible layer a machine amplifies.

use std::f64::consts::PI;

use faer::Mat;

use crate::{
    ModelError, RbmParameters,
    cpu::Level,
    likelihood::{Fields, Layer, WIDTH, side_by_side},
};

/// Eigenvalues and eigenvectors of w wᵀ, the largest first; only the first min(n_visible, n_hidden), the others are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Eigenvalues λ.
    pub eigenvalues: Vec<f64>,
    /// For each of them its eigenvector u, shape `[n_visible]`, of length 1, with Σᵢ uᵢ ≥ 0.
    pub eigenvectors: Vec<Vec<f64>>,
}

impl Spectrum {
    /// The spectrum of a machine.
    ///
    /// # Errors
    /// As [`RbmParameters::validate`]; [`ModelError::NoConvergence`] when the eigensolver gives up.
    pub fn of(parameters: &RbmParameters) -> Result<Self, ModelError> {
        parameters.validate()?;
        let &RbmParameters { n_visible, n_hidden, ref weights, .. } = parameters;
        let weights =
            Mat::from_fn(n_visible, n_hidden, |visible, hidden| f64::from(weights[visible * n_hidden + hidden]));
        let svd = weights.thin_svd().map_err(|_| ModelError::NoConvergence { name: "the spectrum of the weights" })?;
        let eigenvalues = svd.S().column_vector().iter().map(|singular_value| singular_value * singular_value);
        let eigenvectors = svd.U().col_iter().map(|vector| {
            let sign = if vector.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
            vector.iter().map(|component| sign * component).collect()
        });
        Ok(Self { eigenvalues: eigenvalues.collect(), eigenvectors: eigenvectors.collect() })
    }

    /// Over how many eigenvalues the weights are spread: (Σλ)²/Σλ², from 1 to their number; NaN without weights.
    pub fn participation_ratio(&self) -> f64 {
        let sum: f64 = self.eigenvalues.iter().sum();
        let squares: f64 = self.eigenvalues.iter().map(|eigenvalue| eigenvalue * eigenvalue).sum();
        sum * sum / squares
    }

    /// Number of eigenvalues above `edge`.
    pub fn n_above(&self, edge: f64) -> usize {
        self.eigenvalues.iter().filter(|&&eigenvalue| eigenvalue > edge).count()
    }
}

/// The upper edge s² (√n_v + √n_h)² of the spectrum of w wᵀ if the weights were independent, with the mean square s² that they
/// have (Marchenko and Pastur 1967): what lies above is no chance.
pub fn marchenko_pastur_edge(parameters: &RbmParameters) -> f64 {
    let roots = (parameters.n_visible as f64).sqrt() + (parameters.n_hidden as f64).sqrt();
    (parameters.weight_norm() * roots).powi(2)
}

/// The bulk of independent weights, as [`marchenko_pastur_edge`]: from s² (√n_v − √n_h)² on.
pub fn marchenko_pastur_lower_edge(parameters: &RbmParameters) -> f64 {
    let roots = (parameters.n_visible as f64).sqrt() - (parameters.n_hidden as f64).sqrt();
    (parameters.weight_norm() * roots).powi(2)
}

/// The eigenvalues of w wᵀ for independent weights of mean square 1, the largest first: the law of Marchenko and Pastur (1967) at
/// the probabilities (k + ½)/n of the ranks k = 0, …, n − 1, n the smaller layer.
///
/// ρ(λ) = √((λ₊ − λ)(λ − λ₋)) / (2π n λ), on the circle λ = n_v + n_h + 2√(n_v n_h) cos θ.
pub fn independent_eigenvalues(n_visible: usize, n_hidden: usize) -> Vec<f64> {
    const N_STEPS: usize = 10_000;
    let (n, larger) = (n_visible.min(n_hidden) as f64, n_visible.max(n_hidden) as f64);
    let (centre, radius) = (n + larger, 2.0 * (n * larger).sqrt());
    let step = PI / N_STEPS as f64;
    let (mut eigenvalues, mut above) = (Vec::new(), 0.0);
    for i in 0..N_STEPS {
        let (sine, cosine) = ((i as f64 + 0.5) * step).sin_cos();
        let eigenvalue = centre + radius * cosine;
        above += step * (radius * sine).powi(2) / (2.0 * PI * n * eigenvalue);
        while (eigenvalues.len() as f64 + 0.5) / n < above {
            eigenvalues.push(eigenvalue);
        }
    }
    eigenvalues
}

/// [`Spectrum::participation_ratio`] for independent Gaussian weights: n_v n_h / (n_v + n_h + 1), of the means of Σλ and Σλ².
pub fn independent_participation_ratio(n_visible: usize, n_hidden: usize) -> f64 {
    let (n_visible, n_hidden) = (n_visible as f64, n_hidden as f64);
    n_visible * n_hidden / (n_visible + n_hidden + 1.0)
}

/// w wᵀ, shape `[n_visible, n_visible]`, row-major.
///
/// # Errors
/// As [`RbmParameters::validate`].
pub fn weight_products(parameters: &RbmParameters) -> Result<Vec<f64>, ModelError> {
    parameters.validate()?;
    let &RbmParameters { n_visible, n_hidden, ref weights, .. } = parameters;
    let layer = Layer::visible(&RbmParameters::untrained(n_visible, n_hidden, weights.clone()));
    let mut products = vec![0.0; n_visible * n_visible];
    let rows = products.chunks_mut(WIDTH * n_visible.max(1)).zip(weights.chunks(WIDTH * n_hidden.max(1)));
    for (products, weights) in rows {
        let with_eight = Level::best().run(Fields { layer: &layer, inputs: &side_by_side(weights, n_hidden) });
        for (products, lane) in products.chunks_exact_mut(n_visible).zip(0..) {
            for (product, fields) in products.iter_mut().zip(&with_eight) {
                *product = fields[lane];
            }
        }
    }
    Ok(products)
}
