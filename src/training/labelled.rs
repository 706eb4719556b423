//! Configurations with the numbers of their state points, as a thermometer learns from them.

use anyhow::{Context, Result};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ising_data::{PackedSpins, SampleSet, StatePoint};

/// Labelled configurations. They stay packed, in a mapped file where they come from one, and are unpacked batch by batch.
#[derive(Clone, Debug)]
pub struct Labelled {
    spins: PackedSpins,
    /// Number of the state point of every configuration among the classes.
    classes: Vec<i32>,
}

impl Labelled {
    /// The configurations of `samples`, labelled by the position of their state point in `classes`.
    ///
    /// # Errors
    /// If a configuration was drawn at none of them.
    pub fn new(samples: SampleSet, classes: &[StatePoint]) -> Result<Self> {
        let class_of = |point: &StatePoint| {
            let class = classes.iter().position(|class| class == point);
            let missing = || format!("(T, H) = ({}, {}) is not among the classes", point.temperature(), point.field());
            class.map(|class| class as i32).with_context(missing)
        };
        let classes = samples.points.iter().map(class_of).collect::<Result<_>>()?;
        Ok(Self { spins: samples.spins, classes })
    }

    /// Number of configurations.
    pub(super) fn n_samples(&self) -> usize {
        self.classes.len()
    }

    /// The configurations at `places` on a device: spins ±1, shape `[batch, n_sites]`, and classes, shape `[batch]`.
    ///
    /// # Errors
    /// If there is no such configuration.
    pub(super) fn batch(&self, places: &[usize], device: &Device) -> Result<(Tensor<2>, Tensor<1, Int>)> {
        let n_sites = self.spins.n_sites();
        let mut spins = vec![0.0; places.len() * n_sites];
        for (row, &place) in spins.chunks_exact_mut(n_sites).zip(places) {
            self.spins.unpack_into(place, row)?;
        }
        let classes: Vec<i32> = places.iter().map(|&place| self.classes[place]).collect();
        Ok((
            Tensor::from_data(TensorData::new::<f32, _>(spins, [places.len(), n_sites]), device),
            Tensor::from_data(TensorData::new(classes, [places.len()]), device),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ising_data::grid;
    use ising_theory::Lattice;

    use super::*;

    #[test]
    fn a_batch_holds_spins_and_the_numbers_of_their_state_points() -> Result<()> {
        let (lattice, points) = (Lattice::ring(3)?, grid(&[1.0, f64::INFINITY], &[0.0])?);
        let spins = PackedSpins::from_f32(3, &[1.0, 1.0, -1.0, -1.0, 1.0, -1.0])?;
        let samples = SampleSet::new(lattice, &points, spins, BTreeMap::new())?;
        let labelled = Labelled::new(samples.clone(), &points)?;
        assert_eq!(labelled.n_samples(), 2);
        let (spins, classes) = labelled.batch(&[1, 0], &Device::default())?;
        assert_eq!(spins.try_into_vec_as::<f32>()?, [-1.0, 1.0, -1.0, 1.0, 1.0, -1.0]);
        assert_eq!(classes.try_into_vec_as::<i32>()?, [1, 0]);
        let refused = Labelled::new(samples, &points[..1]).err().map(|error| error.to_string());
        assert_eq!(refused.as_deref(), Some("(T, H) = (inf, 0) is not among the classes"));
        Ok(())
    }
}
