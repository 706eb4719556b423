//! Methods against one another, and limits of temperature and size.

use ising_theory::{
    BetheLattice, BulkThermodynamics, CRITICAL_TEMPERATURE, Lattice, Thermodynamics, chain_correlation, infinite_chain,
    kaufman, onsager, ring_correlation, thermodynamics,
};
use proptest::{
    prelude::{ProptestConfig, prop_assert, proptest},
    test_runner::RngSeed,
};

fn assert_close(value: f64, expected: f64, tolerance: f64) {
    let close = value.total_cmp(&expected).is_eq() || (value - expected).abs() <= tolerance * expected.abs().max(1.0);
    assert!(close, "{value:e} instead of {expected:e}");
}

fn assert_bulk(value: &BulkThermodynamics, expected: &BulkThermodynamics, tolerance: f64) {
    assert_close(value.ln_z_per_site, expected.ln_z_per_site, tolerance);
    assert_close(value.energy_per_site, expected.energy_per_site, tolerance);
    assert_close(value.specific_heat_per_site, expected.specific_heat_per_site, tolerance);
    assert_close(value.entropy_per_site, expected.entropy_per_site, tolerance);
}

#[test]
fn kaufman_agrees_with_the_transfer_matrix() {
    for side in 2..=10 {
        for temperature in [0.0, 0.005, 0.5, 1.7, CRITICAL_TEMPERATURE, 3.5, 50.0, f64::INFINITY] {
            let exact = kaufman(side, temperature).expect("valid temperature");
            let summed =
                thermodynamics(Lattice::square(side).expect("a lattice"), temperature, 0.0).expect("small side");
            assert_close(exact.ln_z_per_site, summed.ln_z_per_site, 1e-12);
            assert_close(exact.energy_per_site, summed.energy_per_site, 1e-12);
            assert_close(exact.specific_heat_per_site, summed.specific_heat_per_site, 1e-11);
            assert_close(exact.entropy_per_site, summed.entropy_per_site, 1e-12);
        }
    }
}

#[test]
fn onsager_is_the_limit_of_kaufman() {
    // Away from Tc the difference falls like e^{−L/ξ}; what is left below Tc is ln 2/N of the two signs of m.
    for temperature in [0.0, 0.3, 1.5, 2.1] {
        let (mut exact, limit) = (kaufman(512, temperature).expect("valid"), onsager(temperature).expect("valid"));
        let signs = std::f64::consts::LN_2 / (512.0 * 512.0);
        exact.ln_z_per_site -= signs;
        exact.entropy_per_site -= signs;
        assert_bulk(&exact, &limit, 1e-12);
    }
    for temperature in [2.5, 4.0, 100.0, f64::INFINITY] {
        let (exact, limit) = (kaufman(512, temperature).expect("valid"), onsager(temperature).expect("valid"));
        assert_bulk(&exact, &limit, 1e-12);
    }
    assert_close(onsager(CRITICAL_TEMPERATURE).expect("valid").energy_per_site, -(2.0_f64.sqrt()), 1e-12);
    assert_close(CRITICAL_TEMPERATURE, 2.0 / (1.0 + 2.0_f64.sqrt()).ln(), 1e-15);
}

#[test]
fn bethe_with_two_neighbours_is_the_chain_and_the_limit_of_rings() {
    let bethe = BetheLattice::new(2).expect("two neighbours");
    for temperature in [0.0, 0.3, 1.0, 4.0, f64::INFINITY] {
        for field in [-1.5, -0.01, 0.0, 0.2, 3.0] {
            let chain = infinite_chain(temperature, field).expect("valid");
            if temperature > 0.0 || field != 0.0 {
                assert_bulk(&bethe.thermodynamics(temperature, field).expect("valid"), &chain, 1e-12);
            }
            let ring = thermodynamics(Lattice::ring(1 << 20).expect("a lattice"), temperature, field).expect("valid");
            // At T = 0.3 and H = 0 the correlation length is still 3000 times shorter than the ring.
            assert_close(ring.energy_per_site, chain.energy_per_site, 1e-11);
            assert_close(ring.specific_heat_per_site, chain.specific_heat_per_site, 1e-10);
            assert_close(ring.magnetization_per_site, chain.magnetization_per_site, 1e-11);
        }
    }
    assert_close(
        ring_correlation(4000, 1.0, 0.1, 7).expect("valid"),
        chain_correlation(1.0, 0.1, 7).expect("valid"),
        1e-12,
    );
}

#[test]
fn bethe_orders_below_its_critical_temperature() {
    let bethe = BetheLattice::default();
    let tc = bethe.critical_temperature();
    assert_close(tc, 2.0 / 2.0_f64.ln(), 1e-15);
    let at = |temperature, field| bethe.thermodynamics(temperature, field).expect("valid");
    assert!(at(0.999 * tc, 0.0).magnetization_per_site > 0.05);
    assert_close(at(tc, 0.0).magnetization_per_site, 0.0, 1e-15);
    assert_close(at(0.02, 50.0).energy_per_site, -52.0, 1e-15);
    // The branch in zero field is the limit of a vanishing field.
    for temperature in [1.5, 2.5, 3.5] {
        assert_bulk(&at(temperature, 1e-11), &at(temperature, 0.0), 1e-7);
    }
}

#[test]
fn cold_limit_joins_the_exact_values() {
    for lattice in [Lattice::ring(50).expect("a lattice"), Lattice::square(4).expect("a lattice")] {
        for field in [-1e-4, 0.0, 2e-4] {
            let warm = thermodynamics(lattice, 0.01, field).expect("valid");
            let cold = thermodynamics(lattice, 0.01 * (1.0 - 1e-12), field).expect("valid");
            assert_close(cold.ln_z_per_site, warm.ln_z_per_site, 1e-9);
            assert_close(cold.energy_per_site, warm.energy_per_site, 1e-9);
            assert_close(cold.magnetization_per_site, warm.magnetization_per_site, 1e-9);
            assert_close(cold.susceptibility_per_site, warm.susceptibility_per_site, 1e-9);
            assert_close(cold.specific_heat_per_site, warm.specific_heat_per_site, 1e-9);
        }
        let Thermodynamics { energy_per_site, magnetization_per_site, susceptibility_per_site, .. } =
            thermodynamics(lattice, 0.0, 0.0).expect("valid");
        assert_close(energy_per_site, -(lattice.n_bonds() as f64) / lattice.n_sites() as f64, 1e-15);
        assert_close(magnetization_per_site, 0.0, 1e-15);
        assert!(susceptibility_per_site.is_infinite());
    }
}

#[test]
fn impossible_requests_are_errors() {
    assert!(thermodynamics(Lattice::square(13).expect("a lattice"), 2.0, 0.1).is_err());
    assert!(thermodynamics(Lattice::square(4).expect("a lattice"), -1.0, 0.1).is_err());
    assert!(thermodynamics(Lattice::square(4).expect("a lattice"), f64::NAN, 0.1).is_err());
    assert!(thermodynamics(Lattice::ring(4).expect("a lattice"), 1.0, f64::INFINITY).is_err());
    assert!(kaufman(1, 1.0).is_err());
    assert!(BetheLattice::new(1).is_err());
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let on_threads = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("a thread pool");
        pool.install(|| thermodynamics(Lattice::square(8).expect("a lattice"), 2.3, 0.1)).expect("valid")
    };
    assert_eq!(on_threads(1), on_threads(3));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(64) })]

    /// A field of the other sign mirrors the magnetization; entropy stays between 0 and ln 2; |m| bounds m.
    #[test]
    fn thermodynamics_obey_symmetry_and_bounds(temperature in 0.05..20.0_f64, field in 0.0..5.0_f64, side in 2_usize..6) {
        for lattice in [Lattice::square(side).expect("a lattice"), Lattice::ring(side * side).expect("a lattice")] {
            let up = thermodynamics(lattice, temperature, field).expect("valid");
            let down = thermodynamics(lattice, temperature, -field).expect("valid");
            prop_assert!((up.magnetization_per_site + down.magnetization_per_site).abs() < 1e-14);
            prop_assert!((up.energy_per_site - down.energy_per_site).abs() < 1e-14);
            prop_assert!(up.entropy_per_site > -1e-14 && up.entropy_per_site < std::f64::consts::LN_2 + 1e-14);
            prop_assert!(up.magnetization_per_site <= up.abs_magnetization_per_site + 1e-12);
            prop_assert!(up.specific_heat_per_site >= 0.0 && up.susceptibility_per_site >= 0.0);
        }
    }
}
