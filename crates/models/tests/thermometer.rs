//! The thermometer's invariances and its training.

use burn::tensor::{Device, Int, Tensor, TensorData};
use models::{LayerParameters, Sight, Thermometer, ThermometerShape, ThermometerTrainer};

const N_SITES: usize = 6;

/// A thermometer of a ring of six sites with three classes.
fn shape(sight: Sight) -> ThermometerShape {
    ThermometerShape { n_sites: N_SITES, sight, hidden: vec![5], n_classes: 3 }
}

fn local() -> ThermometerShape {
    let neighbourhoods = (0..N_SITES).map(|i| vec![i, (i + 1) % N_SITES, (i + N_SITES - 1) % N_SITES]).collect();
    shape(Sight::Local { neighbourhoods, n_features: 4 })
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
        let logits = host(thermometer.forward(spins(&[ROW, moved], &device)));
        let largest = (0..3).map(|k| (logits[k] - logits[3 + k]).abs()).fold(0.0, f32::max);
        assert_eq!(largest < 1e-5, equal, "{logits:?}");
    }
}

#[test]
fn probabilities_add_up_to_one_and_relative_entropy_is_their_logarithm() {
    let device = Device::flex();
    let shape = local();
    let thermometer = Thermometer::new(&shape, &layers(&shape), &device).expect("a thermometer");
    let p = host(thermometer.probabilities(spins(&[ROW], &device)));
    assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let class = Tensor::<1, Int>::from_data([2], &device);
    let loss = thermometer.relative_entropy(spins(&[ROW], &device), class).try_into_scalar::<f32>().expect("a number");
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
