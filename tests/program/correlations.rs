//! Correlations and exponents through the whole program.

use std::{fs, path::Path};

use crate::common::{run_smoke, said};
use ising_data::{StatePoint, observables, sample, stream::Purpose};
use ising_theory::{CRITICAL_TEMPERATURE, Lattice, thermodynamics};
use rbm_flow::table::Table;
use statistics::PowerLaw;

fn read(folder: &Path, file: &str) -> Table {
    Table::from_csv(file, &fs::read_to_string(folder.join(file)).expect("a table")).expect("a table")
}

#[test]
fn a_run_has_the_correlations_of_its_flow_its_data_and_their_mixture() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "analyze"]));
    let flow = read(folder.path(), "flow/reference/seed-0/correlations.csv");
    assert_eq!(
        flow.header()[..8],
        ["machine", "seed", "start_temperature", "start_field", "step", "distance", "correlation", "correlation_error"]
    );
    assert_eq!(flow.distinct("step").expect("steps"), [0.0, 1.0, 10.0, 30.0]);
    let steps = read(folder.path(), "flow/reference/seed-0/flow.csv");
    let reach = ["binder_ratio", "binder_ratio_error", "correlation_length"];
    assert!(steps.header().windows(3).any(|names| *names == reach), "{:?}", steps.header());
    // Neighbours have G(1) = −e/2 of the bonds: samples against Kaufman, within 5 errors (false-alarm rate 6e-7 each).
    let data = read(folder.path(), "analysis/correlations.csv");
    let neighbours = data.filter("law", "boltzmann").and_then(|rows| rows.filter("distance", 1.0)).expect("rows");
    let column = |name: &str| neighbours.column(name).expect("a column");
    let (found, errors, exact) = (column("correlation"), column("correlation_error"), column("correlation_exact"));
    assert_eq!(found.len(), 7);
    let is_near = |i: usize| (found[i] - exact[i]).abs() <= 5.0 * errors[i] + 1e-12;
    assert!((0..7).all(is_near), "{found:?} {exact:?}");
    for law in ["mixture", "flow-end"] {
        assert!(!data.filter("law", law).expect("rows").is_empty());
        assert!(!read(folder.path(), "analysis/correlation-length.csv").filter("law", law).expect("rows").is_empty());
    }
}

/// A flow whose record is of an earlier version of the program is computed anew, the trained networks are kept.
#[test]
fn flows_of_an_earlier_version_are_computed_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "analyze"]));
    let manifest = folder.path().join("manifest.toml");
    let mut records: toml::Table = toml::from_str(&fs::read_to_string(&manifest).expect("a manifest")).expect("TOML");
    let tasks = records["tasks"].as_table_mut().expect("tasks");
    for (_, record) in tasks.iter_mut().filter(|(name, _)| name.starts_with("flow/")) {
        record.as_table_mut().expect("a record").insert("fingerprint".into(), "earlier".into());
    }
    fs::write(&manifest, records.to_string()).expect("a writable manifest");
    let refused = run_smoke(folder.path(), &["--only", "render"]);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("the program changed\n  run without --only"), "{text}");
    let text = said(&run_smoke(folder.path(), &["--until", "analyze"]));
    assert!(text.contains("train-rbm/reference/seed-1: up to date"), "{text}");
    assert!(text.contains("flow/reference/seed-1 … (its inputs or the program changed)"), "{text}");
}

/// At Tc the samples of L = 4, 6, 8, 10 give the exponent of their exact |m| within 4.5 errors (false-alarm rate 7e-6), and that is
/// 1/8 to within 0.01: small lattices fall below it (0.1163 from L = 4 and 6 to 0.1231 from L = 8 and 10).
#[test]
fn exact_samples_at_tc_have_the_exponent_of_the_magnetization() {
    let point = StatePoint::new(CRITICAL_TEMPERATURE, 0.0).expect("a state point");
    let of = |side: usize| {
        let lattice = Lattice::square(side).expect("a torus");
        let spins = sample(lattice, &[point], 20_000, 1, Purpose::Sample, &|_| true).expect("samples");
        let sampled = observables(lattice, point, &spins).expect("right shapes").abs_magnetization_per_site;
        let value =
            thermodynamics(lattice, CRITICAL_TEMPERATURE, 0.0).expect("a small torus").abs_magnetization_per_site;
        ((side as f64, sampled), (side as f64, statistics::Estimate { value, error: 0.0 }))
    };
    let (sampled, exact): (Vec<_>, Vec<_>) = [4, 6, 8, 10].map(of).into_iter().unzip();
    let sampled = PowerLaw::through(&sampled).expect("four points");
    let exact = PowerLaw::through(&exact).expect("four points").exponent.value;
    assert!((sampled.exponent.value - exact).abs() < 4.5 * sampled.exponent.error, "{sampled:?} {exact}");
    assert!(sampled.exponent.error < 0.004 && (exact + 0.125).abs() < 0.01, "{sampled:?} {exact}");
}
