//! Likelihoods refuse what does not fit, without a panic.

use models::{
    ModelError, RbmParameters,
    likelihood::{
        Annealing, EXACT_LIMIT, annealed_ln_z, exact_ln_z, free_energies, independent_bias, mean_ln_likelihood,
        relative_entropy, reverse_annealed_ln_z,
    },
};
use statistics::Estimate;

fn machine(n_visible: usize, n_hidden: usize) -> RbmParameters {
    RbmParameters::untrained(n_visible, n_hidden, vec![0.1; n_visible * n_hidden])
}

#[test]
fn what_does_not_fit_is_refused() {
    let p = machine(4, 3);
    let base = p.visible_bias.clone();
    let annealing = Annealing { n_temperatures: 5, key: 0 };
    let shape = |found, expected, name| Some(ModelError::Shape { name, found, expected });

    let mut broken = p.clone();
    broken.hidden_bias.pop();
    assert_eq!(exact_ln_z(&broken).err(), shape(2, 3, "hidden_bias"));
    assert_eq!(free_energies(&broken, &[1.0; 4]).err(), shape(2, 3, "hidden_bias"));
    let mut broken = p.clone();
    broken.weights[5] = f32::NAN;
    let not_finite = |name| Some(ModelError::NotFinite { name });
    assert_eq!(exact_ln_z(&broken).err(), not_finite("weights"));
    assert_eq!(annealed_ln_z(&broken, &base, 8, annealing, &|| true).err(), not_finite("weights"));

    let limit = EXACT_LIMIT;
    let too_many = Some(ModelError::TooManyStates { found: limit + 1, limit });
    assert_eq!(exact_ln_z(&machine(limit + 1, limit + 2)).err(), too_many);

    assert_eq!(free_energies(&p, &[1.0; 7]).err(), shape(7, 4, "spins"));
    for wrong in [f32::NAN, 0.0, 2.0, f32::INFINITY] {
        let spins = [1.0, -1.0, 1.0, wrong, 1.0, 1.0, 1.0, 1.0];
        let not_spins = Some(ModelError::NotSpins { name: "spins" });
        assert_eq!(free_energies(&p, &spins).err(), not_spins);
        assert_eq!(independent_bias(4, &spins).err(), not_spins);
        assert_eq!(reverse_annealed_ln_z(&p, &base, &spins, annealing, &|| true).err(), not_spins);
    }
    // Without rows there is nothing to sum, but no failure either.
    assert_eq!(free_energies(&p, &[]), Ok(vec![]));
    let too_few = |name, found, least| Some(ModelError::TooFew { name, found, least });
    assert_eq!(free_energies(&machine(0, 3), &[]).err(), too_few("visible units", 0, 1));
    assert_eq!(free_energies(&machine(3, 0), &[1.0; 3]).err(), too_few("hidden units", 0, 1));

    assert_eq!(annealed_ln_z(&p, &base[1..], 8, annealing, &|| true).err(), shape(3, 4, "base_bias"));
    assert_eq!(annealed_ln_z(&p, &[f32::INFINITY; 4], 8, annealing, &|| true).err(), not_finite("base_bias"));
    assert_eq!(annealed_ln_z(&p, &base, 1, annealing, &|| true).err(), too_few("chains", 1, 2));
    assert_eq!(reverse_annealed_ln_z(&p, &base, &[], annealing, &|| true).err(), too_few("chains", 0, 2));
    let no_temperature = Annealing { n_temperatures: 0, ..annealing };
    assert_eq!(annealed_ln_z(&p, &base, 8, no_temperature, &|| true).err(), too_few("temperatures", 0, 1));

    let ln_z = Estimate::exact(1.0);
    assert_eq!(mean_ln_likelihood(&p, ln_z, &[1.0; 4]).err(), too_few("configurations", 1, 2));
    assert_eq!(relative_entropy(&p, ln_z, &[1.0; 8], &[0.0]).err(), shape(1, 2, "ln q"));
    assert_eq!(relative_entropy(&p, ln_z, &[1.0; 8], &[0.0, f64::NAN]).err(), not_finite("ln q"));
}
