//! Histogram reweighting: samples at several temperatures pooled into one density of states.

use std::collections::BTreeMap;

use statistics::{Estimate, mean, variance};

/// Parts of the samples that the jackknife leaves out one after another.
const N_PARTS: usize = 20;
/// Temperatures at which c is evaluated.
const N_TEMPERATURES: usize = 101;
/// Samples are pooled where c is above the first share of its largest sampled value, the cubic is fitted above the second.
const POOLED: f64 = 0.8;
const FITTED: f64 = 0.9;
/// Iterations of the weights at most, and the relative change at which they end.
const N_ITERATIONS: usize = 1000;
const TOLERANCE: f64 = 1e-8;

/// The temperature at which c = Var(E)/(N T²) is largest, from energies E of independent configurations at each of several
/// temperatures T > 0, ascending: those at the peak are pooled by multiple-histogram reweighting (Ferrenberg and Swendsen,
/// Phys. Rev. Lett. 63, 1195 (1989)), and the top is that of the cubic nearest to c in the peak, so that a flat peak is not
/// read off its noise.
///
/// The error is that of the slope of c at the top, by the jackknife, over the mean curvature of the peak. The scatter of the
/// tops themselves would be too small where noise has moved the top: there the cubic falls more steeply than the peak does.
///
/// None if there are fewer than 40 energies at some temperature, or if c is largest at an end.
pub fn specific_heat_maximum(samples: &[(f64, Vec<f64>)]) -> Option<Estimate> {
    let peak = peak(samples)?;
    if peak.iter().any(|(_, energies)| energies.len() < 2 * N_PARTS) {
        return None;
    }
    let pooled = Pooled::new(peak, None, vec![1.0; peak.len()]);
    let range = pooled.peak((peak[0].0, peak[peak.len() - 1].0));
    let cubic = pooled.cubic(range);
    let top = cubic.top()?;
    let without = |part: usize| Pooled::new(peak, Some(part), pooled.partition.clone());
    let slopes: Vec<f64> = (0..N_PARTS).map(|part| without(part).cubic(range).slope(top)).collect();
    // Var θ = (B − 1)/B Σ (θ_b − θ̄)² = (B − 1)² times the squared standard error of the θ_b's mean.
    let error = mean(&slopes).error * (N_PARTS - 1) as f64 / cubic.mean_curvature(top);
    // Wherever the top is, it lies within the range: no error is larger than that of a uniform distribution over it.
    let error = error.min(3f64.sqrt().recip());
    let value = cubic.temperature(top);
    Some(Estimate { value, error: error * cubic.half * value })
}

/// The temperatures around the largest sampled c, with one more on either side.
fn peak(samples: &[(f64, Vec<f64>)]) -> Option<&[(f64, Vec<f64>)]> {
    let heats: Vec<f64> = samples.iter().map(|(t, energies)| variance(energies).value / (t * t)).collect();
    let (first, last) = around_top(&heats, POOLED);
    (first < last).then(|| &samples[first..=last])
}

/// The last place before the largest value, and the first behind it, where the values are below this share of it.
fn around_top(values: &[f64], share: f64) -> (usize, usize) {
    let top = (0..values.len()).max_by(|&i, &j| values[i].total_cmp(&values[j])).unwrap_or(0);
    let is_low = |value: &f64| *value < share * values[top];
    let first = values[..top].iter().rposition(is_low).unwrap_or(0);
    let last = values[top..].iter().position(is_low).map_or(values.len().saturating_sub(1), |i| top + i);
    (first, last)
}

/// A density of states relative to the Boltzmann weight in the middle of the temperatures.
struct Pooled {
    middle: f64,
    /// Energies, ascending, with their density.
    states: Vec<(f64, f64)>,
    /// The zᵢ.
    partition: Vec<f64>,
}

impl Pooled {
    /// g(E) = n(E)/Σᵢ nᵢ e^{−βᵢ E}/zᵢ with zᵢ = Σ_E g(E) e^{−βᵢ E}, solved by iteration from a first guess of zᵢ, without the samples of
    /// one part.
    fn new(samples: &[(f64, Vec<f64>)], left_out: Option<usize>, mut partition: Vec<f64>) -> Self {
        let middle = 0.5 * (samples[0].0.recip() + samples[samples.len() - 1].0.recip());
        let mut counts: BTreeMap<i64, f64> = BTreeMap::new();
        let mut n_samples = vec![0.0; samples.len()];
        for ((_, energies), n) in samples.iter().zip(&mut n_samples) {
            for (_, energy) in energies.iter().enumerate().filter(|(i, _)| Some(i % N_PARTS) != left_out) {
                *counts.entry((energy / RESOLUTION).round() as i64).or_default() += 1.0;
                *n += 1.0;
            }
        }
        let states: Vec<(f64, f64)> = counts.into_iter().map(|(energy, n)| (energy as f64 * RESOLUTION, n)).collect();
        let total: f64 = states.iter().map(|state| state.1).sum();
        let reference = states.iter().map(|(energy, n)| energy * n).sum::<f64>() / total;
        let weights: Vec<Vec<f64>> = samples
            .iter()
            .map(|(t, _)| {
                states.iter().map(|(energy, _)| ((middle - t.recip()) * (energy - reference)).exp()).collect()
            })
            .collect();
        let densities = solve(&states, &n_samples, &weights, &mut partition);
        let states = states.iter().zip(densities).map(|((energy, _), density)| (energy - reference, density)).collect();
        Self { middle, states, partition }
    }

    /// Var(E)/T², up to N.
    fn heat(&self, temperature: f64) -> f64 {
        let rate = self.middle - temperature.recip();
        let [weight, first, second] =
            self.states.iter().fold([0.0; 3], |[weight, first, second], (energy, density)| {
                let w = density * (rate * energy).exp();
                [weight + w, first + w * energy, second + w * energy * energy]
            });
        (second / weight - (first / weight).powi(2)) / (temperature * temperature)
    }

    /// The temperatures between which c is at its peak.
    fn peak(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let at = |i: usize| low + (high - low) * i as f64 / (N_TEMPERATURES - 1) as f64;
        let heats: Vec<f64> = (0..N_TEMPERATURES).map(|i| self.heat(at(i))).collect();
        let (first, last) = around_top(&heats, FITTED);
        (at(first), at(last))
    }

    /// The cubic in ln T nearest to c, in least squares between two temperatures.
    fn cubic(&self, (low, high): (f64, f64)) -> Cubic {
        let mut cubic =
            Cubic { center: 0.5 * (low * high).ln(), half: 0.5 * (high / low).ln(), coefficients: [0.0; 3] };
        // Coefficients by the midpoint rule.
        for i in 0..N_TEMPERATURES {
            let x = (2 * i + 1) as f64 / N_TEMPERATURES as f64 - 1.0;
            let heat = self.heat(cubic.temperature(x)) / N_TEMPERATURES as f64;
            let polynomials = [x, 0.5 * (3.0 * x * x - 1.0), 0.5 * x * (5.0 * x * x - 3.0)];
            for ((sum, polynomial), norm) in cubic.coefficients.iter_mut().zip(polynomials).zip([3.0, 5.0, 7.0]) {
                *sum += norm * heat * polynomial;
            }
        }
        cubic
    }
}

/// A cubic in x = (ln T − center)/half, −1 … 1, up to a constant.
struct Cubic {
    center: f64,
    half: f64,
    /// Of the Legendre polynomials P₁, P₂, P₃.
    coefficients: [f64; 3],
}

impl Cubic {
    fn temperature(&self, x: f64) -> f64 {
        (self.center + self.half * x).exp()
    }

    /// The slope a x² + b x + c as (a, b, c).
    fn derivative(&self) -> (f64, f64, f64) {
        let [first, second, third] = self.coefficients;
        (7.5 * third, 3.0 * second, first - 1.5 * third)
    }

    fn slope(&self, x: f64) -> f64 {
        let (a, b, c) = self.derivative();
        (a * x + b) * x + c
    }

    /// Minus the second derivative of the parabola that falls from `top` as far as the cubic does to x = ±1, in the mean of both.
    fn mean_curvature(&self, top: f64) -> f64 {
        let [first, second, third] = self.coefficients;
        let square = top * top;
        let height = first * top + 0.5 * second * (3.0 * square - 1.0) + 0.5 * third * top * (5.0 * square - 3.0);
        2.0 * (height - second) / (1.0 + square)
    }

    /// Where the slope falls through zero.
    fn top(&self) -> Option<f64> {
        let (a, b, c) = self.derivative();
        let x = 2.0 * c / (-b + (b * b - 4.0 * a * c).sqrt());
        (x.abs() < 1.0).then_some(x)
    }
}

/// Energies nearer than this are one: far below any energy that could be told apart, above rounding.
const RESOLUTION: f64 = 1e-6;

/// The densities of the states from their counts, the number of samples at each temperature, and the weight of each state
/// there; `partition` is improved from what it is.
fn solve(states: &[(f64, f64)], n_samples: &[f64], weights: &[Vec<f64>], partition: &mut [f64]) -> Vec<f64> {
    let mut densities = vec![0.0; states.len()];
    for _ in 0..N_ITERATIONS {
        for (k, ((_, count), density)) in states.iter().zip(&mut densities).enumerate() {
            let expected = n_samples.iter().zip(weights).zip(&*partition).map(|((n, weights), z)| n * weights[k] / z);
            *density = count / expected.sum::<f64>();
        }
        let mut change = 0.0_f64;
        for (z, weights) in partition.iter_mut().zip(weights) {
            let sum: f64 = weights.iter().zip(&densities).map(|(weight, density)| weight * density).sum();
            change = change.max((sum / *z - 1.0).abs());
            *z = sum;
        }
        if change < TOLERANCE {
            break;
        }
    }
    densities
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::stream::Purpose;
    use crate::{StatePoint, bits::bond_energy, bits::magnetization};
    use ising_theory::{Lattice, specific_heat_maximum as exact};
    use rayon::prelude::*;

    /// The energies of `n` samples at each temperature.
    fn energies(lattice: Lattice, field: f64, temperatures: &[f64], n: usize, seed: u64) -> Vec<(f64, Vec<f64>)> {
        let points: Vec<_> = temperatures.iter().map(|&t| StatePoint::new(t, field).unwrap()).collect();
        let spins = crate::sample(lattice, &points, n, seed, Purpose::Sample, &|_| true).unwrap();
        let energy =
            |row: &[u8]| bond_energy(lattice, row) as f64 - field * magnetization(lattice.n_sites(), row) as f64;
        let all: Vec<f64> = spins.rows().map(energy).collect();
        temperatures.iter().copied().zip(all.chunks(n).map(<[f64]>::to_vec)).collect()
    }

    /// Without field and in one, over 40 seeds: the maximum in the mean where it should be within 5 of its errors
    /// (false-alarm rate 6e-7 each, the seeds are fixed), and the jackknife's error the spread within a third of it.
    #[test]
    fn the_maximum_is_that_of_the_exact_specific_heat() {
        let temperatures: Vec<f64> = (1..=16).map(|i| 0.5 * f64::from(i)).collect();
        let cases = [
            (Lattice::square(4).unwrap(), 0.0),
            (Lattice::ring(100).unwrap(), 0.0),
            (Lattice::ring(100).unwrap(), 4.0),
        ];
        for (lattice, field) in cases {
            let found: Vec<Estimate> = (0..40)
                .map(|seed| specific_heat_maximum(&energies(lattice, field, &temperatures, 400, seed)).unwrap())
                .collect();
            let average = mean(&found.iter().map(|it| it.value).collect::<Vec<_>>());
            let truth = exact(lattice, field).unwrap().temperature;
            assert!((average.value - truth).abs() < 5.0 * average.error, "{average:?}, exact {truth}");
            let spread = average.error * 40.0_f64.sqrt();
            let stated = mean(&found.iter().map(|it| it.error).collect::<Vec<_>>()).value;
            assert!((0.67..1.5).contains(&(stated / spread)), "stated {stated}, found {spread}");
        }
    }

    /// Along the line of maximal c of a ring, the grid of the talk's experiment B: root mean square of the deviations from the
    /// exact line in stated errors within 15 % of 1. For 144 of them its standard deviation is 0.06 (false-alarm rate 1 %, the
    /// seeds are fixed).
    #[test]
    fn the_errors_along_the_line_are_neither_too_small_nor_too_large() {
        let lattice = Lattice::ring(50).unwrap();
        let temperatures: Vec<f64> = (1..=19).map(|i| 0.5 * f64::from(i)).collect();
        let deviation = |(field, seed): (f64, u64)| {
            let truth = exact(lattice, field).unwrap().temperature;
            let found = specific_heat_maximum(&energies(lattice, field, &temperatures, 1000, seed)).unwrap();
            (found.value - truth) / found.error
        };
        let points: Vec<(f64, u64)> =
            (1..=9).flat_map(|i| (0..16).map(move |seed| (0.5 * f64::from(i), seed))).collect();
        let squares: f64 = points.par_iter().map(|&point| deviation(point).powi(2)).sum();
        let rms = (squares / points.len() as f64).sqrt();
        assert!((0.85..1.15).contains(&rms), "{rms}");
    }

    #[test]
    fn no_maximum_at_an_end_or_from_few_samples() {
        let cold = energies(Lattice::ring(30).unwrap(), 0.0, &[0.2, 0.3, 0.4], 400, 1);
        assert_eq!(specific_heat_maximum(&cold), None);
        assert_eq!(specific_heat_maximum(&[]), None);
        let few: Vec<(f64, Vec<f64>)> = [1.0, 2.0, 3.0].map(|t| (t, vec![1.0, -1.0])).to_vec();
        assert_eq!(specific_heat_maximum(&few), None);
    }
}
