//! From rows of a table to the points of a curve: the mean over seeds with its error.

use super::{FigureError, number};
use crate::table::{Table, TableError};

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Half the length of the error bar.
    pub(crate) error: f64,
}

impl Sample {
    pub(crate) fn is_finite(&self) -> bool {
        self.y.is_finite()
    }

    /// Finite, infinite or not a number: a curve joins only points of one kind.
    pub(crate) fn kind(&self) -> std::num::FpCategory {
        if self.y.is_finite() { std::num::FpCategory::Normal } else { self.y.classify() }
    }
}

/// The column `y` against the column `x`, averaged over the column `seed`, in ascending x.
///
/// The error of one seed is that of the column `error` (none: 0); of several it is their standard deviation.
pub(crate) fn over_seeds(table: &Table, x: &str, y: &str, error: Option<&str>) -> Result<Vec<Sample>, TableError> {
    let mut rows = samples(table, x, y, error)?;
    rows.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(rows.chunk_by(|a, b| a.x.total_cmp(&b.x).is_eq()).map(average).collect())
}

/// The column `y` against the column `x` with the errors of the column `error`, row by row.
pub(crate) fn samples(table: &Table, x: &str, y: &str, error: Option<&str>) -> Result<Vec<Sample>, TableError> {
    let (xs, ys) = (table.column(x)?, table.column(y)?);
    let errors = error.map_or_else(|| Ok(vec![0.0; xs.len()]), |error| table.column(error))?;
    let rows = xs.into_iter().zip(ys).zip(errors);
    Ok(rows.map(|((x, y), error)| Sample { x, y, error: if error.is_finite() { error } else { 0.0 } }).collect())
}

/// The mean of samples at one x, leaving out NaN where there are other values.
fn average(samples: &[Sample]) -> Sample {
    let known: Vec<f64> = samples.iter().map(|sample| sample.y).filter(|y| !y.is_nan()).collect();
    let (Some(first), true) = (samples.first(), known.len() > 1) else {
        return samples.iter().find(|sample| !sample.y.is_nan()).copied().unwrap_or(samples[0]);
    };
    let count = known.len() as f64;
    let mean = known.iter().sum::<f64>() / count;
    let variance = known.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Sample { x: first.x, y: mean, error: if variance.is_finite() { variance.sqrt() } else { 0.0 } }
}

/// What the band around a curve of this table means, for the legend.
pub(crate) fn band_label(table: &Table) -> Result<String, TableError> {
    let n_seeds = table.distinct("seed")?.len();
    Ok(match n_seeds {
        0 | 1 => "± 1 standard error, one seed".to_owned(),
        _ => format!("± 1 standard deviation over {n_seeds} seeds"),
    })
}

/// Succeeds if the table has rows, and of one machine only.
pub(crate) fn require_one_machine(table: &Table) -> Result<(), FigureError> {
    require_rows(table)?;
    match table.distinct_text("machine")?.as_slice() {
        [_] => Ok(()),
        machines => Err(FigureError::SeveralMachines { table: table.name().to_owned(), machines: machines.join(", ") }),
    }
}

/// Succeeds if the table has rows.
pub(crate) fn require_rows(table: &Table) -> Result<(), FigureError> {
    if table.is_empty() { Err(FigureError::Empty { table: table.name().to_owned() }) } else { Ok(()) }
}

/// The rows with the smallest number in `column`.
pub(crate) fn first(table: &Table, column: &str) -> Result<Table, TableError> {
    match table.distinct(column)?.first() {
        Some(smallest) => table.filter(column, *smallest),
        None => Ok(table.clone()),
    }
}

/// The rows with the largest number in `column`.
pub(crate) fn last(table: &Table, column: &str) -> Result<Table, TableError> {
    match table.distinct(column)?.last() {
        Some(largest) => table.filter(column, *largest),
        None => Ok(table.clone()),
    }
}

/// What the seeds have at one x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) x: f64,
    pub(crate) lowest: f64,
    pub(crate) median: f64,
    pub(crate) highest: f64,
}

/// Lowest, median and highest of the column `y` over the seeds, against the column `x` in ascending order; NaN is left out.
pub(crate) fn ranges(table: &Table, x: &str, y: &str) -> Result<Vec<Range>, TableError> {
    let mut rows = samples(table, x, y, None)?;
    rows.retain(|row| !row.y.is_nan());
    rows.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let range = |equal: &[Sample]| {
        let middle = [equal[(equal.len() - 1) / 2].y, equal[equal.len() / 2].y];
        let median = middle[0].midpoint(middle[1]);
        Range { x: equal[0].x, lowest: equal[0].y, median, highest: equal[equal.len() - 1].y }
    };
    Ok(rows.chunk_by(|a, b| a.x.total_cmp(&b.x).is_eq()).map(range).collect())
}

/// The distinct starts (T, H) of flows, ascending in T.
pub(crate) fn starts(table: &Table) -> Result<Vec<(f64, f64)>, TableError> {
    let (temperatures, fields) = (table.column("start_temperature")?, table.column("start_field")?);
    let mut starts: Vec<_> = temperatures.into_iter().zip(fields).collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    starts.dedup();
    Ok(starts)
}

/// The rows of one start (T, H).
pub(crate) fn of_start(table: &Table, (temperature, field): (f64, f64)) -> Result<Table, TableError> {
    table.filter("start_temperature", temperature)?.filter("start_field", field)
}

/// At most `count` of the values, the first and the last among them, evenly by position.
pub(crate) fn spread<T: Copy>(values: &[T], count: usize) -> Vec<T> {
    if values.len() <= count || count < 2 {
        return values.iter().take(count.max(1)).copied().collect();
    }
    let position = |index: usize| (index * (values.len() - 1) + (count - 1) / 2) / (count - 1);
    (0..count).map(|index| values[position(index)]).collect()
}

/// "T = 2.25", or with a field "T = 2.25, H = 0.5".
pub(crate) fn state_point(temperature: f64, field: f64) -> String {
    let temperature = format!("*T* = {}", number::short(temperature));
    if field.abs() > 0.0 { format!("{temperature}, *H* = {}", number::short(field)) } else { temperature }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn seeds_are_averaged_and_one_seed_keeps_its_error() {
        let text = "seed,step,t,t_error\n1,1,3,9\n1,0,inf,\n2,1,5,9\n2,0,inf,\n1,2,7,0.5\n1,3,,1\n2,3,,1\n";
        let found = over_seeds(&Table::from_csv("flow", text).unwrap(), "step", "t", Some("t_error")).unwrap();
        assert_eq!(found[1], Sample { x: 1.0, y: 4.0, error: 2.0_f64.sqrt() });
        assert_eq!(found[2], Sample { x: 2.0, y: 7.0, error: 0.5 });
        assert!(found[0].y.is_infinite() && found[0].error.abs() < 1e-12 && found[3].y.is_nan());
    }

    #[test]
    fn spread_keeps_both_ends() {
        assert_eq!(spread(&[0, 1, 2, 5, 10, 20, 50], 4), [0, 2, 10, 50]);
        assert_eq!(spread(&[0, 1], 4), [0, 1]);
        assert_eq!(spread(&[0, 1, 2], 1), [0]);
    }
}
