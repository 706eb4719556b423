//! Machines whose energies are known.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use burn::tensor::Device;
use ising_data::{PackedSpins, StatePoint, stream::Purpose};
use ising_theory::Lattice;
use models::{RbmParameters, couplings::couplings, random::Draw};

use super::{Configurations, Physics};
use crate::{
    device::Backend,
    stages::{
        dissect::couplings::{classes, sums},
        law::Law,
    },
};

fn device() -> Device {
    Backend::compiled()[0].open().unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// A hidden unit of two equal weights on every bond: F = F₀ + K E.
fn ising_machine(lattice: Lattice, coupling: f64) -> RbmParameters {
    let n_hidden = lattice.n_bonds();
    let mut weights = vec![0.0f32; lattice.n_sites() * n_hidden];
    for (bond, (i, j)) in lattice.bonds().enumerate() {
        for site in [i, j] {
            weights[site * n_hidden + bond] = (0.5 * (2.0 * coupling).exp().acosh()) as f32;
        }
    }
    RbmParameters::untrained(lattice.n_sites(), n_hidden, weights)
}

#[test]
fn a_machine_built_as_an_ising_model_follows_its_energy() {
    let t = 2.5;
    for lattice in [Lattice::ring(20).unwrap(), Lattice::square(4).unwrap()] {
        let machine = ising_machine(lattice, 1.0 / t);
        let point = StatePoint::new(t, 0.0).unwrap();
        let spins = ising_data::sample(lattice, &[point], 200, 1, Purpose::HeldOut, &|_| true).unwrap();
        let data = Configurations { spins, points: vec![point; 200] };
        let law = Law::boltzmann(lattice, &[(point.temperature(), point.field())]).unwrap();
        let physics = Physics { lattice, law: law.as_ref() };
        let relations = physics.energies(&machine, &data, (1, 0), &device()).unwrap().relations().unwrap();
        let relation = |name: &str| relations.iter().find(|relation| relation.0 == name).unwrap().1;
        for name in ["marginal", "exact"] {
            let found = relation(name);
            close(found.line.slope.value, 1.0 / t, 1e-6);
            close(found.line.correlation.value, 1.0, 1e-9);
            close(found.line.residual, 0.0, 1e-6);
            close(found.of_rest(), 1.0, 1e-6);
        }
        // Drawn hidden units add noise, here that of 20 or 32 of them.
        let joint = relation("joint").line;
        assert!(joint.correlation.value < 0.98 && joint.residual > 0.02, "{joint:?}");
        let found = couplings(&machine).unwrap();
        for class in classes(lattice, &found) {
            let expected = if class.distance > 1.0 { 0.0 } else { 1.0 / t };
            class.values.iter().for_each(|value| close(*value, expected, 1e-6));
        }
        let found = sums(lattice, &machine, &found, &data).unwrap();
        let expected = [0.0, 0.0, lattice.coordination() as f64 / t, 1.0 / t, 1.0, 1.0];
        found.iter().zip(expected).for_each(|(found, expected)| close(*found, expected, 1e-5));
    }
}

/// All states of a 3 x 3 torus in a field, the marginal energy by summing over the hidden units.
#[test]
fn energies_are_those_of_brute_force() {
    let (lattice, point) = (Lattice::square(3).unwrap(), StatePoint::new(2.0, 0.5).unwrap());
    let numbers = |n: u32, key| (0..n).map(|i| Draw::new(key, 0, 0).threshold(i)).collect::<Vec<f32>>();
    let (n_visible, n_hidden) = (9, 3);
    let (weights, visible_bias, hidden_bias) = (numbers(27, 1), numbers(9, 2), numbers(3, 3));
    let machine = RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias };
    let bit = |state: usize, i: usize| if state >> i & 1 == 1 { 1.0 } else { -1.0 };
    let states: Vec<f32> = (0..512).flat_map(|state| (0..9).map(move |i| bit(state, i) as f32)).collect();
    let spins = PackedSpins::from_f32(9, &states).unwrap();
    let data = Configurations { spins: spins.clone(), points: vec![point; 512] };
    let law = Law::boltzmann(lattice, &[(point.temperature(), point.field())]).unwrap();
    let physics = Physics { lattice, law: law.as_ref() };
    let found = physics.energies(&machine, &data, (1, 0), &device()).unwrap();
    let joint_energy = |v: usize, h: usize| {
        let of_visible: f64 = (0..9).map(|i| f64::from(machine.visible_bias[i]) * bit(v, i)).sum();
        let field = |a: usize| {
            let sum: f64 = (0..9).map(|i| f64::from(machine.weights[3 * i + a]) * bit(v, i)).sum();
            sum + f64::from(machine.hidden_bias[a])
        };
        -of_visible - (0..3).map(|a| field(a) * bit(h, a)).sum::<f64>()
    };
    let [marginal, joint, _] = &found.of_machine;
    for state in 0..512 {
        let energies: Vec<f64> = (0..8).map(|h| joint_energy(state, h)).collect();
        let sum: f64 = energies.iter().map(|energy| (-energy).exp()).sum();
        close(9.0 * marginal.1[state], -sum.ln(), 1e-9);
        assert!(energies.iter().any(|energy| (energy - 9.0 * joint.1[state]).abs() < 1e-5));
        close(9.0 * found.physical[state], lattice.energy(&spins.to_i8(state).unwrap(), 0.5), 1e-12);
    }
}
