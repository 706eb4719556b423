//! What does not fit this machine, the setting that makes it large, and what would fit.

use std::fmt;

use ising_theory::Lattice;

use super::{memory, pieces, words::amount};
use crate::{
    config::{Override, Settings, schema::Rbm},
    stages::Stage,
};

/// Something that there may be too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Memory.
    Memory,
    /// Space on the disk.
    Disk,
}

/// A run that needs more than there is.
#[derive(Clone, Debug, PartialEq)]
pub struct DoesNotFit {
    resource: Resource,
    needed: f64,
    available: u64,
    /// The setting that makes it large, and its value.
    setting: String,
    value: usize,
    /// The largest value that fits; nothing if none does.
    fitting: Option<usize>,
}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, needed, available, setting, value, fitting } = self;
        let (needed, available) = (amount(*needed), amount(*available as f64));
        let place = match resource {
            Resource::Memory => "of memory, of which",
            Resource::Disk => "on the disk, where",
        };
        write!(
            f,
            "this run would take about {needed} {place} {available} are available\n  mostly for {setting} = {value}"
        )?;
        match fitting {
            Some(fitting) => write!(f, ": {setting} = {fitting} would fit")?,
            None => write!(f, ", but no smaller number alone would fit")?,
        }
        let elsewhere = match resource {
            Resource::Memory => "fewer --threads need less, too",
            Resource::Disk => "--out takes another folder",
        };
        write!(f, "\n  {elsewhere}; --force runs it all the same")
    }
}

impl std::error::Error for DoesNotFit {}

/// What is asked of a machine: these stages of an experiment.
pub(super) struct Demand<'a> {
    pub(super) lattice: Lattice,
    pub(super) stages: &'a [Stage],
    pub(super) n_threads: usize,
    pub(super) resource: Resource,
}

impl Demand<'_> {
    /// Bytes that the experiment needs with these settings.
    fn needed(&self, settings: &Settings) -> f64 {
        match self.resource {
            Resource::Memory => memory(settings, self.lattice, self.stages, self.n_threads),
            Resource::Disk => {
                let all = pieces(settings, self.lattice);
                all.iter().filter(|piece| self.stages.contains(&piece.stage)).map(|piece| piece.disk).sum()
            }
        }
    }

    /// The refusal of a run that needs more than is `available`.
    pub(super) fn refusal(&self, settings: &Settings, needed: f64, available: u64) -> DoesNotFit {
        let halved = |(key, value): &(String, usize)| self.needed(&with(settings, key, (value / 2).max(1)));
        let largest = numbers(settings).into_iter().map(|number| (halved(&number), number));
        // The first of equals: the samples.
        let (setting, value) =
            largest.min_by(|a, b| a.0.total_cmp(&b.0)).map_or_else(Default::default, |found| found.1);
        let fits = |value| self.needed(&with(settings, &setting, value)) <= available as f64;
        let fitting = largest_that(value, fits).map(rounded_down);
        DoesNotFit { resource: self.resource, needed, available, setting, value, fitting }
    }
}

/// The largest number below `end` for which `fits` holds, if it holds for 1 and for none behind the first that it fails.
fn largest_that(end: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
    if !fits(1) {
        return None;
    }
    let (mut good, mut bad) = (1, end);
    while bad > good + 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) { good = middle } else { bad = middle }
    }
    Some(good)
}

/// With two significant digits.
fn rounded_down(number: usize) -> usize {
    let digits = 10usize.pow(number.max(1).ilog10().saturating_sub(1));
    number / digits * digits
}

/// The numbers in the settings that make a run large, with their keys.
fn numbers(settings: &Settings) -> Vec<(String, usize)> {
    let Settings { data, thermometer, rbm, likelihood, flow, .. } = settings;
    let everywhere = [
        ("data.n_samples", Some(data.n_samples)),
        ("data.n_held_out", Some(data.n_held_out)),
        ("thermometer.n_samples", thermometer.n_samples),
        ("thermometer.n_epochs", Some(thermometer.n_epochs)),
        ("thermometer.batch_size", Some(thermometer.batch_size)),
        ("likelihood.n_chains", Some(likelihood.n_chains)),
        ("flow.n_chains", Some(flow.n_chains)),
        ("flow.n_stationary_chains", flow.n_stationary_steps.map(|_| flow.n_stationary_chains)),
        ("flow.n_stationary_steps", flow.n_stationary_steps),
    ];
    let everywhere = everywhere.into_iter().filter_map(|(key, count)| Some((key.to_owned(), count?.get())));
    let of_machine = |rbm: &Rbm| {
        let batch_size = rbm.batch_size.of(settings.n_training_samples());
        let numbers = [
            ("n_hidden", rbm.n_hidden.get()),
            ("batch_size", batch_size),
            ("seeds", rbm.seeds.get()),
            ("data_seeds", rbm.data_seeds.get()),
        ];
        numbers.map(|(key, count)| (format!("rbm.{}.{key}", rbm.name), count))
    };
    everywhere.chain(rbm.iter().flat_map(of_machine)).collect()
}

/// The settings with another number.
fn with(settings: &Settings, key: &str, value: usize) -> Settings {
    let change = format!("{key}={value}").parse::<Override>();
    // A whole number in place of another is legal.
    change.ok().and_then(|change| change.applied_to(settings)).unwrap_or_else(|| settings.clone())
}
