//! What is drawn, a mean, or rounded, in training and flow.

use std::fs;

use crate::common::{run_smoke, said};

#[test]
fn mean_field_and_rounded_flows_run_and_give_other_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tables = Vec::new();
    for update in ["sampled", "mean-field", "rounded"] {
        said(&run_smoke(folder.path(), &["--until", "flow", "--set", &format!("flow.update={update}")]));
        tables.push(fs::read_to_string(folder.path().join("flow/reference/seed-0/flow.csv")).expect("a table"));
    }
    assert!(tables[0] != tables[1] && tables[1] != tables[2] && tables[0] != tables[2]);
}

#[test]
fn layers_are_set_one_by_one_in_training_and_flow_and_other_names_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |name: &str, changes: &[&str]| {
        let folder = folder.path().join(name);
        let sets = changes.iter().flat_map(|change| ["--set", change]).collect::<Vec<_>>();
        let text = said(&run_smoke(&folder, &[&["--until", "flow"], &sets[..]].concat()));
        let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a table");
        ([read("rbm/reference/seed-0/training.csv"), read("flow/reference/seed-0/flow.csv")], text)
    };
    let drawn = run("drawn", &[]).0;
    let same = ["flow.update=drawn", "flow.update=sampled", "rbm.hidden_units=drawn", "rbm.visible_units=sampled"];
    let text = run("drawn", &same).1;
    assert_eq!(text.matches("up to date").count(), text.lines().count(), "{text}");
    let hidden_means = run("drawn", &["flow.hidden=mean"]).0;
    let both = run("drawn", &["flow.hidden=mean", "flow.visible=mean"]).0;
    assert_eq!(both, run("drawn", &["flow.update=mean"]).0, "the shorthand");
    assert!(hidden_means[1] != both[1] && hidden_means[1] != drawn[1] && hidden_means[0] == drawn[0]);
    let learned = run("means", &["rbm.hidden_units=mean"]).0;
    let rounded = run("rounded", &["rbm.hidden_units=mean", "rbm.visible_units=rounded"]).0;
    assert!(learned[0] != drawn[0] && rounded[0] != drawn[0] && learned[0] != rounded[0]);
}
