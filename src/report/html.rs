//! The few pieces of HTML that a report is made of.

use std::fmt::Write;

use crate::table::Table;

/// Text with everything that HTML would read as its own taken out of it.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A part of the page: its anchor, its heading, its content in HTML.
pub(super) struct Section {
    pub(super) anchor: &'static str,
    pub(super) heading: &'static str,
    pub(super) content: String,
}

/// A table with a header row, numbers to the right; `cells` are text, not HTML.
pub(super) fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    let mut html =
        format!("<div class=\"wide\" tabindex=\"0\"><table><caption>{}</caption><thead><tr>", escape(caption));
    for name in header {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(name));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for cell in row {
            let class = if is_number(cell) { " class=\"number\"" } else { "" };
            let _ = write!(html, "<td{class}>{}</td>", escape(cell));
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody></table></div>\n"
}

/// Whether a cell is a number, alone, with its error, or infinite.
fn is_number(cell: &str) -> bool {
    let value = cell.split(" ± ").next().unwrap_or_default();
    value == "∞" || value.parse::<f64>().is_ok()
}

/// The first rows of a saved table, folded.
pub(super) fn folded(file: &str, saved: &Table, most_rows: usize) -> String {
    let header: Vec<&str> = saved.header().iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = saved.rows().take(most_rows).map(|row| row.map(str::to_owned).collect()).collect();
    let shown = if saved.len() > rows.len() { format!(", the first {}", rows.len()) } else { String::new() };
    let caption = format!("{file}: {} rows{shown}", saved.len());
    format!("<details><summary>{}</summary>{}</details>\n", escape(&caption), table(file, &header, &rows))
}

/// A number to four significant decimals, with its error to the same place.
pub(super) fn with_error(value: f64, error: f64) -> String {
    match (value.is_finite(), error.is_finite() && error > 0.0) {
        (false, _) if value.is_nan() => String::new(),
        (false, _) => "∞".into(),
        (true, false) => format!("{value:.4}"),
        (true, true) => format!("{value:.4} ± {error:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_only_text() {
        let html = table("<b>", &["a\"b"], &[vec!["</td><script>alert(1)</script>".into(), "1.5 ± 0.2".into()]]);
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
        assert!(
            html.contains("<th scope=\"col\">a&quot;b</th>") && html.contains("<td class=\"number\">1.5 ± 0.2</td>")
        );
    }

    #[test]
    fn numbers_come_with_their_errors() {
        assert_eq!(with_error(2.269_185, 0.01), "2.2692 ± 0.0100");
        assert_eq!(with_error(2.5, f64::NAN), "2.5000");
        assert_eq!(with_error(f64::INFINITY, 1.0), "∞");
        assert_eq!(with_error(f64::NAN, 1.0), "");
    }
}
