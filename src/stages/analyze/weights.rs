//! The weights of the machines along their training, over the seeds.

use anyhow::Result;
use ising_data::mean;

use crate::table::{Cell, Table};

/// Columns of `weights.csv` that are averaged.
const QUANTITIES: [&str; 8] = [
    "weight_norm",
    "largest_eigenvalue",
    "participation_ratio",
    "relative_participation_ratio",
    "marchenko_pastur_edge",
    "n_above_edge",
    "n_above_one",
    "translation_symmetry",
];

/// The machines at every snapshot: for every seed its row, then, as seed "all", the means over the seeds with their errors.
pub(super) fn over_seeds(weights: &Table) -> Result<Table> {
    let columns = QUANTITIES.iter().flat_map(|quantity| [(*quantity).to_owned(), format!("{quantity}_error")]);
    let first = ["machine", "n_hidden", "seed", "epoch", "n_values"].map(str::to_owned);
    let mut table = Table::with_header("weights", first.into_iter().chain(columns));
    for machine in weights.distinct_text("machine")? {
        let of_machine = weights.filter("machine", machine)?;
        for epoch in of_machine.distinct("epoch")? {
            let snapshot = of_machine.filter("epoch", epoch)?;
            for seed in snapshot.distinct_text("seed")? {
                table.push(row(machine, seed, &snapshot.filter("seed", seed)?)?)?;
            }
            table.push(row(machine, "all", &snapshot)?)?;
        }
    }
    Ok(table)
}

/// The means of the rows, which are of one machine and epoch.
fn row(machine: &str, seed: &str, rows: &Table) -> Result<Vec<Cell>> {
    let mut row: Vec<Cell> = vec![machine.into(), mean(&rows.column("n_hidden")?).value.into(), seed.into()];
    row.extend([mean(&rows.column("epoch")?).value.into(), rows.len().into()]);
    for quantity in QUANTITIES {
        let mean = mean(&rows.column(quantity)?);
        row.extend([mean.value, mean.error].map(Cell::from));
    }
    Ok(row)
}
