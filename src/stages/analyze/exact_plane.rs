//! Exact values over the (T, H) plane, from which curves, maps and lines are cut.

use anyhow::Result;
use ising_theory::{Lattice, infinite_chain, onsager};

use crate::{
    config::Config,
    exact::{self, Exact},
    interrupt,
    table::{Cell, Table},
};

/// Temperatures of the curves and of the map.
const N_TEMPERATURES: usize = 61;
/// The plane reaches at least to this temperature.
const LEAST_HOT: f64 = 5.0;
/// Fields of the map.
const N_FIELDS: usize = 46;
/// Fields of a line of maxima on one side of H = 0.
const N_RIDGE: usize = 13;
/// Temperatures of the curves of the infinite lattice.
const N_INFINITE: usize = 601;

/// Exact values at every pair of a temperature and a field; those of all fields cost no more than those of one.
pub(super) struct ExactPlane {
    lattice: Lattice,
    /// From 0 to the hottest finite temperature of the data, or beyond the maxima of c and χ in a weak field.
    pub(super) temperatures: Vec<f64>,
    /// The coldest and the hottest finite temperature of the data, if they have any.
    data_range: Option<(f64, f64)>,
    /// The fields of the data.
    pub(super) fields: Vec<f64>,
    map_fields: Vec<f64>,
    /// Denser near H = 0, where lines of maxima bend.
    pub(super) ridge_fields: Vec<f64>,
    /// Shape `[n_temperatures, n_fields + n_map_fields + n_ridge_fields]`.
    values: Vec<Vec<Exact>>,
}

impl ExactPlane {
    pub(super) fn new(config: &Config) -> Result<Self> {
        let data = &config.settings.data;
        let finite: Vec<f64> = data.temperatures.values().into_iter().filter(|t| t.is_finite()).collect();
        let coldest = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let hottest = finite.iter().copied().fold(0.0, f64::max);
        let data_range = (coldest <= hottest).then_some((coldest, hottest));
        let hottest = hottest.max(LEAST_HOT);
        let temperatures = evenly(0.0, hottest, N_TEMPERATURES);
        let fields = data.fields.values();
        let (lowest, highest) = extent(&fields, hottest);
        let map_fields = evenly(lowest, highest, N_FIELDS);
        let ridge_fields = ridge_fields(lowest, highest);
        let all = [&fields[..], &map_fields, &ridge_fields].concat();
        let lattice = config.lattice;
        let at = |&temperature: &f64| {
            interrupt::check()?;
            exact::values(lattice, temperature, &all)
        };
        let values = temperatures.iter().map(at).collect::<Result<_>>()?;
        Ok(Self { lattice, temperatures, data_range, fields, map_fields, ridge_fields, values })
    }

    /// The lowest and the highest field of the plane.
    pub(super) fn field_range(&self) -> (f64, f64) {
        (self.map_fields[0], self.map_fields[N_FIELDS - 1])
    }

    /// The hottest temperature of the plane.
    pub(super) fn hottest(&self) -> f64 {
        self.temperatures[N_TEMPERATURES - 1]
    }

    /// All exact values at every field of the data, along T as far as their temperatures reach.
    pub(super) fn curves(&self) -> Result<Table> {
        let mut table = Table::with_header("exact", ["temperature", "field"].into_iter().chain(exact::NAMES));
        let Some((coldest, hottest)) = self.data_range else { return Ok(table) };
        let rows = self.temperatures.iter().zip(&self.values);
        for (&temperature, values) in rows.filter(|(t, _)| (coldest..=hottest).contains(*t)) {
            for (&field, exact) in self.fields.iter().zip(values) {
                table.push(row(temperature, field, exact))?;
            }
        }
        Ok(table)
    }

    /// The same of the infinite lattice: the chain in any field, the square lattice at H = 0.
    pub(super) fn infinite_curves(&self) -> Result<Table> {
        let mut table = Table::with_header("infinite", ["temperature", "field"].into_iter().chain(exact::NAMES));
        let Some((coldest, hottest)) = self.data_range.filter(|(coldest, hottest)| coldest < hottest) else {
            return Ok(table);
        };
        for temperature in evenly(coldest, hottest, N_INFINITE) {
            for &field in &self.fields {
                let bulk = match self.lattice {
                    Lattice::Ring { .. } => infinite_chain(temperature, field)?,
                    Lattice::Square { .. } if field.abs() < f64::MIN_POSITIVE => onsager(temperature)?,
                    Lattice::Square { .. } => continue,
                };
                let magnetization = bulk.magnetization_per_site;
                let susceptibility = bulk.susceptibility_per_site.unwrap_or(f64::NAN);
                let [e, c] = [bulk.energy_per_site, bulk.specific_heat_per_site];
                table.push(row(temperature, field, &[e, c, magnetization.abs(), magnetization, susceptibility]))?;
            }
        }
        Ok(table)
    }

    /// c over the plane.
    pub(super) fn specific_heat_map(&self) -> Result<Table> {
        let mut table = Table::new("specific heat map", ["temperature", "field", "specific_heat_per_site"]);
        for (&temperature, values) in self.temperatures.iter().zip(&self.values) {
            for (&field, [_, heat, ..]) in self.map_fields.iter().zip(&values[self.fields.len()..]) {
                table.push([temperature, field, *heat].map(Cell::from))?;
            }
        }
        Ok(table)
    }

    /// Energy per site and ⟨|m|⟩ along T at H = 0; nothing if the plane does not hold this field.
    pub(super) fn in_zero_field(&self) -> impl Iterator<Item = (f64, [f64; 2])> {
        let column = self.ridge_fields.iter().position(|field| field.abs() < f64::MIN_POSITIVE);
        let column = column.map(|column| self.fields.len() + self.map_fields.len() + column);
        let rows = self.temperatures.iter().zip(&self.values);
        rows.filter_map(move |(&temperature, values)| column.map(|at| (temperature, [values[at][0], values[at][2]])))
    }

    /// c and chi along T at the ridge field of this index.
    pub(super) fn along_temperature(&self, ridge_field: usize) -> [Vec<f64>; 2] {
        let column = self.fields.len() + self.map_fields.len() + ridge_field;
        [1, 4].map(|quantity| self.values.iter().map(|values| values[column][quantity]).collect())
    }
}

/// `n` ≥ 2 evenly spaced numbers from `low` to `high`.
fn evenly(low: f64, high: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| low + (high - low) * i as f64 / (n - 1) as f64).collect()
}

/// The fields of the data, or if there is one only, from H = 0 to half the hottest temperature, where order by the field
/// and disorder meet.
fn extent(fields: &[f64], hottest: f64) -> (f64, f64) {
    let low = fields.iter().copied().fold(f64::INFINITY, f64::min);
    let high = fields.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low < high { (low, high) } else { (low.min(0.0), high.max(0.5 * hottest).max(1.0)) }
}

fn ridge_fields(lowest: f64, highest: f64) -> Vec<f64> {
    let largest = highest.abs().max(lowest.abs());
    let above = (0..N_RIDGE).map(|i| largest * (i as f64 / (N_RIDGE - 1) as f64).powi(2));
    let mut fields: Vec<f64> = above.clone().skip(1).rev().map(|field| -field).chain(above).collect();
    fields.retain(|field| (lowest..=highest).contains(field));
    fields
}

fn row(temperature: f64, field: f64, exact: &Exact) -> Vec<Cell> {
    [temperature, field].into_iter().chain(*exact).map(Cell::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_spans_the_data_or_what_lies_near() {
        assert_eq!(extent(&[0.0, 4.5], 9.5), (0.0, 4.5));
        assert_eq!(extent(&[0.0], 6.0), (0.0, 3.0));
        assert_eq!(extent(&[-1.0], 6.0), (-1.0, 3.0));
        let fields = ridge_fields(-1.0, 4.0);
        assert!(fields.is_sorted() && fields.contains(&0.0) && fields.contains(&4.0), "{fields:?}");
        assert!(fields.iter().all(|field| (-1.0..=4.0).contains(field)) && fields.len() == N_RIDGE + 6);
    }
}
