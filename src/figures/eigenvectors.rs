//! The leading eigenvectors of w wᵀ as patterns on the lattice.

use super::number::{fixed, short};
use super::patterns::{self, Pattern};
use super::series::{first, last, require_one_machine};
use super::{Figure, FigureError};
use crate::table::Table;

/// The leading eigenvectors of the first seed's trained machine, with their eigenvalues and mean wave numbers ⟨|k|⟩.
///
/// Columns of `eigenvectors`: machine, seed, rank, site, component; of `spectrum`: seed, epoch, rank, eigenvalue,
/// mean_wave_number, of which the last epoch is shown. `lattice` has so many rows and columns; a ring is one row.
///
/// # Errors
/// [`FigureError`] if a column is missing, there is nothing to draw, or an eigenvector does not fit the lattice.
pub fn eigenvectors(eigenvectors: &Table, spectrum: &Table, lattice: (usize, usize)) -> Result<Figure, FigureError> {
    require_one_machine(eigenvectors)?;
    let (vectors, trained) = (first(eigenvectors, "seed")?, last(&first(spectrum, "seed")?, "epoch")?);
    let (eigenvalues, wave_numbers) = (trained.column("eigenvalue")?, trained.column("mean_wave_number")?);
    let described = Pattern::read_all(&vectors, "component")?.into_iter().zip(eigenvalues).zip(wave_numbers);
    let pattern = |((values, eigenvalue), wave_number)| Pattern {
        values,
        caption: vec![format!("*λ* = {}", short(eigenvalue)), format!("⟨|*k*|⟩ = {}", fixed(wave_number, 2))],
    };
    let patterns: Vec<Pattern> = described.map(pattern).collect();
    patterns::draw("component of the eigenvector of *w w*^{T} at each site", &patterns, lattice, &vectors)
}
