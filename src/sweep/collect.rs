//! `experiments collect`: the tables of all runs of a sweep in one, with means and errors over the seeds.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result, ensure};
use statistics::mean;

use super::{Sweep, Task, status::State};
use crate::{
    artifacts::{self, is_below, read_table},
    figures::{Figure, end_point_against},
    table::{Cell, Table},
};

/// The table of every run that says where its flows end.
const END_POINTS: &str = "analysis/end-points.csv";

/// The state points that are marked in its figures.
const MARKERS: &str = "analysis/markers.csv";

/// The table of means over the seeds, in the folder of the sweep.
const SUMMARY: &str = "summary.csv";

/// The axis that makes independent runs.
const SEED: &str = "seed";

/// What the runs of a sweep say.
#[derive(Clone, Debug)]
pub struct Collection {
    n_runs: usize,
    /// Tables with their file names.
    tables: Vec<(String, Table)>,
    /// Where flows end against the axis that is a number, with the axis; none for several axes.
    figure: Option<(String, Figure)>,
    /// Runs that are not in them, and why.
    missing: Vec<String>,
}

impl Collection {
    /// Puts the tables of the runs that are done together: the ends of their flows, and `more` of them. A run that lacks one of
    /// them is in none.
    ///
    /// # Errors
    /// When a table is none, or was changed, or no run has it, or tables of one name have different columns.
    pub fn of(sweep: &Sweep, more: &[String]) -> Result<Self> {
        let asked = asked(more)?;
        let files: Vec<&str> = asked.iter().map(|(file, _)| file.as_str()).chain([MARKERS]).collect();
        let (mut n_finished, mut done, mut missing) = (0, Vec::new(), Vec::new());
        for run in sweep.runs() {
            let unfinished = sweep.unfinished(run)?;
            n_finished += usize::from(unfinished.is_none());
            match unfinished.or_else(|| sweep.incomplete(run, &files)) {
                None => done.push(run),
                Some(reason) => missing.push(format!("{} {}: {reason}", run.folder, sweep.name(run))),
            }
        }
        ensure!(
            n_finished == 0 || !done.is_empty(),
            "{}: no run has all tables that are asked for; the runs go up to {}\n  {}",
            sweep.folder.display(),
            sweep.plan.until,
            missing.join("\n  ")
        );
        let (mut tables, mut figure) = (Vec::new(), None);
        for (file, name) in asked {
            let table = sweep.stacked(&file, &done)?;
            if file == END_POINTS {
                tables.push((SUMMARY.to_owned(), sweep.summary(&table)?));
                figure = sweep.figure(&table, &done)?;
            }
            tables.push((name, table));
        }
        Ok(Self { n_runs: sweep.runs().count(), tables, figure, missing })
    }

    /// Writes the tables into a folder.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        for (name, table) in &self.tables {
            artifacts::write(&folder.join(name), table.to_csv()?.as_bytes())?;
        }
        if let Some((axis, figure)) = &self.figure {
            for (file, bytes) in figure.files(&format!("end-point-against-{axis}")) {
                artifacts::write(&folder.join(file), bytes)?;
            }
        }
        Ok(())
    }

    /// What is there, and what is missing, in words.
    pub fn describe(&self, folder: &Path) -> String {
        let mut text = String::new();
        for (name, table) in &self.tables {
            text += &format!("{}: {} rows\n", folder.join(name).display(), table.len());
        }
        if let Some((axis, _)) = &self.figure {
            text += &format!("{}\n", folder.join(format!("end-point-against-{axis}.png")).display());
        }
        text += &format!("{} of {} runs are in them\n", self.n_runs - self.missing.len(), self.n_runs);
        text.extend(self.missing.iter().map(|run| format!("  missing: {run}\n")));
        text
    }
}

/// The tables that are asked for, each with its name in the folder of the sweep: those of `analysis/` keep theirs, others have it of
/// their whole path.
fn asked(more: &[String]) -> Result<Vec<(String, String)>> {
    let mut asked: Vec<(String, String)> = Vec::new();
    for file in [END_POINTS].into_iter().chain(more.iter().map(String::as_str)) {
        ensure!(
            is_below(file) && file.ends_with(".csv"),
            "--table {file}: expected a CSV file in the run folders, such as analysis/weights.csv"
        );
        // One way to write it, that of the manifest.
        let file = Path::new(file).iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let name = file.strip_prefix("analysis/").unwrap_or(&file).replace('/', "-");
        let is_taken = name == SUMMARY || asked.iter().any(|(_, other)| *other == name);
        ensure!(!is_taken, "--table {file}: another table is collected as {name}: leave one of them out");
        asked.push((file, name));
    }
    Ok(asked)
}

impl Sweep {
    /// Why a run is not done; nothing if it is.
    fn unfinished(&self, run: &Task) -> Result<Option<String>> {
        let state = self.state(run)?.0;
        Ok(match &state {
            State::Done => None,
            State::Failed(error) => Some(format!("failed: {error}")),
            State::OfOtherSettings => {
                let folder = self.folder.join(&run.folder);
                Some(format!("of other settings: remove {}, then {}", folder.display(), self.command(run)))
            }
            _ => Some(state.name().to_owned()),
        })
    }

    /// Which of the tables a run lacks, and what brings it back; nothing if it has all.
    fn incomplete(&self, run: &Task, files: &[&str]) -> Option<String> {
        let lacks = |file: &&&str| !self.folder.join(&run.folder).join(file).exists();
        files.iter().find(lacks).map(|file| format!("{file} is not there: {}", self.command(run)))
    }

    /// One table of all runs, each row after the values of the axes.
    fn stacked(&self, file: &str, runs: &[&Task]) -> Result<Table> {
        let mut stacked: Option<Table> = None;
        for run in runs {
            let table = self.table_of(run, file)?;
            let axes = self.plan.axes.iter().map(|axis| column_of(axis));
            let header = axes.chain(["run".to_owned()]).chain(table.header().iter().cloned());
            let stacked = stacked.get_or_insert_with(|| Table::with_header(file, header));
            for row in table.rows() {
                let axes = run.values.iter().map(String::as_str).chain([run.folder.as_str()]);
                let cells: Vec<Cell> = axes.chain(row).map(Cell::from).collect();
                stacked
                    .push(cells)
                    .with_context(|| format!("{}: {file} has other columns than those before", run.folder))?;
            }
        }
        Ok(stacked.unwrap_or_else(|| Table::with_header(file, self.plan.axes.iter().map(|axis| column_of(axis)))))
    }

    /// A table of a run, which must be what was written.
    fn table_of(&self, run: &Task, file: &str) -> Result<Table> {
        read_table(&self.folder.join(&run.folder), file)
            .with_context(|| format!("the command that mends {} is {}", run.folder, self.command(run)))
    }

    /// Where the flows of the runs' first machine end, against the one axis beside the seed, if it is a number.
    fn figure(&self, ends: &Table, runs: &[&Task]) -> Result<Option<(String, Figure)>> {
        let axes: Vec<&String> = self.plan.axes.iter().filter(|axis| *axis != SEED).collect();
        let ([axis], false) = (axes.as_slice(), runs.is_empty()) else { return Ok(None) };
        let column = column_of(axis);
        if !ends.column(&column).is_ok_and(|values| values.iter().all(|value| value.is_finite())) {
            return Ok(None);
        }
        let machine = ends.distinct_text("machine")?.first().copied().unwrap_or_default().to_owned();
        let mut drawn = Table::with_header("end points", [&column, "seed", "reading", "temperature"]);
        let ends = ends.filter("machine", machine)?;
        let [xs, seeds, readings, temperatures] =
            [&column, "seed", "reading", "temperature"].map(|column| ends.text(column));
        let (xs, seeds, readings, temperatures) = (xs?, seeds?, readings?, temperatures?);
        // A seed is one of the sweep and one of its run.
        let outer = ends.text(&column_of(SEED)).unwrap_or_else(|_| vec![""; ends.len()]);
        let pairs: BTreeSet<(&str, &str)> = outer.iter().copied().zip(seeds.iter().copied()).collect();
        let number = |pair| pairs.iter().position(|other| *other == pair).unwrap_or_default();
        for row in (0..ends.len()).filter(|&row| seeds[row] != "all") {
            let seed = number((outer[row], seeds[row]));
            drawn.push([xs[row].into(), seed.into(), readings[row].into(), temperatures[row].into()])?;
        }
        let mut markers = runs.iter().map(|run| self.table_of(run, MARKERS)).collect::<Result<Vec<_>>>()?;
        markers.dedup();
        let common = match markers.as_slice() {
            [common] => common,
            // Other data, other marks: none is right for all.
            markers => &Table::with_header("markers", markers[0].header().iter().cloned()),
        };
        Ok(Some((axis.to_string(), end_point_against(&column, axis, &drawn, common)?)))
    }

    /// Means over the seeds, of the sweep and of each run, with their standard errors.
    fn summary(&self, ends: &Table) -> Result<Table> {
        let kept: Vec<String> =
            self.plan.axes.iter().filter(|axis| *axis != SEED).map(|axis| column_of(axis)).collect();
        let is_number =
            |name: &&String| ["temperature", "field"].contains(&name.as_str()) || name.contains("distance_to_");
        let numbers: Vec<&String> = ends.header().iter().filter(is_number).collect();
        let keys: Vec<&str> = kept.iter().map(String::as_str).chain(["machine", "n_hidden", "reading"]).collect();
        let of_number = |name: &&String| [(*name).clone(), format!("{name}_error")];
        let header = keys.iter().map(|key| (*key).to_owned()).chain(["n_values".into()]);
        let mut summary = Table::with_header("summary", header.chain(numbers.iter().flat_map(of_number)));
        if ends.is_empty() {
            return Ok(summary);
        }
        let columns = keys.iter().map(|key| ends.text(key)).collect::<Result<Vec<_>, _>>()?;
        let values = numbers.iter().map(|name| ends.column(name)).collect::<Result<Vec<_>, _>>()?;
        let mut groups: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
        // The means of each run are left out: here all its machines count alike.
        let of_one_machine = ends.text("seed")?.into_iter().map(|seed| seed != "all");
        for (row, _) in of_one_machine.enumerate().filter(|(_, is_one)| *is_one) {
            let key: Vec<&str> = columns.iter().map(|column| column[row]).collect();
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((key, vec![row])),
            }
        }
        for (key, rows) in groups {
            let mut cells: Vec<Cell> = key.into_iter().map(Cell::from).chain([rows.len().into()]).collect();
            for column in &values {
                let estimate = mean(&rows.iter().map(|&row| column[row]).collect::<Vec<_>>());
                cells.extend([estimate.value.into(), estimate.error.into()]);
            }
            summary.push(cells)?;
        }
        Ok(summary)
    }
}

/// The column of an axis, told apart from those of the runs' own tables.
fn column_of(axis: &str) -> String {
    format!("set.{axis}")
}
