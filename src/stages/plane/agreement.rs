//! Whether the flows from all starts have come to the same end, step by step.

use anyhow::Result;
use statistics::{Estimate, mean};

use crate::table::Table;

/// Quantities whose errors come from the scatter of the chains. (Those of the exact reading are a Boltzmann law's.)
const QUANTITIES: [&str; 4] =
    ["thermometer_temperature", "energy_temperature", "abs_magnetization_per_site", "magnetization_per_site"];

const HEADER: [&str; 9] = [
    "machine",
    "quantity",
    "step",
    "n_seeds",
    "n_starts",
    "chi_square",
    "degrees_of_freedom",
    "spread",
    "spread_resolution",
];

/// For every machine and recorded step how far the starts are from agreeing: χ² = Σ (x − x̄)²/σ² over the starts of each
/// seed, x̄ their mean and σ² the mean square of their errors, summed over the seeds; and the standard deviation of the
/// starts beyond these errors, with σ as what could be resolved.
pub(in crate::stages) fn agreement_of_starts(flow: &Table) -> Result<Table> {
    let mut table = Table::new("agreement of starts", HEADER);
    for machine in flow.distinct_text("machine")? {
        let of_machine = flow.filter("machine", machine)?;
        for step in of_machine.distinct("step")? {
            let of_step = of_machine.filter("step", step)?;
            for quantity in QUANTITIES {
                let spread = Spread::over_seeds(&of_step, quantity)?;
                if spread.degrees_of_freedom == 0 {
                    continue;
                }
                table.push([
                    machine.into(),
                    quantity.into(),
                    step.into(),
                    spread.n_seeds.into(),
                    (spread.degrees_of_freedom / spread.n_seeds + 1).into(),
                    spread.chi_square().into(),
                    spread.degrees_of_freedom.into(),
                    spread.beyond_errors().into(),
                    spread.resolution().into(),
                ])?;
            }
        }
    }
    Ok(table)
}

/// Squares summed over the starts of all seeds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    n_seeds: usize,
    pub(super) degrees_of_freedom: usize,
    /// Σ (x − x̄)².
    squares: f64,
    /// Σ σ² with weights that make σ² (n − 1) of each seed.
    errors: f64,
}

impl Spread {
    pub(super) fn over_seeds(step: &Table, quantity: &str) -> Result<Self> {
        let mut sum = Self::default();
        for seed in step.distinct_text("seed")? {
            let of_seed = step.filter("seed", seed)?;
            let (values, errors) = (of_seed.column(quantity)?, of_seed.column(&format!("{quantity}_error"))?);
            let known = |(value, error): &(f64, f64)| value.is_finite() && error.is_finite();
            let known: Vec<(f64, f64)> = values.into_iter().zip(errors).filter(known).collect();
            let n = known.len();
            if n < 2 {
                continue;
            }
            let Estimate { value: center, .. } = mean(&known.iter().map(|(value, _)| *value).collect::<Vec<_>>());
            let mean_square = known.iter().map(|(_, error)| error * error).sum::<f64>() / n as f64;
            sum.n_seeds += 1;
            sum.degrees_of_freedom += n - 1;
            sum.squares += known.iter().map(|(value, _)| (value - center).powi(2)).sum::<f64>();
            sum.errors += mean_square * (n - 1) as f64;
        }
        Ok(sum)
    }

    /// σ.
    pub(super) fn resolution(self) -> f64 {
        (self.errors / self.degrees_of_freedom as f64).sqrt()
    }

    /// 0 where all starts are equal, also without any error.
    fn chi_square(self) -> f64 {
        if self.squares > 0.0 { self.squares * self.degrees_of_freedom as f64 / self.errors } else { 0.0 }
    }

    /// The standard deviation of the starts beyond their errors; NaN for fewer than two.
    pub(super) fn beyond_errors(self) -> f64 {
        if self.degrees_of_freedom == 0 {
            return f64::NAN;
        }
        ((self.squares - self.errors) / self.degrees_of_freedom as f64).max(0.0).sqrt()
    }
}
