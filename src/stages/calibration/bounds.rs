//! The bounds of Cramér and Rao at the state points of the data.

use anyhow::Result;
use ising_data::StatePoint;
use ising_theory::{Lattice, TheoryError, cramer_rao_over_fields};

use crate::{reading::Quantity, table::Table};

/// Least σ_T and σ_H of an unbiased reader of one configuration; NaN where nothing is known or nothing is to be read.
pub(crate) type Bounds = [f64; 2];

/// The bounds at every state point, for a reader that knows what is the same at all of them: in one field
/// σ_T = T/√(N c), at one temperature σ_H = √(T/(N χ)), else both from the inverse of the Fisher information of both.
/// `observables` has c and χ at every point.
pub(in crate::stages) fn bounds(lattice: Lattice, points: &[StatePoint], observables: &Table) -> Result<Vec<Bounds>> {
    let n_sites = lattice.n_sites() as f64;
    let column = |name: &str| observables.column(&format!("{name}_per_site_exact"));
    match Quantity::varying(points).as_slice() {
        [Quantity::Temperature] => {
            let bound = |(point, c): (&StatePoint, f64)| [point.temperature() / (n_sites * c).sqrt(), f64::NAN];
            Ok(points.iter().zip(column("specific_heat")?).map(bound).collect())
        }
        [Quantity::Field] => {
            let bound = |(point, chi): (&StatePoint, f64)| [f64::NAN, (point.temperature() / (n_sites * chi)).sqrt()];
            Ok(points.iter().zip(column("susceptibility")?).map(bound).collect())
        }
        _ => of_both(lattice, points),
    }
}

fn of_both(lattice: Lattice, points: &[StatePoint]) -> Result<Vec<Bounds>> {
    let mut bounds = Vec::with_capacity(points.len());
    let is_isotherm = |a: &StatePoint, b: &StatePoint| a.temperature().total_cmp(&b.temperature()).is_eq();
    for isotherm in points.chunk_by(is_isotherm) {
        let temperature = isotherm[0].temperature();
        let fields: Vec<f64> = isotherm.iter().map(|point| point.field()).collect();
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
