//! `--set key=value`: settings from the command line.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    error::{ConfigError, Place},
    scan,
    schema::Settings,
};

/// Sections that are lists of named tables: a key after them may name one entry or mean all.
const LISTS: [&str; 2] = ["rbm", "figures"];

/// One setting from the command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    key: Vec<String>,
    value: Value,
    text: String,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("expected key=value, for example rbm.n_hidden=16")?;
        let key: Vec<String> = key.trim().split('.').map(str::to_owned).collect();
        if key.iter().any(String::is_empty) {
            return Err(format!("the key of {text} has an empty part"));
        }
        Ok(Self { key, value: parse(value.trim()), text: text.into() })
    }
}

/// A TOML value; what is none is a bare string, so that quotes can be left out on the command line.
fn parse(text: &str) -> Value {
    toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.into()))
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--set {}", self.text)
    }
}

impl Override {
    /// As on the command line: `key=value`.
    pub fn setting(&self) -> String {
        self.text.clone()
    }

    /// Whether this sets `key`, written as in `config show`: `rbm.NAME.n_hidden` for an entry of a list.
    pub(super) fn sets(&self, key: &str) -> bool {
        let parts: Vec<&str> = key.split('.').collect();
        let own: Vec<&str> = self.key.iter().map(String::as_str).collect();
        let prefix = |parts: &[&str]| parts.starts_with(&own);
        let of_entry = |name: &str| prefix(&[&parts[..1], &[name], &parts[2..]].concat());
        let list = LISTS.contains(&parts[0]) && parts.len() > 2;
        let all = || prefix(&[&parts[..1], &parts[2..]].concat());
        prefix(&parts) || (list && (all() || scan::scan_name(parts[1]).is_some_and(of_entry)))
    }

    /// The settings with the value written in; nothing where it has no place.
    pub fn applied_to(&self, settings: &Settings) -> Option<Settings> {
        let mut table = Table::try_from(settings).ok()?;
        self.apply(&mut table).ok()?;
        Settings::deserialize(Value::Table(table)).ok()
    }

    /// Writes the value into the settings of a file.
    pub(super) fn apply(&self, table: &mut Table) -> Result<(), ConfigError> {
        match self.key.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [list, key] if LISTS.contains(list) => {
                for entry in entries(table, list) {
                    entry.insert((*key).into(), self.value.clone());
                }
            }
            [list, name, key] if LISTS.contains(list) => {
                for entry in self.named(table, list, name)? {
                    entry.insert((*key).into(), self.value.clone());
                }
            }
            [section, path @ ..] => self.insert(table, section, path)?,
            [] => {}
        }
        self.choose_extent(table);
        Ok(())
    }

    /// The entry of a list with a name (for figures: or a kind), or else the one machine of a scan, or else its machines.
    fn named<'t>(&self, table: &'t mut Table, list: &str, name: &str) -> Result<Vec<&'t mut Table>, ConfigError> {
        let name_of = |entry: &Table| {
            let named = entry.get("name").or(entry.get("kind")).and_then(Value::as_str);
            named.unwrap_or("reference").to_owned()
        };
        if !self::entries(table, list).any(|entry| name_of(entry) == name) {
            scan::expand(table);
        }
        let entries: Vec<&mut Table> = self::entries(table, list).collect();
        let names: Vec<String> = entries.iter().map(|entry| name_of(entry)).collect();
        let exact = names.iter().any(|own| own == name);
        let meant = |own: &str| if exact { own == name } else { scan::scan_name(own) == Some(name) };
        let found: Vec<&mut Table> = entries.into_iter().filter(|entry| meant(&name_of(entry))).collect();
        if found.is_empty() {
            let message = format!("no entry of [[{list}]] is called {name}");
            let help = format!("there are: {}", names.join(", "));
            return Err(ConfigError::new(&message, Place::Override(self.to_string())).help(help));
        }
        Ok(found)
    }

    fn insert(&self, table: &mut Table, section: &str, path: &[&str]) -> Result<(), ConfigError> {
        let Some((key, path)) = path.split_first() else {
            table.insert(section.into(), self.value.clone());
            return Ok(());
        };
        match table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => self.insert(inner, key, path),
            other => {
                let message = format!("{section} holds {} and has no key {key}", other.type_str());
                Err(ConfigError::new(&message, Place::Override(self.to_string())))
            }
        }
    }

    /// The extent given last says which lattice is meant: it replaces the other one's.
    fn choose_extent(&self, table: &mut Table) {
        let Some(Value::Table(data)) = table.get_mut("data") else { return };
        match self.key.join(".").as_str() {
            "data.side" => data.remove("n_sites"),
            "data.n_sites" => data.remove("side"),
            _ => None,
        };
    }
}

/// The entries of a list of tables; a file without one has the default entry.
fn entries<'t>(table: &'t mut Table, list: &str) -> impl Iterator<Item = &'t mut Table> {
    let default = || match list {
        "rbm" => Value::Array(vec![Value::Table(Table::new())]),
        _ => super::schema::Settings::default()
            .figures
            .iter()
            .filter_map(|figure| Value::try_from(figure).ok())
            .collect::<Vec<_>>()
            .into(),
    };
    let entries = table.entry(list).or_insert_with(default);
    entries.as_array_mut().into_iter().flatten().filter_map(Value::as_table_mut)
}
