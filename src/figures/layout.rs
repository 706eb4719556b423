//! Rectangles on the canvas and how they are divided; ellipses.

/// A position in pixels, x to the right and y down.
pub(crate) type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn center(&self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// Whether a point lies in the rectangle.
    pub(crate) fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The point of the rectangle nearest to this one.
    pub(crate) fn nearest(&self, (x, y): Point) -> Point {
        (x.clamp(self.left, self.right), y.clamp(self.top, self.bottom))
    }

    /// The rectangle without a border of these widths.
    pub(crate) fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left: self.left + left, top: self.top + top, right: self.right - right, bottom: self.bottom - bottom }
    }

    /// The same with edges on whole pixels, so that neighbours leave no seam.
    pub(crate) fn on_pixels(&self) -> Self {
        Self { left: self.left.round(), top: self.top.round(), right: self.right.round(), bottom: self.bottom.round() }
    }

    /// Equal columns with a gap between them.
    pub(crate) fn columns(&self, count: usize, gap: f64) -> Vec<Self> {
        let width = (self.width() - gap * (count.max(1) - 1) as f64) / count.max(1) as f64;
        let column = |index: usize| {
            let left = self.left + index as f64 * (width + gap);
            Self { left, right: left + width, ..*self }
        };
        (0..count).map(column).collect()
    }

    /// Rows with these relative heights and a gap between them.
    pub(crate) fn rows(&self, weights: &[f64], gap: f64) -> Vec<Self> {
        let unit = (self.height() - gap * weights.len().saturating_sub(1) as f64) / weights.iter().sum::<f64>();
        let mut top = self.top;
        let row = |weight: &f64| {
            let bottom = top + weight * unit;
            let row = Self { top, bottom, ..*self };
            top = bottom + gap;
            row
        };
        weights.iter().map(row).collect()
    }

    /// The parts of a line that lie between the upper and the lower edge.
    pub(crate) fn clip(&self, points: &[Point]) -> Vec<Vec<Point>> {
        let mut parts: Vec<Vec<Point>> = Vec::new();
        for ends in points.windows(2) {
            let [(x, y), (to_x, to_y)] = [ends[0], ends[1]];
            let crossing = |edge: f64| if (to_y - y).abs() > 0.0 { (edge - y) / (to_y - y) } else { f64::INFINITY };
            let (first, second) = (crossing(self.top), crossing(self.bottom));
            let (enter, leave) = match (self.top..=self.bottom).contains(&y) {
                true if first.is_infinite() => (0.0, 1.0),
                _ => (first.min(second).max(0.0), first.max(second).min(1.0)),
            };
            if enter >= leave {
                continue;
            }
            let cut = |share: f64| (x + share * (to_x - x), y + share * (to_y - y));
            match parts.last_mut().filter(|_| enter <= 0.0) {
                Some(part) if part.last() == Some(&(x, y)) => part.push(cut(leave)),
                _ => parts.push(vec![cut(enter), cut(leave)]),
            }
        }
        parts
    }
}

impl Rect {
    /// The part of a polygon that lies between the upper and the lower edge (Sutherland and Hodgman 1974).
    pub(crate) fn clip_polygon(&self, corners: &[Point]) -> Vec<Point> {
        let below_top = cut(corners, self.top, |y| y >= self.top);
        cut(&below_top, self.bottom, |y| y <= self.bottom)
    }
}

/// A polygon cut along a horizontal edge.
fn cut(corners: &[Point], edge: f64, is_inside: impl Fn(f64) -> bool) -> Vec<Point> {
    let mut kept = Vec::with_capacity(corners.len() + 2);
    for (index, &(x, y)) in corners.iter().enumerate() {
        let (last_x, last_y) = corners[(index + corners.len() - 1) % corners.len()];
        if is_inside(y) != is_inside(last_y) {
            kept.push((last_x + (x - last_x) * (edge - last_y) / (y - last_y), edge));
        }
        if is_inside(y) {
            kept.push((x, y));
        }
    }
    kept
}

/// The corners of the ellipse of one standard deviation of this covariance, in pixels and their squares.
pub(crate) fn ellipse((x, y): Point, [[xx, xy], [_, yy]]: [[f64; 2]; 2]) -> Vec<Point> {
    // The circle under the Cholesky factor of the covariance.
    let width = xx.max(0.0).sqrt();
    let tilt = if width > 0.0 { xy / width } else { 0.0 };
    let height = (yy - tilt * tilt).max(0.0).sqrt();
    let corner = |i: u8| {
        let (sine, cosine) = (f64::from(i) * std::f64::consts::TAU / 48.0).sin_cos();
        (x + width * cosine, y + tilt * cosine + height * sine)
    };
    (0..48).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipse_has_the_extents_of_its_covariance() {
        let corners = ellipse((10.0, 20.0), [[4.0, 3.0], [3.0, 9.0]]);
        let right = corners.iter().map(|corner| corner.0).fold(0.0, f64::max);
        let low = corners.iter().map(|corner| corner.1).fold(0.0, f64::max);
        assert!((right - 12.0).abs() < 0.02 && (low - 23.0).abs() < 0.02, "{right} {low}");
        assert!(ellipse((0.0, 0.0), [[0.0; 2]; 2]).iter().all(|corner| corner.0.abs() + corner.1.abs() < 1e-12));
    }

    #[test]
    fn rows_and_columns_fill_the_rectangle() {
        let rect = Rect { left: 10.0, top: 0.0, right: 110.0, bottom: 70.0 };
        let columns = rect.columns(3, 5.0);
        let sides: Vec<_> = columns.iter().map(|column| (column.left, column.right)).collect();
        assert_eq!(sides, [(10.0, 40.0), (45.0, 75.0), (80.0, 110.0)]);
        let rows = rect.rows(&[2.0, 1.0], 10.0);
        let heights: Vec<_> = rows.iter().map(|row| (row.top, row.bottom)).collect();
        assert_eq!(heights, [(0.0, 40.0), (50.0, 70.0)]);
    }

    #[test]
    fn a_polygon_is_cut_where_it_leaves_the_rectangle() {
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 10.0 };
        let triangle = rect.clip_polygon(&[(0.0, 5.0), (10.0, -5.0), (20.0, 5.0)]);
        assert_eq!(triangle, [(0.0, 5.0), (5.0, 0.0), (15.0, 0.0), (20.0, 5.0)]);
        assert!(rect.clip_polygon(&[(0.0, 20.0), (10.0, 30.0), (20.0, 20.0)]).is_empty());
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_the_rectangle() {
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 10.0 };
        let parts = rect.clip(&[(0.0, 5.0), (10.0, 5.0), (20.0, -5.0), (30.0, -5.0), (40.0, 15.0)]);
        assert_eq!(parts, [vec![(0.0, 5.0), (10.0, 5.0), (15.0, 0.0)], vec![(32.5, 0.0), (37.5, 10.0)]]);
    }
}
