//! Config errors: what, where, and how to mend it.

use std::{
    fmt, io,
    ops::Range,
    path::{Path, PathBuf},
};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Where a wrong setting stands.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In the file, at a range of bytes.
    File { path: PathBuf, text: String, span: Option<Range<usize>> },
    /// On the command line.
    Override(String),
    /// Nowhere: the file itself is the problem, or a default does not fit.
    Nowhere(PathBuf),
}

/// A setting that cannot be used.
#[derive(Clone, Debug)]
pub struct ConfigError {
    message: String,
    place: Box<Place>,
    help: String,
}

impl ConfigError {
    pub(super) fn new(message: &str, place: Place) -> Self {
        Self { message: message.trim_end().into(), place: Box::new(place), help: String::new() }
    }

    pub(super) fn unreadable(path: &Path, source: &io::Error) -> Self {
        let message = format!("cannot read the config {}: {source}", path.display());
        Self::new(&message, Place::Nowhere(path.into())).help("the configs that ship are in configs/".into())
    }

    pub(super) fn help(mut self, help: String) -> Self {
        self.help = help;
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Level::ERROR.primary_title(self.message.as_str());
        let group = match self.place.as_ref() {
            Place::File { path, text, span } => {
                // A span at the very end of the file still needs a character to point at.
                let span = span.clone().unwrap_or(0..0);
                let end = span.end.clamp(span.start.min(text.len()), text.len());
                let annotation = AnnotationKind::Primary.span(span.start.min(end)..end);
                let snippet = Snippet::source(text.as_str()).path(path.display().to_string()).annotation(annotation);
                title.element(snippet)
            }
            Place::Override(change) => {
                let snippet = Snippet::source(change.as_str()).path("command line").line_start(1);
                title.element(snippet.annotation(AnnotationKind::Primary.span(0..change.len())))
            }
            Place::Nowhere(path) => title.element(annotate_snippets::Origin::path(path.display().to_string())),
        };
        let group = if self.help.is_empty() { group } else { group.element(Level::HELP.message(self.help.as_str())) };
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for ConfigError {}
