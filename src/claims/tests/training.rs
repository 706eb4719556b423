//! What depends on the training: training time, KL divergence, ends and states along it; verdicts among many.

use super::*;

/// A run of one entry whose flows end at `temperature`; `n_samples` 1000 in batches of 500 for 1000 epochs at a rate of 0.1.
fn run(temperature: f64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [temperature, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let manifest = "experiment = \"planted\"\nversion = \"\"\ncommit = \"\"\nhost = \"\"\ndevice = \"\"\nthreads = 1\n\n\
        [config.data]\ntemperatures = [1.0]\nfields = [0.0]\nn_samples = 1000\n\n[[config.rbm]]\nname = \"a\"\n\
        learning_rate = 0.1\nbatch_size = 500\nn_epochs = 1000\n";
    fs::write(folder.path().join("manifest.toml"), manifest).unwrap();
    folder
}

fn table_of(folder: &tempfile::TempDir) -> Table {
    Judgement::of(&[folder.path()]).unwrap().table().unwrap()
}

fn cell(table: &Table, claim: &str, reading: &str, column: &str) -> String {
    let rows = table.filter("claim", claim).unwrap().filter("reading", reading).unwrap();
    rows.text(column).unwrap()[0].to_owned()
}

/// KL divergences of 27 and 26 nats: no evidence against claims about trained RBMs, but against the talk's about its own.
#[test]
fn badly_trained_rbms_are_no_evidence_against_claims_about_trained_ones() {
    let folder = run(2.345);
    assert_eq!(cell(&table_of(&folder), "ends-at-training-mixture", "exact", "verdict"), NO);
    for (seed, divergence) in [(0, 27.0), (1, 26.0)] {
        let of_seed = folder.path().join(format!("rbm/a/seed-{seed}"));
        fs::create_dir_all(&of_seed).unwrap();
        let table = format!(
            "epoch,ln_z,ln_z_error,ln_z_reverse,ln_z_reverse_error,relative_entropy,relative_entropy_reverse\n\
            0,1,0,1,0,50,50\n1000,1,0,1.5,0.1,{},{divergence}\n",
            divergence - 0.5
        );
        fs::write(of_seed.join("likelihood.csv"), table).unwrap();
    }
    let table = table_of(&folder);
    let of = |claim: &str, column: &str| cell(&table, claim, "exact", column);
    assert_eq!(of("ends-at-training-mixture", "verdict"), "not applicable: KL divergence 26 nats");
    assert_eq!(of("ends-at-critical-temperature", "verdict"), NO);
    assert_eq!(of("ends-at-specific-heat-maximum", "verdict"), YES);
    assert_eq!([of("ends-at-none", "kl_divergence"), of("ends-at-none", "kl_divergence_error")], ["26.5", "0.5"]);
    assert_eq!([of("ends-at-none", "n_updates"), of("ends-at-none", "training_time")], ["2000", "200"]);
    let text = Judgement::of(&[folder.path()]).unwrap().describe();
    assert!(text.contains("; at training time 200 (2000 updates); KL divergence 26.5 ± 0.5"), "{text}");
}

/// Eigenvalues along the training: at epoch 0 there is none and all are alike, at 100 of 1000 epochs (time 20) there are five beside
/// 20 localized ones.
#[test]
fn extended_eigenvectors_count_and_ranges_are_of_training_time() {
    let folder = run(2.345);
    let table = table_of(&folder);
    let of = |claim: &str| table.filter("claim", claim).unwrap();
    let few = of("few-large-eigenvalues");
    assert_eq!(few.text("verdict").unwrap(), [YES, "nothing claimed", YES]);
    assert_eq!(few.column("number").unwrap()[..2], [5.0, 20.0]);
    assert_eq!(few.text("holds_from_training_time").unwrap(), ["20", "", "20"]);
    // Four equal counts do not show that fewer than every second RBM has an eigenvalue beyond the edge.
    let alike = of("eigenvalues-alike");
    assert_eq!(alike.text("verdict").unwrap(), [NO, NO, NO]);
    assert_eq!(alike.text("holds_to_training_time").unwrap()[0], "none");
    // Runs before there were these columns have no such finding.
    let file = folder.path().join("analysis/weights.csv");
    let old = fs::read_to_string(&file).unwrap().replace("n_extended_above_edge,n_localized_above_edge", "x,y");
    fs::write(&file, old).unwrap();
    assert_eq!(verdicts(&table_of(&folder), "few-large-eigenvalues", "weights"), [YES]);
}

/// Ends that pass 2.345 at the middle one of three snapshots; states that are free spins there, and Boltzmann's at the last.
#[test]
fn claims_hold_over_ranges_of_training_time() {
    let folder = run(2.562);
    let mut ends =
        "machine,seed,epoch,n_updates,training_time,reading,temperature,field,spread_of_starts,spread_resolution,\
        degrees_of_freedom\n"
            .to_owned();
    let mut states = "machine,seed,epoch,training_time,connected_correlation,binder_ratio,distance_to_boltzmann,\
        distance_to_free_spins\n"
        .to_owned();
    for (epoch, temperature, spread, [correlation, boltzmann, free]) in
        [(10, 1.5, 0.5, [0.05, 1.0, 0.5]), (100, 2.345, 0.02, [0.001, 0.4, 0.02]), (1000, 2.562, 0.0, [0.1, 0.02, 0.9])]
    {
        for (seed, sign) in [1.0, -1.0, 0.5, -0.5].into_iter().enumerate() {
            let time = 0.2 * f64::from(epoch);
            for reading in ["thermometer", "exact", "energy"] {
                let t = temperature + 0.005 * sign;
                writeln!(ends, "a,{seed},{epoch},{},{time},{reading},{t},0,{spread},0.05,7", 2 * epoch).unwrap();
            }
            let [correlation, boltzmann, free] = [correlation, boltzmann, free].map(|x| x * (1.0 + 0.01 * sign));
            writeln!(states, "a,{seed},{epoch},{time},{correlation},{},{boltzmann},{free}", 0.61 + 0.001 * sign)
                .unwrap();
        }
        for reading in ["thermometer", "exact", "energy"] {
            writeln!(ends, "a,all,{epoch},0,0,{reading},9,9,{spread},0.05,28").unwrap();
        }
        writeln!(states, "a,all,{epoch},0,9,9,9,9").unwrap();
    }
    let references = "name,connected_correlation,binder_ratio\ncritical,0.1,0.61\n";
    for (name, text) in
        [("ends-along-training", ends.as_str()), ("end-states", &states), ("state-references", references)]
    {
        fs::write(folder.path().join(format!("analysis/{name}.csv")), text).unwrap();
    }
    let table = table_of(&folder);
    let holds = |claim: &str, reading: &str| {
        ["holds_from_training_time", "holds_to_training_time"].map(|column| cell(&table, claim, reading, column))
    };
    assert_eq!(holds("ends-at-specific-heat-maximum", "exact"), ["20", "20"]);
    assert_eq!(holds("ends-at-training-mixture", "exact"), ["200", "200"]);
    assert_eq!(holds("ends-at-critical-temperature", "exact"), ["none", "none"]);
    assert_eq!(holds("same-end-from-every-start", "energy_temperature"), ["20", "200"]);
    assert_eq!(holds("end-is-a-boltzmann-state", "end state"), ["200", "200"]);
    let of = |claim: &str, column: &str| -> Vec<String> {
        let rows = table.filter("claim", claim).unwrap();
        rows.text(column).unwrap().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(of("end-is-a-product-state", "verdict"), [NO, NO, NO]);
    assert_eq!(of("end-is-a-product-state", "holds_from_training_time"), ["20", "20", "20"]);
    assert_eq!(of("end-is-critical", "verdict"), [YES, YES]);
    assert_eq!(of("end-is-a-boltzmann-state", "verdict"), [YES]);
}

/// Twenty p-values beside one of 0.002: by itself a verdict, not among so many.
#[test]
fn a_verdict_may_be_lost_among_many() {
    let folder = run(2.345);
    let table = table_of(&folder);
    let (p, adjusted) = (table.column("p_value").unwrap(), table.column("p_value_adjusted").unwrap());
    let (verdicts, among) = (table.text("verdict").unwrap(), table.text("verdict_adjusted").unwrap());
    assert!(p.iter().zip(&adjusted).all(|(p, adjusted)| p.is_nan() || p <= adjusted));
    for i in (0..table.len()).filter(|&i| [YES, NO].contains(&verdicts[i])) {
        assert!(p[i] <= 0.01, "{}", verdicts[i]);
        let lost = "undecided: not significant among so many";
        assert_eq!(among[i], if adjusted[i] > 0.01 { lost } else { verdicts[i] });
    }
}
