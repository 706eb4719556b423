//! The one derivation of random streams.
//!
//! Every random number of the program comes from (seed, purpose, index or state point, step), so that nothing depends on the number of
//! threads or on what ran before, and nothing of a generator's state has to be saved.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::StatePoint;

/// What random numbers are drawn for; streams of different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Training samples, see [`point_key`].
    Sample = 1,
    /// Held-out samples, see [`point_key`].
    HeldOut = 2,
    /// Initial weights: index = machine.
    Weights = 3,
    /// Order of the samples: index = machine, step = epoch.
    Shuffle = 4,
    /// Gibbs sampling while training: index = machine, step = batch.
    Training = 5,
    /// Annealing for the partition function: index = machine, step = epoch.
    Likelihood = 6,
    /// Reconstruction steps of the flow: index = machine, step = step.
    Flow = 7,
    /// Starting configurations of the flow, see [`point_key`].
    FlowStart = 8,
    /// The thermometer's initial weights and shuffling: step = epoch.
    Thermometer = 9,
    /// Controls: permutations of sites, independent spins.
    Control = 10,
    /// Benchmarks.
    Benchmark = 11,
    /// Ties of block spins: step = sample.
    BlockSpin = 12,
    /// Samples that the thermometer sees once, see [`point_key`].
    Lesson = 13,
    /// Reconstructions whose energies are compared: index = machine, step = epoch.
    Energies = 14,
    /// Exact samples of a machine: index = machine.
    MachineSample = 20,
    /// Samples at the critical point, see [`point_key`].
    Critical = 24,
    /// Seeds of further training data sets, see [`data_set_seed`].
    DataSet = 30,
    /// Exact samples and shuffled spins beside the end of a flow: index = machine.
    EndControl = 31,
}

/// The generator of one stream: ChaCha8 keyed by (seed, purpose, index), at stream `step`.
pub fn stream(seed: u64, purpose: Purpose, index: u64, step: u64) -> ChaCha8Rng {
    let mut rng = keyed(seed, purpose, [index, 0]);
    rng.set_stream(step);
    rng
}

/// A 64-bit key for a counter-based generator, from the same derivation as [`stream`].
pub fn key(seed: u64, purpose: Purpose, index: u64, step: u64) -> u64 {
    stream(seed, purpose, index, step).next_u64()
}

/// The seed of training data set number `index`: of set 0 the seed of the run itself.
pub fn data_set_seed(seed: u64, index: u64) -> u64 {
    if index == 0 { seed } else { key(seed, Purpose::DataSet, index, 0) }
}

/// The key of the samples at a state point: by (T, H) itself, so that they are the same in every grid that holds it.
pub fn point_key(seed: u64, purpose: Purpose, point: StatePoint) -> u64 {
    keyed(seed, purpose, [point.temperature().to_bits(), point.field().to_bits()]).next_u64()
}

fn keyed(seed: u64, purpose: Purpose, index: [u64; 2]) -> ChaCha8Rng {
    let words = [seed, purpose as u64, index[0], index[1]];
    let mut key = [0; 32];
    key.chunks_exact_mut(8).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
    ChaCha8Rng::from_seed(key)
}

/// xoroshiro128++ (Blackman and Vigna, arXiv:1805.01407), seeded through SplitMix64: for the inner loops of samplers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Xoroshiro([u64; 2]);

impl Xoroshiro {
    /// Generator number `counter` under a [`key`]: each takes two successive SplitMix64 numbers, shared with no other.
    pub(crate) fn new(key: u64, counter: u64) -> Self {
        let word = |i| split_mix(key.wrapping_add(counter.wrapping_mul(2).wrapping_add(i).wrapping_mul(GOLDEN)));
        Self([word(1), word(2)])
    }

    /// The state, to interleave several generators.
    pub(crate) fn state(&self) -> [u64; 2] {
        self.0
    }

    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b] = self.0;
        let c = a ^ b;
        self.0 = [a.rotate_left(49) ^ c ^ (c << 21), c.rotate_left(28)];
        a.wrapping_add(b).rotate_left(17).wrapping_add(a)
    }

    /// A number in [0, 1) with 53 random bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An integer in 0..n, for small n (bias below n / 2⁶⁴).
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

/// 2⁶⁴ over the golden ratio, the step of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64 (Steele, Lea, Flood 2014).
fn split_mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
