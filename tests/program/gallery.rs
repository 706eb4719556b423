//! The verdicts of the gallery follow from the tables beside them.

use std::{fs, path::PathBuf};

use rbm_flow::claims::Judgement;

#[test]
fn the_claims_of_the_gallery_are_those_of_its_runs() {
    let gallery = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("artifacts/gallery");
    for (folder, page) in [("runs", "claims"), ("talk-runs", "claims-talk")] {
        let entries = fs::read_dir(gallery.join(folder)).expect("runs");
        let mut runs: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        runs.sort();
        let judgement = Judgement::of(&runs).expect("a judgement");
        let read = |ending: &str| fs::read_to_string(gallery.join(page).with_extension(ending)).expect("a file");
        assert!(judgement.table().expect("a table").to_csv().expect("text") == read("csv"), "make {page}.csv anew");
        assert!(judgement.page() == read("md"), "make {page}.md anew");
    }
}
