//! Lists of temperatures and fields that settings may hold, checked where they are read.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

pub use super::numbers::{Count, Fraction, Positive};

/// Evenly spaced numbers start, start + step, …, up to and including stop.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Range {
    start: f64,
    stop: f64,
    step: f64,
}

/// More values than any experiment has temperatures or fields.
const MAX_POINTS: f64 = 10_000.0;

impl Range {
    fn check(&self) -> Result<(), String> {
        let Self { start, stop, step } = *self;
        if !(start.is_finite() && stop.is_finite() && step.is_finite()) {
            return Err("start, stop and step must be finite; write inf as an entry of a list: [{start …}, inf]".into());
        }
        if step <= 0.0 || stop < start {
            return Err(format!("start = {start}, stop = {stop}, step = {step} is empty: step > 0 and stop >= start"));
        }
        check_length(self.n_steps() + 1.0)
    }

    fn n_steps(&self) -> f64 {
        ((self.stop - self.start) / self.step + 1e-9).floor()
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        // Rounded to twelve decimals, so that 3 · 0.1 is 0.3.
        (0..=self.n_steps() as usize).map(|i| ((self.start + i as f64 * self.step) * 1e12).round() / 1e12)
    }
}

fn check_length(n_points: f64) -> Result<(), String> {
    if n_points > MAX_POINTS { Err(format!("{n_points} values are more than {MAX_POINTS}")) } else { Ok(()) }
}

/// An entry of a list of numbers: a number or a range.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Entry {
    Number(f64),
    Range(Range),
}

impl Entry {
    fn n_points(&self) -> f64 {
        match self {
            Self::Number(_) => 1.0,
            Self::Range(range) => range.n_steps() + 1.0,
        }
    }
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

    /// Checks how many values there are, every value, and that none stands twice.
    fn check(&self, allowed: impl Fn(f64) -> bool, what: &str) -> Result<(), String> {
        if let Self::List(entries) = self {
            check_length(entries.iter().map(Entry::n_points).sum())?;
        }
        let values = self.values();
        if values.is_empty() {
            return Err("the list is empty: at least one value is needed".into());
        }
        let mut seen = HashSet::new();
        for value in values {
            if !allowed(value) {
                return Err(format!("{value} is not allowed here: {what}"));
            }
            // `+ 0.0` makes one of 0 and −0.
            if !seen.insert((value + 0.0).to_bits()) {
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn read(temperatures: &str) -> Result<Vec<f64>, String> {
        let table: toml::Table = format!("x = {temperatures}").parse().map_err(|_| "no TOML")?;
        Temperatures::deserialize(table["x"].clone()).map(|t| t.values()).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_value_stands_once() {
        assert_eq!(
            read("[{ start = 0, stop = 1, step = 0.5 }, 2.5, inf]"),
            Ok(vec![0.0, 0.5, 1.0, 2.5, f64::INFINITY])
        );
        for twice in ["[1, 2, 1]", "[0.0, -0.0]", "[inf, inf]", "[{ start = 0, stop = 1, step = 0.5 }, 0.5]"] {
            assert!(read(twice).is_err_and(|error| error.contains("stands twice")), "{twice}");
        }
    }

    #[test]
    fn long_lists_are_checked_at_once_and_longer_ones_refused() {
        let begun = Instant::now();
        let range = |i: usize, n: usize| format!("{{ start = {i}, stop = {}, step = 1 }}", i + n - 1);
        let ranges = |n: usize| format!("[{}]", (0..n).map(|i| range(2500 * i, 2500)).collect::<Vec<_>>().join(", "));
        assert_eq!(read(&range(0, 10_000)).map(|values| values.len()), Ok(10_000));
        assert_eq!(read(&ranges(4)).map(|values| values.len()), Ok(10_000));
        for too_long in [range(0, 10_001), ranges(5), ranges(10_000), range(0, 1 << 60)] {
            assert!(read(&too_long).is_err_and(|error| error.contains("more than 10000")));
        }
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}
