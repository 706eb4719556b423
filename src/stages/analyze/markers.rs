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

/// Tc (torus; H = 0 or several fields), the maximum of the lattice's specific heat (one field), and the training mixture: where its
/// means are those of the lattice, and where the network, which reads it as a mean over all it has met, sees it.
pub(super) fn markers(
    lattice: Lattice,
    fields: &[f64],
    observables: &Table,
    by_network: Option<[f64; 2]>,
) -> Result<Vec<Marker>> {
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
    if let Some([temperature, field]) = by_network {
        let (name, label) = ("training_mixture_by_network", "training mixture, by the network");
        markers.push(Marker { name, label, temperature, field });
    }
    Ok(markers)
}

/// The mean of the network's readings of held-out configurations of the mixture; nothing if it was not calibrated on all state
/// points of the data, or reads infinite temperatures.
pub(super) fn mixture_by_network(observables: &Table, calibration: &Table) -> Result<Option<[f64; 2]>> {
    let (mut sum, mut n_points) = ([0.0; 2], 0.0);
    for (temperature, field) in observables.column("temperature")?.into_iter().zip(observables.column("field")?) {
        let here = calibration.filter("temperature", temperature)?.filter("field", field)?;
        let [t, h] = ["mean_temperature", "mean_field"].map(|column| here.column(column));
        let (Some(t), Some(h)) = (t?.first().copied(), h?.first().copied()) else { return Ok(None) };
        sum = [sum[0] + t, sum[1] + h];
        n_points += 1.0;
    }
    let mean = sum.map(|sum| sum / n_points);
    Ok(mean.iter().all(|value| value.is_finite()).then_some(mean))
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
            let thermometer = ExactThermometers::of(lattice, None)?;
            let read = thermometer.by_means(1, mixture.bond_energy, mixture.magnetization)?;
            (read.temperature.value, read.field.value)
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
        let square = Lattice::square(10).expect("a lattice");
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
        let ring = Lattice::ring(100).expect("a lattice");
        let fields = steps(0.0, 4.5, 0.5);
        let observables = observables(ring, &steps(0.0, 9.5, 0.5), &fields);
        let found = markers(ring, &fields, &observables, Some([4.75, 2.25])).expect("markers");
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].temperature, found[1].field), (4.75, 2.25));
        assert_within(found[0].temperature, 2.48, 0.005);
        assert_within(found[0].field, 0.75, 0.005);
    }

    #[test]
    fn a_network_reads_a_mixture_as_the_mean_of_its_readings() {
        let table = |text: &str| Table::from_csv("planted", text).expect("a table");
        let observables = table("temperature,field\n0,0\n2,0\n");
        let calibration = table("temperature,field,mean_temperature,mean_field\n0,0,0.7,0\n1,0,1.2,0\n2,0,2.1,0\n");
        let found = mixture_by_network(&observables, &calibration).expect("a reading");
        assert!(found.is_some_and(|[t, h]| (t - 1.4).abs() < 1e-12 && h.abs() < 1e-12), "{found:?}");
        let beyond = table("temperature,field\n0,0\n8,0\n");
        assert_eq!(mixture_by_network(&beyond, &calibration).expect("no reading"), None);
    }
}
