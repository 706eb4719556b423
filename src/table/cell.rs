//! One value of a table and the text that stands for it in a file.

use std::fmt;
use std::num::FpCategory;

/// One value of a table, kept as the text that stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell(String);

impl Cell {
    /// The number in the cell: `inf` and `-inf` are infinities, an empty cell and `nan` are NaN.
    pub(crate) fn number(&self) -> Option<f64> {
        if self.0.is_empty() { Some(f64::NAN) } else { self.0.trim().parse().ok() }
    }

    /// The text in the cell.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<f64> for Cell {
    /// The shortest text that reads back as the same number; infinity is `inf`, NaN is `nan`, −0 is `0`.
    fn from(value: f64) -> Self {
        let size = value.abs();
        Self(match value {
            _ if value.is_nan() => "nan".to_owned(),
            _ if value.classify() == FpCategory::Zero => "0".to_owned(),
            _ if value.is_infinite() || (1e-5..1e16).contains(&size) => value.to_string(),
            _ => format!("{value:e}"),
        })
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self(value.to_string())
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Self(value.to_string())
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_short_and_never_negative_zero() {
        let cells = [-0.0, 1.0, 0.3, f64::INFINITY, 1e-7, 1e20].map(|value| Cell::from(value).to_string());
        assert_eq!(cells, ["0", "1", "0.3", "inf", "1e-7", "1e20"]);
    }
}
