//! The state points that hypotheses single out.

use anyhow::Result;
use ising_theory::{
    CRITICAL_TEMPERATURE, EnergyThermometer, Lattice, specific_heat_maximum, temperature_of_abs_magnetization,
};

use crate::{
    stages::exact_thermometers::{ExactThermometers, known},
    table::Table,
};

/// A state point that a hypothesis singles out.
pub(in crate::stages) struct Marker {
    pub(in crate::stages) name: &'static str,
    pub(in crate::stages) label: &'static str,
    pub(in crate::stages) temperature: f64,
    pub(in crate::stages) field: f64,
}

/// Tc (torus; H = 0 or several fields), the maximum of the lattice's specific heat (one field), and the training mixture.
pub(super) fn markers(lattice: Lattice, fields: &[f64], observables: &Table) -> Result<Vec<Marker>> {
    let mut markers = Vec::new();
    let one_field = if let &[field] = fields { Some(field) } else { None };
    if matches!(lattice, Lattice::Square { .. }) && one_field.is_none_or(|field| field.abs() < f64::MIN_POSITIVE) {
        let (name, label) = ("critical_temperature", "*T*_{c}");
        markers.push(Marker { name, label, temperature: CRITICAL_TEMPERATURE, field: 0.0 });
    }
    if let Some(field) = one_field
        && let Some(maximum) = known(specific_heat_maximum(lattice, field))?
    {
        let (name, label) = ("specific_heat_maximum", "maximal *c*");
        markers.push(Marker { name, label, temperature: maximum.temperature, field });
    }
    if let Some((temperature, field)) = mixture_point(lattice, one_field, &Mixture::read(observables)?)? {
        let (name, label) = ("training_mixture", "training mixture");
        markers.push(Marker { name, label, temperature, field });
    }
    Ok(markers)
}

pub(super) fn markers_table(markers: &[Marker]) -> Result<Table> {
    let mut table = Table::with_header("markers", ["name", "label", "temperature", "field"]);
    for marker in markers {
        table.push([marker.name.into(), marker.label.into(), marker.temperature.into(), marker.field.into()])?;
    }
    Ok(table)
}

/// Exact means per site over all training data: the law that a perfect machine samples.
struct Mixture {
    /// −Σ sᵢsⱼ/N.
    bond_energy: f64,
    magnetization: f64,
    abs_magnetization: f64,
}

impl Mixture {
    fn read(observables: &Table) -> Result<Self> {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let magnetizations = observables.column("magnetization_per_site_exact")?;
        let energies = observables.column("energy_per_site_exact")?;
        let bonds: Vec<f64> = observables
            .column("field")?
            .iter()
            .zip(energies.iter().zip(&magnetizations))
            .map(|(field, (energy, m))| if field.abs() > 0.0 { energy + field * m } else { *energy })
            .collect();
        Ok(Self {
            bond_energy: mean(&bonds),
            magnetization: mean(&magnetizations),
            abs_magnetization: mean(&observables.column("abs_magnetization_per_site_exact")?),
        })
    }
}

/// Where the lattice has the mixture's mean energy, in its one field; where there are several, its mean bond energy and
/// magnetization: the Boltzmann law nearest to the mixture in relative entropy.
fn mixture_point(lattice: Lattice, one_field: Option<f64>, mixture: &Mixture) -> Result<Option<(f64, f64)>> {
    let (temperature, field) = match one_field {
        Some(field) => {
            let magnetic = if field.abs() > 0.0 { field * mixture.magnetization } else { 0.0 };
            let thermometer = known(EnergyThermometer::new(lattice, field))?;
            let read = thermometer.map(|it| it.read(mixture.bond_energy - magnetic).temperature);
            (read.unwrap_or(f64::NAN), field)
        }
        None => {
            let [t, h] =
                ExactThermometers::of(lattice, None)?.by_means(1, mixture.bond_energy, mixture.magnetization)?;
            (t.value, h.value)
        }
    };
    Ok((!temperature.is_nan()).then_some((temperature, field)))
}

/// The temperatures and fields at which the lattice has this or that mean of the mixture.
pub(super) fn mixture_table(lattice: Lattice, fields: &[f64], observables: &Table) -> Result<Table> {
    let mut table = Table::new("mixture", ["matched", "temperature", "field"]);
    let mixture = Mixture::read(observables)?;
    let one_field = if let &[field] = fields { Some(field) } else { None };
    if let Some((temperature, field)) = mixture_point(lattice, one_field, &mixture)? {
        let matched = if one_field.is_some() { "energy" } else { "energy and magnetization" };
        table.push([matched.into(), temperature.into(), field.into()])?;
    }
    if one_field.is_some_and(|field| field.abs() < f64::MIN_POSITIVE) && !mixture.abs_magnetization.is_nan() {
        let temperature = temperature_of_abs_magnetization(lattice, mixture.abs_magnetization)?;
        table.push(["absolute magnetization".into(), temperature.into(), 0.0.into()])?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact;

    /// The exact means of the lattice at every pair of these temperatures and fields.
    fn observables(lattice: Lattice, temperatures: &[f64], fields: &[f64]) -> Table {
        let names = exact::NAMES.map(|name| format!("{name}_exact"));
        let header = ["temperature", "field"].map(str::to_owned).into_iter().chain(names);
        let mut table = Table::with_header("observables", header);
        for &temperature in temperatures {
            let values = exact::values(lattice, temperature, fields).expect("a small lattice");
            for (&field, values) in fields.iter().zip(values) {
                let cells = [temperature, field].into_iter().chain(values).map(Into::into);
                table.push(cells.collect::<Vec<_>>()).expect("as many cells as columns");
            }
        }
        table
    }

    fn steps(from: f64, to: f64, step: f64) -> Vec<f64> {
        (0..=((to - from) / step).round() as usize).map(|i| from + step * i as f64).collect()
    }

    fn assert_within(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() < tolerance, "{value} instead of {expected}");
    }

    /// Values found independently for the talk's grids, by energy and by |m|.
    #[test]
    fn the_mixture_of_the_zero_field_grids_is_known() {
        let square = Lattice::Square { side: 10 };
        for (temperatures, by_energy, by_magnetization) in [
            ([steps(0.0, 2.0, 0.25), steps(4.0, 6.0, 0.25)].concat(), 2.49, 2.47),
            // e = −1, the mean of −2 and 0, is that of T = 2.697.
            (vec![0.0, f64::INFINITY], 2.697, 2.49),
        ] {
            let observables = observables(square, &temperatures, &[0.0]);
            let table = mixture_table(square, &[0.0], &observables).expect("a mixture");
            let found = table.column("temperature").expect("temperatures");
            assert_within(found[0], by_energy, 0.011);
            assert_within(found[1], by_magnetization, 0.011);
        }
    }

    #[test]
    fn the_mixture_of_the_chain_in_a_field_is_known() {
        let ring = Lattice::Ring { n_sites: 100 };
        let fields = steps(0.0, 4.5, 0.5);
        let observables = observables(ring, &steps(0.0, 9.5, 0.5), &fields);
        let found = markers(ring, &fields, &observables).expect("markers");
        assert_eq!(found.len(), 1);
        assert_within(found[0].temperature, 2.48, 0.005);
        assert_within(found[0].field, 0.75, 0.005);
    }
}
