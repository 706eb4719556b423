//! The marginal energy of a machine as an Ising model: couplings against distance, fields, and how much of the energy they
//! are. Part of `dissect`.

use anyhow::Result;
use ising_data::{StatePoint, bond_energies};
use ising_theory::Lattice;
use models::{
    RbmParameters,
    couplings::{Couplings, couplings},
    likelihood::free_energies,
};
use statistics::{explained_share, mean, regression, variance};

use super::{Subject, energies::Configurations};
use crate::table::{Cell, Table};

/// Products n_visible² n_hidden beyond which only the trained machine is looked at.
const MAX_PRODUCTS: usize = 10_000_000;

/// Couplings against distance, and what sums them up, along the training. The rest of the energy, products of more spins, is
/// seen on `held_out` data.
pub(super) fn tables(
    subject: &Subject<'_>,
    held_out: &Configurations,
    advance: &dyn Fn() -> Result<()>,
) -> Result<[Table; 2]> {
    let mut against_distance = Table::new("couplings", COUPLINGS);
    let mut summary =
        Table::with_header("coupling-summary", ["machine", "seed", "n_hidden", "epoch"].into_iter().chain(SUMS));
    let expected = Expected::of(subject.lattice, &held_out.points);
    for snapshot in &subject.snapshots {
        let machine = &snapshot.parameters;
        advance()?;
        let is_large = machine.n_visible * machine.n_visible * machine.n_hidden > MAX_PRODUCTS;
        let is_early = snapshot.epoch.fract() > 0.0;
        if (is_large || is_early) && !std::ptr::eq(snapshot, subject.trained()) {
            continue;
        }
        let found = couplings(machine)?;
        let mut head = subject.cells().to_vec();
        head.extend([machine.n_hidden.into(), snapshot.epoch.into()]);
        for class in classes(subject.lattice, &found) {
            let mut row = head.clone();
            row.extend([class.distance.into(), class.values.len().into()]);
            row.extend(
                [mean(&class.values).value, spread(&class.values), expected.coupling(class.distance)].map(Cell::from),
            );
            against_distance.push(row)?;
        }
        head.extend(sums(subject.lattice, machine, &found, held_out)?.map(Cell::from));
        head.extend([expected.field, expected.sum].map(Cell::from));
        summary.push(head)?;
    }
    Ok([against_distance, summary])
}

const COUPLINGS: [&str; 9] =
    ["machine", "seed", "n_hidden", "epoch", "distance", "n_pairs", "coupling", "coupling_spread", "expected_coupling"];

/// What the rows of the seeds agree in.
pub(super) const KEYS: [&str; 5] = ["machine", "n_hidden", "epoch", "distance", "n_pairs"];
pub(super) const KEYS_OF_SUMMARY: [&str; 3] = ["machine", "n_hidden", "epoch"];

/// Columns of the summary: fields; the mean of Σⱼ Jᵢⱼ; the slope of F over the bond energy, which is 1/T of the Ising model that comes
/// nearest to F; 1 − Var(F − F₂)/Var F of F₂, the part of fields and pairs; and R² of F over F₂; what field and sum are for a perfect machine of one
/// state point.
pub(super) const SUMS: [&str; 8] = [
    "mean_field",
    "field_spread",
    "sum_of_couplings",
    "best_ising_coupling",
    "share_of_pairs",
    "explained_by_pairs",
    "expected_field",
    "expected_sum_of_couplings",
];

/// The couplings of all pairs at one distance.
pub(super) struct Class {
    pub(super) distance: f64,
    pub(super) values: Vec<f64>,
}

/// The couplings by distance, ascending.
pub(super) fn classes(lattice: Lattice, couplings: &Couplings) -> Vec<Class> {
    let n = lattice.n_sites();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (lattice.distance(i, j), couplings.pairs[i * n + j])));
    let mut pairs: Vec<(f64, f64)> = pairs.collect();
    // A stable order: the sums are the same everywhere.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let class =
        |pairs: &[(f64, f64)]| Class { distance: pairs[0].0, values: pairs.iter().map(|pair| pair.1).collect() };
    pairs.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).map(class).collect()
}

/// What a perfect machine of one state point has; NaN for several.
struct Expected {
    coupling: f64,
    field: f64,
    /// Σⱼ Jᵢⱼ.
    sum: f64,
}

impl Expected {
    fn of(lattice: Lattice, points: &[StatePoint]) -> Self {
        let first = points.first().filter(|first| points.iter().all(|point| point == *first));
        let (coupling, field) = first
            .map_or((f64::NAN, f64::NAN), |point| (point.temperature().recip(), point.field() / point.temperature()));
        // Where the lattice is two sites across, neighbours are so both ways round.
        let neighbours: Vec<usize> = lattice.neighbours(0).collect();
        let n_ways = neighbours.iter().filter(|&other| *other == neighbours[0]).count() as f64;
        Self { coupling: coupling * n_ways, field, sum: coupling * lattice.coordination() as f64 }
    }

    fn coupling(&self, distance: f64) -> f64 {
        if distance > 1.0 { 0.0 * self.coupling } else { self.coupling }
    }
}

/// What sums up the couplings of a machine: the columns [`SUMS`].
pub(super) fn sums(
    lattice: Lattice,
    machine: &RbmParameters,
    found: &Couplings,
    held_out: &Configurations,
) -> Result<[f64; 6]> {
    let spins = held_out.spins.to_f32();
    let marginal = free_energies(machine, &spins)?;
    let pairs = found.energies(&spins)?;
    let rest: Vec<f64> = marginal.iter().zip(&pairs).map(|(whole, pairs)| whole - pairs).collect();
    let bonds: Vec<f64> = bond_energies(lattice, &held_out.spins)?.into_iter().map(|energy| energy as f64).collect();
    Ok([
        mean(&found.fields).value,
        spread(&found.fields),
        found.pairs.iter().sum::<f64>() / machine.n_visible as f64,
        regression(&bonds, &marginal)?.slope.value,
        1.0 - variance(&rest).value / variance(&marginal).value,
        explained_share(&[&pairs], &marginal)?,
    ])
}

/// Standard deviation.
fn spread(values: &[f64]) -> f64 {
    variance(values).value.sqrt()
}
