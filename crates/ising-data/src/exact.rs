//! Exact, independent configurations, drawn row by row through the transfer matrix.

use ising_theory::Lattice;
use rayon::prelude::*;

use crate::bits::BitWriter;
use crate::progress::{OnDone, report};
use crate::row_weights::{MAX_SIDE, RowClass, RowWeights, Symmetry, row_classes};
use crate::stream::Xoroshiro;
use crate::{DataError, StatePoint};

/// Configurations drawn side by side, so that their memory accesses overlap.
const LANES: usize = 8;
/// Spins are decided by this many random bits, and by more in the rare case that these leave it open.
const DIGIT_BITS: u32 = 16;
/// Digits of a random word.
const DIGITS: usize = 4;

/// Whether [`sample_point`] can sample the lattice at finite temperatures.
pub(crate) fn supports(lattice: Lattice) -> bool {
    match lattice {
        Lattice::Ring { .. } => true,
        Lattice::Square { side, .. } => side <= MAX_SIDE,
    }
}

/// Fills `spins`, shape `[n_samples, ceil(n_sites / 8)]`, with configurations at one state point, 0 < T.
///
/// The first row is drawn from its marginal law over classes of rows, then the class's representative is continued spin
/// by spin, and a random symmetry is applied to the whole. Sample i depends on `key` and i only; `on_done` hears of 0 at every class
/// and at every few samples.
pub(crate) fn sample_point(
    lattice: Lattice,
    point: StatePoint,
    key: u64,
    spins: &mut [u8],
    on_done: OnDone<'_>,
) -> Result<(), DataError> {
    let weights = RowWeights::new(lattice, point);
    let first_rows = FirstRows::new(&weights, point.field() == 0.0);
    let row_bytes = lattice.n_sites().div_ceil(8);
    let mut members = vec![Vec::new(); first_rows.classes.len()];
    for sample in 0..spins.len() / row_bytes {
        members[first_rows.draw(key, sample).class].push(sample);
    }
    let classes = first_rows.classes.par_iter().zip(&members).filter(|(_, samples)| !samples.is_empty());
    let drawn = classes.map_init(
        || vec![0.0; (weights.height - 1) * weights.width * weights.n_states()],
        |table, (class, samples)| {
            report(on_done, 0)?;
            weights.conditionals(class.row, table);
            let chunks = samples.par_chunks(64 * LANES).map(|samples| {
                report(on_done, 0)?;
                let draws: Vec<_> = samples.iter().map(|&sample| first_rows.draw(key, sample)).collect();
                let mut packed = vec![0; samples.len() * row_bytes];
                let lanes = packed.chunks_mut(LANES * row_bytes).zip(draws.chunks(LANES));
                lanes.for_each(|(packed, draws)| continue_rows(&weights, class.row, table, draws, packed));
                Ok(packed)
            });
            Ok((samples, chunks.collect::<Result<Vec<_>, DataError>>()?.concat()))
        },
    );
    for (samples, packed) in drawn.collect::<Result<Vec<_>, DataError>>()? {
        for (sample, row) in samples.iter().zip(packed.chunks_exact(row_bytes)) {
            spins[sample * row_bytes..][..row_bytes].copy_from_slice(row);
        }
    }
    Ok(())
}

/// The marginal law of the first row.
struct FirstRows {
    classes: Vec<RowClass>,
    /// Running sums of the probabilities of the classes, shape `[n_classes]`.
    cumulative: Vec<f64>,
    width: usize,
    /// Without a field all spins may be reversed.
    reversal: bool,
}

/// One configuration to be drawn: its generator, the class of its first row and its symmetry.
struct Draw {
    rng: Xoroshiro,
    class: usize,
    symmetry: Symmetry,
}

impl FirstRows {
    fn new(weights: &RowWeights, reversal: bool) -> Self {
        let classes = row_classes(weights.width, reversal);
        let ln_weight = |class: &RowClass| (class.size as f64).ln() + weights.ln_weight(class.row);
        let ln_weights: Vec<f64> = classes.par_iter().map(ln_weight).collect();
        let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = ln_weights.iter().map(|w| (w - largest).exp()).sum();
        let running = ln_weights.iter().scan(0.0, |sum, w| {
            *sum += (w - largest).exp();
            Some(*sum / total)
        });
        Self { cumulative: running.collect(), classes, width: weights.width, reversal }
    }

    /// Begins a configuration; the same each time.
    fn draw(&self, key: u64, sample: usize) -> Draw {
        let mut rng = Xoroshiro::new(key, sample as u64);
        let u = rng.uniform();
        let class = self.cumulative.partition_point(|&c| c <= u).min(self.classes.len() - 1);
        let symmetry = Symmetry::new(rng.below(Symmetry::count(self.width, self.reversal)), self.width);
        Draw { rng, class, symmetry }
    }
}

/// Draws the rows behind `first` for up to [`LANES`] configurations and packs them, shape `[lanes, ceil(n_sites / 8)]`.
fn continue_rows(weights: &RowWeights, first: u32, table: &[f64], draws: &[Draw], packed: &mut [u8]) {
    let (width, n_states) = (weights.width, weights.n_states());
    let mut writers: Vec<_> = packed.chunks_mut(packed.len() / draws.len()).map(BitWriter::new).collect();
    let mut push = |frontier: &[usize; LANES]| {
        for ((writer, draw), &row) in writers.iter_mut().zip(draws).zip(frontier) {
            writer.push(draw.symmetry.apply(row as u32, width), width);
        }
    };
    // Lanes without a configuration of their own follow the first one.
    let mut rngs: [Xoroshiro; LANES] = std::array::from_fn(|lane| draws.get(lane).unwrap_or(&draws[0]).rng);
    let mut frontier = [first as usize; LANES];
    push(&frontier);
    for row in table.chunks_exact(width * n_states) {
        let mut first_site = 0;
        for sites in row.chunks(DIGITS * n_states) {
            let mut digits: [u64; LANES] = std::array::from_fn(|lane| rngs[lane].next());
            for (i, p_up) in sites.chunks_exact(n_states).enumerate() {
                let bit = width - 1 - first_site - i;
                for lane in 0..LANES {
                    let up = decide(p_up[frontier[lane]], digits[lane] & ((1 << DIGIT_BITS) - 1), &mut rngs[lane]);
                    digits[lane] >>= DIGIT_BITS;
                    frontier[lane] = frontier[lane] & !(1 << bit) | up << bit;
                }
            }
            first_site += DIGITS;
        }
        push(&frontier);
    }
}

/// 1 with probability P, given as 1 + P, for a uniform digit; the 36 bits behind it are drawn only where they matter.
///
/// Numbers in [1, 2] are ordered as their bits are, and these hold P to 2⁻⁵³.
#[inline(always)]
fn decide(one_plus_p: f64, digit: u64, rng: &mut Xoroshiro) -> usize {
    const REST_BITS: u32 = f64::MANTISSA_DIGITS - 1 - DIGIT_BITS;
    let gap = one_plus_p.to_bits().wrapping_sub(1.0_f64.to_bits() | digit << REST_BITS);
    if gap >> REST_BITS == 0 {
        return usize::from(rng.next() >> (u64::BITS - REST_BITS) < gap);
    }
    // From the sign bit: a branch would be mispredicted half of the time.
    (gap >> 63) as usize ^ 1
}
