//! The marginal energy of a machine as an Ising model: F(v) = F₀ − Σ hᵢvᵢ − Σ_{i<j} Jᵢⱼvᵢvⱼ − …, exactly.
//!
//! The parts are projections on products of spins over all 2ⁿ states, Jᵢⱼ = −⟨F(v) vᵢvⱼ⟩. For one hidden unit, with the spins
//! summed out in Fourier space, where tanh x = ∫₀^∞ sin(xt)/sinh(πt/2) dt,
//!
//! hᵢ = ∫₀^∞ dt sin(bt) sin(wᵢt) Π_{k≠i} cos(wₖt) / (t sinh(πt/2)),
//! Jᵢⱼ = ∫₀^∞ dt cos(bt) sin(wᵢt) sin(wⱼt) Π_{k≠i,j} cos(wₖt) / (t sinh(πt/2)).

use std::f64::consts::FRAC_PI_2;

use faer::{Accum, MatMut, MatRef, Par, linalg::matmul::matmul};
use rayon::prelude::*;

use crate::{ModelError, RbmParameters, error::same, likelihood::n_rows};

/// Fields and pair couplings of F(v), in units of the temperature: for a machine that has learned Ising configurations at one
/// temperature, h = H/T and J = 1/T between neighbours.
#[derive(Clone, Debug, PartialEq)]
pub struct Couplings {
    /// Fields hᵢ, shape `[n_visible]`.
    pub fields: Vec<f64>,
    /// Couplings Jᵢⱼ, shape `[n_visible, n_visible]`, row-major, zero on the diagonal.
    pub pairs: Vec<f64>,
}

/// Where 1/sinh(πt/2) has fallen to 10⁻¹⁷.
const T_MAX: f64 = 25.0;

/// The largest |b| + Σ|w| of a hidden unit: some millions of nodes.
const LARGEST_FREQUENCY: f64 = 1e5;

/// Hidden units whose nodes are found side by side.
const N_UNITS: usize = 16;

/// Rows of Jᵢⱼ that are computed together.
const N_ROWS: usize = 64;

/// Configurations whose energies are computed side by side.
const N_SPINS: usize = 8;

/// What a node may add to a coupling and be left out.
const NEGLIGIBLE: f64 = 1e-16;

/// Fields and pair couplings of a machine to 10⁻¹⁰ of the largest weights.
///
/// # Errors
/// As [`RbmParameters::validate`]; [`ModelError::TooMany`] for weights so large, a sum of |w| above 10⁵ at one hidden unit, that the
/// integral cannot be resolved.
pub fn couplings(parameters: &RbmParameters) -> Result<Couplings, ModelError> {
    parameters.validate()?;
    let n = parameters.n_visible;
    let fields = parameters.visible_bias.iter().map(|&bias| f64::from(bias)).collect();
    let mut couplings = Couplings { fields, pairs: vec![0.0; n * n] };
    let hidden: Vec<usize> = (0..parameters.n_hidden).collect();
    for some in hidden.chunks(N_UNITS) {
        let units = some.par_iter().map(|&hidden| Unit::new(parameters, hidden));
        let units = units.collect::<Result<Vec<_>, _>>()?;
        units.iter().for_each(|unit| couplings.add(unit));
    }
    for site in 0..n {
        couplings.pairs[site * n + site] = 0.0;
        for other in 0..site {
            couplings.pairs[site * n + other] = couplings.pairs[other * n + site];
        }
    }
    Ok(couplings)
}

/// One hidden unit at those nodes of the integral that count.
struct Unit {
    /// tan(wᵢt), shape `[n_nodes, n_visible]`.
    tangents: Vec<f64>,
    /// dt cos(bt) Π cos(wₖt) / (t sinh(πt/2)) at every node.
    even: Vec<f64>,
    /// The same with sin(bt).
    odd: Vec<f64>,
}

impl Unit {
    fn new(parameters: &RbmParameters, hidden: usize) -> Result<Self, ModelError> {
        let weights: Vec<f64> =
            parameters.weights.iter().skip(hidden).step_by(parameters.n_hidden).map(|&w| w.into()).collect();
        let bias = f64::from(parameters.hidden_bias[hidden]);
        // The midpoint rule errs by e^(−2π·2/step) for a function that is analytic for |Im t| < 2, and no more than doubles
        // there: the sum of all frequencies is what the step has to resolve.
        let frequency = bias.abs() + weights.iter().map(|w| w.abs()).sum::<f64>();
        if frequency > LARGEST_FREQUENCY {
            let limit = LARGEST_FREQUENCY as u64;
            return Err(ModelError::TooMany {
                name: "units of weight at one hidden unit",
                found: frequency as u64,
                limit,
            });
        }
        let step = FRAC_PI_2 / (4.0 + frequency);
        let n_nodes = (T_MAX / step).ceil() as usize;
        let mut unit = Self { tangents: Vec::new(), even: Vec::new(), odd: Vec::new() };
        for node in 0..n_nodes {
            let t = (node as f64 + 0.5) * step;
            let measure = step / (t * (FRAC_PI_2 * t).sinh());
            let Some(product) = product_of_cosines(&weights, t, NEGLIGIBLE / measure) else { continue };
            let factor = measure * product;
            unit.tangents.extend(weights.iter().map(|w| (w * t).tan()));
            unit.even.push(factor * (bias * t).cos());
            unit.odd.push(factor * (bias * t).sin());
        }
        Ok(unit)
    }
}

/// Π cos(wₖt); nothing where it has so many small factors that all but the two smallest multiply to less than `least`, which bounds what
/// the node adds to any coupling.
fn product_of_cosines(weights: &[f64], t: f64, least: f64) -> Option<f64> {
    let (mut product, mut smallest, mut second, mut others) = (1.0, 1.0f64, 1.0f64, 1.0);
    for weight in weights {
        let cosine = (weight * t).cos();
        product *= cosine;
        let size = cosine.abs();
        if size < second {
            others *= second;
            (smallest, second) = (smallest.min(size), smallest.max(size));
        } else {
            others *= size;
        }
        if others < least {
            return None;
        }
    }
    Some(product)
}

impl Couplings {
    /// That part of F(v) which is of fields and pairs, −Σ hᵢvᵢ − Σ_{i<j} Jᵢⱼvᵢvⱼ, of configurations, shape `[n, n_visible]`,
    /// values ±1; shape `[n]`.
    ///
    /// # Errors
    /// [`ModelError::Shape`] when the rows are not of `n_visible` spins or there is not a pair for every two sites,
    /// [`ModelError::NotSpins`] when they are not ±1.
    pub fn energies(&self, spins: &[f32]) -> Result<Vec<f64>, ModelError> {
        n_rows(self.fields.len(), spins)?;
        same("pairs", self.pairs.len(), self.fields.len() * self.fields.len())?;
        let n_visible = self.fields.len().max(1);
        let mut energies = Vec::with_capacity(spins.len() / n_visible);
        for some in spins.chunks(N_SPINS * n_visible) {
            let n_some = some.len() / n_visible;
            let spin = |site: usize, i: usize| if i < n_some { f64::from(some[i * n_visible + site]) } else { 0.0 };
            let by_site: Vec<[f64; N_SPINS]> =
                (0..self.fields.len()).map(|site| std::array::from_fn(|i| spin(site, i))).collect();
            energies.extend_from_slice(&self.energies_side_by_side(&by_site)[..n_some]);
        }
        Ok(energies)
    }

    /// The same of configurations side by side, shape `[n_visible]`.
    fn energies_side_by_side(&self, spins: &[[f64; N_SPINS]]) -> [f64; N_SPINS] {
        let mut sums = [0.0; N_SPINS];
        let rows = self.pairs.chunks_exact(self.fields.len().max(1));
        for ((spin, field), row) in spins.iter().zip(&self.fields).zip(rows) {
            let mut others = [0.0; N_SPINS];
            for (pair, other) in row.iter().zip(spins) {
                others.iter_mut().zip(other).for_each(|(sum, other)| *sum += pair * other);
            }
            for i in 0..N_SPINS {
                sums[i] += spin[i] * (field + 0.5 * others[i]);
            }
        }
        sums.map(|sum: f64| -sum)
    }

    /// Adds the fields, and the pairs i ≤ j.
    fn add(&mut self, unit: &Unit) {
        let (n, n_nodes) = (self.fields.len(), unit.even.len());
        for (tangents, factor) in unit.tangents.chunks_exact(n).zip(&unit.odd) {
            self.fields.iter_mut().zip(tangents).for_each(|(field, tangent)| *field += factor * tangent);
        }
        let nodes = unit.tangents.chunks_exact(n).zip(&unit.even);
        let scaled: Vec<f64> =
            nodes.flat_map(|(tangents, factor)| tangents.iter().map(move |tangent| factor * tangent)).collect();
        let [scaled, tangents] =
            [&scaled, &unit.tangents].map(|values| MatRef::from_row_major_slice(values.as_slice(), n_nodes, n));
        // The blocks, not the threads, decide in which order is summed.
        self.pairs.par_chunks_mut(N_ROWS * n).enumerate().for_each(|(block, rows)| {
            let (first, n_rows) = (block * N_ROWS, rows.len() / n);
            let pairs = MatMut::from_row_major_slice_mut(rows, n_rows, n).subcols_mut(first, n - first);
            let (left, right) = (scaled.subcols(first, n_rows).transpose(), tangents.subcols(first, n - first));
            matmul(pairs, Accum::Add, left, right, 1.0, Par::Seq);
        });
    }
}
