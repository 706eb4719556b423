//! The report of a run: one file, whole, harmless.

use std::fs;

use crate::common::{experiments, run_smoke, said};

/// Everything a page could load from elsewhere begins with one of these.
const LOADS: [&str; 6] = ["src=\"http", "href=\"http", "@import", "url(http", "<link", "<iframe"];

#[test]
fn a_report_holds_all_figures_and_needs_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    // A title that would run as a script if it were not taken as text.
    let title = "title=</title><script>alert('no')</script>";
    said(&run_smoke(folder.path(), &["--set", title]));
    said(&experiments().arg("report").arg(folder.path()).output().expect("the program starts"));
    let html = fs::read_to_string(folder.path().join("report.html")).expect("a report");
    for load in LOADS {
        assert!(!html.contains(load), "the report loads something: {load}");
    }
    assert!(!html.contains("<script>alert") && html.contains("&lt;script&gt;alert"));
    let figures = fs::read_dir(folder.path().join("figures")).expect("figures");
    let names = figures.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let names: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".svg")?.to_owned())).collect();
    assert!(names.len() >= 13, "{names:?}");
    for name in names {
        assert!(html.contains(&format!("<figure id=\"figure-{name}\"><svg role=\"img\" aria-label=\"")), "{name}");
    }
    for anchor in ["answer", "viewer", "figures", "claims", "tables", "settings", "provenance"] {
        assert!(
            html.contains(&format!("<a href=\"#{anchor}\">")) && html.contains(&format!("<section id=\"{anchor}\">"))
        );
    }
    // The viewer's data: both machines' entry, every start and step with one picture of 16 sites.
    let data = html.split_once("id=\"flow\">").expect("the data").1.split_once("</script>").expect("their end").0;
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(data["row"], 4);
    let starts = data["machines"][0]["starts"].as_array().expect("starts");
    assert_eq!(starts.len(), 8, "seven temperatures and infinity");
    for start in starts {
        let steps = start["steps"].as_array().expect("steps");
        assert_eq!(steps.first().map(|step| &step["step"]), Some(&0.into()));
        assert_eq!(steps.last().map(|step| &step["step"]), Some(&30.into()));
        assert!(steps.iter().all(|step| step["spins"].as_str().is_some_and(|spins| spins.len() == 16)));
    }
}

/// A figure from a stranger's folder may hold what a browser would run or follow: it is refused. And the page lets run its own
/// script alone.
#[test]
fn a_report_obeys_no_script_of_a_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &[]));
    let report = || experiments().arg("report").arg(folder.path()).output().expect("the program starts");
    said(&report());
    let html = fs::read_to_string(folder.path().join("report.html")).expect("a report");
    let allowed =
        html.split_once("script-src 'nonce-").expect("a policy").1.split_once("';").expect("its only source").0;
    assert!(allowed.len() == 64 && html.contains("default-src 'none'; script-src"));
    assert!(html.find("Content-Security-Policy") < html.find("<style>"), "the policy stands before all else");
    assert_eq!(html.matches(&format!("<script nonce=\"{allowed}\">")).count(), 1);
    assert_eq!(html.matches("<script").count(), 2, "ours and its data");

    let figure = folder.path().join("figures/plane.svg");
    let svg = fs::read_to_string(&figure).expect("a figure");
    for hostile in [
        "<script>alert('no')</script></svg>",
        "<rect onload=\"alert('no')\"/></svg>",
        "<meta http-equiv=\"refresh\" content=\"0;url=http://example.org\"/></svg>",
        "<a href=\"http://example.org\"><text>T</text></a></svg>",
    ] {
        fs::write(&figure, svg.replace("</svg>", hostile)).expect("written");
        let refused = report();
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains("plane.svg is no figure of ours"), "{hostile}: {text}");
    }
}

/// The names in a manifest from a stranger become paths: they are held to the rules of a config.
#[test]
fn a_report_and_a_comparison_read_nothing_outside_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    said(&run_smoke(folder.path(), &["--until", "sample"]));
    let manifest = folder.path().join("manifest.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, text.replace("name = \"reference\"", "name = \"../../../secret\"")).expect("written");
    for command in ["report", "compare"] {
        let refused = experiments().arg(command).arg(folder.path()).output().expect("the program starts");
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains("is no name for a file"), "{command}: {text}");
    }
}

#[test]
fn a_folder_without_a_finished_run_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = || experiments().arg("report").arg(folder.path()).output().expect("the program starts");
    let output = report();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("no manifest.toml"));
    said(&run_smoke(folder.path(), &["--until", "flow"]));
    let output = report();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("is the run finished?"), "{text}");
    assert!(!folder.path().join("report.html").exists());
}
