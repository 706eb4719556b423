//! The axes of a sweep, `--grid key=values`, and its points.

use std::str::FromStr;

use anyhow::{Result, ensure};

/// Most points of a sweep.
const MAX_POINTS: usize = 100_000;

/// A setting and the values that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The setting, as for `--set`.
    pub key: String,
    /// Its values, as for `--set`.
    pub values: Vec<String>,
}

impl FromStr for Axis {
    type Err = String;

    /// `rbm.n_hidden=4,16,64`, `seed=0..31` (both ends belong to it), `data.fields=[0],[0,0.5]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (key, values) =
            text.split_once('=').ok_or("expected key=value,value,…, for example rbm.n_hidden=4,16,64")?;
        let values: Vec<String> =
            items(values).map(values_of).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let key = key.trim().to_owned();
        if key.is_empty() || values.iter().any(String::is_empty) {
            return Err(format!("{text} has an empty part"));
        }
        let mut sorted = values.clone();
        sorted.sort();
        sorted.dedup();
        if sorted.len() < values.len() {
            return Err(format!("a value stands twice in {text}"));
        }
        Ok(Self { key, values })
    }
}

/// What stands between commas that are not within brackets.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    text.split(move |letter: char| {
        depth += i32::from("[{".contains(letter)) - i32::from("]}".contains(letter));
        letter == ',' && depth == 0
    })
    .map(str::trim)
}

/// One value, or those of a range of whole numbers.
fn values_of(item: &str) -> Result<Vec<String>, String> {
    let ends = item.split_once("..").map(|(first, last)| (first.parse::<usize>(), last.parse::<usize>()));
    let Some((Ok(first), Ok(last))) = ends else { return Ok(vec![item.to_owned()]) };
    if first > last || last - first >= MAX_POINTS {
        return Err(format!("{item} is no range of up to {MAX_POINTS} numbers: first..last, both included"));
    }
    Ok((first..=last).map(|value| value.to_string()).collect())
}

/// The points of a sweep, a value for every axis: all combinations, the last axis running fastest, or the first values of all
/// axes, the second ones, and so on.
///
/// # Errors
/// When there are too many, or axes that are to be zipped have different lengths.
pub(super) fn points(axes: &[Axis], is_zipped: bool) -> Result<Vec<Vec<&str>>> {
    let lengths: Vec<usize> = axes.iter().map(|axis| axis.values.len()).collect();
    if is_zipped {
        let lengths_differ = lengths.windows(2).any(|pair| pair[0] != pair[1]);
        ensure!(!lengths_differ, "--zip needs axes of one length; these have {lengths:?} values");
        let point = |index: usize| axes.iter().map(|axis| axis.values[index].as_str()).collect();
        return Ok((0..lengths.first().copied().unwrap_or(1)).map(point).collect());
    }
    let n_points = lengths.iter().try_fold(1usize, |product, &length| product.checked_mul(length));
    ensure!(
        n_points.is_some_and(|n_points| n_points <= MAX_POINTS),
        "axes of {lengths:?} values have more than {MAX_POINTS} points"
    );
    let mut points = vec![Vec::new()];
    for axis in axes {
        points = points.iter().flat_map(|point| extensions(point, &axis.values)).collect();
    }
    Ok(points)
}

/// A point of fewer axes with each value of one more.
fn extensions<'a>(point: &[&'a str], values: &'a [String]) -> Vec<Vec<&'a str>> {
    values.iter().map(|value| [point, &[value.as_str()]].concat()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    fn axis(text: &str) -> Axis {
        text.parse().unwrap()
    }

    #[test]
    fn values_are_listed_in_ranges_and_in_brackets() {
        assert_eq!(axis("seed=0..3,7").values, ["0", "1", "2", "3", "7"]);
        assert_eq!(axis("data.fields=[0, 0.5],[1]").values, ["[0, 0.5]", "[1]"]);
        assert_eq!(axis("data.temperatures={start = 0, stop = 2, step = 1}").values.len(), 1);
        assert_eq!(axis(" rbm.persistent = true, false").key, "rbm.persistent");
        for wrong in ["seed", "=1", "seed=", "seed=1,,2", "seed=3..1", "seed=0..99999999", "seed=1,1"] {
            assert!(wrong.parse::<Axis>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn points_are_all_combinations_or_zipped() {
        let axes = [axis("rbm.n_hidden=4,16"), axis("seed=0..2")];
        let all = points(&axes, false).unwrap();
        assert_eq!(all.len(), 6);
        assert_eq!((all[0].as_slice(), all[4].as_slice()), (["4", "0"].as_slice(), ["16", "1"].as_slice()));
        assert!(points(&axes, true).unwrap_err().to_string().contains("[2, 3]"));
        let axes = [axis("rbm.n_hidden=4,16"), axis("rbm.n_epochs=10,20")];
        assert_eq!(points(&axes, true).unwrap(), [["4", "10"], ["16", "20"]]);
        assert_eq!(points(&[], false).unwrap(), [Vec::<&str>::new()]);
        let many = [axis("seed=0..9999"), axis("rbm.n_epochs=0..9999")];
        assert!(points(&many, false).is_err());
    }
}
