//! Drawing configurations, for whichever stage needs them.

use anyhow::Result;
use ising_data::{SampleSet, Sampler, Samples, StatePoint, stream::Purpose};

use super::control::Control;
use crate::{
    config::{Config, schema::SamplerKind},
    pipeline::Workbench,
};

/// The sampler asked for; the one that "auto" stands for.
pub(super) fn sampler(config: &Config) -> Sampler {
    match config.settings.data.sampler {
        SamplerKind::Auto => Sampler::choose(config.lattice).0,
        SamplerKind::Exact => Sampler::Exact,
        SamplerKind::Perfect => Sampler::Perfect,
        SamplerKind::Cluster => Sampler::Cluster,
    }
}

/// `n_samples` configurations at each of `points`, as the networks shall see them.
pub(super) fn draw(
    config: &Config,
    points: &[StatePoint],
    n_samples: usize,
    purpose: Purpose,
    workbench: &Workbench<'_>,
) -> Result<SampleSet> {
    let work = workbench.progress.begin("sample", (points.len() * n_samples) as u64, "configuration");
    let seed = u64::from(config.settings.seed);
    let on_done = |n: usize| work.advance(n as u64);
    let sampler = sampler(config);
    let Samples { spins, warnings } = sampler.sample(config.lattice, points, n_samples, seed, purpose, &on_done)?;
    for warning in warnings {
        work.say(&format!("warning: {warning}"));
    }
    let control = Control::new(config);
    let metadata = [("seed", seed.to_string()), ("sampler", sampler.name().to_owned())];
    let metadata = metadata.into_iter().chain(control.metadata()).map(|(key, value)| (key.into(), value)).collect();
    Ok(SampleSet::new(config.lattice, points, control.apply(spins), metadata)?)
}
