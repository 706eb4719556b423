//! Rules between settings that no single value shows.

mod cluster;
mod thermometer;

use std::collections::HashSet;

use super::{
    schema::{Data, FigureKind, Flow, LatticeKind, Rbm, SamplerKind, Settings, UpdateKind},
    values::Count,
};

/// A setting that does not fit the others.
pub(super) struct Problem {
    /// Its key as in `config show`.
    pub(super) key: String,
    /// What is wrong.
    pub(super) message: String,
    /// How to mend it.
    pub(super) help: String,
}

impl Problem {
    pub(super) fn new(key: &str, message: &str, help: &str) -> Self {
        Self { key: key.into(), message: message.into(), help: help.into() }
    }
}

/// Checks what holds between settings.
pub(super) fn check(settings: &Settings) -> Result<(), Problem> {
    check_data(settings)?;
    thermometer::check(settings)?;
    check_machines(settings)?;
    check_likelihood(settings)?;
    check_flow(&settings.flow)?;
    cluster::check(&settings.cluster)?;
    check_figures(settings)
}

fn check_data(settings: &Settings) -> Result<(), Problem> {
    let data = &settings.data;
    let n_points = data.temperatures.values().len() * data.fields.values().len();
    check_sampler(data)?;
    check_memory(data, "data.n_samples", n_points.saturating_mul(data.n_samples.get()))
}

/// Samples are held in memory while they are drawn.
const MAX_GIBIBYTES: f64 = 16.0;

fn check_memory(data: &Data, key: &str, n_samples: usize) -> Result<(), Problem> {
    let n_sites =
        data.side.map_or(1, |side| side.get().saturating_mul(side.get())).max(data.n_sites.map_or(1, Count::get));
    let gibibytes = n_samples as f64 * n_sites as f64 / 8.0 / (1u64 << 30) as f64;
    if gibibytes > MAX_GIBIBYTES {
        let message = format!("the samples would take {gibibytes:.0} GiB");
        let help = format!("stay below {MAX_GIBIBYTES} GiB: fewer samples, state points or sites");
        return Err(Problem::new(key, &message, &help));
    }
    Ok(())
}

/// The largest torus whose transfer matrix the exact sampler goes through.
const MAX_SIDE: usize = 12;

fn check_sampler(data: &Data) -> Result<(), Problem> {
    match data.side {
        Some(side) if data.sampler == SamplerKind::Exact && side.get() > MAX_SIDE => {
            let message = format!("a side of {side} is beyond the exact sampler, which reaches {MAX_SIDE}");
            let help = "choose sampler = \"auto\", \"perfect\" or \"cluster\"";
            Err(Problem::new("data.sampler", &message, help))
        }
        _ => Ok(()),
    }
}

/// Units of a layer, and machines of an entry.
const MAX_UNITS: usize = 100_000;

/// Gibbs steps of a batch, which nothing interrupts.
const MAX_GIBBS_STEPS: usize = 10_000;

/// Chains to be annealed, and temperatures they pass.
const MAX_CHAINS: usize = 100_000;
const MAX_TEMPERATURES: usize = 1_000_000;

fn check_size(key: &str, size: Count, largest: usize) -> Result<(), Problem> {
    if size.get() <= largest {
        return Ok(());
    }
    Err(Problem::new(
        key,
        &format!("{size} does not fit into memory, or into a lifetime"),
        &format!("choose {largest} or less"),
    ))
}

fn check_likelihood(settings: &Settings) -> Result<(), Problem> {
    let likelihood = &settings.likelihood;
    if likelihood.n_chains.get() < 2 {
        let message = "one chain has no standard error";
        return Err(Problem::new("likelihood.n_chains", message, "choose 2 or more; 100 is the default"));
    }
    check_size("likelihood.n_chains", likelihood.n_chains, MAX_CHAINS)?;
    check_size("likelihood.n_temperatures", likelihood.n_temperatures, MAX_TEMPERATURES)
}

/// The fewest steps and chains that give a correlation time and its error.
const LEAST_STATIONARY: usize = 10;

fn check_flow(flow: &Flow) -> Result<(), Problem> {
    let Some(n_steps) = flow.n_stationary_steps else { return Ok(()) };
    if flow.updates() != [UpdateKind::Sampled; 2] {
        let help = "choose update = \"sampled\" without other hidden or visible units, or leave n_stationary_steps out";
        return Err(Problem::new("flow.n_stationary_steps", "only a sampled flow has a stationary law", help));
    }
    for (key, count) in [("n_stationary_steps", n_steps), ("n_stationary_chains", flow.n_stationary_chains)] {
        if count.get() < LEAST_STATIONARY {
            let help = format!("choose {LEAST_STATIONARY} or more");
            return Err(Problem::new(&format!("flow.{key}"), &format!("{count} are too few for errors"), &help));
        }
    }
    Ok(())
}

fn batch_too_large(key: &str, n_samples: usize) -> Problem {
    let help = format!("choose {n_samples} or less, or raise data.n_samples");
    Problem::new(key, &format!("a batch is larger than the {n_samples} training configurations"), &help)
}

fn check_machines(settings: &Settings) -> Result<(), Problem> {
    let n_samples = settings.n_training_samples();
    let mut names = HashSet::new();
    if settings.rbm.is_empty() {
        return Err(Problem::new("rbm", "there is no machine", "add an entry [[rbm]]"));
    }
    for rbm in &settings.rbm {
        check_name(&format!("rbm.{}.name", rbm.name), &rbm.name)?;
        if !names.insert(&rbm.name) {
            let key = format!("rbm.{}.name", rbm.name);
            return Err(Problem::new(&key, "two machines have this name", "give each [[rbm]] its own name"));
        }
        check_size(&format!("rbm.{}.n_hidden", rbm.name), rbm.n_hidden, MAX_UNITS)?;
        check_size(&format!("rbm.{}.seeds", rbm.name), rbm.seeds, MAX_UNITS)?;
        check_size(&format!("rbm.{}.n_gibbs_steps", rbm.name), rbm.n_gibbs_steps, MAX_GIBBS_STEPS)?;
        if rbm.batch_size.of(n_samples) > n_samples {
            return Err(batch_too_large(&format!("rbm.{}.batch_size", rbm.name), n_samples));
        }
        check_units_and_data(rbm)?;
    }
    Ok(())
}

fn check_units_and_data(rbm: &Rbm) -> Result<(), Problem> {
    if rbm.persistent && rbm.visible_units == UpdateKind::MeanField {
        let message = "persistent chains are spins of +1 and -1, and means of visible units are neither";
        let help = "choose visible_units = \"drawn\" or \"rounded\", or persistent = false";
        return Err(Problem::new(&format!("rbm.{}.visible_units", rbm.name), message, help));
    }
    if rbm.data_seeds.get() > rbm.seeds.get() {
        let message = format!("{} data sets for {} machine(s): some would train none", rbm.data_seeds, rbm.seeds);
        let help = format!("choose {} or less, or raise seeds", rbm.seeds);
        return Err(Problem::new(&format!("rbm.{}.data_seeds", rbm.name), &message, &help));
    }
    Ok(())
}

fn check_figures(settings: &Settings) -> Result<(), Problem> {
    let mut names = HashSet::new();
    for figure in &settings.figures {
        let name = figure.file_name();
        check_name(&format!("figures.{name}.name"), &name)?;
        if !names.insert(name.clone()) {
            let help = "give one of them another name = \"…\"";
            return Err(Problem::new(&format!("figures.{name}.kind"), "two figures have this name", help));
        }
        if let Some((message, help)) = missing(figure.kind, settings) {
            return Err(Problem::new(&format!("figures.{name}.kind"), message, help));
        }
        let machine = figure.machine.as_ref();
        if let Some(machine) = machine.filter(|machine| settings.rbm.iter().all(|rbm| rbm.name != **machine)) {
            let names: Vec<&str> = settings.rbm.iter().map(|rbm| rbm.name.as_str()).collect();
            let message = format!("no machine is called {machine}");
            return Err(Problem::new(&format!("figures.{name}.machine"), &message, &names.join(", ")));
        }
        if let Some(step) = figure.steps.iter().flatten().find(|&&step| step > settings.flow.n_steps.get()) {
            let message = format!("step {step} lies beyond the flow, which has {} steps", settings.flow.n_steps);
            let help = "choose earlier steps or raise flow.n_steps";
            return Err(Problem::new(&format!("figures.{name}.steps"), &message, help));
        }
    }
    Ok(())
}

/// What a figure needs that these settings do not give, and what to do.
fn missing(kind: FigureKind, settings: &Settings) -> Option<(&'static str, &'static str)> {
    let (is_possible, message, help) = match kind {
        FigureKind::Stationary => {
            (settings.flow.n_stationary_steps.is_some(), "there is no long run to show", "set flow.n_stationary_steps")
        }
        FigureKind::EndsAlongTraining | FigureKind::EndState => (
            settings.flow.along_training,
            "there are no flows along the training to show",
            "set flow.along_training = true",
        ),
        FigureKind::MagnetizationExponent => (
            has_critical_point(settings),
            "only flows on a torus that start at H = 0 pass the critical point",
            "leave this figure out, or choose lattice = \"square\" and a field 0",
        ),
        FigureKind::SoftmaxMap => (
            settings.has_softmax_map(),
            "the softmax is a map over (T, H) only of a classifier on a grid with several temperatures and fields",
            "leave this figure out, or set data.fields and thermometer.head = \"classifier\"",
        ),
        FigureKind::Trajectories | FigureKind::EndsInPlane => (
            settings.has_plane(),
            "flows of data in one field do not move in the (T, H) plane",
            "leave this figure out, or give several data.fields",
        ),
        _ => (true, "", ""),
    };
    (!is_possible).then_some((message, help))
}

fn has_critical_point(settings: &Settings) -> bool {
    let fields = settings.flow.fields.as_ref().unwrap_or(&settings.data.fields).values();
    settings.data.lattice == LatticeKind::Square && fields.iter().any(|field| field.abs() < f64::MIN_POSITIVE)
}

/// A name becomes a folder or a file: lower-case letters, digits and hyphens keep it harmless everywhere.
fn check_name(key: &str, name: &str) -> Result<(), Problem> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
        let help = "use up to 64 lower-case letters, digits and hyphens";
        return Err(Problem::new(key, &format!("{name:?} is no name for a file"), help));
    }
    Ok(())
}
