//! Figures of ends and ways in the (T, H) plane, and those that put several machines side by side.

use super::*;

const SOFTMAX_MAPS: &str = "machine,source,n_seeds,source_temperature,source_field,temperature,field,probability,probability_error\n\
    a,flow-end,1,nan,nan,1,0,0.1,0.01\na,flow-end,1,nan,nan,1,1,0.2,0.01\na,flow-end,1,nan,nan,2,0,0.3,0.01\n\
    a,flow-end,1,nan,nan,2,1,0.4,0.01\na,flow-end,1,nan,nan,inf,1,0,0\na,exact-samples,1,2.5,0.75,1,0,0.1,0.01\n\
    a,exact-samples,1,2.5,0.75,1,1,0.5,0.01\na,exact-samples,1,2.5,0.75,2,0,0.2,0.01\na,exact-samples,1,2.5,0.75,2,1,0.2,0.01\n";
const SOFTMAX_RIDGE: &str =
    "machine,source,seed,overlap_with_machine\na,flow-end,all,1\na,exact-samples,all,0.97\na,uniform,all,0.5\n";
const CONSTANT: &str = "machine,n_seeds,magnetization_per_site,magnetization_per_site_error,temperature,field\n\
    a,2,0.8125,0.01,0,0\na,2,0.8125,0.01,1,0.2\na,2,0.8125,0.01,2,1\na,2,0.8125,0.01,3,9\n";
const FLOW: &str = "machine,seed,start_temperature,start_field,step,exact_temperature,exact_field,thermometer_temperature,\
    thermometer_field\na,0,0,0,0,nan,nan,0.1,0.1\na,0,0,0,1,1,0.2,1.2,0.3\na,0,0,0,7,9,9,9,9\na,0,0,0,20,1.5,0.5,1.6,0.6\n\
    a,0,inf,1,0,inf,inf,2,0.9\na,0,inf,1,1,800,90,2.2,0.8\na,0,inf,1,20,1.6,0.5,1.6,0.7\na,1,0,0,0,0,0,0,0\n";
const ENDS: &str = "machine,n_hidden,seed,start_temperature,start_field,reading,temperature,temperature_error,field,field_error,\
    covariance\na,4,0,0,0,exact,1.5,0.1,0.5,0.1,0.009\na,4,0,2,1,exact,1.6,0.1,0.5,0.1,0.009\n\
    a,4,0,0,0,thermometer,1.6,0.1,0.6,0.1,0.005\na,4,0,2,1,thermometer,1.6,0.1,0.7,0.1,0.005\n\
    b,16,0,0,0,exact,90,9,40,9,nan\nb,16,0,0,0,thermometer,1.9,0.1,0.9,0.1,0\n";
const MEANS: &str = "machine,seed,reading,temperature,temperature_error,field,field_error,covariance\n\
    a,0,exact,1.55,0.05,0.5,0,0\na,all,exact,1.55,nan,0.5,nan,nan\na,0,thermometer,1.6,0,0.65,0.05,0\n\
    b,0,exact,90,nan,40,nan,nan\nb,0,thermometer,1.9,nan,0.9,nan,nan\n";
const ALONG_TRAINING: &str = "machine,seed,n_hidden,epoch,temperature,field,energy_per_site,magnetization_per_site,\
    marginal_energy_per_site,exact_energy_per_site\na,0,4,0,2,0,-2,1,-3,-1\na,0,4,0,2,0,-1,0.5,-3,-0.5\n\
    a,0,4,9,2,0,-2,1,-4,-1\na,0,4,9,2,0,-1,0.5,-3.5,-0.5\nb,0,16,9,2,0,-2,1,-4,-1\nb,0,16,9,2,0,-1,-0.5,-3.1,-0.5\n\
    a,1,4,9,2,0,-2,1,-9,-1\n";

fn softmax() -> Figure {
    softmax_map(SoftmaxTables {
        maps: &table("maps", SOFTMAX_MAPS),
        ridge: &table("ridge", SOFTMAX_RIDGE),
        ridges: &table("ridges", RIDGES),
        constant_magnetization: &table("constant", CONSTANT),
        rg_fixed_points: &table("fixed points", FIXED_POINTS),
    })
    .unwrap()
}

fn ways() -> Figure {
    trajectories(TrajectoryTables {
        flow: &table("flow", FLOW),
        ends_of_starts: &table("ends", ENDS).filter("machine", "a").unwrap(),
        ridges: &table("ridges", RIDGES),
        constant_magnetization: &table("constant", CONSTANT),
        rg_fixed_points: &table("fixed points", FIXED_POINTS),
    })
    .unwrap()
}

fn ends() -> Figure {
    ends_in_plane(EndTables {
        ends_of_starts: &table("ends", ENDS),
        end_points: &table("means", MEANS),
        ridges: &table("ridges", RIDGES),
        constant_magnetization: &table("constant", CONSTANT),
        rg_fixed_points: &table("fixed points", FIXED_POINTS),
    })
    .unwrap()
}

/// These figures under their names, with words that must be in them.
pub(super) fn gallery() -> Vec<(&'static str, Figure, &'static [&'static str])> {
    vec![
        (
            "softmax map",
            softmax(),
            &[
                "end of the RBM flow",
                "exact at (2.50, 0.75)",
                "overlap with (a)",
                "0.970",
                "averaged softmax [%]",
                "m = 0.812",
                "ferromagnetic fixed point (0, 0), unstable",
                "paramagnetic fixed point (∞, any), stable",
                "peak over T in each field",
            ],
        ),
        (
            "trajectories",
            ways(),
            &["from H = 0", "from H = 1", "steps 1", "step 20 of every start", "by the exact likelihood", "network"],
        ),
        (
            "ends in the plane",
            ends(),
            &["n h = 4 (a, 1 seed): mean (1.55, 0.5)", "n h = 16 (b, 1 seed): mean (90, 40)", "maximal c , exact"],
        ),
        ("spectra", spectra(&table("spectrum", SPECTRUM)).unwrap(), &["rank", "eigenvalue λ", "a (2 seeds)"]),
        (
            "energy panels",
            energy_relation_panels(&table("energies", ALONG_TRAINING)).unwrap(),
            &["n h = 4", "n h = 16", "epoch 0", "epoch 9", "r = 1.00", "perfect RBM", "energy E / N [ J ]"],
        ),
    ]
}

/// The peak over T of the field 1 of the control is at T = 1, that of the machine at T = 2.
#[test]
fn the_peaks_of_a_softmax_map_are_those_of_each_field() {
    let drawn = table("drawn", &softmax().csv);
    let peaks = drawn.filter("what", "peak over T").unwrap().filter("field", 1.0).unwrap();
    assert_eq!(peaks.column("temperature").unwrap(), [2.0, 1.0]);
    assert_eq!(drawn.filter("what", "class").unwrap().len(), 8);
}

/// Exact physics reads a start as it is; steps that are no power of ten are left out.
#[test]
fn a_trajectory_begins_at_its_start() {
    let drawn = table("drawn", &ways().csv).filter("what", "trajectory").unwrap();
    let exact = drawn.filter("panel", "(a) by the exact likelihood of (*T*, *H*)").unwrap();
    assert_eq!(exact.column("step").unwrap(), [0.0, 1.0, 20.0, 0.0, 1.0, 20.0]);
    assert_eq!(exact.column("temperature").unwrap(), [0.0, 1.0, 1.5, f64::INFINITY, 800.0, 1.6]);
}
