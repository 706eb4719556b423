//! A data set and its file: packed spins with the state point of each configuration, in the safetensors format.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ising_theory::Lattice;
use memmap2::Mmap;
use safetensors::tensor::{Dtype, Metadata, SafeTensors};

use crate::{DataError, PackedSpins, StatePoint, mapped};

/// Version of the file's layout.
const VERSION: &str = "1";

/// Configurations of one lattice with their state points.
///
/// The file holds the tensors `temperature` and `field`, f64 `[n_samples]`, `spins`, u8 `[n_samples, ceil(n_sites / 8)]`,
/// and as metadata `lattice` (`ring` or `square`), `n_sites` or `side`, `version`, and what else the writer knows.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleSet {
    /// The lattice.
    pub lattice: Lattice,
    /// State point of each configuration, shape `[n_samples]`.
    pub points: Vec<StatePoint>,
    /// The configurations.
    pub spins: PackedSpins,
    /// What else is known, as `seed` and `sampler`.
    pub metadata: BTreeMap<String, String>,
}

impl SampleSet {
    /// The same number of configurations at each of `points`, as [`crate::sample`] gives them.
    ///
    /// # Errors
    /// [`DataError::NotSamples`] if the spins are not of this lattice or do not share out evenly among the points.
    pub fn new(
        lattice: Lattice,
        points: &[StatePoint],
        spins: PackedSpins,
        metadata: BTreeMap<String, String>,
    ) -> Result<Self, DataError> {
        let n_each = spins.n_samples() / points.len().max(1);
        let points: Vec<_> = points.iter().flat_map(|&point| std::iter::repeat_n(point, n_each)).collect();
        let (n_points, n_samples) = (points.len(), spins.n_samples());
        if spins.n_sites() != lattice.n_sites() || n_points != n_samples {
            let n_sites = spins.n_sites();
            return Err(not_samples(format!(
                "{n_samples} samples of {n_sites} spins for {n_points} points of the {lattice}"
            )));
        }
        Ok(Self { lattice, points, spins, metadata })
    }

    /// The bytes of the file: equal for equal data sets.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (n, row_bytes) = (self.points.len(), self.spins.row_bytes());
        let mut metadata = self.metadata.clone();
        let (extent_key, extent) = extent(self.lattice);
        metadata.insert("lattice".into(), self.lattice.name().into());
        metadata.insert(extent_key.into(), extent.to_string());
        metadata.insert("version".into(), VERSION.into());
        let entries: Vec<_> =
            metadata.iter().map(|(key, value)| format!("{}:{}", quoted(key), quoted(value))).collect();
        let mut header = format!(
            r#"{{"__metadata__":{{{}}},"temperature":{{"dtype":"F64","shape":[{n}],"data_offsets":[0,{}]}},"field":{{"dtype":"F64","shape":[{n}],"data_offsets":[{},{}]}},"spins":{{"dtype":"U8","shape":[{n},{row_bytes}],"data_offsets":[{},{}]}}}}"#,
            entries.join(","),
            8 * n,
            8 * n,
            16 * n,
            16 * n,
            16 * n + n * row_bytes
        );
        header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
        let temperatures = self.points.iter().flat_map(|point| point.temperature().to_le_bytes());
        let fields = self.points.iter().flat_map(|point| point.field().to_le_bytes());
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend(temperatures.chain(fields));
        bytes.extend_from_slice(self.spins.as_bytes());
        bytes
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`DataError::NotSamples`] for anything but a data set whose every value is legal.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DataError> {
        Self::read(bytes, |n_sites, spins| PackedSpins::from_bytes(n_sites, spins.to_vec()))
    }

    /// Opens a file; its spins are mapped into memory rather than copied.
    ///
    /// # Errors
    /// [`DataError::Read`] for a file that cannot be read, [`DataError::Damaged`] for one that is no data set.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let map = mapped::map(path).map_err(|source| DataError::Read { path: path.into(), source })?;
        let map: Arc<Mmap> = Arc::new(map);
        let spins_of_map = |n_sites, spins: &[u8]| {
            let start = spins.as_ptr().addr() - map.as_ptr().addr();
            PackedSpins::from_map(n_sites, Arc::clone(&map), start..start + spins.len())
        };
        Self::read(&map, spins_of_map)
            .map_err(|error| DataError::Damaged { path: path.into(), problem: error.to_string() })
    }

    fn read(
        bytes: &[u8],
        to_spins: impl FnOnce(usize, &[u8]) -> Result<PackedSpins, DataError>,
    ) -> Result<Self, DataError> {
        let (header_len, header) = SafeTensors::read_metadata(bytes).map_err(|error| not_samples(error.to_string()))?;
        let data = &bytes[8 + header_len..];
        let mut metadata: BTreeMap<_, _> = header.metadata().clone().unwrap_or_default().into_iter().collect();
        let lattice = take_lattice(&mut metadata)?;
        let row_bytes = lattice.n_sites().div_ceil(8);
        let n = header.info("temperature").and_then(|info| info.shape.first().copied()).unwrap_or(0);
        let temperatures = tensor(&header, data, "temperature", Dtype::F64, &[n])?;
        let fields = tensor(&header, data, "field", Dtype::F64, &[n])?;
        let spins = tensor(&header, data, "spins", Dtype::U8, &[n, row_bytes])?;
        let points = floats(temperatures).zip(floats(fields)).map(|(t, h)| StatePoint::new(t, h));
        let points = points.collect::<Result<_, _>>()?;
        Ok(Self { lattice, points, spins: to_spins(lattice.n_sites(), spins)?, metadata })
    }
}

/// The bytes of a tensor that must have this type and shape.
fn tensor<'a>(
    header: &Metadata,
    data: &'a [u8],
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'a [u8], DataError> {
    let info = header.info(name).ok_or_else(|| not_samples(format!("it has no tensor `{name}`")))?;
    if info.dtype != dtype || info.shape != shape {
        let found = format!("{:?} {:?}", info.dtype, info.shape);
        return Err(not_samples(format!("`{name}` is {found}, it must be {dtype:?} {shape:?}")));
    }
    let (start, end) = info.data_offsets;
    data.get(start..end).ok_or_else(|| not_samples(format!("`{name}` lies outside the file")))
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.chunks_exact(8).map(|eight| f64::from_le_bytes(std::array::from_fn(|i| eight[i])))
}

/// Takes what [`SampleSet::to_bytes`] adds out of the metadata: the lattice and the version.
fn take_lattice(metadata: &mut BTreeMap<String, String>) -> Result<Lattice, DataError> {
    let mut take = |key: &str| metadata.remove(key).ok_or_else(|| not_samples(format!("its metadata have no `{key}`")));
    let version = take("version")?;
    if version != VERSION {
        return Err(not_samples(format!("its version is {version}, this program reads version {VERSION}")));
    }
    let name = take("lattice")?;
    let mut extent = |key| {
        let text = take(key)?;
        let n = text.parse::<usize>().ok().filter(|&n| n <= MAX_EXTENT);
        n.ok_or_else(|| not_samples(format!("{key} = {text} is no size of a lattice")))
    };
    let lattice = match name.as_str() {
        "ring" => Lattice::ring(extent("n_sites")?),
        "square" => Lattice::square(extent("side")?),
        _ => return Err(not_samples(format!("lattice `{name}` is unknown"))),
    };
    lattice.map_err(|error| not_samples(error.to_string()))
}

/// Largest extent a file may claim; its square is far from overflow.
const MAX_EXTENT: usize = 1 << 24;

fn extent(lattice: Lattice) -> (&'static str, usize) {
    match lattice {
        Lattice::Ring { n_sites, .. } => ("n_sites", n_sites),
        Lattice::Square { side, .. } => ("side", side),
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

fn not_samples(problem: impl Into<String>) -> DataError {
    DataError::NotSamples(problem.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::stream::Purpose;

    fn set() -> SampleSet {
        let lattice = Lattice::square(3).unwrap();
        let points = [0.0, 2.0, f64::INFINITY].map(|t| StatePoint::new(t, 0.5).unwrap());
        let spins = crate::sample(lattice, &points, 4, 1, Purpose::Sample, &|_| true).unwrap();
        let metadata = [("seed", "1"), ("note", "a \"quoted\\ \n line")].map(|(k, v)| (k.into(), v.into()));
        SampleSet::new(lattice, &points, spins, metadata.into()).unwrap()
    }

    #[test]
    fn bytes_are_read_back() {
        let (set, bytes) = (set(), set().to_bytes());
        assert_eq!(SampleSet::from_bytes(&bytes).unwrap(), set);
        assert_eq!(bytes, SampleSet::from_bytes(&bytes).unwrap().to_bytes());
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.tensor("spins").unwrap().shape(), [12, 2]);
        assert_eq!(tensors.tensor("temperature").unwrap().data()[88..], f64::INFINITY.to_le_bytes());
    }

    #[test]
    fn a_file_is_mapped() {
        let path = std::env::temp_dir().join(format!("ising-data-{}.safetensors", std::process::id()));
        std::fs::write(&path, set().to_bytes()).unwrap();
        assert_eq!(SampleSet::open(&path).unwrap(), set());
        std::fs::write(&path, b"nothing").unwrap();
        assert!(matches!(SampleSet::open(&path), Err(DataError::Damaged { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(SampleSet::open(&path), Err(DataError::Read { .. })));
    }

    #[test]
    fn no_prefix_and_no_changed_byte_panics() {
        let bytes = set().to_bytes();
        for n in 0..bytes.len() {
            assert!(SampleSet::from_bytes(&bytes[..n]).is_err());
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[n] ^= 1 << bit;
                // A changed spin, temperature or note may still be legal: it must only not panic.
                drop(SampleSet::from_bytes(&changed));
            }
        }
    }

    #[test]
    fn illegal_values_are_refused() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let bytes = set().to_bytes();
        for (from, to) in [
            (r#""side":"3""#, r#""side":"9""#),
            (r#""side":"3""#, r#""side":"0""#),
            (r#""lattice":"square""#, r#""lattice":"cubic!""#),
            (r#""version":"1""#, r#""version":"2""#),
            (r#""dtype":"U8""#, r#""dtype":"I8""#),
            (r#""spins":{"#, r#""spinz":{"#),
        ] {
            let at = text(&bytes).find(from).unwrap();
            let mut changed = bytes.clone();
            changed[at..at + to.len()].copy_from_slice(to.as_bytes());
            assert!(SampleSet::from_bytes(&changed).is_err(), "{to}");
        }
        let mut padded = bytes.clone();
        *padded.last_mut().unwrap() |= 1;
        assert!(matches!(SampleSet::from_bytes(&padded), Err(DataError::NotSpins(_))));
        let mut negative = bytes;
        let end = negative.len() - 24 - 96 - 96;
        negative[end..end + 8].copy_from_slice(&(-1.0_f64).to_le_bytes());
        assert!(matches!(SampleSet::from_bytes(&negative), Err(DataError::StatePoint { .. })));
    }

    #[test]
    fn spins_and_points_must_fit() {
        let set = set();
        let other = SampleSet::new(Lattice::square(4).unwrap(), &set.points, set.spins.clone(), BTreeMap::new());
        assert!(matches!(other, Err(DataError::NotSamples(_))));
        let other = SampleSet::new(set.lattice, &set.points[..5], set.spins, BTreeMap::new());
        assert!(matches!(other, Err(DataError::NotSamples(_))));
    }
}
