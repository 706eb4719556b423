//! The scripts for a batch system, with stand-ins for it and for the program.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command, thread, time::Duration};

use super::{output, printed, runs, sweep};
use crate::common::said;

/// Writes a program of bash.
fn program(file: &Path, text: &str) {
    fs::write(file, format!("#!/bin/bash\n{text}\n")).expect("a file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("a program");
}

/// Does tasks 2, 3 and 4 of a sweep as the third job of an array would, with a program that `does` something else; sends the signals, to
/// the job or also to the program, once it has begun. Returns the exit code and what was recorded.
fn job(does: &str, signals: &[(&str, bool)], n_restarts: usize) -> (Option<i32>, String) {
    let work = tempfile::tempdir().expect("a folder");
    let (folder, tools, record) = (work.path().join("sweep"), work.path().join("tools"), work.path().join("record"));
    printed(&output(&mut sweep(&folder, &["--engine", "slurm"])));
    fs::create_dir(&tools).expect("a folder");
    let begin = "begin() { echo \"begun $1\" >>\"$RECORD\"; echo $$ >\"$RECORD.process\"; }";
    program(&tools.join("scontrol"), "echo \"$*\" >>\"$RECORD\"; exit 1");
    program(&tools.join("stand-in"), &format!("{begin}\n{does}"));
    let script = fs::read_to_string(folder.join("job.sh")).expect("a script");
    let stand_in = tools.join("stand-in").display().to_string();
    let replaced = script.replace(env!("CARGO_BIN_EXE_experiments"), &stand_in);
    assert!(replaced != script);
    fs::write(folder.join("job.sh"), replaced).expect("a script");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let mut job = Command::new("bash");
    job.arg(folder.join("job.sh")).args(["2", "3", "5"]).env("PATH", path).env("RECORD", &record);
    job.env("SLURM_ARRAY_JOB_ID", "7")
        .env("SLURM_ARRAY_TASK_ID", "0")
        .env("SLURM_RESTART_COUNT", n_restarts.to_string());
    let mut job = job.spawn().expect("a job");
    for (signal, to_program) in signals {
        let begun = record.with_extension("process");
        while !begun.exists() {
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(200));
        let mut receivers = vec![job.id().to_string()];
        receivers.extend(to_program.then(|| fs::read_to_string(begun).expect("a number").trim().to_owned()));
        said(&output(Command::new("kill").args(["-s", signal]).args(receivers)));
    }
    (job.wait().expect("an end").code(), fs::read_to_string(record).expect("a record"))
}

#[test]
fn a_job_that_is_told_to_stop_begins_no_other_run() {
    let (at_job, at_both) = ([("USR1", false)], [("TERM", true)]);
    let requeued = (Some(75), "begun 2\nrequeue 7_0\n".to_owned());
    // All is done already when the signal comes; nobody listens yet; the program stops as it should.
    let ends_well = "trap '' USR1; begin $5; sleep 1";
    assert_eq!(job(ends_well, &at_job, 0), requeued);
    assert_eq!(job("begin $5; exec sleep 5", &at_job, 0), requeued);
    assert_eq!(job("trap 'exit 75' USR1; begin $5; while :; do sleep 0.05; done", &at_job, 0), requeued);
    assert_eq!(job(ends_well, &at_job, 100), (Some(75), "begun 2\n".into()), "max_requeues");
    // A second signal, which ends the program at once, is sent by nobody but who sends it to both.
    let twice = "trap 'echo told >>$RECORD' USR1; begin $5; for ((i = 0; i < 20; i++)); do sleep 0.05; done; exit 75";
    let told_once = (Some(75), "begun 2\ntold\nrequeue 7_0\n".to_owned());
    assert_eq!(job(twice, &[("USR1", false), ("TERM", false)], 0), told_once);
    let second =
        "trap '((n++ == 0)) || exit 138' USR1 TERM; begin $5; for ((i = 0; i < 20; i++)); do sleep 0.05; done; exit 75";
    assert_eq!(job(second, &at_both, 0), requeued);
    // Without a signal all are done, and a failure is told at the end.
    assert_eq!(job("begin $5; [ $5 != 3 ]", &[], 0), (Some(1), "begun 2\nbegun 3\nbegun 4\n".into()));
}

#[test]
fn jobs_are_handed_over_in_arrays_after_what_they_share() {
    let work = tempfile::tempdir().expect("a folder");
    let (folder, tools) = (work.path().join("it's a sweep"), work.path().join("tools"));
    fs::create_dir(&tools).expect("a folder");
    program(&tools.join("sbatch"), "echo \"$@\" >>\"$RECORD\"\nwc -l <\"$RECORD\"");
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
