//! Which training data set each machine of a run learned from, and means over machines.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use statistics::GroupedMean;
use toml::{Table, Value};

use crate::artifacts::Manifest;

/// For every entry of a config with several training data sets their number, D: machine K learned from set K mod D. Other
/// machines all learned from set 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSets(BTreeMap<String, u64>);

impl DataSets {
    /// Those of a config, in the form that manifests have.
    pub fn of(config: &Table) -> Self {
        let entries = config.get("rbm").and_then(Value::as_array).into_iter().flatten();
        let of_entry = |entry: &Value| {
            let n_sets = entry.get("data_seeds")?.as_integer().and_then(|n| u64::try_from(n).ok())?;
            Some((entry.get("name")?.as_str()?.to_owned(), n_sets.max(1)))
        };
        Self(entries.filter_map(of_entry).collect())
    }

    /// Those of the run in a folder; none without a manifest.
    ///
    /// # Errors
    /// When the manifest cannot be read.
    pub fn of_run(folder: &Path) -> Result<Self> {
        Ok(Self::of(&Manifest::read(folder)?.unwrap_or_default().config))
    }

    /// The number of data sets of an entry.
    pub fn of_entry(&self, machine: &str) -> u64 {
        self.0.get(machine).copied().unwrap_or(1)
    }

    /// The data set of a machine, by its entry and its seed as tables have them.
    pub fn of_machine(&self, machine: &str, seed: &str) -> u64 {
        seed.parse::<u64>().map_or(0, |index| index % self.of_entry(machine))
    }
}

/// The mean over machines: of pairs of a machine's data set and its value. See [`GroupedMean::of`] for its error.
pub fn mean_over_machines(values: impl IntoIterator<Item = (u64, f64)>) -> GroupedMean {
    GroupedMean::of(&values.into_iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_take_the_data_sets_in_turn() {
        let config = "[[rbm]]\nname = \"one\"\n[[rbm]]\nname = \"some\"\nseeds = 5\ndata_seeds = 3\n";
        let sets = DataSets::of(&toml::from_str(config).expect("a table"));
        let of = |machine: &str| ["0", "1", "2", "3", "4"].map(|seed| sets.of_machine(machine, seed));
        assert_eq!((of("one"), of("some"), of("unknown")), ([0; 5], [0, 1, 2, 0, 1], [0; 5]));
        assert_eq!((sets.of_entry("one"), sets.of_entry("some")), (1, 3));
        assert_eq!(DataSets::of(&Table::new()), DataSets::default());
    }
}
