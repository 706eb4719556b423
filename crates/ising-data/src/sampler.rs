//! Samples at a list of state points, by the sampler that suits the lattice.

use ising_theory::Lattice;
use parking_lot::Mutex;
use rayon::prelude::*;

use crate::bits::padding_mask;
use crate::progress::{OnDone, report};
use crate::row_weights::MAX_SIDE;
use crate::stream::{Purpose, Xoroshiro, point_key};
use crate::{DataError, PackedSpins, StatePoint, exact, heat_bath, perfect, swendsen_wang};

/// Largest side that [`Sampler::Auto`] gives to the perfect sampler.
const MAX_PERFECT_SIDE: usize = 64;

/// A way to draw configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// The best of the others for the lattice, see [`Sampler::choose`].
    Auto,
    /// Row by row through the transfer matrix: exact and independent; rings, and the torus up to L = 12.
    Exact,
    /// Coupling from the past of the random-cluster model: exact and independent, slower.
    Perfect,
    /// Swendsen-Wang chains from both ends of the phase diagram, read at several autocorrelation times.
    Cluster,
    /// Local heat bath, begun aligned: one replica a sample; equilibrated only if the sweeps suffice.
    HeatBath {
        /// Sweeps of each replica.
        n_sweeps: usize,
    },
}

/// Configurations, and what their sampler has to say about them.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The configurations, state point after state point.
    pub spins: PackedSpins,
    /// Chains that did not equilibrate, in the order of the state points.
    pub warnings: Vec<String>,
}

/// As [`Sampler::sample`] with [`Sampler::Auto`], warnings left out (there are none up to L = 64).
///
/// # Errors
/// As [`Sampler::sample`].
pub fn sample(
    lattice: Lattice,
    points: &[StatePoint],
    n_samples: usize,
    seed: u64,
    purpose: Purpose,
    on_done: OnDone<'_>,
) -> Result<PackedSpins, DataError> {
    Sampler::Auto.sample(lattice, points, n_samples, seed, purpose, on_done).map(|samples| samples.spins)
}

impl Sampler {
    /// The sampler that [`Sampler::Auto`] stands for on this lattice, and why.
    pub fn choose(lattice: Lattice) -> (Self, String) {
        match lattice {
            Lattice::Ring { .. } => (Self::Exact, "a ring of any size is sampled exactly".into()),
            Lattice::Square { side, .. } if side <= MAX_SIDE => {
                (Self::Exact, format!("L = {side} ≤ {MAX_SIDE}: rows are drawn exactly through the transfer matrix"))
            }
            Lattice::Square { side, .. } if side <= MAX_PERFECT_SIDE => {
                let reason = format!("L = {side} ≤ {MAX_PERFECT_SIDE}: coupling from the past gives exact samples");
                (Self::Perfect, reason)
            }
            Lattice::Square { side, .. } => {
                (Self::Cluster, format!("L = {side} > {MAX_PERFECT_SIDE}: perfect samples would take too long"))
            }
        }
    }

    /// The name used in configs and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Exact => "exact",
            Self::Perfect => "perfect",
            Self::Cluster => "cluster",
            Self::HeatBath { .. } => "heat-bath",
        }
    }

    /// `n_samples` configurations at each of `points`, one state point after another; T = 0 and T = ∞ by definition.
    ///
    /// Sample i at (T, H) depends on (seed, purpose, T, H, i) only: neither on threads, nor on the other points, nor on how
    /// many are drawn (replicas of the heat bath share generators within blocks; a chain's samples follow each other).
    ///
    /// # Errors
    /// [`DataError::Sampler`] for [`Sampler::Exact`] on a torus that is too large; [`DataError::Stopped`] soon after `on_done`
    /// said so.
    pub fn sample(
        self,
        lattice: Lattice,
        points: &[StatePoint],
        n_samples: usize,
        seed: u64,
        purpose: Purpose,
        on_done: OnDone<'_>,
    ) -> Result<Samples, DataError> {
        let sampler = if self == Self::Auto { Self::choose(lattice).0 } else { self };
        if sampler == Self::Exact && !exact::supports(lattice) {
            let reason = format!("its rows fit up to L = {MAX_SIDE}; use `auto`, `perfect` or `cluster`");
            return Err(DataError::Sampler { sampler: self.name(), lattice, reason });
        }
        let row_bytes = lattice.n_sites().div_ceil(8);
        let n_bytes = points.len().checked_mul(n_samples).and_then(|n| n.checked_mul(row_bytes));
        let mut spins = Vec::new();
        if n_bytes.is_none_or(|n_bytes| spins.try_reserve_exact(n_bytes).is_err()) {
            let reason = format!("{n_samples} configurations at {} state points do not fit into memory", points.len());
            return Err(DataError::Sampler { sampler: self.name(), lattice, reason });
        }
        spins.resize(n_bytes.unwrap_or(0), 0);
        let warnings = Mutex::new(Vec::new());
        let by_point = spins.par_chunks_mut((n_samples * row_bytes).max(1)).zip(points).enumerate();
        by_point.try_for_each(|(i, (spins, &point))| {
            let key = point_key(seed, purpose, point);
            match sampler {
                _ if point.beta().is_infinite() => aligned(lattice, point.field(), key, spins),
                _ if point.beta() == 0.0 => fair(lattice, key, spins),
                Self::Auto | Self::Exact => exact::sample_point(lattice, point, key, spins, on_done)?,
                Self::Perfect => return perfect::sample_point(lattice, point, key, spins, on_done),
                Self::HeatBath { n_sweeps } => heat_bath::sample_point(lattice, point, n_sweeps, key, spins, on_done)?,
                Self::Cluster => {
                    let warning = swendsen_wang::sample_point(lattice, point, key, spins, on_done)?;
                    warnings.lock().extend(warning.map(|warning| (i, warning)));
                    return Ok(());
                }
            }
            report(on_done, n_samples)
        })?;
        let mut warnings = warnings.into_inner();
        warnings.sort();
        let warnings = warnings.into_iter().map(|(_, warning)| warning).collect();
        Ok(Samples { spins: PackedSpins::from_valid(lattice.n_sites(), spins), warnings })
    }
}

/// T = 0: all spins along the field; without one, up or down with probability 1/2 each.
fn aligned(lattice: Lattice, field: f64, key: u64, spins: &mut [u8]) {
    for_each_sample(lattice, key, spins, |row, rng| {
        let up = field > 0.0 || (field == 0.0 && rng.next() & 1 == 1);
        row.fill(if up { 0xff } else { 0 });
    });
}

/// T = ∞: every spin fair.
fn fair(lattice: Lattice, key: u64, spins: &mut [u8]) {
    for_each_sample(lattice, key, spins, |row, rng| {
        row.chunks_mut(8).for_each(|bytes| bytes.copy_from_slice(&rng.next().to_le_bytes()[..bytes.len()]));
    });
}

/// Fills each configuration from its own generator and clears the bits behind its last spin.
fn for_each_sample(lattice: Lattice, key: u64, spins: &mut [u8], fill: impl Fn(&mut [u8], &mut Xoroshiro)) {
    for (row, i) in spins.chunks_exact_mut(lattice.n_sites().div_ceil(8)).zip(0..) {
        fill(row, &mut Xoroshiro::new(key, i));
        if let Some(last) = row.last_mut() {
            *last &= !padding_mask(lattice.n_sites());
        }
    }
}
