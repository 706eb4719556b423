//! The magnetization below Tc: of the samples, of their one-step reconstructions (figure 16 of arXiv:1810.08179), and exact.

use anyhow::Result;
use ising_theory::{CRITICAL_TEMPERATURE, Lattice, onsager};
use statistics::{Estimate, PowerLaw};

use crate::{
    data_sets::{DataSets, mean_over_machines},
    exact,
    table::{Cell, Table},
};

/// Where |m| = a (Tc − T)^β is fitted, in 1 − T/Tc: near Tc, where a small lattice does not know of it, and farther away, where
/// the infinite lattice's own exponent has fallen from 1/8 to 0.11 … 0.08.
const WINDOWS: [[f64; 2]; 2] = [[0.005, 0.05], [0.05, 0.2]];

/// The configurations that the flow starts from.
const SAMPLES: &str = "samples";
/// The same after one step.
const RECONSTRUCTIONS: &str = "reconstructions";
/// The lattice of the samples, exactly.
const FINITE: &str = "finite-lattice";
/// Yang's spontaneous magnetization.
const INFINITE: &str = "infinite-lattice";

/// |m| at H = 0 and every starting temperature 0 < T < Tc of the flow on the torus.
pub(super) fn points(lattice: Lattice, observables: &Table, flow: &Table) -> Result<Table> {
    let mut table = Table::new(
        "magnetization",
        [
            "source",
            "machine",
            "seed",
            "temperature",
            "distance_to_tc",
            "abs_magnetization_per_site",
            "abs_magnetization_per_site_error",
        ],
    );
    if matches!(lattice, Lattice::Ring { .. }) {
        return Ok(table);
    }
    let flow = flow.filter("start_field", 0.0)?;
    let mut temperatures = flow.distinct("start_temperature")?;
    temperatures.retain(|t| *t > 0.0 && *t < CRITICAL_TEMPERATURE);
    let mut push = |source: [&str; 3], temperature: f64, [m, error]: [f64; 2]| {
        let numbers = [temperature, CRITICAL_TEMPERATURE - temperature, m, error].map(Cell::from);
        table.push([&source.map(Cell::from)[..], &numbers].concat())
    };
    for (step, source) in [(0usize, SAMPLES), (1, RECONSTRUCTIONS)] {
        let rows = flow.filter("step", step)?.retain("start_temperature", &temperatures)?;
        let (machines, seeds) = (rows.text("machine")?, rows.text("seed")?);
        let columns = ["start_temperature", "abs_magnetization_per_site", "abs_magnetization_per_site_error"];
        let [ts, ms, errors] = columns.map(|column| rows.column(column));
        for (i, ((t, m), error)) in ts?.into_iter().zip(ms?).zip(errors?).enumerate() {
            // All machines start from the same samples.
            match (source, (machines[i], seeds[i]) == (machines[0], seeds[0])) {
                (SAMPLES, true) => push([source, "", ""], t, [m, error])?,
                (SAMPLES, false) => {}
                _ => push([source, machines[i], seeds[i]], t, [m, error])?,
            }
        }
    }
    for temperature in temperatures {
        push([FINITE, "", ""], temperature, [finite(lattice, observables, temperature)?, 0.0])?;
        push([INFINITE, "", ""], temperature, [onsager(temperature)?.magnetization_per_site, 0.0])?;
    }
    Ok(table)
}

/// The exact |m| of the lattice: from the table of the samples, if they have this temperature.
fn finite(lattice: Lattice, observables: &Table, temperature: f64) -> Result<f64> {
    let rows = observables.filter("temperature", temperature)?.filter("field", 0.0)?;
    match rows.column("abs_magnetization_per_site_exact")?.first() {
        Some(&known) => Ok(known),
        None => Ok(exact::values(lattice, temperature, &[0.0])?[0][2]),
    }
}

/// β in every window: of the samples, of every machine and over its seeds, and of the exact curves at the same temperatures. The
/// error over the seeds does not hold the noise of the samples that all of them start from.
pub(super) fn exponents(points: &Table, data_sets: &DataSets) -> Result<Table> {
    let mut table = Table::new(
        "magnetization exponent",
        [
            "source",
            "machine",
            "seed",
            "least_reduced_distance",
            "largest_reduced_distance",
            "n_temperatures",
            "exponent",
            "exponent_error",
            "ln_amplitude",
            "chi_square",
            "degrees_of_freedom",
            "p_value",
        ],
    );
    for window in WINDOWS {
        for source in points.distinct_text("source")? {
            let of_source = points.filter("source", source)?;
            for machine in of_source.distinct_text("machine")? {
                let of_machine = of_source.filter("machine", machine)?;
                let mut of_seeds = Vec::new();
                for seed in of_machine.distinct_text("seed")? {
                    let Some(law) = fit(&of_machine.filter("seed", seed)?, window)? else { continue };
                    table.push(row([source, machine, seed], window, law.n_points, law.exponent, Some(law)))?;
                    of_seeds.push((data_sets.of_machine(machine, seed), law));
                }
                if let ([(_, first), _, ..], RECONSTRUCTIONS) = (&of_seeds[..], source) {
                    let exponents = of_seeds.iter().map(|(set, law)| (*set, law.exponent.value));
                    let exponent = mean_over_machines(exponents).mean;
                    table.push(row([source, machine, "all"], window, first.n_points, exponent, None))?;
                }
            }
        }
    }
    Ok(table)
}

/// The power law through the points whose 1 − T/Tc lies in the window.
fn fit(points: &Table, [least, largest]: [f64; 2]) -> Result<Option<PowerLaw>> {
    let columns = ["distance_to_tc", "abs_magnetization_per_site", "abs_magnetization_per_site_error"];
    let [distances, values, errors] = columns.map(|column| points.column(column));
    let points = distances?.into_iter().zip(values?).zip(errors?);
    let points = points.map(|((distance, value), error)| (distance, Estimate { value, error }));
    let is_inside = |(distance, _): &(f64, Estimate)| (least..=largest).contains(&(distance / CRITICAL_TEMPERATURE));
    Ok(PowerLaw::through(&points.filter(is_inside).collect::<Vec<_>>()))
}

fn row(source: [&str; 3], window: [f64; 2], n: usize, exponent: Estimate, law: Option<PowerLaw>) -> Vec<Cell> {
    let mut row: Vec<Cell> = source.map(Cell::from).into();
    row.extend(window.map(Cell::from));
    row.push(n.into());
    row.extend([exponent.value, exponent.error].map(Cell::from));
    let unknown = [f64::NAN; 2];
    let [ln_amplitude, chi_square] = law.map_or(unknown, |law| [law.ln_amplitude, law.chi_square]);
    row.extend([ln_amplitude, chi_square].map(Cell::from));
    row.push(law.map_or(Cell::from(f64::NAN), |law| law.degrees_of_freedom().into()));
    row.push(law.map_or(f64::NAN, |law| law.p_value()).into());
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A planted |m| = 0.9 (Tc − T)^β is found in both windows, of the samples and over the seeds.
    #[test]
    fn a_planted_exponent_is_found() {
        let header = "machine,seed,start_temperature,start_field,step,abs_magnetization_per_site,\
            abs_magnetization_per_site_error\n";
        let mut text = header.to_owned();
        for (seed, beta) in [(0, 0.1), (1, 0.12)] {
            for share in [0.006, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.19, -0.1, 1.0] {
                let t = CRITICAL_TEMPERATURE * (1.0 - share);
                let law = |beta: f64| 0.9 * (CRITICAL_TEMPERATURE - t).abs().powf(beta);
                text += &format!("a,{seed},{t},0,0,{},0.001\na,{seed},{t},0,1,{},0.001\n", law(0.125), law(beta));
            }
        }
        let flow = Table::from_csv("flow", &text).expect("a table");
        let observables = "temperature,field,abs_magnetization_per_site_exact\n";
        let observables = Table::from_csv("observables", observables).expect("a table");
        let points = points(Lattice::square(4).expect("a lattice"), &observables, &flow).expect("points");
        assert_eq!(points.filter("source", SAMPLES).expect("rows").len(), 8);
        let table = exponents(&points, &DataSets::default()).expect("fits");
        let found = |source: &str| -> Vec<f64> {
            table.filter("source", source).and_then(|rows| rows.column("exponent")).expect("numbers")
        };
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        };
        near(found(SAMPLES), &[0.125; 2]);
        near(found(RECONSTRUCTIONS), &[0.1, 0.12, 0.11, 0.1, 0.12, 0.11]);
        // Yang's own exponent falls from 1/8 with the distance; that of a small lattice is far below it near Tc.
        let (finite, infinite) = (found(FINITE), found(INFINITE));
        assert!((infinite[0] - 0.12).abs() < 0.003 && (infinite[1] - 0.095).abs() < 0.01, "{infinite:?}");
        assert!(finite[0] < 0.02 && finite[1] < 0.07, "{finite:?}");
    }
}
