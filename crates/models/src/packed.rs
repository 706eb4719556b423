//! Spins of ±1 packed into whole numbers of 32 bits, as tensors: a thirty-second of the memory.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::{
    ModelError,
    error::{at_least, same},
};

/// Packed spins on a device, shape `[n_samples, n_words]`: site i is bit i mod 32 of word i / 32, 1 = up.
#[derive(Clone, Debug)]
pub struct PackedTensor {
    pub(crate) n_sites: usize,
    pub(crate) words: Tensor<2, Int>,
}

impl PackedTensor {
    /// Puts words, shape `[n_samples, n_words]`, on a device; `n_words` is n_sites/32, rounded up.
    ///
    /// # Errors
    /// [`ModelError::TooFew`] without sites, [`ModelError::Shape`] for a broken row, [`ModelError::NotSpins`] where a bit
    /// beyond the last site is set.
    pub fn new(words: &[u32], n_sites: usize, device: &Device) -> Result<Self, ModelError> {
        at_least(1, "sites", n_sites)?;
        let n_words = n_sites.div_ceil(32);
        same("words", words.len(), words.len() / n_words * n_words)?;
        let unused = !(u32::MAX >> (32 * n_words - n_sites));
        if words.iter().skip(n_words - 1).step_by(n_words).any(|last| last & unused != 0) {
            return Err(ModelError::NotSpins { name: "a bit beyond the last site" });
        }
        let words: Vec<i32> = words.iter().map(|word| word.cast_signed()).collect();
        let shape = [words.len() / n_words, n_words];
        Ok(Self { n_sites, words: Tensor::from_data(TensorData::new(words, shape), (device, DType::I32)) })
    }

    /// Number of spins of a sample.
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.words.dims()[0]
    }

    /// Where the words are.
    pub fn device(&self) -> Device {
        self.words.device()
    }

    /// The words on the host, shape `[n_samples, n_words]`.
    ///
    /// # Errors
    /// [`ModelError::Device`] when the device fails to deliver.
    pub fn to_words(&self) -> Result<Vec<u32>, ModelError> {
        let words = self.words.clone().cast(DType::I32).try_into_vec_as::<i32>();
        let words = words.map_err(|error| ModelError::Device(error.to_string()))?;
        Ok(words.into_iter().map(i32::cast_unsigned).collect())
    }

    /// The samples with these numbers, in this order.
    ///
    /// # Errors
    /// [`ModelError::OutOfRange`] for a sample that there is not.
    pub fn select(&self, samples: &[usize]) -> Result<Self, ModelError> {
        let limit = self.n_samples();
        if let Some(&found) = samples.iter().find(|&&sample| sample >= limit) {
            return Err(ModelError::OutOfRange { name: "sample", found, limit });
        }
        let order: Vec<i32> = samples.iter().map(|&sample| sample as i32).collect();
        let order = TensorData::new(order, [samples.len()]);
        Ok(self.at(Tensor::from_data(order, (&self.device(), DType::I32))))
    }

    /// The samples at `order`, all of which there are.
    pub(crate) fn at(&self, order: Tensor<1, Int>) -> Self {
        Self { n_sites: self.n_sites, words: self.words.clone().select(0, order) }
    }

    /// The first `n` samples, or all if there are not so many.
    pub fn first(&self, n: usize) -> Self {
        let [n_samples, n_words] = self.words.dims();
        let words = match n.min(n_samples) {
            // Burn has no slices without rows.
            0 => Tensor::from_data(TensorData::new(Vec::<i32>::new(), [0, n_words]), (&self.device(), DType::I32)),
            n => self.words.clone().narrow(0, 0, n),
        };
        Self { n_sites: self.n_sites, words }
    }

    /// The samples with others, of as many sites, in the place of the first ones.
    pub(crate) fn with_first(self, others: Self) -> Self {
        let [n, _] = others.words.dims();
        Self { n_sites: self.n_sites, words: self.words.slice_assign(0..n, others.words) }
    }

    /// Spins ±1, shape `[n_samples, n_sites]`.
    pub fn unpack(&self) -> Tensor<2> {
        let [n_samples, n_words] = self.words.dims();
        let device = self.words.device();
        let shifts = Tensor::<1, Int>::from_data(TensorData::new((0..32i32).collect(), [32]), (&device, DType::I32));
        let shifts = shifts.reshape([1, 1, 32]).expand([n_samples, n_words, 32]);
        let words = self.words.clone().unsqueeze_dim::<3>(2).expand([n_samples, n_words, 32]);
        let bits = words.bitwise_right_shift(shifts).bitwise_and_scalar(1).reshape([n_samples, 32 * n_words]);
        bits.narrow(1, 0, self.n_sites).float().mul_scalar(2.0).sub_scalar(1.0)
    }

    /// Packs spins, up where positive, shape `[n_samples, n_sites]`.
    pub fn pack(spins: Tensor<2>) -> Self {
        let [n_samples, n_sites] = spins.dims();
        let (device, n_words) = (spins.device(), n_sites.div_ceil(32));
        let up = spins.greater_elem(0.0).int().cast(DType::I32);
        let padding = Tensor::zeros([n_samples, 32 * n_words - n_sites], (&device, DType::I32));
        let bits = Tensor::cat(vec![up, padding], 1).reshape([n_samples, n_words, 32]);
        // Powers of two that wrap around to the sign in the last bit; their sum is the word.
        let weights: Vec<i32> = (0..32).map(|bit| 1i32 << bit).collect();
        let weights = Tensor::<1, Int>::from_data(TensorData::new(weights, [32]), (&device, DType::I32));
        let words = (bits * weights.reshape([1, 1, 32])).sum_dim(2).squeeze_dim(2);
        Self { n_sites, words }
    }
}
