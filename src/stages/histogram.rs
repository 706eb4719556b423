//! Histograms of energy and magnetization, and their distance. Part of `flow`.

use std::collections::BTreeMap;

use ising_theory::Lattice;

/// Bond energy and magnetization of a configuration, with the sizes that make them densities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Observed {
    bond_energy: i64,
    magnetization: i64,
    n_sites: usize,
}

impl Observed {
    pub(super) fn new(lattice: Lattice, bond_energy: i64, magnetization: i64) -> Self {
        Self { bond_energy, magnetization, n_sites: lattice.n_sites() }
    }
}

/// A number that a configuration has.
pub(super) type Quantity = fn(Observed) -> f64;

/// The quantities of a long run, per site; the energy is that of the bonds alone.
pub(super) const QUANTITIES: [(&str, Quantity); 3] = [
    ("bond_energy_per_site", |seen| seen.bond_energy as f64 / seen.n_sites as f64),
    ("abs_magnetization_per_site", |seen| seen.magnetization.abs() as f64 / seen.n_sites as f64),
    ("magnetization_per_site", |seen| seen.magnetization as f64 / seen.n_sites as f64),
];

/// Total variation ½ Σ |p − q| between the laws of (E, |M|) of two sets of configurations; NaN if one is empty.
pub(super) fn total_variation(first: &[Observed], second: &[Observed]) -> f64 {
    if first.is_empty() || second.is_empty() {
        return f64::NAN;
    }
    let mut difference: BTreeMap<(i64, i64), f64> = BTreeMap::new();
    for (set, sign) in [(first, 1.0), (second, -1.0)] {
        for seen in set {
            *difference.entry((seen.bond_energy, seen.magnetization.abs())).or_default() += sign / set.len() as f64;
        }
    }
    0.5 * difference.values().map(|difference| difference.abs()).sum::<f64>()
}

/// The values that a quantity took, ascending.
pub(super) struct Histogram(Vec<f64>);

impl Histogram {
    pub(super) fn bins<'a>(seen: impl Iterator<Item = &'a Observed>, of: Quantity) -> Self {
        let mut values: Vec<f64> = seen.map(|&seen| of(seen)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        Self(values)
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// The fraction of configurations at every value; NaN of none.
    pub(super) fn fractions(&self, seen: &[Observed], of: Quantity) -> Vec<f64> {
        let mut counts = vec![0usize; self.0.len()];
        for &seen in seen {
            let value = of(seen);
            counts[self.0.partition_point(|bin| *bin < value)] += 1;
        }
        counts.into_iter().map(|count| count as f64 / seen.len() as f64).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn total_variation_is_half_the_sum_of_differences() {
        let lattice = Lattice::ring(4).unwrap();
        let seen = |e, m| Observed::new(lattice, e, m);
        let (a, b) = ([seen(-4, 4), seen(0, 2)], [seen(-4, -4), seen(0, 0), seen(0, 2), seen(0, 2)]);
        assert!((total_variation(&a, &b) - 0.25).abs() < 1e-15);
        assert!(total_variation(&a, &a).abs() < 1e-15 && total_variation(&a, &[]).is_nan());
        let bins = Histogram::bins(a.iter().chain(&b), QUANTITIES[0].1);
        assert_eq!((bins.values(), bins.fractions(&b, QUANTITIES[0].1)), (&[-1.0, 0.0][..], vec![0.25, 0.75]));
    }
}
