//! Temperatures that a flow might lead to, marked by a line and explained in the legend.

use super::legend::{Entry, Key};
use super::number::short;
use super::style::Stroke;
use crate::table::{Table, TableError};

/// One marked temperature.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) label: String,
    pub(crate) temperature: f64,
    pub(crate) stroke: Stroke,
}

/// Labels of the training mixture: where its means are those of the lattice, and where the network sees it.
const MIXTURE: &str = "training mixture";
const MIXTURE_BY_NETWORK: &str = "training mixture, by the network";

/// Of `references` those that a panel shows: with what the network reads, the training mixture where the network sees it.
pub(crate) fn of_panel(references: &[Reference], by_network: bool) -> Vec<Reference> {
    let is_read = references.iter().any(|reference| reference.label == MIXTURE_BY_NETWORK);
    let other = if by_network && is_read { MIXTURE } else { MIXTURE_BY_NETWORK };
    references.iter().filter(|reference| reference.label != other).cloned().collect()
}

impl Reference {
    /// All marked temperatures of a table with the columns `label` and `temperature`.
    pub(crate) fn read_all(markers: &Table) -> Result<Vec<Self>, TableError> {
        let rows = markers.text("label")?.into_iter().zip(markers.column("temperature")?);
        let reference = |(index, (label, temperature)): (usize, (&str, f64))| Self {
            label: label.to_owned(),
            temperature,
            stroke: Stroke::reference(index),
        };
        Ok(rows.enumerate().map(reference).collect())
    }

    /// Its line in the legend, with the number.
    pub(crate) fn entry(&self) -> Entry {
        Entry::new(Key::Line(self.stroke), format!("{} ({})", self.label, short(self.temperature)))
    }
}
