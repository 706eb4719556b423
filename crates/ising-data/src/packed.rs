//! Bit-packed spins: one bit a spin, 1 = up.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use crate::DataError;
use crate::bits::{BitWriter, padding_mask};

/// Configurations of ±1 spins, one bit a spin, shape `[n_samples, ceil(n_sites / 8)]` in bytes.
///
/// The first site is the highest bit of the first byte, as `numpy.unpackbits` reads it; 1 = up; the bits behind the last
/// site are 0. Cloning spins that lie in a mapped file copies no spins.
#[derive(Clone, Debug)]
pub struct PackedSpins {
    n_sites: usize,
    bytes: Bytes,
}

#[derive(Clone, Debug)]
enum Bytes {
    Owned(Vec<u8>),
    Mapped(Arc<Mmap>, Range<usize>),
}

/// The eight spins of every byte as ±1, shape `[256, 8]`.
const SPINS_OF_BYTE: [[f32; 8]; 256] = {
    let mut table = [[-1.0; 8]; 256];
    let mut i = 0;
    while i < 2048 {
        if (i / 8) >> (7 - i % 8) & 1 == 1 {
            table[i / 8][i % 8] = 1.0;
        }
        i += 1;
    }
    table
};

impl PackedSpins {
    /// No samples yet, of `n_sites` ≥ 1 spins each.
    pub fn new(n_sites: usize) -> Self {
        Self { n_sites, bytes: Bytes::Owned(Vec::new()) }
    }

    /// The spins in `bytes`, shape `[n_samples, ceil(n_sites / 8)]`.
    ///
    /// # Errors
    /// [`DataError::NotSpins`] unless the bytes are whole configurations with empty padding.
    pub fn from_bytes(n_sites: usize, bytes: Vec<u8>) -> Result<Self, DataError> {
        Self { n_sites, bytes: Bytes::Owned(bytes) }.validated()
    }

    /// The spins in a range of a mapped file; errors as [`PackedSpins::from_bytes`].
    pub(crate) fn from_map(n_sites: usize, map: Arc<Mmap>, range: Range<usize>) -> Result<Self, DataError> {
        Self { n_sites, bytes: Bytes::Mapped(map, range) }.validated()
    }

    /// Spins in bytes that a sampler has written.
    pub(crate) fn from_valid(n_sites: usize, bytes: Vec<u8>) -> Self {
        Self { n_sites, bytes: Bytes::Owned(bytes) }
    }

    fn validated(self) -> Result<Self, DataError> {
        let (n_bytes, row_bytes) = (self.as_bytes().len(), self.n_sites.div_ceil(8));
        if self.n_sites == 0 || !n_bytes.is_multiple_of(row_bytes) {
            return Err(DataError::NotSpins(format!(
                "{n_bytes} bytes are no configurations of {} spins",
                self.n_sites
            )));
        }
        let padding = padding_mask(self.n_sites);
        let damaged = self.rows().position(|row| row[row_bytes - 1] & padding != 0);
        match damaged {
            Some(i) => Err(DataError::NotSpins(format!("configuration {i} has bits behind its last spin"))),
            None => Ok(self),
        }
    }

    /// Packs spins given as numbers, up where positive, shape `[n_samples, n_sites]`; a remainder is left out.
    pub fn from_f32(n_sites: usize, values: &[f32]) -> Self {
        let bytes = values.chunks_exact(n_sites).flat_map(|row| {
            row.chunks(8)
                .map(|eight| eight.iter().zip(0..8).fold(0, |byte, (&s, k)| byte | u8::from(s > 0.0) << (7 - k)))
        });
        Self { n_sites, bytes: Bytes::Owned(bytes.collect()) }
    }

    /// The spins as words of 32 sites, shape `[n_samples, ceil(n_sites / 32)]`: site i is bit i mod 32 of word i / 32.
    pub fn to_words(&self) -> Vec<u32> {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(byte.reverse_bits()));
        self.rows().flat_map(|row| row.chunks(4).map(word)).collect()
    }

    /// The inverse of [`PackedSpins::to_words`]; a remainder is left out, and so are bits behind the last site.
    pub fn from_words(n_sites: usize, words: &[u32]) -> Self {
        let padding = padding_mask(n_sites);
        let mut bytes = Vec::with_capacity(words.len() * 4);
        for row in words.chunks_exact(n_sites.div_ceil(32)) {
            let all = row.iter().flat_map(|word| word.to_le_bytes()).map(u8::reverse_bits);
            bytes.extend(all.take(n_sites.div_ceil(8)));
            if let Some(last) = bytes.last_mut() {
                *last &= !padding;
            }
        }
        Self { n_sites, bytes: Bytes::Owned(bytes) }
    }

    /// Number of spins of a configuration.
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// Number of configurations.
    pub fn n_samples(&self) -> usize {
        self.as_bytes().len() / self.row_bytes()
    }

    /// Bytes of a configuration, ceil(n_sites / 8).
    pub fn row_bytes(&self) -> usize {
        self.n_sites.div_ceil(8)
    }

    /// All bytes, shape `[n_samples, ceil(n_sites / 8)]`.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map, range) => &map[range.clone()],
        }
    }

    /// Configuration `i`, shape `[ceil(n_sites / 8)]`.
    pub fn row(&self, i: usize) -> &[u8] {
        &self.as_bytes()[i * self.row_bytes()..][..self.row_bytes()]
    }

    /// The configurations one after another.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.as_bytes().chunks_exact(self.row_bytes())
    }

    /// Copies of the configurations in `range`.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let bytes = self.as_bytes()[range.start * self.row_bytes()..range.end * self.row_bytes()].to_vec();
        Self { n_sites: self.n_sites, bytes: Bytes::Owned(bytes) }
    }

    /// Copies of the configurations at `indices`, in their order.
    pub fn select(&self, indices: &[usize]) -> Self {
        let bytes = indices.iter().flat_map(|&i| self.row(i)).copied().collect();
        Self { n_sites: self.n_sites, bytes: Bytes::Owned(bytes) }
    }

    /// The spins of `sites` alone, in their order.
    pub fn take_sites(&self, sites: &[usize]) -> Self {
        let row_bytes = sites.len().div_ceil(8);
        let mut bytes = vec![0; self.n_samples() * row_bytes];
        for (taken, row) in bytes.chunks_exact_mut(row_bytes.max(1)).zip(self.rows()) {
            let mut writer = BitWriter::new(taken);
            sites.iter().for_each(|site| writer.push(u32::from(row[site / 8] >> (7 - site % 8) & 1), 1));
        }
        Self::from_valid(sites.len(), bytes)
    }

    /// Appends the configurations of `other`.
    ///
    /// # Errors
    /// [`DataError::NotSpins`] if `other` has another number of sites.
    pub fn append(&mut self, other: &Self) -> Result<(), DataError> {
        if other.n_sites != self.n_sites {
            let problem = format!("{} and {} sites do not go together", self.n_sites, other.n_sites);
            return Err(DataError::NotSpins(problem));
        }
        match &mut self.bytes {
            Bytes::Owned(bytes) => bytes.extend_from_slice(other.as_bytes()),
            Bytes::Mapped(..) => self.bytes = Bytes::Owned([self.as_bytes(), other.as_bytes()].concat()),
        }
        Ok(())
    }

    /// Writes configuration `i` as ±1 to `spins`, shape `[n_sites]`.
    pub fn unpack_into(&self, i: usize, spins: &mut [f32]) {
        for (eight, &byte) in spins.chunks_mut(8).zip(self.row(i)) {
            eight.copy_from_slice(&SPINS_OF_BYTE[usize::from(byte)][..eight.len()]);
        }
    }

    /// All spins as ±1, shape `[n_samples, n_sites]`.
    pub fn to_f32(&self) -> Vec<f32> {
        let mut spins = vec![0.0; self.n_samples() * self.n_sites];
        spins.chunks_exact_mut(self.n_sites).enumerate().for_each(|(i, row)| self.unpack_into(i, row));
        spins
    }

    /// Configuration `i` as ±1, shape `[n_sites]`.
    pub fn to_i8(&self, i: usize) -> Vec<i8> {
        let row = self.row(i);
        (0..self.n_sites).map(|site| if row[site / 8] >> (7 - site % 8) & 1 == 1 { 1 } else { -1 }).collect()
    }
}

/// Equal numbers of sites and equal spins, wherever they lie.
impl PartialEq for PackedSpins {
    fn eq(&self, other: &Self) -> bool {
        self.n_sites == other.n_sites && self.as_bytes() == other.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use ising_theory::Lattice;
    use proptest::prelude::*;

    use super::*;
    use crate::{bond_energy, magnetization, pair_sum};

    fn spins(n_sites: usize, n_samples: usize) -> impl Strategy<Value = PackedSpins> {
        prop::collection::vec(prop::bool::ANY, n_sites * n_samples).prop_map(move |ups| {
            let values: Vec<f32> = ups.iter().map(|&up| if up { 1.0 } else { -1.0 }).collect();
            let packed = PackedSpins::from_f32(n_sites, &values);
            assert_eq!(packed.to_f32(), values);
            packed
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bits_measure_as_spins_do(
            (lattice, packed) in (2_usize..20, 2_usize..200, any::<bool>()).prop_flat_map(|(side, n_sites, ring)| {
                let lattice = if ring { Lattice::ring(n_sites) } else { Lattice::square(side) }.unwrap();
                (Just(lattice), spins(lattice.n_sites(), 1))
            }),
        ) {
            let words = packed.to_words();
            let bit = |site: usize| words[site / 32] >> (site % 32) & 1;
            prop_assert!(packed.to_i8(0).iter().enumerate().all(|(site, &s)| (bit(site) == 1) == (s == 1)));
            prop_assert_eq!(&PackedSpins::from_words(lattice.n_sites(), &words), &packed);
            let unpacked = packed.to_i8(0);
            prop_assert_eq!(magnetization(lattice.n_sites(), packed.row(0)), lattice.magnetization(&unpacked));
            prop_assert_eq!(bond_energy(lattice, packed.row(0)), lattice.bond_energy(&unpacked));
            prop_assert_eq!(pair_sum(lattice, packed.row(0), 0), lattice.n_bonds() as i64);
        }

        #[test]
        fn rows_are_kept(packed in spins(11, 5)) {
            let mut twice = packed.slice(0..5);
            twice.append(&packed).unwrap();
            prop_assert_eq!(twice.n_samples(), 10);
            prop_assert_eq!(twice.select(&[7]), packed.slice(2..3));
            prop_assert_eq!(packed.take_sites(&[10, 0]).to_i8(4), vec![packed.to_i8(4)[10], packed.to_i8(4)[0]]);
            prop_assert_eq!(&PackedSpins::from_bytes(11, packed.as_bytes().to_vec()).unwrap(), &packed);
        }
    }

    #[test]
    fn bits_are_those_of_numpy() {
        let packed = PackedSpins::from_f32(10, &[1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0]);
        assert_eq!(packed.as_bytes(), [0b1000_0001, 0b0100_0000]);
    }

    #[test]
    fn bytes_that_are_no_spins() {
        for (n_sites, bytes) in [(0, vec![]), (10, vec![0; 3]), (10, vec![0, 1])] {
            assert!(matches!(PackedSpins::from_bytes(n_sites, bytes), Err(DataError::NotSpins(_))));
        }
        assert!(PackedSpins::new(3).append(&PackedSpins::new(4)).is_err());
    }
}
