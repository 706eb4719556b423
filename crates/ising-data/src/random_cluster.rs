//! The random-cluster (Fortuin-Kasteleyn) representation of the Ising model with a ghost spin for the field.
//!
//! A bond between spins is open with probability p = 1 − e^{−2K} where the spins agree; every spin has a bond to the
//! ghost, which points along the field, with p = 1 − e^{−2|h|}. Given the open bonds, the ghost's cluster follows the
//! field and every other cluster is up or down with probability ½.

use ising_theory::Lattice;

use crate::StatePoint;
use crate::bits::BitWriter;
use crate::stream::Xoroshiro;

/// The bit of a spin's bond to the ghost, behind those of its up to four neighbours.
const GHOST: u8 = 1 << 4;

/// A bond of a site, to its neighbour number `direction` or to the ghost.
#[derive(Clone, Copy)]
pub(crate) enum Bond {
    Neighbour { site: usize, direction: usize },
    Ghost { site: usize },
}

/// A lattice as its clusters are searched, with the probabilities of its bonds at a state point.
pub(crate) struct ClusterModel {
    /// Neighbours of each site: right, (down,) left, (up), and zeros behind.
    neighbours: Vec<[u32; 4]>,
    /// Number of neighbours.
    coordination: usize,
    /// Probability 1 − e^{−2K} of a bond between equal spins.
    p_bond: f64,
    /// Probability 1 − e^{−2|h|} of a bond to the ghost.
    p_ghost: f64,
    /// The ghost is up.
    pub(crate) ghost_up: bool,
}

impl ClusterModel {
    /// The clusters of a lattice at a state point with 0 < T.
    pub(crate) fn new(lattice: Lattice, point: StatePoint) -> Self {
        let p = |energy: f64| -(-2.0 * energy * point.beta()).exp_m1();
        Self {
            neighbours: (0..lattice.n_sites()).map(|site| neighbours(lattice, site)).collect(),
            coordination: lattice.coordination(),
            p_bond: p(1.0),
            p_ghost: p(point.field().abs()),
            ghost_up: point.field() > 0.0,
        }
    }

    /// Number of sites.
    pub(crate) fn n_sites(&self) -> usize {
        self.neighbours.len()
    }

    /// All bonds, each once; those to the ghost only in a field.
    pub(crate) fn bonds(&self) -> impl Iterator<Item = Bond> + use<'_> {
        let in_field = self.p_ghost > 0.0;
        (0..self.n_sites()).flat_map(move |site| {
            let own = (0..self.coordination / 2).map(move |direction| Bond::Neighbour { site, direction });
            own.chain(in_field.then_some(Bond::Ghost { site }))
        })
    }

    /// The site of a bond, and the one at its other end unless that is the ghost.
    pub(crate) fn ends(&self, bond: Bond) -> (usize, Option<usize>) {
        match bond {
            Bond::Neighbour { site, direction } => (site, Some(self.neighbours[site][direction] as usize)),
            Bond::Ghost { site } => (site, None),
        }
    }

    /// Probability that a bond between connected ends is open.
    pub(crate) fn probability(&self, bond: Bond) -> f64 {
        match bond {
            Bond::Neighbour { .. } => self.p_bond,
            Bond::Ghost { .. } => self.p_ghost,
        }
    }

    /// Draws a spin for each cluster of `bonds`, as bits of a row that begins as zeros.
    pub(crate) fn draw_spins(&self, bonds: &OpenBonds, rng: &mut Xoroshiro, search: &mut Search, row: &mut [u8]) {
        let mut up = vec![None; self.n_sites()];
        for site in 0..self.n_sites() {
            if up[site].is_none() {
                let has_ghost = search.cluster(self, bonds, site);
                let fair = rng.next() & 1 == 1;
                let value = if has_ghost { self.ghost_up } else { fair };
                search.found().iter().for_each(|&site| up[site as usize] = Some(value));
            }
        }
        let mut writer = BitWriter::new(row);
        up.iter().for_each(|&up| writer.push(u32::from(up == Some(true)), 1));
    }
}

fn neighbours(lattice: Lattice, site: usize) -> [u32; 4] {
    let mut padded = [0; 4];
    padded.iter_mut().zip(lattice.neighbours(site)).for_each(|(slot, neighbour)| *slot = neighbour as u32);
    padded
}

/// Open bonds: of each site one bit for each of its neighbours, and [`GHOST`].
#[derive(Clone, PartialEq)]
pub(crate) struct OpenBonds(Vec<u8>);

impl OpenBonds {
    /// No bond open.
    pub(crate) fn none(model: &ClusterModel) -> Self {
        Self(vec![0; model.n_sites()])
    }

    /// Every bond open.
    pub(crate) fn all(model: &ClusterModel) -> Self {
        let ghost = if model.p_ghost > 0.0 { GHOST } else { 0 };
        Self(vec![((1 << model.coordination) - 1) | ghost; model.n_sites()])
    }

    /// Opens or closes a bond.
    pub(crate) fn set(&mut self, model: &ClusterModel, bond: Bond, open: bool) {
        match bond {
            Bond::Neighbour { site, direction } => {
                let other = model.neighbours[site][direction] as usize;
                let n = model.coordination;
                set_bit(&mut self.0[site], 1 << direction, open);
                set_bit(&mut self.0[other], 1 << ((direction + n / 2) % n), open);
            }
            Bond::Ghost { site } => set_bit(&mut self.0[site], GHOST, open),
        }
    }

    fn has_ghost(&self, site: usize) -> bool {
        self.0[site] & GHOST != 0
    }
}

fn set_bit(bits: &mut u8, bit: u8, on: bool) {
    *bits = if on { *bits | bit } else { *bits & !bit };
}

/// Breadth-first search over open bonds, with its memory.
pub(crate) struct Search {
    /// Who reached a site last: a number that grows from search to search.
    reached_by: Vec<u32>,
    last: u32,
    found: [Vec<u32>; 2],
}

impl Search {
    pub(crate) fn new(model: &ClusterModel) -> Self {
        Self { reached_by: vec![0; model.n_sites()], last: 0, found: [Vec::new(), Vec::new()] }
    }

    /// Sites of the cluster found last.
    fn found(&self) -> &[u32] {
        &self.found[0]
    }

    /// Finds the cluster of a site; true if the ghost belongs to it.
    fn cluster(&mut self, model: &ClusterModel, bonds: &OpenBonds, site: usize) -> bool {
        self.begin(site, None);
        let mut next = 0;
        let mut has_ghost = bonds.has_ghost(site);
        while let Some(&site) = self.found[0].get(next) {
            next += 1;
            self.visit(model, bonds, site as usize, 0, &mut has_ghost);
        }
        has_ghost
    }

    /// Whether the ends of a closed bond are connected, be it through the ghost.
    ///
    /// Searches from both ends in turn: the smaller cluster decides.
    pub(crate) fn connects(&mut self, model: &ClusterModel, bonds: &OpenBonds, bond: Bond) -> bool {
        let (a, b) = model.ends(bond);
        self.begin(a, b);
        let mut has_ghost = [bonds.has_ghost(a), b.is_none_or(|b| bonds.has_ghost(b))];
        let mut next = [0; 2];
        if b == Some(a) {
            return true;
        }
        while has_ghost != [true; 2] {
            for side in 0..2 {
                if has_ghost[side] {
                    continue;
                }
                let Some(&site) = self.found[side].get(next[side]) else { return false };
                next[side] += 1;
                if self.visit(model, bonds, site as usize, side, &mut has_ghost[side]) {
                    return true;
                }
            }
        }
        true
    }

    fn begin(&mut self, a: usize, b: Option<usize>) {
        if self.last > u32::MAX - 2 {
            self.reached_by.fill(0);
            self.last = 0;
        }
        self.last += 2;
        for (side, site) in [Some(a), b].into_iter().enumerate() {
            self.found[side].clear();
            self.found[side].extend(site.map(|site| site as u32));
            site.into_iter().for_each(|site| self.reached_by[site] = self.last + side as u32 - 1);
        }
    }

    /// Reaches the neighbours of a site from one side; true if the other side has been there.
    fn visit(
        &mut self,
        model: &ClusterModel,
        bonds: &OpenBonds,
        site: usize,
        side: usize,
        has_ghost: &mut bool,
    ) -> bool {
        let (own, others) = (self.last + side as u32 - 1, self.last - side as u32);
        let mut open = bonds.0[site] & !GHOST;
        while open != 0 {
            let neighbour = model.neighbours[site][open.trailing_zeros() as usize];
            open &= open - 1;
            let reached_by = &mut self.reached_by[neighbour as usize];
            if *reached_by == others {
                return true;
            }
            if *reached_by != own {
                *reached_by = own;
                *has_ghost |= bonds.has_ghost(neighbour as usize);
                self.found[side].push(neighbour);
            }
        }
        false
    }
}
