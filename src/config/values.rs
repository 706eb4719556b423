//! Numbers that settings may hold, checked where they are read.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
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
        let value = f64::deserialize(deserializer)?;
        if value > 0.0 && value.is_finite() {
            Ok(Self(value))
        } else {
            Err(D::Error::custom(format!("{value} is not allowed here: a positive number is needed")))
        }
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
        let value = f64::deserialize(deserializer)?;
        if (0.0..1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(D::Error::custom(format!("{value} is not allowed here: a number from 0 to less than 1 is needed")))
        }
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
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        match usize::try_from(value) {
            Ok(count) if (1..=Self::LARGEST).contains(&count) => Ok(Self(count)),
            Ok(count) if count > 0 => Err(D::Error::custom(format!("{value} is too large: at most {}", Self::LARGEST))),
            _ => Err(D::Error::custom(format!("{value} is not allowed here: a whole number of at least 1 is needed"))),
        }
    }
}

/// Evenly spaced numbers start, start + step, …, up to and including stop.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Range {
    start: f64,
    stop: f64,
    step: f64,
}

impl Range {
    /// More points than any experiment has state points.
    const MAX_POINTS: f64 = 10_000.0;

    fn check(&self) -> Result<(), String> {
        let Self { start, stop, step } = *self;
        if !(start.is_finite() && stop.is_finite() && step.is_finite()) {
            return Err("start, stop and step must be finite; write inf as an entry of a list: [{start …}, inf]".into());
        }
        if step <= 0.0 || stop < start {
            return Err(format!("start = {start}, stop = {stop}, step = {step} is empty: step > 0 and stop >= start"));
        }
        if (stop - start) / step > Self::MAX_POINTS {
            return Err(format!("more than {} points", Self::MAX_POINTS));
        }
        Ok(())
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let n_steps = ((self.stop - self.start) / self.step + 1e-9).floor() as usize;
        // Rounded to twelve decimals, so that 3 · 0.1 is 0.3.
        (0..=n_steps).map(|i| ((self.start + i as f64 * self.step) * 1e12).round() / 1e12)
    }
}

/// An entry of a list of numbers: a number or a range.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Entry {
    Number(f64),
    Range(Range),
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or { start, stop, step }")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Entry, E> {
                // `+ 0.0` turns −0 into 0, so that no value hides behind its sign.
                Ok(Entry::Number(value + 0.0))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Entry, E> {
                Ok(Entry::Number(value as f64))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                let range = Range::deserialize(MapAccessDeserializer::new(map))?;
                range.check().map_err(A::Error::custom)?;
                Ok(Entry::Range(range))
            }
        }
        deserializer.deserialize_any(EntryVisitor)
    }
}

/// Numbers written as a list of numbers and ranges, or as one range.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Numbers {
    List(Vec<Entry>),
    Range(Range),
}

impl Numbers {
    fn values(&self) -> Vec<f64> {
        match self {
            Self::Range(range) => range.values().collect(),
            Self::List(entries) => entries
                .iter()
                .flat_map(|entry| match entry {
                    Entry::Number(value) => vec![*value],
                    Entry::Range(range) => range.values().collect(),
                })
                .collect(),
        }
    }

    /// Checks every value, and that none stands twice.
    fn check(&self, allowed: impl Fn(f64) -> bool, what: &str) -> Result<(), String> {
        let values = self.values();
        if values.is_empty() {
            return Err("the list is empty: at least one value is needed".into());
        }
        for (i, &value) in values.iter().enumerate() {
            if !allowed(value) {
                return Err(format!("{value} is not allowed here: {what}"));
            }
            if values[..i].iter().any(|earlier| earlier.total_cmp(&value).is_eq()) {
                return Err(format!("{value} stands twice in the list"));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumbersVisitor;
        impl<'de> Visitor<'de> for NumbersVisitor {
            type Value = Numbers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers, or { start, stop, step }")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Numbers, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(Numbers::List(entries))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Numbers, A::Error> {
                let range = Range::deserialize(MapAccessDeserializer::new(map))?;
                range.check().map_err(A::Error::custom)?;
                Ok(Numbers::Range(range))
            }
        }
        deserializer.deserialize_any(NumbersVisitor)
    }
}

/// Temperatures T ≥ 0, each once; `inf` is allowed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Temperatures(Numbers);

/// Fields H, finite, each once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fields(Numbers);

impl Temperatures {
    pub(super) fn range(start: f64, stop: f64, step: f64) -> Self {
        Self(Numbers::Range(Range { start, stop, step }))
    }

    /// The temperatures, in the order written.
    pub fn values(&self) -> Vec<f64> {
        self.0.values()
    }
}

impl Fields {
    pub(super) fn single(field: f64) -> Self {
        Self(Numbers::List(vec![Entry::Number(field)]))
    }

    /// The fields, in the order written.
    pub fn values(&self) -> Vec<f64> {
        self.0.values()
    }
}

impl<'de> Deserialize<'de> for Temperatures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Numbers::deserialize(deserializer)?;
        numbers.check(|value| value >= 0.0, "temperatures are 0 or more, inf included").map_err(D::Error::custom)?;
        Ok(Self(numbers))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbers = Numbers::deserialize(deserializer)?;
        numbers.check(f64::is_finite, "fields are finite").map_err(D::Error::custom)?;
        Ok(Self(numbers))
    }
}
