//! The renormalization group beside the flow: exact, approximate, and of block spins of the samples.

use anyhow::Result;
use ising_data::{PackedSpins, SampleSet, StatePoint, decimation, majority, observables};
use ising_theory::{Couplings, Lattice, Renormalization, field_on_decimation_line};

use super::{exact_plane::ExactPlane, state_points};
use crate::{
    interrupt,
    stages::exact_thermometers::ExactThermometers,
    table::{Cell, Table},
};

/// The factor by which lengths shrink: that of [`Renormalization`].
const FACTOR: usize = 2;
/// Where the lines begin.
const COLDEST: f64 = 0.25;
/// Steps at most; a line leaves the plane long before.
const N_STEPS: usize = 60;
/// Points of a line to a step.
const N_BETWEEN: usize = 16;
/// Lines that leave the plane at its largest field, and those at its hottest temperature.
const N_LINES: usize = 7;

/// The lines along which the ring flows under decimation, from the fixed point (T, H) = (0, 0) to T = ∞, `step` by step and
/// between the steps; nothing for the torus, whose flow leaves the (T, H) plane.
pub(super) fn lines(lattice: Lattice, plane: &ExactPlane) -> Result<Table> {
    let mut table = Table::new("rg lines", ["line", "step", "temperature", "field"]);
    let hottest = plane.hottest();
    if matches!(lattice, Lattice::Square { .. }) || hottest <= COLDEST {
        return Ok(table);
    }
    for (index, (temperature, field)) in ends(hottest, plane.field_range()).into_iter().enumerate() {
        let end = Couplings::from_state_point(temperature, field)?;
        let start = Couplings::from_state_point(COLDEST, field_on_decimation_line(end, COLDEST))?;
        let steps: Vec<f64> = Renormalization::Decimation
            .trajectory(start, N_STEPS)
            .into_iter()
            .map(|couplings| couplings.state_point().0)
            .take_while(|t| t.is_finite())
            .collect();
        let between = |(step, ends): (usize, &[f64])| {
            let (from, to) = (ends[0], ends[1]);
            let last = ((temperature - from) / (to - from)).min(1.0);
            let parts = (0..N_BETWEEN).map(|i| i as f64 / N_BETWEEN as f64).filter(move |part| *part < last);
            // The last step ends at the edge of the plane.
            let edge = (0.0..1.0).contains(&last).then_some(last);
            parts.chain(edge).map(move |part| (step as f64 + part, from + part * (to - from))).collect::<Vec<_>>()
        };
        for (step, t) in steps.windows(2).enumerate().flat_map(between) {
            table.push([index as f64, step, t, field_on_decimation_line(end, t)].map(Cell::from))?;
        }
    }
    Ok(table)
}

/// Where lines leave the plane, on either side of H = 0 that it holds.
fn ends(hottest: f64, (lowest, highest): (f64, f64)) -> Vec<(f64, f64)> {
    let mut ends = Vec::new();
    for largest in [lowest, highest].into_iter().filter(|field| field.abs() > 0.0) {
        let share = |i: usize| i as f64 / N_LINES as f64;
        ends.extend((1..=N_LINES).map(|i| (share(i) * hottest, largest)));
        ends.extend((1..N_LINES).rev().map(|i| (hottest, share(i) * largest)));
    }
    ends
}

const STEPS: [&str; 8] = [
    "map",
    "temperature",
    "field",
    "next_temperature",
    "next_temperature_error",
    "next_field",
    "next_field_error",
    "n_blocked_sites",
];

/// One step of renormalization from (T, H): "decimation" (exact) or "migdal-kadanoff" along the curves, and "block-spins"
/// at the state points of the data: samples whose spins are decimated (ring) or blocked by majority (torus), read by the
/// exact thermometer of the smaller lattice.
pub(super) fn steps(plane: &ExactPlane, samples: &SampleSet, seed: u64) -> Result<Table> {
    let mut table = Table::new("rg steps", STEPS);
    let (map, name) = match samples.lattice {
        Lattice::Ring { .. } => (Renormalization::Decimation, "decimation"),
        Lattice::Square { .. } => (Renormalization::MigdalKadanoff, "migdal-kadanoff"),
    };
    for &field in &plane.fields {
        for &temperature in plane.temperatures.iter().filter(|t| **t > 0.0) {
            let Ok(start) = Couplings::from_state_point(temperature, field) else { continue };
            let (next_temperature, next_field) = map.step(start).state_point();
            let numbers = [temperature, field, next_temperature, 0.0, next_field, 0.0, f64::NAN];
            push(&mut table, name, numbers)?;
        }
    }
    let blocked = match samples.lattice {
        Lattice::Ring { .. } => decimation(samples.lattice, &samples.spins, FACTOR),
        Lattice::Square { .. } => majority(samples.lattice, &samples.spins, FACTOR, seed),
    };
    // A lattice of odd extent has no blocks.
    if let Ok((lattice, spins)) = blocked {
        let reader = BlockReader::new(lattice, &plane.fields)?;
        for (point, range) in state_points(samples) {
            interrupt::check()?;
            let read = reader.read(point, &spins.slice(range)?)?;
            let [t, t_error, h, h_error] = read;
            let numbers = [point.temperature(), point.field(), t, t_error, h, h_error, lattice.n_sites() as f64];
            push(&mut table, "block-spins", numbers)?;
        }
    }
    Ok(table)
}

fn push(table: &mut Table, map: &str, numbers: [f64; 7]) -> Result<()> {
    let cells = numbers.into_iter().map(Cell::from);
    Ok(table.push(std::iter::once(map.into()).chain(cells).collect::<Vec<_>>())?)
}

/// The thermometers of the lattice of the blocks.
struct BlockReader {
    lattice: Lattice,
    /// H = 0 stays H = 0.
    without_field: ExactThermometers,
    /// In a field both T and H change.
    in_field: Option<ExactThermometers>,
}

impl BlockReader {
    fn new(lattice: Lattice, fields: &[f64]) -> Result<Self> {
        let any_field = fields.iter().any(|field| field.abs() > 0.0);
        Ok(Self {
            lattice,
            without_field: ExactThermometers::of(lattice, Some(0.0))?,
            in_field: any_field.then(|| ExactThermometers::of(lattice, None)).transpose()?,
        })
    }

    /// T, its error, H and its error of block spins of samples at `point`.
    fn read(&self, point: StatePoint, spins: &PackedSpins) -> Result<[f64; 4]> {
        let measured = observables(self.lattice, StatePoint::new(1.0, 0.0)?, spins)?;
        let reader = self.in_field.as_ref().filter(|_| point.field().abs() > 0.0).unwrap_or(&self.without_field);
        let read = reader.by_likelihood(spins.n_samples(), 0.0, &measured)?;
        let (t, h) = (read.temperature, read.field);
        Ok([t.value, t.error, h.value, h.error])
    }
}
