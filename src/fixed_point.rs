//! Where a field of displacements in the (T, H) plane vanishes: the fixed point of a map known at scattered points.

/// One step of a map: where it starts and where it leads, (T, H).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// Where it starts.
    pub from: [f64; 2],
    /// Where it leads.
    pub to: [f64; 2],
}

/// A fixed point of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPoint {
    /// (T, H).
    pub position: [f64; 2],
    /// Covariance of the position, from the scatter of the displacements about the fit.
    pub covariance: [[f64; 2]; 2],
    /// Largest modulus of an eigenvalue of the map's derivative: below 1 the fixed point attracts.
    pub eigenvalue: f64,
}

/// Neighbours that a local fit takes in, along a line and in the plane.
const N_NEIGHBOURS: [usize; 2] = [7, 16];
/// Steps towards a zero, and the distance, in units of the arrows' extent, at which one is found.
const N_ITERATIONS: usize = 100;
const TOLERANCE: f64 = 1e-4;

/// The attracting fixed point to which most of the arrows' starts lead, if there is any: the zero x of the affine fit
/// d(y) ≈ a + B (y − x) to the displacements of the nearest arrows, with tricube weights (Cleveland, J. Am. Stat. Assoc. 74,
/// 829 (1979)). Along T alone if all arrows have one field. Its covariance is B⁻¹ Cov(a) B⁻ᵀ.
pub fn fixed_point(arrows: &[Arrow]) -> Option<FixedPoint> {
    let arrows: Vec<Arrow> =
        arrows.iter().copied().filter(|arrow| arrow.from.iter().chain(&arrow.to).all(|x| x.is_finite())).collect();
    let map = Map::new(&arrows)?;
    let mut found: Vec<(FixedPoint, usize)> = Vec::new();
    for arrow in &arrows {
        let Some(point) = map.descend(arrow.from).filter(|point| point.eigenvalue < 1.0) else { continue };
        match found.iter_mut().find(|(known, _)| map.distance(known.position, point.position) < 100.0 * TOLERANCE) {
            Some((_, count)) => *count += 1,
            None => found.push((point, 1)),
        }
    }
    found.into_iter().rev().max_by_key(|(_, count)| *count).map(|(point, _)| point)
}

/// Arrows with the box that holds their starts.
struct Map<'a> {
    arrows: &'a [Arrow],
    low: [f64; 2],
    extent: [f64; 2],
    n_dimensions: usize,
}

/// An affine fit at a point: a, B, and the covariance of a.
struct Fit {
    displacement: [f64; 2],
    gradient: [[f64; 2]; 2],
    covariance: [[f64; 2]; 2],
}

impl<'a> Map<'a> {
    fn new(arrows: &'a [Arrow]) -> Option<Self> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for arrow in arrows {
            for axis in 0..2 {
                low[axis] = low[axis].min(arrow.from[axis]);
                high[axis] = high[axis].max(arrow.from[axis]);
            }
        }
        let extent = [high[0] - low[0], high[1] - low[1]];
        // One field, but for the rounding of a mean.
        let n_dimensions = if extent[1] > 1e-4 { 2 } else { 1 };
        (extent[0] > 0.0 && arrows.len() >= N_NEIGHBOURS[n_dimensions - 1].min(4 * n_dimensions)).then_some(Self {
            arrows,
            low,
            extent,
            n_dimensions,
        })
    }

    /// Newton's way from a point to a zero of the local fits, at most half the distance at once.
    fn descend(&self, start: [f64; 2]) -> Option<FixedPoint> {
        let mut position = start;
        for _ in 0..N_ITERATIONS {
            let fit = self.fit(position)?;
            let inverse = self.inverse(fit.gradient)?;
            let way = apply(inverse, fit.displacement);
            let zero = [position[0] - way[0], position[1] - way[1]];
            if self.distance(zero, position) < TOLERANCE {
                let covariance = product(product(inverse, fit.covariance), transpose(inverse));
                return Some(FixedPoint { position: zero, covariance, eigenvalue: self.eigenvalue(fit.gradient) });
            }
            for axis in 0..self.n_dimensions {
                let next = 0.5 * (position[axis] + zero[axis]);
                position[axis] = next.clamp(self.low[axis], self.low[axis] + self.extent[axis]);
            }
        }
        None
    }

    /// Distance in units of the extent.
    fn distance(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        (0..self.n_dimensions).map(|axis| ((a[axis] - b[axis]) / self.extent[axis]).powi(2)).sum::<f64>().sqrt()
    }

    /// Weighted least squares of d = a + B (y − x) at x = `position`.
    fn fit(&self, position: [f64; 2]) -> Option<Fit> {
        let n = self.n_dimensions + 1;
        let mut distances: Vec<f64> = self.arrows.iter().map(|arrow| self.distance(arrow.from, position)).collect();
        let reach = {
            let mut sorted = distances.clone();
            sorted.sort_by(f64::total_cmp);
            1.01 * sorted[N_NEIGHBOURS[n - 2].min(sorted.len()) - 1]
        };
        distances.iter_mut().for_each(|distance| *distance = (1.0 - (*distance / reach).min(1.0).powi(3)).powi(3));
        let rows: Vec<([f64; 3], [f64; 2], f64)> = (self.arrows.iter().zip(distances))
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(arrow, weight)| {
                let offset = [arrow.from[0] - position[0], arrow.from[1] - position[1]];
                let displacement = [arrow.to[0] - arrow.from[0], arrow.to[1] - arrow.from[1]];
                ([1.0, offset[0], if n > 2 { offset[1] } else { 0.0 }], displacement, weight)
            })
            .collect();
        let mut normal = [[0.0; 3]; 3];
        let mut right = [[0.0; 2]; 3];
        for (x, d, weight) in &rows {
            for i in 0..n {
                (0..n).for_each(|j| normal[i][j] += weight * x[i] * x[j]);
                (0..2).for_each(|axis| right[i][axis] += weight * x[i] * d[axis]);
            }
        }
        let inverse = inverse(normal, n)?;
        let coefficient = |i: usize, axis: usize| (0..n).map(|j| inverse[i][j] * right[j][axis]).sum::<f64>();
        let coefficients: [[f64; 2]; 3] =
            std::array::from_fn(|i| std::array::from_fn(|axis| if i < n { coefficient(i, axis) } else { 0.0 }));
        let covariance = covariance_of_first(&rows, inverse, coefficients, n);
        let gradient = std::array::from_fn(|axis| [coefficients[1][axis], coefficients[2][axis]]);
        Some(Fit { displacement: coefficients[0], gradient, covariance })
    }

    fn inverse(&self, [[a, b], [c, d]]: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
        if self.n_dimensions == 1 {
            return (a.abs() > 0.0).then(|| [[a.recip(), 0.0], [0.0, 0.0]]);
        }
        let determinant = a * d - b * c;
        (determinant.abs() > 0.0).then(|| [[d / determinant, -b / determinant], [-c / determinant, a / determinant]])
    }

    /// Largest modulus of an eigenvalue of 1 + B.
    fn eigenvalue(&self, [[a, b], [c, d]]: [[f64; 2]; 2]) -> f64 {
        if self.n_dimensions == 1 {
            return (1.0 + a).abs();
        }
        let (half_trace, determinant) = (1.0 + 0.5 * (a + d), (1.0 + a) * (1.0 + d) - b * c);
        let discriminant = half_trace * half_trace - determinant;
        if discriminant < 0.0 { determinant.sqrt() } else { half_trace.abs() + discriminant.sqrt() }
    }
}

/// Covariance of the fitted displacement, from the residuals (White, Econometrica 48, 817 (1980)).
fn covariance_of_first(
    rows: &[([f64; 3], [f64; 2], f64)],
    inverse: [[f64; 3]; 3],
    coefficients: [[f64; 2]; 3],
    n: usize,
) -> [[f64; 2]; 2] {
    let mut covariance = [[0.0; 2]; 2];
    for (x, d, weight) in rows {
        let lever: f64 = (0..n).map(|i| inverse[0][i] * x[i]).sum::<f64>() * weight;
        let residual: [f64; 2] =
            std::array::from_fn(|axis| d[axis] - (0..n).map(|i| coefficients[i][axis] * x[i]).sum::<f64>());
        for i in 0..2 {
            (0..2).for_each(|j| covariance[i][j] += lever * lever * residual[i] * residual[j]);
        }
    }
    // Residuals of a fit with n coefficients are too small.
    let scale = rows.len() as f64 / rows.len().saturating_sub(n).max(1) as f64;
    covariance.map(|row| row.map(|entry| scale * entry))
}

/// The inverse of the leading n × n part by Gauss and Jordan; none if it is singular.
fn inverse(mut matrix: [[f64; 3]; 3], n: usize) -> Option<[[f64; 3]; 3]> {
    let mut inverse = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for i in 0..n {
        let pivot = matrix[i][i];
        // The matrix is a sum of squares: without pivoting, a vanishing pivot means that it is singular.
        if pivot <= 1e-12 * matrix[0][0].abs() {
            return None;
        }
        for j in 0..n {
            matrix[i][j] /= pivot;
            inverse[i][j] /= pivot;
        }
        for k in (0..n).filter(|&k| k != i) {
            let factor = matrix[k][i];
            for j in 0..n {
                matrix[k][j] -= factor * matrix[i][j];
                inverse[k][j] -= factor * inverse[i][j];
            }
        }
    }
    Some(inverse)
}

fn apply(m: [[f64; 2]; 2], v: [f64; 2]) -> [f64; 2] {
    m.map(|row| row[0] * v[0] + row[1] * v[1])
}

fn transpose([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    [[a, c], [b, d]]
}

fn product(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    transpose(transpose(b).map(|column| apply(a, column)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use ising_data::stream::{Purpose, stream};
    use rand::RngExt;

    fn arrows(from: impl Iterator<Item = [f64; 2]>, map: impl Fn([f64; 2]) -> [f64; 2]) -> Vec<Arrow> {
        from.map(|from| Arrow { from, to: map(from) }).collect()
    }

    #[test]
    fn along_a_line_the_attracting_zero_is_found_and_not_the_repelling_one() {
        // T' − T = −0.1 (T − 1)(T − 2.5)(T − 5): 2.5 repels, 1 and 5 attract; more starts lead to 5.
        let map = |[t, h]: [f64; 2]| [t - 0.1 * (t - 1.0) * (t - 2.5) * (t - 5.0), h];
        let point = fixed_point(&arrows((0..25).map(|i| [0.25 * f64::from(i), 0.5]), map)).unwrap();
        assert!((point.position[0] - 5.0).abs() < 0.1, "{point:?}");
        let derivative: f64 = 1.0 - 0.1 * 4.0 * 2.5;
        assert!((point.eigenvalue - derivative.abs()).abs() < 0.2, "{point:?}");
    }

    #[test]
    fn in_the_plane_a_linear_map_gives_its_fixed_point_and_eigenvalue_to_all_digits() {
        let map = |[t, h]: [f64; 2]| {
            let (t, h) = (t - 2.0, h - 0.75);
            [2.0 + 0.7 * t + 0.2 * h, 0.75 - 0.1 * t + 0.9 * h]
        };
        let grid = (0..100).map(|i| [0.5 * f64::from(i / 10), 0.5 * f64::from(i % 10)]);
        let point = fixed_point(&arrows(grid, map)).unwrap();
        assert!((point.position[0] - 2.0).abs() < 1e-9 && (point.position[1] - 0.75).abs() < 1e-9, "{point:?}");
        // λ² − 1.6 λ + 0.65 = 0: a pair of modulus √0.65 would need 0.64 < 0.65.
        assert!((point.eigenvalue - 0.65_f64.sqrt()).abs() < 1e-9, "{point:?}");
    }

    #[test]
    fn a_map_without_a_zero_has_no_fixed_point() {
        let map = |[t, h]: [f64; 2]| [t + 0.1, h];
        assert_eq!(fixed_point(&arrows((0..25).map(|i| [f64::from(i), 0.0]), map)), None);
        assert_eq!(fixed_point(&[]), None);
    }

    /// Noisy displacements: over 200 sets the zeros scatter as their errors say, to 20 % (some 4 standard errors of a
    /// standard deviation from 200 values; false-alarm rate 1e-4).
    #[test]
    fn the_error_of_a_zero_is_its_scatter() {
        let mut rng = stream(5, Purpose::Control, 0, 0);
        let mut noise = move || 0.2 * (rng.random::<f64>() - 0.5);
        let mut zeros = Vec::new();
        let mut variances = Vec::new();
        for _ in 0..200 {
            let arrows: Vec<Arrow> = (0..100)
                .map(|i| [0.5 * f64::from(i / 10), 0.5 * f64::from(i % 10)])
                .map(|[t, h]| Arrow {
                    from: [t, h],
                    to: [t - 0.3 * (t - 2.1) + noise(), h - 0.3 * (h - 1.9) + noise()],
                })
                .collect();
            let point = fixed_point(&arrows).unwrap();
            zeros.push(point.position[0]);
            variances.push(point.covariance[0][0]);
        }
        let scatter = statistics::variance(&zeros).value.sqrt();
        let stated = (variances.iter().sum::<f64>() / 200.0).sqrt();
        assert!((scatter / stated - 1.0).abs() < 0.2, "{scatter} {stated}");
        assert!((zeros.iter().sum::<f64>() / 200.0 - 2.1).abs() < 5.0 * scatter / 200f64.sqrt());
    }
}
