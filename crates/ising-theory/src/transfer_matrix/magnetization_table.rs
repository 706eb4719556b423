//! One temperature, every field: the torus resolved by magnetization.

use super::rows::{self, Row, RowClass};
use super::{LARGEST_SIDE, RowWeights, check_side, close_torus};
use crate::TheoryError;
use crate::thermodynamics::{Cumulants, check_positive};

/// The L × L torus at one temperature: weight and moments of the bond energy at each magnetization.
#[derive(Clone, Debug)]
pub struct MagnetizationTable {
    n_sites: usize,
    temperature: f64,
    /// Taylor moments [Σw, Σw n, Σw n²/2] of the number n of unsatisfied bonds, w = e^{−2Kn}, by number of spins up.
    moments: [Vec<f64>; 3],
}

impl MagnetizationTable {
    /// The table of the torus of `side` ≤ 12 at `temperature` > 0 (∞ allowed).
    ///
    /// # Errors
    /// A side or a temperature out of range.
    pub fn new(side: usize, temperature: f64) -> Result<Self, TheoryError> {
        check_side(side, LARGEST_SIDE, "the transfer matrix", "in zero field Kaufman's solution takes any side")?;
        check_positive(temperature)?;
        let n_sites = side * side;
        let weights = ByMagnetization::new(side, temperature);
        let classes = rows::classes_with_flip(side);
        let closed = close_torus(side, &classes, &weights);
        let mut moments = [const { Vec::new() }; 3];
        for (order, sums) in moments.iter_mut().enumerate() {
            let parts = || closed.iter().map(|block| &block[order * (n_sites + 1)..(order + 1) * (n_sites + 1)]);
            *sums = (0..=n_sites)
                .map(|n_up| classes.iter().zip(parts()).map(|(class, part)| both_signs(class, part, n_up)).sum())
                .collect();
        }
        Ok(Self { n_sites, temperature, moments })
    }

    /// P(M | T, H) for M = −N, −N + 2, …, N, shape `[n_sites + 1]`.
    pub fn distribution(&self, field: f64) -> Vec<f64> {
        let mut weights: Vec<f64> = self.terms(field).map(|term| term.moments[0]).collect();
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        if field < 0.0 {
            weights.reverse();
        }
        weights
    }

    pub(crate) fn cumulants(&self, field: f64) -> Cumulants {
        let mean = |value: &dyn Fn(&Term) -> f64| self.terms(field).map(|term| value(&term)).sum::<f64>();
        let total = mean(&|term| term.moments[0]);
        let excess = |term: &Term| 2.0 * (term.moments[1] + field.abs() * term.n_down * term.moments[0]);
        let squared = |term: &Term| {
            let field_part = field.abs() * term.n_down;
            4.0 * (2.0 * term.moments[2] + field_part * (2.0 * term.moments[1] + field_part * term.moments[0]))
        };
        let energy_excess = mean(&excess) / total;
        let aligned = self.n_sites as f64;
        let magnetization = |term: &Term| aligned - 2.0 * term.n_down;
        let along =
            if field == 0.0 { 0.0 } else { mean(&|term| term.moments[0] * magnetization(term)) / total };
        let deviation = |term: &Term| term.moments[0] * (magnetization(term) - along).powi(2);
        Cumulants {
            ln_z_excess: total.ln(),
            energy_excess,
            energy_variance: mean(&squared) / total - energy_excess * energy_excess,
            magnetization: if field < 0.0 { -along } else { along },
            abs_magnetization: mean(&|term| term.moments[0] * magnetization(term).abs()) / total,
            magnetization_variance: mean(&deviation) / total,
        }
    }

    /// The moments at each number of spins up, times e^{−2|h| n_down}.
    fn terms(&self, field: f64) -> impl Iterator<Item = Term> {
        (0..=self.n_sites).map(move |n_up| {
            let n_down = (self.n_sites - n_up) as f64;
            let weight = (-2.0 * field.abs() * n_down / self.temperature).exp();
            Term { n_down, moments: std::array::from_fn(|order| weight * self.moments[order][n_up]) }
        })
    }
}

struct Term {
    n_down: f64,
    moments: [f64; 3],
}

/// A class and its mirror image at `n_up` spins up.
fn both_signs(class: &RowClass, part: &[f64], n_up: usize) -> f64 {
    class.n_rows as f64 * part[n_up] + class.n_flipped as f64 * part[part.len() - 1 - n_up]
}

/// Blocks of Taylor moments by number of spins up, shape `[3, n_up + 1]`.
struct ByMagnetization {
    side: usize,
    /// Weight e^{−2K} of an unsatisfied bond.
    bond_weight: f64,
    /// Weight of n unsatisfied bonds in a row.
    wall_weights: Vec<f64>,
}

impl ByMagnetization {
    fn new(side: usize, temperature: f64) -> Self {
        let weight = |n_unsatisfied: usize| (-2.0 * n_unsatisfied as f64 / temperature).exp();
        Self { side, bond_weight: weight(1), wall_weights: (0..=side).map(weight).collect() }
    }
}

impl RowWeights for ByMagnetization {
    type Entry = f64;

    fn block_len(&self, n_rows: usize) -> usize {
        3 * (self.side * n_rows + 1)
    }

    fn write_unit(&self, block: &mut [f64]) {
        block[0] = 1.0;
    }

    #[inline(always)]
    fn join(&self, _n_rows: usize, up: &mut [f64], down: &mut [f64]) {
        let width = up.len() / 3;
        let (up_0, up) = up.split_at_mut(width);
        let (down_0, down) = down.split_at_mut(width);
        let (up_1, up_2) = up.split_at_mut(width);
        let (down_1, down_2) = down.split_at_mut(width);
        join_moments(self.bond_weight, [up_0, up_1, up_2], [down_0, down_1, down_2]);
    }

    fn cross_row(&self, _n_rows: usize, row: Row, source: &[f64], target: &mut [f64]) {
        let (width, target_width) = (source.len() / 3, target.len() / 3);
        let (weight, walls) = (self.wall_weights[row.n_walls], row.n_walls as f64);
        let moment = |order: usize, n_up: usize| source[order * width + n_up];
        for n_up in 0..width {
            let (m_0, m_1, m_2) = (moment(0, n_up), moment(1, n_up), moment(2, n_up));
            let at = n_up + row.n_up;
            target[at] += weight * m_0;
            target[target_width + at] += weight * (m_1 + walls * m_0);
            target[2 * target_width + at] += weight * (m_2 + walls * (m_1 + 0.5 * walls * m_0));
        }
    }
}

/// A vertical bond for Taylor moments, each `[width]`: over an unsatisfied one, n grows by 1.
#[inline(always)]
fn join_moments(weight: f64, up: [&mut [f64]; 3], down: [&mut [f64]; 3]) {
    let ([up_0, up_1, up_2], [down_0, down_1, down_2]) = (up, down);
    let up_moments = up_0.iter_mut().zip(up_1).zip(up_2);
    let down_moments = down_0.iter_mut().zip(down_1).zip(down_2);
    for (((u_0, u_1), u_2), ((d_0, d_1), d_2)) in up_moments.zip(down_moments) {
        let from_up = [*u_0, *u_1 + *u_0, *u_2 + *u_1 + 0.5 * *u_0];
        let from_down = [*d_0, *d_1 + *d_0, *d_2 + *d_1 + 0.5 * *d_0];
        for (up, from) in [u_0, u_1, u_2].into_iter().zip(from_down) {
            *up += weight * from;
        }
        for (down, from) in [d_0, d_1, d_2].into_iter().zip(from_up) {
            *down += weight * from;
        }
    }
}
