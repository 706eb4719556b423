//! Tables of single machines with their means over the seeds.

use anyhow::Result;

use crate::{
    data_sets::{DataSets, mean_over_machines},
    table::{Cell, Table},
};

/// The rows of `table`, each the values of a machine of one seed, and below them, as seed "all", the mean of every value over
/// the rows that agree in the `keys`, with its standard error ([`mean_over_machines`]). NaN is left out of the means.
///
/// Columns: the keys, of which the first is the machine's name, `seed`, `n_seeds`, and every value with its error; that of a row
/// of one seed is its own, or NaN.
pub(super) fn with_means_over_seeds(
    table: &Table,
    keys: &[&str],
    values: &[&str],
    data_sets: &DataSets,
) -> Result<Table> {
    let with_errors = values.iter().flat_map(|value| [(*value).to_owned(), error_of(value)]);
    let header = keys.iter().chain(&["seed", "n_seeds"]).map(|name| (*name).to_owned()).chain(with_errors);
    let mut result = Table::with_header(table.name(), header);
    let keys = keys.iter().map(|key| table.text(key)).collect::<Result<Vec<_>, _>>()?;
    let seeds = table.text("seed")?;
    let mut columns = Vec::new();
    for value in values {
        let numbers = table.column(value)?;
        let error = error_of(value);
        let has_errors = table.header().contains(&error);
        let errors = if has_errors { table.column(&error)? } else { vec![f64::NAN; numbers.len()] };
        columns.push((numbers, errors));
    }
    let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
    for row in 0..table.len() {
        let key: Vec<&str> = keys.iter().map(|key| key[row]).collect();
        let numbers = columns.iter().flat_map(|(numbers, errors)| [numbers[row], errors[row]].map(Cell::from));
        let head = key.iter().map(|key| Cell::from(*key)).chain([seeds[row].into(), 1usize.into()]);
        result.push(head.chain(numbers).collect::<Vec<_>>())?;
        match groups.iter_mut().find(|group| group.0 == key) {
            Some(group) => group.1.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    for (key, rows) in groups {
        let machine = key.first().copied().unwrap_or_default();
        let head = key.iter().map(|key| Cell::from(*key)).chain(["all".into(), rows.len().into()]);
        let means = columns.iter().flat_map(|(numbers, _)| {
            let known = rows.iter().filter(|&&row| !numbers[row].is_nan());
            let of_machines = known.map(|&row| (data_sets.of_machine(machine, seeds[row]), numbers[row]));
            let mean = mean_over_machines(of_machines).mean;
            [mean.value, mean.error].map(Cell::from)
        });
        result.push(head.chain(means).collect::<Vec<_>>())?;
    }
    Ok(result)
}

fn error_of(value: &str) -> String {
    format!("{value}_error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_that_agree_in_the_keys_are_averaged() -> Result<()> {
        let text = "machine,seed,epoch,slope,slope_error,share\na,0,5,1,0.5,nan\na,1,5,3,0.5,2\na,0,6,7,0.5,1\n";
        let table = Table::from_csv("t", text)?;
        let found = with_means_over_seeds(&table, &["machine", "epoch"], &["slope", "share"], &DataSets::default())?;
        let expected = "machine,epoch,seed,n_seeds,slope,slope_error,share,share_error\n\
            a,5,0,1,1,0.5,nan,nan\na,5,1,1,3,0.5,2,nan\na,6,0,1,7,0.5,1,nan\n\
            a,5,all,2,2,1,2,nan\na,6,all,1,7,nan,1,nan\n";
        assert_eq!(found.to_csv()?, expected);
        Ok(())
    }

    /// Values 1, 3 of the machines of set 0 and 5, 7 of those of set 1: the error is that of 2 and 6.
    #[test]
    fn machines_of_one_data_set_count_once() -> Result<()> {
        let table = Table::from_csv("t", "machine,seed,slope\na,0,1\na,1,5\na,2,3\na,3,7\n")?;
        let config = toml::from_str("[[rbm]]\nname = \"a\"\ndata_seeds = 2\n")?;
        let found = with_means_over_seeds(&table, &["machine"], &["slope"], &DataSets::of(&config))?;
        assert!(found.to_csv()?.ends_with("a,all,4,4,2\n"), "{}", found.to_csv()?);
        Ok(())
    }
}
