//! Whatever shapes and numbers come in: an error or a right answer, never a panic and never a wrong stride.

use std::num::NonZeroUsize;

use burn::tensor::{Device, Int, Tensor, TensorData};
use models::{
    Activation, ContrastiveDivergence, Head, LayerParameters, ModelError, PackedTensor, Rbm, RbmParameters, Sight,
    Stretch, Thermometer, ThermometerShape, Training, Updates,
    couplings::{Couplings, couplings},
    flow,
    gibbs::{flow_plain, sample},
    likelihood::{
        Annealing, annealed_ln_z, exact_ln_z, exact_samples, free_energies, independent_bias, mean_ln_likelihood,
        pseudo_likelihood, relative_entropy, reverse_annealed_ln_z,
    },
    random::Draw,
    rank_one::{IndependentSpins, RankOne},
    reconstruct,
    spectrum::{Spectrum, independent_eigenvalues, weight_products},
};
use proptest::{prelude::*, test_runner::RngSeed};
use statistics::Estimate;

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a number")
}

fn rbm(n_visible: usize, n_hidden: usize, scale: f32) -> RbmParameters {
    let weights = Draw::new(7, 0, 0).thresholds(n_visible, n_hidden).iter().map(|x| scale * x).collect();
    RbmParameters::untrained(n_visible, n_hidden, weights)
}

/// Words of random spins, with no bit beyond the last site.
fn words(n_samples: usize, n_sites: usize) -> Vec<u32> {
    let n_words = n_sites.div_ceil(32);
    let draw = Draw::new(3, 0, 0);
    let last = u32::MAX.checked_shr((32 * n_words - n_sites) as u32).unwrap_or(0);
    let word = |i: usize| draw.bits(i as u32) & if i % n_words + 1 == n_words { last } else { u32::MAX };
    (0..n_samples * n_words).map(word).collect()
}

fn spins(n: usize) -> Vec<f32> {
    (0..n).map(|i| if Draw::new(5, 0, 0).bits(i as u32) & 1 == 1 { 1.0 } else { -1.0 }).collect()
}

fn tensor(values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

/// F(v) by the formula.
fn free_energy(rbm: &RbmParameters, row: &[f32]) -> f64 {
    let hidden = (0..rbm.n_hidden).map(|a| {
        let field: f64 =
            (0..rbm.n_visible).map(|i| f64::from(row[i]) * f64::from(rbm.weights[i * rbm.n_hidden + a])).sum();
        field.abs() + (-2.0 * field.abs()).exp().ln_1p()
    });
    -hidden.sum::<f64>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parameters_of_any_lengths(n_visible in 0usize..5, n_hidden in 0usize..5, lengths in prop::array::uniform3(0usize..7)) {
        let [weights, visible, hidden] = lengths;
        let parameters = RbmParameters {
            n_visible,
            n_hidden,
            weights: vec![0.1; weights],
            visible_bias: vec![0.0; visible],
            hidden_bias: vec![0.0; hidden],
        };
        let fits = n_visible > 0 && n_hidden > 0 && weights == n_visible * n_hidden && [visible, hidden] == [n_visible, n_hidden];
        prop_assert_eq!(Rbm::new(&parameters, &Device::flex()).is_ok(), fits);
        prop_assert_eq!(exact_ln_z(&parameters).is_ok(), fits);
        prop_assert_eq!(free_energies(&parameters, &spins(2 * n_visible)).is_ok(), fits);
        prop_assert_eq!(pseudo_likelihood(&parameters, &spins(2 * n_visible)).is_ok(), fits);
        prop_assert_eq!(exact_samples(&parameters, 3, 1).is_ok(), fits);
        prop_assert_eq!(couplings(&parameters).is_ok(), fits);
        prop_assert_eq!(Spectrum::of(&parameters).is_ok(), fits);
        prop_assert_eq!(weight_products(&parameters).is_ok(), fits);
    }

    /// Samples, chains, orders and batches of any sizes: trained as by plain tensor operations, or refused.
    #[test]
    fn a_training_on_any_shapes(
        n_visible in 1usize..70,
        n_hidden in 1usize..20,
        n_sites in prop::option::of(1usize..70),
        chain_sites in prop::option::of(1usize..70),
        n_samples in 0usize..12,
        n_chains in 0usize..6,
        order in prop::collection::vec(0u32..14, 0..10),
        batch_size in 1usize..6,
        n_gibbs_steps in 1usize..3,
        persistent: bool,
    ) {
        let device = Device::flex();
        let n_sites = n_sites.unwrap_or(n_visible);
        let chain_sites = chain_sites.unwrap_or(n_visible);
        let samples = PackedTensor::new(&words(n_samples, n_sites), n_sites, &device).expect("samples");
        let chains = PackedTensor::new(&words(n_chains, chain_sites), chain_sites, &device).expect("chains");
        let begin = || Training::begin(Rbm::new(&rbm(n_visible, n_hidden, 0.3), &device).expect("an RBM"), chains.clone());
        let rule = ContrastiveDivergence { n_gibbs_steps: size(n_gibbs_steps), persistent, ..Default::default() };
        let stretch = Stretch {
            samples: &samples,
            orders: &[&order],
            batch_size: size(batch_size),
            keys: &[1],
            first_step: 0,
            n_threads: 1,
        };
        let trained = rule.train(vec![begin()], &stretch);
        let is_known = order.iter().all(|&sample| (sample as usize) < n_samples);
        let enough = if persistent { batch_size.min(order.len()).max(1) } else { 1 };
        let fits = n_sites == n_visible && chain_sites == n_visible && is_known && n_chains >= enough;
        prop_assert_eq!(trained.is_ok(), fits, "{:?}", trained.err());
        if fits && !order.is_empty() {
            let (plain, n_mismatches) = rule.train_plain(vec![begin()], &stretch).expect("trainings");
            let (fused, n_fused) = &trained.expect("trainings")[0];
            let n_plain = n_mismatches.into_data().iter::<i64>().next().expect("a number");
            prop_assert_eq!(n_fused.cast_signed(), n_plain);
            let [fused, plain] = [&fused.rbm, &plain[0].rbm].map(|rbm| rbm.parameters().expect("parameters").weights);
            prop_assert!(fused.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-4));
        }
        // As many orders and keys as trainings.
        prop_assert!(rule.train(vec![begin(), begin()], &stretch).is_err());
    }

    #[test]
    fn a_flow_of_any_chains(
        n_visible in 1usize..70,
        n_hidden in 1usize..20,
        n_sites in prop::option::of(1usize..70),
        n_chains in 0usize..6,
        n_steps in 0u64..4,
    ) {
        let device = Device::flex();
        let n_sites = n_sites.unwrap_or(n_visible);
        let rbm = Rbm::new(&rbm(n_visible, n_hidden, 0.3), &device).expect("an RBM");
        let chains = PackedTensor::new(&words(n_chains, n_sites), n_sites, &device).expect("chains");
        let end = flow(&rbm, chains.clone(), n_steps, 2, 5);
        let plain = flow_plain(&rbm, chains.clone(), n_steps, 2, 5);
        prop_assert_eq!(end.is_ok(), n_sites == n_visible);
        prop_assert_eq!(plain.is_ok(), n_sites == n_visible);
        if let (Ok(end), Ok(plain)) = (end, plain) {
            prop_assert_eq!(end.to_words().expect("words"), plain.to_words().expect("words"));
        }
        if n_chains > 0 {
            let step = reconstruct(&rbm, chains.unpack(), Updates::default(), 2, 5);
            prop_assert_eq!(step.is_ok(), n_sites == n_visible);
            prop_assert!(sample(chains.unpack(), 1, 2, 3).is_ok());
        }
        let chosen = chains.select(&[0, n_chains / 2]);
        prop_assert_eq!(chosen.is_ok(), n_chains > 0);
        prop_assert_eq!(chains.first(4).n_samples(), n_chains.min(4));
    }

    #[test]
    fn words_of_any_number(n_sites in 0usize..70, n_words in 0usize..9, word: u32) {
        let packed = PackedTensor::new(&vec![word; n_words], n_sites, &Device::flex());
        let of_row = n_sites.div_ceil(32);
        let unused = n_sites % 32 != 0 && word >> (n_sites % 32) != 0;
        let fits = of_row > 0 && n_words % of_row == 0 && (n_words == 0 || !unused);
        prop_assert_eq!(packed.is_ok(), fits);
        if let Ok(packed) = packed {
            prop_assert_eq!(packed.to_words().expect("words"), vec![word; n_words]);
            prop_assert_eq!((packed.n_sites(), packed.n_samples()), (n_sites, n_words / of_row));
        }
    }

    /// Likelihoods of rows of any length, of numbers other than ±1, and of large weights.
    #[test]
    fn likelihoods_of_any_rows(n_visible in 1usize..9, n_hidden in 1usize..9, n in 0usize..30, scale in 0f32..300.0, odd: bool) {
        let parameters = rbm(n_visible, n_hidden, scale);
        let mut rows = spins(n);
        if odd && n > 0 {
            rows[n - 1] = 0.5;
        }
        let is_whole = n % n_visible == 0 && !(odd && n > 0);
        let energies = free_energies(&parameters, &rows);
        prop_assert_eq!(energies.is_ok(), is_whole);
        for (energy, row) in energies.iter().flatten().zip(rows.chunks(n_visible)) {
            let expected = free_energy(&parameters, row);
            prop_assert!((energy - expected).abs() < 1e-9 * expected.abs().max(1.0));
        }
        let n_rows = n / n_visible;
        let likelihood = pseudo_likelihood(&parameters, &rows);
        prop_assert_eq!(likelihood.is_ok(), is_whole && n_rows > 1);
        if let Ok(Estimate { value, .. }) = likelihood {
            prop_assert!(value <= 0.0, "{value}");
        }
        let ln_z = Estimate::exact(exact_ln_z(&parameters).expect("a number"));
        prop_assert_eq!(mean_ln_likelihood(&parameters, ln_z, &rows).is_ok(), is_whole && n_rows > 1);
        prop_assert_eq!(relative_entropy(&parameters, ln_z, &rows, &vec![-1.0; n_rows]).is_ok(), is_whole && n_rows > 1);
        prop_assert!(relative_entropy(&parameters, ln_z, &rows, &vec![-1.0; n_rows + 1]).is_err());
        prop_assert_eq!(independent_bias(n_visible, &rows).is_ok(), is_whole);
        let annealing = Annealing { n_temperatures: 3, key: 1 };
        let base = vec![0.0; n_visible];
        prop_assert_eq!(reverse_annealed_ln_z(&parameters, &base, &rows, annealing, &|| true).is_ok(), is_whole && n_rows > 1);
        prop_assert_eq!(annealed_ln_z(&parameters, &base, n, annealing, &|| true).is_ok(), n > 1);
        prop_assert!(annealed_ln_z(&parameters, &base[1..], 4, annealing, &|| true).is_err());
        let no_steps = Annealing { n_temperatures: 0, key: 1 };
        prop_assert!(annealed_ln_z(&parameters, &base, 4, no_steps, &|| true).is_err());
        prop_assert!(annealed_ln_z(&parameters, &base, usize::MAX, annealing, &|| true).is_err());
        prop_assert!(exact_samples(&parameters, usize::MAX, 1).is_err());
        let found = Couplings { fields: vec![0.0; n_visible], pairs: vec![0.0; n_visible * n_visible] };
        prop_assert_eq!(found.energies(&rows).is_ok(), is_whole);
    }

    #[test]
    fn couplings_of_any_weights(n_visible in 1usize..4, n_hidden in 1usize..3, exponent in -30i32..38) {
        let scale = 10f32.powi(exponent);
        let found = couplings(&rbm(n_visible, n_hidden, scale));
        let is_right = match found {
            Ok(found) => found.pairs.iter().all(|pair| pair.is_finite()),
            Err(error) => matches!(error, ModelError::TooMany { .. }) && scale > 1e3,
        };
        prop_assert!(is_right);
    }

    #[test]
    fn spectra_of_any_sizes(n_visible in 0usize..9, n_hidden in 0usize..9) {
        let eigenvalues = independent_eigenvalues(n_visible, n_hidden);
        prop_assert_eq!(eigenvalues.len(), n_visible.min(n_hidden));
        prop_assert!(eigenvalues.iter().all(|eigenvalue| *eigenvalue >= 0.0));
    }

    #[test]
    fn rank_one_of_any_distribution(n_sites in 0usize..20, n_hidden in 0usize..12, n_data in 0usize..25, broken: bool) {
        let Ok(table) = IndependentSpins::new(n_sites) else {
            prop_assert_eq!(n_sites, 0);
            return Ok(());
        };
        let mut rbm = RankOne::untrained(n_hidden, 0.1);
        if broken {
            rbm.hidden_bias.push(0.0);
        }
        let data = vec![1.0 / n_data.max(1) as f64; n_data];
        let step = rbm.step(&ContrastiveDivergence::default(), &data, &table);
        prop_assert_eq!(step.is_ok(), n_data == n_sites + 1 && !broken);
        let total: f64 = rbm.stationary(&table).iter().sum();
        prop_assert!((total - 1.0).abs() < 1e-9);
        let infinite = vec![f64::INFINITY; n_sites + 1];
        prop_assert!(rbm.step(&ContrastiveDivergence::default(), &infinite, &table).is_err());
    }

    #[test]
    fn thermometers_of_any_shape(
        n_sites in 0usize..6,
        n_classes in 0usize..4,
        hidden in prop::collection::vec(0usize..4, 0..3),
        local in prop::option::of((prop::collection::vec(prop::collection::vec(0usize..6, 0..3), 0..6), 0usize..3)),
        values in prop::option::of(prop::collection::vec(prop::collection::vec(-2.0..2.0f64, 0..3), 0..4)),
        n_seen in 0usize..6,
        n_rows in 0usize..3,
    ) {
        let sight = local.map_or(Sight::Dense, |(neighbourhoods, n_features)| Sight::Local { neighbourhoods, n_features });
        let head = values.map_or(Head::Classifier, |values| Head::Regressor { values });
        let shape = ThermometerShape { n_sites, sight, hidden, activation: Activation::Tanh, n_classes, head };
        let layer = |(n_inputs, n_outputs): (usize, usize)| LayerParameters {
            n_inputs,
            n_outputs,
            weights: vec![0.1; n_inputs * n_outputs],
            bias: vec![0.0; n_outputs],
        };
        let layers: Vec<_> = shape.layers().into_iter().map(layer).collect();
        let Ok(thermometer) = Thermometer::new(&shape, &layers, &Device::flex()) else { return Ok(()) };
        prop_assert!(Thermometer::new(&shape, &layers[1..], &Device::flex()).is_err());
        let seen = || tensor(spins(n_rows * n_seen), [n_rows, n_seen]);
        let fits = n_seen == n_sites && n_rows > 0;
        let probabilities = thermometer.probabilities(seen());
        prop_assert_eq!(probabilities.is_ok(), fits);
        if let Ok(probabilities) = probabilities {
            prop_assert_eq!(probabilities.dims(), [n_rows, n_classes]);
        }
        prop_assert!(fits || !matches!(thermometer.gaussians(seen()), Ok(Some(_))));
        let classes = |n: usize| Tensor::<1, Int>::from_data(TensorData::new(vec![0i32; n], [n]), &Device::flex());
        prop_assert_eq!(thermometer.loss(seen(), classes(n_rows)).is_ok(), fits);
        prop_assert!(thermometer.loss(seen(), classes(n_rows + 1)).is_err());
    }
}
