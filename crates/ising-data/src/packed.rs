//! Bit-packed spins: one bit a spin, 1 = up.

use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;

use ising_theory::Lattice;

use crate::DataError;
use crate::bits::{BitWriter, padding_mask};
use crate::error::same;

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
    /// No samples yet, of `n_sites` spins each.
    ///
    /// # Errors
    /// [`DataError::NotSpins`] for no spins.
    pub fn new(n_sites: usize) -> Result<Self, DataError> {
        Self::from_bytes(n_sites, Vec::new())
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

    /// Packs spins given as numbers, up where positive, shape `[n_samples, n_sites]`.
    ///
    /// # Errors
    /// [`DataError::NotSpins`] for no spins, [`DataError::Shape`] for a broken configuration.
    pub fn from_f32(n_sites: usize, values: &[f32]) -> Result<Self, DataError> {
        Self::new(n_sites)?;
        same("spins", values.len(), values.len() / n_sites * n_sites)?;
        let bytes = values.chunks_exact(n_sites).flat_map(|row| {
            row.chunks(8)
                .map(|eight| eight.iter().zip(0..8).fold(0, |byte, (&s, k)| byte | u8::from(s > 0.0) << (7 - k)))
        });
        Ok(Self { n_sites, bytes: Bytes::Owned(bytes.collect()) })
    }

    /// The spins as words of 32 sites, shape `[n_samples, ceil(n_sites / 32)]`: site i is bit i mod 32 of word i / 32.
    pub fn to_words(&self) -> Vec<u32> {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(byte.reverse_bits()));
        self.rows().flat_map(|row| row.chunks(4).map(word)).collect()
    }

    /// The inverse of [`PackedSpins::to_words`]; bits beyond the last site are left out.
    ///
    /// # Errors
    /// As [`PackedSpins::from_f32`].
    pub fn from_words(n_sites: usize, words: &[u32]) -> Result<Self, DataError> {
        Self::new(n_sites)?;
        let n_words = n_sites.div_ceil(32);
        same("words", words.len(), words.len() / n_words * n_words)?;
        let padding = padding_mask(n_sites);
        let mut bytes = Vec::with_capacity(words.len() * 4);
        for row in words.chunks_exact(n_words) {
            let all = row.iter().flat_map(|word| word.to_le_bytes()).map(u8::reverse_bits);
            bytes.extend(all.take(n_sites.div_ceil(8)));
            if let Some(last) = bytes.last_mut() {
                *last &= !padding;
            }
        }
        Ok(Self { n_sites, bytes: Bytes::Owned(bytes) })
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

    /// Configuration `i`, which there is, shape `[ceil(n_sites / 8)]`.
    pub(crate) fn row(&self, i: usize) -> &[u8] {
        &self.as_bytes()[i * self.row_bytes()..][..self.row_bytes()]
    }

    /// The configurations one after another.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.as_bytes().chunks_exact(self.row_bytes())
    }

    fn check(&self, i: usize) -> Result<(), DataError> {
        let limit = self.n_samples();
        if i < limit { Ok(()) } else { Err(DataError::OutOfRange { found: i, limit }) }
    }

    /// Checks that these are configurations of the lattice.
    pub(crate) fn check_sites(&self, lattice: Lattice) -> Result<(), DataError> {
        same("a configuration", self.n_sites, lattice.n_sites())
    }

    /// Copies of the configurations in `range`.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`] for a configuration that there is not.
    pub fn slice(&self, range: Range<usize>) -> Result<Self, DataError> {
        if range.is_empty() {
            return Self::new(self.n_sites);
        }
        self.check(range.end - 1)?;
        let bytes = self.as_bytes()[range.start * self.row_bytes()..range.end * self.row_bytes()].to_vec();
        Ok(Self { n_sites: self.n_sites, bytes: Bytes::Owned(bytes) })
    }

    /// Copies of the configurations at `indices`, in their order.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`] for a configuration that there is not.
    pub fn select(&self, indices: &[usize]) -> Result<Self, DataError> {
        indices.iter().try_for_each(|&i| self.check(i))?;
        let bytes = indices.iter().flat_map(|&i| self.row(i)).copied().collect();
        Ok(Self { n_sites: self.n_sites, bytes: Bytes::Owned(bytes) })
    }

    /// The spins of `sites` alone, in their order.
    pub(crate) fn take_sites(&self, sites: &[usize]) -> Self {
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
    ///
    /// # Errors
    /// [`DataError::OutOfRange`] if there is no such configuration, [`DataError::Shape`] for another number of spins.
    pub fn unpack_into(&self, i: usize, spins: &mut [f32]) -> Result<(), DataError> {
        self.check(i)?;
        same("spins", spins.len(), self.n_sites)?;
        self.unpack(i, spins);
        Ok(())
    }

    /// The same of a configuration that there is.
    pub(crate) fn unpack(&self, i: usize, spins: &mut [f32]) {
        for (eight, &byte) in spins.chunks_mut(8).zip(self.row(i)) {
            eight.copy_from_slice(&SPINS_OF_BYTE[usize::from(byte)][..eight.len()]);
        }
    }

    /// All spins as ±1, shape `[n_samples, n_sites]`.
    pub fn to_f32(&self) -> Vec<f32> {
        let mut spins = vec![0.0; self.n_samples() * self.n_sites];
        spins.chunks_exact_mut(self.n_sites).enumerate().for_each(|(i, row)| self.unpack(i, row));
        spins
    }

    /// Configuration `i` as ±1, shape `[n_sites]`.
    ///
    /// # Errors
    /// [`DataError::OutOfRange`] if there is no such configuration.
    pub fn to_i8(&self, i: usize) -> Result<Vec<i8>, DataError> {
        self.check(i)?;
        let row = self.row(i);
        Ok((0..self.n_sites).map(|site| if row[site / 8] >> (7 - site % 8) & 1 == 1 { 1 } else { -1 }).collect())
    }
}

/// Equal numbers of sites and equal spins, wherever they lie.
impl PartialEq for PackedSpins {
    fn eq(&self, other: &Self) -> bool {
        self.n_sites == other.n_sites && self.as_bytes() == other.as_bytes()
    }
}

#[cfg(test)]
mod tests;
