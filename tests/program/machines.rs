//! Machines of an entry that are trained together become, bit for bit, what they become alone.

use std::{path::Path, time::Duration};

use burn::tensor::Device;
use ising_data::PackedSpins;
use models::random::Draw;
use rbm_flow::{
    artifacts::Checkpoints,
    config::schema,
    progress::Progress,
    training::machine::{Course, Machine, Trained, train},
};

const N_SITES: usize = 9;

fn spins(n_samples: usize, layer: u32) -> PackedSpins {
    PackedSpins::from_f32(N_SITES, &Draw::new(1, 0, layer).thresholds(n_samples, N_SITES)).expect("right shapes")
}

/// Trains the machines of these indices for `n_epochs`, with a checkpoint after every operation.
fn train_some(folder: &Path, n_epochs: usize, indices: &[u64]) -> Vec<Trained> {
    let text = format!("n_hidden = 5\nbatch_size = 20\npersistent = true\nmomentum = 0.5\nn_epochs = {n_epochs}");
    train_with(&text, folder, indices)
}

/// The same with other settings.
fn train_with(settings: &str, folder: &Path, indices: &[u64]) -> Vec<Trained> {
    let settings: schema::Rbm = toml::from_str(settings).expect("settings");
    let (training, held_out, device) = (spins(130, 0), spins(50, 1), Device::default());
    let (progress, n_threads) = (Progress::default(), 2);
    let work = progress.begin("machines", 1, "batch");
    let course = Course {
        training: &training,
        held_out: &held_out,
        settings: &settings,
        seed: 3,
        device: &device,
        n_threads,
        work: &work,
    };
    let of_machine = |index: &u64| Checkpoints::of_task(folder, &format!("seed-{index}"), Duration::ZERO);
    let mut checkpoints: Vec<Checkpoints> = indices.iter().map(of_machine).collect();
    let machines = indices.iter().zip(&mut checkpoints);
    let machines = machines.map(|(&index, checkpoints)| Machine { index, fingerprint: "the same", checkpoints });
    train(&course, machines.collect()).expect("machines")
}

fn assert_equal(found: &Trained, expected: &Trained, what: &str) {
    assert!(found.parameters == expected.parameters, "weights of {what}");
    assert!(found.snapshots == expected.snapshots, "snapshots of {what}");
    // Written out, for NaN is not equal to itself.
    assert_eq!(format!("{:?}", found.history), format!("{:?}", expected.history), "history of {what}");
}

#[test]
fn together_or_alone_and_resumed_at_different_moments() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| folder.path().join(name);
    let alone: Vec<_> = (0..3).flat_map(|index| train_some(&folder("alone"), 6, &[index])).collect();
    let together = train_some(&folder("together"), 6, &[0, 1, 2]);
    // Machine 1 has lost its checkpoints, the others have come to different epochs.
    train_some(&folder("resumed"), 2, &[0]);
    train_some(&folder("resumed"), 4, &[2]);
    let resumed = train_some(&folder("resumed"), 6, &[0, 1, 2]);
    assert_eq!((together.len(), resumed.len()), (3, 3));
    for (index, expected) in alone.iter().enumerate() {
        assert_equal(&together[index], expected, &format!("machine {index}, trained with the others"));
        assert_equal(&resumed[index], expected, &format!("machine {index}, resumed with the others"));
    }
    assert!(alone[0].parameters != alone[1].parameters);
}

#[test]
fn the_full_batch_is_the_batch_of_all_samples() {
    let folder = tempfile::tempdir().expect("a folder");
    let trained = ["\"all\"", "130"].map(|batch_size| {
        let settings = format!("n_hidden = 5\nbatch_size = {batch_size}\nn_epochs = 20");
        train_with(&settings, &folder.path().join(batch_size), &[0]).remove(0)
    });
    assert_equal(&trained[0], &trained[1], "the full batch");
    let updates: Vec<u64> = trained[0].snapshots.iter().map(|snapshot| snapshot.n_updates).collect();
    assert_eq!(updates, [0, 1, 2, 5, 10, 20]);
}

/// 130 samples in batches of 10 are 13 updates an epoch.
#[test]
fn snapshots_within_the_first_epoch_do_not_change_the_training() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = |n_epochs: usize| {
        let settings = format!("n_hidden = 5\nbatch_size = 10\nn_epochs = {n_epochs}");
        train_with(&settings, &folder.path().join(n_epochs.to_string()), &[0]).remove(0)
    };
    let (one, three) = (train(1), train(3));
    let updates: Vec<u64> = three.snapshots.iter().map(|snapshot| snapshot.n_updates).collect();
    assert_eq!(updates, [0, 1, 2, 5, 10, 13, 26, 39]);
    assert!((three.snapshots[4].epoch - 10.0 / 13.0).abs() < 1e-15);
    assert!(one.snapshots[..6] == three.snapshots[..6] && one.parameters == three.snapshots[5].parameters);
}
