//! `experiments init`: a config to begin an experiment with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::config::Config;

/// The configs that ship, so that the program alone is enough to begin.
const SHIPPED: [(&str, &str); 31] = [
    ("smoke", include_str!("../configs/smoke.toml")),
    ("zero-field-quick", include_str!("../configs/zero-field-quick.toml")),
    ("talk-2d", include_str!("../configs/talk-2d.toml")),
    ("talk-2d-16", include_str!("../configs/talk-2d-16.toml")),
    ("talk-2d-wide", include_str!("../configs/talk-2d-wide.toml")),
    ("talk-2d-cold", include_str!("../configs/talk-2d-cold.toml")),
    ("talk-2d-gap", include_str!("../configs/talk-2d-gap.toml")),
    ("talk-2d-full-batch", include_str!("../configs/talk-2d-full-batch.toml")),
    ("training-time", include_str!("../configs/training-time.toml")),
    ("talk-2d-field", include_str!("../configs/talk-2d-field.toml")),
    ("talk-2d-field-long", include_str!("../configs/talk-2d-field-long.toml")),
    ("talk-1d-field", include_str!("../configs/talk-1d-field.toml")),
    ("talk-1d-field-long", include_str!("../configs/talk-1d-field-long.toml")),
    ("zero-field", include_str!("../configs/zero-field.toml")),
    ("zero-field-persistent", include_str!("../configs/zero-field-persistent.toml")),
    ("zero-field-wide", include_str!("../configs/zero-field-wide.toml")),
    ("zero-field-gap", include_str!("../configs/zero-field-gap.toml")),
    ("low-temperature", include_str!("../configs/low-temperature.toml")),
    ("high-temperature", include_str!("../configs/high-temperature.toml")),
    ("two-temperatures", include_str!("../configs/two-temperatures.toml")),
    ("hidden-units", include_str!("../configs/hidden-units.toml")),
    ("critical-energy", include_str!("../configs/critical-energy.toml")),
    ("energy-relation", include_str!("../configs/energy-relation.toml")),
    ("large-lattice", include_str!("../configs/large-lattice.toml")),
    ("critical-point", include_str!("../configs/critical-point.toml")),
    ("magnetization-exponent", include_str!("../configs/magnetization-exponent.toml")),
    ("permuted-sites", include_str!("../configs/permuted-sites.toml")),
    ("mean-field", include_str!("../configs/mean-field.toml")),
    ("untrained", include_str!("../configs/untrained.toml")),
    ("field-1d", include_str!("../configs/field-1d.toml")),
    ("field-2d", include_str!("../configs/field-2d.toml")),
];

/// A new config: where it belongs and its text.
#[derive(Debug)]
pub struct NewConfig {
    /// Its file, which does not exist yet.
    pub file: PathBuf,
    /// Header to fill in, then the settings of the config it began as, comments kept.
    pub text: String,
}

impl NewConfig {
    /// The config called `name` (or the file of that name, if it ends in `.toml`), begun as `from`: a shipped config by
    /// name, or a file.
    ///
    /// # Errors
    /// When there is no such config, it is not correct, or the file of the new one exists.
    pub fn new(name: &str, from: &str) -> Result<Self> {
        let file = if name.ends_with(".toml") { PathBuf::from(name) } else { PathBuf::from(format!("{name}.toml")) };
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        ensure!(
            !stem.is_empty() && !stem.starts_with('.'),
            "{name:?} is no name for an experiment: for example my-experiment"
        );
        ensure!(!file.exists(), "{} exists: choose another name", file.display());
        let (origin, template) = template(from)?;
        let command = format!("experiments run {}", file.display());
        let header = format!(
            "# {stem}: what it asks, in a line.\n#\n# From:     {origin}\n# Command:  {command}\n# Time:     ...\n# Expect:   ...\n"
        );
        let settings = template.lines().skip_while(|line| line.starts_with('#'));
        let settings = settings.map(|line| match line.strip_prefix("title = ") {
            Some(_) => format!("title = {}\n", toml::Value::from(stem.as_str())),
            None => format!("{line}\n"),
        });
        Ok(Self { text: header + &settings.collect::<String>(), file })
    }
}

/// Where a template comes from, and its text.
fn template(from: &str) -> Result<(String, String)> {
    let path = Path::new(from);
    if path.is_file() {
        Config::load(path, Vec::new())?;
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {from}"))?;
        return Ok((from.into(), text));
    }
    let shipped = SHIPPED.iter().find(|(name, _)| *name == from || format!("configs/{name}.toml") == from);
    let Some((name, text)) = shipped else {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        bail!("there is no config {from}: give a file, or one of {}", names.join(", "));
    };
    Ok((format!("{name}, as shipped"), (*text).into()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_config_ships() {
        let files = fs::read_dir("configs").expect("the folder of configs");
        let mut files: Vec<String> = files
            .map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        let mut shipped: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        files.sort();
        shipped.sort_unstable();
        assert_eq!(files, shipped);
    }

    #[test]
    fn a_new_config_has_the_settings_of_the_old_and_a_header_to_fill_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = folder.path().join("mine.toml").to_string_lossy().into_owned();
        for (from, text) in SHIPPED {
            let new = NewConfig::new(&name, from).expect("a shipped config");
            let settings = |text: &str| {
                let mut table: toml::Table = toml::from_str(text).expect("TOML");
                table.remove("title").map(|title| (title.as_str().map(str::to_owned), table))
            };
            let (title, table) = settings(&new.text).expect("a title");
            assert_eq!(title.as_deref(), Some("mine"), "{from}");
            assert_eq!(Some(table), settings(text).map(|(_, table)| table), "{from}");
            assert!(new.text.starts_with("# mine: ") && !new.text.contains("Paper:"), "{}", new.text);
        }
    }

    #[test]
    fn nothing_is_overwritten_and_no_template_invented() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("there.toml");
        fs::write(&file, "seed = 1\n").expect("written");
        let refusal = |name: &str, from: &str| NewConfig::new(name, from).expect_err("refused").to_string();
        let taken = file.to_string_lossy();
        assert!(refusal(&taken, "smoke").contains("exists"));
        assert!(refusal("new", "zero").contains("zero-field-quick"), "the names are told");
        assert!(refusal("", "smoke").contains("no name"));
    }
}
