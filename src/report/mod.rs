//! `experiments report`: a run as one HTML file that needs nothing else.

mod captions;
mod drawing;
mod figures;
mod html;
mod viewer;

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::{Context, Result};

use crate::{
    artifacts::{Manifest, checksum, read_table},
    claims::Judgement,
    config::{Settings, schema::LatticeKind},
};
use html::{Section, escape, folded, table, with_error};
use viewer::Viewer;

/// The report of a run that is done up to `render`.
///
/// # Errors
/// When something it is made of is missing; the message names the file.
pub fn html(folder: &Path) -> Result<String> {
    let manifest = Manifest::read(folder)?
        .with_context(|| format!("{} holds no run: it has no manifest.toml", folder.display()))?;
    let settings = Settings::of_run(folder, &manifest.config)?;
    let sections = [
        Section { anchor: "answer", heading: "Where does the flow end?", content: answer(folder)? },
        Section { anchor: "viewer", heading: "The flow, step by step", content: viewer(folder, &settings)? },
        Section { anchor: "figures", heading: "Figures", content: figures::figures(folder, &settings.figures)? },
        Section { anchor: "claims", heading: "Claims", content: claims(folder)? },
        Section { anchor: "tables", heading: "Tables", content: saved_tables(folder, &manifest)? },
        Section { anchor: "settings", heading: "Settings", content: settings_text(&manifest)? },
        Section { anchor: "provenance", heading: "Provenance", content: provenance(&manifest) },
    ];
    Ok(page(&manifest, &settings, &sections))
}

fn page(manifest: &Manifest, settings: &Settings, sections: &[Section]) -> String {
    let title = escape(if settings.title.is_empty() { &manifest.experiment } else { &settings.title });
    let mut body = format!(
        "<body>\n<header>\n<h1>{title}</h1>\n\
         <p>Run <b>{}</b> of the RBM-flow laboratory, version {}.</p>\n\
         <button id=\"theme\" type=\"button\">light or dark</button>\n</header>\n\
         <nav aria-label=\"Contents\"><ol>\n",
        escape(&manifest.experiment),
        escape(&manifest.version)
    );
    for Section { anchor, heading, .. } in sections {
        let _ = writeln!(body, "<li><a href=\"#{anchor}\">{heading}</a></li>");
    }
    body.push_str("</ol></nav>\n<main>\n");
    for Section { anchor, heading, content } in sections {
        let _ = writeln!(body, "<section id=\"{anchor}\">\n<h2>{heading}</h2>\n{content}</section>");
    }
    body.push_str("</main>\n");
    // Whatever figures and tables hold, the browser obeys the script below alone, and fetches nothing.
    // No file can hold the checksum of a page that holds the file.
    let nonce = checksum(body.as_bytes());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-{nonce}'; \
         style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n</head>\n{body}<script nonce=\"{nonce}\">\n{}</script>\n</body>\n</html>\n",
        include_str!("report.css"),
        include_str!("report.js")
    )
}

/// The question, the marked state points, and the ends of the flow over the seeds.
fn answer(folder: &Path) -> Result<String> {
    let markers = read_table(folder, "analysis/markers.csv")?;
    let points = markers.column("temperature")?.into_iter().zip(markers.column("field")?);
    let named = markers.text("name")?.into_iter().zip(points);
    let points: Vec<Vec<String>> = named
        .map(|(name, (t, h))| vec![name.replace('_', " "), with_error(t, f64::NAN), with_error(h, f64::NAN)])
        .collect();
    let ends = read_table(folder, "analysis/end-points.csv")?.filter("seed", "all")?;
    let column = |name: &str| ends.column(name);
    let (t, t_error) = (column("temperature")?, column("temperature_error")?);
    let (h, h_error) = (column("field")?, column("field_error")?);
    let [machines, n_hidden, readings] = ["machine", "n_hidden", "reading"].map(|name| ends.text(name));
    let (machines, n_hidden, readings) = (machines?, n_hidden?, readings?);
    let rows: Vec<Vec<String>> = (0..ends.len())
        .map(|i| {
            let text = [machines[i], n_hidden[i], readings[i]].map(str::to_owned);
            text.into_iter().chain([with_error(t[i], t_error[i]), with_error(h[i], h_error[i])]).collect()
        })
        .collect();
    Ok(format!(
        "<p>Every machine was fed its own reconstructions over and over. A machine that holds the law of its data ends at the \
         training mixture; the talk says: at the critical temperature, or where the specific heat is maximal.</p>\n{}{}",
        table("What the end is compared with", &["state point", "T", "H"], &points),
        table(
            "End of the flow: mean over the starts, standard error over the seeds",
            &["machine", "hidden units", "read by", "T", "H"],
            &rows
        )
    ))
}

fn viewer(folder: &Path, settings: &Settings) -> Result<String> {
    let names: Vec<String> = settings.rbm.iter().map(|rbm| rbm.name.clone()).collect();
    let row = match settings.data.lattice {
        LatticeKind::Square => settings.data.side,
        LatticeKind::Ring => settings.data.n_sites,
    };
    let viewer = Viewer::read(folder, &names, row.map_or(1, |extent| extent.get()))?;
    Ok(format!(
        "{}<script type=\"application/json\" id=\"flow\">{}</script>\n",
        include_str!("viewer.html"),
        viewer.json()?
    ))
}

/// A table for every claim.
fn claims(folder: &Path) -> Result<String> {
    let all = Judgement::of(&[folder])?.table()?;
    let mut html = "<p>A verdict rests on an interval for 99 % over the seeds; \"among all\" is the verdict by the p-value adjusted for their number (Holm).</p>\n".to_owned();
    for sentence in all.distinct_text("sentence")? {
        let rows = all.filter("sentence", sentence)?;
        let texts =
            |name: &str| -> Result<Vec<String>> { Ok(rows.text(name)?.into_iter().map(str::to_owned).collect()) };
        let (machine, reading, quantity) = (texts("machine")?, texts("reading")?, texts("quantity")?);
        let (expected, verdict, among_all) = (texts("expected")?, texts("verdict")?, texts("verdict_adjusted")?);
        let (number, error) = (rows.column("number")?, rows.column("number_error")?);
        let row = |i: usize| {
            let text = |column: &[String]| column[i].clone();
            vec![
                text(&machine),
                text(&reading),
                text(&quantity),
                with_error(number[i], error[i]),
                text(&expected),
                text(&verdict),
                text(&among_all),
            ]
        };
        let rows: Vec<Vec<String>> = (0..rows.len()).map(row).collect();
        html += &table(sentence, &["RBM", "read by", "quantity", "number", "claimed", "verdict", "among all"], &rows);
    }
    Ok(html)
}

/// Rows of a saved table that the page repeats.
const MOST_ROWS: usize = 60;

fn saved_tables(folder: &Path, manifest: &Manifest) -> Result<String> {
    let files = manifest.tasks.values().flat_map(|task| task.outputs.keys());
    let in_reach =
        |file: &&String| file.ends_with(".csv") && (file.starts_with("analysis/") || file.starts_with("thermometer/"));
    let mut files: Vec<&String> = files.filter(in_reach).collect();
    files.sort();
    let fold = |file: &&String| -> Result<String> { Ok(folded(file, &read_table(folder, file)?, MOST_ROWS)) };
    files.iter().map(fold).collect()
}

fn settings_text(manifest: &Manifest) -> Result<String> {
    let text = toml::to_string_pretty(&manifest.config).context("the settings cannot be written as TOML")?;
    Ok(format!("<pre tabindex=\"0\">{}</pre>\n", escape(&text)))
}

/// What made the run, and how long each stage took.
fn provenance(manifest: &Manifest) -> String {
    let made = [
        ("version", manifest.version.clone()),
        ("commit", manifest.commit.clone()),
        ("device", manifest.device.clone()),
        ("threads", manifest.threads.to_string()),
        ("host", manifest.host.clone()),
    ];
    let made: Vec<Vec<String>> = made.into_iter().map(|(name, value)| vec![name.into(), value]).collect();
    let mut stages: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for (name, task) in &manifest.tasks {
        let stage = stages.entry(name.split('/').next().unwrap_or(name)).or_default();
        *stage = (stage.0 + 1, stage.1 + task.seconds);
    }
    let times: Vec<Vec<String>> = stages
        .into_iter()
        .map(|(stage, (n, seconds))| vec![stage.into(), n.to_string(), format!("{seconds:.1}")])
        .collect();
    let notes: Vec<Vec<String>> = manifest
        .tasks
        .iter()
        .flat_map(|(name, task)| {
            task.notes.iter().map(move |(key, note)| vec![name.clone(), key.clone(), note.clone()])
        })
        .collect();
    table("Made by", &["what", "value"], &made)
        + &table("Seconds in each stage, its tasks added up", &["stage", "tasks", "seconds"], &times)
        + &if notes.is_empty() {
            String::new()
        } else {
            table("Notes of the tasks", &["task", "about", "note"], &notes)
        }
}
