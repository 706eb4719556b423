//! How far every machine is from the law of its training data, along its training: part of `analyze`.

use anyhow::Result;
use ising_data::{
    PackedSpins, SampleSet, bond_energies, magnetizations,
    stream::{self, Purpose},
};
use models::{
    ModelError, PackedTensor, Rbm, RbmParameters, flow,
    likelihood::{
        AnnealedLnZ, Annealing, EXACT_LIMIT, annealed_ln_z, exact_ln_z, independent_bias, mean_ln_likelihood,
        relative_entropy, reverse_annealed_ln_z,
    },
};
use statistics::Estimate;

use super::{
    HELD_OUT, Stage, law::Law, machine_folder, machine_task, machines, on_lattice, pick, read_samples, read_snapshots,
    write_table,
};
use crate::{
    config::{Config, schema},
    interrupt,
    pipeline::{Task, Work, Workbench},
    table::Table,
    training::machine::evenly,
};

/// Gibbs steps from held-out data after which a configuration counts as one of the machine.
const N_GIBBS_STEPS: u64 = 1000;

/// Gibbs steps between two looks at the signals; divides their number.
const N_STEPS_AT_ONCE: u64 = 50;

pub(super) fn tasks(config: &Config) -> impl Iterator<Item = Task<'_>> {
    machines(&config.settings).map(move |(rbm, index)| Task {
        name: task_name(rbm, index),
        settings: pick(config, &["seed", "likelihood"]),
        inputs: vec![Stage::Sample.name().into(), machine_task(rbm, index)],
        precious: false,
        work: Work::alone(move |workbench| run(config, rbm, index, workbench)),
    })
}

pub(super) fn task_name(rbm: &schema::Rbm, index: u64) -> String {
    format!("{}/{}/seed-{index}", Stage::Analyze.name(), rbm.name)
}

fn run(config: &Config, rbm: &schema::Rbm, index: u64, workbench: &mut Workbench<'_>) -> Result<()> {
    let held_out = read_samples(config, workbench, HELD_OUT)?;
    let folder = machine_folder(rbm, index);
    let taken = read_snapshots(config, rbm, index, workbench)?;
    let yardstick = Yardstick {
        settings: &config.settings.likelihood,
        spins: held_out.spins.to_f32(),
        ln_q: ln_q(config, &held_out)?,
        starts: evenly(&held_out.spins, config.settings.likelihood.n_chains.get())?,
    };
    let mut table = Table::new("likelihood", HEADER);
    let label = format!("likelihood of {} seed {index}", rbm.name);
    let work = workbench.progress.begin(&label, taken.len() as u64, "snapshot");
    let n_samples = config.settings.n_training_samples();
    for snapshot in &taken {
        let key = stream::key(config.settings.seed.into(), Purpose::Likelihood, index, snapshot.stream_index());
        let row = yardstick.measure(&snapshot.parameters, key, workbench)?;
        let cells = [rbm.name.as_str().into(), index.into(), snapshot.epoch.into(), row.method.into()].into_iter();
        let time = [snapshot.n_updates as f64, rbm.training_time(snapshot.n_updates, n_samples)];
        table.push(cells.chain(row.numbers().chain(time).map(Into::into)).collect::<Vec<_>>())?;
        work.advance(1);
        interrupt::check()?;
    }
    drop(work);
    write_table(workbench, &format!("{folder}/likelihood.csv"), &table)
}

const HEADER: [&str; 18] = [
    "machine",
    "seed",
    "epoch",
    "method",
    "ln_z",
    "ln_z_error",
    "effective_chains",
    "ln_z_reverse",
    "ln_z_reverse_error",
    "effective_chains_reverse",
    "ln_likelihood",
    "ln_likelihood_error",
    "relative_entropy",
    "relative_entropy_error",
    "relative_entropy_reverse",
    "relative_entropy_reverse_error",
    "n_updates",
    "training_time",
];

/// One machine held against the data; in nats, per configuration where not ln Z. NaN where nothing is known.
struct Measured {
    method: &'static str,
    /// ln Z from below, and from above.
    ln_z: [AnnealedLnZ; 2],
    ln_likelihood: Estimate,
    /// KL(q‖p), q the exact law of the data, with ln Z from below and from above.
    relative_entropy: [Estimate; 2],
}

impl Measured {
    fn numbers(&self) -> impl Iterator<Item = f64> {
        let of_ln_z = |annealed: AnnealedLnZ| [annealed.ln_z.value, annealed.ln_z.error, annealed.effective_chains];
        let [forward, reverse] = self.relative_entropy;
        let others = [self.ln_likelihood, forward, reverse].into_iter().flat_map(|pair| [pair.value, pair.error]);
        self.ln_z.into_iter().flat_map(of_ln_z).chain(others)
    }
}

/// What machines are held against.
struct Yardstick<'a> {
    settings: &'a schema::Likelihood,
    /// Held-out data, shape `[n_samples, n_sites]`, values ±1.
    spins: Vec<f32>,
    /// Their ln q, shape `[n_samples]`; nothing where the law of the data is not known.
    ln_q: Option<Vec<f64>>,
    /// Where chains begin that are to become samples of a machine.
    starts: PackedSpins,
}

impl Yardstick<'_> {
    fn measure(&self, machine: &RbmParameters, key: u64, workbench: &Workbench<'_>) -> Result<Measured> {
        let (method, ln_z) = self.ln_z(machine, key, workbench)?;
        let distance = |annealed: AnnealedLnZ| match &self.ln_q {
            Some(ln_q) => relative_entropy(machine, annealed.ln_z, &self.spins, ln_q),
            None => Ok(Estimate { value: f64::NAN, error: f64::NAN }),
        };
        Ok(Measured {
            method,
            ln_z,
            ln_likelihood: mean_ln_likelihood(machine, ln_z[0].ln_z, &self.spins)?,
            relative_entropy: [distance(ln_z[0])?, distance(ln_z[1])?],
        })
    }

    /// ln Z exactly, twice, or from below and from above.
    fn ln_z(
        &self,
        machine: &RbmParameters,
        key: u64,
        workbench: &Workbench<'_>,
    ) -> Result<(&'static str, [AnnealedLnZ; 2])> {
        if machine.n_visible.min(machine.n_hidden) <= EXACT_LIMIT {
            let exact = AnnealedLnZ { ln_z: Estimate::exact(exact_ln_z(machine)?), effective_chains: f64::NAN };
            return Ok(("exact", [exact; 2]));
        }
        let schema::Likelihood { n_chains, n_temperatures } = self.settings;
        let annealing = Annealing { n_temperatures: n_temperatures.get(), key };
        let base = independent_bias(machine.n_visible, &self.spins)?;
        let go_on = || !interrupt::asked();
        let forward = unless_stopped(annealed_ln_z(machine, &base, n_chains.get(), annealing, &go_on))?;
        let samples = self.samples_of(machine, key, workbench)?;
        let reverse = unless_stopped(reverse_annealed_ln_z(machine, &base, &samples, annealing, &go_on))?;
        Ok(("annealed", [forward, reverse]))
    }

    /// Configurations of the machine, shape `[n_chains, n_visible]`, values ±1.
    fn samples_of(&self, machine: &RbmParameters, key: u64, workbench: &Workbench<'_>) -> Result<Vec<f32>> {
        let rbm = Rbm::new(machine, workbench.device)?;
        let mut chains = PackedTensor::new(&self.starts.to_words(), machine.n_visible, workbench.device)?;
        for step in (0..N_GIBBS_STEPS).step_by(N_STEPS_AT_ONCE as usize) {
            chains = flow(&rbm, chains, N_STEPS_AT_ONCE, key, step)?;
            interrupt::check()?;
        }
        Ok(chains.unpack().try_into_vec_as()?)
    }
}

/// What was annealed, unless a signal stopped it.
fn unless_stopped<T>(annealed: Result<T, ModelError>) -> Result<T> {
    match annealed {
        Err(ModelError::Stopped) => Err(interrupt::Interrupted.into()),
        annealed => Ok(annealed?),
    }
}

/// ln q of held-out configurations under the law of the data, shape `[n_samples]`, where it is known.
fn ln_q(config: &Config, held_out: &SampleSet) -> Result<Option<Vec<f64>>> {
    let Some(law) = Law::of(config)? else { return Ok(None) };
    let spins = on_lattice(config, held_out)?.spins;
    let states = bond_energies(config.lattice, &spins)?.into_iter().zip(magnetizations(&spins));
    Ok(Some(states.map(|(energy, m)| law.ln_probability(energy, m)).collect()))
}
