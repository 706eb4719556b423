//! Spins of ±1 packed into whole numbers of 32 bits, as tensors: a thirty-second of the memory.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

/// Packed spins on a device, shape `[n_samples, n_words]`: site i is bit i mod 32 of word i / 32, 1 = up.
#[derive(Clone, Debug)]
pub struct PackedTensor {
    /// Number of spins of a sample.
    pub n_sites: usize,
    /// The words.
    pub words: Tensor<2, Int>,
}

impl PackedTensor {
    /// Puts words, shape `[n_samples, n_words]`, on a device.
    pub fn new(words: &[u32], n_sites: usize, device: &Device) -> Self {
        let n_words = n_sites.div_ceil(32);
        let words: Vec<i32> = words.iter().map(|word| word.cast_signed()).collect();
        let shape = [words.len() / n_words, n_words];
        Self { n_sites, words: Tensor::from_data(TensorData::new(words, shape), (device, DType::I32)) }
    }

    /// The samples at `order`.
    pub fn select(&self, order: Tensor<1, Int>) -> Self {
        Self { n_sites: self.n_sites, words: self.words.clone().select(0, order) }
    }

    /// The first `n` samples.
    pub fn first(&self, n: usize) -> Self {
        Self { n_sites: self.n_sites, words: self.words.clone().narrow(0, 0, n) }
    }

    /// The samples with others, of as many sites, in the place of the first ones.
    pub fn with_first(self, others: Self) -> Self {
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
