//! The tables on the insides of machines, of a run of the smoke config.

use std::{fs, path::Path};

use crate::common::{run_smoke, said};
use rbm_flow::table::Table;

fn table(folder: &Path, file: &str) -> Table {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    Table::from_csv(file, &text).expect("a table")
}

fn column(table: &Table, name: &str) -> Vec<f64> {
    table.column(name).expect("a column")
}

/// Σλ = n_v n_h s² at every snapshot, s the norm of the weights; eigenvectors have length 1; hidden units come by their norm.
#[test]
fn a_run_describes_the_insides_of_its_machines() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "analyze"]));
    let inside = |file: &str| table(folder.path(), &format!("inside/reference/seed-1/{file}.csv"));
    let (spectrum, weights) = (inside("spectrum"), inside("weights"));
    let (epochs, norms) = (column(&weights, "epoch"), column(&weights, "weight_norm"));
    // An epoch has 14 updates.
    assert_eq!(epochs, [0.0, 1.0 / 14.0, 2.0 / 14.0, 5.0 / 14.0, 10.0 / 14.0, 1.0, 2.0, 5.0, 10.0, 20.0]);
    for (epoch, norm) in epochs.iter().zip(norms) {
        let trace: f64 = column(&spectrum.filter("epoch", *epoch).expect("rows"), "eigenvalue").iter().sum();
        assert!((trace / (256.0 * norm * norm) - 1.0).abs() < 1e-6, "epoch {epoch}: {trace}");
    }
    for vector in column(&inside("eigenvectors"), "component").chunks(16) {
        assert!((vector.iter().map(|u| u * u).sum::<f64>() - 1.0).abs() < 1e-9);
    }
    assert!(column(&inside("hidden-units"), "norm").is_sorted_by(|a, b| a >= b));
    assert_eq!(inside("receptive-fields").len(), 256);
    assert_eq!(inside("weight-products").len(), 16 * 17 / 2);
    let pairs: f64 = column(&inside("weight-products-against-distance"), "n_pairs").iter().sum();
    assert!((pairs - 256.0).abs() < 1e-9);
    let all = table(folder.path(), "analysis/weights.csv").filter("seed", "all").expect("rows");
    assert_eq!(column(&all, "n_seeds"), [2.0; 10]);
}

/// A perfect machine follows −ln q to the letter; couplings of the 4 x 4 torus are at distances 1, √2, 2, √5 and √8, and as many
/// as pairs.
#[test]
fn a_run_describes_the_energies_of_its_machines() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "analyze"]));
    let inside = |file: &str| table(folder.path(), &format!("inside/reference/seed-0/{file}.csv"));
    let relation = inside("energy-relation");
    assert_eq!(relation.len(), 10 * 3 * 3);
    let exact = column(&relation.filter("energy", "exact").expect("rows"), "relative_slope");
    assert!(exact.iter().all(|slope| (slope - 1.0).abs() < 1e-12), "{exact:?}");
    assert_eq!(inside("energies").filter("origin", "data").expect("rows").len(), 600);
    let trained = inside("couplings").filter("epoch", 20usize).expect("rows");
    assert_eq!((trained.len(), column(&trained, "n_pairs").iter().sum::<f64>()), (5, 120.0));
    let all = table(folder.path(), "analysis/energy-relation.csv").filter("seed", "all").expect("rows");
    assert_eq!(all.len(), 10 * 3 * 3);
}
