//! The temperature at which a lattice has a given mean energy: the inverse of the exact, monotone e(T) at fixed H.

use crate::cumulants::FieldTerm;
use crate::cumulants::{EnergyMoments, ground_energy};
use crate::thermodynamics::energy_moments;
use crate::{Lattice, TheoryError};

/// Intervals of the first table.
const N_FIRST: usize = 16;
/// Largest error of ln(e − e₀) at the middle of an interval that is not halved again; the halves err 16 times less.
const TOLERANCE: f64 = 1e-6;
/// Rounds of halving at most.
const N_ROUNDS: usize = 10;

/// Reads the temperature from the energy per site, to about 10⁻⁷, by a table of ln(e − e₀) over K = 1/T.
///
/// Below the last node, where (e − e₀) is about 10⁻⁸ (T = 0.4, Kaufman) or 10⁻¹⁵ (other methods), the logarithm goes on
/// linearly: at T = 0.3 the torus in zero field is read to 10⁻⁵.
#[derive(Clone, Debug)]
pub struct EnergyThermometer {
    ground_energy_per_site: f64,
    /// By increasing K from K = 0.
    nodes: Vec<Node>,
}

/// A temperature with its slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemperatureReading {
    /// T, from 0 (at or below the ground state) to ∞ (at or above the energy of fair spins).
    pub temperature: f64,
    /// dT/de = 1/c, to propagate an error of e; infinite at both ends.
    pub temperature_per_energy: f64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    coupling: f64,
    ln_excess: f64,
    /// d ln(e − e₀)/dK.
    slope: f64,
}

impl EnergyThermometer {
    /// Tabulates e(T) of `lattice` in `field`: microseconds to milliseconds on the ring and on the torus at H = 0,
    /// half a second on the torus of side 10 in a field.
    ///
    /// # Errors
    /// A field that is not finite, or a torus above L = 12 in a field.
    pub fn new(lattice: Lattice, field: f64) -> Result<Self, TheoryError> {
        let gap = 2.0 * (lattice.coordination() as f64 + field.abs());
        let kaufman = matches!(lattice, Lattice::Square { .. }) && field == 0.0;
        let coldest = if kaufman { 20.0 } else { 36.0 } / gap;
        let couplings: Vec<f64> = (0..=N_FIRST).map(|index| coldest * index as f64 / N_FIRST as f64).collect();
        let mut nodes = tabulate(lattice, field, &couplings)?;
        let mut pending: Vec<[Node; 2]> = nodes.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        for _ in 0..N_ROUNDS {
            let middles: Vec<f64> = pending.iter().map(|[a, b]| 0.5 * (a.coupling + b.coupling)).collect();
            let exact = tabulate(lattice, field, &middles)?;
            let rough = |pair: &[Node; 2], middle: &Node| {
                (hermite(pair[0], pair[1], middle.coupling).ln_excess - middle.ln_excess).abs() > TOLERANCE
            };
            let halves = |([a, b], middle): ([Node; 2], &Node)| [[a, *middle], [*middle, b]];
            let split = pending.into_iter().zip(&exact).filter(|(pair, middle)| rough(pair, middle)).flat_map(halves);
            pending = split.collect();
            nodes.extend(exact);
        }
        nodes.sort_by(|a, b| a.coupling.total_cmp(&b.coupling));
        Ok(Self { ground_energy_per_site: ground_energy(lattice, field) / lattice.n_sites() as f64, nodes })
    }

    /// The temperature of energy e per site, field term included. Negative temperatures are read as ∞, not a number
    /// as not a number.
    pub fn read(&self, energy_per_site: f64) -> TemperatureReading {
        let excess = energy_per_site - self.ground_energy_per_site;
        let (hottest, coldest) = (self.nodes[0], self.nodes[self.nodes.len() - 1]);
        let ln_excess = excess.ln();
        if excess.is_nan() {
            return TemperatureReading { temperature: f64::NAN, temperature_per_energy: f64::NAN };
        }
        if excess <= 0.0 {
            return TemperatureReading { temperature: 0.0, temperature_per_energy: f64::INFINITY };
        }
        if ln_excess >= hottest.ln_excess {
            return TemperatureReading { temperature: f64::INFINITY, temperature_per_energy: f64::INFINITY };
        }
        let (coupling, slope) = if ln_excess <= coldest.ln_excess {
            (coldest.coupling + (ln_excess - coldest.ln_excess) / coldest.slope, coldest.slope)
        } else {
            let end = self.nodes.partition_point(|node| node.ln_excess > ln_excess).clamp(1, self.nodes.len() - 1);
            let node = invert(self.nodes[end - 1], self.nodes[end], ln_excess);
            (node.coupling, node.slope)
        };
        let temperature_per_energy = -(coupling * coupling * excess * slope).recip();
        TemperatureReading { temperature: coupling.recip(), temperature_per_energy }
    }
}

fn tabulate(lattice: Lattice, field: f64, couplings: &[f64]) -> Result<Vec<Node>, TheoryError> {
    let temperatures: Vec<f64> = couplings.iter().map(|coupling| coupling.recip()).collect();
    let node = |(moments, &coupling): (EnergyMoments, &f64)| Node {
        coupling,
        ln_excess: moments.excess_per_site.ln(),
        slope: -moments.covariance_per_site / moments.excess_per_site,
    };
    Ok(energy_moments(lattice, &temperatures, field, FieldTerm::Included)?
        .into_iter()
        .zip(couplings)
        .map(node)
        .collect())
}

/// The cubic through two nodes with their slopes.
fn hermite(a: Node, b: Node, coupling: f64) -> Node {
    let width = b.coupling - a.coupling;
    let t = (coupling - a.coupling) / width;
    let rise = b.ln_excess - a.ln_excess;
    let (from_a, from_b) = (a.slope * width - rise, rise - b.slope * width);
    let bend = (1.0 - t) * from_a + t * from_b;
    Node {
        coupling,
        ln_excess: a.ln_excess + t * rise + t * (1.0 - t) * bend,
        slope: (rise + (1.0 - 2.0 * t) * bend + t * (1.0 - t) * (from_b - from_a)) / width,
    }
}

/// The point of the cubic at `ln_excess`, by bisection.
fn invert(a: Node, b: Node, ln_excess: f64) -> Node {
    let (mut low, mut high) = (a.coupling, b.coupling);
    for _ in 0..52 {
        let middle = 0.5 * (low + high);
        if hermite(a, b, middle).ln_excess > ln_excess {
            low = middle;
        } else {
            high = middle;
        }
    }
    hermite(a, b, 0.5 * (low + high))
}
