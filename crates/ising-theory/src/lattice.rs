//! Lattices with periodic boundaries: sites, neighbours, bonds and energies.

/// A lattice needs an extent of at least two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lattice needs at least 2 sites in each direction, not {extent}")]
pub struct LatticeTooSmall {
    /// The extent asked for.
    pub extent: usize,
}

/// A periodic lattice of Ising spins, J = 1.
///
/// Sites of the square lattice are numbered row by row: site = row · L + column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lattice {
    /// Chain of `n_sites` spins closed to a ring: N sites, N bonds. Made by [`Lattice::ring`].
    #[non_exhaustive]
    Ring {
        /// Number of sites N ≥ 2 (N = 2 has a double bond).
        n_sites: usize,
    },
    /// L × L torus: L² sites, 2 L² bonds. Made by [`Lattice::square`].
    #[non_exhaustive]
    Square {
        /// Side L ≥ 2 (L = 2 has double bonds).
        side: usize,
    },
}

impl Lattice {
    /// A ring of `n_sites` ≥ 2 spins.
    ///
    /// # Errors
    /// [`LatticeTooSmall`] for fewer than two sites.
    pub const fn ring(n_sites: usize) -> Result<Self, LatticeTooSmall> {
        match n_sites {
            0 | 1 => Err(LatticeTooSmall { extent: n_sites }),
            _ => Ok(Self::Ring { n_sites }),
        }
    }

    /// A torus of `side` × `side` spins, `side` ≥ 2.
    ///
    /// # Errors
    /// [`LatticeTooSmall`] for a side below two.
    pub const fn square(side: usize) -> Result<Self, LatticeTooSmall> {
        match side {
            0 | 1 => Err(LatticeTooSmall { extent: side }),
            _ => Ok(Self::Square { side }),
        }
    }

    /// Numbers of rows and columns of sites: 1 × N on the ring, L × L on the torus.
    pub fn extents(self) -> [usize; 2] {
        match self {
            Self::Ring { n_sites } => [1, n_sites],
            Self::Square { side } => [side, side],
        }
    }

    /// Number of spins N.
    pub fn n_sites(self) -> usize {
        match self {
            Self::Ring { n_sites } => n_sites,
            Self::Square { side } => side * side,
        }
    }

    /// Number of bonds: N on the ring, 2 N on the torus.
    pub fn n_bonds(self) -> usize {
        self.n_sites() * self.coordination() / 2
    }

    /// Number of neighbours z of a site.
    pub fn coordination(self) -> usize {
        match self {
            Self::Ring { .. } => 2,
            Self::Square { .. } => 4,
        }
    }

    /// Neighbours of `site`: right, (down,) left, (up); the first half of them gives every bond once.
    pub fn neighbours(self, site: usize) -> impl Iterator<Item = usize> {
        let (all, n) = match self {
            Self::Ring { n_sites: n } => ([(site + 1) % n, (site + n - 1) % n, 0, 0], 2),
            Self::Square { side } => {
                let (row, column) = (site / side, site % side);
                let at = |row: usize, column: usize| (row % side) * side + column % side;
                let neighbours =
                    [at(row, column + 1), at(row + 1, column), at(row, column + side - 1), at(row + side - 1, column)];
                (neighbours, 4)
            }
        };
        all.into_iter().take(n)
    }

    /// All bonds (i, j), each once, sorted by their first site.
    pub fn bonds(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.n_sites())
            .flat_map(move |site| self.neighbours(site).take(self.coordination() / 2).map(move |other| (site, other)))
    }

    /// The site that lies from `site` as `by` lies from site 0.
    pub fn translated(self, site: usize, by: usize) -> usize {
        match self {
            Self::Ring { n_sites } => (site + by) % n_sites,
            Self::Square { side } => (site / side + by / side) % side * side + (site + by) % side,
        }
    }

    /// Distance of two sites the shorter way round, in lattice constants.
    pub fn distance(self, site: usize, other: usize) -> f64 {
        let squared = |a: usize, b: usize, n: usize| a.abs_diff(b).min(n - a.abs_diff(b)).pow(2);
        let sum = match self {
            Self::Ring { n_sites } => squared(site, other, n_sites),
            Self::Square { side } => {
                squared(site / side, other / side, side) + squared(site % side, other % side, side)
            }
        };
        (sum as f64).sqrt()
    }

    /// Bond energy −Σ₍ᵢⱼ₎ sᵢsⱼ of spins ±1, shape `[n_sites]`.
    pub fn bond_energy(self, spins: &[i8]) -> i64 {
        -self.bonds().map(|(i, j)| i64::from(spins[i]) * i64::from(spins[j])).sum::<i64>()
    }

    /// Total magnetization M = Σ sᵢ.
    pub fn magnetization(self, spins: &[i8]) -> i64 {
        spins.iter().map(|&s| i64::from(s)).sum()
    }

    /// Energy E = −Σ sᵢsⱼ − H Σ sᵢ.
    pub fn energy(self, spins: &[i8], field: f64) -> f64 {
        self.bond_energy(spins) as f64 - field * self.magnetization(spins) as f64
    }

    /// The name used in configs and files: `ring` or `square`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ring { .. } => "ring",
            Self::Square { .. } => "square",
        }
    }
}

impl std::fmt::Display for Lattice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ring { n_sites } => write!(f, "ring of {n_sites} sites"),
            Self::Square { side } => write!(f, "{side} x {side} torus"),
        }
    }
}
