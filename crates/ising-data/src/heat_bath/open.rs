//! Lanes of a group that random digits have not decided.

use super::{GROUP, LANES, Lanes, Site};
use crate::simd::{Plane, ones};

/// Lanes of a group that random digits have not decided.
#[derive(Default)]
pub(super) struct Open {
    /// Lanes in which the first digit of a site is open; the first two sites of a lane have taken second digits.
    pub(super) sites: [Plane; GROUP],
    /// Lanes in which those second digits are open too.
    pub(super) second: [Plane; 2],
    /// Lanes in which some site is not decided.
    pub(super) rest: Plane,
}

impl Open {
    /// Decides the rest one by one; `left` are the probabilities of up after one and after two open digits.
    #[inline(never)]
    pub(super) fn decide(&self, lanes: &mut Lanes, sites: &[Site; GROUP], left: &[[[f64; LANES]; 5]; 2]) {
        for lane in self.rest.lanes() {
            let open = (0..GROUP).fold(0, |open, i| open | u64::from(self.sites[i].has(lane)) << i);
            for (rank, i) in ones(open).enumerate() {
                let left = match self.second.get(rank) {
                    Some(second) if second.has(lane) => &left[1],
                    Some(_) => continue,
                    None => &left[0],
                };
                let n_up = sites[i].neighbours.iter().filter(|&&i| lanes.planes[i].has(lane)).count();
                let up = lanes.rest.uniform() < left[n_up][lane];
                lanes.planes[sites[i].plane].set(lane, up);
            }
        }
    }
}
