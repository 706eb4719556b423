//! The one way a table of a finished run is read.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Manifest, checksum, read};
use crate::table::Table;

/// A table of a run folder, as the run wrote it; without a manifest that tells of it, as it is.
///
/// # Errors
/// When it cannot be read, is no table, or has changed since.
pub fn read_table(folder: &Path, file: &str) -> Result<Table> {
    let path = folder.join(file);
    let bytes = read(&path).with_context(|| format!("cannot read {}: is the run finished?", path.display()))?;
    let manifest = Manifest::read(folder)?.unwrap_or_default();
    let expected = manifest.tasks.values().find_map(|record| record.outputs.get(file));
    ensure!(
        expected.is_none_or(|expected| *expected == checksum(&bytes)),
        "{} is not the file that was written (its checksum differs): give the command of the run again",
        path.display()
    );
    let text = String::from_utf8(bytes).with_context(|| format!("{} is no text", path.display()))?;
    Ok(Table::from_csv(file, &text)?)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;
    use crate::artifacts::TaskRecord;

    #[test]
    fn a_table_that_has_changed_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("a.csv"), "t\n1\n")?;
        assert_eq!(read_table(folder.path(), "a.csv")?.column("t")?, [1.0]);
        let mut manifest = Manifest::default();
        let record = TaskRecord {
            outputs: BTreeMap::from([("a.csv".to_owned(), checksum(b"t\n1\n"))]),
            ..TaskRecord::default()
        };
        manifest.tasks.insert("analyze".into(), record);
        manifest.write(folder.path())?;
        assert!(read_table(folder.path(), "a.csv").is_ok());
        fs::write(folder.path().join("a.csv"), "t\n2\n")?;
        assert!(read_table(folder.path(), "a.csv").is_err_and(|error| error.to_string().contains("checksum differs")));
        Ok(())
    }
}
