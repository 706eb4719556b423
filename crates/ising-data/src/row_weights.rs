//! The transfer matrix of a row: T = D V with D the weights inside a row, V the bonds between two rows.

use ising_theory::Lattice;

use crate::StatePoint;

/// Largest side of the torus whose rows the transfer matrix holds.
pub(crate) const MAX_SIDE: usize = 12;

/// Boltzmann weights of the rows of a lattice, all relative to the aligned state and therefore ≤ 1.
///
/// A ring is a lattice of rows of one site. The state of a row is a number, its first site the highest bit. Since the
/// aligned state has weight 1, sums over configurations lie between 1 and 2^N, and no typical weight underflows.
pub(crate) struct RowWeights {
    /// Sites of a row.
    pub(crate) width: usize,
    /// Number of rows.
    pub(crate) height: usize,
    /// Weight e^{−2K} of an unsatisfied bond between rows.
    unlike: f64,
    /// D(r) = exp(−2K · unsatisfied bonds − 2|h| · spins against the field), shape `[2^width]`.
    within: Vec<f64>,
}

impl RowWeights {
    /// Weights at a state point with 0 < T.
    pub(crate) fn new(lattice: Lattice, point: StatePoint) -> Self {
        let (width, height) = match lattice {
            Lattice::Ring { n_sites, .. } => (1, n_sites),
            Lattice::Square { side, .. } => (side, side),
        };
        let (beta, field) = (point.beta(), point.field());
        let within = (0..1_u32 << width).map(|row| {
            let n_up = row.count_ones();
            let n_against = if field > 0.0 { width as u32 - n_up } else { n_up };
            let n_unlike = (row ^ rotate(row, 1, width)).count_ones();
            (-2.0 * beta * (f64::from(n_unlike) + field.abs() * f64::from(n_against))).exp()
        });
        Self { width, height, unlike: (-2.0 * beta).exp(), within: within.collect() }
    }

    /// Number of states of a row, 2^width.
    pub(crate) fn n_states(&self) -> usize {
        self.within.len()
    }

    /// ln of the summed weight of all configurations whose first row is `first`: ln (D V)ᴴ₍ᵣᵣ₎, from half the rows,
    /// since D V is symmetric but for a factor.
    pub(crate) fn ln_weight(&self, first: u32) -> f64 {
        let mut ln_scale = 0.0;
        let mut half = self.beyond(first);
        for _ in 1..self.height / 2 {
            ln_scale += 2.0 * self.weigh(&mut half);
            self.cross(&mut half);
        }
        let mut rest = half.clone();
        if !self.height.is_multiple_of(2) {
            ln_scale += self.weigh(&mut rest);
            self.cross(&mut rest);
        }
        let sum: f64 = half.iter().zip(&self.within).zip(&rest).map(|((a, d), b)| a * d * b).sum();
        (self.within[first as usize] * sum).ln() + ln_scale
    }

    /// 1 + P(spin up | the spins drawn so far) for every row but the first, which is `first`, and the rows closed
    /// to a ring: shape `[height − 1, width, 2^width]`, in the order in which spins are drawn.
    ///
    /// The last index is the frontier: a row whose sites are replaced, from the highest bit on, by those of the next.
    pub(crate) fn conditionals(&self, first: u32, table: &mut [f64]) {
        let n = self.n_states();
        let mut ahead = self.beyond(first);
        for row in table.chunks_exact_mut(self.width * n).rev() {
            self.weigh(&mut ahead);
            for (bit, up) in row.chunks_exact_mut(n).rev().enumerate() {
                self.choose(&mut ahead, bit, up);
            }
        }
    }

    /// V applied to the unit vector of `row`.
    fn beyond(&self, row: u32) -> Vec<f64> {
        let mut values = vec![0.0; self.n_states()];
        values[row as usize] = 1.0;
        self.cross(&mut values);
        values
    }

    /// values ← D · values, divided by its largest entry; returns the logarithm of that.
    fn weigh(&self, values: &mut [f64]) -> f64 {
        let mut largest = 0.0_f64;
        for (value, weight) in values.iter_mut().zip(&self.within) {
            *value *= weight;
            largest = if *value > largest { *value } else { largest };
        }
        if largest > 0.0 {
            let factor = 1.0 / largest;
            values.iter_mut().for_each(|value| *value *= factor);
        }
        largest.ln()
    }

    /// values ← V · values: one two-term butterfly a site, V being a Kronecker product of (1, e^{−2K}; e^{−2K}, 1).
    fn cross(&self, values: &mut [f64]) {
        for bit in 0..self.width {
            for pair in values.chunks_exact_mut(2 << bit) {
                let (down, up) = pair.split_at_mut(1 << bit);
                for (d, u) in down.iter_mut().zip(up) {
                    (*d, *u) = (*d + self.unlike * *u, *u + self.unlike * *d);
                }
            }
        }
    }

    /// One butterfly of [`RowWeights::cross`], with 1 + the share of its upper terms in `up`, shape `[2^width]`.
    fn choose(&self, values: &mut [f64], bit: usize, up: &mut [f64]) {
        for (pair, share) in values.chunks_exact_mut(2 << bit).zip(up.chunks_exact_mut(2 << bit)) {
            let (down, up) = pair.split_at_mut(1 << bit);
            let (below_down, below_up) = share.split_at_mut(1 << bit);
            for (((d, u), p_down), p_up) in down.iter_mut().zip(up).zip(below_down).zip(below_up) {
                let (from_down, from_up) = (self.unlike * *u, *u);
                (*d, *u) = (*d + from_down, *u + self.unlike * *d);
                *p_down = 1.0 + from_down / *d;
                *p_up = 1.0 + from_up / *u;
            }
        }
    }
}

/// A class of rows that translations and reflections (and, without a field, the reversal of all spins) map on each other.
pub(crate) struct RowClass {
    /// The smallest row of the class.
    pub(crate) row: u32,
    /// Number of rows in the class.
    pub(crate) size: usize,
}

/// A symmetry of the lattice that acts on all rows alike.
#[derive(Clone, Copy)]
pub(crate) struct Symmetry {
    shift: usize,
    reflect: bool,
    reverse: bool,
}

impl Symmetry {
    /// Number of symmetries of rows of `width` sites, with or without the reversal of all spins.
    pub(crate) fn count(width: usize, reversal: bool) -> usize {
        2 * width * if reversal { 2 } else { 1 }
    }

    /// Symmetry number `index` below [`Symmetry::count`].
    pub(crate) fn new(index: usize, width: usize) -> Self {
        Self { shift: index % width, reflect: index / width % 2 == 1, reverse: index / (2 * width) == 1 }
    }

    /// The image of a row.
    pub(crate) fn apply(self, row: u32, width: usize) -> u32 {
        let row = if self.reflect { row.reverse_bits() >> (32 - width) } else { row };
        let row = if self.reverse { !row & mask(width) } else { row };
        rotate(row, self.shift, width)
    }
}

/// The classes of all rows of `width` sites.
pub(crate) fn row_classes(width: usize, reversal: bool) -> Vec<RowClass> {
    let mut size = vec![0; 1 << width];
    for row in 0..1 << width {
        let images = (0..Symmetry::count(width, reversal)).map(|i| Symmetry::new(i, width).apply(row, width));
        size[images.fold(row, u32::min) as usize] += 1;
    }
    (0..).zip(size).filter(|&(_, size)| size > 0).map(|(row, size)| RowClass { row, size }).collect()
}

/// Rotates the lowest `width` bits to the left.
fn rotate(row: u32, shift: usize, width: usize) -> u32 {
    (row << shift | row >> (width - shift)) & mask(width)
}

fn mask(width: usize) -> u32 {
    (1 << width) - 1
}
