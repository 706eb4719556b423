//! Where each setting comes from: a line of the file, `--set`, or the default.

use std::{fmt::Write, ops::Range, path::Path};

use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

use super::{error::Place, overrides::Override, scan};

/// The place to blame for the setting `key`.
pub(super) fn place(path: &Path, text: &str, overrides: &[Override], key: &str) -> Place {
    if let Some(change) = overrides.iter().rev().find(|change| change.sets(key)) {
        return Place::Override(change.to_string());
    }
    match nearest_span(text, key) {
        Some(span) => Place::File { path: path.into(), text: text.into(), span: Some(span) },
        None => Place::Nowhere(path.into()),
    }
}

/// The settings as TOML text, each line with its origin.
pub(super) fn annotate(table: &Table, text: &str, path: &Path, overrides: &[Override]) -> String {
    let origin = |key: &str| {
        if let Some(change) = overrides.iter().rev().find(|change| change.sets(key)) {
            change.to_string()
        } else if let Some(span) = span(text, key) {
            format!("{}:{}", path.display(), 1 + text[..span.start].matches('\n').count())
        } else {
            "default".into()
        }
    };
    let mut output = String::new();
    let line = |output: &mut String, name: &str, value: &Value, key: &str| {
        let setting = format!("{name} = {value}");
        let _ = writeln!(output, "{setting:<55} # {}", origin(key));
    };
    for (name, value) in table.iter().filter(|(_, value)| !is_section(value)) {
        line(&mut output, name, value, name);
    }
    for (section, value) in table.iter().filter(|(_, value)| is_section(value)) {
        match value {
            Value::Array(entries) => {
                for entry in entries.iter().filter_map(Value::as_table) {
                    let _ = writeln!(output, "\n[[{section}]]");
                    for (name, value) in entry {
                        line(&mut output, name, value, &format!("{section}.{}.{name}", entry_name(entry)));
                    }
                }
            }
            value => {
                let _ = writeln!(output, "\n[{section}]");
                for (name, value) in value.as_table().into_iter().flatten() {
                    line(&mut output, name, value, &format!("{section}.{name}"));
                }
            }
        }
    }
    output
}

fn is_section(value: &Value) -> bool {
    value.is_table() || value.as_array().is_some_and(|entries| entries.iter().any(Value::is_table))
}

fn entry_name(entry: &Table) -> &str {
    entry.get("name").or(entry.get("kind")).and_then(Value::as_str).unwrap_or("reference")
}

/// The span of `key`, or of the closest section above it that the file has.
fn nearest_span(text: &str, key: &str) -> Option<Range<usize>> {
    let mut key = key;
    loop {
        if let Some(span) = span(text, key) {
            return Some(span);
        }
        key = key.rsplit_once('.')?.0;
    }
}

/// The range of bytes of the value of `key` in the file.
fn span(text: &str, key: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut parts = key.split('.');
    let mut value = document.get_ref().get(parts.next()?)?;
    for part in parts {
        value = match value.get_ref() {
            DeValue::Table(table) => table.get(part)?,
            DeValue::Array(entries) => entries.iter().find(|entry| is_called(entry, part))?,
            _ => return None,
        };
    }
    Some(value.span())
}

fn is_called(entry: &Spanned<DeValue<'_>>, name: &str) -> bool {
    let Some(table) = entry.get_ref().as_table() else { return false };
    let named = table.get("name").or(table.get("kind")).and_then(|value| value.get_ref().as_str());
    let entry_name = named.unwrap_or("reference");
    let sizes = table.get("n_hidden").and_then(|value| value.get_ref().as_array());
    let is_of_scan = |size: &Spanned<DeValue<'_>>| {
        let size = size.get_ref().as_integer().map(|size| size.as_str());
        size.is_some_and(|size| scan::machine_name(entry_name, size) == name)
    };
    entry_name == name || sizes.is_some_and(|sizes| sizes.iter().any(is_of_scan))
}
