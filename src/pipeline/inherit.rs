//! Results of another run folder, taken over.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::artifacts::{self, Manifest};

/// Takes over the finished tasks of the run in `origin` that the run in `folder` has not done; files become links where the file
/// system can. Whether they are what this run needs, and intact, is asked as of its own.
pub(super) fn inherit(origin: &Path, folder: &Path, manifest: &mut Manifest) -> Result<()> {
    let heritage = Manifest::read(origin)?.with_context(|| format!("{} holds no run", origin.display()))?;
    let finished = || heritage.tasks.iter().filter(|(_, record)| record.finished.is_some());
    let is_new = |name: &String| manifest.tasks.get(name).is_none_or(|record| record.finished.is_none());
    let new: Vec<_> =
        finished().filter(|(name, _)| is_new(name)).map(|(name, record)| (name.clone(), record.clone())).collect();
    if !new.is_empty() {
        if manifest.tasks.is_empty() {
            *manifest = Manifest { tasks: Default::default(), ..heritage.clone() };
        }
        manifest.tasks.extend(new);
        // First the records: files without them would be nobody's, and those that a record lacks are linked below.
        manifest.write(folder)?;
    }
    for file in finished().flat_map(|(_, record)| record.outputs.keys()) {
        let (from, to) = (origin.join(file), folder.join(file));
        if !to.exists() {
            link(&from, &to).with_context(|| format!("cannot take over {}", from.display()))?;
        }
    }
    Ok(())
}

fn link(from: &Path, to: &Path) -> Result<()> {
    artifacts::atomic::create_folder(to.parent().unwrap_or(Path::new("")))?;
    if fs::hard_link(from, to).is_err() {
        artifacts::write(to, &artifacts::read(from)?)?;
    }
    Ok(())
}
