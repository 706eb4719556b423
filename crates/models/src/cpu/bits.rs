//! Spins as bits: words of 32 sites as they come, selectors of four sites or four rows as the products want them.

/// Sites in a word of packed spins; site i is bit i mod 32 of word i / 32, 1 = up.
pub(super) const WORD: usize = 32;

/// Selectors in a word.
pub(super) const SELECTORS: usize = WORD / 4;

/// The eight selectors of a word: its groups of four bits, each in a byte.
#[inline(always)]
pub(super) fn spread(word: u32) -> [u8; SELECTORS] {
    let x = u64::from(word);
    let x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    let x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
    let x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    x.to_le_bytes()
}

/// The inverse of [`spread`].
#[inline(always)]
pub(super) fn gather(selectors: [u8; SELECTORS]) -> u32 {
    let x = u64::from_le_bytes(selectors);
    let x = (x | x >> 4) & 0x00ff_00ff_00ff_00ff;
    let x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
    (x | x >> 16) as u32
}

/// Turns the selectors of four units in each of four rows into selectors of the four rows for each unit.
#[inline(always)]
pub(super) fn transpose(rows: [u8; 4]) -> [u8; 4] {
    let [a, b, c, d] = rows;
    let x = u32::from(a & 15) | u32::from(b & 15) << 4 | u32::from(c & 15) << 8 | u32::from(d & 15) << 12;
    // Two exchanges transpose a 4 x 4 matrix of bits.
    let t = (x ^ x >> 3) & 0x0a0a;
    let x = x ^ t ^ t << 3;
    let t = (x ^ x >> 6) & 0x00cc;
    let x = x ^ t ^ t << 6;
    [x as u8 & 15, (x >> 4) as u8 & 15, (x >> 8) as u8 & 15, (x >> 12) as u8 & 15]
}

/// Number of ones among four bits.
#[inline(always)]
pub(super) fn count(selector: u8) -> u32 {
    let pairs = selector - (selector >> 1 & 5);
    u32::from((pairs & 3) + (pairs >> 2))
}

/// Selectors of rows, shape `[n_rows / 4, 4 · stride]`, from selectors of units, shape `[n_rows, stride]`.
#[inline(always)]
pub(super) fn signs(selectors: &[u8], stride: usize, signs: &mut [u8]) {
    for (rows, signs) in selectors.chunks_exact(4 * stride).zip(signs.chunks_exact_mut(4 * stride)) {
        let (a, rest) = rows.split_at(stride);
        let (b, rest) = rest.split_at(stride);
        let (c, d) = rest.split_at(stride);
        for (signs, (((a, b), c), d)) in signs.as_chunks_mut().0.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
            *signs = transpose([*a, *b, *c, *d]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_the_nibbles_of_a_word() {
        assert_eq!(spread(0x8765_4321), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(gather(spread(0xdead_beef)), 0xdead_beef);
    }

    #[test]
    fn transposition_exchanges_rows_and_units() {
        for seed in 0..1000u32 {
            let rows = seed.wrapping_mul(0x9e37_79b1).to_le_bytes().map(|byte| byte & 15);
            let transposed = transpose(rows);
            for (row, selector) in rows.iter().enumerate() {
                for (unit, transposed) in transposed.iter().enumerate() {
                    assert_eq!(selector >> unit & 1, transposed >> row & 1);
                }
            }
        }
    }
}
