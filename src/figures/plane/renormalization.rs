//! The renormalization group in the plane.

use super::{PlaneTables, Step, draw_steps, known};
use crate::figures::axes::Axes;
use crate::figures::canvas::Canvas;
use crate::figures::layout::Point;
use crate::figures::legend::{Entry, Key};
use crate::figures::series::{Sample, samples};
use crate::figures::style::{Dash, GREY, Stroke};
use crate::table::TableError;

/// Where along a line of renormalization its arrow heads stand.
const HEADS: [f64; 2] = [0.4, 0.8];
const RG: Stroke = Stroke { color: GREY, width: 2.0, dash: Dash::Solid };

/// The renormalization group in the plane: lines where it has them, else steps of block spins.
pub(super) struct Renormalization {
    /// By line, in the direction of the flow.
    pub(super) lines: Vec<Vec<Sample>>,
    pub(super) steps: Vec<Step>,
}

impl Renormalization {
    pub(super) fn read(tables: PlaneTables<'_>) -> Result<Self, TableError> {
        let mut lines = Vec::new();
        for line in tables.rg_lines.distinct("line")? {
            lines.push(samples(&tables.rg_lines.filter("line", line)?, "temperature", "field", None)?);
        }
        let blocks = tables.rg_steps.filter("map", "block-spins")?;
        let column = |name: &str| blocks.column(name);
        let (t, h) = (column("temperature")?, column("field")?);
        let (next_t, next_h) = (column("next_temperature")?, column("next_field")?);
        let (error_t, error_h) = (column("next_temperature_error")?, column("next_field_error")?);
        let step = |i: usize| Step {
            start: (t[i], h[i]),
            shift: (next_t[i] - t[i], next_h[i] - h[i]),
            errors: (known(error_t[i]), known(error_h[i])),
        };
        let steps = (0..blocks.len()).map(step).filter(Step::is_known);
        // Steps from one field would cover those of the flow.
        let are_shown = lines.is_empty() && blocks.distinct("field")?.len() > 1;
        Ok(Self { steps: if are_shown { steps.collect() } else { Vec::new() }, lines })
    }

    pub(super) fn entry(&self) -> Option<Entry> {
        let label = match (self.lines.is_empty(), self.steps.is_empty()) {
            (false, _) => "renormalization group, exact",
            (true, false) => "one step of block spins (shortened)",
            (true, true) => return None,
        };
        Some(Entry::new(Key::Arrow(RG), label))
    }

    pub(super) fn draw(&self, axes: &Axes, canvas: &mut Canvas<'_>) {
        for line in &self.lines {
            let shown: Vec<_> = line.iter().filter(|sample| axes.at(sample.x, sample.y).is_some()).copied().collect();
            axes.curve(canvas, &shown, RG);
            let points: Vec<_> = shown.iter().filter_map(|sample| axes.at(sample.x, sample.y)).collect();
            for (from, to) in HEADS.iter().filter_map(|share| piece_at(&points, *share)) {
                canvas.arrow(from, to, RG);
            }
        }
        draw_steps(axes, canvas, &self.steps, RG);
    }
}

/// The piece of a line that lies at this share of its length.
fn piece_at(points: &[Point], share: f64) -> Option<(Point, Point)> {
    let length = |pair: &[Point]| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
    let total: f64 = points.windows(2).map(length).sum();
    let mut done = 0.0;
    let piece = points.windows(2).find(|pair| {
        done += length(pair);
        done >= share * total
    })?;
    Some((piece[0], piece[1]))
}
