//! The bounds of Cramér and Rao at the state points of the data.

use anyhow::Result;
use ising_data::StatePoint;
use ising_theory::{Lattice, TheoryError, cramer_rao_over_fields};

use crate::{
    exact::{self, Exact},
    interrupt,
    reading::Quantity,
};

/// Least σ_T and σ_H of an unbiased reader of one configuration; NaN where nothing is known or nothing is to be read.
pub(crate) type Bounds = [f64; 2];

/// The bounds at every state point, for a reader that knows what is the same at all of them: in one field
/// σ_T = T/√(N c), at one temperature σ_H = √(T/(N χ)), else both from the inverse of the Fisher information of both.
pub(in crate::stages) fn bounds(lattice: Lattice, points: &[StatePoint]) -> Result<Vec<Bounds>> {
    let n_sites = lattice.n_sites() as f64;
    match Quantity::varying(points).as_slice() {
        [Quantity::Temperature] => of_one(lattice, points, |temperature, [_, specific_heat, ..]| {
            [temperature / (n_sites * specific_heat).sqrt(), f64::NAN]
        }),
        [Quantity::Field] => of_one(lattice, points, |temperature, [.., susceptibility]| {
            [f64::NAN, (temperature / (n_sites * susceptibility)).sqrt()]
        }),
        _ => of_both(lattice, points),
    }
}

/// The temperatures of `points` with the fields at each.
fn isotherms(points: &[StatePoint]) -> impl Iterator<Item = (f64, Vec<f64>)> {
    let isotherms = points.chunk_by(|a, b| a.temperature().total_cmp(&b.temperature()).is_eq());
    isotherms.map(|isotherm| (isotherm[0].temperature(), isotherm.iter().map(|point| point.field()).collect()))
}

fn of_one(lattice: Lattice, points: &[StatePoint], bound: impl Fn(f64, Exact) -> Bounds) -> Result<Vec<Bounds>> {
    let mut bounds = Vec::with_capacity(points.len());
    for (temperature, fields) in isotherms(points) {
        interrupt::check()?;
        bounds.extend(exact::values(lattice, temperature, &fields)?.into_iter().map(|exact| bound(temperature, exact)));
    }
    Ok(bounds)
}

fn of_both(lattice: Lattice, points: &[StatePoint]) -> Result<Vec<Bounds>> {
    let mut bounds = Vec::with_capacity(points.len());
    for (temperature, fields) in isotherms(points) {
        interrupt::check()?;
        if temperature <= 0.0 {
            bounds.extend(fields.iter().map(|_| [f64::NAN; 2]));
            continue;
        }
        match cramer_rao_over_fields(lattice, temperature, &fields) {
            Err(TheoryError::SideTooLarge { .. }) => bounds.extend(fields.iter().map(|_| [f64::NAN; 2])),
            found => bounds.extend(found?.iter().map(|bound| [bound.temperature, bound.field])),
        }
    }
    Ok(bounds)
}
