//! Kullback-Leibler divergences of configurations from a known distribution of bond energy E and magnetization M.

use std::collections::BTreeMap;

use ising_theory::StateClass;
use statistics::Estimate;

/// What configurations are compared with.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// The classes of configurations.
    pub classes: &'a [StateClass],
    /// ln r(E, M) of every class, or ln r(E | M); −∞ where it cannot occur.
    pub ln_probabilities: Vec<f64>,
    /// Whether r is conditional: the divergence is then Σ p(E, M) ln [p(E | M)/r(E | M)], with the configurations' own
    /// distribution of M.
    pub given_magnetization: bool,
    /// Parameters of r that were fitted to the configurations by maximum likelihood.
    pub n_fitted: usize,
}

/// Groups that are left out in turn for the error.
const N_GROUPS: usize = 20;

/// KL(p‖r) in nats of the distribution p of (E, M) from which independent configurations, given by E and M, were drawn; NaN
/// for fewer than two, for a configuration of no class or a reference without a probability for each class, ∞ for one that r excludes.
///
/// Of the plug-in estimate its bias is taken off. That is the bias, summed over the classes, of as many configurations of the
/// distribution p̂(M) r(E | M) e^{−κE}, with κ such that the mean energy is the observed one: exact up to the noise of p̂(M)
/// if p is of this form, so for p = r, and of order (occupied classes)/n in any case. The divergence may be estimated as less
/// than zero. The error is the jackknife's over 20 groups, every 20th configuration in one; where p is near r it is too large
/// by a factor up to √2, as of a sum of squares.
pub fn relative_entropy(observed: &[(i64, i64)], reference: &Reference<'_>) -> Estimate {
    let unknown = Estimate { value: f64::NAN, error: f64::NAN };
    let places: BTreeMap<(i64, i64), usize> = reference.classes.iter().enumerate().map(|(i, c)| (key(c), i)).collect();
    let Some(places) = observed.iter().map(|state| places.get(state).copied()).collect::<Option<Vec<usize>>>() else {
        return unknown;
    };
    if places.len() < 2 || reference.ln_probabilities.len() != reference.classes.len() {
        return unknown;
    }
    let n_groups = N_GROUPS.min(places.len());
    let mut counts = Counts::new(reference, &places);
    let plug_in = counts.plug_in();
    let left_out: Vec<f64> = (0..n_groups)
        .map(|group| {
            let members = || places.iter().skip(group).step_by(n_groups);
            members().for_each(|&place| counts.counts[place] -= 1.0);
            let value = counts.plug_in();
            members().for_each(|&place| counts.counts[place] += 1.0);
            value
        })
        .collect();
    let center = left_out.iter().sum::<f64>() / n_groups as f64;
    let squares: f64 = left_out.iter().map(|value| (value - center).powi(2)).sum();
    let error = (squares * (n_groups - 1) as f64 / n_groups as f64).sqrt();
    if plug_in.is_infinite() {
        return Estimate { value: plug_in, error: f64::NAN };
    }
    Estimate { value: plug_in - counts.bias(), error }
}

fn key(class: &StateClass) -> (i64, i64) {
    (class.bond_energy, class.magnetization)
}

/// How many configurations were seen in every class.
struct Counts<'a> {
    reference: &'a Reference<'a>,
    /// Shape `[n_classes]`.
    counts: Vec<f64>,
    /// The sector of every class: those of equal magnetization.
    sectors: Vec<usize>,
    n_sectors: usize,
}

impl<'a> Counts<'a> {
    fn new(reference: &'a Reference<'a>, places: &[usize]) -> Self {
        let mut counts = vec![0.0; reference.classes.len()];
        places.iter().for_each(|&place| counts[place] += 1.0);
        let mut found = BTreeMap::new();
        let sector = |class: &StateClass| {
            let next = found.len();
            *found.entry(class.magnetization).or_insert(next)
        };
        let sectors: Vec<usize> = reference.classes.iter().map(sector).collect();
        Self { reference, counts, n_sectors: found.len(), sectors }
    }

    fn n(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// Sums over the classes of every sector.
    fn by_sector(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_sectors];
        self.sectors.iter().zip(values).for_each(|(&sector, value)| sums[sector] += value);
        sums
    }

    /// Σ p̂ ln(p̂/r) over the classes, or the same of p̂(E | M).
    fn plug_in(&self) -> f64 {
        let n = self.n();
        let term = |(count, ln_r): (&f64, &f64)| if *count > 0.0 { count * ((count / n).ln() - ln_r) } else { 0.0 };
        let sum: f64 = self.counts.iter().zip(&self.reference.ln_probabilities).map(term).sum();
        let of_magnetization: f64 = match self.reference.given_magnetization {
            true => self.by_sector(&self.counts).into_iter().map(|count| n_ln_n(count) - count * n.ln()).sum(),
            false => 0.0,
        };
        (sum - of_magnetization) / n
    }

    /// What the plug-in estimate is too large by in the mean.
    fn bias(&self) -> f64 {
        let n = self.n();
        let of_class = |probability: f64| (1.0 - probability) * excess_of_n_ln_n(n * probability) / n;
        let joint: f64 = self.model().into_iter().map(of_class).sum();
        let of_magnetization: f64 = match self.reference.given_magnetization {
            true => self.by_sector(&self.counts).into_iter().map(|count| of_class(count / n)).sum(),
            false => 0.0,
        };
        joint - of_magnetization - 0.5 * self.reference.n_fitted as f64 / n
    }

    /// p̂(M) r(E | M) e^{−κE} of every class, normalized for every M, with the mean energy that was observed.
    fn model(&self) -> Vec<f64> {
        let n = self.n();
        let energies = || self.reference.classes.iter().map(|class| class.bond_energy as f64);
        let observed: f64 = energies().zip(&self.counts).map(|(energy, count)| energy * count).sum::<f64>() / n;
        let shares: Vec<f64> = self.by_sector(&self.counts).into_iter().map(|count| count / n).collect();
        let (mut low, mut high) = (-LARGEST_TILT, LARGEST_TILT);
        for _ in 0..N_HALVINGS {
            let middle = 0.5 * (low + high);
            let mean: f64 = energies().zip(self.tilted(middle, &shares)).map(|(energy, p)| energy * p).sum();
            if mean > observed {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.tilted(0.5 * (low + high), &shares)
    }

    fn tilted(&self, kappa: f64, shares: &[f64]) -> Vec<f64> {
        let of_class = self.reference.classes.iter().zip(&self.reference.ln_probabilities);
        let mut weights: Vec<f64> = of_class.map(|(class, ln_r)| ln_r - kappa * class.bond_energy as f64).collect();
        let mut largest = vec![f64::NEG_INFINITY; self.n_sectors];
        for (&sector, &ln_weight) in self.sectors.iter().zip(&weights) {
            largest[sector] = largest[sector].max(ln_weight);
        }
        for (&sector, weight) in self.sectors.iter().zip(&mut weights) {
            *weight = if shares[sector] > 0.0 { (*weight - largest[sector]).exp() } else { 0.0 };
        }
        let totals = self.by_sector(&weights);
        let normalized = |(&sector, weight): (&usize, &f64)| match *weight > 0.0 {
            true => weight / totals[sector] * shares[sector],
            false => 0.0,
        };
        self.sectors.iter().zip(&weights).map(normalized).collect()
    }
}

/// Bounds of κ, beyond which configurations of every M have their least or their largest energy.
const LARGEST_TILT: f64 = 30.0;
/// Halvings of this interval.
const N_HALVINGS: usize = 40;

fn n_ln_n(n: f64) -> f64 {
    if n > 0.0 { n * n.ln() } else { 0.0 }
}

/// ⟨k ln k⟩ − λ ln λ of a Poisson number k of mean λ: 1/2 + 1/(12 λ) + 1/(12 λ²) for large λ.
fn excess_of_n_ln_n(mean: f64) -> f64 {
    const LARGE: f64 = 40.0;
    if mean > LARGE {
        return 0.5 + (1.0 + 1.0 / mean) / (12.0 * mean);
    }
    let mut probability = (-mean).exp();
    let mut sum = 0.0;
    let last = (mean + 12.0 * mean.sqrt() + 20.0) as u32;
    for k in (1..=last).map(f64::from) {
        probability *= mean / k;
        sum += probability * k * k.ln();
    }
    sum - n_ln_n(mean)
}
