//! What the matrix shows: machines of runs by quantities, with the runs' references.

use crate::figures::number::short;
use crate::table::{Cell, Table, TableError};

/// How far the axis of a column reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// All temperatures have one axis, as far as the network reads.
    Temperature,
    /// Lengths may be of any size, and a few must not stretch the axis.
    Length,
    /// As far as there are values.
    Bounded,
}

/// A column of the matrix.
pub(super) struct Quantity {
    pub(super) column: &'static str,
    pub(super) title: [&'static str; 2],
    pub(super) kind: Kind,
}

const fn quantity(column: &'static str, title: [&'static str; 2], kind: Kind) -> Quantity {
    Quantity { column, title, kind }
}

const QUANTITIES: [Quantity; 10] = [
    quantity("thermometer_temperature", ["*T* [*J*/*k*_{B}]", "network"], Kind::Temperature),
    quantity("exact_temperature", ["*T* [*J*/*k*_{B}]", "exact"], Kind::Temperature),
    quantity("energy_temperature", ["*T* [*J*/*k*_{B}]", "by energy"], Kind::Temperature),
    quantity("energy_per_site", ["*e* [*J*]", ""], Kind::Bounded),
    quantity("abs_magnetization_per_site", ["|*m*|", ""], Kind::Bounded),
    quantity("correlation_at_1", ["*G*(1)", ""], Kind::Bounded),
    quantity("correlation_at_2", ["*G*(2)", ""], Kind::Bounded),
    quantity("correlation_at_half", ["*G*(*L*/2)", ""], Kind::Bounded),
    quantity("correlation_length", ["*ξ*", "[spacings]"], Kind::Length),
    quantity("binder_ratio", ["Binder", "ratio"], Kind::Bounded),
];

/// What may be marked in every run, with its label.
pub(super) const REFERENCES: [(&str, &str); 3] = [
    ("critical_temperature", "*T*_{c}"),
    ("specific_heat_maximum", "maximal *c*"),
    ("training_mixture", "training mixture"),
];

/// One value of a row.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) mean: f64,
    pub(super) error: f64,
    pub(super) median: f64,
}

/// A machine: a value and the seeds of every column.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) values: Vec<Value>,
    pub(super) seeds: Vec<Vec<f64>>,
}

/// The machines of a run, and its references: for each of [`REFERENCES`] the value of every column.
pub(super) struct Run {
    pub(super) heading: String,
    pub(super) rows: Vec<Row>,
    pub(super) references: Vec<Vec<f64>>,
}

/// The quantities of which something is known; the energy's temperature only where that of the likelihood is not.
pub(super) fn shown(end_points: &Table) -> Result<Vec<&'static Quantity>, TableError> {
    let machines = end_points.filter("what", "machine")?;
    let is_known = |column: &str| -> Result<bool, TableError> {
        Ok(machines.column(&format!("{column}_median"))?.iter().any(|value| !value.is_nan()))
    };
    let mut shown = Vec::new();
    for quantity in &QUANTITIES {
        if is_known(quantity.column)? && (quantity.column != "energy_temperature" || !is_known("exact_temperature")?) {
            shown.push(quantity);
        }
    }
    Ok(shown)
}

impl Run {
    pub(super) fn read(
        folder: &str,
        end_points: &Table,
        seeds: &Table,
        quantities: &[&Quantity],
    ) -> Result<Self, TableError> {
        let (of_run, seeds) = (end_points.filter("folder", folder)?, seeds.filter("folder", folder)?);
        let title = of_run.text("title")?.first().copied().unwrap_or_default().to_owned();
        let mut rows = Vec::new();
        for name in of_run.filter("what", "machine")?.distinct_text("machine")? {
            let (machine, seeds) = (of_run.filter("machine", name)?, seeds.filter("machine", name)?);
            rows.push(Row::read(name, &machine, &seeds, quantities)?);
        }
        let of_reference = |name: &str| -> Result<Vec<f64>, TableError> {
            let row = of_run.filter("what", name)?;
            let value = |quantity: &&Quantity| Ok(row.column(quantity.column)?.first().copied().unwrap_or(f64::NAN));
            quantities.iter().map(value).collect()
        };
        let references = REFERENCES.iter().map(|(name, _)| of_reference(name)).collect::<Result<_, _>>()?;
        Ok(Self { heading: format!("{folder}: {title}"), rows, references })
    }
}

impl Run {
    /// The finite ends of the error bars, medians, seeds and references of a column.
    pub(super) fn values(&self, index: usize) -> Vec<f64> {
        let of_row = |row: &Row| {
            let Value { mean, error, .. } = row.values[index];
            [mean - error, mean, mean + error].into_iter().chain(row.seeds[index].clone()).collect::<Vec<_>>()
        };
        let values = self.rows.iter().flat_map(of_row).chain(self.typical(index));
        values.filter(|value| value.is_finite()).collect()
    }

    /// The finite medians and references of a column.
    pub(super) fn typical(&self, index: usize) -> Vec<f64> {
        let medians = self.rows.iter().map(|row| row.values[index].median);
        let values = medians.chain(self.references.iter().map(|reference| reference[index]));
        values.filter(|value| value.is_finite()).collect()
    }
}

impl Row {
    fn read(name: &str, machine: &Table, seeds: &Table, quantities: &[&Quantity]) -> Result<Self, TableError> {
        let first = |column: &str| -> Result<f64, TableError> {
            Ok(machine.column(column)?.first().copied().unwrap_or(f64::NAN))
        };
        let value = |Quantity { column, .. }: &&Quantity| -> Result<Value, TableError> {
            let (mean, error) = (first(column)?, first(&format!("{column}_error"))?);
            Ok(Value { mean, error, median: first(&format!("{column}_median"))? })
        };
        Ok(Self {
            label: match short(first("n_seeds")?).as_str() {
                "1" => format!("{name} (1 seed)"),
                n_seeds => format!("{name} ({n_seeds} seeds)"),
            },
            values: quantities.iter().map(value).collect::<Result<_, _>>()?,
            seeds: quantities.iter().map(|quantity| seeds.column(quantity.column)).collect::<Result<_, _>>()?,
        })
    }
}

/// Every number drawn.
pub(super) fn numbers(quantities: &[&Quantity], runs: &[Run]) -> Result<Table, TableError> {
    let mut table = Table::new("controls", ["run", "machine", "quantity", "what", "value", "error"]);
    let mut push = |run: &Run, machine: &str, quantity: &Quantity, what: &str, value: f64, error: f64| {
        let words: [Cell; 4] = [run.heading.as_str(), machine, quantity.column, what].map(Cell::from);
        table.push(words.into_iter().chain([value.into(), error.into()]).collect::<Vec<_>>())
    };
    for run in runs {
        for (i, quantity) in quantities.iter().enumerate() {
            for row in &run.rows {
                let Value { mean, error, median } = row.values[i];
                push(run, &row.label, quantity, "mean", mean, error)?;
                push(run, &row.label, quantity, "median", median, f64::NAN)?;
                row.seeds[i].iter().try_for_each(|&seed| push(run, &row.label, quantity, "seed", seed, f64::NAN))?;
            }
            for (values, (name, _)) in run.references.iter().zip(REFERENCES) {
                push(run, "", quantity, name, values[i], f64::NAN)?;
            }
        }
    }
    Ok(table)
}
