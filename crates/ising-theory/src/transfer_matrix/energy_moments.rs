//! Energy moments and correlations of the torus at many temperatures in one field, without resolving the magnetization.

use super::rows::{self, Row, RowClass};
use super::{RowWeights, check_torus, close_torus};
use crate::TheoryError;
use crate::check::check_field;
use crate::cumulants::FieldTerm;

/// Temperatures carried side by side.
const LANES: usize = 8;

/// Below this temperature weights of single bonds are lost in f64.
const COLDEST: f64 = 0.01;

/// One number for each temperature.
type Lanes = [f64; LANES];

/// [Σw, Σwa, Σwb, Σwab] at each temperature.
type Moments = [Lanes; 4];

/// ⟨E⟩ − E₀ of the whole torus at each of `temperatures` ≥ 0.01, and the covariance of E with itself or with the bond
/// energy.
pub(crate) fn energy_moments(
    side: usize,
    temperatures: &[f64],
    field: f64,
    term: FieldTerm,
) -> Result<Vec<(f64, f64)>, TheoryError> {
    check_torus(side)?;
    Ok(temperatures.chunks(LANES).flat_map(|lanes| lanes_moments(side, lanes, field, term)).collect())
}

/// G(r) = ⟨s₀ s_r⟩ of sites of one row at each of `temperatures` ≥ 0.01: a row has the probability ⟨r| (D W)^L |r⟩/Z.
///
/// Shape `[n_temperatures, n_distances]`.
///
/// # Errors
/// A side above 12, a temperature below 0.01 or a field that is not finite.
pub fn torus_correlations(
    side: usize,
    temperatures: &[f64],
    field: f64,
    distances: &[usize],
) -> Result<Vec<Vec<f64>>, TheoryError> {
    check_torus(side)?;
    check_field(field)?;
    if let Some(&temperature) = temperatures.iter().find(|&&temperature| temperature.is_nan() || temperature < COLDEST)
    {
        return Err(TheoryError::InvalidTemperature { temperature });
    }
    let classes = rows::classes(side);
    let of_lanes = |lanes: &[f64]| {
        let closed = close(side, &classes, lanes, field, FieldTerm::Included);
        let correlation = |lane: usize, distance: usize| {
            let weights = || classes.iter().zip(&closed).map(|(class, block)| class.n_rows as f64 * block[0][0][lane]);
            let products = classes.iter().map(|class| rows::pair_product(side, class.state, distance));
            weights().zip(products).map(|(weight, product)| weight * product).sum::<f64>() / weights().sum::<f64>()
        };
        (0..lanes.len())
            .map(|lane| distances.iter().map(|&distance| correlation(lane, distance)).collect())
            .collect::<Vec<Vec<f64>>>()
    };
    Ok(temperatures.chunks(LANES).flat_map(of_lanes).collect())
}

/// The moments of every class of rows at up to [`LANES`] temperatures.
fn close(side: usize, classes: &[RowClass], temperatures: &[f64], field: f64, term: FieldTerm) -> Vec<Vec<Moments>> {
    let padded = std::array::from_fn(|lane| temperatures[lane.min(temperatures.len() - 1)]);
    close_torus(side, classes, &ByTemperature::new(side, &padded, field.abs(), term))
}

fn lanes_moments(side: usize, temperatures: &[f64], field: f64, term: FieldTerm) -> Vec<(f64, f64)> {
    let classes = rows::classes(side);
    let closed = close(side, &classes, temperatures, field, term);
    let sum = |order: usize, lane: usize| -> f64 {
        classes.iter().zip(&closed).map(|(class, block)| class.n_rows as f64 * block[0][order][lane]).sum()
    };
    (0..temperatures.len())
        .map(|lane| {
            let [weight, a, b, ab] = std::array::from_fn(|order| sum(order, lane));
            let (mean_a, mean_b) = (a / weight, b / weight);
            (2.0 * mean_b, 4.0 * (ab / weight - mean_a * mean_b))
        })
        .collect()
}

/// Moments of b = (E − E₀)/2 and of a, the same with or without its field term.
struct ByTemperature {
    side: usize,
    field: f64,
    term: FieldTerm,
    /// Weight e^{−2K} of an unsatisfied bond.
    bond_weights: Lanes,
    /// Weight of each row state, shape `[2^L]`.
    row_weights: Vec<Lanes>,
}

impl ByTemperature {
    fn new(side: usize, temperatures: &Lanes, field: f64, term: FieldTerm) -> Self {
        let weight = |half_energy: f64| temperatures.map(|temperature| (-2.0 * half_energy / temperature).exp());
        let mut weights = Self { side, field, term, bond_weights: weight(1.0), row_weights: Vec::new() };
        let row_energy = |state| weights.half_energies(Row::new(side, state)).1;
        weights.row_weights = (0..1 << side).map(|state| weight(row_energy(state))).collect();
        weights
    }

    /// a and b of the horizontal bonds and the field in a row.
    fn half_energies(&self, row: Row) -> (f64, f64) {
        let walls = row.n_walls as f64;
        let energy = walls + self.field * (self.side - row.n_up) as f64;
        match self.term {
            FieldTerm::Included => (energy, energy),
            FieldTerm::Excluded => (walls, energy),
        }
    }
}

impl RowWeights for ByTemperature {
    type Entry = Moments;

    fn block_len(&self, _n_rows: usize) -> usize {
        1
    }

    fn write_unit(&self, block: &mut [Moments]) {
        block[0][0] = [1.0; LANES];
    }

    #[inline(always)]
    fn join(&self, _n_rows: usize, up: &mut [Moments], down: &mut [Moments]) {
        let (up, down) = (&mut up[0], &mut down[0]);
        for lane in 0..LANES {
            let weight = self.bond_weights[lane];
            let shifted = |m: &Moments| {
                let [m_0, a, b, ab] = [m[0][lane], m[1][lane], m[2][lane], m[3][lane]];
                [m_0, a + m_0, b + m_0, ab + a + b + m_0]
            };
            let (from_up, from_down) = (shifted(up), shifted(down));
            for order in 0..4 {
                up[order][lane] += weight * from_down[order];
                down[order][lane] += weight * from_up[order];
            }
        }
    }

    #[inline(always)]
    fn cross_row(&self, _n_rows: usize, row: Row, source: &[Moments], target: &mut [Moments]) {
        let (by_a, by_b) = self.half_energies(row);
        let weights = &self.row_weights[row.state];
        let [m_0, a, b, ab] = source[0].map(|lanes| std::array::from_fn::<f64, LANES, _>(|i| weights[i] * lanes[i]));
        let [to_m_0, to_a, to_b, to_ab] = &mut target[0];
        for lane in 0..LANES {
            to_m_0[lane] += m_0[lane];
            to_a[lane] += a[lane] + by_a * m_0[lane];
            to_b[lane] += b[lane] + by_b * m_0[lane];
            to_ab[lane] += ab[lane] + by_a * b[lane] + by_b * a[lane] + by_a * by_b * m_0[lane];
        }
    }
}
