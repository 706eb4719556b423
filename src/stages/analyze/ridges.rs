//! Lines of maxima over the (T, H) plane: of C exact, on the Bethe lattice and from the samples, and of chi.

use anyhow::Result;
use ising_data::{SampleSet, bond_energies, magnetizations};
use ising_theory::{
    BetheLattice, FieldTerm, Lattice, SpecificHeatMaximum, specific_heat_maximum, specific_heat_maximum_between,
    tabulated_maximum,
};
use statistics::Estimate;

use super::{exact_plane::ExactPlane, state_points};
use crate::{interrupt, stages::exact_thermometers::known, table::Table};

/// Every line point by point; exact points have error 0.
pub(super) fn ridges(lattice: Lattice, plane: &ExactPlane, samples: &SampleSet) -> Result<Table> {
    let mut table = Table::new("ridges", ["line", "field", "temperature", "temperature_error"]);
    let mut push = |line: &str, field: f64, temperature: f64, error: f64| {
        table.push([line.into(), field.into(), temperature.into(), error.into()])
    };
    for (index, &field) in plane.ridge_fields.iter().enumerate() {
        interrupt::check()?;
        let [heats, susceptibilities] = plane.along_temperature(index);
        if let Some(maximum) = exact(lattice, field, &plane.temperatures, &heats)? {
            push("specific-heat", field, maximum.temperature, 0.0)?;
        }
        if let Some(temperature) = tabulated_maximum(&plane.temperatures, &susceptibilities) {
            push("susceptibility", field, temperature, 0.0)?;
        }
    }
    if matches!(lattice, Lattice::Square { .. }) {
        for &field in &plane.ridge_fields {
            for maximum in BetheLattice::default().specific_heat_maxima(field, FieldTerm::Included)? {
                push("specific-heat-bethe", field, maximum.temperature, 0.0)?;
            }
        }
    }
    for (field, maximum) in sampled(samples, &plane.fields)? {
        push("specific-heat-sampled", field, maximum.value, maximum.error)?;
    }
    Ok(table)
}

/// The maximum of c over T in a field, from c at some temperatures; none where nothing exact is known.
fn exact(lattice: Lattice, field: f64, temperatures: &[f64], heats: &[f64]) -> Result<Option<SpecificHeatMaximum>> {
    let top = (0..heats.len()).max_by(|&i, &j| heats[i].total_cmp(&heats[j])).unwrap_or(0);
    let between = temperatures.get(top + 1).filter(|_| top > 1 && !heats[top].is_nan());
    known(match between {
        Some(&above) => specific_heat_maximum_between(lattice, field, temperatures[top - 1], above),
        // Beyond the hottest temperature of the data, or beside a coarse grid.
        None => specific_heat_maximum(lattice, field),
    })
}

/// The maximum of c over T of the samples in each field, where it does not lie at an end of the grid.
fn sampled(samples: &SampleSet, fields: &[f64]) -> Result<Vec<(f64, Estimate)>> {
    let mut maxima = Vec::new();
    for &field in fields {
        maxima.extend(ising_data::specific_heat_maximum(&energies(samples, field)?).map(|maximum| (field, maximum)));
    }
    Ok(maxima)
}

/// The energies of the samples in this field at every finite temperature above 0, from cold to hot.
fn energies(samples: &SampleSet, field: f64) -> Result<Vec<(f64, Vec<f64>)>> {
    let (bonds, magnetizations) = (bond_energies(samples.lattice, &samples.spins)?, magnetizations(&samples.spins));
    let energy = |i: usize| bonds[i] as f64 - field * magnetizations[i] as f64;
    let inside = |temperature: f64| temperature > 0.0 && temperature.is_finite();
    let mut found: Vec<(f64, Vec<f64>)> = state_points(samples)
        .into_iter()
        .filter(|(point, _)| point.field().total_cmp(&field).is_eq() && inside(point.temperature()))
        .map(|(point, range)| (point.temperature(), range.map(energy).collect()))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(found)
}
