//! Numbers that settings may hold, checked where they are read.

use std::{fmt, num::NonZeroUsize};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

/// A positive, finite number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Positive(f64);

impl Positive {
    pub(super) const fn new(value: f64) -> Self {
        assert!(value > 0.0);
        Self(value)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NEEDED: &str = "a positive number";
        let value = deserializer.deserialize_any(Number(NEEDED))?;
        if value > 0.0 && value.is_finite() { Ok(Self(value)) } else { Err(not_allowed(value, NEEDED)) }
    }
}

/// A number of [0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fraction(f64);

impl Fraction {
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NEEDED: &str = "a number from 0 to less than 1";
        let value = deserializer.deserialize_any(Number(NEEDED))?;
        if (0.0..1.0).contains(&value) { Ok(Self(value)) } else { Err(not_allowed(value, NEEDED)) }
    }
}

/// A whole number of at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Count(usize);

impl Count {
    /// More than any experiment needs of anything.
    const LARGEST: usize = 1_000_000_000_000;

    pub(super) const fn new(value: usize) -> Self {
        assert!(value > 0);
        Self(value)
    }

    /// The number.
    pub fn get(self) -> usize {
        self.0
    }

    /// The number, known not to be zero.
    pub fn non_zero(self) -> NonZeroUsize {
        NonZeroUsize::MIN.saturating_add(self.0 - 1)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, 1, "a whole number of at least 1").map(Self)
    }
}

/// How many configurations a training step takes: a number, or all of the training data (`"all"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchSize {
    /// So many; the last batch of an epoch may have fewer.
    Of(Count),
    /// The full batch: one step an epoch.
    All,
}

impl BatchSize {
    /// The batch size for `n_samples` training configurations.
    pub fn of(self, n_samples: usize) -> usize {
        match self {
            Self::Of(count) => count.get(),
            Self::All => n_samples,
        }
    }
}

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of(count) => count.serialize(serializer),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for BatchSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountOrAll)
    }
}

struct CountOrAll;

impl Visitor<'_> for CountOrAll {
    type Value = BatchSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at least 1, or \"all\"")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<BatchSize, E> {
        Count::deserialize(serde::de::value::I64Deserializer::new(value)).map(BatchSize::Of)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<BatchSize, E> {
        if value == "all" { Ok(BatchSize::All) } else { Err(E::invalid_value(Unexpected::Str(value), &self)) }
    }
}

/// A whole number, 0 included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CountFromZero(usize);

impl CountFromZero {
    pub(super) const fn new(value: usize) -> Self {
        Self(value)
    }

    /// The number.
    pub fn get(self) -> usize {
        self.0
    }
}

impl fmt::Display for CountFromZero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for CountFromZero {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, 0, "a whole number of at least 0").map(Self)
    }
}

/// A whole number from `least` to the largest [`Count`].
fn whole<'de, D: Deserializer<'de>>(deserializer: D, least: usize, needed: &'static str) -> Result<usize, D::Error> {
    let value = deserializer.deserialize_any(Whole(needed))?;
    match usize::try_from(value) {
        Ok(count) if count > Count::LARGEST => {
            Err(D::Error::custom(format!("{value} is too large: at most {}", Count::LARGEST)))
        }
        Ok(count) if count >= least => Ok(count),
        _ => Err(not_allowed(value, needed)),
    }
}

fn not_allowed<E: Error>(value: impl fmt::Display, needed: &str) -> E {
    E::custom(format!("{value} is not allowed here: {needed} is needed"))
}

/// Takes a number; says what is needed of anything else.
struct Number(&'static str);

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }
}

/// Takes a whole number; says what is needed of anything else.
struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }
}
