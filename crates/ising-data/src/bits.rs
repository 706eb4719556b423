//! Energies and magnetizations read off packed configurations, many spins a word.

use ising_theory::Lattice;

/// Total magnetization M = Σ sᵢ of a packed configuration.
pub(crate) fn magnetization(n_sites: usize, row: &[u8]) -> i64 {
    let n_up: u32 = row.chunks(8).map(|bytes| read_bits(bytes, 0, 8 * bytes.len()).count_ones()).sum();
    2 * i64::from(n_up) - n_sites as i64
}

/// Bond energy of a packed configuration of the lattice.
pub(crate) fn bond_energy(lattice: Lattice, row: &[u8]) -> i64 {
    -pair_sum(lattice, row, 1)
}

/// Σ sᵢsⱼ over the pairs at distance `r` along the axes, as many pairs as bonds: G(r) is its mean over `n_bonds`.
pub(crate) fn pair_sum(lattice: Lattice, row: &[u8], r: usize) -> i64 {
    let n_unlike = match lattice {
        Lattice::Square { side, .. } if side <= 64 => unlike_in_words(side, row, r % side),
        Lattice::Square { side, .. } => unlike_in_pieces([side, side], row, [r % side; 2]),
        Lattice::Ring { n_sites, .. } => unlike_in_pieces([n_sites, 1], row, [r % n_sites, 0]),
    };
    lattice.n_bonds() as i64 - 2 * i64::from(n_unlike)
}

/// Unlike pairs at distance `r` of a torus whose rows fit into a word.
fn unlike_in_words(side: usize, bytes: &[u8], r: usize) -> u32 {
    let mut rows = [0; 64];
    rows[..side].iter_mut().enumerate().for_each(|(y, row)| *row = read_bits(bytes, y * side, side));
    let wrapped = |row: u64| if r == 0 { row } else { row << r | row >> (side - r) };
    let within = u64::MAX >> (64 - side);
    let unlike = |y: usize| {
        let below = rows[if y + r < side { y + r } else { y + r - side }];
        ((rows[y] ^ wrapped(rows[y])) & within).count_ones() + (rows[y] ^ below).count_ones()
    };
    (0..side).map(unlike).sum()
}

/// Unlike pairs `across` to the right and `down`, row by row in pieces of 64 spins.
fn unlike_in_pieces([width, height]: [usize; 2], bytes: &[u8], [across, down]: [usize; 2]) -> u32 {
    let mut n_unlike = 0;
    for y in 0..height {
        for x in (0..width).step_by(64) {
            let n = (width - x).min(64);
            let spins = read_bits(bytes, y * width + x, n);
            n_unlike += (spins ^ read_cyclic(bytes, y * width, width, x + across, n)).count_ones();
            n_unlike += (spins ^ read_bits(bytes, (y + down) % height * width + x, n)).count_ones();
        }
    }
    n_unlike
}

/// Bits `x..x + n` (n ≤ 64) of the cyclic row of `width` bits that begins at bit `start`.
fn read_cyclic(bytes: &[u8], start: usize, width: usize, x: usize, n: usize) -> u64 {
    let x = x % width;
    match (x + n).checked_sub(width) {
        None | Some(0) => read_bits(bytes, start + x, n),
        Some(wrapped) => read_bits(bytes, start + x, n - wrapped) << wrapped | read_bits(bytes, start, wrapped),
    }
}

/// The `n` ≤ 64 bits that begin at bit `start` of a bit string, as a number: the first of them is its highest bit.
pub(crate) fn read_bits(bytes: &[u8], start: usize, n: usize) -> u64 {
    let from = &bytes[start / 8..];
    let window = match from.first_chunk() {
        Some(sixteen) => u128::from_be_bytes(*sixteen),
        None => {
            let mut window = [0; 16];
            window[..from.len()].copy_from_slice(from);
            u128::from_be_bytes(window)
        }
    };
    let first_64 = (window << (start % 8) >> 64) as u64;
    first_64.checked_shr(64 - n as u32).unwrap_or(0)
}

/// Appends bits to a string of bytes that begins as zeros.
pub(crate) struct BitWriter<'a> {
    bytes: &'a mut [u8],
    position: usize,
}

impl<'a> BitWriter<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Appends the lowest `n` ≤ 32 bits of `word`, highest first.
    pub(crate) fn push(&mut self, word: u32, n: usize) {
        let aligned = u64::from(word) << (64 - n - self.position % 8);
        for (byte, bits) in self.bytes[self.position / 8..].iter_mut().zip(aligned.to_be_bytes()).take(5) {
            *byte |= bits;
        }
        self.position += n;
    }
}

/// The bits of the last byte that lie behind the last of `n_sites` spins.
pub(crate) fn padding_mask(n_sites: usize) -> u8 {
    match n_sites % 8 {
        0 => 0,
        used => 0xff >> used,
    }
}
