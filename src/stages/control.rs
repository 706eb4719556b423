//! Controls: what is done to configurations between the sampler and the networks, and undone before they are measured.

use ising_data::{PackedSpins, SitePermutation};
use models::RbmParameters;

use crate::config::{Config, schema::ControlKind};

/// The control of an experiment.
pub(super) struct Control(Option<SitePermutation>);

impl Control {
    pub(super) fn new(config: &Config) -> Self {
        let (n_sites, seed) = (config.lattice.n_sites(), u64::from(config.settings.seed));
        Self(match config.settings.data.control {
            ControlKind::None => None,
            ControlKind::PermutedSites => Some(SitePermutation::random(n_sites, seed)),
        })
    }

    /// From the lattice to what the networks see.
    pub(super) fn apply(&self, spins: PackedSpins) -> PackedSpins {
        match &self.0 {
            None => spins,
            Some(permutation) => permutation.apply(&spins),
        }
    }

    /// Back to the lattice.
    pub(super) fn undo(&self, spins: PackedSpins) -> PackedSpins {
        match &self.0 {
            None => spins,
            Some(permutation) => permutation.undo(&spins),
        }
    }

    /// A machine with its visible units at the sites of the lattice whose spins they hold.
    pub(super) fn place(&self, machine: RbmParameters) -> RbmParameters {
        let Some(permutation) = &self.0 else { return machine };
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
        let sites = self.0.as_ref()?.sites().iter().map(ToString::to_string).collect::<Vec<_>>();
        Some(("permuted_sites", sites.join(" ")))
    }
}
