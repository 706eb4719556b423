//! The spectrum of w wᵀ: which patterns of the visible layer a machine amplifies.

use faer::Mat;

use crate::{ModelError, RbmParameters};

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

/// w wᵀ, shape `[n_visible, n_visible]`, row-major.
///
/// # Errors
/// As [`RbmParameters::validate`].
pub fn weight_products(parameters: &RbmParameters) -> Result<Vec<f64>, ModelError> {
    parameters.validate()?;
    let rows: Vec<&[f32]> = parameters.weights.chunks_exact(parameters.n_hidden.max(1)).collect();
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    Ok(rows.iter().flat_map(|a| rows.iter().map(|b| product(a, b))).collect())
}
