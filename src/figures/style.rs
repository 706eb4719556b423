//! How a figure looks: sizes, colours, dashes, markers; one place for all figures.

/// Width of every figure in pixels.
pub(crate) const WIDTH: f64 = 1600.0;
/// Font size of axis titles and legends in pixels.
pub(crate) const LABEL: f64 = 28.0;
/// Font size of tick labels in pixels.
pub(crate) const SMALL: f64 = 24.0;
/// Free border around a figure in pixels.
pub(crate) const BORDER: f64 = 20.0;
/// Room left of a panel for its tick labels and axis title.
pub(crate) const LEFT: f64 = 136.0;
/// Room below a panel for its tick labels and axis title.
pub(crate) const BOTTOM: f64 = 82.0;
/// Room above a panel for its title.
pub(crate) const TOP: f64 = 50.0;
/// Line width of data in pixels.
pub(crate) const CURVE: f64 = 3.0;
/// Line width of frames, ticks and error bars in pixels.
pub(crate) const HAIR: f64 = 1.6;
/// Opacity of a band.
pub(crate) const BAND: f64 = 0.22;

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) u8, pub(crate) u8, pub(crate) u8);

pub(crate) const INK: Color = Color(0x22, 0x22, 0x22);
pub(crate) const GREY: Color = Color(0x7a, 0x7a, 0x7a);
pub(crate) const GRID: Color = Color(0xe6, 0xe6, 0xe6);
pub(crate) const WHITE: Color = Color(0xff, 0xff, 0xff);
pub(crate) const BLUE: Color = Color(0x00, 0x72, 0xb2);
pub(crate) const VERMILLION: Color = Color(0xd5, 0x5e, 0x00);
pub(crate) const GREEN: Color = Color(0x00, 0x9e, 0x73);
pub(crate) const PURPLE: Color = Color(0xcc, 0x79, 0xa7);
pub(crate) const ORANGE: Color = Color(0xe6, 0x9f, 0x00);
pub(crate) const SKY: Color = Color(0x56, 0xb4, 0xe9);
/// Spin up in pictures of configurations.
pub(crate) const SPIN_UP: Color = Color(0x12, 0x3a, 0x5c);
/// Spin down in pictures of configurations.
pub(crate) const SPIN_DOWN: Color = Color(0xf2, 0xe3, 0xbc);

/// The colours of Okabe and Ito that stand out on white, safe for all kinds of colour vision.
const OKABE_ITO: [Color; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];

/// A pattern of line and gap, so that curves differ without colour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dash {
    Solid,
    Dashed,
    Dotted,
    Alternating,
    Long,
}

impl Dash {
    /// Lengths of line, gap, line, gap, ... in pixels; empty for an unbroken line.
    pub(crate) fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[12.0, 7.0],
            Self::Dotted => &[3.0, 5.0],
            Self::Alternating => &[14.0, 6.0, 3.0, 6.0],
            Self::Long => &[26.0, 8.0],
        }
    }
}

/// The shape of a data point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Disk,
    Square,
    Triangle,
    Diamond,
    Nabla,
    Cross,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) color: Color,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
}

impl Stroke {
    /// An unbroken line.
    pub(crate) fn solid(color: Color, width: f64) -> Self {
        Self { color, width, dash: Dash::Solid }
    }

    /// The line of the `index`-th curve of a figure.
    pub(crate) fn curve(index: usize) -> Self {
        let dashes = [Dash::Solid, Dash::Dashed, Dash::Alternating, Dash::Dotted, Dash::Long];
        Self { color: color(index), width: CURVE, dash: dashes[index % dashes.len()] }
    }

    /// The line of the `index`-th reference value (critical temperature and the like).
    pub(crate) fn reference(index: usize) -> Self {
        let dashes = [Dash::Long, Dash::Dashed, Dash::Dotted, Dash::Alternating];
        let colors = [INK, GREEN, VERMILLION, BLUE];
        Self { color: colors[index % colors.len()], width: 2.6, dash: dashes[index % dashes.len()] }
    }
}

/// The colour of the `index`-th curve of a figure.
pub(crate) fn color(index: usize) -> Color {
    OKABE_ITO[index % OKABE_ITO.len()]
}

/// The marker of the `index`-th set of points of a figure.
pub(crate) fn marker(index: usize) -> Marker {
    let markers = [Marker::Disk, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Nabla];
    markers[index % markers.len()]
}

/// The colour of `fraction` in [0, 1] on a scale from cold (dark blue) to hot (yellow), of evenly rising lightness:
/// the map "plasma" without its palest end, linear between twelve of its colours.
pub(crate) fn heat(fraction: f64) -> Color {
    const PLASMA: [Color; 12] = [
        Color(13, 8, 135),
        Color(56, 4, 154),
        Color(88, 1, 164),
        Color(119, 1, 168),
        Color(146, 15, 163),
        Color(172, 38, 148),
        Color(193, 59, 130),
        Color(212, 82, 112),
        Color(227, 104, 95),
        Color(240, 128, 78),
        Color(250, 155, 61),
        Color(254, 183, 45),
    ];
    between(&PLASMA, fraction.clamp(0.0, 1.0))
}

/// The colour of `share` in [−1, 1] on a scale from the colour of spins down over grey to that of spins up, of evenly falling
/// lightness (so that the sign is seen in grey, too), safe for all kinds of colour vision, in steps of a thirty-second.
pub(crate) fn balance(share: f64) -> Color {
    const DIVERGING: [Color; 5] = [
        Color(0xff, 0xf0, 0xc4),
        Color(0xe6, 0xb5, 0x6c),
        Color(0x93, 0x93, 0x93),
        Color(0x2f, 0x62, 0x96),
        Color(0x06, 0x22, 0x45),
    ];
    let step = (share.clamp(-1.0, 1.0) * 32.0).round() / 32.0;
    between(&DIVERGING, (1.0 + step) / 2.0)
}

/// The colour at `fraction` in [0, 1] of the way through evenly spaced ones.
fn between(colors: &[Color], fraction: f64) -> Color {
    let position = fraction * (colors.len() - 1) as f64;
    let below = (position as usize).min(colors.len() - 2);
    let (low, high, weight) = (colors[below], colors[below + 1], position - below as f64);
    let blend = |low: u8, high: u8| (f64::from(low) + weight * (f64::from(high) - f64::from(low))).round() as u8;
    Color(blend(low.0, high.0), blend(low.1, high.1), blend(low.2, high.2))
}
