#![expect(clippy::unwrap_used, reason = "a failed test may panic")]
use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::config::Config;

/// The talk's first experiment in short, with some settings changed.
fn config(changes: &[&str]) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/zero-field-quick.toml");
    Config::load(&file, changes.iter().map(|change| change.parse().unwrap()).collect()).unwrap()
}

/// Units of one kind of all tasks of a stage.
fn units(config: &Config, stage: Stage, kind: Kind) -> f64 {
    let pieces = pieces(&config.settings, config.lattice);
    pieces.iter().filter(|piece| piece.stage == stage).map(|piece| piece.work.units(kind)).sum()
}

fn assert_equal(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-12, "{found} instead of {expected}");
}

#[test]
fn there_is_an_estimate_for_every_task_of_every_shipped_config() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let configs = paths.iter().map(|path| Config::load(path, Vec::new()).unwrap());
    for config in configs.chain([config(&["flow.along_training=true"])]) {
        let tasks: BTreeSet<String> =
            Stage::ALL.into_iter().flat_map(|stage| stage.tasks(&config)).map(|task| task.name).collect();
        let pieces = pieces(&config.settings, config.lattice);
        assert_eq!(pieces.iter().map(|piece| piece.name.clone()).collect::<BTreeSet<_>>(), tasks, "{}", config.name());
        assert!(pieces.iter().all(|piece| piece.disk > 0.0 && piece.disk.is_finite()), "{}", config.name());
    }
}

/// 25 temperatures, 24 of them above 0; 1000 samples and 200 held out at each; n_v = 100, n_h = 81 in blocks of 96; 1000 epochs;
/// 26 starts with 500 chains and 500 steps; 16 snapshots.
#[test]
fn the_work_of_the_first_experiment_is_counted_by_hand() {
    let quick = config(&[]);
    let sample = 5.0 * 100.0 * 96.0 + 95.0 * 100.0 + 200.0;
    assert_equal(units(&quick, Stage::TrainRbm, Kind::Training), 25_000.0 * 1000.0 * sample);
    // 280 measurements on 500 configurations.
    assert_equal(units(&quick, Stage::TrainRbm, Kind::Annealing), 280.0 * 12.0 * 500.0 * 8100.0);
    let step = 2.0 * 100.0 * 96.0 + 98.0 * 100.0;
    assert_equal(units(&quick, Stage::Flow, Kind::Flow), 26.0 * 500.0 * 500.0 * step);
    // 100 chains forward and 100 back, by eights.
    let annealed = 16.0 * 1000.0 * 208.0 * (2.0 * 8100.0 + 80.0 * 181.0);
    let free_energies = 16.0 * 3.0 * 5000.0 * 81.0 * (100.0 + 37.0);
    assert_equal(units(&quick, Stage::Analyze, Kind::Annealing), annealed + free_energies);
    // 100 chains of 1000 Gibbs steps at every snapshot.
    assert_equal(units(&quick, Stage::Analyze, Kind::Flow), 16.0 * 100.0 * 1000.0 * step);
    // A site with its four neighbours through 16 features, then 16 x 64 and 64 x 25.
    let products = 100.0 * 5.0 * 16.0 + 16.0 * 64.0 + 64.0 * 25.0;
    let activations = 100.0 * (5.0 + 16.0) + (16.0 + 64.0) + (64.0 + 25.0);
    let passes = 30.0 * (3.0 * 25_000.0 + 5000.0);
    assert_equal(units(&quick, Stage::TrainThermometer, Kind::Network), passes * (products + 25.0 * activations));
    // Rows of ten spins have 44 classes; 1, 2, 3, 4, 6, 7, 8, 9, 11, 12 eights of magnetizations behind 0 ... 9 rows.
    let table = 44.0 * 1024.0 * 10.0 * 63.0;
    assert_equal(steps::table(quick.lattice), table);
    assert_equal(units(&quick, Stage::TrainThermometer, Kind::Tables), 25.0 * table);
    let samples = pieces(&quick.settings, quick.lattice)[0].disk;
    assert!((870_000.0..900_000.0).contains(&samples), "30,000 x (16 + 13) bytes and a table, not {samples}");
}

/// Bracelets of two colours that may change places.
#[test]
fn classes_of_rows_are_counted_from_the_rows() {
    for side in 2..=10usize {
        let mask = (1usize << side) - 1;
        let turned = |row: usize| (0..side).map(move |by| (row >> by | row << (side - by)) & mask);
        let mirrored = |row: usize| (0..side).fold(0, |image, bit| image << 1 | row >> bit & 1);
        let smallest = |row: usize| {
            let images = [row, mirrored(row), !row & mask, mirrored(!row & mask)];
            images.into_iter().flat_map(turned).min().unwrap()
        };
        let classes: BTreeSet<usize> = (0..=mask).map(smallest).collect();
        let lattice = Lattice::square(side).unwrap();
        let magnetizations: usize = (0..side).map(|n_rows| (side * n_rows + 1).div_ceil(8)).sum();
        assert_equal(steps::table(lattice), (classes.len() * (1 << side) * side * magnetizations) as f64);
    }
}

#[test]
fn twice_as_much_is_twice_the_work() {
    for (change, stage, kind) in [
        ("data.n_samples=2000", Stage::TrainRbm, Kind::Training),
        ("rbm.n_epochs=2000", Stage::TrainRbm, Kind::Training),
        ("rbm.seeds=2", Stage::TrainRbm, Kind::Training),
        ("rbm.seeds=2", Stage::Dissect, Kind::Serial),
        ("flow.n_chains=1000", Stage::Flow, Kind::Flow),
        ("flow.n_steps=1000", Stage::Flow, Kind::Flow),
        ("rbm.seeds=2", Stage::Flow, Kind::Network),
        ("thermometer.n_epochs=60", Stage::TrainThermometer, Kind::Network),
    ] {
        assert_equal(units(&config(&[change]), stage, kind), 2.0 * units(&config(&[]), stage, kind));
    }
    // A long run goes on with 100 of the chains.
    let long = units(&config(&["flow.n_stationary_steps=65000"]), Stage::Flow, Kind::Flow);
    assert_equal(long, 2.0 * units(&config(&[]), Stage::Flow, Kind::Flow));
    // Up to 24 hidden units are summed over: each more doubles the sum.
    let sum = |n: usize| units(&config(&[&format!("rbm.n_hidden={n}")]), Stage::Analyze, Kind::Annealing);
    assert!((1.9..2.0).contains(&(sum(22) / sum(21))), "{}", sum(22) / sum(21));
}

#[test]
fn more_of_anything_takes_no_less_of_anything() {
    let of = |config: &Config| {
        let pieces = pieces(&config.settings, config.lattice);
        Estimate::rough(&config.settings, config.lattice, &pieces, 2)
    };
    let least = of(&config(&[]));
    for change in [
        "data.n_samples=5000",
        "data.n_held_out=5000",
        "thermometer.layers=[512, 256]",
        "thermometer.data=stream",
        "rbm.n_hidden=200",
        "thermometer.batch_size=5000",
        "rbm.seeds=5",
        "flow.n_chains=5000",
        "flow.n_steps=5000",
        "flow.fields=[0, 1]",
        "likelihood.n_chains=1000",
        "data.fields=[0, 1, 2]",
        "flow.n_stationary_steps=100000",
        "flow.along_training=true",
    ] {
        let more = of(&config(&[change]));
        assert!(more.seconds() >= least.seconds(), "{change}: {} s", more.seconds());
        assert!(more.memory >= least.memory && more.disk >= least.disk, "{change}: {more:?}");
        assert!(more.seconds() > least.seconds() || more.memory > least.memory, "{change} counts for nothing");
    }
}

#[test]
fn tasks_run_side_by_side_as_far_as_there_are_threads() {
    let works = |seeds: usize| -> Vec<Work> {
        let config = config(&[&format!("rbm.seeds={seeds}")]);
        let pieces = pieces(&config.settings, config.lattice);
        pieces.iter().filter(|piece| piece.stage == Stage::TrainRbm).map(|piece| piece.work).collect()
    };
    let lone = |n, n_threads| {
        let annealing: f64 = works(n).iter().map(|work| work.units(Kind::Annealing)).sum();
        seconds(&works(n), &Rates::REFERENCE, n_threads) - annealing / Rates::REFERENCE.of(Kind::Annealing)
    };
    assert_equal(lone(2, 2), lone(1, 1));
    assert_equal(lone(8, 2), 4.0 * lone(1, 1));
    assert_equal(lone(1, 2), lone(1, 1) / 1.5);
    assert!(lone(1, 64) >= lone(1, 1) / 4.0);
    assert_equal(seconds(&[], &Rates::REFERENCE, 2) + 1.0, 1.0);
}

/// What a run asks for against what there is.
fn check(changes: &[&str], room: Room) -> Result<(), String> {
    let config = config(changes);
    let pieces = pieces(&config.settings, config.lattice);
    let estimate = Estimate::rough(&config.settings, config.lattice, &pieces, 2);
    estimate.check_fits(&config.settings, config.lattice, room).map_err(|problem| problem.to_string())
}

#[test]
fn what_does_not_fit_is_refused_with_a_number_that_does() {
    let memory = |bytes| Room { memory: Some(bytes), disk: None };
    let disk = |bytes| Room { memory: None, disk: Some(bytes) };
    assert_eq!(check(&["flow.n_chains=1000000000000"], Room::default()), Ok(()), "what is not known refuses nothing");
    assert_eq!(check(&[], memory(1 << 30)), Ok(()));
    for (key, value, room) in [
        ("data.n_samples", 1_000_000_usize, memory(1 << 30)),
        ("data.n_held_out", 1_000_000, memory(1 << 30)),
        ("flow.n_chains", 1_000_000_000_000, memory(1 << 34)),
        ("rbm.reference.n_hidden", 100_000, memory(1 << 30)),
        ("data.n_samples", 1_000_000, disk(100_000_000)),
        ("rbm.reference.seeds", 10_000, disk(1_000_000_000)),
    ] {
        let refusal = check(&[&format!("{key}={value}")], room).unwrap_err();
        let (_, rest) = refusal.split_once(&format!("mostly for {key} = {value}: {key} = ")).expect(&refusal);
        let fitting: usize = rest.split_once(" would fit").expect(&refusal).0.parse().unwrap();
        assert_eq!(check(&[&format!("{key}={fitting}")], room), Ok(()), "{refusal}");
        assert!(check(&[&format!("{key}={}", fitting + fitting / 5 + 2)], room).is_err(), "{refusal}");
        assert!(refusal.contains("--force"), "{refusal}");
    }
    let refusal = check(&[], memory(1_000_000)).unwrap_err();
    assert!(refusal.contains("no smaller number alone would fit"), "{refusal}");
}
