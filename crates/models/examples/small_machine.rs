//! A machine learns the Ising ring of ten sites at T = 2: how far it is from the law of its data, and the mean energy of the
//! data beside that of its own flow.
//!
//! ```sh
//! cargo build --release --workspace --examples && target/release/examples/small_machine
//! ```
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::{error::Error, num::NonZeroUsize};

use burn::tensor::{Device, Tensor, TensorData};
use models::{
    ContrastiveDivergence, PackedTensor, Rbm, RbmParameters, Stretch, Training, flow,
    likelihood::{exact_ln_z, exact_samples, free_energies, relative_entropy},
    random::Draw,
};
use statistics::Estimate;

const N_SITES: usize = 10;
const N_SAMPLES: usize = 5000;
const BATCH: NonZeroUsize = NonZeroUsize::new(100).unwrap();
const N_EPOCHS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::default();
    let ring = ising_ring(2.0);
    let [samples, held_out] = [exact_samples(&ring, N_SAMPLES, 1)?, exact_samples(&ring, N_SAMPLES, 5)?];
    let ln_z = exact_ln_z(&ring)?;
    let ln_q: Vec<f64> = free_energies(&ring, &held_out)?.iter().map(|energy| -energy - ln_z).collect();
    let data = PackedTensor::pack(Tensor::from_data(TensorData::new(samples.clone(), [N_SAMPLES, N_SITES]), &device));

    let weights = Draw::new(2, 0, 0).thresholds(N_SITES, N_SITES).iter().map(|x| 0.01 * x).collect();
    let untrained = Rbm::new(&RbmParameters::untrained(N_SITES, N_SITES, weights), &device)?;
    let order: Vec<u32> = (0..N_SAMPLES as u32).collect();
    let mut trainings = vec![Training::begin(untrained, data.first(BATCH.get()))];
    println!("epoch   relative entropy to the law of the data [nats]");
    for epoch in 0..=N_EPOCHS {
        if epoch % 20 == 0 {
            let machine = trainings[0].rbm.parameters()?;
            let Estimate { value, error } =
                relative_entropy(&machine, Estimate::exact(exact_ln_z(&machine)?), &held_out, &ln_q)?;
            println!("{epoch:5}   {value:.4} ± {error:.4}");
        }
        // The learning rate falls to zero along a straight line.
        let learning_rate = 0.05 * (1.0 - epoch as f64 / N_EPOCHS as f64);
        let rule = ContrastiveDivergence { learning_rate, persistent: true, ..Default::default() };
        let first_step = (epoch * N_SAMPLES / BATCH.get()) as u64;
        let stretch =
            Stretch { samples: &data, orders: &[&order], batch_size: BATCH, keys: &[3], first_step, n_threads: 1 };
        trainings = rule.train(trainings, &stretch)?.into_iter().map(|(training, _)| training).collect();
    }

    let machine = &trainings[0].rbm;
    let mean = |energies: Vec<f64>| energies.iter().sum::<f64>() / energies.len() as f64;
    println!("⟨F⟩ of the data: {:.4}", mean(free_energies(&machine.parameters()?, &samples)?));
    let end: Vec<f32> = flow(machine, data.clone(), 200, 4, 0)?.unpack().try_into_vec_as()?;
    println!("energy per site of the data {:.4}, after 200 steps of the flow {:.4}", energy(&samples), energy(&end));
    Ok(())
}

/// The Ising ring as a machine: one hidden unit for each bond, 2cosh(w(v + v′)) ∝ exp(vv′/T) for cosh 2w = e^{2/T}.
fn ising_ring(temperature: f64) -> RbmParameters {
    let weight = 0.5 * (2.0 / temperature).exp().acosh();
    let mut weights = vec![0.0; N_SITES * N_SITES];
    for bond in 0..N_SITES {
        for site in [bond, (bond + 1) % N_SITES] {
            weights[site * N_SITES + bond] = weight as f32;
        }
    }
    RbmParameters::untrained(N_SITES, N_SITES, weights)
}

/// −Σ vᵢvⱼ/N over the bonds of the ring, averaged over configurations, shape `[n_samples, N_SITES]`.
fn energy(spins: &[f32]) -> f32 {
    let bonds = |row: &[f32]| (0..N_SITES).map(|i| row[i] * row[(i + 1) % N_SITES]).sum::<f32>();
    -spins.chunks(N_SITES).map(bonds).sum::<f32>() / spins.len() as f32
}
