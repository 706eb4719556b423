//! Block-spin maps: the renormalization group on configurations.

use ising_theory::Lattice;
use rand::Rng;

use crate::stream::{Purpose, stream};
use crate::{DataError, PackedSpins};

/// The spin of each block of `b` sites (ring) or `b` × `b` sites (torus) is that of its majority; ties are fair.
///
/// Ties of sample i are drawn from (seed, i).
///
/// # Errors
/// [`DataError::Block`] unless `b` divides the extent and leaves at least two blocks; [`DataError::Shape`] for configurations of
/// another number of sites.
pub fn majority(
    lattice: Lattice,
    spins: &PackedSpins,
    b: usize,
    seed: u64,
) -> Result<(Lattice, PackedSpins), DataError> {
    spins.check_sites(lattice)?;
    let blocked = blocked_lattice(lattice, b)?;
    let mut values = Vec::with_capacity(spins.n_samples() * blocked.n_sites());
    for sample in 0..spins.n_samples() {
        let mut rng = stream(seed, Purpose::BlockSpin, 0, sample as u64);
        let spins = spins.to_i8(sample)?;
        values.extend((0..blocked.n_sites()).map(|block| {
            let sum: i32 = block_sites(lattice, b, block).map(|site| i32::from(spins[site])).sum();
            match sum {
                0 => [-1.0, 1.0][(rng.next_u32() >> 31) as usize],
                sum => sum as f32,
            }
        }));
    }
    Ok((blocked, PackedSpins::from_f32(blocked.n_sites(), &values)?))
}

/// Keeps the first site of each block of `b` sites (ring) or `b` × `b` sites (torus).
///
/// # Errors
/// As [`majority`].
pub fn decimation(lattice: Lattice, spins: &PackedSpins, b: usize) -> Result<(Lattice, PackedSpins), DataError> {
    spins.check_sites(lattice)?;
    let blocked = blocked_lattice(lattice, b)?;
    let kept: Vec<usize> = (0..blocked.n_sites()).flat_map(|block| block_sites(lattice, b, block).next()).collect();
    Ok((blocked, spins.take_sites(&kept)))
}

/// The lattice of the blocks.
fn blocked_lattice(lattice: Lattice, b: usize) -> Result<Lattice, DataError> {
    let blocked = match lattice {
        Lattice::Ring { n_sites, .. } if b > 0 && n_sites.is_multiple_of(b) => Lattice::ring(n_sites / b).ok(),
        Lattice::Square { side, .. } if b > 0 && side.is_multiple_of(b) => Lattice::square(side / b).ok(),
        _ => None,
    };
    blocked.ok_or(DataError::Block { lattice, b })
}

/// The sites of a block, the one with the lowest coordinates first.
fn block_sites(lattice: Lattice, b: usize, block: usize) -> impl Iterator<Item = usize> {
    let (first, height, side) = match lattice {
        Lattice::Ring { .. } => (block * b, 1, 0),
        Lattice::Square { side, .. } => {
            let blocks = side / b;
            (block / blocks * b * side + block % blocks * b, b, side)
        }
    };
    (0..height).flat_map(move |y| (0..b).map(move |x| first + y * side + x))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn blocks_of_a_torus() {
        let lattice = Lattice::square(4).unwrap();
        let rows = [1, 1, -1, 1, 1, -1, -1, -1, 1, -1, 1, 1, -1, 1, 1, -1].map(|s: i8| f32::from(s));
        let spins = PackedSpins::from_f32(16, &rows.repeat(1000)).unwrap();
        let (blocked, majority) = majority(lattice, &spins, 2, 1).unwrap();
        assert_eq!(blocked, Lattice::square(2).unwrap());
        let ties_up = (0..1000).filter(|&i| majority.to_i8(i).unwrap()[2] == 1).count();
        assert!((0..1000).all(|i| majority.to_i8(i).unwrap()[..2] == [1, -1] && majority.to_i8(i).unwrap()[3] == 1));
        // Fair ties: 500 ± 16, within 5 σ (false-alarm rate 6e-7, the seed is fixed).
        assert!((420..580).contains(&ties_up), "{ties_up}");
        assert_eq!(decimation(lattice, &spins, 2).unwrap().1.to_i8(0).unwrap(), [1, -1, 1, 1]);
    }

    #[test]
    fn blocks_of_a_ring() {
        let spins = PackedSpins::from_f32(6, &[1.0, 1.0, -1.0, -1.0, -1.0, 1.0]).unwrap();
        let ring = Lattice::ring(6).unwrap();
        assert_eq!(majority(ring, &spins, 3, 1).unwrap().1.to_i8(0).unwrap(), [1, -1]);
        assert_eq!(decimation(ring, &spins, 2).unwrap().1.to_i8(0).unwrap(), [1, -1, -1]);
        for b in [0, 4, 6] {
            assert!(matches!(decimation(ring, &spins, b), Err(DataError::Block { .. })));
        }
    }
}
