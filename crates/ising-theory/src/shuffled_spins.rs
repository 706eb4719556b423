//! Spins that know their magnetization and nothing else: the Ising model's law of M, all arrangements of the spins alike.

use crate::check::{check_field, check_temperature};
use crate::state_counts::{StateClass, of_ring};
use crate::{Lattice, MagnetizationTable, TheoryError};

/// Configurations of the Ising model at (T, H) whose spins have been shuffled over the sites: M is distributed as in the
/// model, and given M all C(N, n_up) arrangements are equally likely. What is left of the interaction is a mean field.
#[derive(Clone, Debug, PartialEq)]
pub struct ShuffledSpins {
    lattice: Lattice,
    field: f64,
    /// P(M) for M = −N, −N + 2, …, N, shape `[n_sites + 1]`.
    magnetizations: Vec<f64>,
}

impl ShuffledSpins {
    /// At one temperature, 0 and ∞ allowed, for each of `fields`: rings up to 1000 sites, the torus up to L = 12.
    ///
    /// # Errors
    /// A temperature or field out of range, or a lattice that is too large.
    pub fn over_fields(lattice: Lattice, temperature: f64, fields: &[f64]) -> Result<Vec<Self>, TheoryError> {
        check_temperature(temperature)?;
        fields.iter().try_for_each(|&field| check_field(field))?;
        let laws: Vec<Vec<f64>> = match lattice {
            _ if temperature == 0.0 => fields.iter().map(|&field| aligned(lattice, field)).collect(),
            Lattice::Ring { n_sites } => {
                let classes = of_ring(n_sites)?;
                fields.iter().map(|&field| of_ring_at(n_sites, &classes, temperature, field)).collect()
            }
            Lattice::Square { side } => {
                let table = MagnetizationTable::new(side, temperature)?;
                fields.iter().map(|&field| table.distribution(field)).collect()
            }
        };
        let of_law = |(magnetizations, &field)| Self { lattice, field, magnetizations };
        Ok(laws.into_iter().zip(fields).map(of_law).collect())
    }

    /// ln p(s) = ln P(M) − ln C(N, n_up) of a configuration with M = −N, −N + 2, …, N; −∞ where it cannot occur. Shape
    /// `[n_sites + 1]`.
    pub fn ln_probabilities(&self) -> Vec<f64> {
        let n = self.lattice.n_sites() as f64;
        let mut ln_arrangements = 0.0;
        let of_sector = |(n_up, probability): (usize, &f64)| {
            if n_up > 0 {
                ln_arrangements += ((n - n_up as f64 + 1.0) / n_up as f64).ln();
            }
            probability.ln() - ln_arrangements
        };
        self.magnetizations.iter().enumerate().map(of_sector).collect()
    }

    /// ⟨E⟩/N and (⟨E²⟩ − ⟨E⟩²)/N on the lattice, the field term included.
    pub fn energy_moments_per_site(&self) -> [f64; 2] {
        let (n, n_bonds) = (self.lattice.n_sites() as f64, self.lattice.n_bonds() as f64);
        let [equal, touching, apart] = pairs_of_bonds(self.lattice);
        let (mut mean, mut square) = (0.0, 0.0);
        for (n_up, probability) in self.magnetizations.iter().enumerate() {
            let m = 2.0 * n_up as f64 - n;
            let [pair, four] = correlations(n, m);
            let (bonds, magnetic) = (-n_bonds * pair, -self.field * m);
            mean += probability * (bonds + magnetic);
            let squared_bonds = equal + touching * pair + apart * four;
            square += probability * (squared_bonds + magnetic * (2.0 * bonds + magnetic));
        }
        [mean / n, (square - mean * mean).max(0.0) / n]
    }
}

/// P(M) at T = 0.
fn aligned(lattice: Lattice, field: f64) -> Vec<f64> {
    let up = if field == 0.0 { 0.5 } else { f64::from(u8::from(field > 0.0)) };
    let mut law = vec![0.0; lattice.n_sites() + 1];
    law[0] = 1.0 - up;
    law[lattice.n_sites()] = up;
    law
}

/// P(M) of the ring at T > 0.
fn of_ring_at(n_sites: usize, classes: &[StateClass], temperature: f64, field: f64) -> Vec<f64> {
    let n = n_sites as i64;
    let mut law = vec![0.0; n_sites + 1];
    for class in classes {
        // Above the state aligned with the field.
        let excess = (class.bond_energy + n) as f64 + field.abs() * n as f64 - field * class.magnetization as f64;
        law[((class.magnetization + n) / 2) as usize] += (class.ln_count - excess / temperature).exp();
    }
    let total: f64 = law.iter().sum();
    law.iter_mut().for_each(|weight| *weight /= total);
    law
}

/// ⟨s₁s₂⟩ and ⟨s₁s₂s₃s₄⟩ of different sites, given M: elementary symmetric functions of the spins over their number of terms.
fn correlations(n: f64, m: f64) -> [f64; 2] {
    let (m_2, of_four) = (m * m, n * (n - 1.0) * (n - 2.0) * (n - 3.0));
    let four = m_2 * m_2 - (6.0 * n - 8.0) * m_2 + 3.0 * n * (n - 2.0);
    [(m_2 - n) / (n * (n - 1.0)), if of_four > 0.0 { four / of_four } else { 0.0 }]
}

/// How many ordered pairs of bonds join the same two sites, have one site in common, and none.
fn pairs_of_bonds(lattice: Lattice) -> [f64; 3] {
    let mut counts = [0.0; 3];
    // All sites are alike: the bonds of the first, with all others.
    for (i, j) in lattice.bonds().take_while(|bond| bond.0 == 0) {
        for (k, l) in lattice.bonds() {
            let n_common = [k, l].into_iter().filter(|site| *site == i || *site == j).count();
            counts[2 - n_common] += lattice.n_sites() as f64;
        }
    }
    counts
}
