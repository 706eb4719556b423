//! States of one periodic row of L spins (bit set: up) and their classes under the symmetries of the torus.

/// What a row adds: its spins up and its unsatisfied horizontal bonds.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) state: usize,
    pub(super) n_up: usize,
    pub(super) n_walls: usize,
}

impl Row {
    pub(super) fn new(side: usize, state: usize) -> Self {
        let walls = state ^ rotate(side, state);
        Self { state, n_up: state.count_ones() as usize, n_walls: walls.count_ones() as usize }
    }
}

/// Rows that translations, reflection (and, where asked for, the flip of all spins) turn into one another.
pub(super) struct RowClass {
    /// The smallest member.
    pub(super) state: usize,
    /// Members reached without a flip.
    pub(super) n_rows: usize,
    /// Members reached only by the flip.
    pub(super) n_flipped: usize,
}

/// Classes under translations and reflection, up and down kept apart.
pub(super) fn classes(side: usize) -> Vec<RowClass> {
    let states = 0..1 << side;
    states.filter_map(|state| orbit_from(side, state).map(|n_rows| RowClass { state, n_rows, n_flipped: 0 })).collect()
}

/// Classes under translations, reflection and the flip of all spins.
pub(super) fn classes_with_flip(side: usize) -> Vec<RowClass> {
    let mask = (1 << side) - 1;
    let merged = |class: RowClass| {
        let mirror = orbit(side, !class.state & mask).min()?;
        (mirror >= class.state).then(|| {
            let n_flipped = if mirror == class.state { 0 } else { class.n_rows };
            RowClass { n_flipped, ..class }
        })
    };
    classes(side).into_iter().filter_map(merged).collect()
}

/// Size of the orbit of `state` if it is its smallest member.
fn orbit_from(side: usize, state: usize) -> Option<usize> {
    let mut members: Vec<usize> = orbit(side, state).collect();
    members.sort_unstable();
    members.dedup();
    (members[0] == state).then_some(members.len())
}

fn orbit(side: usize, state: usize) -> impl Iterator<Item = usize> {
    let reflected = (0..side).filter(|bit| state >> bit & 1 == 1).map(|bit| 1 << (side - 1 - bit)).sum();
    [state, reflected]
        .into_iter()
        .flat_map(move |start| std::iter::successors(Some(start), move |&state| Some(rotate(side, state))).take(side))
}

/// Mean of s_i s_{i + distance} along a row.
pub(super) fn pair_product(side: usize, state: usize, distance: usize) -> f64 {
    let shifted = (0..distance % side).fold(state, |state, _| rotate(side, state));
    1.0 - 2.0 * f64::from((state ^ shifted).count_ones()) / side as f64
}

fn rotate(side: usize, state: usize) -> usize {
    (state >> 1) | ((state & 1) << (side - 1))
}
