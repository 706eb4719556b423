//! Mean-field theory of a young RBM: rank one, wᵢₐ = kₐ/√N, so that it sees the magnetization M = Σvᵢ and nothing else.
//!
//! Early in a training by contrastive divergence the weights grow along the direction (1 … 1)/√N, in which Ising data vary
//! most; the other directions stay at their small initial values. Then a hidden unit has the mean tanh(bₐ + kₐM/√N), a visible
//! unit the field x = c + Σₐ kₐhₐ/√N, the same on every site, and a reconstruction is a set of N independent spins in the field x. The mean
//! of the CD update over data and random numbers closes on kₐ, bₐ and c for any distribution of M, and the flow ends in
//!
//! p(M) ∝ C(N, n_up) e^{cM} Πₐ 2cosh(bₐ + kₐM/√N),
//!
//! which holds for every RBM of this form. Nothing is fitted. The theory ends where a second direction has grown.

use crate::{
    ContrastiveDivergence, ModelError,
    error::{at_least, same},
};

/// Hidden units up to which the distribution of the field x is summed over all hidden states; above, it is Gaussian.
const MOST_SUMMED: usize = 8;

/// Nodes of the Gaussian: z = −5, −4.5, …, 5.
const NODES: std::ops::RangeInclusive<i32> = -10..=10;

/// Visible fields are tabulated from −`LARGEST_FIELD` to `LARGEST_FIELD`, where every spin is aligned, in steps of `FIELD_STEP`.
const LARGEST_FIELD: f64 = 8.0;
const FIELD_STEP: f64 = 0.01;

/// The distribution of the magnetization of N independent spins, tabulated over their field.
#[derive(Clone, Debug)]
pub struct IndependentSpins {
    n_sites: usize,
    /// P(n_up | x) for every tabulated x, shape `[n_fields, n_sites + 1]`.
    probabilities: Vec<f64>,
}

impl IndependentSpins {
    /// The table for `n_sites` spins: 13 kB for each site.
    ///
    /// # Errors
    /// [`ModelError::TooFew`] without sites.
    pub fn new(n_sites: usize) -> Result<Self, ModelError> {
        at_least(1, "sites", n_sites)?;
        let n_fields = (2.0 * LARGEST_FIELD / FIELD_STEP).round() as usize + 1;
        let ln_choose = ln_choose(n_sites);
        let mut probabilities = Vec::with_capacity(n_fields * (n_sites + 1));
        for i in 0..n_fields {
            let x = i as f64 * FIELD_STEP - LARGEST_FIELD;
            // ln of the probabilities of up and down, without cancellation.
            let [up, down] = [-2.0 * x, 2.0 * x].map(|exponent| -exponent.exp().ln_1p());
            let of_state = |(n_up, ln): (usize, &f64)| (ln + n_up as f64 * up + (n_sites - n_up) as f64 * down).exp();
            probabilities.extend(ln_choose.iter().enumerate().map(of_state));
        }
        Ok(Self { n_sites, probabilities })
    }

    /// The mixture of these distributions with `weights`, one a tabulated field; shape `[n_sites + 1]`.
    fn mixture(&self, weights: &[f64]) -> Vec<f64> {
        let mut mixture = vec![0.0; self.n_sites + 1];
        for (weight, row) in weights.iter().zip(self.probabilities.chunks_exact(self.n_sites + 1)) {
            if *weight > 0.0 {
                mixture.iter_mut().zip(row).for_each(|(sum, probability)| *sum += weight * probability);
            }
        }
        mixture
    }

    fn n_fields(&self) -> usize {
        self.probabilities.len() / (self.n_sites + 1)
    }
}

/// An RBM of rank one with N visible units.
#[derive(Clone, Debug, PartialEq)]
pub struct RankOne {
    /// kₐ = Σᵢ wᵢₐ/√N, shape `[n_hidden]`.
    pub couplings: Vec<f64>,
    /// bₐ, shape `[n_hidden]`.
    pub hidden_bias: Vec<f64>,
    /// c, the same on every site.
    pub visible_bias: f64,
    /// The last change of the three, for the momentum.
    last_change: (Vec<f64>, Vec<f64>, f64),
}

impl RankOne {
    /// Before the training: kₐ at the quantiles (a + ½)/n_hidden of |x|, x from N(0, `initial_spread`²), which is the
    /// distribution of the projection of independent Gaussian weights; no biases. All signs are positive: an RBM with −kₐ and
    /// −bₐ has the same distribution of visible units.
    pub fn untrained(n_hidden: usize, initial_spread: f64) -> Self {
        let coupling = |a: usize| initial_spread * normal_quantile(0.5 + 0.5 * (a as f64 + 0.5) / n_hidden as f64);
        Self {
            couplings: (0..n_hidden).map(coupling).collect(),
            hidden_bias: vec![0.0; n_hidden],
            visible_bias: 0.0,
            last_change: (vec![0.0; n_hidden], vec![0.0; n_hidden], 0.0),
        }
    }

    /// The mean of one update by `rule` (CD-k) on data whose magnetization has the distribution `data`, P(n_up) for n_up = 0, 1,
    /// …, N, shape `[n_visible + 1]`; `spins` is the table for N sites. Persistent chains are not described.
    ///
    /// # Errors
    /// [`ModelError::Shape`] for a distribution of another number of sites, or another number of biases than couplings;
    /// [`ModelError::NotFinite`] for a probability that is none.
    pub fn step(
        &mut self,
        rule: &ContrastiveDivergence,
        data: &[f64],
        spins: &IndependentSpins,
    ) -> Result<(), ModelError> {
        same("the distribution of the magnetization", data.len(), spins.n_sites + 1)?;
        same("hidden_bias", self.hidden_bias.len(), self.couplings.len())?;
        same("couplings", self.couplings.len(), self.last_change.0.len())?;
        if !data.iter().all(|probability| probability.is_finite() && *probability >= 0.0) {
            return Err(ModelError::NotFinite { name: "the distribution of the magnetization" });
        }
        let mut model = data.to_vec();
        for _ in 0..rule.n_gibbs_steps.get() {
            model = self.reconstruct(&model, spins);
        }
        let (positive, negative) = (self.statistics(data), self.statistics(&model));
        let (rate, decay) = (rule.learning_rate, rule.learning_rate * rule.weight_decay);
        let trained = |on: bool| if on { rate } else { 0.0 };
        let (couplings, hidden_bias, visible_bias) = &mut self.last_change;
        for (a, change) in couplings.iter_mut().enumerate() {
            let gradient = positive.products[a] - negative.products[a];
            *change = rule.momentum * *change + rate * gradient - decay * self.couplings[a];
            self.couplings[a] += *change;
        }
        for (a, change) in hidden_bias.iter_mut().enumerate() {
            let gradient = positive.hidden[a] - negative.hidden[a];
            *change = rule.momentum * *change + trained(rule.hidden_bias) * gradient;
            self.hidden_bias[a] += *change;
        }
        let gradient = positive.magnetization - negative.magnetization;
        *visible_bias = rule.momentum * *visible_bias + trained(rule.visible_bias) * gradient;
        self.visible_bias += *visible_bias;
        Ok(())
    }

    /// P(n_up) where the flow of an RBM with as many visible units as `spins` has sites ends, the distribution of M under
    /// p(v) = e^−F(v)/Z; shape `[n_visible + 1]`.
    pub fn stationary(&self, spins: &IndependentSpins) -> Vec<f64> {
        let n_visible = spins.n_sites;
        let ln_weight = |(n_up, ln): (usize, f64)| {
            let m = 2.0 * n_up as f64 - n_visible as f64;
            let hidden = self.hidden_fields(m, n_visible).map(ln_2_cosh).sum::<f64>();
            ln + self.visible_bias * m + hidden
        };
        let ln_weights: Vec<f64> = ln_choose(n_visible).into_iter().enumerate().map(ln_weight).collect();
        let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = ln_weights.iter().map(|ln| (ln - largest).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    /// One Gibbs step v → h → v′ of a distribution of M.
    fn reconstruct(&self, from: &[f64], spins: &IndependentSpins) -> Vec<f64> {
        let n_visible = spins.n_sites;
        let mut weights = vec![0.0; spins.n_fields()];
        let mut add = |weight: f64, field: f64| {
            // Between two tabulated fields, in proportion.
            let place = ((field.clamp(-LARGEST_FIELD, LARGEST_FIELD) + LARGEST_FIELD) / FIELD_STEP).max(0.0);
            let (below, share) = ((place as usize).min(weights.len() - 2), place.fract());
            weights[below] += weight * (1.0 - share);
            weights[below + 1] += weight * share;
        };
        for (n_up, &probability) in from.iter().enumerate().filter(|(_, probability)| **probability > 0.0) {
            let m = 2.0 * n_up as f64 - n_visible as f64;
            let means: Vec<f64> = self.hidden_fields(m, n_visible).map(f64::tanh).collect();
            self.visible_fields(&means, n_visible, |weight, field| add(probability * weight, field));
        }
        spins.mixture(&weights)
    }

    /// Calls `add(weight, x)` for the distribution of the visible field, given the means of the hidden units.
    fn visible_fields(&self, means: &[f64], n_visible: usize, mut add: impl FnMut(f64, f64)) {
        let scale = 1.0 / (n_visible as f64).sqrt();
        if means.len() <= MOST_SUMMED {
            for state in 0..1u32 << means.len() {
                let (mut weight, mut field) = (1.0, self.visible_bias);
                for (a, (mean, coupling)) in means.iter().zip(&self.couplings).enumerate() {
                    let sign = if state >> a & 1 == 1 { 1.0 } else { -1.0 };
                    weight *= 0.5 * (1.0 + sign * mean);
                    field += sign * coupling * scale;
                }
                add(weight, field);
            }
            return;
        }
        let units = || means.iter().zip(&self.couplings);
        let mean = self.visible_bias + scale * units().map(|(mean, coupling)| mean * coupling).sum::<f64>();
        let variance = units().map(|(mean, coupling)| (1.0 - mean * mean) * coupling * coupling).sum::<f64>();
        let spread = scale * variance.sqrt();
        let nodes = NODES.map(|i| 0.5 * f64::from(i)).map(|z| (z, (-0.5 * z * z).exp()));
        let total: f64 = nodes.clone().map(|(_, weight)| weight).sum();
        nodes.for_each(|(z, weight)| add(weight / total, mean + spread * z));
    }

    /// bₐ + kₐM/√N of every hidden unit.
    fn hidden_fields(&self, m: f64, n_visible: usize) -> impl Iterator<Item = f64> {
        let scaled = m / (n_visible as f64).sqrt();
        self.couplings.iter().zip(&self.hidden_bias).map(move |(coupling, bias)| bias + coupling * scaled)
    }

    /// What the update compares, under a distribution of M.
    fn statistics(&self, distribution: &[f64]) -> Statistics {
        let n_visible = distribution.len() - 1;
        let (n, n_hidden) = (n_visible as f64, self.couplings.len());
        let mut sum = Statistics { products: vec![0.0; n_hidden], hidden: vec![0.0; n_hidden], magnetization: 0.0 };
        for (n_up, probability) in distribution.iter().enumerate().filter(|(_, probability)| **probability > 1e-15) {
            let m = 2.0 * n_up as f64 - n;
            sum.magnetization += probability * m / n;
            for (a, field) in self.hidden_fields(m, n_visible).enumerate() {
                let hidden = probability * field.tanh();
                sum.hidden[a] += hidden;
                sum.products[a] += hidden * m / n.sqrt();
            }
        }
        sum
    }
}

/// ⟨(M/√N) hₐ⟩, ⟨hₐ⟩ and ⟨M/N⟩.
struct Statistics {
    products: Vec<f64>,
    hidden: Vec<f64>,
    magnetization: f64,
}

/// ln C(n, 0), ln C(n, 1), …, ln C(n, n).
fn ln_choose(n: usize) -> Vec<f64> {
    let mut ln = 0.0;
    let next = |k: usize| {
        if k > 0 {
            ln += ((n - k + 1) as f64 / k as f64).ln();
        }
        ln
    };
    (0..=n).map(next).collect()
}

/// ln 2cosh x, for any x.
fn ln_2_cosh(x: f64) -> f64 {
    x.abs() + (-2.0 * x.abs()).exp().ln_1p()
}

/// The x that a standard normal number is below with this probability (0 < p < 1), by bisection of its integral.
fn normal_quantile(probability: f64) -> f64 {
    // Trapezoids from 0 on: fine enough for a starting value.
    const STEP: f64 = 1e-3;
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let wanted = (probability - 0.5).abs();
    let (mut x, mut area) = (0.0, 0.0);
    while area < wanted && x < 8.0 {
        area += 0.5 * STEP * (density(x) + density(x + STEP));
        x += STEP;
    }
    x.copysign(probability - 0.5)
}
