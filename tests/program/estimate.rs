//! What a run takes is told before it, and what does not fit is refused before anything is done.

use std::{fs, path::Path, time::Duration};

use crate::common::{experiments, run_smoke, said};
use rbm_flow::{
    config::Config,
    device::Backend,
    estimate::DoesNotFit,
    pipeline::{self, Request},
    progress::Progress,
    resources::Room,
    stages::Stage,
};

/// Samples of the smoke experiment into `folder` on a machine that has this room.
fn sample(folder: &Path, room: Room, force: bool) -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/smoke.toml");
    let config = Config::load(&file, Vec::new()).expect("a correct config");
    let request = Request {
        folder: folder.into(),
        stages: vec![Stage::Sample],
        restart: false,
        backend: Backend::compiled()[0],
        checkpoint_every: Duration::from_secs(5),
        room,
        force,
        waits: false,
        inherits: None,
    };
    pipeline::run(&config, &request, &Progress::default())
}

#[test]
fn nothing_is_begun_where_memory_or_disk_do_not_suffice_unless_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    for room in [Room { memory: Some(1 << 20), disk: None }, Room { memory: None, disk: Some(1 << 10) }] {
        let error = sample(folder.path(), room, false).expect_err("a refusal");
        assert!(error.is::<DoesNotFit>(), "{error:#}");
        assert!(!folder.path().join("data").exists() && !folder.path().join("manifest.toml").exists());
    }
    let nothing = Room { memory: Some(0), disk: Some(0) };
    sample(folder.path(), nothing, true).expect("a forced run");
    sample(folder.path(), nothing, false).expect("what is up to date needs nothing");
    assert!(folder.path().join("data/samples.safetensors").exists());
}

/// No machine has room for a million million chains.
#[test]
fn a_config_that_cannot_run_here_is_refused_with_the_setting_and_one_that_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let absurd = ["--set", "flow.n_chains=1000000000000"];
    let refused = run_smoke(folder.path(), &absurd);
    let text = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(78), "{text}");
    assert!(text.contains("mostly for flow.n_chains = 1000000000000: flow.n_chains = "), "{text}");
    assert!(!folder.path().join("data").exists(), "nothing was done");
    let earlier = said(&run_smoke(folder.path(), &[&absurd[..], &["--until", "sample"]].concat()));
    assert!(earlier.contains("sample: done"), "stages that fit are done: {earlier}");
    let check = experiments().args(["config", "check", "configs/smoke.toml"]).args(absurd).output().expect("a check");
    let text = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && text.contains("warning: this run would take about"), "{text}");
}

#[test]
fn a_check_tells_time_memory_and_disk() {
    let check = experiments().args(["config", "check", "configs/zero-field.toml"]).output().expect("a check");
    let text = String::from_utf8_lossy(&check.stdout);
    let line = text.lines().find(|line| line.contains("about ")).expect("an estimate");
    assert!(line.contains("train-rbm") && line.contains("of memory") && line.contains("on disk"), "{text}");
}

#[test]
fn the_doctor_tells_of_the_machine_and_of_every_config() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy("configs/smoke.toml", folder.path().join("mine.toml")).expect("a copy");
    fs::write(folder.path().join("wrong.toml"), "[data]\nsides = 4\n").expect("written");
    let mut command = experiments();
    command.arg("doctor").arg(folder.path()).arg("--out").arg(folder.path().join("to-come")).arg("--json");
    let output = command.output().expect("the program starts");
    said(&output);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let positive = |name: &str| assert!(report[name].as_f64().is_some_and(|number| number > 0.0), "{name}: {report}");
    ["n_threads", "free_disk", "disk_speed"].into_iter().for_each(positive);
    assert!(
        report["devices"].as_array().is_some_and(|devices| devices.iter().any(|device| device["problem"].is_null()))
    );
    let configs = report["configs"].as_array().expect("configs");
    assert_eq!(configs.len(), 2, "{report}");
    assert!(configs[0]["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0) && configs[0]["problem"].is_null());
    assert!(
        configs[1]["problem"].as_str().is_some_and(|problem| problem.contains("unknown field `sides`")),
        "{report}"
    );
    assert!(report["advice"].to_string().contains("1 of the configs cannot run here"), "{report}");
    let files = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(files, 2, "the trial of the disk leaves nothing behind");
}
