//! Lines and points of the (T, H) plane that ends are held against: constant magnetization, and fixed points of renormalization.

use anyhow::Result;
use ising_theory::{Lattice, Stability, fields_of_magnetization, rg_fixed_points};
use rayon::prelude::*;
use statistics::mean;

use crate::{
    interrupt,
    stages::exact_thermometers::known,
    table::{Cell, Table},
};

/// Temperatures of a line.
const N_TEMPERATURES: usize = 48;

/// For every machine the line on which the lattice has exactly the magnetization that its flow ends with, the mean over starts
/// and then over seeds, from T = 0 to `hottest`; nothing where that is not known.
pub(super) fn constant_magnetization(lattice: Lattice, flow: &Table, hottest: f64) -> Result<Table> {
    let header =
        ["machine", "n_seeds", "magnetization_per_site", "magnetization_per_site_error", "temperature", "field"];
    let mut table = Table::new("constant magnetization", header);
    let last = flow.distinct("step")?.last().copied().unwrap_or_default();
    let last_step = flow.filter("step", last)?;
    let machines = flow.distinct_text("machine")?;
    let mut ends = Vec::new();
    for machine in &machines {
        let rows = last_step.filter("machine", *machine)?;
        let mut seeds = Vec::new();
        for seed in rows.distinct_text("seed")? {
            seeds.push(mean(&rows.filter("seed", seed)?.column("magnetization_per_site")?).value);
        }
        ends.push((seeds.len(), mean(&seeds)));
    }
    let magnetizations: Vec<f64> = ends.iter().map(|(_, end)| end.value).collect();
    let fields_at = |i: usize| -> Result<Option<(f64, Vec<f64>)>> {
        interrupt::check()?;
        let temperature = hottest * i as f64 / N_TEMPERATURES as f64;
        let fields = known(fields_of_magnetization(lattice, temperature, &magnetizations))?;
        Ok(fields.map(|fields| (temperature, fields)))
    };
    let fields: Vec<(f64, Vec<f64>)> = (1..=N_TEMPERATURES)
        .into_par_iter()
        .map(fields_at)
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    for (i, machine) in machines.iter().enumerate() {
        let (n_seeds, end) = ends[i];
        // At T → 0 any field h T aligns all spins: the line begins at H = 0.
        let begin = (!fields.is_empty()).then_some((0.0, 0.0));
        for (temperature, field) in begin.into_iter().chain(fields.iter().map(|(t, fields)| (*t, fields[i]))) {
            let numbers = [end.value, end.error, temperature, field].map(Cell::from);
            table.push([Cell::from(*machine), n_seeds.into()].into_iter().chain(numbers).collect::<Vec<_>>())?;
        }
    }
    Ok(table)
}

/// The fixed points of renormalization by b = 2; a field that may be any is NaN.
pub(super) fn fixed_points_of_renormalization(lattice: Lattice) -> Result<Table> {
    let header = ["name", "temperature", "field", "thermal_eigenvalue", "magnetic_eigenvalue", "stability"];
    let mut table = Table::new("rg fixed points", header);
    for point in rg_fixed_points(lattice) {
        let stability = match point.stability {
            Stability::Unstable => "unstable",
            Stability::Saddle => "saddle",
            Stability::Stable => "stable",
        };
        let field = point.field.unwrap_or(f64::NAN);
        let numbers = [point.temperature, field, point.thermal_eigenvalue, point.magnetic_eigenvalue].map(Cell::from);
        let row = std::iter::once(point.name.into()).chain(numbers).chain([stability.into()]);
        table.push(row.collect::<Vec<_>>())?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two seeds with m = 0.7 and 0.9: the ring's line of m = 0.8, e^{4K} sinh² h = m²/(1 − m²) up to e^{−N/ξ}.
    #[test]
    fn the_line_is_that_of_the_mean_over_seeds() -> Result<()> {
        let text = "machine,seed,step,magnetization_per_site\na,0,0,1\na,0,5,0.6\na,0,5,0.8\na,1,5,0.9\n";
        let line = constant_magnetization(Lattice::ring(200)?, &Table::from_csv("flow", text)?, 4.8)?;
        assert_eq!((line.len(), line.column("n_seeds")?[0]), (N_TEMPERATURES + 1, 2.0));
        assert!((line.column("magnetization_per_site")?[0] - 0.8).abs() < 1e-12);
        for (temperature, field) in line.column("temperature")?.into_iter().zip(line.column("field")?).skip(15) {
            let invariant = (4.0 / temperature).exp() * (field / temperature).sinh().powi(2);
            assert!((invariant / (0.64 / 0.36) - 1.0).abs() < 1e-6, "T = {temperature}: {invariant}");
        }
        Ok(())
    }
}
