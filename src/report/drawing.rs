//! A figure's file, taken apart. It is set into the page as it is, so nothing is let through but what our canvas draws.

/// What the canvas draws with.
const ELEMENTS: [&str; 6] = ["circle", "line", "polygon", "polyline", "rect", "text"];

/// The attributes it gives, in the order of the alphabet.
const ATTRIBUTES: [&str; 26] = [
    "cx",
    "cy",
    "dy",
    "fill",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "opacity",
    "points",
    "r",
    "stroke",
    "stroke-linejoin",
    "stroke-width",
    "text-anchor",
    "transform",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "xmlns",
    "y",
    "y1",
    "y2",
];

/// A figure of ours in parts.
pub(super) struct Drawing<'s> {
    /// Attributes of its element.
    pub(super) opening: &'s str,
    /// Its fonts.
    pub(super) style: &'s str,
    /// The rest, with the closing tag.
    pub(super) content: &'s str,
}

impl<'s> Drawing<'s> {
    /// Takes a file apart; nothing if it holds anything that the canvas does not draw.
    pub(super) fn read(svg: &'s str) -> Option<Self> {
        let (opening, rest) = svg.strip_prefix("<svg ")?.split_once('>')?;
        let (style, content) = rest.trim_start().strip_prefix("<style>")?.split_once("</style>")?;
        let shapes = content.trim_end().strip_suffix("</svg>")?;
        let is_ours = are_attributes(opening) && are_fonts(style) && are_shapes(shapes);
        is_ours.then_some(Self { opening, style, content })
    }
}

/// Whether a style sheet names fonts within the file, and nothing else.
fn are_fonts(style: &str) -> bool {
    let mut rules = style.split("@font-face{");
    let is_font = |rule: &str| {
        let body = rule.strip_suffix('}').unwrap_or("}");
        !body.contains(['{', '}', '<', '@', '\\'])
            && body.matches("url(").count() == body.matches("url(data:font/").count()
    };
    rules.next() == Some("") && rules.all(is_font)
}

/// Whether every tag opens or closes a shape of ours; what stands between tags is text.
fn are_shapes(content: &str) -> bool {
    let mut parts = content.split('<');
    let is_tag = |part: &str| part.split_once('>').is_some_and(|(tag, _)| is_shape(tag));
    parts.next().is_some_and(|text| text.trim().is_empty()) && parts.all(is_tag)
}

fn is_shape(tag: &str) -> bool {
    if let Some(name) = tag.strip_prefix('/') {
        return ELEMENTS.contains(&name);
    }
    let (name, attributes) = tag.strip_suffix('/').unwrap_or(tag).split_once(' ').unwrap_or((tag, ""));
    ELEMENTS.contains(&name) && are_attributes(attributes)
}

/// Whether these are `name="value"`, one after another, with names of ours.
fn are_attributes(text: &str) -> bool {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let attribute = rest.split_once("=\"").and_then(|(name, rest)| Some((name, rest.split_once('"')?.1)));
        match attribute {
            Some((name, after)) if ATTRIBUTES.contains(&name) => rest = after.trim_start(),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(style: &str, content: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" viewBox=\"0 0 9 9\">\n<style>{style}</style>\n{content}</svg>\n"
        )
    }

    const FONT: &str = "@font-face{font-family:'DejaVu Sans';font-style:normal;src:url(data:font/ttf;base64,AAEC)}";

    #[test]
    fn what_the_canvas_draws_is_let_through() {
        let shapes = "<rect x=\"0\" y=\"0\" fill=\"#FFFFFF\"/>\n<text x=\"1\" font-style=\"italic\">\n&lt;T&gt; = 2 &amp; \"λ\"\n</text>\n";
        let svg = figure(&FONT.repeat(2), shapes);
        let drawing = Drawing::read(&svg).expect("a figure");
        assert!(
            drawing.content.contains("<rect")
                && drawing.content.ends_with("</svg>\n")
                && drawing.style == FONT.repeat(2)
        );
    }

    #[test]
    fn all_else_is_refused() {
        for content in [
            "<script>alert(1)</script>",
            "<SCRIPT>alert(1)</SCRIPT>",
            "<rect onload=\"alert(1)\"/>",
            "<rect x=\"0\"onload=\"alert(1)\"/>",
            "<rect x='0' onload='alert(1)'/>",
            "<rect/onload=\"alert(1)\"/>",
            "<rect x=\"1\" style=\"position:fixed\"/>",
            "<meta http-equiv=\"refresh\" content=\"0;url=http://example.org\"/>",
            "</svg><meta http-equiv=\"refresh\" content=\"0\"/><svg>",
            "<a href=\"http://example.org\"><text>T</text></a>",
            "<image href=\"http://example.org/a.png\"/>",
            "<use href=\"#a\"/>",
            "<foreignObject></foreignObject>",
            "<!-- --><![CDATA[ ]]>",
            "<style>*{}</style>",
            "text outside",
            "<text",
        ] {
            assert!(Drawing::read(&figure(FONT, content)).is_none(), "{content}");
        }
        for style in [
            "@import url(http://example.org/a.css);",
            "*{display:none}",
            "@font-face{src:url(http://example.org/a.ttf)}",
            "@font-face{}*{display:none}",
            "@font-face{</style ><script>}",
        ] {
            assert!(Drawing::read(&figure(style, "")).is_none(), "{style}");
        }
        assert!(Drawing::read("<svg onload=\"alert(1)\"><style></style></svg>").is_none());
    }
}
