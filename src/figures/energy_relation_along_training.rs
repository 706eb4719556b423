//! How the energy of machines comes to follow the energy of the lattice.

use super::scale::Spacing;
use super::training::{Quantity, over_epochs};
use super::{Figure, FigureError};
use crate::table::{Cell, Table};

/// Columns of what is drawn, behind machine, seed and epoch.
const COLUMNS: [&str; 4] = ["correlation", "joint_correlation", "relative_slope", "explained_of_rest"];

/// Over the epochs, on held-out data: the correlation of F(v), and of E(v, h), with the physical energy; the slope of F over
/// it, relative to that of a perfect RBM; and the share of the energy in what M and M² leave of F. A perfect
/// machine, where the law of the data is known, is one of the curves.
///
/// Columns of `relations`: machine, seed, epoch, origin, energy, correlation with _error, relative_slope, explained_of_rest.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn energy_relation_along_training(relations: &Table) -> Result<Figure, FigureError> {
    let on_data = relations.filter("origin", "data")?;
    let of = |energy: &str| on_data.filter("energy", energy);
    let (marginal, joint, exact) = (of("marginal")?, of("joint")?, of("exact")?);
    let mut table = Table::with_header("energy relation", ["machine", "seed", "epoch"].into_iter().chain(COLUMNS));
    let joint_correlation = joint.column("correlation")?;
    append(&mut table, &marginal, None, &joint_correlation)?;
    // Once for every machine; the perfect one is the same.
    let first = exact.distinct_text("machine")?.first().map(|first| exact.filter("machine", *first)).transpose()?;
    if let Some(first) = first {
        let first = first.filter("seed", first.distinct_text("seed")?[0])?;
        if first.column("correlation")?.iter().any(|correlation| correlation.is_finite()) {
            append(&mut table, &first, Some("perfect RBM"), &vec![f64::NAN; first.len()])?;
        }
    }
    let titles = [
        "correlation of *F*(*v*) and *E*",
        "correlation of *E*(*v*, *h*) and *E*",
        "slope d*F*/d*E* / perfect",
        "part of *F* beyond *M* due to *E*",
    ];
    let quantity = |i: usize| Quantity { column: COLUMNS[i], error: None, title: titles[i], spacing: Spacing::Linear };
    over_epochs("energy_relation_along_training", &table, &[0, 1, 2, 3].map(quantity))
}

/// Appends rows of one energy, under another name if there is one.
fn append(table: &mut Table, rows: &Table, name: Option<&str>, joint: &[f64]) -> Result<(), FigureError> {
    let (machines, seeds) = (rows.text("machine")?, rows.text("seed")?);
    let columns = ["epoch", "correlation", "relative_slope", "explained_of_rest"].map(|column| rows.column(column));
    let [epoch, correlation, slope, rest] = columns;
    let (epoch, correlation, slope, rest) = (epoch?, correlation?, slope?, rest?);
    for (row, joint) in joint.iter().enumerate() {
        let mut cells: Vec<Cell> = vec![name.unwrap_or(machines[row]).into(), seeds[row].into()];
        cells.extend([epoch[row], correlation[row], *joint, slope[row], rest[row]].map(Cell::from));
        table.push(cells)?;
    }
    Ok(())
}
