//! What one run says at Tc.

use std::{f64::consts::TAU, path::Path};

use anyhow::{Context, Result, bail, ensure};
use ising_theory::CRITICAL_TEMPERATURE;
use statistics::Estimate;

use crate::{
    artifacts::read_table,
    data_sets::{DataSets, mean_over_machines},
    table::Table,
};

/// So near to Tc a torus of side 64 has its critical magnetization to 0.1 %.
const NEAR: f64 = 1e-4;

/// G(L/2), N⟨m²⟩ and ⟨|m|⟩.
pub(super) type Values = [Estimate; 3];

/// The values of one run, for its samples at Tc and for its machines.
pub(super) struct Run {
    pub(super) side: usize,
    pub(super) laws: Vec<(String, Values)>,
}

impl Run {
    /// Reads the tables of a run folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let table = |name: &str| read_table(folder, &format!("analysis/{name}"));
        let (by_distance, scalars) = (table("correlations.csv")?, table("correlation-length.csv")?);
        let markers = table("markers.csv")?;
        let is_torus = markers.text("name")?.contains(&"critical_temperature");
        ensure!(is_torus, "{} is no run on a torus at H = 0", folder.display());
        let neighbours = by_distance.filter("distance", 1usize)?.column("wave_number")?;
        let side = (TAU / neighbours.first().context("no correlations")?).round() as usize;
        let samples = at_tc(&by_distance).and_then(|rows| values(&rows, &at_tc(&scalars)?));
        let samples = samples.with_context(|| format!("cannot use {}", folder.display()))?;
        let mut laws = vec![("samples".to_owned(), samples)];
        let (ends, end_scalars) = (by_distance.filter("law", "flow-end")?, scalars.filter("law", "flow-end")?);
        let data_sets = DataSets::of_run(folder)?;
        for machine in ends.distinct_text("machine")? {
            let (ends, scalars) = (ends.filter("machine", machine)?, end_scalars.filter("machine", machine)?);
            let set = |seed: &str| data_sets.of_machine(machine, seed);
            laws.push((machine.to_owned(), over_seeds(&ends, &scalars, &set)?));
        }
        Ok(Self { side, laws })
    }

    pub(super) fn values(&self, law: &str) -> Option<&Values> {
        self.laws.iter().find(|(name, _)| name == law).map(|(_, values)| values)
    }
}

/// The rows of the state point (Tc, 0).
fn at_tc(table: &Table) -> Result<Table> {
    let data = table.filter("law", "boltzmann")?.filter("field", 0.0)?;
    let distance = |t: &f64| (t - CRITICAL_TEMPERATURE).abs();
    let nearest = data.distinct("temperature")?.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    match nearest {
        Some(nearest) if distance(&nearest) < NEAR => Ok(data.filter("temperature", nearest)?),
        Some(nearest) => {
            bail!(
                "there are no samples at Tc = {CRITICAL_TEMPERATURE:.4} (nearest: T = {nearest}): \
                 add --set data.temperatures=[{CRITICAL_TEMPERATURE}]"
            )
        }
        None => bail!("there are no samples at H = 0"),
    }
}

/// The values of one law.
fn values(by_distance: &Table, scalars: &Table) -> Result<Values> {
    let largest = by_distance.distinct("distance")?.last().copied().unwrap_or_default();
    let read = |table: &Table, column: &str| -> Result<Estimate> {
        let first = |column: &str| -> Result<f64> { Ok(*table.column(column)?.first().context("a law has no rows")?) };
        Ok(Estimate { value: first(column)?, error: first(&format!("{column}_error"))? })
    };
    Ok([
        read(&by_distance.filter("distance", largest)?, "correlation")?,
        read(&by_distance.filter("distance", 0usize)?, "structure_factor")?,
        read(scalars, "abs_magnetization_per_site")?,
    ])
}

/// The mean over the seeds with its standard error; of one seed its own.
fn over_seeds(ends: &Table, scalars: &Table, set: &dyn Fn(&str) -> u64) -> Result<Values> {
    let mut of_seeds = Vec::new();
    for seed in ends.distinct_text("seed")? {
        of_seeds.push((set(seed), values(&ends.filter("seed", seed)?, &scalars.filter("seed", seed)?)?));
    }
    Ok(match of_seeds.as_slice() {
        [(_, one)] => *one,
        seeds => {
            std::array::from_fn(|i| mean_over_machines(seeds.iter().map(|(set, values)| (*set, values[i].value))).mean)
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    /// A run folder whose samples follow the exact powers of L; see the test of the module above.
    pub(in crate::exponents) fn plant(root: &Path, side: usize, temperature: f64) -> PathBuf {
        let folder = root.join(side.to_string());
        let l = side as f64;
        let k = TAU / l;
        let mut by_distance = "law,machine,seed,temperature,field,distance,correlation,correlation_error,wave_number,\
            structure_factor,structure_factor_error\n"
            .to_owned();
        let mut scalars = "law,machine,seed,temperature,field,abs_magnetization_per_site,\
            abs_magnetization_per_site_error\n"
            .to_owned();
        for (law, eta, share) in [
            (format!("boltzmann,,,{temperature},0"), 0.25, 1.0),
            ("flow-end,a,0,nan,nan".into(), 0.5, 0.9),
            ("flow-end,a,1,nan,nan".into(), 0.5, 1.1),
        ] {
            let (g, chi, m) = (share * 0.7 * l.powf(-eta), share * l.powf(2.0 - eta), share * l.powf(-0.5 * eta));
            by_distance += &format!("{law},0,1,0,0,{chi},{}\n{law},1,0.7,0.01,{k},1,0.1\n", 0.01 * chi);
            by_distance += &format!("{law},{},{g},{},3.1,1,0.1\n", side / 2, 0.01 * g);
            scalars += &format!("{law},{m},{}\n", 0.01 * m);
        }
        let markers = "name,label,temperature,field\ncritical_temperature,Tc,2.269185,0\n";
        fs::create_dir_all(folder.join("analysis")).expect("a folder");
        for (name, text) in [
            ("correlations.csv", &by_distance),
            ("correlation-length.csv", &scalars),
            ("markers.csv", &markers.to_owned()),
        ] {
            fs::write(folder.join("analysis").join(name), text).expect("a file");
        }
        folder
    }
}
