//! Controls: what is done to configurations between the sampler and the networks.

use ising_data::{DataError, PackedSpins, SitePermutation, StatePoint, shuffled_spins, stream::Purpose};
use models::RbmParameters;

use crate::config::{Config, schema::ControlKind};

/// The control of an experiment.
pub(super) enum Control {
    None,
    /// Machines and thermometer see renamed sites; all else is measured with the names undone.
    PermutedSites(SitePermutation),
    /// Machines see shuffled spins, and what they see and make is measured as it is. The thermometer, and what is found from
    /// samples of the lattice, knows the Ising model.
    MeanField,
}

impl Control {
    pub(super) fn new(config: &Config) -> Self {
        match config.settings.data.control {
            ControlKind::None => Self::None,
            ControlKind::PermutedSites => {
                Self::PermutedSites(SitePermutation::random(config.lattice.n_sites(), config.settings.seed.into()))
            }
            ControlKind::MeanField => Self::MeanField,
        }
    }

    /// Configurations drawn with `seed` for `purpose` at `points`, point after point, as machines see them.
    pub(super) fn for_machines(
        &self,
        spins: PackedSpins,
        points: &[StatePoint],
        (seed, purpose): (u64, Purpose),
    ) -> Result<PackedSpins, DataError> {
        match self {
            Self::MeanField => shuffled_spins(&spins, points, seed, purpose),
            Self::None | Self::PermutedSites(_) => self.for_thermometer(spins),
        }
    }

    /// Configurations as the thermometer sees them.
    pub(super) fn for_thermometer(&self, spins: PackedSpins) -> Result<PackedSpins, DataError> {
        match self {
            Self::None | Self::MeanField => Ok(spins),
            Self::PermutedSites(permutation) => permutation.apply(&spins),
        }
    }

    /// Whether the thermometer sees the configurations that machines see.
    pub(super) fn is_for_all(&self) -> bool {
        !matches!(self, Self::MeanField)
    }

    /// What a network sees or makes, on the lattice.
    pub(super) fn undo(&self, spins: PackedSpins) -> Result<PackedSpins, DataError> {
        match self {
            Self::None | Self::MeanField => Ok(spins),
            Self::PermutedSites(permutation) => permutation.undo(&spins),
        }
    }

    /// A machine with its visible units at the sites of the lattice whose spins they hold.
    pub(super) fn place(&self, machine: RbmParameters) -> RbmParameters {
        let Self::PermutedSites(permutation) = self else { return machine };
        let mut placed = machine.clone();
        let row = |site: usize| site * machine.n_hidden..(site + 1) * machine.n_hidden;
        for (unit, &site) in permutation.sites().iter().enumerate() {
            placed.weights[row(site)].copy_from_slice(&machine.weights[row(unit)]);
            placed.visible_bias[site] = machine.visible_bias[unit];
        }
        placed
    }

    /// What files of its configurations say of it.
    pub(super) fn metadata(&self) -> Option<(&'static str, String)> {
        match self {
            Self::None => None,
            Self::PermutedSites(permutation) => {
                let sites = permutation.sites().iter().map(ToString::to_string).collect::<Vec<_>>();
                Some(("permuted_sites", sites.join(" ")))
            }
            Self::MeanField => Some(("control", "mean-field".into())),
        }
    }
}
