//! Histogram reweighting: samples at one temperature tell of others near by.

use crate::Estimate;
use crate::observables::mean;

/// Parts of the samples that the jackknife leaves out one after another.
const N_PARTS: usize = 20;
/// Temperatures at which c is evaluated.
const N_TEMPERATURES: usize = 41;

/// Where between two temperatures c = Var(E)/(N T²) is largest, from energies E of independent configurations at
/// `temperature`, each reweighted by e^{−(β − β₀) E} (Ferrenberg and Swendsen, Phys. Rev. Lett. 61, 2635 (1988)); the error
/// is the jackknife's.
///
/// None if there are fewer than 40 energies, or if c is largest at an end of the interval.
pub fn specific_heat_maximum(energies: &[f64], temperature: f64, between: (f64, f64)) -> Option<Estimate> {
    if energies.len() < 2 * N_PARTS {
        return None;
    }
    let value = maximum(energies.iter().copied(), temperature, between)?;
    let without = |part: usize| {
        let kept = energies.iter().enumerate().filter(move |(i, _)| i % N_PARTS != part).map(|(_, energy)| *energy);
        // Without one part the maximum may lie at the end: then it is there for the error.
        maximum(kept, temperature, between).unwrap_or(value)
    };
    let parts: Vec<f64> = (0..N_PARTS).map(without).collect();
    // Var θ = (B − 1)/B Σ (θ_b − θ̄)² = (B − 1)² times the squared standard error of the θ_b's mean.
    Some(Estimate { value, error: mean(&parts).error * (N_PARTS - 1) as f64 })
}

fn maximum(energies: impl Iterator<Item = f64> + Clone, temperature: f64, (low, high): (f64, f64)) -> Option<f64> {
    let step = (high - low) / (N_TEMPERATURES - 1) as f64;
    let at = |i: usize| low + step * i as f64;
    let heats: Vec<f64> =
        (0..N_TEMPERATURES).map(|i| variance_at(energies.clone(), temperature, at(i)) / (at(i) * at(i))).collect();
    let top = (1..N_TEMPERATURES - 1).find(|&i| heats.iter().all(|heat| *heat <= heats[i]))?;
    let [before, here, after] = [heats[top - 1], heats[top], heats[top + 1]];
    // The top of the parabola through three points.
    let shift = 0.5 * (before - after) / (before - 2.0 * here + after);
    Some(at(top) + if shift.is_finite() { shift * step } else { 0.0 })
}

/// Var(E) at `temperature` from energies at `sampled`.
fn variance_at(energies: impl Iterator<Item = f64> + Clone, sampled: f64, temperature: f64) -> f64 {
    let rate = sampled.recip() - temperature.recip();
    let highest = energies.clone().map(|energy| rate * energy).fold(f64::NEG_INFINITY, f64::max);
    let reference = energies.clone().next().unwrap_or(0.0);
    let [weight, first, second] = energies.fold([0.0; 3], |[weight, first, second], energy| {
        let (w, e) = ((rate * energy - highest).exp(), energy - reference);
        [weight + w, first + w * e, second + w * e * e]
    });
    second / weight - (first / weight).powi(2)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::stream::Purpose;
    use crate::{StatePoint, bits::bond_energy};
    use ising_theory::{Lattice, specific_heat_maximum as exact};

    /// Ring of 20 and 4 x 4 torus: the maximum within 4 of its errors (false-alarm rate 6e-5 each, the seed is fixed), and
    /// an error that is small but no smaller than a tenth of what 4000 configurations can give.
    #[test]
    fn the_maximum_is_that_of_the_exact_specific_heat() {
        for (lattice, sampled) in [(Lattice::ring(20).unwrap(), 0.75), (Lattice::square(4).unwrap(), 2.25)] {
            let point = StatePoint::new(sampled, 0.0).unwrap();
            let spins = crate::sample(lattice, &[point], 4000, 5, Purpose::Sample, &|_| ()).unwrap();
            let energies: Vec<f64> = spins.rows().map(|row| bond_energy(lattice, row) as f64).collect();
            let found = specific_heat_maximum(&energies, sampled, (0.7 * sampled, 1.4 * sampled)).unwrap();
            let truth = exact(lattice, 0.0).unwrap().temperature;
            assert!((found.value - truth).abs() < 4.0 * found.error, "{found:?}, exact {truth}");
            assert!((0.002..0.1).contains(&found.error), "{found:?}");
            assert_eq!(specific_heat_maximum(&energies, sampled, (1.3 * sampled, 1.5 * sampled)), None);
        }
        assert_eq!(specific_heat_maximum(&[-2.0; 39], 1.0, (0.5, 1.5)), None);
    }
}
