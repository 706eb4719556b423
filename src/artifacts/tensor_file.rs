//! Named arrays in safetensors files whose bytes depend on nothing but their content.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use safetensors::{Dtype, SafeTensors};

/// Arrays and texts of a weight file or a checkpoint.
///
/// The texts hold a checksum over everything, so that a damaged file is noticed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorFile {
    /// Texts: what the file is and where it comes from.
    pub metadata: BTreeMap<String, String>,
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Clone, Debug, PartialEq)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

const CHECKSUM: &str = "checksum";

impl TensorFile {
    /// Adds a text.
    pub fn text(mut self, key: &str, value: impl ToString) -> Self {
        self.metadata.insert(key.into(), value.to_string());
        self
    }

    /// Adds an array of 32-bit numbers.
    pub fn f32(self, name: &str, shape: &[usize], values: &[f32]) -> Self {
        self.insert(name, Dtype::F32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Adds an array of 64-bit numbers.
    pub fn f64(self, name: &str, shape: &[usize], values: &[f64]) -> Self {
        self.insert(name, Dtype::F64, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Adds bytes.
    pub fn u8(self, name: &str, bytes: Vec<u8>) -> Self {
        let shape = [bytes.len()];
        self.insert(name, Dtype::U8, &shape, bytes)
    }

    fn insert(mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) -> Self {
        self.tensors.insert(name.into(), Tensor { dtype, shape: shape.to_vec(), bytes });
        self
    }

    /// The text `key`.
    ///
    /// # Errors
    /// When there is none.
    pub fn get_text(&self, key: &str) -> Result<&str> {
        self.metadata.get(key).map(String::as_str).with_context(|| format!("the text {key:?} is missing"))
    }

    /// The array `name` of 32-bit numbers: its shape and values.
    ///
    /// # Errors
    /// When there is none, or it has another type.
    pub fn get_f32(&self, name: &str) -> Result<(&[usize], Vec<f32>)> {
        let (shape, bytes) = self.get(name, Dtype::F32)?;
        Ok((shape, bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()))
    }

    /// The array `name` of 64-bit numbers: its shape and values.
    ///
    /// # Errors
    /// When there is none, or it has another type.
    pub fn get_f64(&self, name: &str) -> Result<(&[usize], Vec<f64>)> {
        let (shape, bytes) = self.get(name, Dtype::F64)?;
        Ok((shape, bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()))
    }

    /// The bytes `name`.
    ///
    /// # Errors
    /// When there are none, or they have another type.
    pub fn get_u8(&self, name: &str) -> Result<&[u8]> {
        Ok(self.get(name, Dtype::U8)?.1)
    }

    fn get(&self, name: &str, dtype: Dtype) -> Result<(&[usize], &[u8])> {
        let tensor = self.tensors.get(name).with_context(|| format!("the array {name:?} is missing"))?;
        ensure!(tensor.dtype == dtype, "the array {name:?} is of type {:?} instead of {dtype:?}", tensor.dtype);
        Ok((&tensor.shape, &tensor.bytes))
    }

    /// Name, type and shape of every array.
    pub fn summary(&self) -> impl Iterator<Item = (&str, String)> {
        let describe = |tensor: &Tensor| format!("{:?} {:?}", tensor.dtype, tensor.shape);
        self.tensors.iter().map(move |(name, tensor)| (name.as_str(), describe(tensor)))
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut metadata = self.metadata.clone();
        metadata.insert(CHECKSUM.into(), self.checksum());
        let mut header = serde_json::Map::from_iter([("__metadata__".to_owned(), serde_json::json!(metadata))]);
        let mut offset = 0;
        for (name, Tensor { dtype, shape, bytes }) in &self.tensors {
            let offsets = [offset, offset + bytes.len()];
            let entry = serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": offsets });
            header.insert(name.clone(), entry);
            offset += bytes.len();
        }
        let mut header = serde_json::Value::Object(header).to_string();
        // Aligned to eight bytes, as the format asks.
        header.extend(std::iter::repeat_n(' ', header.len().wrapping_neg() % 8));
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.extend(self.tensors.values().flat_map(|tensor| &tensor.bytes));
        file
    }

    /// Reads a file's bytes and compares the checksum.
    ///
    /// # Errors
    /// When they are damaged, cut short or no such file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).context("this is no intact safetensors file")?;
        let content = SafeTensors::deserialize(bytes).context("this is no intact safetensors file")?;
        let metadata = header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
        let tensors = content.tensors().into_iter().map(|(name, view)| {
            let tensor = Tensor { dtype: view.dtype(), shape: view.shape().to_vec(), bytes: view.data().to_vec() };
            (name, tensor)
        });
        let mut file = Self { metadata, tensors: tensors.collect() };
        match file.metadata.remove(CHECKSUM) {
            None => bail!("this file was not written by this program: it has no checksum"),
            Some(expected) if expected != file.checksum() => bail!("the file is damaged: its checksum does not agree"),
            Some(_) => Ok(file),
        }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], with the path.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = super::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_bytes(&bytes).with_context(|| format!("cannot use {}", path.display()))
    }

    fn checksum(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut update = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for (key, value) in &self.metadata {
            update(key.as_bytes());
            update(value.as_bytes());
        }
        for (name, Tensor { dtype, shape, bytes }) in &self.tensors {
            update(name.as_bytes());
            update(format!("{dtype:?}{shape:?}").as_bytes());
            update(bytes);
        }
        hasher.finalize().to_hex().to_string()
    }
}
