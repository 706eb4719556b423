//! Drawing configurations, for whichever stage needs them.

use anyhow::Result;
use ising_data::{DataError, SampleSet, Sampler, Samples, StatePoint, stream::Purpose};
use ising_theory::Lattice;

use super::{SAMPLES, control::Control, grid, on_lattice, read_samples};
use crate::{
    config::{Config, Settings, schema::SamplerKind},
    interrupt,
    pipeline::Workbench,
};

/// The sampler asked for; the one that "auto" stands for.
pub(crate) fn sampler(settings: &Settings, lattice: Lattice) -> Sampler {
    match settings.data.sampler {
        SamplerKind::Auto => Sampler::choose(lattice).0,
        SamplerKind::Exact => Sampler::Exact,
        SamplerKind::Perfect => Sampler::Perfect,
        SamplerKind::Cluster => Sampler::Cluster,
    }
}

/// `n_samples` configurations of the Ising model at each of `points`, drawn with `seed` for `purpose`.
pub(super) fn draw(
    config: &Config,
    points: &[StatePoint],
    n_samples: usize,
    (seed, purpose): (u64, Purpose),
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let work = workbench.progress.begin("sample", (points.len() * n_samples) as u64, "configuration");
    let sampler = sampler(&config.settings, config.lattice);
    let on_done = |n: usize| {
        work.advance(n as u64);
        !interrupt::asked()
    };
    let drawn = sampler.sample(config.lattice, points, n_samples, seed, purpose, &on_done);
    let Samples { spins, warnings } = unless_stopped(drawn)?;
    for warning in warnings {
        work.warn(&warning.to_string());
    }
    let metadata = [("seed", config.settings.seed.to_string()), ("sampler", sampler.name().to_owned())];
    let metadata = metadata.into_iter().map(|(key, value)| (key.into(), value)).collect();
    Ok(SampleSet::new(config.lattice, points, spins, metadata)?)
}

/// What was drawn, unless a signal stopped it.
pub(super) fn unless_stopped<T>(drawn: Result<T, DataError>) -> Result<T> {
    match drawn {
        Err(DataError::Stopped) => Err(interrupt::Interrupted.into()),
        drawn => Ok(drawn?),
    }
}

/// The configurations of the Ising model from which this run's training data were made: drawn again, to the same bits, where
/// the control cannot be undone.
pub(super) fn ising_samples(config: &Config, workbench: &Workbench<'_>) -> Result<SampleSet> {
    if Control::new(config).is_for_all() {
        return on_lattice(config, &read_samples(config, workbench, SAMPLES)?);
    }
    let random = (config.settings.seed.into(), Purpose::Sample);
    draw(config, &grid(config)?, config.settings.data.n_samples.get(), random, workbench)
}
