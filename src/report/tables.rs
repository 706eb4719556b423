//! The tables of a run folder.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::table::Table;

/// Reads a table of the run.
pub(super) fn read(folder: &Path, file: &str) -> Result<Table> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}: is the run done up to render?", path.display()))?;
    Ok(Table::from_csv(file, &text)?)
}
