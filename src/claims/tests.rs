//! Verdicts on planted tables: flows whose ends are known.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod training;

use std::fmt::Write;
use std::fs;

use super::*;
use crate::table::Table;

const MARKERS: &str = "name,label,temperature,field\ncritical_temperature,tc,2.269,0\n\
    specific_heat_maximum,c,2.3446,0\ntraining_mixture,mixture,2.562,0\ntraining_mixture_by_network,mixture,3.05,0\n";

/// A run folder whose flows end at these points by the network, four seeds a machine, the exact reading lower by `bias`.
fn plant(folder: &Path, ends: &[(&str, [f64; 2])], scatter: f64, bias: f64, markers: &str, ridges: &str) {
    let mut end_points = "machine,n_hidden,seed,reading,step,temperature,field\n".to_owned();
    let mut arrows =
        "machine,seed,reading,start_field,temperature,next_temperature,renormalization_cosine\n".to_owned();
    let mut agreement =
        "machine,quantity,step,n_seeds,chi_square,degrees_of_freedom,spread,spread_resolution\n".to_owned();
    let mut weights = "machine,seed,epoch,n_above_edge,n_extended_above_edge,n_localized_above_edge,\
        relative_participation_ratio\n"
        .to_owned();
    let mut energies =
        "machine,seed,epoch,origin,energy,energy_per_site,correlation,slope,relative_slope,explained_of_rest\n"
            .to_owned();
    for (number, (machine, [t, h])) in ends.iter().enumerate() {
        for (seed, sign) in [1.0, -1.0, 0.5, -0.5].into_iter().enumerate() {
            for (reading, bias, share) in [("thermometer", 0.0, 1.0), ("exact", bias, 0.9)] {
                // Neither readings nor machines scatter alike.
                let scatter = scatter * share * (1.0 + 0.1 * number as f64);
                let (t, h) = (t - bias + sign * scatter, h + 0.1 * sign * scatter * h);
                writeln!(end_points, "{machine},16,{seed},{reading},1000,{t},{h}").unwrap();
            }
            writeln!(weights, "{machine},{seed},0,0,0,0,1").unwrap();
            let (few, evenness) = (5.0 + sign, 0.2 + 0.02 * sign);
            writeln!(weights, "{machine},{seed},100,{},{few},20,{evenness}", few + 20.0).unwrap();
            // Machines differ in slope; a tenth of the training is enough for the end.
            for (epoch, slope) in [(0, 0.0), (100, 0.2), (1000, 0.4 + 0.1 * number as f64)] {
                for (origin, energy) in
                    [("data", "marginal"), ("data", "joint"), ("data", "exact"), ("flow-end", "marginal")]
                {
                    let (e, slope) = (-1.2 + 1e-5 * sign * f64::from(epoch), slope + 0.001 * sign);
                    let beyond = if energy == "exact" { 0.8 } else { 0.1 + 0.01 * sign };
                    let correlation = 0.9 + (0.01 + 1e-6 * f64::from(epoch) + 1e-4 * number as f64) * sign;
                    let numbers = format!("{correlation},{slope},{},{beyond}", slope / 0.4);
                    writeln!(energies, "{machine},{seed},{epoch},{origin},{energy},{e},{numbers}").unwrap();
                }
            }
            // Renormalization leads away from 2.269; the last first step goes along with it.
            for (from, to, cosine) in [(1.0, 1.2, -1.0), (2.0, 2.1, -1.0), (3.0, 2.9, -1.0), (4.0, 4.1, 1.0)] {
                for i in 0..5 {
                    let apart = 0.01 * f64::from(i);
                    writeln!(arrows, "{machine},{seed},exact,0,{},{},{cosine}", from + apart, to + apart).unwrap();
                }
            }
            if seed == 0 {
                writeln!(arrows, "{machine},{seed},exact,0,inf,9,-1").unwrap();
            }
        }
        writeln!(end_points, "{machine},16,all,thermometer,1000,99,99").unwrap();
        for (step, chi_square) in [(0, 1e4), (10, 300.0), (100, 110.0), (1000, 96.0)] {
            writeln!(agreement, "{machine},energy_temperature,{step},4,{chi_square},100,0.01,0.02").unwrap();
        }
    }
    fs::create_dir_all(folder.join("analysis")).unwrap();
    for (name, text) in [
        ("end-points", end_points.as_str()),
        ("vector-field", &arrows),
        ("agreement-of-starts", &agreement),
        ("weights", &weights),
        ("energy-relation", &energies),
        ("markers", markers),
        ("ridges", ridges),
    ] {
        fs::write(folder.join(format!("analysis/{name}.csv")), text).unwrap();
    }
}

const NO_RIDGE: &str = "line,field,temperature,temperature_error\n";

/// Verdicts on a claim, machine after machine.
fn verdicts(table: &Table, claim: &str, reading: &str) -> Vec<String> {
    let rows = table.filter("claim", claim).unwrap().filter("reading", reading).unwrap();
    rows.text("verdict").unwrap().into_iter().map(str::to_owned).collect()
}

/// Ends at one temperature and the verdicts on critical temperature, maximal specific heat, mixture and none.
fn verdicts_on(temperature: f64, scatter: f64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [temperature, 0.0])], scatter, 0.0, MARKERS, NO_RIDGE);
    let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
    let claims = ["critical-temperature", "specific-heat-maximum", "training-mixture", "none"];
    claims.into_iter().flat_map(|name| verdicts(&table, &format!("ends-at-{name}"), "exact")).collect()
}

const YES: &str = "reproduced";
const NO: &str = "not reproduced";

#[test]
fn flows_that_end_at_one_of_the_marked_points_are_told_apart() {
    assert_eq!(verdicts_on(2.269, 0.005), [YES, NO, NO, NO]);
    assert_eq!(verdicts_on(2.345, 0.005), [NO, YES, NO, NO]);
    assert_eq!(verdicts_on(2.561, 0.005), [NO, NO, YES, NO]);
    assert_eq!(verdicts_on(2.45, 0.005), [NO, NO, NO, YES]);
}

#[test]
fn seeds_that_scatter_too_much_ask_for_more() {
    let found = verdicts_on(2.31, 0.05);
    assert!(found[0].starts_with("undecided: ") && found[0].ends_with(" seeds more needed"), "{found:?}");
    assert!(found[1].starts_with("undecided"), "{found:?}");
    assert_eq!(found[2], NO);
    assert!(found[3].starts_with("undecided"), "{found:?}");
}

#[test]
fn a_biased_network_is_told_from_the_exact_reading() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [3.05, 0.0])], 0.005, 0.49, MARKERS, NO_RIDGE);
    let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
    assert_eq!(verdicts(&table, "thermometer-agrees", "thermometer − exact"), [NO]);
    assert_eq!(verdicts(&table, "ends-at-training-mixture", "exact"), [YES]);
    // The network sees the mixture at 3.05, as it sees these ends.
    assert_eq!(verdicts(&table, "ends-at-training-mixture", "thermometer"), [YES]);
    // Three first steps of four are opposite, and every flow to the end.
    assert_eq!(verdicts(&table, "opposite-to-renormalization", "exact"), [NO, YES]);
    assert_eq!(verdicts(&table, "same-end-from-every-start", "energy_temperature"), [YES]);
    let same = table.filter("claim", "same-end-from-every-start").unwrap();
    // At step 10 the spread is 0.03, well below 0.1.
    assert_eq!(same.column("step").unwrap(), [10.0]);
}

#[test]
fn machines_that_differ_make_the_verdict_depend_on_them() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [2.269, 0.0]), ("b", [2.562, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let judgement = Judgement::of(&[folder.path()]).unwrap();
    let found = verdicts(&judgement.table().unwrap(), "ends-at-critical-temperature", "exact");
    assert_eq!(found[..2], [YES, NO]);
    assert!(
        found[2].starts_with("depends on the RBM: reproduced by ") && found[2].contains("/a; not by "),
        "{found:?}"
    );
    let said = judgement.describe();
    assert!(said.contains("The flow ends at the critical temperature. [talk; arXiv:1801.07172]"), "{said}");
}

#[test]
fn a_few_large_eigenvalues_are_not_alike() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [2.269, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let judgement = Judgement::of(&[folder.path()]).unwrap();
    let table = judgement.table().unwrap();
    assert_eq!(verdicts(&table, "few-large-eigenvalues", "weights"), [YES, "nothing claimed", YES]);
    assert_eq!(verdicts(&table, "eigenvalues-alike", "weights"), [NO, NO, NO]);
    let said = judgement.describe();
    assert!(said.contains("a: 5.0000 ± 0.4564 (4 seeds), claimed 1 to 10: reproduced"), "{said}");
}

/// Two machines of one end and one correlation, with slopes 0.4, as of a perfect machine, and 0.5.
#[test]
fn ends_may_be_alike_where_the_energies_are_not() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [2.562, 0.0]), ("b", [2.562, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
    let of = |claim: &str, reading: &str| verdicts(&table, claim, reading);
    assert_eq!(of("energy-follows-energy", "marginal")[..2], [YES, YES]);
    assert_eq!(of("energy-is-energy", "marginal")[..2], [YES, NO]);
    assert_eq!(of("energy-beyond-magnetization", "marginal")[..2], [NO, NO]);
    assert_eq!(of("same-end-whatever-the-details", "exact"), [YES]);
    assert_eq!(of("same-end-whatever-the-details", "energy")[..2], [YES, YES]);
    // Slope and correlation after a tenth of the training of a; then of b over a, and after a tenth of the training of b.
    let relation = of("energy-relation-depends-on-details", "marginal");
    assert_eq!(relation[..6], [YES, NO, YES, NO, YES, NO], "{relation:?}");
}

/// A line T = 1 + H; ends at (2.5, 1.5), on the line, or at the mixture (2.5, 0.75).
#[test]
fn ends_in_the_plane_lie_on_the_line_of_maximal_specific_heat_or_beside_it() {
    let ridges = "line,field,temperature,temperature_error\nspecific-heat,0,1,0\nspecific-heat,2,3,0\nspecific-heat,4,5,0\n\
        bethe,0,9,0\n";
    let markers = "name,label,temperature,field\ntraining_mixture,mixture,2.5,0.75\n";
    for (end, expected) in [([2.5, 1.5], [YES, YES]), ([2.5, 0.75], [NO, NO]), ([2.5, -1.5], [YES, YES])] {
        let folder = tempfile::tempdir().unwrap();
        plant(folder.path(), &[("a", end)], 0.01, 0.0, markers, ridges);
        let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
        assert_eq!(verdicts(&table, "ends-on-line-of-maximal-specific-heat", "exact"), expected, "{end:?}");
    }
}

#[test]
fn a_run_that_is_not_done_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let said = Judgement::of(&[folder.path()]).unwrap_err().to_string();
    assert!(said.contains("markers.csv: is the run finished?"), "{said}");
}

/// Flows whose starts are still apart have no end that could be at Tc, wherever the mean of the starts lies.
#[test]
fn starts_that_are_apart_leave_it_undecided() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [2.269, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let file = folder.path().join("analysis/agreement-of-starts.csv");
    let apart = fs::read_to_string(&file).unwrap().replace("1000,4,96,100,0.01,0.02", "1000,4,500,100,0.2,0.1");
    fs::write(&file, apart).unwrap();
    let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
    let found = |claim: &str| verdicts(&table, claim, "exact");
    assert_eq!(found("ends-at-critical-temperature"), ["undecided: the starts have not come together"]);
    assert_eq!(found("ends-at-training-mixture"), ["not reproduced"]);
    assert_eq!(found("ends-at-none"), ["undecided: the starts have not come together"]);
    let same = verdicts(&table, "same-end-from-every-start", "energy_temperature");
    assert_eq!(same, [NO]);
    // Errors of 1 say nothing of a spread of 0.1.
    let apart = fs::read_to_string(&file).unwrap().replace("1000,4,500,100,0.2,0.1", "1000,4,96,100,0,1");
    fs::write(&file, apart).unwrap();
    let table = Judgement::of(&[folder.path()]).unwrap().table().unwrap();
    let unresolved = ["undecided: the spread of the starts is not resolved"];
    assert_eq!(verdicts(&table, "same-end-from-every-start", "energy_temperature"), unresolved);
    assert_eq!(verdicts(&table, "ends-at-critical-temperature", "exact"), unresolved);
}

/// A joint verdict names the settings by which the machines that reproduce a claim differ from those that do not.
#[test]
fn a_joint_verdict_names_what_separates() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[("a", [2.269, 0.0]), ("b", [2.562, 0.0])], 0.005, 0.0, MARKERS, NO_RIDGE);
    let manifest = "experiment = \"planted\"\nversion = \"\"\ncommit = \"\"\nhost = \"\"\ndevice = \"\"\nthreads = 1\n\n[config.data]\nn_samples = 9\n\n[[config.rbm]]\nname = \"a\"\nn_hidden = 4\nn_epochs = 7\n\n\
        [[config.rbm]]\nname = \"b\"\nn_hidden = 16\nn_epochs = 7\n";
    fs::write(folder.path().join("manifest.toml"), manifest).unwrap();
    let judgement = Judgement::of(&[folder.path()]).unwrap();
    assert!(judgement.describe().contains("together: depends on rbm.n_hidden: reproduced by "));
    let page = judgement.page();
    assert!(page.contains("\nTogether: depends on rbm.n_hidden: reproduced by "), "{page}");
    assert!(page.contains(" / b | 2.5620 ± 0.0025 | 4 | 1000 | 2.2690 | +116.7 | not reproduced |"), "{page}");
}
