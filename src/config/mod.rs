//! An experiment's config: a TOML file, `--set` on top of it, defaults below it.

mod check;
pub mod cluster;
mod error;
mod figure;
mod flow;
mod numbers;
mod origin;
mod overrides;
mod rbm;
mod scan;
pub mod schema;
mod thermometer;
pub mod values;

use std::path::{Path, PathBuf};

use ising_theory::Lattice;
use serde::Deserialize;

pub use error::ConfigError;
pub use overrides::Override;
pub use schema::Settings;

use error::Place;
use schema::{Data, LatticeKind};

/// The merged settings of one experiment, and where each came from.
#[derive(Clone, Debug)]
pub struct Config {
    /// The merged settings.
    pub settings: Settings,
    /// The lattice they describe.
    pub lattice: Lattice,
    path: PathBuf,
    text: String,
    overrides: Vec<Override>,
}

impl Config {
    /// Reads and checks the config at `path` with `overrides` on top.
    ///
    /// # Errors
    /// [`ConfigError`] with the place and what is allowed there.
    pub fn load(path: &Path, overrides: Vec<Override>) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, &source))?;
        Self::from_text(path, text, overrides)
    }

    fn from_text(path: &Path, text: String, overrides: Vec<Override>) -> Result<Self, ConfigError> {
        let in_file = |error: &toml::de::Error| {
            ConfigError::new(error.message(), Place::File { path: path.into(), text: text.clone(), span: error.span() })
        };
        toml::from_str::<Settings>(&text).map_err(|error| in_file(&error))?;
        let mut table: toml::Table = toml::from_str(&text).map_err(|error| in_file(&error))?;
        for change in &overrides {
            change.apply(&mut table)?;
            Settings::deserialize(toml::Value::Table(table.clone()))
                .map_err(|error| ConfigError::new(error.message(), Place::Override(change.to_string())))?;
        }
        scan::expand(&mut table);
        let chooses_figures = table.contains_key("figures");
        let mut settings = Settings::deserialize(toml::Value::Table(table)).map_err(|error| in_file(&error))?;
        if !chooses_figures {
            settings.figures = figure::default_figures(&settings);
        }
        let located = |problem: check::Problem| {
            let place = origin::place(path, &text, &overrides, &problem.key);
            ConfigError::new(&problem.message, place).help(problem.help)
        };
        check::check(&settings).map_err(located)?;
        let lattice = lattice(&settings.data).map_err(located)?;
        Ok(Self { settings, lattice, path: path.into(), text, overrides })
    }

    /// Name of the experiment: the stem of its file.
    pub fn name(&self) -> String {
        self.path.file_stem().map_or_else(|| "experiment".into(), |stem| stem.to_string_lossy().into_owned())
    }

    /// The merged settings as a TOML table, defaults included.
    pub fn table(&self) -> toml::Table {
        // Settings hold only what TOML can: the conversion cannot fail.
        toml::Table::try_from(&self.settings).unwrap_or_default()
    }

    /// What the experiment consists of.
    pub fn summary(&self) -> String {
        let Settings { data, rbm, flow, figures, .. } = &self.settings;
        let n_points = data.temperatures.values().len() * data.fields.values().len();
        let mut text = format!("{}: the config is correct\n", self.path.display());
        text += &format!("  {}: {n_points} state points, {} configurations each\n", self.lattice, data.n_samples);
        for machine in rbm {
            let data = match machine.data_seeds.get() {
                1 => String::new(),
                n_sets => format!(" on {n_sets} data sets"),
            };
            text += &format!(
                "  machine {}: {} hidden units, CD-{}, {} epochs, {} seed(s){data}\n",
                machine.name, machine.n_hidden, machine.n_gibbs_steps, machine.n_epochs, machine.seeds
            );
        }
        text + &format!(
            "  flow of {} steps, {} chains from every start; {} figures\n",
            flow.n_steps,
            flow.n_chains,
            figures.len()
        )
    }

    /// The merged settings as text, each with its origin: a line of the file, `--set`, or the default.
    pub fn show(&self) -> String {
        origin::annotate(&self.table(), &self.text, &self.path, &self.overrides)
    }
}

impl Settings {
    /// The settings in the manifest of the run in `folder`, by the rules of a config: a stranger may have written them.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting and what is allowed there.
    pub fn of_run(folder: &Path, settings: &toml::Table) -> Result<Self, ConfigError> {
        let path = folder.join("manifest.toml");
        let wrong = |message: &str, help: String| {
            let message = format!("the manifest holds no settings that this program can use: {message}");
            ConfigError::new(&message, Place::Nowhere(path.clone())).help(help)
        };
        let settings = Self::deserialize(toml::Value::Table(settings.clone()))
            .map_err(|error| wrong(error.message(), "restore it, or use the version that wrote it".into()))?;
        let described = |problem: check::Problem| wrong(&format!("{}: {}", problem.key, problem.message), problem.help);
        check::check(&settings).map_err(described)?;
        lattice(&settings.data).map_err(described)?;
        Ok(settings)
    }
}

/// The lattice that `[data]` describes.
fn lattice(data: &Data) -> Result<Lattice, check::Problem> {
    let (key, extent, unused, unused_key) = match data.lattice {
        LatticeKind::Square => ("side", data.side, data.n_sites, "n_sites"),
        LatticeKind::Ring => ("n_sites", data.n_sites, data.side, "side"),
    };
    if unused.is_some() {
        let help = format!("remove {unused_key}, or choose the other lattice: \"square\" (side) or \"ring\" (n_sites)");
        return Err(check::Problem::new(&format!("data.{unused_key}"), "this key belongs to the other lattice", &help));
    }
    let Some(extent) = extent else {
        let message = format!("the key {key} is missing: this lattice needs it");
        return Err(check::Problem::new("data.lattice", &message, &format!("for example {key} = 10")));
    };
    let lattice = match data.lattice {
        LatticeKind::Square => Lattice::square(extent.get()),
        LatticeKind::Ring => Lattice::ring(extent.get()),
    };
    lattice.map_err(|error| check::Problem::new(&format!("data.{key}"), &error.to_string(), ""))
}
