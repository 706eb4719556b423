//! States that the ends of flows are compared with: critical, mixture, Boltzmann distributions at H = 0, free spins.

use anyhow::Result;
use ising_data::{
    PackedSpins, StatePoint, binder_ratio, connected_correlation, largest_distance, observables, stream::Purpose,
};
use ising_theory::{CRITICAL_TEMPERATURE, Lattice, ring_correlation, torus_correlations};
use statistics::Estimate;

use super::exact_plane::ExactPlane;
use crate::{
    config::Config,
    interrupt,
    stages::drawing::unless_stopped,
    table::{Cell, Table},
};

const HEADER: [&str; 8] = [
    "name",
    "temperature",
    "energy_per_site",
    "abs_magnetization_per_site",
    "connected_correlation",
    "connected_correlation_error",
    "binder_ratio",
    "binder_ratio_error",
];

/// Configurations at Tc: as many as give G(1) − G(L/2) to 10⁻⁴ where they are drawn row by row, fewer where each takes long.
const N_CRITICAL: usize = 200_000;
const N_CRITICAL_OF_LARGE: usize = 2_000;
/// The largest torus drawn row by row, whose correlations are known exactly.
const LARGEST_SIDE: usize = 12;
/// Magnetizations of the curve of free spins.
const N_FREE: usize = 41;
/// The coldest temperature of the curve of Boltzmann distributions.
const COLDEST: f64 = 0.1;

/// `critical`: exact samples at Tc and H = 0 (torus); `training-mixture`: the data; as curves `boltzmann`: exact values at
/// H = 0 along T, without Binder's ratio, and `free-spins`: independent spins of one mean magnetization each.
pub(super) fn state_references(config: &Config, plane: &ExactPlane, mixture: &PackedSpins) -> Result<Table> {
    let lattice = config.lattice;
    let mut table = Table::new("state references", HEADER);
    if let Lattice::Square { side, .. } = lattice {
        let n = if side <= LARGEST_SIDE { N_CRITICAL } else { N_CRITICAL_OF_LARGE };
        let (points, seed) = ([StatePoint::new(CRITICAL_TEMPERATURE, 0.0)?], config.settings.seed.into());
        let go_on = |_| !interrupt::asked();
        let drawn = ising_data::sample(lattice, &points, n, seed, Purpose::Critical, &go_on);
        push(&mut table, lattice, "critical", CRITICAL_TEMPERATURE, &unless_stopped(drawn)?)?;
    }
    push(&mut table, lattice, "training-mixture", f64::NAN, mixture)?;
    boltzmann(&mut table, lattice, plane)?;
    free_spins(&mut table, lattice)?;
    Ok(table)
}

/// A row of measured values.
fn push(table: &mut Table, lattice: Lattice, name: &str, temperature: f64, spins: &PackedSpins) -> Result<()> {
    // In no field; the temperature does not enter.
    let measured = observables(lattice, StatePoint::new(1.0, 0.0)?, spins)?;
    let [energy, m] = [measured.energy_per_site, measured.abs_magnetization_per_site].map(|estimate| estimate.value);
    let of = |Estimate { value, error }| [value, error];
    let errors = [of(connected_correlation(lattice, spins)?), of(binder_ratio(spins))].concat();
    let numbers = [temperature, energy, m].into_iter().chain(errors).map(Cell::from);
    Ok(table.push(std::iter::once(name.into()).chain(numbers).collect::<Vec<_>>())?)
}

/// Exact values at H = 0 along T where they are known.
fn boltzmann(table: &mut Table, lattice: Lattice, plane: &ExactPlane) -> Result<()> {
    let curve: Vec<(f64, [f64; 2])> = plane.in_zero_field().filter(|(t, _)| *t >= COLDEST).collect();
    let temperatures: Vec<f64> = curve.iter().map(|(temperature, _)| *temperature).collect();
    let distances = [1, largest_distance(lattice)];
    let correlations: Vec<Vec<f64>> = match lattice {
        Lattice::Square { side, .. } if side <= LARGEST_SIDE => {
            torus_correlations(side, &temperatures, 0.0, &distances)?
        }
        Lattice::Square { .. } => return Ok(()),
        Lattice::Ring { n_sites, .. } => {
            let at = |&t: &f64| distances.iter().map(|&r| Ok(ring_correlation(n_sites, t, 0.0, r)?)).collect();
            temperatures.iter().map(at).collect::<Result<_>>()?
        }
    };
    for ((temperature, [energy, m]), g) in curve.into_iter().zip(correlations) {
        let numbers = [temperature, energy, m, g[0] - g[1], 0.0, f64::NAN, f64::NAN].map(Cell::from);
        table.push([&["boltzmann".into()], &numbers[..]].concat())?;
    }
    Ok(())
}

/// Independent spins of mean m = 0, …, 1: e = −(z/2) m² of the bonds; ⟨|M|⟩ and Binder's ratio of the binomial distribution.
fn free_spins(table: &mut Table, lattice: Lattice) -> Result<()> {
    let (n, bonds) = (lattice.n_sites(), lattice.n_bonds() as f64 / lattice.n_sites() as f64);
    for index in 0..N_FREE {
        let m = index as f64 / (N_FREE - 1) as f64;
        let [abs, square, fourth] = moments(n, m);
        let binder = 1.0 - fourth / (3.0 * square * square);
        let numbers = [f64::NAN, -bonds * m * m, abs, 0.0, 0.0, binder, 0.0].map(Cell::from);
        table.push([&["free-spins".into()], &numbers[..]].concat())?;
    }
    Ok(())
}

/// ⟨|M|⟩/N, ⟨M²⟩/N² and ⟨M⁴⟩/N⁴ of `n` independent spins of mean m.
fn moments(n: usize, m: f64) -> [f64; 3] {
    let (up, down) = (0.5 * (1.0 + m), 0.5 * (1.0 - m));
    let mut ln_choose = 0.0;
    let mut sums = [0.0; 3];
    for n_up in 0..=n {
        if n_up > 0 {
            ln_choose += ((n - n_up + 1) as f64 / n_up as f64).ln();
        }
        let ln = |probability: f64, count: usize| if count > 0 { count as f64 * probability.ln() } else { 0.0 };
        let probability = (ln_choose + ln(up, n_up) + ln(down, n - n_up)).exp();
        let x = (2.0 * n_up as f64 - n as f64) / n as f64;
        [x.abs(), x * x, x.powi(4)].into_iter().zip(&mut sums).for_each(|(power, sum)| *sum += probability * power);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ⟨M²⟩ = N + N(N − 1) m² of independent spins; all up at m = 1; Binder's ratio of fair spins is 2/(3 N).
    #[test]
    fn moments_of_independent_spins_are_known() {
        for m in [0.0, 0.3, 0.834] {
            let [_, square, _] = moments(100, m);
            assert!((square - (0.01 + 0.99 * m * m)).abs() < 1e-12, "{m}: {square}");
        }
        assert!(moments(9, 1.0).iter().all(|moment| (moment - 1.0).abs() < 1e-12));
        let [_, square, fourth] = moments(100, 0.0);
        assert!((1.0 - fourth / (3.0 * square * square) - 2.0 / 300.0).abs() < 1e-10);
    }
}
