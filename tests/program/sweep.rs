//! A sweep ends in the same bytes, whoever does its runs in which order.

mod jobs;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rbm_flow::{artifacts::checksum, table::Table};

use crate::common::{assert_same, experiments, said};

/// A tiny experiment at four points: two sizes, two seeds.
const SETTINGS: [&str; 8] = [
    "data.n_samples=50",
    "data.n_held_out=50",
    "thermometer.n_epochs=2",
    "rbm.n_epochs=4",
    "flow.n_steps=3",
    "flow.n_chains=20",
    "likelihood.n_chains=10",
    "likelihood.n_temperatures=20",
];

fn sweep(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = experiments();
    command.args(["sweep", "configs/smoke.toml", "--grid", "rbm.n_hidden=4,30", "--grid", "seed=1..2"]);
    command.args(SETTINGS.iter().flat_map(|setting| ["--set", *setting])).arg("--out").arg(folder).args(arguments);
    command
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

fn printed(output: &Output) -> String {
    said(output);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn task(folder: &Path, index: usize) -> Command {
    let mut command = experiments();
    command.args(["task", "--threads", "1", "--index", &index.to_string(), "--dir"]).arg(folder);
    command
}

/// What the program says when it refuses.
fn refused(command: &mut Command) -> String {
    let output = output(command);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn status(folder: &Path) -> Command {
    let mut command = experiments();
    command.arg("status").arg(folder);
    command
}

fn collect(folder: &Path) -> String {
    let tables = ["--table", "analysis/weights.csv", "--table", "thermometer/summary.csv"];
    printed(&output(experiments().arg("collect").arg(folder).args(tables)))
}

/// What `tasks.jsonl` says: folder and values of every run.
fn runs(folder: &Path) -> Vec<(PathBuf, String)> {
    let text = fs::read_to_string(folder.join("tasks.jsonl")).expect("tasks");
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let runs = lines.filter(|task| task.get("shared").is_some());
    runs.map(|task| (folder.join(task["folder"].as_str().expect("a folder")), task["values"].to_string())).collect()
}

#[test]
fn all_at_once_task_by_task_and_alone_give_the_same_bytes() {
    let work = tempfile::tempdir().expect("a folder");
    let [local, apart, alone] = ["local", "apart", "alone"].map(|name| work.path().join(name));
    printed(&output(&mut sweep(&local, &[])));
    assert_eq!(fs::read_dir(local.join("shared")).expect("a folder").count(), 2, "one for each seed");
    assert!(collect(&local).contains("4 of 4 runs"));

    // Planned for a batch system; the runs in disorder, two at a time, without what they share being done before.
    printed(&output(&mut sweep(&apart, &["--engine", "slurm"])));
    let status = || printed(&output(&mut status(&apart)));
    assert!(status().contains("4  not begun") && status().contains("0 of 2 done"), "{}", status());
    assert!(collect(&apart).contains("0 of 4 runs"));
    for pair in [[5, 3], [4, 2]] {
        let mut pair = pair.map(|index| task(&apart, index).spawn().expect("the program starts"));
        assert!(pair.iter_mut().all(|child| child.wait().expect("an end").success()));
    }
    assert!(status().contains("4  done") && status().contains("2 of 2 done"), "{}", status());
    collect(&apart);
    for name in ["end-points.csv", "summary.csv", "weights.csv", "thermometer-summary.csv"] {
        let [one, other] = [&local, &apart].map(|folder| fs::read(folder.join(name)).expect("a table"));
        assert!(one == other && one.len() > 300, "{name}");
    }

    // Two seeds of the sweep, two machines each.
    let summary = fs::read_to_string(local.join("summary.csv")).expect("a table");
    let summary = Table::from_csv("summary", &summary).expect("a table");
    assert_eq!(summary.column("n_values").expect("a column"), [4.0; 10], "two sizes by five readings");
    let ends = fs::read_to_string(local.join("end-points.csv")).expect("a table");
    let ends = Table::from_csv("ends", &ends).expect("a table").filter("set.rbm.n_hidden", 4usize).expect("a column");
    let of_network = ends.filter("reading", "thermometer").expect("a column");
    let seeds = ["0", "1"]
        .map(|seed| of_network.filter("seed", seed).expect("a column").column("temperature").expect("numbers"));
    let expected = seeds.concat().iter().sum::<f64>() / 4.0;
    assert!((summary.column("temperature").expect("numbers")[0] - expected).abs() < 1e-12);

    let figure = fs::read(local.join("end-point-against-rbm.n_hidden.png")).expect("a figure");
    assert!(figure.starts_with(b"\x89PNG") && figure.len() > 10_000);

    let (runs, last) = (runs(&local), 3);
    assert_eq!(runs[last].1, r#"["30","2"]"#);
    let mut run = experiments();
    run.args([
        "run",
        "configs/smoke.toml",
        "--until",
        "analyze",
        "--set",
        "rbm.n_hidden=30",
        "--set",
        "seed=2",
        "--out",
    ]);
    said(&output(run.arg(&alone).args(SETTINGS.iter().flat_map(|setting| ["--set", *setting]))));
    assert_same(&runs[last].0, &alone);

    // Once more: nothing is done again.
    let again = said(&output(&mut sweep(&local, &[])));
    assert!(!again.contains(" …\n") && again.contains("sample: up to date"), "{again}");
}

#[test]
fn a_changed_table_is_not_collected_and_a_failed_run_is_told() {
    let work = tempfile::tempdir().expect("a folder");
    printed(&output(&mut sweep(work.path(), &["--zip"])));
    let [one, other] = [0, 1].map(|run| runs(work.path())[run].0.clone());

    // A table that is gone, and a run that was done with other settings: the rest is collected.
    fs::remove_file(one.join("analysis/weights.csv")).expect("removed");
    let told = collect(work.path());
    let command = format!("weights.csv is not there: experiments task --dir {} --index 2", work.path().display());
    assert!(told.contains("1 of 2 runs") && told.contains(&command), "{told}");
    let manifest = fs::read_to_string(other.join("manifest.toml")).expect("a manifest");
    fs::write(other.join("manifest.toml"), manifest.replace("n_epochs = 4", "n_epochs = 5")).expect("written");
    let told = printed(&output(experiments().arg("collect").arg(work.path())));
    assert!(told.contains("1 of 2 runs") && told.contains("of other settings: remove"), "{told}");
    assert!(printed(&output(&mut status(work.path()))).contains("1  of other settings"));
    let told = refused(experiments().arg("collect").arg(work.path()).args(["--table", "analysis/typo.csv"]));
    assert!(told.contains("no run has all tables"), "{told}");
    let told = refused(experiments().arg("collect").arg(work.path()).args(["--table", "summary.csv"]));
    assert!(told.contains("collected as summary.csv"), "{told}");

    fs::write(one.join("analysis/end-points.csv"), "machine\nmine\n").expect("written");
    let told = refused(experiments().arg("collect").arg(work.path()));
    assert!(told.contains("its checksum differs") && told.contains("--index 2"), "{told}");

    // A file where a folder should be: that run fails, the others are done.
    let broken = work.path().join("broken");
    printed(&output(&mut sweep(&broken, &["--engine", "slurm"])));
    let folder = runs(&broken)[1].0.clone();
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("inside"), "in the way").expect("a file");
    let failed = output(&mut sweep(&broken, &[]));
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("1 of 6 tasks failed"));
    let status = printed(&output(&mut status(&broken)));
    assert!(status.contains("3  done") && status.contains("1  failed") && status.contains("cannot"), "{status}");
}

#[test]
fn no_folder_gets_results_of_other_settings() {
    let work = tempfile::tempdir().expect("a folder");
    let folder = work.path().join("planned");
    let plan = || printed(&output(&mut sweep(&folder, &["--engine", "slurm"])));
    plan();
    let [tasks, plan_file, config] = ["tasks.jsonl", "sweep.toml", "smoke.toml"].map(|name| folder.join(name));
    let [tasks_text, plan_text, config_text] =
        [&tasks, &plan_file, &config].map(|file| fs::read_to_string(file).expect("a file"));

    // A crash while planning, an edit in between, a lost half: files that are not of one plan are used by no command.
    for (file, text) in [
        (&tasks, ""),
        (&tasks, &tasks_text[..tasks_text.len() / 2]),
        (&config, &config_text.replace("seed", "# seed")),
        (&plan_file, &plan_text.replace("[files]", "[other]")),
    ] {
        fs::write(file, text).expect("written");
        for command in [&mut status(&folder), &mut task(&folder, 2), experiments().arg("collect").arg(&folder)] {
            let told = refused(command);
            assert!(told.contains("plan the sweep anew"), "{told}");
        }
        plan();
    }

    // Whatever the checksums say, a folder is for the settings that it is named for.
    for text in [
        plan_text.replace("rbm.n_epochs=4", "rbm.n_epochs=5"),
        plan_text.replace("data.n_samples=50", "data.n_samples=60"),
    ] {
        assert!(text != plan_text);
        fs::write(&plan_file, text).expect("written");
        let told = refused(&mut task(&folder, 2));
        assert!(told.contains("has other settings than those") && told.contains("plan the sweep anew"), "{told}");
    }
    assert!(!runs(&folder)[0].0.exists());

    // Lines that are no tasks.
    let values = (r#"["4","1"]"#, r#"["4"]"#);
    for (old, new) in [(r#""index":0"#, r#""index":18446744073709551615"#), (r#""index":1"#, r#""index":0"#), values] {
        let text = tasks_text.replacen(old, new, 1);
        let vouched = plan_text.replace(&checksum(tasks_text.as_bytes()), &checksum(text.as_bytes()));
        assert!(text != tasks_text && vouched != plan_text);
        fs::write(&tasks, text).expect("written");
        fs::write(&plan_file, vouched).expect("written");
        let told = refused(&mut status(&folder));
        assert!(told.contains("is no task of this sweep"), "{told}");
    }
    plan();
    assert!(printed(&output(&mut status(&folder))).contains("4  not begun"));

    // What is damaged is done anew once it is removed.
    said(&output(&mut task(&folder, 0)));
    let shared = fs::read_dir(folder.join("shared")).expect("a folder").next().expect("one").expect("an entry").path();
    fs::write(shared.join("data/samples.safetensors"), "damaged").expect("written");
    let told = refused(&mut task(&folder, 2));
    assert!(told.contains("has no --restart: remove this folder") && told.contains("shared"), "{told}");
    fs::remove_dir_all(shared).expect("removed");
    said(&output(&mut task(&folder, 2)));

    // A config with the name of the plan stays what it is.
    let config = work.path().join("sweep.toml");
    fs::copy("configs/smoke.toml", &config).expect("copied");
    let told = refused(experiments().arg("sweep").arg(&config).args(["--grid", "seed=1..2", "--out"]).arg(work.path()));
    assert!(told.contains("give the config another name"), "{told}");
    assert_eq!(fs::read(&config).expect("a file"), fs::read("configs/smoke.toml").expect("a config"));
}
