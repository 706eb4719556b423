//! ln Z of the torus at any (K, h), from the transfer matrix at a few couplings.
//!
//! Z(K, h) = Σ_M Z_M(K) e^{hM} is exact in h once the sums Z_M over configurations of one magnetization are known. Between
//! the nodes of a grid of K, ln Z_M is the polynomial of degree 11 that has the values, slopes and curvatures of the four
//! nearest nodes. A node costs one pass of the transfer matrix, made when it is first needed.

use std::sync::OnceLock;

use crate::TheoryError;
use crate::jet::Jet;
use crate::transfer_matrix::MagnetizationTable;

/// Distance of the first nodes, their number, and the ratio of successive distances behind them. The means are then
/// exact to 10⁻¹⁰ of their standard deviations in one configuration at L = 8 (tested) and 10⁻⁹ at L = 10.
const SPACING: f64 = 0.05;
const N_DENSE: usize = 13;
const RATIO: f64 = 1.18;
/// Above this K all spins of the torus are aligned, to the precision of f64.
pub(super) const LARGEST_COUPLING: f64 = 5.0;
/// Nodes of a polynomial.
const N_NODES: usize = 4;
/// Conditions that a polynomial meets: a value, a slope and a curvature at each node.
const N_CONDITIONS: usize = 3 * N_NODES;

/// ln Z_M, its slope and its curvature in K, by the number of spins down from 0 to N/2.
type Node = Vec<[f64; 3]>;

/// The torus of side ≤ 12 in any field.
#[derive(Clone, Debug)]
pub(super) struct SectorTable {
    side: usize,
    couplings: Vec<f64>,
    nodes: Vec<OnceLock<Node>>,
}

impl SectorTable {
    /// A table whose nodes are still to be filled.
    pub(super) fn new(side: usize) -> Self {
        let distance = |i: usize| SPACING * RATIO.powi(i.saturating_sub(N_DENSE) as i32);
        let mut couplings = vec![0.0];
        let mut last = 0.0;
        while last < LARGEST_COUPLING {
            last += distance(couplings.len());
            couplings.push(last);
        }
        let nodes = vec![OnceLock::new(); couplings.len()];
        Self { side, couplings, nodes }
    }

    /// ln Z − N (2K + h) for K ≥ 0 and h ≥ 0.
    pub(super) fn ln_z_excess(&self, coupling: f64, field: f64) -> Result<Jet, TheoryError> {
        let n_sites = self.side * self.side;
        if coupling > LARGEST_COUPLING {
            return Ok(Jet::field(field).scale(-2.0 * n_sites as f64).exp().ln_1p());
        }
        let above = self.couplings.partition_point(|&node| node <= coupling);
        let first = above.saturating_sub(N_NODES / 2).min(self.couplings.len() - N_NODES);
        let nodes: Vec<&Node> = (first..first + N_NODES).map(|i| self.node(i)).collect::<Result<_, _>>()?;
        let basis = hermite_basis(&self.couplings[first..first + N_NODES], coupling);
        let ln_sector = |n_down: usize| {
            let conditions = nodes.iter().flat_map(|node| node[n_down]);
            conditions.zip(&basis).fold(Jet::constant(0.0), |sum, (value, basis)| sum + basis.scale(value))
        };
        let half: Vec<Jet> = (0..=n_sites / 2).map(|n_down| ln_sector(n_down).exp()).collect();
        Ok(sum_over_sectors((0..=n_sites).map(|n_down| half[n_down.min(n_sites - n_down)]), field))
    }

    fn node(&self, index: usize) -> Result<&Node, TheoryError> {
        if let Some(node) = self.nodes[index].get() {
            return Ok(node);
        }
        // Outside of `get_or_init`: a thread of the pool that waits for its own table may take over another reading.
        let table = MagnetizationTable::new(self.side, self.couplings[index].recip())?;
        let half = table.sectors().take(self.side * self.side / 2 + 1);
        let node = half.map(|sector| sector.ln()).map(|sector| [sector.value, sector.k, sector.kk]).collect();
        Ok(self.nodes[index].get_or_init(|| node))
    }
}

/// ln Σ Z_M e^{−2h n_down} over the sectors with n_down = 0, 1, …, N spins down.
pub(super) fn sum_over_sectors(sectors: impl Iterator<Item = Jet>, field: f64) -> Jet {
    let weight = |n_down: usize| Jet::field(field).scale(-2.0 * n_down as f64).exp();
    let terms = sectors.enumerate().map(|(n_down, sector)| sector * weight(n_down));
    terms.fold(Jet::constant(0.0), |sum, term| sum + term).ln()
}

/// The polynomials in K for which one of the conditions (value, slope, curvature at each node) is 1, the others 0, and
/// their derivatives at `coupling`: Newton's form over the nodes, each taken three times.
fn hermite_basis(nodes: &[f64], coupling: f64) -> [Jet; N_CONDITIONS] {
    std::array::from_fn(|condition| {
        let data = |i: usize, order: usize| if condition == 3 * i + order { 1.0 } else { 0.0 };
        let mut differences: [f64; N_CONDITIONS] = std::array::from_fn(|i| data(i / 3, 0));
        for order in 1..N_CONDITIONS {
            for i in (order..N_CONDITIONS).rev() {
                let (right, left) = (i / 3, (i - order) / 3);
                differences[i] = if right > left {
                    (differences[i] - differences[i - 1]) / (nodes[right] - nodes[left])
                } else {
                    // The second derivative enters a Taylor series with 1/2!.
                    data(right, order) / order as f64
                };
            }
        }
        (0..N_CONDITIONS).rev().fold(Jet::constant(0.0), |sum, i| {
            sum * (Jet::coupling(coupling) - Jet::constant(nodes[i / 3])) + Jet::constant(differences[i])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half way between the nodes, against the transfer matrix itself: means in units of their standard deviations.
    #[test]
    fn the_table_is_exact_between_its_nodes() {
        for (side, tolerance, stride) in [(2, 1e-11, 1), (3, 1e-11, 1), (6, 1e-11, 1), (8, 1e-10, 5)] {
            let table = SectorTable::new(side);
            for nodes in table.couplings.windows(2).step_by(stride) {
                let coupling = 0.5 * (nodes[0] + nodes[1]).min(LARGEST_COUPLING);
                let exact = MagnetizationTable::new(side, coupling.recip()).expect("a small torus");
                for field in [0.0, 0.02, 0.3, 1.0] {
                    let found = table.ln_z_excess(coupling, field).expect("a small torus");
                    let exact = sum_over_sectors(exact.sectors(), field);
                    let errors = [
                        found.value - exact.value,
                        (found.k - exact.k) / exact.kk.sqrt(),
                        (found.h - exact.h) / exact.hh.sqrt(),
                        (found.kk / exact.kk - 1.0) / 30.0,
                        (found.kh - exact.kh) / (exact.kk * exact.hh).sqrt(),
                        found.hh / exact.hh - 1.0,
                    ];
                    assert!(errors.iter().all(|error| error.abs() < tolerance), "{side} {coupling} {field} {errors:?}");
                }
            }
        }
    }
}
