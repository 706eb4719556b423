//! What a run folder says of the ends of its flows.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ising_data::SampleSet;
use ising_theory::Lattice;
use statistics::mean;

use super::{Machine, QUANTITIES, Reference, UNKNOWN, Values, along_training::AlongTraining, mean_of_finite};
use crate::{
    artifacts::{Manifest, read_table},
    config::{Settings, schema::Rbm},
    exact,
    table::Table,
};

/// Names of the markers of the training mixture.
const MIXTURE: &str = "training_mixture";
const MIXTURE_BY_NETWORK: &str = "training_mixture_by_network";

/// A finished run.
pub(super) struct RunFolder {
    /// The last part of its path.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) machines: Vec<Machine>,
    pub(super) references: Vec<Reference>,
    /// Eigenvalues of w wᵀ of the trained machines: machine, seed, epoch, rank, eigenvalue; empty for a run that was not
    /// dissected.
    pub(super) spectra: Table,
    pub(super) along_training: Option<AlongTraining>,
}

impl RunFolder {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?.with_context(|| format!("{} is no run folder", folder.display()))?;
        let settings = Settings::of_run(folder, &manifest.config)?;
        let tables = Tables { folder, experiment: &manifest.experiment };
        let machines = settings.rbm.iter().map(|rbm| tables.machine(rbm)).collect::<Result<_>>()?;
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Ok(Self {
            name: whole.file_name().unwrap_or(whole.as_os_str()).to_string_lossy().into_owned(),
            title: settings.title.clone(),
            machines,
            references: tables.references()?,
            spectra: tables.spectra(&settings.rbm)?,
            along_training: AlongTraining::read(folder, &settings.rbm)?,
        })
    }
}

/// The files of a run.
struct Tables<'a> {
    folder: &'a Path,
    /// Name of its config.
    experiment: &'a str,
}

impl Tables<'_> {
    fn table(&self, file: &str) -> Result<Table> {
        read_table(self.folder, file)
    }

    /// The last step of a flow's table.
    fn last_step(&self, file: &str) -> Result<Table> {
        let table = self.table(file)?;
        let last = table.distinct("step")?.last().copied().unwrap_or_default();
        Ok(table.filter("step", last)?)
    }

    fn machine(&self, rbm: &Rbm) -> Result<Machine> {
        let mut machine =
            Machine { name: rbm.name.clone(), n_hidden: rbm.n_hidden.get(), step: f64::NAN, seeds: Vec::new() };
        for seed in 0..rbm.seeds.get() as u64 {
            let flow = format!("flow/{}/seed-{seed}", rbm.name);
            let ends = self.last_step(&format!("{flow}/flow.csv"))?;
            machine.step = ends.column("step")?.first().copied().unwrap_or(f64::NAN);
            let file = format!("{flow}/correlations.csv");
            if !self.folder.join(&file).exists() {
                bail!(
                    "{0}: {file} is missing: the flow was recorded by an earlier version of this program\n  bring it up to \
                     date with the command that made it: experiments run configs/{1}.toml --out {0}",
                    self.folder.display(),
                    self.experiment
                );
            }
            machine.seeds.push((rbm.data_set(seed), of_seed(&ends, &self.last_step(&file)?)?));
        }
        Ok(machine)
    }

    /// The last spectrum of every machine that has one.
    fn spectra(&self, machines: &[Rbm]) -> Result<Table> {
        let mut spectra = Table::new("spectra", ["machine", "seed", "epoch", "rank", "eigenvalue"]);
        for rbm in machines {
            for seed in 0..rbm.seeds.get() {
                let file = format!("inside/{}/seed-{seed}/spectrum.csv", rbm.name);
                if !self.folder.join(&file).exists() {
                    continue;
                }
                let spectrum = self.table(&file)?;
                let last = spectrum.distinct("epoch")?.last().copied().unwrap_or_default();
                let trained = spectrum.filter("epoch", last)?;
                for (rank, eigenvalue) in trained.column("rank")?.into_iter().zip(trained.column("eigenvalue")?) {
                    let name = rbm.name.as_str();
                    spectra.push([name.into(), seed.into(), last.into(), rank.into(), eigenvalue.into()])?;
                }
            }
        }
        Ok(spectra)
    }

    /// The state points marked in the analysis, and in place of the training mixture's point the mixture itself.
    fn references(&self) -> Result<Vec<Reference>> {
        let markers = self.table("analysis/markers.csv")?;
        let lattice = SampleSet::open(&self.folder.join("data/samples.safetensors"))?.lattice;
        let points = markers.column("temperature")?.into_iter().zip(markers.column("field")?);
        let by_network = markers.filter("name", MIXTURE_BY_NETWORK)?.column("temperature")?;
        let by_network = by_network.first().copied().unwrap_or(f64::NAN);
        let mut references = Vec::new();
        let named = markers.text("name")?.into_iter().zip(points);
        for (name, (temperature, field)) in named.filter(|(name, _)| *name != MIXTURE_BY_NETWORK) {
            let values = if name == MIXTURE {
                self.of_mixture(temperature, by_network)?
            } else {
                of_state_point(lattice, temperature, field)?
            };
            references.push(Reference { name: name.into(), values });
        }
        Ok(references)
    }

    /// Of all training data together: exact means where they are known, the readings that agree with them, and the rest as it is
    /// in the data.
    fn of_mixture(&self, temperature: f64, by_network: f64) -> Result<Values> {
        let observables = self.table("data/observables.csv")?;
        let exactly = |name: &str| -> Result<f64> {
            let [exact, measured] =
                [format!("{name}_exact"), name.to_owned()].map(|column| observables.column(&column));
            let exact = mean(&exact?).value;
            Ok(if exact.is_nan() { mean(&measured?).value } else { exact })
        };
        let means =
            [by_network, temperature, temperature, exactly("energy_per_site")?, exactly("abs_magnetization_per_site")?];
        let of_mixture = |file: &str| -> Result<Table> { Ok(self.table(file)?.filter("law", "mixture")?) };
        let by_distance = of_mixture("analysis/correlations.csv")?;
        let reach = of_mixture("analysis/correlation-length.csv")?;
        let reach = |name: &str| -> Result<f64> { Ok(value_of_finite(&reach.column(name)?)) };
        let [near, next, far] = at_distances(&by_distance)?;
        Ok(values(means, [near, next, far, reach("correlation_length")?, reach("binder_ratio")?]))
    }
}

/// The mean of the finite values; infinite if most are.
fn value_of_finite(values: &[f64]) -> f64 {
    mean_of_finite(&values.iter().map(|&value| (0, value)).collect::<Vec<_>>()).value
}

/// The means over the starts of one seed.
fn of_seed(ends: &Table, correlations: &Table) -> Result<Values> {
    let distant = at_distances(correlations)?;
    let mut found = UNKNOWN;
    for (value, name) in found.iter_mut().zip(QUANTITIES) {
        *value = match name {
            "correlation_at_1" => distant[0],
            "correlation_at_2" => distant[1],
            "correlation_at_half" => distant[2],
            name => value_of_finite(&ends.column(name)?),
        };
    }
    Ok(found)
}

/// Means of G(1), G(2) and G at the largest distance.
fn at_distances(correlations: &Table) -> Result<[f64; 3]> {
    let largest = correlations.distinct("distance")?.last().copied().unwrap_or_default();
    let mut found = [f64::NAN; 3];
    for (value, distance) in found.iter_mut().zip([1.0, 2.0, largest]) {
        *value = value_of_finite(&correlations.filter("distance", distance)?.column("correlation")?);
    }
    Ok(found)
}

/// The lattice at a state point, as far as it is known exactly.
fn of_state_point(lattice: Lattice, temperature: f64, field: f64) -> Result<Values> {
    let [energy, _, abs_magnetization, magnetization, _] = exact::values(lattice, temperature, &[field])?[0];
    let neighbours = -(energy + field * magnetization) * lattice.n_sites() as f64 / lattice.n_bonds() as f64;
    let mut correlations = [f64::NAN; 5];
    correlations[0] = neighbours;
    Ok(values([temperature, temperature, temperature, energy, abs_magnetization], correlations))
}

/// Readings and means, then correlations, in the order of [`QUANTITIES`].
fn values(means: [f64; 5], correlations: [f64; 5]) -> Values {
    std::array::from_fn(|i| if i < means.len() { means[i] } else { correlations[i - means.len()] })
}
