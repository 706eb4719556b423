//! The thermometer's invariances and its training.

use burn::tensor::{Device, Int, Tensor, TensorData};
use models::{Activation, Head, LayerParameters, ModelError, Sight, Thermometer, ThermometerShape, ThermometerTrainer};

const N_SITES: usize = 6;

/// A thermometer of a ring of six sites with three classes.
fn shape(sight: Sight) -> ThermometerShape {
    let (activation, head) = (Activation::Tanh, Head::Classifier);
    ThermometerShape { n_sites: N_SITES, sight, hidden: vec![5], activation, n_classes: 3, head }
}

fn local() -> ThermometerShape {
    let neighbourhoods = (0..N_SITES).map(|i| vec![i, (i + 1) % N_SITES, (i + N_SITES - 1) % N_SITES]).collect();
    shape(Sight::Local { neighbourhoods, n_features: 4 })
}

/// Its classes are the values 1, 2 and 6 of one quantity: mean 3, standard deviation √(14/3).
fn regressor() -> ThermometerShape {
    ThermometerShape { head: Head::Regressor { values: vec![vec![1.0], vec![2.0], vec![6.0]] }, ..local() }
}

fn layers(shape: &ThermometerShape) -> Vec<LayerParameters> {
    let value = |i: usize| ((i * 7919 + 13) % 101) as f32 / 101.0 - 0.5;
    let layer = |(n_inputs, n_outputs): (usize, usize)| LayerParameters {
        n_inputs,
        n_outputs,
        weights: (0..n_inputs * n_outputs).map(value).collect(),
        bias: (0..n_outputs).map(value).collect(),
    };
    shape.layers().into_iter().map(layer).collect()
}

fn spins(rows: &[[f32; N_SITES]], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), N_SITES]), device)
}

fn host(tensor: Tensor<2>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("a result")
}

const ROW: [f32; N_SITES] = [1.0, 1.0, -1.0, 1.0, -1.0, -1.0];

#[test]
fn local_sight_does_not_see_a_translation_and_dense_sight_does() {
    let device = Device::flex();
    let mut moved = ROW;
    moved.rotate_left(1);
    for (shape, equal) in [(local(), true), (shape(Sight::Dense), false)] {
        let thermometer = Thermometer::new(&shape, &layers(&shape), &device).expect("a thermometer");
        let probabilities = host(thermometer.probabilities(spins(&[ROW, moved], &device)).expect("a network"));
        let largest = (0..3).map(|k| (probabilities[k] - probabilities[3 + k]).abs()).fold(0.0, f32::max);
        assert_eq!(largest < 1e-6, equal, "{probabilities:?}");
    }
}

#[test]
fn probabilities_add_up_to_one_and_relative_entropy_is_their_logarithm() {
    let device = Device::flex();
    let shape = local();
    let thermometer = Thermometer::new(&shape, &layers(&shape), &device).expect("a thermometer");
    let p = host(thermometer.probabilities(spins(&[ROW], &device)).expect("a network"));
    assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let class = Tensor::<1, Int>::from_data([2], &device);
    let loss =
        thermometer.loss(spins(&[ROW], &device), class).expect("a network").try_into_scalar::<f32>().expect("a number");
    assert!((loss + p[2].ln()).abs() < 1e-5);
}

#[test]
fn training_goes_on_from_saved_parameters_and_moments_as_if_it_had_not_stopped() {
    let device = Device::flex();
    let autodiff = device.clone().autodiff();
    let shape = local();
    let rows = [ROW, [1.0; N_SITES], [-1.0; N_SITES]];
    let step = |trainer: &mut ThermometerTrainer| {
        let classes = Tensor::<1, Int>::from_data([0, 1, 2], &autodiff);
        trainer.step(spins(&rows, &autodiff), classes, 0.01).expect("a loss")
    };
    let mut straight = ThermometerTrainer::new(&shape, &layers(&shape), &device).expect("a trainer");
    let first = step(&mut straight);
    for _ in 0..4 {
        step(&mut straight);
    }
    let (saved, moments) = (straight.parameters().expect("layers"), straight.optimizer_state().expect("moments"));
    let mut resumed = ThermometerTrainer::new(&shape, &saved, &device).expect("a trainer");
    resumed = resumed.with_optimizer_state(moments).expect("moments");
    for _ in 0..5 {
        assert!(step(&mut straight).total_cmp(&step(&mut resumed)).is_eq());
    }
    assert_eq!(straight.parameters().expect("layers"), resumed.parameters().expect("layers"));
    assert!(step(&mut straight) < first);
}

#[test]
fn damaged_moments_are_refused() {
    let shape = local();
    let trainer = ThermometerTrainer::new(&shape, &layers(&shape), &Device::flex()).expect("a trainer");
    assert!(trainer.with_optimizer_state(b"no moments".to_vec()).is_err());
}

#[test]
fn a_regressor_is_a_gaussian_whose_loss_and_probabilities_follow_from_mean_and_spread() {
    let device = Device::flex();
    let shape = regressor();
    let thermometer = Thermometer::new(&shape, &layers(&shape), &device).expect("a thermometer");
    let gaussians = thermometer.gaussians(spins(&[ROW], &device)).expect("a network").expect("a regressor");
    let (mean, spread) = (host(gaussians.means)[0], host(gaussians.spreads)[0]);
    let exponent = |value: f32| -0.5 * ((value - mean) / spread).powi(2);
    let class = Tensor::<1, Int>::from_data([2], &device);
    let loss =
        thermometer.loss(spins(&[ROW], &device), class).expect("a network").try_into_scalar::<f32>().expect("a number");
    let density = exponent(6.0).exp() / (spread * (2.0 * std::f32::consts::PI).sqrt());
    assert!((loss + density.ln()).abs() < 1e-4, "{loss} and {density}");
    let weights = [1.0, 2.0, 6.0].map(|value| exponent(value).exp());
    let total: f32 = weights.iter().sum();
    for (p, weight) in host(thermometer.probabilities(spins(&[ROW], &device)).expect("a network")).iter().zip(weights) {
        assert!((p - weight / total).abs() < 1e-5);
    }
    let classifier = Thermometer::new(&local(), &layers(&local()), &device).expect("a thermometer");
    assert!(classifier.gaussians(spins(&[ROW], &device)).expect("a network").is_none());
}

#[test]
fn what_a_regressor_cannot_learn_is_refused() {
    for values in [[1.0, 2.0, f64::INFINITY], [1.0, 1.0, 1.0]] {
        let head = Head::Regressor { values: values.map(|value| vec![value]).to_vec() };
        let shape = ThermometerShape { head, ..local() };
        let refused = Thermometer::new(&shape, &layers(&shape), &Device::flex());
        assert!(matches!(refused, Err(ModelError::NoQuantity { quantity: 0 })));
    }
}

/// One configuration of the values 1 and 6, another of 2: a regressor must find (3.5 ± 2.5) and 2.
#[test]
fn a_regressor_finds_mean_and_spread() {
    let device = Device::flex();
    let autodiff = device.clone().autodiff();
    let shape = regressor();
    let mut trainer = ThermometerTrainer::new(&shape, &layers(&shape), &device).expect("a trainer");
    for step in 0..1500 {
        let classes = Tensor::<1, Int>::from_data([0, 2, 1], &autodiff);
        let batch = spins(&[ROW, ROW, [1.0; N_SITES]], &autodiff);
        trainer.step(batch, classes, 0.02 * (1.0 - f64::from(step) / 1500.0)).expect("a loss");
    }
    let trained = Thermometer::new(&shape, &trainer.parameters().expect("layers"), &device).expect("a thermometer");
    let gaussians = trained.gaussians(spins(&[ROW, [1.0; N_SITES]], &device)).expect("a network").expect("a regressor");
    let (means, spreads) = (host(gaussians.means), host(gaussians.spreads));
    assert!((means[0] - 3.5).abs() < 0.1 && (spreads[0] - 2.5).abs() < 0.1, "{means:?} {spreads:?}");
    assert!((means[1] - 2.0).abs() < 0.1 && spreads[1] < 0.3, "{means:?} {spreads:?}");
}

/// The same configuration at two classes: though one counts three times as much, the softmax gives them the same.
#[test]
fn class_weights_do_not_shift_the_softmax() {
    let device = Device::flex();
    let autodiff = device.clone().autodiff();
    let shape = ThermometerShape { activation: Activation::Relu, ..shape(Sight::Dense) };
    let trainer = ThermometerTrainer::new(&shape, &layers(&shape), &device).expect("a trainer");
    let mut trainer = trainer.with_class_weights(&[3.0, 1.0, 1.0]).expect("weights");
    for step in 0..500 {
        let classes = Tensor::<1, Int>::from_data([0, 1, 2], &autodiff);
        let batch = spins(&[ROW, ROW, [1.0; N_SITES]], &autodiff);
        trainer.step(batch, classes, 0.05 * (1.0 - f64::from(step) / 500.0)).expect("a loss");
    }
    let trained = Thermometer::new(&shape, &trainer.parameters().expect("layers"), &device).expect("a thermometer");
    let p = host(trained.probabilities(spins(&[ROW], &device)).expect("a network"));
    assert!((p[0] - 0.5).abs() < 0.02 && (p[1] - 0.5).abs() < 0.02, "{p:?}");
    for weights in [&[1.0][..], &[1.0, 1.0, 0.0], &[1.0, 1.0, f64::NAN]] {
        let trainer = ThermometerTrainer::new(&shape, &layers(&shape), &device).expect("a trainer");
        assert!(trainer.with_class_weights(weights).is_err());
    }
}
