//! One step of the flow as a field of arrows over the (T, H) plane.

use anyhow::Result;
use ising_theory::{CRITICAL_TEMPERATURE, Couplings, Lattice, Renormalization};

use super::{PlanePoint, READINGS, Reading, is_finite, pairs};
use crate::{
    data_sets::{DataSets, mean_over_machines},
    table::{Cell, Table},
};

const HEADER: [&str; 16] = [
    "machine",
    "seed",
    "reading",
    "start_temperature",
    "start_field",
    "temperature",
    "temperature_error",
    "field",
    "field_error",
    "next_temperature",
    "next_temperature_error",
    "next_field",
    "next_field_error",
    "renormalization_cosine",
    "renormalization_cosine_error",
    "n_values",
];

/// The first step of the flow from every start, read before and after: for every seed, then, as seed "all", the means over
/// the seeds with their errors. Starts that a reading cannot read, as the exact one at T = 0, have no row. The cosine is
/// that of the angle between the step and one of the renormalization group from the same point: −1 where they are opposite.
pub(in crate::stages) fn vector_field(flow: &Table, lattice: Lattice, data_sets: &DataSets) -> Result<Table> {
    let mut table = Table::new("vector field", HEADER);
    let [before, after] = [flow.filter("step", 0usize)?, flow.filter("step", 1usize)?];
    for machine in flow.distinct_text("machine")? {
        let steps = [before.filter("machine", machine)?, after.filter("machine", machine)?];
        for reading in READINGS {
            for start in starts(&steps[0])? {
                let arrows = read_arrows(&steps, reading, start, &|seed| data_sets.of_machine(machine, seed))?;
                push_start(&mut table, [machine, reading.name], start, &arrows, lattice)?;
            }
        }
    }
    Ok(table)
}

/// One step from one start, (T, H) before and after with their errors.
struct Step {
    seed: String,
    data_set: u64,
    points: [[f64; 2]; 2],
    errors: [[f64; 2]; 2],
}

/// The step of every seed from one start, where both of its ends can be read.
fn read_arrows(
    steps: &[Table; 2],
    reading: Reading,
    start: [f64; 2],
    data_set: &dyn Fn(&str) -> u64,
) -> Result<Vec<Step>> {
    let [before, after] = [of_start(&steps[0], start)?, of_start(&steps[1], start)?];
    let [from, to] = [reading.points(&before)?, reading.points(&after)?];
    let [from_errors, to_errors] = [reading.point_errors(&before)?, reading.point_errors(&after)?];
    let step = |(i, seed): (usize, &str)| Step {
        seed: seed.to_owned(),
        data_set: data_set(seed),
        points: [from[i], to[i]],
        errors: [from_errors[i], to_errors[i]],
    };
    let all = before.text("seed")?.into_iter().enumerate().map(step);
    Ok(all.filter(|step| step.points.iter().all(|point| is_finite(*point))).collect())
}

/// The rows of one start: one for every seed, then their mean.
fn push_start(table: &mut Table, names: [&str; 2], start: [f64; 2], steps: &[Step], lattice: Lattice) -> Result<()> {
    let [machine, reading] = names;
    let mut push = |seed: &str, cells: [[Cell; 4]; 2], cosine: [f64; 2], n_values: usize| {
        let head: [Cell; 5] = [machine.into(), seed.into(), reading.into(), start[0].into(), start[1].into()];
        let tail = cosine.map(Cell::from).into_iter().chain([n_values.into()]);
        table.push(head.into_iter().chain(cells.into_iter().flatten()).chain(tail).collect::<Vec<_>>())
    };
    let mut cosines = Vec::new();
    for Step { seed, data_set, points, errors } in steps {
        let cells = |end: usize| [points[end][0], errors[end][0], points[end][1], errors[end][1]].map(Cell::from);
        let cosine = cosine_to_renormalization(lattice, *points);
        push(seed, [cells(0), cells(1)], [cosine, f64::NAN], 1)?;
        cosines.extend(Some((*data_set, cosine)).filter(|(_, cosine)| cosine.is_finite()));
    }
    if !steps.is_empty() {
        let points = |end: usize| steps.iter().map(move |step| (step.data_set, step.points[end])).collect::<Vec<_>>();
        let end = |end: usize| PlanePoint::over_machines(&points(end)).cells();
        let cosine = mean_over_machines(cosines).mean;
        push("all", [end(0), end(1)], [cosine.value, cosine.error], steps.len())?;
    }
    Ok(())
}

/// Cosine of the angle between a step in the plane and the renormalization group's from the same point: decimation of the
/// ring; on the torus away from Tc at H = 0, Migdal and Kadanoff's in a field. NaN where either stands still, and at T = 0.
fn cosine_to_renormalization(lattice: Lattice, [[t, h], next]: [[f64; 2]; 2]) -> f64 {
    let image = |map: Renormalization| match Couplings::from_state_point(t, h) {
        Ok(couplings) => <[f64; 2]>::from(map.step(couplings).state_point()),
        Err(_) => [f64::NAN; 2],
    };
    let [rg_t, rg_h] = match lattice {
        Lattice::Ring { .. } => image(Renormalization::Decimation),
        Lattice::Square { .. } if h.abs() < NO_FIELD => [2.0 * t - CRITICAL_TEMPERATURE, h],
        Lattice::Square { .. } => image(Renormalization::MigdalKadanoff),
    };
    let ([a, b], [c, d]) = ([next[0] - t, next[1] - h], [rg_t - t, rg_h - h]);
    (a * c + b * d) / (a.hypot(b) * c.hypot(d))
}

/// A field read as less than this is none.
const NO_FIELD: f64 = 1e-6;

/// The distinct starts (T, H), in the order of the flow.
fn starts(step: &Table) -> Result<Vec<[f64; 2]>> {
    let seed = step.distinct_text("seed")?.first().copied().unwrap_or_default();
    let of_seed = step.filter("seed", seed)?;
    pairs(&of_seed, ["start_temperature", "start_field"])
}

fn of_start(step: &Table, [temperature, field]: [f64; 2]) -> Result<Table> {
    Ok(step.filter("start_temperature", temperature)?.filter("start_field", field)?)
}
