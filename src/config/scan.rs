//! A scan over the number of hidden units: `n_hidden = [4, 16]` in one entry stands for a machine of each size.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use toml::{Table, Value};

use super::numbers::Count;

/// Most machines of one scan.
const MAX_SIZES: usize = 1000;

/// Replaces every entry whose `n_hidden` is a list by one entry for each of its numbers, called NAME-4, NAME-16.
pub(super) fn expand(settings: &mut Table) {
    if let Some(Value::Array(entries)) = settings.get_mut("rbm") {
        *entries = std::mem::take(entries).into_iter().flat_map(machines).collect();
    }
}

fn machines(entry: Value) -> Vec<Value> {
    let Value::Table(entry) = entry else { return vec![entry] };
    let Some(Value::Array(sizes)) = entry.get("n_hidden") else { return vec![Value::Table(entry)] };
    let name = entry.get("name").and_then(Value::as_str).unwrap_or("reference");
    let machine = |size: &Value| {
        let mut machine = entry.clone();
        machine.insert("name".into(), machine_name(name, size).into());
        machine.insert("n_hidden".into(), size.clone());
        Value::Table(machine)
    };
    sizes.iter().map(machine).collect()
}

/// What the machine of one size is called in a scan.
pub(super) fn machine_name(scan: &str, size: impl fmt::Display) -> String {
    format!("{scan}-{size}")
}

/// The scan that a machine's name tells of: `n-hidden` of `n-hidden-16`.
pub(super) fn scan_name(machine: &str) -> Option<&str> {
    machine.rsplit_once('-').filter(|(_, size)| size.parse::<usize>().is_ok()).map(|(scan, _)| scan)
}

/// Reads a number of hidden units, or the first of a list that [`expand`] has still to replace.
pub(super) fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
    deserializer.deserialize_any(OneOrMany)
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of at least 1, or a list of them")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Count, E> {
        Count::deserialize(serde::de::value::I64Deserializer::new(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sizes: A) -> Result<Count, A::Error> {
        let sizes = Vec::<Count>::deserialize(SeqAccessDeserializer::new(sizes))?;
        if sizes.len() > MAX_SIZES {
            return Err(A::Error::custom(format!("more than {MAX_SIZES} machines in one list")));
        }
        sizes
            .first()
            .copied()
            .ok_or_else(|| A::Error::custom("an empty list is no machine: give a number of hidden units"))
    }
}
