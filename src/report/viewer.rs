//! The data of the flow viewer: for the first machine of every entry its pictures and readings at every recorded step.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::artifacts::read_table;
use crate::table::Table;

/// Pictures beyond this many characters make the page too heavy for a mail: the entries after it are left out.
const MOST_SPINS: usize = 4_000_000;

/// What the script in the page reads.
#[derive(Serialize)]
pub(super) struct Viewer {
    /// Sites of a row of the lattice; a ring is one row.
    row: usize,
    machines: Vec<Machine>,
    /// State points to mark in the plane.
    markers: Vec<Marker>,
    /// The line of maximal specific heat, (T, H).
    ridge: Vec<[f64; 2]>,
    /// Names of machines that are left out.
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct Marker {
    label: String,
    temperature: f64,
    field: f64,
}

#[derive(Serialize)]
struct Machine {
    name: String,
    starts: Vec<Start>,
}

/// The flow from one state point.
#[derive(Serialize)]
struct Start {
    /// Its temperature, as text: infinity is no JSON number.
    temperature: String,
    field: f64,
    steps: Vec<Step>,
}

/// One recorded step.
#[derive(Serialize)]
struct Step {
    step: u64,
    /// One configuration, site after site, 1 = up.
    spins: String,
    /// (T, H) by the network, and by energy and magnetization; infinite readings are none.
    network: [Option<f64>; 2],
    exact: [Option<f64>; 2],
    energy: f64,
    magnetization: f64,
}

impl Viewer {
    /// Reads the flows of a run; `machines` are the entries' names.
    pub(super) fn read(folder: &Path, machines: &[String], row: usize) -> Result<Self> {
        let mut viewer =
            Self { row, machines: Vec::new(), markers: markers(folder)?, ridge: ridge(folder), left_out: Vec::new() };
        let mut n_spins = 0;
        for name in machines {
            let of = |file: &str| read_table(folder, &format!("flow/{name}/seed-0/{file}"));
            let machine = Machine { name: name.clone(), starts: starts(&of("configurations.csv")?, &of("flow.csv")?)? };
            n_spins += machine.starts.iter().flat_map(|start| &start.steps).map(|step| step.spins.len()).sum::<usize>();
            if n_spins > MOST_SPINS && !viewer.machines.is_empty() {
                viewer.left_out.push(name.clone());
            } else {
                viewer.machines.push(machine);
            }
        }
        Ok(viewer)
    }

    /// As JSON that may stand within an HTML script element.
    pub(super) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?.replace('<', "\\u003c"))
    }
}

/// Rows of both tables belong together by start and step: both are written in one order, start after start at each step.
fn starts(configurations: &Table, flow: &Table) -> Result<Vec<Start>> {
    let pictures = configurations.text("spins")?;
    let temperatures = flow.text("start_temperature")?;
    let fields = flow.column("start_field")?;
    let steps = flow.column("step")?;
    let numbers = |names: [&str; 2]| -> Result<Vec<[Option<f64>; 2]>> {
        let pairs = flow.column(names[0])?.into_iter().zip(flow.column(names[1])?);
        Ok(pairs.map(|(a, b)| [a, b].map(|value| value.is_finite().then_some(value))).collect())
    };
    let network = numbers(["thermometer_temperature", "thermometer_field"])?;
    let exact = numbers(["exact_temperature", "exact_field"])?;
    let energy = flow.column("energy_per_site")?;
    let magnetization = flow.column("magnetization_per_site")?;
    let mut starts: Vec<Start> = Vec::new();
    for i in 0..flow.len() {
        let spins = pictures.get(i).context("the flow has steps without pictures")?;
        let step = Step {
            step: steps[i] as u64,
            spins: (*spins).to_owned(),
            network: network[i],
            exact: exact[i],
            energy: energy[i],
            magnetization: magnetization[i],
        };
        let is_of =
            |start: &&mut Start| start.temperature == temperatures[i] && start.field.total_cmp(&fields[i]).is_eq();
        match starts.iter_mut().find(is_of) {
            Some(start) => start.steps.push(step),
            None => {
                starts.push(Start { temperature: temperatures[i].to_owned(), field: fields[i], steps: vec![step] });
            }
        }
    }
    Ok(starts)
}

fn markers(folder: &Path) -> Result<Vec<Marker>> {
    let table = read_table(folder, "analysis/markers.csv")?;
    let points = table.column("temperature")?.into_iter().zip(table.column("field")?);
    let named = table.text("name")?.into_iter().zip(points);
    Ok(named.map(|(name, (temperature, field))| Marker { label: name.replace('_', " "), temperature, field }).collect())
}

/// Runs in one field have no line.
fn ridge(folder: &Path) -> Vec<[f64; 2]> {
    let line = || -> Result<Vec<[f64; 2]>> {
        let exact = read_table(folder, "analysis/ridges.csv")?.filter("line", "specific-heat")?;
        Ok(exact.column("temperature")?.into_iter().zip(exact.column("field")?).map(|(t, h)| [t, h]).collect())
    };
    line().unwrap_or_default()
}
