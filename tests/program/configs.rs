//! Configs and `--set`: what ships is correct, what is wrong is told with its place.

use std::{fs, path::Path};

use crate::common::experiments;

/// `experiments config check FILE` with `--set` changes: exit code and what it said.
fn check(file: &Path, changes: &[&str]) -> (Option<i32>, String) {
    let mut command = experiments();
    command.args(["config", "check"]).arg(file);
    for change in changes {
        command.args(["--set", change]);
    }
    let output = command.output().expect("the program starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn every_shipped_config_is_correct() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let files: Vec<_> = fs::read_dir(folder).expect("configs").map(|entry| entry.expect("an entry").path()).collect();
    assert!(files.len() >= 3);
    for file in files {
        let (code, text) = check(&file, &[]);
        assert_eq!(code, Some(0), "{}: {text}", file.display());
    }
}

/// Every file in `tests/config/bad` begins with `# expect: TEXT` lines, all of which its message must hold.
#[test]
fn every_bad_config_is_refused_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/bad");
    let files: Vec<_> = fs::read_dir(folder).expect("configs").map(|entry| entry.expect("an entry").path()).collect();
    assert!(files.len() >= 8);
    for file in files {
        let text = fs::read_to_string(&file).expect("a config");
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# expect: ")).collect();
        assert!(!expected.is_empty(), "{} expects nothing", file.display());
        let (code, said) = check(&file, &[]);
        assert_eq!(code, Some(78), "{}: {said}", file.display());
        for part in expected {
            assert!(said.contains(part), "{}: no {part:?} in\n{said}", file.display());
        }
    }
}

#[test]
fn set_refuses_unknown_keys_wrong_types_and_unknown_machines() {
    let smoke = Path::new("configs/smoke.toml");
    for (change, part) in [
        ("data.sid=4", "unknown field `sid`"),
        ("nonsense.key=1", "unknown field `nonsense`"),
        ("rbm.n_hidden=many", "expected a whole number of at least 1"),
        ("rbm.n_hidden=2.5", "expected a whole number of at least 1"),
        ("rbm.learning_rate=fast", "expected a positive number"),
        ("rbm.n_hidden=0", "at least 1"),
        ("rbm.other.n_hidden=4", "there are: reference"),
        ("seed=-1", "invalid value"),
        ("data.temperatures=-1", "expected a list of numbers"),
        ("data.temperatures=[-1]", "temperatures are 0 or more"),
        ("flow.update=average", "`sampled`, "),
        ("rbm.visible_units=average", "`rounded`"),
    ] {
        let (code, said) = check(smoke, &[change]);
        assert!(code == Some(78) && said.contains(part) && said.contains(&format!("--set {change}")), "{said}");
    }
}

#[test]
fn set_reaches_one_machine_or_all_and_show_tells_the_origin() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
    fs::write(&file, "[data]\nside = 4\n[[rbm]]\nname = \"a\"\nn_hidden = 2\n[[rbm]]\nname = \"b\"\n")
        .expect("written");
    let output = experiments()
        .args(["config", "show"])
        .arg(file.path())
        .args(["--set", "rbm.n_epochs=7", "--set", "rbm.b.n_hidden=3", "--set", "data.temperatures=[0, inf]"])
        .output()
        .expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    assert_eq!(lines("n_epochs = 7").len(), 2, "{text}");
    assert!(lines("n_hidden = 2")[0].contains(":5"), "{text}");
    assert!(lines("n_hidden = 3")[0].contains("--set rbm.b.n_hidden=3"), "{text}");
    assert!(lines("temperatures = [0.0, inf]")[0].contains("--set"), "{text}");
    assert!(lines("n_gibbs_steps = 1")[0].contains("default"), "{text}");
}

/// A scan stands for a machine of each size, which `--set` reaches like any other.
#[test]
fn a_list_of_hidden_units_is_a_machine_of_each() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
    fs::write(&file, "[data]\nside = 4\n[[rbm]]\nname = \"n-hidden\"\nn_hidden = [2, 9]\nseeds = 3\n")
        .expect("written");
    let show = |changes: &[&str]| {
        let sets = changes.iter().flat_map(|change| ["--set", change]);
        let output = experiments().args(["config", "show"]).arg(file.path()).args(sets).output();
        String::from_utf8_lossy(&output.expect("the program starts").stdout).into_owned()
    };
    let text = show(&["rbm.n-hidden-9.seeds=5"]);
    let lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    assert_eq!((lines("[[rbm]]").len(), lines("name = \"n-hidden-2\"").len()), (2, 1), "{text}");
    assert!(lines("n_hidden = 9")[0].contains(":5"), "{text}");
    assert!(lines("seeds = 3")[0].contains(":6") && lines("seeds = 5")[0].contains("--set"), "{text}");
    let sizes = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("n_hidden")).map(|line| line[11..13].trim().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(sizes(&show(&["rbm.n_hidden=[1, 4]"])), ["1", "4"], "a list replaces a list");
    assert_eq!(
        sizes(&show(&["rbm.n-hidden.n_hidden=[1, 4, 16]"])),
        ["1", "4", "16"],
        "of a scan called by its name, too"
    );
    let text = show(&["rbm.n-hidden-9.seeds=5", "rbm.n-hidden.seeds=7"]);
    assert_eq!(text.matches("seeds = 7").count(), 2, "the name of a scan means all its machines: {text}");
    assert_eq!(text.matches("--set rbm.n-hidden.seeds=7").count(), 2, "{text}");
}
