//! The weights of the leading hidden units as patterns on the lattice: what each neuron looks at.

use super::number::{fixed, short};
use super::patterns::{self, Pattern};
use super::series::{first, require_one_machine};
use super::{Figure, FigureError};
use crate::table::Table;

/// The hidden units with the largest weights of the first seed's trained machine, with the norm of their weights and the
/// correlation of their mean with the magnetization m, and of its square with the energy of the bonds.
///
/// Columns of `fields`: machine, seed, rank, site, weight; of `units`: seed, rank, norm, correlation_with_magnetization,
/// square_correlation_with_bond_energy. `lattice` has so many rows and columns; a ring is one row.
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw, or the weights do not fit the lattice.
pub fn receptive_fields(fields: &Table, units: &Table, lattice: (usize, usize)) -> Result<Figure, FigureError> {
    require_one_machine(fields)?;
    let (fields, units) = (first(fields, "seed")?, first(units, "seed")?);
    let norms = units.column("norm")?;
    let with_magnetization = units.column("correlation_with_magnetization")?;
    let with_energy = units.column("square_correlation_with_bond_energy")?;
    let mut patterns = Vec::new();
    for (unit, values) in Pattern::read_all(&fields, "weight")?.into_iter().enumerate() {
        let caption = vec![
            format!("|*w*| = {}", short(norms[unit])),
            format!("⟨*h*⟩, *m*: {}", fixed(with_magnetization[unit], 2)),
            format!("⟨*h*⟩^{{2}}, *e*: {}", fixed(with_energy[unit], 2)),
        ];
        patterns.push(Pattern { values, caption });
    }
    patterns::draw("weight to each site; correlations over the training data", &patterns, lattice, &fields)
}
