//! `train-rbm`: contrastive divergence for every machine of the config.

use anyhow::Result;

use super::{HELD_OUT, data_tasks, machine_folder, machine_task, pick, read_samples, samples_file, write_table};
use crate::{
    artifacts::TensorFile,
    config::{Config, schema},
    pipeline::{Task, Work, Workbench},
    table::Table,
    training::machine::{Course, Epoch, Machine, Trained, train, weight_file, with_snapshots},
};

/// The machines entry by entry, those of one data set, which can be trained together, next to each other.
pub(super) fn tasks(config: &Config) -> Vec<Task<'_>> {
    let task = |(rbm, index)| Task {
        name: machine_task(rbm, index),
        settings: settings(config, rbm, index),
        inputs: data_tasks(rbm, index),
        precious: true,
        work: Work::of_family((&rbm.name, rbm.data_set(index)), index, move |workbenches| {
            run(config, rbm, workbenches)
        }),
    };
    let machines = config.settings.rbm.iter().flat_map(|rbm| {
        let (n_seeds, n_sets) = (rbm.seeds.get() as u64, rbm.data_seeds.get());
        let of_set = move |set| (set..n_seeds).step_by(n_sets).map(move |index| (rbm, index));
        (0..n_sets as u64).flat_map(of_set)
    });
    machines.map(task).collect()
}

/// A machine depends on its own entry, its data set and the seed, not on how many others there are.
fn settings(config: &Config, rbm: &schema::Rbm, index: u64) -> toml::Table {
    let mut machine = toml::Table::try_from(rbm).unwrap_or_default();
    ["name", "seeds", "data_seeds"].into_iter().for_each(|key| drop(machine.remove(key)));
    if rbm.data_set(index) > 0 {
        machine.insert("data_seed".into(), (rbm.data_set(index) as i64).into());
    }
    let machines = toml::Table::from_iter([(rbm.name.clone(), machine.into())]);
    let mut settings = pick(config, &["seed"]);
    settings.insert("rbm".into(), machines.into());
    settings
}

/// Trains some machines of an entry and one data set.
fn run(config: &Config, rbm: &schema::Rbm, workbenches: &mut [Workbench<'_>]) -> Result<()> {
    let [first, others @ ..] = &*workbenches else { return Ok(()) };
    let samples = read_samples(config, first, &samples_file(rbm.data_set(first.member)))?;
    let held_out = read_samples(config, first, HELD_OUT)?;
    let label = match others.len() {
        0 => format!("{} seed {}", rbm.name, first.member),
        n_others => format!("{}, {} machines", rbm.name, 1 + n_others),
    };
    let n_batches = rbm.n_epochs.get() * rbm.updates_per_epoch(samples.spins.n_samples());
    let work = first.progress.begin(&label, (workbenches.len() * n_batches) as u64, "batch");
    let course = Course {
        training: &samples.spins,
        held_out: &held_out.spins,
        settings: rbm,
        seed: config.settings.seed,
        device: first.device,
        n_threads: first.n_threads,
        work: &work,
    };
    let machines = workbenches.iter_mut().map(|workbench| Machine {
        index: workbench.member,
        fingerprint: workbench.fingerprint,
        checkpoints: &mut workbench.checkpoints,
    });
    let trained = train(&course, machines.collect())?;
    drop(work);
    workbenches.iter_mut().zip(trained).try_for_each(|(workbench, trained)| write(config, rbm, workbench, &trained))
}

fn write(config: &Config, rbm: &schema::Rbm, workbench: &mut Workbench<'_>, trained: &Trained) -> Result<()> {
    let (index, folder) = (workbench.member, machine_folder(rbm, workbench.member));
    let weights = weight_file(&trained.parameters).text("kind", "machine").text("n_epochs", rbm.n_epochs);
    workbench.write(&format!("{folder}/weights.safetensors"), &weights.to_bytes())?;
    let snapshots = with_snapshots(TensorFile::default(), &trained.snapshots).text("kind", "snapshots of a training");
    workbench.write(&format!("{folder}/snapshots.safetensors"), &snapshots.to_bytes())?;
    write_table(workbench, &format!("{folder}/training.csv"), &table(config, rbm, index, &trained.history)?)
}

const HEADER: [&str; 9] = [
    "machine",
    "seed",
    "epoch",
    "reconstruction_error",
    "pseudo_likelihood",
    "free_energy_gap",
    "weight_norm",
    "n_updates",
    "training_time",
];

fn table(config: &Config, rbm: &schema::Rbm, index: u64, history: &[Epoch]) -> Result<Table> {
    let mut table = Table::new("training", HEADER);
    let n_samples = config.settings.n_training_samples();
    for row in history {
        let n_updates = (row.epoch * rbm.updates_per_epoch(n_samples)) as u64;
        table.push([
            rbm.name.as_str().into(),
            index.into(),
            row.epoch.into(),
            row.reconstruction_error.into(),
            row.pseudo_likelihood.into(),
            row.free_energy_gap.into(),
            row.weight_norm.into(),
            n_updates.into(),
            rbm.training_time(n_updates, n_samples).into(),
        ])?;
    }
    Ok(table)
}
