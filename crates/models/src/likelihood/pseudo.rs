//! The pseudo-likelihood of configurations.

use rayon::prelude::*;
use statistics::Estimate;

use super::{
    estimate::mean,
    free_energy::{n_rows, side_by_side},
    lanes::{Lanes, WIDTH, each},
    layer::{Layer, widened},
};
use crate::{
    ModelError, RbmParameters,
    cpu::{Kernel, Level, Wide},
};

/// The logarithm up to which products of factors may grow or shrink before their own is taken, and the most factors.
const LARGEST_LN: f64 = 600.0;
const MOST_FACTORS: f64 = 512.0;

/// Mean over all sites of ln p(vᵢ | all other spins), in nats per spin, over configurations `spins`, shape
/// `[n_rows, n_visible]`, values ±1, with the standard error over configurations. Untrained: −ln 2.
///
/// Turning site i multiplies p(v) by e^{−2cᵢvᵢ} Πₐ (e^{−2vᵢwᵢₐ} pₐ + e^{2vᵢwᵢₐ} (1 − pₐ)), pₐ the probability that hidden
/// unit a is up: sums of positive terms, in which no digits are lost.
///
/// # Errors
/// As [`RbmParameters::validate`]; [`ModelError::Shape`] when the rows are not of `n_visible` spins,
/// [`ModelError::NotSpins`] when they are not ±1, [`ModelError::TooFew`] for fewer than two configurations.
pub fn pseudo_likelihood(parameters: &RbmParameters, spins: &[f32]) -> Result<Estimate, ModelError> {
    parameters.validate()?;
    let n_rows = n_rows(parameters.n_visible, spins)?;
    let hidden = Layer::hidden(parameters);
    let visible_bias = widened(&parameters.visible_bias);
    let pairs: Vec<[f64; 2]> = parameters
        .weights
        .iter()
        .map(|&weight| {
            let twice = 2.0 * f64::from(weight);
            [(-twice).exp(), twice.exp()]
        })
        .collect();
    // A factor lies between e^−2|w| and e^2|w|.
    let largest = parameters.weights.iter().fold(0.0, |largest, weight| weight.abs().max(largest));
    let n_factors = (LARGEST_LN / (2.0 * f64::from(largest))).clamp(1.0, MOST_FACTORS) as usize;
    let rows = spins.par_chunks(WIDTH * parameters.n_visible.max(1)).flat_map_iter(|rows| {
        let visible = &side_by_side(rows, parameters.n_visible);
        Level::best().run(Rows { visible, visible_bias: &visible_bias, hidden: &hidden, pairs: &pairs, n_factors })
    });
    let mut rows: Vec<f64> = rows.collect();
    rows.truncate(n_rows);
    mean("configurations", &rows)
}

/// Eight configurations of a machine.
struct Rows<'a> {
    /// Shape `[n_visible]`.
    visible: &'a [Lanes],
    visible_bias: &'a [f64],
    hidden: &'a Layer,
    /// e^{∓2w} of every weight, shape `[n_visible, n_hidden]`.
    pairs: &'a [[f64; 2]],
    /// Factors between two logarithms.
    n_factors: usize,
}

/// The mean over the sites of ln p(vᵢ | all other spins) of each.
impl Kernel for Rows<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<V: Wide>(self) -> Lanes {
        let Self { visible, visible_bias, hidden, pairs, n_factors } = self;
        let n_hidden = hidden.n_units();
        let mut fields = vec![[0.0; WIDTH]; n_hidden];
        hidden.fields(visible, &mut fields);
        let probabilities: Vec<[Lanes; 2]> = fields.iter().map(up_and_down).collect();
        let mut sum = [0.0; WIDTH];
        for (site, (spins, bias)) in visible.iter().zip(visible_bias).enumerate() {
            let gain = ln_ratio(&pairs[site * n_hidden..(site + 1) * n_hidden], &probabilities, spins, n_factors);
            for lane in 0..WIDTH {
                sum[lane] -= ln_one_plus_exp(gain[lane] - 2.0 * bias * spins[lane]);
            }
        }
        each(|lane| sum[lane] / visible.len() as f64)
    }
}

/// Probabilities that a unit is up and that it is down, from its field.
fn up_and_down(field: &Lanes) -> [Lanes; 2] {
    [field.map(|x| 1.0 / (1.0 + (-2.0 * x).exp())), field.map(|x| 1.0 / (1.0 + (2.0 * x).exp()))]
}

/// ln Πₐ (e^{−2vwₐ} pₐ + e^{2vwₐ} (1 − pₐ)) on each lane, from e^{∓2wₐ}.
#[inline(always)]
fn ln_ratio(pairs: &[[f64; 2]], probabilities: &[[Lanes; 2]], spins: &Lanes, n_factors: usize) -> Lanes {
    // A choice by bits: the compiler turns it into vector instructions.
    let exchanged = spins.map(|spin| if spin > 0.0 { 0 } else { u64::MAX });
    let mut sum = [0.0; WIDTH];
    for (pairs, probabilities) in pairs.chunks(n_factors).zip(probabilities.chunks(n_factors)) {
        let mut product = [1.0; WIDTH];
        for (&[less, more], [up, down]) in pairs.iter().zip(probabilities) {
            for lane in 0..WIDTH {
                let (up, down) = (up[lane].to_bits(), down[lane].to_bits());
                let difference = (up ^ down) & exchanged[lane];
                product[lane] *= less * f64::from_bits(up ^ difference) + more * f64::from_bits(down ^ difference);
            }
        }
        sum = each(|lane| sum[lane] + product[lane].ln());
    }
    sum
}

/// ln(1 + eˣ), without overflow.
fn ln_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
