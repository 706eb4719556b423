//! One temperature, every field: the torus resolved by magnetization.

use super::rows::{self, Row, RowClass};
use super::{RowWeights, check_torus, close_torus};
use crate::TheoryError;
use crate::check::check_positive;
use crate::cumulants::Cumulants;
use crate::jet::Jet;

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
        check_torus(side)?;
        check_positive(temperature)?;
        let n_sites = side * side;
        let weights = ByMagnetization::new(side, temperature);
        let classes = rows::classes_with_flip(side);
        let closed = close_torus(side, &classes, &weights);
        let mut moments = [const { Vec::new() }; 3];
        for (order, sums) in moments.iter_mut().enumerate() {
            let at = |block: &[Moments], n_up: usize| block[n_up / LANES][order][n_up % LANES];
            let both_signs = |(class, block): (&RowClass, &Vec<Moments>), n_up: usize| {
                class.n_rows as f64 * at(block, n_up) + class.n_flipped as f64 * at(block, n_sites - n_up)
            };
            let sum = |n_up| classes.iter().zip(&closed).map(|pair| both_signs(pair, n_up)).sum();
            *sums = (0..=n_sites).map(sum).collect();
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

    /// Σ e^{−2Kn} over the configurations with 0, 1, …, N spins down, with its derivatives in K; n unsatisfied bonds.
    pub(crate) fn sectors(&self) -> impl Iterator<Item = Jet> {
        let [m_0, m_1, m_2] = &self.moments;
        (0..=self.n_sites).rev().map(move |n_up| Jet {
            k: -2.0 * m_1[n_up],
            kk: 8.0 * m_2[n_up],
            ..Jet::constant(m_0[n_up])
        })
    }

    /// ⟨M⟩ of the whole lattice at the reduced field h = H/T ≥ 0.
    pub(crate) fn magnetization(&self, field: f64) -> f64 {
        let n_sites = self.n_sites as f64;
        let weights = self.moments[0].iter().rev().enumerate();
        let [total, sum] = weights.fold([0.0; 2], |[total, sum], (n_down, weight)| {
            let weight = weight * (-2.0 * field * n_down as f64).exp();
            [total + weight, sum + weight * (n_sites - 2.0 * n_down as f64)]
        });
        sum / total
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
        let along = if field == 0.0 { 0.0 } else { mean(&|term| term.moments[0] * magnetization(term)) / total };
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

/// Coefficients side by side in an entry.
const LANES: usize = 8;

/// Taylor moments at [`LANES`] successive numbers of spins up.
type Moments = [[f64; LANES]; 3];

/// Taylor moments by number of spins up.
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
    type Entry = Moments;

    fn block_len(&self, n_rows: usize) -> usize {
        (self.side * n_rows + 1).div_ceil(LANES)
    }

    fn write_unit(&self, block: &mut [Moments]) {
        block[0][0][0] = 1.0;
    }

    #[inline(always)]
    fn join(&self, _n_rows: usize, up: &mut [Moments], down: &mut [Moments]) {
        for (up, down) in up.iter_mut().zip(down) {
            let (from_up, from_down) =
                (over_unsatisfied(up, self.bond_weight), over_unsatisfied(down, self.bond_weight));
            *up = added(up, &from_down);
            *down = added(down, &from_up);
        }
    }

    #[inline(always)]
    fn cross_row(&self, _n_rows: usize, row: Row, source: &[Moments], target: &mut [Moments]) {
        let target = &mut target[row.n_up / LANES..];
        match row.n_up % LANES {
            0 => self.cross_shifted::<0>(row, source, target),
            1 => self.cross_shifted::<1>(row, source, target),
            2 => self.cross_shifted::<2>(row, source, target),
            3 => self.cross_shifted::<3>(row, source, target),
            4 => self.cross_shifted::<4>(row, source, target),
            5 => self.cross_shifted::<5>(row, source, target),
            6 => self.cross_shifted::<6>(row, source, target),
            _ => self.cross_shifted::<7>(row, source, target),
        }
    }
}

impl ByMagnetization {
    /// Adds the blocks of `source` behind the walls of `row`, moved up by `SHIFT` lanes: each then reaches into two of `target`, the upper
    /// of which is empty, and may be missing, where no lane is moved into it.
    #[inline(always)]
    fn cross_shifted<const SHIFT: usize>(&self, row: Row, source: &[Moments], target: &mut [Moments]) {
        let (weight, walls) = (self.wall_weights[row.n_walls], row.n_walls as f64);
        for (n_below, source) in source.iter().enumerate() {
            let crossed = behind_walls(source, weight, walls);
            let lower = crossed.map(|lanes| std::array::from_fn(|i| if i < SHIFT { 0.0 } else { lanes[i - SHIFT] }));
            target[n_below] = added(&target[n_below], &lower);
            if let Some(above) = target.get_mut(n_below + 1).filter(|_| SHIFT > 0) {
                let upper = crossed
                    .map(|lanes| std::array::from_fn(|i| if i < SHIFT { lanes[i + LANES - SHIFT] } else { 0.0 }));
                *above = added(above, &upper);
            }
        }
    }
}

/// The moments behind the walls of a row: times `weight`, with the unsatisfied bonds counted.
#[inline(always)]
fn behind_walls(moments: &Moments, weight: f64, walls: f64) -> Moments {
    let [m_0, m_1, m_2] = moments.map(|lanes| lanes.map(|moment| weight * moment));
    [
        m_0,
        std::array::from_fn(|lane| m_1[lane] + walls * m_0[lane]),
        std::array::from_fn(|lane| m_2[lane] + walls * (m_1[lane] + 0.5 * walls * m_0[lane])),
    ]
}

/// The moments behind one more unsatisfied bond.
#[inline(always)]
fn over_unsatisfied([m_0, m_1, m_2]: &Moments, weight: f64) -> Moments {
    [
        std::array::from_fn(|lane| weight * m_0[lane]),
        std::array::from_fn(|lane| weight * (m_1[lane] + m_0[lane])),
        std::array::from_fn(|lane| weight * (m_2[lane] + m_1[lane] + 0.5 * m_0[lane])),
    ]
}

#[inline(always)]
fn added(a: &Moments, b: &Moments) -> Moments {
    std::array::from_fn(|order| std::array::from_fn(|lane| a[order][lane] + b[order][lane]))
}
