//! Correlations of the samples, of the training mixture, and where flows end.

use anyhow::Result;
use ising_data::{PackedSpins, SampleSet, StatePoint, observables};
use ising_theory::{Lattice, ring_correlation};
use statistics::Estimate;

use super::state_points;
use crate::{
    interrupt,
    stages::correlations::{BY_DISTANCE, REACH, by_distance, distances, reach},
    table::{Cell, Table},
};

/// Whose correlations a row tells.
const LAW: [&str; 5] = ["law", "machine", "seed", "temperature", "field"];
/// The Boltzmann law of a state point.
const BOLTZMANN: &str = "boltzmann";
/// All training data.
const MIXTURE: &str = "mixture";
/// The last step of a machine's flow.
const FLOW_END: &str = "flow-end";

const MAGNETIZATION: [&str; 2] = ["abs_magnetization_per_site", "abs_magnetization_per_site_error"];

/// G(r) and S(k) of the samples at every state point with the exact G(r) where it is known (ring; r ≤ 1 on the torus; all of
/// shuffled spins), of the training mixture, and at the end of every machine's flow, the mean over its starts.
pub(super) fn correlations(samples: &SampleSet, is_shuffled: bool, exact: &Table, flow: &Table) -> Result<Table> {
    let lattice = samples.lattice;
    let header = LAW.into_iter().chain(BY_DISTANCE).chain(["correlation_exact"]);
    let mut table = Table::with_header("correlations", header);
    let mut push = |law: [Cell; 5], spins: &PackedSpins, exact: &[f64]| -> Result<()> {
        interrupt::check()?;
        for (cells, &exact) in by_distance(lattice, spins)?.into_iter().zip(exact) {
            table.push([&law[..], &cells, &[exact.into()]].concat())?;
        }
        Ok(())
    };
    let distances = distances(lattice);
    let mut mixture = vec![0.0; distances.len()];
    let points = state_points(samples);
    let (energies, magnetizations) =
        (exact.column("energy_per_site_exact")?, exact.column("magnetization_per_site_exact")?);
    for ((point, range), (energy, m)) in points.iter().zip(energies.into_iter().zip(magnetizations)) {
        let field = point.field();
        let bonds = if field.abs() > 0.0 { energy + field * m } else { energy };
        let exact = distances.iter().map(|&r| exact_correlation(lattice, *point, bonds, r, is_shuffled));
        let exact = exact.collect::<Result<Vec<_>>>()?;
        mixture.iter_mut().zip(&exact).for_each(|(sum, exact)| *sum += exact / points.len() as f64);
        push(law_of(*point), &samples.spins.slice(range.clone())?, &exact)?;
    }
    push(law(MIXTURE), &samples.spins, &mixture)?;
    for (machine, end) in ends(flow)? {
        for distance in end.distinct("distance")? {
            let rows = end.filter("distance", distance)?;
            let wave_number = rows.column("wave_number")?[0];
            let mut row = machine.to_vec();
            row.push(distance.into());
            row.extend(mean_over_starts(&rows, "correlation")?);
            row.push(wave_number.into());
            row.extend(mean_over_starts(&rows, "structure_factor")?);
            row.push(f64::NAN.into());
            table.push(row)?;
        }
    }
    Ok(table)
}

/// |m|, Binder's ratio, correlation length and cluster size of the same.
pub(super) fn correlation_lengths(samples: &SampleSet, flow: &Table) -> Result<Table> {
    let lattice = samples.lattice;
    let header = LAW.into_iter().chain(MAGNETIZATION).chain(REACH);
    let mut table = Table::with_header("correlation length", header);
    let anywhere = StatePoint::new(1.0, 0.0)?;
    let mut push = |law: [Cell; 5], spins: &PackedSpins| -> Result<()> {
        interrupt::check()?;
        let Estimate { value, error } = observables(lattice, anywhere, spins)?.abs_magnetization_per_site;
        Ok(table.push([&law[..], &[value, error].map(Cell::from), &reach(lattice, spins)?].concat())?)
    };
    for (point, range) in state_points(samples) {
        push(law_of(point), &samples.spins.slice(range)?)?;
    }
    push(law(MIXTURE), &samples.spins)?;
    for (machine, end) in ends(flow)? {
        let mut row = machine.to_vec();
        for [column, _] in [MAGNETIZATION].iter().chain(REACH.as_chunks().0) {
            row.extend(mean_over_starts(&end, column)?);
        }
        table.push(row)?;
    }
    Ok(table)
}

fn law_of(point: StatePoint) -> [Cell; 5] {
    [BOLTZMANN.into(), "".into(), "".into(), point.temperature().into(), point.field().into()]
}

fn law(name: &str) -> [Cell; 5] {
    [name.into(), "".into(), "".into(), f64::NAN.into(), f64::NAN.into()]
}

/// G(r) where theory gives it at once: all of a ring's, on the torus that of neighbours, from the energy of the bonds. Any
/// two shuffled spins are as neighbours.
fn exact_correlation(
    lattice: Lattice,
    point: StatePoint,
    bond_energy: f64,
    r: usize,
    is_shuffled: bool,
) -> Result<f64> {
    let of_neighbours = -bond_energy * lattice.n_sites() as f64 / lattice.n_bonds() as f64;
    Ok(match (lattice, r) {
        (_, 0) => 1.0,
        _ if is_shuffled => of_neighbours,
        (Lattice::Ring { n_sites, .. }, _) => ring_correlation(n_sites, point.temperature(), point.field(), r)?,
        (Lattice::Square { .. }, 1) => of_neighbours,
        (Lattice::Square { .. }, _) => f64::NAN,
    })
}

/// The rows of the last step of every machine.
fn ends(flow: &Table) -> Result<Vec<([Cell; 5], Table)>> {
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last = flow.filter("step", last)?;
    let mut found = Vec::new();
    for machine in last.distinct_text("machine")? {
        let of_machine = last.filter("machine", machine)?;
        for seed in of_machine.distinct_text("seed")? {
            let name = [FLOW_END.into(), machine.into(), seed.into(), f64::NAN.into(), f64::NAN.into()];
            found.push((name, of_machine.filter("seed", seed)?));
        }
    }
    Ok(found)
}

/// Mean of a column over rows of independent chains, NaN left out, with the error that theirs give it.
fn mean_over_starts(rows: &Table, column: &str) -> Result<[Cell; 2]> {
    let errors = rows.column(&format!("{column}_error"))?;
    let known: Vec<(f64, f64)> =
        rows.column(column)?.into_iter().zip(errors).filter(|(value, _)| !value.is_nan()).collect();
    let n = known.len() as f64;
    let mean = known.iter().map(|(value, _)| value).sum::<f64>() / n;
    let error = known.iter().map(|(_, error)| error * error).sum::<f64>().sqrt() / n;
    Ok([mean.into(), error.into()])
}
