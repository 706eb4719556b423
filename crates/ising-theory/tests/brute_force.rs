//! All exact methods against the sum over every configuration.

use ising_theory::{
    EnergyDistribution, JointDensityOfStates, Lattice, MagnetizationTable, ShuffledSpins, StateClass, StateCounts,
    Thermodynamics, ring_correlation, thermodynamics, torus_correlations,
};

const POINTS: [(f64, f64); 7] =
    [(0.3, 0.2), (0.7, 0.0), (1.3, -0.4), (2.25, 0.0), (2.5, 1.5), (10.0, -3.0), (f64::INFINITY, 1.0)];

/// (bond energy, magnetization) of every configuration.
fn states(lattice: Lattice) -> Vec<(f64, f64)> {
    let spins = |state: usize| -> Vec<i8> {
        (0..lattice.n_sites()).map(|site| if state >> site & 1 == 1 { 1 } else { -1 }).collect()
    };
    (0..1 << lattice.n_sites())
        .map(|state| (lattice.bond_energy(&spins(state)) as f64, lattice.magnetization(&spins(state)) as f64))
        .collect()
}

fn brute_force(lattice: Lattice, states: &[(f64, f64)], temperature: f64, field: f64) -> Thermodynamics {
    let n = lattice.n_sites() as f64;
    let ground = lattice.n_bonds() as f64 + field.abs() * n;
    let excess = |bonds: f64, magnetization: f64| bonds - field * magnetization + ground;
    let sum = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
        states.iter().map(|&(bonds, m)| (-excess(bonds, m) / temperature).exp() * value(excess(bonds, m), m)).sum()
    };
    let z = sum(&|_, _| 1.0);
    let mean = |value: &dyn Fn(f64, f64) -> f64| sum(value) / z;
    let (energy, magnetization) = (mean(&|e, _| e), mean(&|_, m| m));
    Thermodynamics {
        ln_z_per_site: (z.ln() + ground / temperature) / n,
        energy_per_site: (energy - ground) / n,
        specific_heat_per_site: mean(&|e, _| (e - energy).powi(2)) / (n * temperature * temperature),
        magnetization_per_site: magnetization / n,
        abs_magnetization_per_site: mean(&|_, m| m.abs()) / n,
        susceptibility_per_site: mean(&|_, m| (m - magnetization).powi(2)) / (n * temperature),
        entropy_per_site: (z.ln() + energy / temperature) / n,
    }
}

fn assert_close(label: &str, value: f64, expected: f64) {
    let error = (value - expected).abs() / expected.abs().max(1e-6);
    assert!(error < 1e-10, "{label}: {value:e} instead of {expected:e}");
}

#[test]
fn thermodynamics_equal_the_sum_over_configurations() {
    let lattices = [
        Lattice::ring(2).expect("a lattice"),
        Lattice::ring(3).expect("a lattice"),
        Lattice::ring(7).expect("a lattice"),
        Lattice::ring(16).expect("a lattice"),
        Lattice::square(2).expect("a lattice"),
        Lattice::square(3).expect("a lattice"),
        Lattice::square(4).expect("a lattice"),
    ];
    for lattice in lattices {
        let states = states(lattice);
        for (temperature, field) in POINTS {
            let value = thermodynamics(lattice, temperature, field).expect("valid state point");
            let expected = brute_force(lattice, &states, temperature, field);
            let label = |name: &str| format!("{name} of {lattice} at ({temperature}, {field})");
            assert_close(&label("ln Z"), value.ln_z_per_site, expected.ln_z_per_site);
            assert_close(&label("e"), value.energy_per_site, expected.energy_per_site);
            assert_close(&label("c"), value.specific_heat_per_site, expected.specific_heat_per_site);
            assert_close(&label("m"), value.magnetization_per_site, expected.magnetization_per_site);
            assert_close(&label("|m|"), value.abs_magnetization_per_site, expected.abs_magnetization_per_site);
            assert_close(&label("chi"), value.susceptibility_per_site, expected.susceptibility_per_site);
            assert_close(&label("s"), value.entropy_per_site, expected.entropy_per_site);
        }
    }
}

#[test]
fn joint_density_of_states_counts_every_configuration() {
    for side in [2, 3, 4] {
        let lattice = Lattice::square(side).expect("a lattice");
        let density = JointDensityOfStates::new(side).expect("small side");
        let mut counts = std::collections::BTreeMap::new();
        for (bonds, magnetization) in states(lattice) {
            *counts.entry((bonds as i64, magnetization as i64)).or_insert(0_u32) += 1;
        }
        let all_energies = -2 * (side * side) as i64..=2 * (side * side) as i64;
        for bond_energy in all_energies {
            for magnetization in -((side * side) as i64)..=(side * side) as i64 {
                let expected = counts.get(&(bond_energy, magnetization)).copied().unwrap_or(0);
                assert!((density.count(bond_energy, magnetization) - f64::from(expected)).abs() < 0.5);
            }
        }
    }
}

#[test]
fn distributions_equal_the_sum_over_configurations() {
    let (side, temperature) = (4, 2.1);
    let lattice = Lattice::square(side).expect("a lattice");
    let states = states(lattice);
    for field in [-0.3, 0.0, 0.8] {
        let weight = |&(bonds, m): &(f64, f64)| (-(bonds - field * m) / temperature).exp();
        let z: f64 = states.iter().map(weight).sum();
        let probability = |select: &dyn Fn(&(f64, f64)) -> bool| {
            states.iter().filter(|state| select(state)).map(weight).sum::<f64>() / z
        };
        let magnetizations = MagnetizationTable::new(side, temperature).expect("small side").distribution(field);
        for (n_up, &value) in magnetizations.iter().enumerate() {
            assert_close("P(M)", value, probability(&|state| (state.1 as i64 + 16) / 2 == n_up as i64));
        }
        let energies = EnergyDistribution::new(side, temperature, field).expect("small side");
        for (&energy, &value) in energies.bond_energies.iter().zip(&energies.probabilities) {
            assert_close("P(E)", value, probability(&|state| state.0 as i64 == energy));
        }
        let joint = JointDensityOfStates::new(side).expect("small side").distribution(temperature, field);
        for (energy, m, value) in joint.expect("valid state point") {
            assert_close("P(E, M)", value, probability(&|state| state.0 as i64 == energy && state.1 as i64 == m));
        }
    }
}

#[test]
fn ring_correlations_equal_the_sum_over_configurations() {
    let lattice = Lattice::ring(9).expect("a lattice");
    for (temperature, field) in [(0.8, 0.0), (1.5, 0.3), (2.0, -1.0)] {
        let spin = |state: usize, site: usize| if state >> site & 1 == 1 { 1.0 } else { -1.0 };
        let states = states(lattice);
        let weights: Vec<f64> = states.iter().map(|(bonds, m)| (-(bonds - field * m) / temperature).exp()).collect();
        let z: f64 = weights.iter().sum();
        for distance in 0..9 {
            let sum: f64 =
                weights.iter().enumerate().map(|(state, weight)| weight * spin(state, 0) * spin(state, distance)).sum();
            let value = ring_correlation(9, temperature, field, distance).expect("valid state point");
            assert_close("G(r)", value, sum / z);
        }
    }
}

/// Every configuration takes the mean of all with its magnetization as its probability, and keeps its energy.
#[test]
fn shuffled_spins_equal_the_sum_over_configurations() {
    for lattice in [
        Lattice::ring(2).expect("a lattice"),
        Lattice::ring(3).expect("a lattice"),
        Lattice::ring(8).expect("a lattice"),
        Lattice::square(2).expect("a lattice"),
        Lattice::square(3).expect("a lattice"),
        Lattice::square(4).expect("a lattice"),
    ] {
        let (states, n) = (states(lattice), lattice.n_sites());
        for (temperature, field) in POINTS {
            let weight = |(bonds, m): &(f64, f64)| (-(bonds - field * m) / temperature).exp();
            let z: f64 = states.iter().map(weight).sum();
            let mut probabilities = vec![(0.0, 0_u32); n + 1];
            for state in &states {
                let sector = &mut probabilities[(state.1 + n as f64) as usize / 2];
                *sector = (sector.0 + weight(state) / z, sector.1 + 1);
            }
            let law = ShuffledSpins::over_fields(lattice, temperature, &[field]).expect("a small lattice").remove(0);
            for (found, (probability, count)) in law.ln_probabilities().iter().zip(&probabilities) {
                assert_close("p", found.exp(), probability / f64::from(*count));
            }
            let mean = |power: i32| -> f64 {
                let of_state = |(bonds, m): &(f64, f64)| {
                    let (probability, count) = probabilities[(*m + n as f64) as usize / 2];
                    probability / f64::from(count) * (bonds - field * m).powi(power)
                };
                states.iter().map(of_state).sum()
            };
            let [energy, variance] = law.energy_moments_per_site();
            assert!((energy - mean(1) / n as f64).abs() < 1e-12, "{lattice} at ({temperature}, {field})");
            let expected = (mean(2) - mean(1) * mean(1)) / n as f64;
            assert!((variance - expected).abs() < 1e-9, "{variance} and {expected} at ({temperature}, {field})");
        }
    }
}

#[test]
fn shuffled_spins_at_zero_temperature_are_aligned() {
    let lattice = Lattice::square(3).expect("a lattice");
    for (field, expected) in [(0.0, [0.5, 0.5]), (0.5, [0.0, 1.0]), (-0.5, [1.0, 0.0])] {
        let law = &ShuffledSpins::over_fields(lattice, 0.0, &[field]).expect("a small lattice")[0];
        let probabilities = law.ln_probabilities();
        assert_close("p(down)", probabilities[0].exp(), expected[0]);
        assert_close("p(up)", probabilities[9].exp(), expected[1]);
        let [energy, variance] = law.energy_moments_per_site();
        assert!((energy + 2.0 + field.abs()).abs() < 1e-12 && variance.abs() < 1e-12);
    }
}

/// Also beside the energy: G(1) is minus the energy of a bond.
#[test]
fn correlations_of_the_torus_equal_the_sum_over_configurations() {
    let (side, temperatures) = (4, [0.7, 2.269, 5.0, f64::INFINITY]);
    let lattice = Lattice::square(side).expect("a lattice");
    for field in [0.0, -0.4] {
        let found = torus_correlations(side, &temperatures, field, &[0, 1, 2, 3]).expect("small side");
        for (temperature, found) in temperatures.into_iter().zip(found) {
            let mut sums = [0.0; 4];
            let mut z = 0.0;
            for state in 0..1u32 << 16 {
                let spins: Vec<i8> = (0..16).map(|site| if state >> site & 1 == 1 { 1 } else { -1 }).collect();
                let weight = (-(lattice.energy(&spins, field) + 32.0) / temperature).exp();
                z += weight;
                (0..4).for_each(|r| sums[r] += weight * f64::from(spins[0]) * f64::from(spins[r]));
            }
            for (r, (found, sum)) in found.iter().zip(sums).enumerate() {
                assert_close(&format!("G({r}) at ({temperature}, {field})"), *found, sum / z);
            }
        }
    }
    for (temperature, connected) in [(2.0, 0.040526), (2.25, 0.134956), (3.0, 0.348030)] {
        let energy = thermodynamics(Lattice::square(10).expect("a lattice"), temperature, 0.0)
            .expect("in reach")
            .energy_per_site;
        let [near, far] = torus_correlations(10, &[temperature], 0.0, &[1, 5]).expect("in reach")[0][..] else {
            panic!("two distances")
        };
        assert_close("G(1)", near, -energy / 2.0);
        assert!((near - far - connected).abs() < 1e-6, "G(1) - G(5) = {} at {temperature}", near - far);
    }
}

/// Classes hold all 2ᴺ configurations; Boltzmann's distribution and that of free spins are those of the sums.
#[test]
fn state_counts_give_the_distributions_of_energy_and_magnetization() {
    for lattice in [
        Lattice::ring(9).expect("a lattice"),
        Lattice::square(3).expect("a lattice"),
        Lattice::square(4).expect("a lattice"),
    ] {
        let states = states(lattice);
        let counts = StateCounts::new(lattice).expect("a small lattice");
        let of = |class: &StateClass, state: &(f64, f64)| {
            (state.0 as i64, state.1 as i64) == (class.bond_energy, class.magnetization)
        };
        let (coupling, field) = (0.4, -0.1);
        let weight = |&(bonds, m): &(f64, f64)| (-coupling * bonds + field * m).exp();
        let z: f64 = states.iter().map(weight).sum();
        let (boltzmann, free) = (counts.ln_boltzmann(coupling, field), counts.ln_free_spins());
        let mut total = 0.0;
        for ((class, boltzmann), free) in counts.classes().iter().zip(boltzmann).zip(free) {
            let n = states.iter().filter(|state| of(class, state)).count() as f64;
            let of_magnetization = states.iter().filter(|state| state.1 as i64 == class.magnetization).count() as f64;
            assert_close("g(E, M)", class.ln_count.exp(), n);
            assert_close("f(E | M)", free.exp(), n / of_magnetization);
            let expected: f64 = states.iter().filter(|state| of(class, state)).map(weight).sum();
            assert_close("p(E, M)", boltzmann.exp(), expected / z);
            total += n;
        }
        assert_close("all configurations", total, states.len() as f64);
    }
    assert!(StateCounts::new(Lattice::square(11).expect("a lattice")).is_err());
    assert!(StateCounts::new(Lattice::ring(1001).expect("a lattice")).is_err());
}
