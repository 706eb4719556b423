//! The tables of a run folder on which claims are tested.

use std::path::{Path, PathBuf};

use anyhow::Result;
use statistics::Estimate;

use super::{
    settings::{self, Settings},
    training::{Trainings, divergence},
};
use crate::{artifacts::read_table, data_sets::DataSets, table::Table};

/// A state point that a hypothesis singles out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Marker {
    pub(super) name: String,
    pub(super) temperature: f64,
    pub(super) field: f64,
}

/// What a run says.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// Name of the run folder.
    pub(super) folder: String,
    path: PathBuf,
    pub(super) markers: Vec<Marker>,
    pub(super) end_points: Table,
    pub(super) vector_field: Table,
    pub(super) agreement: Table,
    pub(super) weights: Table,
    /// The line of maximal specific heat, (H, T) ascending in H; empty where the run has none.
    pub(super) ridge: Vec<[f64; 2]>,
    config: toml::Table,
    pub(super) trainings: Trainings,
    data_sets: DataSets,
    pub(super) energy_relation: Table,
    /// What older runs do not have.
    pub(super) end_states: Option<Table>,
    pub(super) state_references: Option<Table>,
    pub(super) ends_along_training: Option<Table>,
}

impl Evidence {
    /// Reads the tables of a run folder.
    ///
    /// # Errors
    /// When a table is missing or is none.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let table = |name: &str| read_table(folder, &format!("analysis/{name}"));
        let table_if_any = |name: &str| -> Result<Option<Table>> {
            let exists = folder.join("analysis").join(name).exists();
            exists.then(|| table(name)).transpose()
        };
        let markers = table("markers.csv")?;
        let names = markers.text("name")?.into_iter().map(str::to_owned);
        let points = names.zip(markers.column("temperature")?.into_iter().zip(markers.column("field")?));
        // Lines of maximal specific heat are drawn for data with several fields only.
        let ridge = table_if_any("ridges.csv")?.as_ref().map(ridge).transpose()?.unwrap_or_default();
        let config = settings::read(folder)?;
        Ok(Self {
            folder: name(folder),
            path: folder.to_owned(),
            markers: points.map(|(name, (temperature, field))| Marker { name, temperature, field }).collect(),
            end_points: table("end-points.csv")?,
            vector_field: table("vector-field.csv")?,
            agreement: table("agreement-of-starts.csv")?,
            weights: table("weights.csv")?,
            ridge,
            trainings: Trainings::of(&config),
            data_sets: DataSets::of(&config),
            config,
            energy_relation: table("energy-relation.csv")?,
            end_states: table_if_any("end-states.csv")?,
            state_references: table_if_any("state-references.csv")?,
            ends_along_training: table_if_any("ends-along-training.csv")?,
        })
    }

    /// The marked points as a reading has them: the network sees the training mixture elsewhere than where its means are those of the
    /// lattice; where it is not known where, there is none.
    pub(super) fn markers_read_by(&self, reading: &str) -> Vec<Marker> {
        let (own, other) =
            if reading == "thermometer" { (MIXTURE_BY_NETWORK, MIXTURE) } else { (MIXTURE, MIXTURE_BY_NETWORK) };
        let markers = self.markers.iter().filter(|marker| marker.name != other).cloned();
        let named =
            |marker: Marker| if marker.name == own { Marker { name: MIXTURE.into(), ..marker } } else { marker };
        markers.map(named).collect()
    }

    /// The seeds of an entry.
    pub(super) fn seeds(&self, machine: &str) -> Result<Vec<String>> {
        let rows = self.end_points.filter("machine", machine)?;
        let seeds = rows.distinct_text("seed")?;
        Ok(seeds.into_iter().filter(|seed| *seed != "all").map(str::to_owned).collect())
    }

    /// The data set that an RBM of one entry and seed learned from.
    pub(super) fn data_set(&self, machine: &str, seed: &str) -> u64 {
        self.data_sets.of_machine(machine, seed)
    }

    /// What RBMs of one seed of two entries have in common with those of other seeds: of the two, the data set that is shared
    /// by more of them.
    pub(super) fn common_data_set(&self, machine: &str, other: &str, seed: &str) -> u64 {
        let by_sharing = |name: &&str| match self.data_sets.of_entry(name) {
            1 => u64::MAX,
            n_sets => n_sets,
        };
        let name = [machine, other].into_iter().min_by_key(by_sharing).unwrap_or(machine);
        self.data_set(name, seed)
    }

    /// KL divergence of the trained RBMs of an entry from their data.
    pub(super) fn divergence(&self, machine: &str) -> Result<Estimate> {
        divergence(&self.path, machine, &self.seeds(machine)?)
    }

    /// The machines of the run.
    pub(super) fn machines(&self) -> Result<Vec<&str>> {
        Ok(self.end_points.distinct_text("machine")?)
    }

    /// The settings of a machine and its data.
    pub(super) fn settings(&self, machine: &str) -> Settings {
        settings::of_machine(&self.config, machine)
    }

    /// Number of hidden units of a machine.
    pub(super) fn n_hidden(&self, machine: &str) -> Result<String> {
        let rows = self.end_points.filter("machine", machine)?;
        Ok(rows.text("n_hidden")?.first().copied().unwrap_or_default().to_owned())
    }
}

/// Names of the marked training mixture.
pub(super) const MIXTURE: &str = "training_mixture";
const MIXTURE_BY_NETWORK: &str = "training_mixture_by_network";

/// The last part of the folder's path.
fn name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().unwrap_or(whole.as_os_str()).to_string_lossy().into_owned()
}

/// The exact line of maximal specific heat: at every field its hottest maximum.
fn ridge(table: &Table) -> Result<Vec<[f64; 2]>> {
    let exact = table.filter("line", "specific-heat")?;
    let mut line: Vec<[f64; 2]> =
        exact.column("field")?.into_iter().zip(exact.column("temperature")?).map(|(h, t)| [h, t]).collect();
    line.sort_by(|a, b| a[0].total_cmp(&b[0]).then(b[1].total_cmp(&a[1])));
    line.dedup_by(|next, first| next[0].total_cmp(&first[0]).is_eq());
    Ok(line)
}
