//! `experiments theory`: exact and approximate physics at a state point, lines of maximal specific heat, RG trajectories.

use anyhow::{Result, ensure};
use ising_theory::{
    BetheLattice, BulkThermodynamics, Couplings, FieldTerm, Lattice, Renormalization, SpecificHeatMaximum,
    Thermodynamics, infinite_chain, kaufman, onsager, specific_heat_maxima, thermodynamics,
};
use serde_json::{Map, Value, json};

use crate::cli::{Flow, Ridge, StatePointArgs, System, TheoryCommand};

/// The answer to a question, as text or as JSON.
///
/// # Errors
/// What the theory cannot compute, and why.
pub fn answer(command: &TheoryCommand) -> Result<String> {
    match command {
        TheoryCommand::Ring { sites, point } => match sites {
            Some(sites) => finite(Lattice::ring(*sites)?, point),
            None => Ok(report(&bulk(&infinite_chain(point.temperature, point.field)?), point.json)),
        },
        TheoryCommand::Square { side, point } => square(*side, point),
        TheoryCommand::Bethe { coordination, point } => {
            let bethe = BetheLattice::new(*coordination)?;
            Ok(report(&bulk(&bethe.thermodynamics(point.temperature, point.field)?), point.json))
        }
        TheoryCommand::Onsager { temperature, json } => Ok(report(&bulk(&onsager(*temperature)?), *json)),
        TheoryCommand::Ridge(ridge) => line_of_maximal_specific_heat(ridge),
        TheoryCommand::Rg(flow) => trajectory(flow),
    }
}

fn finite(lattice: Lattice, point: &StatePointArgs) -> Result<String> {
    let Thermodynamics {
        ln_z_per_site,
        energy_per_site,
        specific_heat_per_site,
        magnetization_per_site,
        abs_magnetization_per_site,
        susceptibility_per_site,
        entropy_per_site,
    } = thermodynamics(lattice, point.temperature, point.field)?;
    let values = [
        ("ln_z_per_site", ln_z_per_site),
        ("energy_per_site", energy_per_site),
        ("specific_heat_per_site", specific_heat_per_site),
        ("magnetization_per_site", magnetization_per_site),
        ("abs_magnetization_per_site", abs_magnetization_per_site),
        ("susceptibility_per_site", susceptibility_per_site),
        ("entropy_per_site", entropy_per_site),
    ];
    Ok(report(&values, point.json))
}

/// The torus: through the transfer matrix up to side 12, beyond it by Kaufman's formula, which needs H = 0.
fn square(side: usize, point: &StatePointArgs) -> Result<String> {
    let lattice = Lattice::square(side)?;
    match thermodynamics(lattice, point.temperature, point.field) {
        Err(ising_theory::TheoryError::SideTooLarge { .. }) if point.field.abs() < f64::MIN_POSITIVE => {
            Ok(report(&bulk(&kaufman(side, point.temperature)?), point.json))
        }
        _ => finite(lattice, point),
    }
}

fn bulk(bulk: &BulkThermodynamics) -> Vec<(&'static str, f64)> {
    let mut values = vec![
        ("ln_z_per_site", bulk.ln_z_per_site),
        ("energy_per_site", bulk.energy_per_site),
        ("specific_heat_per_site", bulk.specific_heat_per_site),
        ("magnetization_per_site", bulk.magnetization_per_site),
    ];
    values.extend(bulk.susceptibility_per_site.map(|chi| ("susceptibility_per_site", chi)));
    values.push(("entropy_per_site", bulk.entropy_per_site));
    values
}

/// Named values, one a line, or one JSON object; JSON has no infinities, so infinite values are left out of it.
fn report(values: &[(&str, f64)], json: bool) -> String {
    if json {
        let finite = values.iter().filter(|(_, value)| value.is_finite());
        let object: Map<String, Value> = finite.map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        format!("{}\n", Value::Object(object))
    } else {
        values.iter().map(|(name, value)| format!("{name:<28} {value}\n")).collect()
    }
}

fn line_of_maximal_specific_heat(ridge: &Ridge) -> Result<String> {
    let term = if ridge.without_field_term { FieldTerm::Excluded } else { FieldTerm::Included };
    let mut rows = Vec::new();
    for &field in &ridge.fields {
        for SpecificHeatMaximum { temperature, specific_heat_per_site } in maxima(ridge, field, term)? {
            rows.push([
                ("field", field),
                ("temperature", temperature),
                ("specific_heat_per_site", specific_heat_per_site),
            ]);
        }
    }
    ensure!(!rows.is_empty(), "c(T) has no maximum that double precision can find in these fields");
    Ok(table(&rows, ridge.json))
}

fn maxima(ridge: &Ridge, field: f64, term: FieldTerm) -> Result<Vec<SpecificHeatMaximum>> {
    let lattice = match ridge.system {
        System::Ring => Lattice::ring(ridge.sites)?,
        System::Square => Lattice::square(ridge.side)?,
        System::Bethe => return Ok(BetheLattice::default().specific_heat_maxima(field, term)?),
    };
    Ok(specific_heat_maxima(lattice, field, term)?)
}

fn trajectory(flow: &Flow) -> Result<String> {
    ensure!(
        flow.steps <= 10_000,
        "10000 steps are the most that make sense: the couplings have long reached their end"
    );
    let map = if flow.migdal_kadanoff { Renormalization::MigdalKadanoff } else { Renormalization::Decimation };
    let start = Couplings::from_state_point(flow.temperature, flow.field)?;
    let rows: Vec<_> = map
        .trajectory(start, flow.steps)
        .into_iter()
        .enumerate()
        .map(|(step, couplings)| {
            let (temperature, field) = couplings.state_point();
            let Couplings { coupling, field: reduced_field } = couplings;
            let point = [("step", step as f64), ("temperature", temperature), ("field", field)];
            [point[0], point[1], point[2], ("coupling", coupling), ("reduced_field", reduced_field)]
        })
        .collect();
    Ok(table(&rows, flow.json))
}

/// Rows of named values under one header, or a JSON list of objects.
fn table<const N: usize>(rows: &[[(&str, f64); N]], json: bool) -> String {
    if json {
        let object = |row: &[(&str, f64); N]| {
            let finite = row.iter().filter(|(_, value)| value.is_finite());
            Value::Object(finite.map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
        };
        return format!("{}\n", Value::Array(rows.iter().map(object).collect()));
    }
    let mut lines = Vec::new();
    if let Some(row) = rows.first() {
        lines.push(row.map(|(name, _)| format!("{name:<23} ")).concat());
    }
    lines.extend(rows.iter().map(|row| row.map(|(_, value)| format!("{value:<23} ")).concat()));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}
