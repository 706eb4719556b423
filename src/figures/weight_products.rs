//! w wᵀ: which sites a machine ties together.

use super::axes::{Axes, Titles};
use super::canvas::{Anchor, Canvas, render};
use super::layout::Rect;
use super::legend::{self, Entry, Key};
use super::number::short;
use super::patterns::{draw_bar, paint};
use super::scale::{Scale, Spacing};
use super::series::{Sample, first, over_seeds, require_one_machine};
use super::style::{BLUE, BORDER, BOTTOM, CURVE, GREY, HAIR, INK, LABEL, LEFT, Marker, SMALL, Stroke, TOP, WIDTH};
use super::{Figure, FigureError};
use crate::table::{Table, TableError};

/// Height of the figure in pixels.
const HEIGHT: f64 = 900.0;
/// Room above the panels for legend and scale of colours.
const HEAD: f64 = 60.0;
/// Rows and columns of the map at most.
const FINEST: usize = 128;

/// Left, w wᵀ of the first seed's trained machine as a map, its colours holding all but a
/// hundredth of the numbers off the diagonal; right, its
/// mean over the pairs of sites at each distance, over the seeds, with the standard deviation over the pairs as a band.
///
/// Columns of `products`: machine, seed, site, other_site, product, each pair once; of `against_distance`: machine, seed,
/// distance, product, product_spread.
///
/// # Errors
/// [`FigureError`] if a column is missing or there is nothing to draw.
pub fn weight_products(products: &Table, against_distance: &Table) -> Result<Figure, FigureError> {
    require_one_machine(products)?;
    require_one_machine(against_distance)?;
    let map = Map::read(&first(products, "seed")?)?;
    let apart = apart(against_distance)?;
    let means = over_seeds(&apart, "distance", "product", None)?;
    let spreads = over_seeds(&apart, "distance", "product_spread", None)?;
    let numbers = numbers(&means, &spreads)?;
    let band: Vec<Sample> =
        means.iter().zip(&spreads).map(|(mean, spread)| Sample { error: spread.y, ..*mean }).collect();
    let heights = band.iter().chain(&means).flat_map(|point| [point.y - point.error, point.y + point.error]);
    let y = Scale::holding(Spacing::Linear, heights.chain([0.0]));
    let x = Scale::holding(Spacing::Linear, means.iter().map(|point| point.x).chain([0.0]));
    let entries = [
        Entry::new(Key::Points(Marker::Disk, BLUE), points_label(&apart)?),
        Entry::new(Key::Band(GREY), "± 1 standard deviation over the pairs"),
    ];
    render(HEIGHT, &numbers, |canvas| {
        let sheet = Rect { left: LEFT, top: BORDER + HEAD, right: WIDTH - BORDER, bottom: HEIGHT - BORDER };
        let [left, right] = [sheet.inset(0.0, TOP, 0.0, BOTTOM).columns(2, LEFT)[0], sheet.columns(2, LEFT)[1]];
        map.draw(canvas, left);
        let area = legend::draw(canvas, Rect { top: BORDER, ..right }, &entries);
        let axes = Axes { area: Rect { top: left.top.max(area.top + TOP), bottom: left.bottom, ..right }, x, y };
        let titles = Titles {
            panel: "(b) mean over the pairs at distance *r* > 0",
            x: Some("distance *r* [lattice constants]"),
            y: Some("(*w w*^{T})(*r*)"),
        };
        axes.draw(canvas, titles);
        axes.horizontal(canvas, 0.0, Stroke::solid(GREY, HAIR));
        axes.band(canvas, &band, GREY);
        axes.curve(canvas, &means, Stroke::solid(BLUE, CURVE));
        axes.error_bars(canvas, &means, BLUE);
        axes.points(canvas, &means, Marker::Disk, BLUE);
    })
}

/// The rows of pairs of different sites.
fn apart(table: &Table) -> Result<Table, TableError> {
    let distances: Vec<f64> = table.distinct("distance")?.into_iter().filter(|distance| *distance > 0.0).collect();
    table.retain("distance", &distances)
}

fn points_label(table: &Table) -> Result<String, TableError> {
    Ok(match table.distinct("seed")?.len() {
        0 | 1 => "one seed".to_owned(),
        n_seeds => format!("mean ± standard deviation over {n_seeds} seeds"),
    })
}

fn numbers(means: &[Sample], spreads: &[Sample]) -> Result<Table, TableError> {
    let header = ["distance", "product", "product_spread_over_seeds", "product_spread_over_pairs"];
    let mut numbers = Table::new("weight_products", header);
    for (mean, spread) in means.iter().zip(spreads) {
        numbers.push([mean.x, mean.y, mean.error, spread.y].map(Into::into))?;
    }
    Ok(numbers)
}

/// A symmetric matrix, of which blocks of neighbouring sites are averaged where it is large.
struct Map {
    n_sites: usize,
    /// Rows and columns that are painted.
    n: usize,
    /// Shape `[n, n]`.
    values: Vec<f64>,
    /// The size above which a hundredth of the numbers off the diagonal are.
    largest: f64,
}

impl Map {
    fn read(products: &Table) -> Result<Self, TableError> {
        let (sites, others) = (products.column("site")?, products.column("other_site")?);
        let n_sites = products.distinct("other_site")?.len();
        let n = n_sites.div_ceil(n_sites.div_ceil(FINEST).max(1));
        let (mut sums, mut counts) = (vec![0.0; n * n], vec![0.0; n * n]);
        for ((site, other), product) in sites.iter().zip(&others).zip(products.column("product")?) {
            let [row, column] = [*site, *other].map(|site| site as usize * n / n_sites);
            for cell in [row * n + column, column * n + row] {
                sums[cell] += product;
                counts[cell] += 1.0;
            }
        }
        let values: Vec<f64> = sums.iter().zip(counts).map(|(sum, count)| sum / count).collect();
        let off_diagonal = (0..n * n).filter(|cell| cell / n != cell % n).map(|cell| values[cell].abs());
        let mut sizes: Vec<f64> = off_diagonal.collect();
        sizes.sort_by(f64::total_cmp);
        let largest = sizes.get(sizes.len() * 99 / 100).copied().unwrap_or(0.0);
        Ok(Self { n_sites, n, values, largest })
    }

    /// Draws the map as a square with its scale of colours above it.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let side = area.width().min(area.height());
        let frame = Rect { right: area.left + side, bottom: area.top + side, ..area }.on_pixels();
        paint(canvas, frame, &self.values, self.n, self.largest);
        let scale = Scale::exactly(0.0, self.n_sites as f64);
        for (value, label) in scale.ticks(5.0) {
            let share = value / self.n_sites as f64;
            let (x, y) = (frame.left + share * frame.width(), frame.top + share * frame.height());
            canvas.text((x, frame.bottom + 24.0), Anchor::Middle, &label, SMALL, INK);
            canvas.text((frame.left - 12.0, y), Anchor::End, &label, SMALL, INK);
        }
        let (middle, center) = frame.center();
        canvas.text((frame.left, frame.top - 26.0), Anchor::Start, "(a) *w w*^{T}, first seed", LABEL, INK);
        canvas.text((middle, frame.bottom + 64.0), Anchor::Middle, "site *j*", LABEL, INK);
        canvas.text_upwards((frame.left - LEFT + 22.0, center), "site *i*", LABEL, INK);
        let ends = [-self.largest, self.largest].map(short);
        let bar = Rect { left: frame.left + 90.0, top: BORDER + 6.0, right: frame.left + 350.0, bottom: BORDER + 34.0 };
        draw_bar(canvas, bar, [&ends[0], &ends[1]], "99 % of *i* ≠ *j*");
    }
}
