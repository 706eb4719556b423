//! `experiments compare`: where the flows of several runs end, side by side: trained machines and their controls.

mod along_training;
mod run_folder;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, fmt::Write, path::Path};

use anyhow::Result;
use statistics::Estimate;

use crate::{
    data_sets::mean_over_machines,
    figures::{self, Figure},
    table::{Cell, Table, TableError},
};
use along_training::AlongTraining;
use run_folder::RunFolder;

/// What is compared at the end of a flow, in the order of the tables.
pub const QUANTITIES: [&str; 10] = [
    "thermometer_temperature",
    "exact_temperature",
    "energy_temperature",
    "energy_per_site",
    "abs_magnetization_per_site",
    "correlation_at_1",
    "correlation_at_2",
    "correlation_at_half",
    "correlation_length",
    "binder_ratio",
];

/// One value for each of [`QUANTITIES`]; NaN where nothing is known.
type Values = [f64; QUANTITIES.len()];

const UNKNOWN: Values = [f64::NAN; QUANTITIES.len()];

/// The flows of one machine of a run, and where they end.
struct Machine {
    name: String,
    n_hidden: usize,
    /// Step at which the flow ends.
    step: f64,
    /// For every seed the mean over its starts, and the data set that it learned from.
    seeds: Vec<(u64, Values)>,
}

/// What the ends are held against: a state point that a hypothesis singles out, with the lattice's exact values, or the training
/// mixture with its own.
struct Reference {
    name: String,
    values: Values,
}

/// The quantities told in words, by their place in [`QUANTITIES`].
const DESCRIBED: [(usize, &str); 8] =
    [(0, "T network"), (1, "T exact"), (3, "e"), (4, "|m|"), (5, "G(1)"), (7, "G(L/2)"), (8, "xi"), (9, "binder")];

/// A line of words: a name and the values of [`DESCRIBED`].
fn line(name: &str, values: &Values) -> String {
    let cell = |(quantity, _): (usize, &str)| match values[quantity] {
        value if value.is_nan() => format!("{:>11}", "-"),
        value => format!("{value:>11.3}"),
    };
    format!("  {name:30}{}", DESCRIBED.map(cell).concat())
}

/// The ends of flows of several runs.
pub struct Comparison {
    runs: Vec<RunFolder>,
}

impl Comparison {
    /// Reads the tables of run folders.
    ///
    /// # Errors
    /// When a run is not done up to `analyze`, or its flow was recorded without correlations.
    pub fn of(folders: &[impl AsRef<Path>]) -> Result<Self> {
        let mut runs = folders.iter().map(|folder| RunFolder::read(folder.as_ref())).collect::<Result<Vec<_>>>()?;
        let names: HashSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
        if names.len() < runs.len() {
            // Folders of one name are told apart by their paths.
            runs.iter_mut().zip(folders).for_each(|(run, path)| run.name = path.as_ref().display().to_string());
        }
        Ok(Self { runs })
    }

    /// A row for every machine: mean over the seeds with its standard error, and the median, which one lost machine does not
    /// move; then a row for every reference of the run.
    ///
    /// # Errors
    /// Never: every row has as many cells as the header.
    pub fn end_points(&self) -> Result<Table, TableError> {
        let columns =
            QUANTITIES.iter().flat_map(|name| [(*name).into(), format!("{name}_error"), format!("{name}_median")]);
        let head = ["folder", "title", "what", "machine", "n_hidden", "step", "n_seeds"].map(str::to_owned);
        let mut table = Table::with_header("end points", head.into_iter().chain(columns));
        for run in &self.runs {
            let head =
                |what: &str| -> Vec<Cell> { vec![run.name.as_str().into(), run.title.as_str().into(), what.into()] };
            for machine in &run.machines {
                let mut row = head("machine");
                row.extend([machine.name.as_str().into(), machine.n_hidden.into(), machine.step.into()]);
                row.push(machine.seeds.len().into());
                for quantity in 0..QUANTITIES.len() {
                    let Estimate { value, error } = machine.mean(quantity);
                    row.extend([value, error, machine.median(quantity)].map(Cell::from));
                }
                table.push(row)?;
            }
            for Reference { name, values } in &run.references {
                let mut row = head(name);
                row.extend(["", "", "", ""].map(Cell::from));
                row.extend(values.iter().flat_map(|&value| [value, f64::NAN, f64::NAN]).map(Cell::from));
                table.push(row)?;
            }
        }
        Ok(table)
    }

    /// A row for every seed of every machine: means over the starts.
    ///
    /// # Errors
    /// Never: every row has as many cells as the header.
    pub fn end_points_of_seeds(&self) -> Result<Table, TableError> {
        let mut table =
            Table::with_header("end points of seeds", ["folder", "machine", "seed"].into_iter().chain(QUANTITIES));
        for run in &self.runs {
            for machine in &run.machines {
                for (seed, (_, values)) in machine.seeds.iter().enumerate() {
                    let head: [Cell; 3] = [run.name.as_str().into(), machine.name.as_str().into(), seed.into()];
                    table.push(head.into_iter().chain(values.map(Cell::from)).collect::<Vec<_>>())?;
                }
            }
        }
        Ok(table)
    }

    /// The figure `controls`.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn figure(&self) -> Result<Figure> {
        Ok(figures::controls(&self.end_points()?, &self.end_points_of_seeds()?)?)
    }

    /// The figure `spectra`: one curve for every machine of every run; none if no run was dissected.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn spectra(&self) -> Result<Option<Figure>> {
        let mut all = Table::new("spectra", ["machine", "seed", "epoch", "rank", "eigenvalue"]);
        for run in &self.runs {
            let rows = &run.spectra;
            let numbers = ["seed", "epoch", "rank", "eigenvalue"].map(|column| rows.column(column));
            let [seeds, epochs, ranks, eigenvalues] = numbers;
            let (seeds, epochs, ranks, eigenvalues) = (seeds?, epochs?, ranks?, eigenvalues?);
            for (i, machine) in rows.text("machine")?.into_iter().enumerate() {
                let curve = self.name_of_curve(run, machine);
                all.push([curve.into(), seeds[i].into(), epochs[i].into(), ranks[i].into(), eigenvalues[i].into()])?;
            }
        }
        Ok(if all.is_empty() { None } else { Some(figures::spectra(&all)?) })
    }

    /// The figures `ends-along-training` and `end-state`, one curve for every RBM of every run with `flow.along_training =
    /// true`; none if there is no such run.
    ///
    /// # Errors
    /// When they cannot be drawn.
    pub fn along_training(&self) -> Result<Vec<(&'static str, Figure)>> {
        let runs = self
            .runs
            .iter()
            .filter_map(|run| Some((run.along_training.as_ref()?, |machine: &str| self.name_of_curve(run, machine))));
        let all = AlongTraining::together(runs)?;
        Ok(all.map(|all| all.figures()).transpose()?.into_iter().flatten().collect())
    }

    /// What a figure of all runs calls an RBM: by its run where the run has one, by both where there are several.
    fn name_of_curve(&self, run: &RunFolder, machine: &str) -> String {
        match (self.runs.len(), run.machines.len()) {
            (1, _) => machine.to_owned(),
            (_, 1) => run.name.clone(),
            _ => format!("{}: {machine}", run.name),
        }
    }

    /// The medians over the seeds, with the references, in words.
    pub fn describe(&self) -> String {
        let mut text = format!("{:32}", "median over the seeds");
        for (_, title) in DESCRIBED {
            let _ = write!(text, "{title:>11}");
        }
        for run in &self.runs {
            let _ = write!(text, "\n{}: {}", run.name, run.title);
            for machine in &run.machines {
                let medians = std::array::from_fn(|quantity| machine.median(quantity));
                let name = format!("{}, seeds: {}", machine.name, machine.seeds.len());
                let _ = write!(text, "\n{}", line(&name, &medians));
            }
            for Reference { name, values } in &run.references {
                let _ = write!(text, "\n{}", line(&name.replace('_', " "), values));
            }
        }
        text + "\n"
    }
}

impl Machine {
    /// Mean over the seeds with its standard error.
    fn mean(&self, quantity: usize) -> Estimate {
        mean_of_finite(&self.seeds.iter().map(|(set, values)| (*set, values[quantity])).collect::<Vec<_>>())
    }

    /// The middle of the seeds, or the mean of the two in the middle; infinite if most are.
    fn median(&self, quantity: usize) -> f64 {
        let values = self.seeds.iter().map(|(_, values)| values[quantity]);
        let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        match values.len() {
            0 => f64::NAN,
            n => 0.5 * (values[(n - 1) / 2] + values[n / 2]),
        }
    }
}

/// Mean and standard error of the finite values, each with its data set; infinite if most are.
fn mean_of_finite(values: &[(u64, f64)]) -> Estimate {
    let finite: Vec<(u64, f64)> = values.iter().copied().filter(|(_, value)| value.is_finite()).collect();
    let n_infinite = values.iter().filter(|(_, value)| value.is_infinite()).count();
    if n_infinite > finite.len() {
        return Estimate { value: f64::INFINITY, error: f64::NAN };
    }
    mean_over_machines(finite).mean
}
