//! A data set as Burn sees it: items, and a batcher that puts them on a device.

use burn::{
    data::{
        dataloader::batcher::Batcher,
        dataset::{Dataset, DatasetError},
    },
    tensor::{Device, Int, Tensor, TensorData},
};

use crate::{DataError, SampleSet, StatePoint};

/// One configuration and the class of its state point.
#[derive(Clone, Debug, PartialEq)]
pub struct SpinItem {
    /// Spins ±1, shape `[n_sites]`.
    pub spins: Vec<f32>,
    /// Number of its state point among the classes.
    pub class: i32,
}

/// Labelled configurations: each knows which of the state points `classes` it was drawn at.
///
/// Spins stay packed, in a mapped file where they come from one, and are unpacked item by item.
#[derive(Clone, Debug)]
pub struct SpinDataset {
    samples: SampleSet,
    class: Vec<i32>,
}

impl SpinDataset {
    /// The configurations of `samples`, labelled by the position of their state point in `classes`.
    ///
    /// # Errors
    /// [`DataError::NotSamples`] if a configuration was drawn at none of them.
    pub fn new(samples: SampleSet, classes: &[StatePoint]) -> Result<Self, DataError> {
        let class_of = |point: &StatePoint| {
            let class = classes.iter().position(|class| class == point);
            class.map(|class| class as i32).ok_or_else(|| {
                let (t, h) = (point.temperature(), point.field());
                DataError::NotSamples(format!("(T, H) = ({t}, {h}) is not among the classes"))
            })
        };
        let class = samples.points.iter().map(class_of).collect::<Result<_, _>>()?;
        Ok(Self { samples, class })
    }
}

impl Dataset<SpinItem> for SpinDataset {
    fn get(&self, index: usize) -> Result<SpinItem, DatasetError> {
        let mut spins = vec![0.0; self.samples.spins.n_sites()];
        self.samples.spins.unpack_into(index, &mut spins);
        Ok(SpinItem { spins, class: self.class[index] })
    }

    fn len(&self) -> usize {
        self.class.len()
    }
}

/// Configurations on a device.
#[derive(Clone, Debug)]
pub struct SpinBatch {
    /// Spins ±1, shape `[batch, n_sites]`.
    pub spins: Tensor<2>,
    /// Classes, shape `[batch]`.
    pub classes: Tensor<1, Int>,
}

/// Puts items on a device.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpinBatcher;

impl Batcher<SpinItem, SpinBatch> for SpinBatcher {
    fn batch(&self, items: Vec<SpinItem>, device: &Device) -> SpinBatch {
        let n_items = items.len();
        let n_sites = items.first().map_or(0, |item| item.spins.len());
        let classes: Vec<i32> = items.iter().map(|item| item.class).collect();
        let spins = items.into_iter().flat_map(|item| item.spins).collect();
        SpinBatch {
            spins: Tensor::from_data(TensorData::new::<f32, _>(spins, [n_items, n_sites]), device),
            classes: Tensor::from_data(TensorData::new(classes, [n_items]), device),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use std::collections::BTreeMap;

    use ising_theory::Lattice;

    use super::*;
    use crate::{PackedSpins, grid};

    #[test]
    fn items_carry_their_spins_and_the_number_of_their_state_point() {
        let lattice = Lattice::ring(3).unwrap();
        let points = grid(&[1.0, f64::INFINITY], &[0.0]).unwrap();
        let spins = PackedSpins::from_f32(3, &[1.0, 1.0, -1.0, -1.0, 1.0, -1.0]);
        let samples = SampleSet::new(lattice, &points, spins, BTreeMap::new()).unwrap();
        let dataset = SpinDataset::new(samples.clone(), &points).unwrap();
        assert_eq!(dataset.len(), 2);
        assert_eq!(dataset.get(1).unwrap(), SpinItem { spins: vec![-1.0, 1.0, -1.0], class: 1 });
        assert!(SpinDataset::new(samples, &points[..1]).is_err());
    }
}
