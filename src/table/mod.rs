//! Tables: named columns of text cells, read from and written to CSV; every number a figure shows comes from one.

mod cell;

use std::collections::HashSet;

pub use cell::Cell;

/// What can be wrong with a table; each error names the table and, where there is one, the column.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table has no column of this name.
    #[error("table '{table}' has no column '{column}'; it has: {available}")]
    MissingColumn {
        /// Name of the table.
        table: String,
        /// The column asked for.
        column: String,
        /// The columns there are.
        available: String,
    },
    /// A cell of a column of numbers is not a number.
    #[error("table '{table}', column '{column}', row {row}: '{cell}' is not a number")]
    NotANumber {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// Row, counted from 1 without the header.
        row: usize,
        /// The offending text.
        cell: String,
    },
    /// A row has another number of cells than the header.
    #[error("table '{table}': a row has {found} cells, the header has {expected}")]
    RowLength {
        /// Name of the table.
        table: String,
        /// Columns of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// The text is not CSV.
    #[error("table '{table}' is not readable as CSV")]
    Csv {
        /// Name of the table.
        table: String,
        /// What the reader found.
        source: csv::Error,
    },
}

/// Rows of cells under a header; the name is used in messages only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    name: String,
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new<const N: usize>(name: &str, header: [&str; N]) -> Self {
        Self { name: name.to_owned(), header: header.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    /// An empty table whose columns are known at run time only.
    pub fn with_header(name: &str, header: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name: name.to_owned(), header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Appends one row.
    ///
    /// # Errors
    /// [`TableError::RowLength`] unless there is one cell for every column.
    pub fn push(&mut self, row: impl Into<Vec<Cell>>) -> Result<(), TableError> {
        let row = row.into();
        let (expected, found) = (self.header.len(), row.len());
        if expected != found {
            return Err(TableError::RowLength { table: self.name.clone(), expected, found });
        }
        self.rows.push(row);
        Ok(())
    }

    /// Reads CSV text whose first line is the header.
    ///
    /// # Errors
    /// [`TableError::Csv`] if the text is not CSV or a row is longer or shorter than the header.
    pub fn from_csv(name: &str, text: &str) -> Result<Self, TableError> {
        let broken = |source| TableError::Csv { table: name.to_owned(), source };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| Ok(record.map_err(broken)?.iter().map(Cell::from).collect()));
        Ok(Self { name: name.to_owned(), header, rows: rows.collect::<Result<_, _>>()? })
    }

    /// The table as CSV text, lines ended by `\n`.
    ///
    /// # Errors
    /// [`TableError::Csv`] if the writer fails.
    pub fn to_csv(&self) -> Result<String, TableError> {
        let broken = |source| TableError::Csv { table: self.name.clone(), source };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).map_err(broken)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| cell.text())).map_err(broken)?;
        }
        let bytes = writer.into_inner().map_err(|failure| broken(failure.into_error().into()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows, cell by cell as text.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.rows.iter().map(|row| row.iter().map(Cell::text))
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The numbers of a column.
    ///
    /// # Errors
    /// [`TableError::MissingColumn`], or [`TableError::NotANumber`] for the first cell that is none.
    pub fn column(&self, column: &str) -> Result<Vec<f64>, TableError> {
        let index = self.index(column)?;
        let number = |(row, cells): (usize, &Vec<Cell>)| {
            cells[index].number().ok_or_else(|| TableError::NotANumber {
                table: self.name.clone(),
                column: column.to_owned(),
                row: row + 1,
                cell: cells[index].to_string(),
            })
        };
        self.rows.iter().enumerate().map(number).collect()
    }

    /// The texts of a column.
    ///
    /// # Errors
    /// [`TableError::MissingColumn`].
    pub fn text(&self, column: &str) -> Result<Vec<&str>, TableError> {
        let index = self.index(column)?;
        Ok(self.rows.iter().map(|cells| cells[index].text()).collect())
    }

    /// The rows whose `column` holds `value`; numbers are compared as numbers (`2.50` is 2.5), everything else as text.
    ///
    /// # Errors
    /// [`TableError::MissingColumn`].
    pub fn filter(&self, column: &str, value: impl Into<Cell>) -> Result<Self, TableError> {
        let (index, value) = (self.index(column)?, value.into());
        let wanted = value.number();
        let same = |cell: &Cell| *cell == value || (wanted.is_some() && cell.number() == wanted);
        let rows = self.rows.iter().filter(|cells| same(&cells[index])).cloned().collect();
        Ok(Self { rows, name: self.name.clone(), header: self.header.clone() })
    }

    /// The same rows with these columns, which hold the same cell in every row, in front.
    pub fn with_columns_in_front<const N: usize>(&self, columns: [(&str, Cell); N]) -> Self {
        let names = columns.iter().map(|(name, _)| (*name).to_owned());
        let header = names.chain(self.header.iter().cloned()).collect();
        let row = |cells: &Vec<Cell>| columns.iter().map(|(_, cell)| cell).chain(cells).cloned().collect();
        Self { name: self.name.clone(), header, rows: self.rows.iter().map(row).collect() }
    }

    /// The same rows with other texts in `column`.
    ///
    /// # Errors
    /// [`TableError::MissingColumn`].
    pub fn with_text(&self, column: &str, text: impl Fn(&str) -> String) -> Result<Self, TableError> {
        let index = self.index(column)?;
        let mut changed = self.clone();
        for cells in &mut changed.rows {
            cells[index] = text(cells[index].text()).into();
        }
        Ok(changed)
    }

    /// The rows that another table has, too.
    pub fn shared_with(&self, other: &Self) -> Self {
        let rows = self.rows.iter().filter(|row| other.rows.contains(row)).cloned().collect();
        Self { rows, name: self.name.clone(), header: self.header.clone() }
    }

    /// The rows whose `column` holds one of these numbers.
    ///
    /// # Errors
    /// As [`Table::column`].
    pub fn retain(&self, column: &str, values: &[f64]) -> Result<Self, TableError> {
        let wanted = |number: &f64| values.iter().any(|value| value.total_cmp(number).is_eq());
        let kept = self.column(column)?.into_iter().zip(&self.rows).filter(|(number, _)| wanted(number));
        let rows = kept.map(|(_, cells)| cells.clone()).collect();
        Ok(Self { rows, name: self.name.clone(), header: self.header.clone() })
    }

    /// Appends the rows of a table with the same columns.
    ///
    /// # Errors
    /// [`TableError::RowLength`] if it has another number of columns.
    pub fn append(&mut self, other: Self) -> Result<(), TableError> {
        other.rows.into_iter().try_for_each(|row| self.push(row))
    }

    /// The distinct numbers of a column, ascending, infinity last, without NaN.
    ///
    /// # Errors
    /// As [`Table::column`].
    pub fn distinct(&self, column: &str) -> Result<Vec<f64>, TableError> {
        let mut values = self.column(column)?;
        values.retain(|value| !value.is_nan());
        values.sort_by(f64::total_cmp);
        values.dedup();
        Ok(values)
    }

    /// The distinct texts of a column in the order of their first appearance.
    ///
    /// # Errors
    /// [`TableError::MissingColumn`].
    pub fn distinct_text(&self, column: &str) -> Result<Vec<&str>, TableError> {
        let mut seen = HashSet::new();
        Ok(self.text(column)?.into_iter().filter(|text| seen.insert(*text)).collect())
    }

    fn index(&self, column: &str) -> Result<usize, TableError> {
        self.header.iter().position(|name| name == column).ok_or_else(|| TableError::MissingColumn {
            table: self.name.clone(),
            column: column.to_owned(),
            available: self.header.join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn every_number_survives_the_round_trip_through_csv() {
        let values = [0.1 + 0.2, -1.5, 1e300, 5e-324, 2.0_f64.powi(60), f64::INFINITY, f64::NEG_INFINITY, 1.0 / 3.0];
        let mut table = Table::new("numbers", ["value", "words"]);
        for value in values {
            table.push([value.into(), "a, \"b\"".into()]).unwrap();
        }
        table.push([f64::NAN.into(), "".into()]).unwrap();
        let read = Table::from_csv("numbers", &table.to_csv().unwrap()).unwrap();
        assert_eq!(read, table);
        let column = read.column("value").unwrap();
        assert_eq!(column.len(), values.len() + 1);
        assert!(values.iter().zip(&column).all(|(a, b)| a.total_cmp(b).is_eq()));
        assert!(column[values.len()].is_nan());
        assert_eq!(read.text("words").unwrap()[0], "a, \"b\"");
    }

    #[test]
    fn errors_name_the_table_and_the_column() {
        let table = Table::from_csv("flow", "step,reading\n0,2.5\n1,cold\n").unwrap();
        let missing = table.column("temperature").unwrap_err().to_string();
        assert_eq!(missing, "table 'flow' has no column 'temperature'; it has: step, reading");
        let word = table.column("reading").unwrap_err().to_string();
        assert_eq!(word, "table 'flow', column 'reading', row 2: 'cold' is not a number");
        assert!(Table::from_csv("flow", "step,reading\n0\n").is_err());
        assert!(Table::new("flow", ["step"]).push([1.0.into(), 2.0.into()]).is_err());
    }

    #[test]
    fn filter_and_distinct_see_numbers_as_numbers() {
        let table = Table::from_csv("grid", "t,machine\ninf,b\n2.50,a\n0,b\n,a\n2.5,b\n").unwrap();
        assert_eq!(table.distinct("t").unwrap(), [0.0, 2.5, f64::INFINITY]);
        assert_eq!(table.distinct_text("machine").unwrap(), ["b", "a"]);
        assert_eq!(table.filter("t", 2.5).unwrap().len(), 2);
        assert_eq!(table.filter("t", f64::INFINITY).unwrap().text("machine").unwrap(), ["b"]);
        assert!(table.filter("machine", "c").unwrap().is_empty());
    }
}
