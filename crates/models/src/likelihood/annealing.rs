//! Annealed importance sampling (Neal 2001; for this machine Salakhutdinov & Murray 2008), forward and in reverse
//! (Burda, Grosse & Salakhutdinov 2015).
//!
//! The joint law is tempered, from independent units of given visible bias c⁰ to the machine:
//! p_β(v, h) ∝ exp(β(vᵀwh + bᵀh + cᵀv) + (1 − β) c⁰ᵀv), so that block Gibbs sampling at β leaves p_β. Its weight of v alone
//! is p*_β(v) = exp((βc + (1 − β)c⁰)ᵀv) Πₐ 2cosh β(bₐ + Σᵢ vᵢwᵢₐ).

use rayon::prelude::*;
use statistics::Estimate;

use super::{
    free_energy::{n_rows, side_by_side},
    lanes::{Lanes, LnCoshSum, WIDTH, each, exp_of_minus_2abs},
    layer::{Layer, widened},
};
use crate::{
    ModelError, RbmParameters,
    cpu::{Kernel, Level, Wide},
    error::{at_least, same},
    random::{Draw, check_layer},
};

/// How slowly to anneal, and with which random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Annealing {
    /// Steps from the base to the machine: β = 0, 1/n, 2/n, …, 1.
    pub n_temperatures: usize,
    /// Key of the random numbers; forward and reverse draw different ones from the same key.
    pub key: u64,
}

/// Is asked at every temperature whether to go on.
pub type GoOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// An annealed ln Z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnnealedLnZ {
    /// ln Z and its standard error, from the spread of the weights. The error is too small where few chains carry the
    /// weight.
    pub ln_z: Estimate,
    /// Effective number of chains, (Σ weight)²/Σ weight².
    pub effective_chains: f64,
}

/// ln Z by annealing `n_chains` chains from the base to the machine: on average below ln Z, at most.
///
/// `base_bias`, shape `[n_visible]`, is the bias of the independent units that the annealing starts from: the machine's own,
/// or that of [`independent_bias`].
///
/// # Errors
/// As [`RbmParameters::validate`]; [`ModelError::Shape`] or [`ModelError::NotFinite`] for the base;
/// [`ModelError::TooFew`] for less than two chains or one temperature; [`ModelError::TooMany`] for more chains than there are
/// random numbers; [`ModelError::Stopped`] when it is not to go on.
pub fn annealed_ln_z(
    parameters: &RbmParameters,
    base_bias: &[f32],
    n_chains: usize,
    annealing: Annealing,
    go_on: GoOn<'_>,
) -> Result<AnnealedLnZ, ModelError> {
    let path = Path::new(parameters, base_bias, annealing, n_chains)?;
    let first_chains = (0..n_chains).into_par_iter().step_by(WIDTH);
    let anneal = |first_chain| {
        let visible = path.base_chains(first_chain);
        Level::best().run(Chains { path: &path, visible, first_chain, direction: Direction::Forward, go_on })
    };
    let weights = first_chains.map(anneal);
    let (ratio, effective_chains) = ln_mean(weights.collect::<Result<Vec<_>, _>>()?.concat(), n_chains)?;
    Ok(AnnealedLnZ { ln_z: Estimate::exact(path.ln_z_of_base()).plus(ratio), effective_chains })
}

/// ln Z by annealing from the machine back to the base, one chain from each of the independent samples of the machine,
/// shape `[n_rows, n_visible]`, values ±1: on average above ln Z, at least, if they are samples of the machine.
///
/// # Errors
/// As [`annealed_ln_z`]; [`ModelError::Shape`] when the rows are not of `n_visible` spins, [`ModelError::NotSpins`] when
/// they are not ±1.
pub fn reverse_annealed_ln_z(
    parameters: &RbmParameters,
    base_bias: &[f32],
    samples: &[f32],
    annealing: Annealing,
    go_on: GoOn<'_>,
) -> Result<AnnealedLnZ, ModelError> {
    let n_chains = n_rows(parameters.n_visible, samples)?;
    let path = Path::new(parameters, base_bias, annealing, n_chains)?;
    let weights = samples.par_chunks(WIDTH * parameters.n_visible.max(1)).enumerate().map(|(chunk, rows)| {
        let (visible, first_chain) = (side_by_side(rows, parameters.n_visible), chunk * WIDTH);
        Level::best().run(Chains { path: &path, visible, first_chain, direction: Direction::Reverse, go_on })
    });
    let (ratio, effective_chains) = ln_mean(weights.collect::<Result<Vec<_>, _>>()?.concat(), n_chains)?;
    Ok(AnnealedLnZ { ln_z: Estimate::exact(path.ln_z_of_base()).plus(ratio.negated()), effective_chains })
}

/// The bias artanh ⟨vᵢ⟩ of independent units with the means of `spins`, shape `[n_rows, n_visible]`, values ±1; one up and
/// one down are added to every unit's count, so that it is finite. A base for [`annealed_ln_z`], shape `[n_visible]`.
///
/// # Errors
/// [`ModelError::Shape`] when the rows are not of `n_visible` spins, [`ModelError::NotSpins`] when they are not ±1.
pub fn independent_bias(n_visible: usize, spins: &[f32]) -> Result<Vec<f32>, ModelError> {
    let n_rows = n_rows(n_visible, spins)?;
    let mut sums = vec![0.0; n_visible];
    for row in spins.chunks_exact(n_visible.max(1)) {
        for (sum, &spin) in sums.iter_mut().zip(row) {
            *sum += f64::from(spin);
        }
    }
    Ok(sums.into_iter().map(|sum| (sum / (n_rows as f64 + 2.0)).atanh() as f32).collect())
}

/// ln of the mean weight, with its standard error by the delta method, and the effective number of chains.
fn ln_mean(mut ln_weights: Vec<f64>, n_chains: usize) -> Result<(Estimate, f64), ModelError> {
    at_least(2, "chains", n_chains)?;
    // The last eight chains are more than asked for where eight does not divide their number.
    ln_weights.truncate(n_chains);
    let n = n_chains as f64;
    let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = || ln_weights.iter().map(|ln_weight| (ln_weight - largest).exp());
    let sum: f64 = weights().sum();
    let effective_chains = sum * sum / weights().map(|weight| weight * weight).sum::<f64>();
    // The variance of the weights over the square of their mean is (n/n_effective − 1) n/(n − 1).
    let error = ((n / effective_chains - 1.0).max(0.0) / (n - 1.0)).sqrt();
    Ok((Estimate { value: largest + (sum / n).ln(), error }, effective_chains))
}

/// The way along the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// From the base to the machine.
    Forward,
    /// From the machine to the base.
    Reverse,
}

/// The tempered laws between a base and a machine.
struct Path {
    hidden: Layer,
    /// The visible layer with the bias c − c⁰: its field at β is c⁰ᵢ + β(cᵢ − c⁰ᵢ + Σₐ wᵢₐhₐ).
    visible: Layer,
    /// c⁰.
    base_bias: Vec<f64>,
    annealing: Annealing,
}

impl Path {
    fn new(
        parameters: &RbmParameters,
        base_bias: &[f32],
        annealing: Annealing,
        n_chains: usize,
    ) -> Result<Self, ModelError> {
        parameters.validate()?;
        at_least(1, "temperatures", annealing.n_temperatures)?;
        check_layer(n_chains.saturating_add(WIDTH - 1), parameters.n_visible.max(parameters.n_hidden))?;
        same("base_bias", base_bias.len(), parameters.n_visible)?;
        if !base_bias.iter().all(|bias| bias.is_finite()) {
            return Err(ModelError::NotFinite { name: "base_bias" });
        }
        let mut visible = Layer::visible(parameters);
        for (bias, &base) in visible.bias.iter_mut().zip(base_bias) {
            *bias -= f64::from(base);
        }
        Ok(Self { hidden: Layer::hidden(parameters), visible, base_bias: widened(base_bias), annealing })
    }

    /// ln Z of the base, n_h ln 2 + Σᵢ ln 2cosh c⁰ᵢ.
    fn ln_z_of_base(&self) -> f64 {
        let mut sum = LnCoshSum::ZERO;
        for &bias in &self.base_bias {
            sum.add(&[bias; WIDTH]);
        }
        sum.total()[0] + self.hidden.n_units() as f64 * std::f64::consts::LN_2
    }

    /// Visible units of the chains `first_chain` to `first_chain + 7`, drawn from the base, shape `[n_visible]`.
    fn base_chains(&self, first_chain: usize) -> Vec<Lanes> {
        let sampling = Sampling { draw: self.draw(0, 1), n_units: self.base_bias.len(), first_chain };
        let spins =
            |(unit, &bias): (usize, &f64)| sampling.spins(unit, &[bias; WIDTH], &exp_of_minus_2abs(&[bias; WIDTH]));
        self.base_bias.iter().enumerate().map(spins).collect()
    }

    fn draw(&self, step: usize, layer: u32) -> Draw {
        Draw::new(self.annealing.key, step as u64, layer)
    }

    /// ln p*_β′(v)/p*_β(v) for `betas` = [β, β′]; draws the hidden units at β′ from the same fields.
    #[inline(always)]
    fn reweigh(&self, visible: &[Lanes], betas: [f64; 2], hidden: &mut [Lanes], sampling: Sampling) -> Lanes {
        let [mut before, mut after] = [LnCoshSum::ZERO; 2];
        self.hidden.fields(visible, hidden);
        for (unit, place) in hidden.iter_mut().enumerate() {
            let field = *place;
            before.add(&each(|lane| betas[0] * field[lane]));
            let field = each(|lane| betas[1] * field[lane]);
            let tail = after.add(&field);
            *place = sampling.spins(unit, &field, &tail);
        }
        let mut tilt = [0.0; WIDTH];
        for (bias, spins) in self.visible.bias.iter().zip(visible) {
            for lane in 0..WIDTH {
                tilt[lane] += bias * spins[lane];
            }
        }
        let (before, after) = (before.total(), after.total());
        each(|lane| after[lane] - before[lane] + (betas[1] - betas[0]) * tilt[lane])
    }

    /// Draws the visible units at β.
    #[inline(always)]
    fn sample_visible(&self, hidden: &[Lanes], beta: f64, visible: &mut [Lanes], sampling: Sampling) {
        self.visible.fields(hidden, visible);
        for (unit, (place, base)) in visible.iter_mut().zip(&self.base_bias).enumerate() {
            let field = each(|lane| base + beta * place[lane]);
            *place = sampling.spins(unit, &field, &exp_of_minus_2abs(&field));
        }
    }
}

/// Eight chains at one end of a path.
struct Chains<'a> {
    path: &'a Path,
    /// Shape `[n_visible]`.
    visible: Vec<Lanes>,
    first_chain: usize,
    direction: Direction,
    go_on: GoOn<'a>,
}

/// To the other end: Σ ln p*_β′(v)/p*_β(v), the logarithms of their weights.
impl Kernel for Chains<'_> {
    type Output = Result<Lanes, ModelError>;

    #[inline(always)]
    fn run<V: Wide>(self) -> Self::Output {
        let Self { path, mut visible, first_chain, direction, go_on } = self;
        let n = path.annealing.n_temperatures;
        let beta = |step: usize| match direction {
            Direction::Forward => step as f64 / n as f64,
            Direction::Reverse => (n - step) as f64 / n as f64,
        };
        let layers = if direction == Direction::Forward { [0, 1] } else { [2, 3] };
        let mut hidden = vec![[0.0; WIDTH]; path.hidden.n_units()];
        let mut ln_weights = [0.0; WIDTH];
        for step in 1..=n {
            if !go_on() {
                return Err(ModelError::Stopped);
            }
            let sampling =
                |layer: usize, n_units| Sampling { draw: path.draw(step, layers[layer]), n_units, first_chain };
            let betas = [beta(step - 1), beta(step)];
            let gain = path.reweigh(&visible, betas, &mut hidden, sampling(0, path.hidden.n_units()));
            for lane in 0..WIDTH {
                ln_weights[lane] += gain[lane];
            }
            if step < n {
                path.sample_visible(&hidden, betas[1], &mut visible, sampling(1, path.visible.n_units()));
            }
        }
        Ok(ln_weights)
    }
}

/// One sampling of one layer on eight neighbouring chains.
#[derive(Clone, Copy)]
struct Sampling {
    draw: Draw,
    n_units: usize,
    first_chain: usize,
}

impl Sampling {
    /// Draws one unit on each chain from its field x and the tail e = e^−2|x|: +1 where tanh x exceeds the threshold.
    #[inline(always)]
    fn spins(self, unit: usize, field: &Lanes, tail: &Lanes) -> Lanes {
        let mut thresholds = [0.0; WIDTH];
        for (lane, threshold) in thresholds.iter_mut().enumerate() {
            let counter = (self.first_chain + lane) * self.n_units + unit;
            *threshold = self.draw.threshold(counter as u32);
        }
        // tanh x = ±(1 − e)/(1 + e), without the division.
        each(|lane| {
            let up = (1.0 - tail[lane]).copysign(field[lane]) > f64::from(thresholds[lane]) * (1.0 + tail[lane]);
            if up { 1.0 } else { -1.0 }
        })
    }
}

#[cfg(test)]
mod tests;
