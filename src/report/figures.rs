//! The figures of a run, set into the page as drawings that scale.

use std::{fmt::Write, path::Path};

use anyhow::{Context, Result};

use super::{captions::caption, drawing::Drawing, html::escape};
use crate::{artifacts::read_text, config::schema::Figure};

/// All figures with captions; the fonts, which they share, stand once before them.
pub(super) fn figures(folder: &Path, figures: &[Figure]) -> Result<String> {
    let (mut html, mut fonts) = (String::new(), "");
    let drawings: Vec<(&Figure, String)> = figures
        .iter()
        .map(|figure| {
            let path = folder.join("figures").join(format!("{}.svg", figure.file_name()));
            let svg = read_text(&path)
                .with_context(|| format!("cannot read {}: is the run done up to render?", path.display()))?;
            Ok((figure, svg))
        })
        .collect::<Result<_>>()?;
    for (number, (figure, svg)) in drawings.iter().enumerate() {
        let Drawing { opening, style, content } = Drawing::read(svg)
            .with_context(|| format!("figures/{}.svg is no figure of ours: draw it anew", figure.file_name()))?;
        if fonts != style {
            let _ = write!(html, "<style>{style}</style>");
            fonts = style;
        }
        let machine = figure.machine.as_ref().map_or(String::new(), |name| format!(" Machine {name}."));
        let text = escape(&format!("{}{machine}", caption(figure.kind)));
        let name = escape(&figure.file_name());
        let _ = write!(
            html,
            "<figure id=\"figure-{name}\"><svg role=\"img\" aria-label=\"{text}\" {opening}>{content}\n\
             <figcaption><b>{}.</b> {text} <span class=\"file\">figures/{name}.png, .svg, .csv</span></figcaption></figure>\n",
            number + 1
        );
    }
    Ok(html)
}
