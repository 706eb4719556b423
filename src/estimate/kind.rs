//! Kinds of work and how much there is of each.

/// A kind of work, all of whose loops are equally fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Contrastive divergence, one machine on one thread.
    Training,
    /// The sampled flow.
    Flow,
    /// Annealing, likelihoods and free energies of machines in 64 bits.
    Annealing,
    /// The thermometer's network.
    Network,
    /// Exact physics through the transfer matrix, and the samplers.
    Tables,
    /// All that a task does on one thread.
    Serial,
}

/// Units of every kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work([f64; 6]);

impl Work {
    /// Units of one kind.
    pub fn units(&self, kind: Kind) -> f64 {
        self.0[kind as usize]
    }

    /// With more of one kind.
    pub(super) fn with(mut self, kind: Kind, units: f64) -> Self {
        self.0[kind as usize] += units;
        self
    }
}

impl std::iter::Sum for Work {
    fn sum<I: Iterator<Item = Self>>(works: I) -> Self {
        works.fold(Self::default(), |sum, work| Self(std::array::from_fn(|i| sum.0[i] + work.0[i])))
    }
}
