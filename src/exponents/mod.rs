//! `experiments exponents`: critical exponents by finite-size scaling over run folders of different sides L, from their exact
//! samples at Tc and from where their machines' flows end.

mod run;

use std::{fmt::Write, path::Path};

use anyhow::{Result, ensure};
use statistics::{Estimate, PowerLaw};

use crate::{
    figures::{self, Figure},
    table::{Cell, Table},
};
use run::Run;

/// A quantity that is a power of L at Tc.
struct Quantity {
    name: &'static str,
    exponent: &'static str,
    /// exponent = offset − slope.
    offset: f64,
    /// The exact exponent.
    exact: f64,
}

/// G(L/2) ~ L^(−η), N⟨m²⟩ ~ L^(2−η), ⟨|m|⟩ ~ L^(−β/ν) in two dimensions, η = 1/4 and β/ν = 1/8.
const QUANTITIES: [Quantity; 3] = [
    Quantity { name: "correlation", exponent: "eta", offset: 0.0, exact: 0.25 },
    Quantity { name: "susceptibility", exponent: "eta", offset: 2.0, exact: 0.25 },
    Quantity { name: "abs_magnetization", exponent: "beta_over_nu", offset: 0.0, exact: 0.125 },
];

/// Sides left out at most, the smallest first, to see corrections to scaling.
const MOST_LEFT_OUT: usize = 2;

/// A law fitted to the sides from one on.
struct Fit {
    law: String,
    quantity: &'static Quantity,
    smallest_side: usize,
    power: PowerLaw,
}

impl Fit {
    fn exponent(&self) -> Estimate {
        let slope = self.power.exponent;
        Estimate { value: self.quantity.offset - slope.value, error: slope.error }
    }

    /// Exponent minus the exact one, in standard errors.
    fn distance(&self) -> f64 {
        (self.exponent().value - self.quantity.exact) / self.exponent().error
    }
}

/// The exponents that several runs give together.
pub struct Exponents {
    runs: Vec<Run>,
    fits: Vec<Fit>,
}

impl Exponents {
    /// Reads run folders and fits power laws to all sides, and to all but the smallest ones.
    ///
    /// # Errors
    /// When a run is not done up to `analyze`, or holds no samples of a torus at Tc; with fewer than three sides.
    pub fn of(folders: &[impl AsRef<Path>]) -> Result<Self> {
        let mut runs = folders.iter().map(|folder| Run::read(folder.as_ref())).collect::<Result<Vec<_>>>()?;
        runs.sort_by_key(|run| run.side);
        let mut sides: Vec<usize> = runs.iter().map(|run| run.side).collect();
        sides.dedup();
        ensure!(sides.len() > 2, "the runs have {} different sides L: a power law needs three or more", sides.len());
        let mut fits = Vec::new();
        for law in laws(&runs) {
            for (index, quantity) in QUANTITIES.iter().enumerate() {
                for &smallest_side in sides.iter().take(MOST_LEFT_OUT + 1) {
                    let large = runs.iter().filter(|run| run.side >= smallest_side);
                    let values = large.filter_map(|run| Some((run.side as f64, run.values(&law)?[index])));
                    let power = PowerLaw::through(&values.collect::<Vec<_>>());
                    fits.extend(power.map(|power| Fit { law: law.clone(), quantity, smallest_side, power }));
                }
            }
        }
        Ok(Self { runs, fits })
    }

    /// Every fit as a row.
    ///
    /// # Errors
    /// Never: every row has as many cells as the header.
    pub fn table(&self) -> Result<Table> {
        let mut table = Table::new("exponents", HEADER);
        for fit in &self.fits {
            let (exponent, power) = (fit.exponent(), &fit.power);
            let mut row: Vec<Cell> = [&fit.law, fit.quantity.name, fit.quantity.exponent].map(Cell::from).into();
            row.extend([fit.smallest_side, power.n_points].map(Cell::from));
            row.extend([exponent.value, exponent.error, fit.quantity.exact, fit.distance()].map(Cell::from));
            row.extend([power.chi_square.into(), power.degrees_of_freedom().into(), power.p_value().into()]);
            row.extend([power.ln_amplitude, power.exponent.value].map(Cell::from));
            table.push(row)?;
        }
        Ok(table)
    }

    /// What was fitted, and the same without the exact power of L.
    ///
    /// # Errors
    /// As [`Exponents::table`].
    fn points(&self) -> Result<Table> {
        let header = ["law", "quantity", "side", "value", "value_error", "scaled", "scaled_error"];
        let mut table = Table::new("finite size", header);
        for law in laws(&self.runs) {
            for (index, quantity) in QUANTITIES.iter().enumerate() {
                for run in &self.runs {
                    let Some(values) = run.values(&law) else { continue };
                    let Estimate { value, error } = values[index];
                    let scale = (run.side as f64).powf(quantity.exact - quantity.offset);
                    let mut row: Vec<Cell> = vec![law.as_str().into(), quantity.name.into(), run.side.into()];
                    row.extend([value, error, value * scale, error * scale].map(Cell::from));
                    table.push(row)?;
                }
            }
        }
        Ok(table)
    }

    /// The points with the laws fitted to all sides.
    ///
    /// # Errors
    /// When the figure cannot be rendered.
    pub fn figure(&self) -> Result<Figure> {
        Ok(figures::finite_size(&self.points()?, &self.table()?)?)
    }

    /// The exponents in words.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        let mut said = "";
        for fit in &self.fits {
            let quantity = fit.quantity;
            if said != fit.law {
                let _ = writeln!(text, "{}{}", if said.is_empty() { "" } else { "\n" }, fit.law);
                said = &fit.law;
            }
            let (exponent, power) = (fit.exponent(), &fit.power);
            let _ = writeln!(
                text,
                "  {:12} from {:17} L ≥ {:2}: {:.4} ± {:.4}, exact {} ({:+.1} standard errors); χ² = {:.1} for {}, p = {:.2}",
                quantity.exponent,
                quantity.name,
                fit.smallest_side,
                exponent.value,
                exponent.error,
                quantity.exact,
                fit.distance(),
                power.chi_square,
                power.degrees_of_freedom(),
                power.p_value()
            );
        }
        text
    }
}

const HEADER: [&str; 14] = [
    "law",
    "quantity",
    "exponent_name",
    "smallest_side",
    "n_sides",
    "exponent",
    "exponent_error",
    "exact",
    "distance_in_errors",
    "chi_square",
    "degrees_of_freedom",
    "p_value",
    "ln_amplitude",
    "slope",
];

/// The samples, then the machines in the order of their first appearance.
fn laws(runs: &[Run]) -> Vec<String> {
    let mut laws: Vec<String> = Vec::new();
    for (law, _) in runs.iter().flat_map(|run| &run.laws) {
        if !laws.contains(law) {
            laws.push(law.clone());
        }
    }
    laws
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Planted G = 0.7 L^(−1/4), N⟨m²⟩ = L^(7/4) and |m| = L^(−1/8), by tables as a run writes them; a machine of two seeds whose
    /// η is 0.5 and which has no magnetization at L = 4.
    #[test]
    fn planted_exponents_are_read_from_run_folders() {
        let root = tempfile::tempdir().expect("a folder");
        let folders: Vec<_> = [4, 8, 16, 32].map(|side| run::tests::plant(root.path(), side, 2.269_185)).into();
        let found = Exponents::of(&folders).expect("four runs");
        let table = found.table().expect("a table");
        let of = |law: &str, smallest: usize| {
            let rows = table.filter("law", law).and_then(|rows| rows.filter("smallest_side", smallest)).expect("rows");
            rows.column("exponent").expect("numbers")
        };
        for smallest in [4, 8] {
            let exponents = of("samples", smallest);
            let expected = [0.25, 0.25, 0.125];
            assert!(exponents.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{exponents:?}");
        }
        assert!((of("a", 4)[0] - 0.5).abs() < 1e-9 && of("samples", 16).is_empty());
        assert!(
            found.describe().contains("eta          from correlation       L ≥  4: 0.2500"),
            "{}",
            found.describe()
        );
        assert!(found.figure().expect("a figure").svg.contains("<svg"));
        assert!(Exponents::of(&folders[..2]).is_err());
        let hot = run::tests::plant(root.path(), 12, 2.3);
        let message = format!("{:#}", Exponents::of(&[hot]).map(|_| ()).expect_err("no Tc"));
        assert!(message.contains("no samples at Tc = 2.2692") && message.contains("T = 2.3"), "{message}");
    }
}
