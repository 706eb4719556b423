//! Correlations against enumeration of all configurations.
//!
//! All seeds are fixed. Values compared with exact ones fail beyond 4.5 standard errors, at a rate of 7e-6 each.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::f64::consts::TAU;

use ising_data::stream::Purpose;
use ising_data::{
    Correlations, PackedSpins, StatePoint, correlation_at, correlations, largest_distance, power_spectrum, sample,
    structure_factor, two_point_function,
};
use ising_theory::Lattice;
use statistics::{Estimate, mean, variance};

fn lattices() -> [Lattice; 2] {
    [Lattice::square(3).unwrap(), Lattice::ring(6).unwrap()]
}

/// Every configuration of the lattice, by itself.
fn configurations(lattice: Lattice) -> impl Iterator<Item = (Vec<i8>, PackedSpins)> {
    let n = lattice.n_sites();
    (0..1_u32 << n).map(move |bits| {
        let spins: Vec<i8> = (0..n).map(|site| if bits >> site & 1 == 1 { 1 } else { -1 }).collect();
        let packed =
            PackedSpins::from_f32(n, &spins.iter().map(|&s| f32::from(s)).collect::<Vec<_>>()).expect("right shapes");
        (spins, packed)
    })
}

/// Mean of `value` over the Boltzmann law.
fn exact(lattice: Lattice, point: StatePoint, value: impl Fn(&[i8], &PackedSpins) -> f64) -> f64 {
    let weighted = configurations(lattice).map(|(spins, packed)| {
        let weight = (-point.beta() * lattice.energy(&spins, point.field())).exp();
        [weight, weight * value(&spins, &packed)]
    });
    let [z, sum] = weighted.fold([0.0, 0.0], |sum, term| [sum[0] + term[0], sum[1] + term[1]]);
    sum / z
}

/// The site at distance r along an axis.
fn along(lattice: Lattice, site: usize, axis: usize, r: usize) -> usize {
    (0..r).fold(site, |site, _| lattice.neighbours(site).nth(axis).unwrap())
}

#[test]
fn every_configuration_has_the_correlations_of_direct_sums() {
    for lattice in lattices() {
        let (n, n_axes) = (lattice.n_sites(), lattice.coordination() / 2);
        for (spins, packed) in configurations(lattice) {
            for r in 0..=largest_distance(lattice) {
                let pairs = (0..n_axes).flat_map(|axis| (0..n).map(move |site| (site, axis)));
                let sum: i32 =
                    pairs.map(|(site, axis)| i32::from(spins[site] * spins[along(lattice, site, axis, r)])).sum();
                let found = correlation_at(lattice, &packed, r).expect("right shapes").value;
                assert!((found - f64::from(sum) / (n * n_axes) as f64).abs() < 1e-12);
                let field: Vec<f64> = spins.iter().map(|&s| f64::from(s)).collect();
                let spectrum = power_spectrum(lattice, &field).expect("right shapes");
                let k = match lattice {
                    Lattice::Ring { .. } => spectrum[r],
                    Lattice::Square { side, .. } => 0.5 * (spectrum[r] + spectrum[r * side]),
                };
                assert!(
                    (structure_factor(lattice, &packed, r).expect("right shapes").value - k).abs() < 1e-5,
                    "S({r}) of {spins:?}"
                );
            }
        }
    }
}

/// On a ring S(k) = Σ_r G(r) cos kr (Wiener and Khinchin), and Σ_k S(k) = N (Parseval).
#[test]
fn the_structure_factor_is_the_transform_of_the_two_point_function() {
    for n in [6, 7] {
        let ring = Lattice::ring(n).unwrap();
        let spins = sample(ring, &[StatePoint::new(1.0, 0.2).unwrap()], 50, 1, Purpose::Sample, &|_| true).unwrap();
        let g = two_point_function(ring, &spins).expect("right shapes");
        let s: Vec<f64> = (0..n).map(|k| structure_factor(ring, &spins, k).expect("right shapes").value).collect();
        for (k, s) in s.iter().enumerate() {
            let transform = |r: usize| g[r.min(n - r)].value * (TAU * (k * r) as f64 / n as f64).cos();
            assert!((s - (0..n).map(transform).sum::<f64>()).abs() < 1e-5);
        }
        assert!((s.iter().sum::<f64>() - n as f64).abs() < 1e-5);
    }
}

fn assert_near(found: Estimate, exact: f64, what: &str) {
    assert!((found.value - exact).abs() < 4.5 * found.error, "{what}: {found:?}, exact {exact}");
}

#[test]
fn samples_have_the_exact_binder_ratio_and_correlation_length() {
    for lattice in lattices() {
        for (t, h) in [(2.5, 0.0), (1.6, 0.4), (8.0, 0.0)] {
            let point = StatePoint::new(t, h).unwrap();
            let spins = sample(lattice, &[point], 50_000, 1, Purpose::Sample, &|_| true).unwrap();
            let found = correlations(lattice, &spins).expect("right shapes");
            let moment = |power| exact(lattice, point, |spins, _| (lattice.magnetization(spins) as f64).powi(power));
            let what = format!("{lattice} at T = {t}, H = {h}");
            assert_near(found.binder_ratio, 1.0 - moment(4) / (3.0 * moment(2).powi(2)), &what);
            let uniform = (moment(2) - moment(1).powi(2)) / lattice.n_sites() as f64;
            let wave =
                exact(lattice, point, |_, packed| structure_factor(lattice, packed, 1).expect("right shapes").value);
            let side = if matches!(lattice, Lattice::Ring { .. }) { 6.0 } else { 3.0 };
            let square = (uniform / wave - 1.0) / (2.0 * (TAU / 2.0 / side).sin()).powi(2);
            assert_near(found.correlation_length, square.max(0.0).sqrt(), &what);
            let cluster = exact(lattice, point, |_, packed| {
                correlations(lattice, packed).expect("right shapes").mean_cluster_size.value
            });
            assert_near(found.mean_cluster_size, cluster, &what);
        }
    }
}

/// Over 400 sets of 200 configurations Binder's ratio and ξ scatter as stated: the scatter is known to 4 %, the mean stated
/// error to 2 %; within 20 % (4.5 σ, false-alarm rate 1e-5).
#[test]
fn stated_errors_are_the_scatter_of_sets() {
    let lattice = Lattice::square(6).unwrap();
    let point = StatePoint::new(2.5, 0.0).unwrap();
    let spins = sample(lattice, &[point], 80_000, 3, Purpose::Sample, &|_| true).unwrap();
    let sets: Vec<_> = (0..400)
        .map(|i| {
            correlations(lattice, &spins.slice(200 * i..200 * (i + 1)).expect("right shapes")).expect("right shapes")
        })
        .collect();
    let quantities: [fn(&Correlations) -> Estimate; 3] =
        [|set| set.binder_ratio, |set| set.correlation_length, |set| set.mean_cluster_size];
    for of in quantities {
        let scatter = variance(&sets.iter().map(|set| of(set).value).collect::<Vec<_>>()).value.sqrt();
        let stated = mean(&sets.iter().map(|set| of(set).error).collect::<Vec<_>>()).value;
        assert!((stated / scatter - 1.0).abs() < 0.2, "{stated} {scatter}");
    }
}

#[test]
fn limits_of_temperature() {
    let lattice = Lattice::square(10).unwrap();
    let at = |t, h| {
        let point = StatePoint::new(t, h).unwrap();
        correlations(lattice, &sample(lattice, &[point], 2000, 1, Purpose::Sample, &|_| true).unwrap())
            .expect("right shapes")
    };
    let cold = at(0.0, 0.0);
    assert!((cold.binder_ratio.value - 2.0 / 3.0).abs() < 1e-12 && cold.correlation_length.value.is_infinite());
    assert_eq!(cold.mean_cluster_size, Estimate { value: 100.0, error: 0.0 });
    assert!(at(0.0, 1.0).correlation_length.value.is_nan());
    let hot = at(f64::INFINITY, 0.0);
    // ⟨M⁴⟩ = 3N² − 2N for N fair spins.
    assert_near(hot.binder_ratio, 2.0 / 300.0, "U at T = ∞");
    assert!(hot.correlation_length.value < 4.5 * hot.correlation_length.error, "{hot:?}");
}
