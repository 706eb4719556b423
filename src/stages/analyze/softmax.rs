//! The averaged softmax at the end of the flow over (T, H), beside its controls: means over the seeds, and how much of it lies
//! near the lines of maximal c and of constant magnetization.

use anyhow::Result;
use statistics::mean;

use super::over_seeds::with_means_over_seeds;
use crate::{
    data_sets::DataSets,
    table::{Cell, Table},
};

const MAPS: [&str; 9] = [
    "machine",
    "source",
    "n_seeds",
    "source_temperature",
    "source_field",
    "temperature",
    "field",
    "probability",
    "probability_error",
];
const RIDGE: [&str; 8] = [
    "machine",
    "seed",
    "source",
    "source_temperature",
    "source_field",
    "share_near_ridge",
    "share_near_constant_magnetization",
    "overlap_with_machine",
];
/// Equal probabilities on the whole grid, for comparison.
const UNIFORM: &str = "uniform";
/// The map of the machine itself.
const FLOW_END: &str = "flow-end";

/// A map of one source: rows of one seed, or of all.
struct Map {
    source: String,
    source_point: [f64; 2],
    /// (T, H) of the classes.
    points: Vec<[f64; 2]>,
    probabilities: Vec<f64>,
    errors: Vec<f64>,
}

impl Map {
    /// The maps of one seed, one for each source.
    fn read_all(table: &Table) -> Result<Vec<Self>> {
        let of_source = |source: &str| -> Result<Self> {
            let rows = table.filter("source", source)?;
            let column = |name: &str| rows.column(name);
            let first = |name: &str| Ok::<_, anyhow::Error>(column(name)?.first().copied().unwrap_or(f64::NAN));
            Ok(Self {
                source: source.to_owned(),
                source_point: [first("source_temperature")?, first("source_field")?],
                points: column("temperature")?.into_iter().zip(column("field")?).map(|(t, h)| [t, h]).collect(),
                probabilities: column("probability")?,
                errors: column("probability_error")?,
            })
        };
        table.distinct_text("source")?.into_iter().map(of_source).collect()
    }

    /// Equal probabilities on the same classes.
    fn uniform(&self) -> Self {
        let n = self.points.len();
        Self {
            source: UNIFORM.into(),
            source_point: [f64::NAN; 2],
            points: self.points.clone(),
            probabilities: vec![1.0 / n as f64; n],
            errors: vec![0.0; n],
        }
    }

    /// The probability of the classes that lie within one step of the grid from a line; NaN without a line.
    fn share_near(&self, line: &[[f64; 2]]) -> f64 {
        if line.is_empty() {
            return f64::NAN;
        }
        let steps = [0, 1].map(|axis| step(&self.points.iter().map(|point| point[axis]).collect::<Vec<_>>()));
        let is_near = |point: &[f64; 2]| distance(*point, line, steps) <= 1.0;
        self.points.iter().zip(&self.probabilities).filter(|(point, _)| is_near(point)).map(|(_, p)| p).sum()
    }

    /// Bhattacharyya's coefficient Σ √(p q): 1 of equal distributions.
    fn overlap(&self, other: &Self) -> f64 {
        self.probabilities.iter().zip(&other.probabilities).map(|(p, q)| (p * q).sqrt()).sum()
    }
}

/// The median distance of neighbouring finite values.
fn step(values: &[f64]) -> f64 {
    let mut distinct: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let mut steps: Vec<f64> = distinct.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(1.0)
}

/// Distance of a point from a line through these points, in steps of the grid; infinite for a point at infinity.
fn distance(point: [f64; 2], line: &[[f64; 2]], steps: [f64; 2]) -> f64 {
    if point.iter().any(|value| !value.is_finite()) {
        return f64::INFINITY;
    }
    let scaled = |[t, h]: [f64; 2]| [(t - point[0]) / steps[0], (h - point[1]) / steps[1]];
    let of_piece = |ends: &[[f64; 2]]| {
        let ([a, b], [c, d]) = (scaled(ends[0]), scaled(ends[ends.len() - 1]));
        let (along, length) = ([c - a, d - b], (c - a).powi(2) + (d - b).powi(2));
        let share = if length > 0.0 { (-(a * along[0] + b * along[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
        (a + share * along[0]).hypot(b + share * along[1])
    };
    line.windows(2.min(line.len())).map(of_piece).fold(f64::INFINITY, f64::min)
}

/// The two tables of all machines.
pub(super) struct SoftmaxTables {
    /// Every map averaged over the seeds, with errors over them; of one seed with those over its chains.
    pub(super) maps: Table,
    /// For every seed, then, as seed "all", the means with errors over the seeds: the share of each map near both lines, also of
    /// equal probabilities, and its overlap with that of the machine of the same seed.
    pub(super) ridge: Table,
}

/// `tables` has the maps of every machine: its name, and the table of each of its seeds.
pub(super) fn softmax_tables(
    tables: &[(String, Vec<Table>)],
    ridges: &Table,
    constant_magnetization: &Table,
    data_sets: &DataSets,
) -> Result<SoftmaxTables> {
    let mut maps = Table::new("softmax maps", MAPS);
    let mut ridge = Table::new("softmax ridge", RIDGE);
    let maximal_heat = points(&ridges.filter("line", "specific-heat")?)?;
    for (machine, tables) in tables {
        let constant = points(&constant_magnetization.filter("machine", machine.as_str())?)?;
        let seeds = tables.iter().map(Map::read_all).collect::<Result<Vec<_>>>()?;
        push_maps(&mut maps, machine, &seeds)?;
        for (seed, of_seed) in seeds.iter().enumerate() {
            let Some(own) = of_seed.iter().find(|map| map.source == FLOW_END) else { continue };
            for map in of_seed.iter().chain([&own.uniform()]) {
                let shares = [map.share_near(&maximal_heat), map.share_near(&constant), map.overlap(own)];
                let mut row: Vec<Cell> = vec![machine.as_str().into(), seed.into(), map.source.as_str().into()];
                row.extend(map.source_point.into_iter().chain(shares).map(Cell::from));
                ridge.push(row)?;
            }
        }
    }
    let ridge = with_means_over_seeds(&ridge, &[RIDGE[0], RIDGE[2]], &RIDGE[3..], data_sets)?;
    Ok(SoftmaxTables { maps, ridge })
}

fn push_maps(table: &mut Table, machine: &str, seeds: &[Vec<Map>]) -> Result<()> {
    let mut sources: Vec<&str> = seeds.iter().flatten().map(|map| map.source.as_str()).collect();
    sources.sort_by_key(|source| seeds[0].iter().position(|map| map.source == *source));
    sources.dedup();
    for source in sources {
        let of_source: Vec<&Map> = seeds.iter().flatten().filter(|map| map.source == source).collect();
        let from =
            [0, 1].map(|axis| mean(&of_source.iter().map(|map| map.source_point[axis]).collect::<Vec<_>>()).value);
        for (i, point) in of_source[0].points.iter().enumerate() {
            let over_seeds = mean(&of_source.iter().map(|map| map.probabilities[i]).collect::<Vec<_>>());
            let error = if of_source.len() > 1 { over_seeds.error } else { of_source[0].errors[i] };
            let mut row: Vec<Cell> = vec![machine.into(), source.into(), of_source.len().into()];
            row.extend(from.iter().chain(point).chain(&[over_seeds.value, error]).map(|&number| Cell::from(number)));
            table.push(row)?;
        }
    }
    Ok(())
}

/// (T, H) of the rows of a line, in the order of the field.
fn points(line: &Table) -> Result<Vec<[f64; 2]>> {
    let mut points: Vec<[f64; 2]> =
        line.column("temperature")?.into_iter().zip(line.column("field")?).map(|(t, h)| [t, h]).collect();
    points.sort_by(|a, b| a[1].total_cmp(&b[1]).then(a[0].total_cmp(&b[0])));
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_in_steps_of_the_grid() {
        let line = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0]];
        assert!((distance([1.0, 1.0], &line, [0.5, 0.25]) - 2.0).abs() < 1e-12);
        assert!((distance([3.0, 2.0], &line, [1.0, 1.0]) - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!(distance([f64::INFINITY, 0.0], &line, [1.0, 1.0]).is_infinite());
        assert!((distance([1.0, 0.0], &line[..1], [0.5, 0.5]) - 2.0).abs() < 1e-12);
        assert!((step(&[0.0, 0.5, 1.0, 3.0, 0.5, f64::INFINITY]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn shares_and_overlaps_are_those_of_a_planted_map() -> Result<()> {
        let header =
            "machine,seed,source,source_temperature,source_field,temperature,field,probability,probability_error\n";
        let table = |seed: usize, machine: [f64; 4], control: [f64; 4]| {
            let mut text = header.to_owned();
            for (source, from, map) in [("flow-end", "nan,nan", machine), ("exact-samples", "1,2", control)] {
                for (i, p) in map.iter().enumerate() {
                    text += &format!("a,{seed},{source},{from},{},{},{p},0.01\n", 1 + i / 2, i % 2);
                }
            }
            Table::from_csv("map", &text)
        };
        let seeds =
            vec![table(0, [0.5, 0.5, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0])?, table(1, [1.0, 0.0, 0.0, 0.0], [0.25; 4])?];
        // Maximal c at T = −0.5: no class is near. m is constant at T = 1 exactly.
        let ridges = Table::from_csv("ridges", "line,field,temperature\nspecific-heat,0,-0.5\nspecific-heat,1,-0.5\n")?;
        let constant = Table::from_csv("line", "machine,temperature,field\na,1,-5\na,1,5\nb,0,0\n")?;
        let found = softmax_tables(&[("a".into(), seeds)], &ridges, &constant, &DataSets::default())?;
        assert_eq!(found.maps.filter("source", "flow-end")?.column("probability")?, [0.75, 0.25, 0.0, 0.0]);
        let all = found.ridge.filter("seed", "all")?;
        assert_eq!(all.text("source")?, ["flow-end", "exact-samples", "uniform"]);
        assert_eq!(all.column("share_near_ridge")?, [0.0; 3]);
        // Both temperatures lie within one step of T = 1.
        assert_eq!(all.column("share_near_constant_magnetization")?, [1.0; 3]);
        let overlaps = all.column("overlap_with_machine")?;
        let expected = [1.0, (1.0 + 0.5) / 2.0, (0.5_f64.sqrt() + 0.5) / 2.0];
        assert!(
            overlaps.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12),
            "{overlaps:?}"
        );
        Ok(())
    }
}
