//! The maximum-likelihood thermometer: temperature and field of a set of configurations.
//!
//! The likelihood p(s | T, H) = e^{−K E_b + h M}/Z(K, h) is an exponential family in K = 1/T and h = H/T with statistics
//! E_b = −Σ sᵢsⱼ and M = Σ sᵢ. The maximum for n independent configurations therefore lies where their mean E_b and M are
//! the exact ones, and the estimate of (K, h) scatters around the truth with covariance (n Cov(−E_b, M))⁻¹, the inverse
//! Fisher information, the least of all unbiased estimates (Cramér and Rao).

mod ascent;
mod cramer_rao;
mod partition_function;
mod reading;
mod sector_table;

pub use cramer_rao::{CramerRao, cramer_rao, cramer_rao_in_known_field, cramer_rao_over_fields};
pub use reading::MaximumLikelihoodReading;

use crate::check::check_field;
use crate::cumulants::ground_energy;
use crate::transfer_matrix::check_torus;
use crate::{EnergyThermometer, Lattice, TheoryError};
use ascent::{Excess, Maximum, ascend, ascend_in_field, variance_in_field};
use partition_function::PartitionFunction;
use sector_table::SectorTable;

/// A larger torus is read first as if its energy and magnetization per site were those of this one.
const SMALL_SIDE: usize = 6;
/// Rounding of a mean energy or magnetization, relative to its largest value.
const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// A mean may be wrong by this, relative to the largest value, before it is refused.
const TOLERANCE: f64 = 1e-9;

/// Reads (T, H), or T in a known field, of sets of independent configurations from their mean bond energy and mean
/// magnetization.
///
/// On the ring of any N a reading takes microseconds, and so does one on the torus of any L in the known field H = 0
/// (Kaufman). On the torus of L ≤ 12 otherwise it takes 0.1 ms once the transfer matrix is known near the state point:
/// the first reading costs about 4 passes of it (10 ms, 0.5 s, 13 s of one core at L = 8, 10, 12), others nearby none,
/// all that a thermometer can ever make about 30. Make the first reading before readings in parallel, which might make
/// the same passes at once.
///
/// The ends of the phase diagram, where the likelihood has no maximum inside:
///
/// * T = 0 if no bond is unsatisfied but both signs of M occur (then H = 0, the limit of h T at finite h), or in a known
///   field if the energy is that of the ground state;
/// * [`TheoryError::AlignedConfigurations`] if all spins point one way and the field is unknown: any large h fits;
/// * T = ∞ if the energy is not below that of independent spins, E_b ≥ −n_bonds (M/N)² (in a known field E ≥ 0). The
///   maximum would have T < 0, which is excluded: K ≥ 0 is at its bound, and the field H = h T is infinite with the sign
///   of M, and 0 if M = 0. Cold configurations in a strong field look like this too if they have no two neighbouring
///   spins against the field. Their [`MaximumLikelihoodReading::mahalanobis_squared`] still holds, as h is finite.
#[derive(Clone, Debug)]
pub struct MaximumLikelihood {
    lattice: Lattice,
    function: PartitionFunction,
    mode: Mode,
}

#[derive(Clone, Debug)]
enum Mode {
    /// Both are read, on a large torus from the reading of a small one.
    Both { small: Option<Box<MaximumLikelihood>> },
    /// The temperature alone is read, from the first seven digits of [`EnergyThermometer`].
    InField { field: f64, start: EnergyThermometer },
}

impl MaximumLikelihood {
    /// The thermometer that reads temperature and field.
    ///
    /// # Errors
    /// A lattice with an extent below 2, or a torus above L = 12.
    pub fn new(lattice: Lattice) -> Result<Self, TheoryError> {
        let function = partition_function(lattice)?;
        let small = match lattice {
            Lattice::Square { side } if side > SMALL_SIDE => {
                Some(Box::new(Self::new(Lattice::Square { side: SMALL_SIDE })?))
            }
            _ => None,
        };
        Ok(Self { lattice, function, mode: Mode::Both { small } })
    }

    /// The thermometer that reads the temperature in a known `field`, by an [`EnergyThermometer`] and what it costs, up
    /// to half a second on the torus of side 10 in a field. At H = 0 the magnetization carries no information.
    ///
    /// # Errors
    /// A field that is not finite, a lattice with an extent below 2, or a torus above L = 12 in a field.
    pub fn in_field(lattice: Lattice, field: f64) -> Result<Self, TheoryError> {
        check_field(field)?;
        let function = match lattice {
            Lattice::Square { side } if field == 0.0 => {
                Lattice::square(side)?;
                PartitionFunction::TorusInZeroField { side }
            }
            _ => partition_function(lattice)?,
        };
        Ok(Self { lattice, function, mode: Mode::InField { field, start: EnergyThermometer::new(lattice, field)? } })
    }

    /// The estimate from `n_configurations` independent configurations with mean bond energy −Σ sᵢsⱼ and mean
    /// magnetization Σ sᵢ of a whole configuration.
    ///
    /// # Errors
    /// [`TheoryError::ImpossibleMeans`] for means that no configurations have and for no configurations,
    /// [`TheoryError::AlignedConfigurations`] for aligned spins in an unknown field, and
    /// [`TheoryError::NoMaximumFound`] if rounding hides the maximum.
    pub fn read(
        &self,
        n_configurations: usize,
        mean_bond_energy: f64,
        mean_magnetization: f64,
    ) -> Result<MaximumLikelihoodReading, TheoryError> {
        let (n_sites, n_bonds) = (self.lattice.n_sites() as f64, self.lattice.n_bonds() as f64);
        let magnetization = n_sites - mean_magnetization.abs();
        let excess = Excess { bonds: mean_bond_energy + n_bonds, magnetization };
        // A spin in the minority leaves at most all its bonds unsatisfied.
        let largest = (self.lattice.coordination() as f64 * magnetization).min(2.0 * n_bonds);
        let possible = excess.bonds >= -TOLERANCE * n_bonds
            && excess.bonds <= largest + TOLERANCE * n_bonds
            && magnetization >= -TOLERANCE * n_sites;
        if n_configurations == 0 || !possible {
            return Err(TheoryError::ImpossibleMeans {
                lattice: self.lattice,
                n_configurations,
                bond_energy: mean_bond_energy,
                magnetization: mean_magnetization,
            });
        }
        let n = n_configurations as f64;
        let reading = match &self.mode {
            Mode::Both { .. } => self.read_both(n, excess, mean_magnetization)?,
            Mode::InField { field, start } => {
                let energy = mean_bond_energy - field * mean_magnetization;
                self.read_in_field(n, energy, *field, start)?
            }
        };
        reading.ok_or(TheoryError::NoMaximumFound { bond_energy: mean_bond_energy, magnetization: mean_magnetization })
    }

    fn read_both(
        &self,
        n: f64,
        excess: Excess,
        magnetization: f64,
    ) -> Result<Option<MaximumLikelihoodReading>, TheoryError> {
        let (n_sites, n_bonds) = (self.lattice.n_sites() as f64, self.lattice.n_bonds() as f64);
        if excess.magnetization <= ROUNDING * n_sites {
            return Err(TheoryError::AlignedConfigurations);
        }
        let sign = if magnetization < 0.0 { -1.0 } else { 1.0 };
        let reading = |coupling, field: f64, [kk, kh, hh]: [f64; 3]| {
            let information = [[n * kk, n * sign * kh], [n * sign * kh, n * hh]];
            let field = if magnetization == 0.0 { 0.0 } else { sign * field };
            MaximumLikelihoodReading::of_both(coupling, field, information)
        };
        if excess.bonds <= ROUNDING * n_bonds {
            return Ok(Some(reading(f64::INFINITY, 0.0, [0.0; 3])));
        }
        let maximum = if excess.is_hot(self.lattice) {
            let field = excess.field_of_free_spins(n_sites);
            Some(Maximum { coupling: 0.0, field, ln_z: self.function.ln_z_excess(0.0, field)? })
        } else {
            self.maximum(excess)?
        };
        Ok(maximum.map(|Maximum { coupling, field, ln_z }| reading(coupling, field, [ln_z.kk, ln_z.kh, ln_z.hh])))
    }

    /// The maximum at K > 0 with both parameters free.
    fn maximum(&self, excess: Excess) -> Result<Option<Maximum>, TheoryError> {
        let n_sites = self.lattice.n_sites() as f64;
        let mut start = (0.0, excess.field_of_free_spins(n_sites));
        if let Mode::Both { small: Some(small) } = &self.mode {
            let scale = small.lattice.n_sites() as f64 / n_sites;
            let scaled = Excess { bonds: excess.bonds * scale, magnetization: excess.magnetization * scale };
            start = small.maximum(scaled)?.map_or(start, |maximum| (maximum.coupling, maximum.field));
        }
        ascend(&self.function, excess, start)
    }

    fn read_in_field(
        &self,
        n: f64,
        energy: f64,
        field: f64,
        start: &EnergyThermometer,
    ) -> Result<Option<MaximumLikelihoodReading>, TheoryError> {
        let reading =
            |coupling, information| Some(MaximumLikelihoodReading::of_temperature(coupling, field, n * information));
        let ground = ground_energy(self.lattice, field);
        if energy - ground <= -ROUNDING * ground {
            return Ok(reading(f64::INFINITY, 0.0));
        }
        if energy >= 0.0 {
            let ln_z = self.function.ln_z_excess(0.0, 0.0)?;
            return Ok(reading(0.0, variance_in_field(&ln_z, field.abs())));
        }
        let start = start.read(energy / self.lattice.n_sites() as f64).temperature.recip();
        let maximum = ascend_in_field(&self.function, energy - ground, field.abs(), start)?;
        Ok(maximum.and_then(|maximum| reading(maximum.coupling, variance_in_field(&maximum.ln_z, field.abs()))))
    }
}

impl Excess {
    /// Whether bonds are satisfied no more often than by independent spins of this magnetization.
    fn is_hot(self, lattice: Lattice) -> bool {
        let reversed = self.magnetization / lattice.n_sites() as f64;
        self.bonds >= lattice.n_bonds() as f64 * reversed * (2.0 - reversed)
    }

    /// h = artanh |m|.
    fn field_of_free_spins(self, n_sites: f64) -> f64 {
        0.5 * ((2.0 * n_sites - self.magnetization) / self.magnetization).ln()
    }
}

fn partition_function(lattice: Lattice) -> Result<PartitionFunction, TheoryError> {
    match lattice {
        Lattice::Ring { n_sites } => Ok(PartitionFunction::Ring { n_sites }),
        Lattice::Square { side } => check_torus(side).map(|()| PartitionFunction::Torus(SectorTable::new(side))),
    }
}
