//! A sweep ends in the same bytes, whoever does its runs in which order.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rbm_flow::table::Table;

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

fn collect(folder: &Path) -> String {
    printed(&output(experiments().arg("collect").arg(folder).args(["--table", "analysis/weights.csv"])))
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
    let status = || printed(&output(experiments().arg("status").arg(&apart)));
    assert!(status().contains("4  not begun") && status().contains("0 of 2 done"), "{}", status());
    assert!(collect(&apart).contains("0 of 4 runs"));
    for pair in [[5, 3], [4, 2]] {
        let mut pair = pair.map(|index| task(&apart, index).spawn().expect("the program starts"));
        assert!(pair.iter_mut().all(|child| child.wait().expect("an end").success()));
    }
    assert!(status().contains("4  done") && status().contains("2 of 2 done"), "{}", status());
    collect(&apart);
    for name in ["end-points.csv", "summary.csv", "weights.csv"] {
        let [one, other] = [&local, &apart].map(|folder| fs::read(folder.join(name)).expect("a table"));
        assert!(one == other && one.len() > 300, "{name}");
    }

    // Two seeds of the sweep, two machines each.
    let summary = fs::read_to_string(local.join("summary.csv")).expect("a table");
    let summary = Table::from_csv("summary", &summary).expect("a table");
    assert_eq!(summary.column("n_values").expect("a column"), [4.0; 6], "two sizes by three readings");
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
    let folder = &runs(work.path())[0].0;
    fs::write(folder.join("analysis/end-points.csv"), "machine\nmine\n").expect("written");
    let refused = output(experiments().arg("collect").arg(work.path()));
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("its checksum differs"));

    // A file where a folder should be: that run fails, the others are done.
    let broken = work.path().join("broken");
    printed(&output(&mut sweep(&broken, &["--engine", "slurm"])));
    let folder = runs(&broken)[1].0.clone();
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("inside"), "in the way").expect("a file");
    let failed = output(&mut sweep(&broken, &[]));
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("1 of 6 tasks failed"));
    let status = printed(&output(experiments().arg("status").arg(&broken)));
    assert!(status.contains("3  done") && status.contains("1  failed") && status.contains("cannot"), "{status}");
}

#[test]
fn jobs_are_handed_over_in_arrays_after_what_they_share() {
    let work = tempfile::tempdir().expect("a folder");
    let (folder, tools) = (work.path().join("it's a sweep"), work.path().join("tools"));
    fs::create_dir(&tools).expect("a folder");
    let sbatch = tools.join("sbatch");
    fs::write(&sbatch, "#!/bin/bash\necho \"$@\" >>\"$RECORD\"\nwc -l <\"$RECORD\"\n").expect("a file");
    fs::set_permissions(&sbatch, fs::Permissions::from_mode(0o755)).expect("a program");
    let record = work.path().join("record");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let options = ["--engine", "slurm", "--submit", "--set", "cluster.partition=gpu", "--set", "cluster.gres=gpu:1"];
    let arrays = ["--set", "cluster.max_array_size=2", "--set", "cluster.runs_per_job=1"];
    let mut command = sweep(&folder, &[&options[..], &arrays].concat());
    printed(&output(command.env("PATH", path).env("RECORD", &record)));
    let record = fs::read_to_string(&record).expect("a record");
    let ends: Vec<&str> = record.lines().filter_map(|line| line.split_once("--array=")).map(|(_, end)| end).collect();
    assert_eq!(ends, ["0-1 job.sh 0 1 2", "0-1 job.sh 2 1 6", "0-1 job.sh 4 1 6"]);
    assert_eq!(record.matches("--dependency=afterok:1 --kill-on-invalid-dep=yes").count(), 2);
    let job = fs::read_to_string(folder.join("job.sh")).expect("a script");
    for line in ["#SBATCH --partition=gpu", "#SBATCH --gres=gpu:1", "#SBATCH --requeue", "#SBATCH --signal=B:USR1@120"]
    {
        assert!(job.lines().any(|other| other == line), "{line} is missing in\n{job}");
    }
    let checked = output(Command::new("bash").arg("-n").arg(folder.join("job.sh")));
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    // The job does its task: the first of the second array, whose folder has a quote in its name.
    let mut job = Command::new("bash");
    job.arg(folder.join("job.sh")).args(["2", "1", "6"]).env("SLURM_ARRAY_TASK_ID", "1");
    said(&output(&mut job));
    assert!(runs(&folder)[1].0.join("analysis/end-points.csv").exists());

    let hostile = output(&mut sweep(&folder, &["--engine", "slurm", "--set", "cluster.account=a\nrm -rf /"]));
    assert_eq!(hostile.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&hostile.stderr).contains("cannot stand in a job script"));
}
