//! Flows from the snapshots of a training, on the smoke config.

use std::{collections::BTreeMap, fs, path::Path};

use crate::common::{contents, run_smoke, said};
use rbm_flow::table::Table;

const ON: [&str; 2] = ["--set", "flow.along_training=true"];

fn table(folder: &Path, file: &str) -> Table {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    Table::from_csv(file, &text).expect("a table")
}

/// Every row as its cells by column.
fn rows(table: &Table) -> Vec<BTreeMap<String, String>> {
    let header = table.header();
    table.rows().map(|cells| header.iter().cloned().zip(cells.map(str::to_owned)).collect()).collect()
}

#[test]
fn flows_along_the_training_are_added_and_end_as_the_flow_of_the_trained_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    said(&run_smoke(folder, &["--until", "analyze"]));
    let before = contents(folder);
    let on = said(&run_smoke(folder, &[&ON[..], &["--threads", "1"]].concat()));
    for task in ["train-rbm/reference/seed-0", "flow/reference/seed-0", "dissect/reference/seed-1"] {
        assert!(on.contains(&format!("{task}: up to date")), "{on}");
    }
    assert!(on.contains("flow/reference/seed-1/along-training: done"), "{on}");
    assert!(folder.join("figures/ends-along-training.png").exists() && folder.join("figures/end-state.svg").exists());
    let after = contents(folder);
    let changed: Vec<_> = before.keys().filter(|name| before[*name] != after[*name]).collect();
    assert_eq!(changed, ["analysis/end-states.csv", "analysis/ends-along-training.csv"].map(Path::new));
    for seed in ["seed-0", "seed-1"] {
        let of_flow = |file: &str| table(folder, &format!("flow/reference/{seed}/{file}"));
        let (flow, along) = (of_flow("flow.csv").filter("step", 30usize).expect("rows"), of_flow("along-training.csv"));
        // Batches of 100 of 1400 configurations: 1, 2, 5 and 10 updates lie within the first epoch.
        let updates = along.distinct("n_updates").expect("a column");
        assert_eq!(updates, [0.0, 1.0, 2.0, 5.0, 10.0, 14.0, 28.0, 70.0, 140.0, 280.0]);
        let times = along.distinct("training_time").expect("a column");
        assert!(updates.iter().zip(times).all(|(updates, time)| (time - 0.05 * updates).abs() < 1e-12));
        let trained = rows(&along.filter("n_updates", 280usize).expect("rows"));
        assert_eq!(trained.len(), flow.len());
        for (trained, flow) in trained.iter().zip(rows(&flow)) {
            assert!(flow.iter().all(|(name, cell)| trained[name] == *cell), "{trained:?} {flow:?}");
        }
        let states = rows(&of_flow("end-states-along-training.csv"));
        assert_eq!(states.last(), rows(&of_flow("end-state.csv")).first());
    }
    let again = tempfile::tempdir().expect("a folder");
    said(&run_smoke(again.path(), &[&ON[..], &["--threads", "3"]].concat()));
    assert_eq!(after, contents(again.path()));
}

/// Untrained chains are fair spins: free spins, near the Boltzmann distribution of T = ∞ (distances below 5 errors at three
/// quantities of two machines; false-alarm rate below 4e-6).
#[test]
fn states_at_the_ends_are_described_and_averaged() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[&ON[..], &["--until", "analyze", "--set", "flow.n_chains=1000"]].concat()));
    let states = table(folder.path(), "analysis/end-states.csv");
    let start = states.filter("n_updates", 0usize).expect("rows");
    let column = |name: &str| start.column(name).expect("a column");
    assert_eq!(start.text("seed").expect("seeds"), ["0", "1", "all"]);
    for name in ["distance_to_boltzmann", "distance_to_free_spins", "connected_correlation"] {
        let (values, errors) = (column(name), column(&format!("{name}_error")));
        assert!((0..2).all(|i| values[i].abs() < 5.0 * errors[i]), "{name}: {values:?} ± {errors:?}");
        assert!((values[2] - 0.5 * (values[0] + values[1])).abs() < 1e-12);
    }
    assert!(column("distance_to_mixture")[0] > 0.3);
    let ends = table(folder.path(), "analysis/ends-along-training.csv");
    assert_eq!(ends.len(), 10 * 3 * 3);
    let references = table(folder.path(), "analysis/state-references.csv");
    let critical = references.filter("name", "critical").expect("rows");
    let of = |name: &str| critical.column(name).expect("a column")[0];
    // Of the 4 x 4 torus at Tc: −e/2 − G(2) of the exact G.
    let exact = ising_theory::torus_correlations(4, &[ising_theory::CRITICAL_TEMPERATURE], 0.0, &[1, 2]).expect("G");
    let z = (of("connected_correlation") - exact[0][0] + exact[0][1]) / of("connected_correlation_error");
    assert!(z.abs() < 5.0, "{z} errors");
}
