//! What no reader of one configuration can surpass, summed over all configurations.

use crate::state_counts::{LARGEST_RING, StateClass, StateCounts};
use crate::transfer_matrix::EnergyDistribution;
use crate::{BayesThermometer, Lattice, TheoryError};

/// The largest torus in a field: its joint density of states takes a third of a second.
const LARGEST_SIDE_IN_FIELD: usize = 8;
/// The largest torus without one.
const LARGEST_SIDE: usize = 12;

/// What the best reader of single configurations, each state point as likely as the others, attains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadingLimits {
    /// −⟨ln p(T, H | s)⟩ of the true state point in nats: the least relative entropy that a softmax can have.
    pub relative_entropy: f64,
    /// How often its most probable state point is the true one.
    pub accuracy: f64,
}

impl BayesThermometer {
    /// The limits on this grid, summed over the classes of equal (E, M), or of equal E where no state point has a field.
    /// Nothing where these cannot be counted in a second: rings above 1000 sites, the torus above L = 12, in a field
    /// above 8.
    ///
    /// # Errors
    /// As the counts of states.
    pub fn limits(&self) -> Result<Option<ReadingLimits>, TheoryError> {
        let Some(classes) = classes(self.lattice(), self.has_field())? else { return Ok(None) };
        let (mut relative_entropy, mut accuracy) = (0.0, 0.0);
        for class in &classes {
            let ln_likelihood = self.ln_likelihood(class.bond_energy, class.magnetization);
            let largest = ln_likelihood.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if largest == f64::NEG_INFINITY {
                continue;
            }
            let relative: f64 = ln_likelihood.iter().map(|term| (term - largest).exp()).sum();
            let ln_sum = largest + relative.ln();
            for term in ln_likelihood.iter().filter(|term| term.is_finite()) {
                relative_entropy += (class.ln_count + term).exp() * (ln_sum - term);
            }
            accuracy += (class.ln_count + largest).exp();
        }
        let n_points = self.ln_likelihood(0, 0).len() as f64;
        Ok(Some(ReadingLimits { relative_entropy: relative_entropy / n_points, accuracy: accuracy / n_points }))
    }
}

fn classes(lattice: Lattice, in_field: bool) -> Result<Option<Vec<StateClass>>, TheoryError> {
    let counted = || StateCounts::new(lattice).map(|counts| Some(counts.classes().to_vec()));
    Ok(match lattice {
        Lattice::Ring { n_sites } if n_sites <= LARGEST_RING => counted()?,
        Lattice::Square { side } if in_field && side <= LARGEST_SIDE_IN_FIELD => counted()?,
        Lattice::Square { side } if !in_field && side <= LARGEST_SIDE => {
            // At T = ∞ the probabilities are the counts over 2ᴺ.
            let EnergyDistribution { bond_energies, probabilities } =
                EnergyDistribution::new(side, f64::INFINITY, 0.0)?;
            let n_sites = lattice.n_sites();
            let ln_states = n_sites as f64 * std::f64::consts::LN_2;
            // Only whether all spins are aligned matters of the magnetization here, and the lowest energy tells.
            let class = |(bond_energy, probability): (i64, f64)| StateClass {
                bond_energy,
                magnetization: n_sites as i64,
                ln_count: probability.ln() + ln_states,
            };
            Some(bond_energies.into_iter().zip(probabilities).map(class).filter(|c| c.ln_count.is_finite()).collect())
        }
        _ => None,
    })
}
