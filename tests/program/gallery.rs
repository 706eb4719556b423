//! The verdicts of the gallery follow from the tables beside them.

use std::{fs, path::PathBuf};

use rbm_flow::claims::Judgement;

#[test]
fn the_claims_of_the_gallery_are_those_of_its_runs() {
    let gallery = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("artifacts/gallery");
    let entries = fs::read_dir(gallery.join("runs")).expect("runs");
    let mut runs: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    runs.sort();
    let judgement = Judgement::of(&runs).expect("a judgement");
    let read = |name: &str| fs::read_to_string(gallery.join(name)).expect("a file of the gallery");
    assert!(judgement.table().expect("a table").to_csv().expect("text") == read("claims.csv"), "make claims.csv anew");
    assert!(judgement.page() == read("claims.md"), "make claims.md anew");
}
