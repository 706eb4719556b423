//! Every figure on a small table: valid SVG, the same bytes again, the words a reader needs, and clear errors.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod ends;
mod tables;

use super::*;
use resvg::usvg::roxmltree;
use tables::*;

fn table(name: &str, text: &str) -> Table {
    Table::from_csv(name, text).unwrap()
}

/// Every figure under its name.
fn gallery() -> Vec<(&'static str, Figure)> {
    let (markers, pictures) = (table("markers", MARKERS), table("configurations", CONFIGURATIONS));
    let mut all = vec![
        ("configurations", configurations(&pictures, (2, 2)).unwrap()),
        ("configurations of a ring", configurations(&pictures, (1, 4)).unwrap()),
        ("histogram", thermometer_histogram(&table("histogram", HISTOGRAM), &markers).unwrap()),
        ("flow", temperature_against_step(&table("flow", FLOW), &markers).unwrap()),
        ("calibration", calibration(&table("calibration", CALIBRATION)).unwrap()),
        ("confusion", confusion(&table("confusion", CONFUSION)).unwrap()),
        ("reliability", reliability(&table("reliability", RELIABILITY)).unwrap()),
        ("training", training(&table("training", TRAINING)).unwrap()),
        ("likelihood", likelihood(&table("likelihood", LIKELIHOOD)).unwrap()),
        ("map of T", map_on_temperature_axis(&table("flow", FLOW), &table("rg", RG_STEPS), &markers).unwrap()),
        ("plane", plane_of(RG_LINES).unwrap()),
        ("plane without lines", plane_of(RG_LINES.lines().next().unwrap()).unwrap()),
        ("specific heat", {
            let texts = [HEAT_MAP, RIDGES, PLANE_END_POINTS, FIXED_POINTS];
            let [map, ridges, ends, fixed_points] = texts.map(|text| table("map", text));
            specific_heat_map(&map, &ridges, &markers, &ends, &fixed_points).unwrap()
        }),
        ("observables", observables(&table("observables", OBSERVABLES), None, None).unwrap()),
        ("relaxation", relaxation(&table("relaxation", RELAXATION)).unwrap()),
        ("correlations", correlations(&table("correlations", CORRELATIONS), "a", &markers_of_torus()).unwrap()),
        ("correlation length", {
            let (flow, data) = (table("flow", FLOW_LENGTHS), table("lengths", LENGTHS));
            correlation_length(&flow, &data, &markers_of_torus()).unwrap()
        }),
        ("magnetization", {
            let (points, fits) = (table("points", MAGNETIZATIONS), table("fits", MAGNETIZATION_FITS));
            magnetization_exponent(&points, &fits, "a").unwrap()
        }),
        ("sizes", finite_size(&table("sizes", SIZES), &table("fits", SIZE_FITS)).unwrap()),
        (
            "ends",
            end_point_against("n_hidden", "number of hidden units *n*_{h}", &table("end points", END_POINTS), &markers)
                .unwrap(),
        ),
        ("ends along training", ends_along_training_with(Some(&table("theory", RANK_ONE))).unwrap()),
        ("ends along training without theory", ends_along_training_with(None).unwrap()),
        ("end states", end_state(&table("states", END_STATES), &table("references", STATE_REFERENCES)).unwrap()),
        ("controls", controls(&table("ends", CONTROLS), &table("seeds", CONTROLS_OF_SEEDS)).unwrap()),
        ("stationary", stationary(&table("memory", AUTOCORRELATION), &table("histogram", STATIONARY)).unwrap()),
        ("spectrum", spectrum(&table("spectrum", SPECTRUM), &table("weights", WEIGHTS)).unwrap()),
        ("spectrum along training", spectrum_along_training(&table("weights", WEIGHTS)).unwrap()),
        ("eigenvectors", eigenvectors_on((2, 2)).unwrap()),
        ("eigenvectors of a ring", eigenvectors_on((1, 4)).unwrap()),
        ("products", {
            let [products, against_distance] =
                [PRODUCTS, PRODUCTS_AGAINST_DISTANCE].map(|text| table("products", text));
            weight_products(&products, &against_distance).unwrap()
        }),
        ("receptive fields", {
            let [fields, units] = [RECEPTIVE_FIELDS, HIDDEN_UNITS].map(|text| table("units", text));
            receptive_fields(&fields, &units, (2, 2)).unwrap()
        }),
        ("energies", energy_relation(&table("energies", ENERGIES), &table("relation", RELATION)).unwrap()),
        ("energies along training", energy_relation_along_training(&table("relation", RELATION)).unwrap()),
        ("couplings", couplings(&table("couplings", COUPLINGS), &table("summary", COUPLING_SUMMARY)).unwrap()),
    ];
    all.extend(ends::gallery().into_iter().map(|(name, figure, _)| (name, figure)));
    all
}

fn eigenvectors_on(lattice: (usize, usize)) -> Result<Figure, FigureError> {
    eigenvectors(&table("eigenvectors", EIGENVECTORS), &table("spectrum", SPECTRUM), lattice)
}

fn ends_along_training_with(theory: Option<&Table>) -> Result<Figure, FigureError> {
    let markers =
        "name,label,temperature\ncritical_temperature,*T*_{c},2.269\ntraining_mixture,training mixture,2.57\n";
    ends_along_training(EndsTables {
        ends: &table("ends", ENDS_ALONG),
        states: &table("states", END_STATES),
        likelihood: &table("likelihood", LIKELIHOOD_ALONG),
        weights: &table("weights", WEIGHTS_ALONG),
        markers: &table("markers", markers),
        references: &table("references", STATE_REFERENCES),
        theory,
    })
}

fn markers_of_torus() -> Table {
    table("markers", "label,temperature\n*T*_{c},2.269\n")
}

fn plane_of(rg_lines: &str) -> Result<Figure, FigureError> {
    plane(PlaneTables {
        vector_field: &table("vector field", VECTOR_FIELD),
        end_points: &table("end points", PLANE_END_POINTS),
        ridges: &table("ridges", RIDGES),
        markers: &table("markers", MARKERS),
        rg_lines: &table("rg lines", rg_lines),
        rg_steps: &table("rg steps", RG_STEPS),
        rg_fixed_points: &table("fixed points", FIXED_POINTS),
    })
}

/// All words of a drawing in one line.
fn words(figure: &Figure) -> String {
    let document = roxmltree::Document::parse(&figure.svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_tables_give_the_same_bytes() {
    assert_eq!(gallery(), gallery());
}

#[test]
fn every_figure_is_valid_svg_of_finite_numbers_with_its_font_and_a_png_of_1600_pixels() {
    for (name, figure) in gallery() {
        let root = roxmltree::Document::parse(&figure.svg).unwrap();
        assert_eq!(root.root_element().attribute("width"), Some("1600"), "{name}");
        let drawing = figure.svg.split("</style>").nth(1).unwrap();
        assert!(!drawing.contains("2147483647"), "{name} has an infinite coordinate");
        assert!(figure.svg.contains("@font-face") && figure.svg.len() < 250_000, "{name}: {}", figure.svg.len());
        assert_eq!(figure.png[..8], *b"\x89PNG\r\n\x1a\n", "{name}");
        assert_eq!(figure.png[16..20], 1600_u32.to_be_bytes(), "{name}");
        assert!(!Table::from_csv(name, &figure.csv).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn nothing_is_drawn_outside_the_sheet() {
    for (name, figure) in gallery() {
        let options = text::svg_options();
        let tree = resvg::usvg::Tree::from_str(&figure.svg, &options).unwrap();
        let (size, drawn) = (tree.size(), tree.root().abs_stroke_bounding_box());
        let is_inside = drawn.left() >= 0.0 && drawn.top() >= 0.0;
        assert!(is_inside && drawn.right() <= size.width() && drawn.bottom() <= size.height(), "{name}: {drawn:?}");
    }
}

#[test]
fn labels_say_what_is_drawn() {
    let expected: [(&str, &[&str]); 34] = [
        ("configurations", &["start T = 0", "start T = ∞", "step 1", "spin up"]),
        ("configurations of a ring", &["start T = ∞", "step 0"]),
        ("histogram", &["critical T c (2.269)", "training mixture (2.57)", "temperature class T [ J / k B ]", "∞"]),
        ("flow", &["step of the flow", "temperature T [ J / k B ]", "critical T c (2.269)", "one seed"]),
        (
            "calibration",
            &["true temperature T", "exact posterior (Bayes)", "Cramér–Rao bound", "spread of H", "excess [nats]"],
        ),
        ("confusion", &["true temperature T", "read field H [ J ]", "network", "exact posterior (Bayes)", "∞"]),
        ("reliability", &["probability given to a state point", "how often it is the true one", "difference [ σ ]"]),
        ("training", &["epoch", "n_h=4", "weight norm", "± 1 standard deviation over 2 seeds"]),
        ("likelihood", &["relative entropy [nats]", "mean ln p", "± 1 standard error, one seed"]),
        ("map of T", &["T after a step", "decimation, exact", "block spins of the samples", "training mixture (2.57)"]),
        ("plane", &["field H [ J ]", "read by the network", "exact likelihood", "mean of 2 seeds", "training mixture"]),
        ("plane without lines", &["one step of block spins"]),
        ("specific heat", &["specific heat c", "maximal c , exact", "maximal χ", "end of a flow"]),
        ("observables", &["energy e [ J ]", "specific heat", "samples", "exact", "residual"]),
        ("relaxation", &["energy per site [ J ]", "| m |", "step of the flow", "one seed"]),
        (
            "correlations",
            &["end of the flow", "data, T = 2.25", "distance r", "training mixture", "over 2 seeds", "r −1/4"],
        ),
        ("correlation length", &["ξ [sites]", "training mixture: ξ = 3.1, U = 0.5", "data at T = 2.25", "∞"]),
        ("magnetization", &["reconstructions: β = 0.055 ± 0.007 near T c", "this lattice, exact", "β = 1/8", "| m |"]),
        ("sizes", &["side L", "samples", "fits to all L", "two-point function", "L 1/4"]),
        ("ends", &["number of hidden units n h", "read by the network", "critical T c (2.269)"]),
        (
            "ends along training",
            &[
                "training time τ",
                "read exactly",
                "training mixture (2.57)",
                "free spins of the same",
                "mean-field theory",
                "± 1 standard error over 2 seeds",
                "KL divergence [nats]",
                "evenness",
            ],
        ),
        ("ends along training without theory", &["read by the network", "G (1) − G (L /2)"]),
        ("end states", &["from free spins", "Boltzmann, H = 0, exact", "critical", "training mixture", "| m |"]),
        ("controls", &["wide: Wide grid", "a (2 seeds)", "b (1 seed)", "400", "G (1)", "training mixture", "median"]),
        ("stationary", &["lag t [steps]", "autocorrelation", "chains of the flow", "training data", "probability"]),
        (
            "spectrum",
            &[
                "rank",
                "eigenvalue λ",
                "independent weights",
                "edge",
                "λ = 1",
                "lowest to highest of 2 seeds",
                "mean wave number",
            ],
        ),
        (
            "spectrum along training",
            &["epoch", "largest λ", "evenness of λ", "edge", "translation symmetry", "lowest to highest of 2 seeds"],
        ),
        ("eigenvectors", &["λ = 20", "⟨| k |⟩ = 1.50", "−max", "component of the eigenvector"]),
        ("eigenvectors of a ring", &["λ = 1"]),
        ("products", &["site i", "distance r [lattice constants]", "over 2 seeds", "−0.5", "over the pairs"]),
        ("receptive fields", &["| w | = 2.236", "−0.97", "correlations over the training data"]),
        (
            "energies",
            &["data: r = 0.912", "end of the flow", "slope 1/ T : perfect RBM", "| m |", "energy E / N [ J ]"],
        ),
        ("energies along training", &["correlation of F (v ) and E", "perfect RBM", "epoch", "d F /d E"]),
        (
            "couplings",
            &["distance r [lattice constants]", "1/ T of the data", "epoch", "± 1 standard deviation over 2 seeds"],
        ),
    ];
    let more: Vec<_> = ends::gallery().into_iter().map(|(name, _, labels)| (name, labels)).collect();
    for ((name, figure), (of, labels)) in gallery().iter().zip(expected.into_iter().chain(more)) {
        assert_eq!(*name, of);
        let words = words(figure).replace("( ", "(").replace("  ", " ");
        let missing: Vec<_> = labels.iter().filter(|label| !words.contains(**label)).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?} in: {words}");
    }
}

#[test]
fn the_numbers_of_a_figure_are_those_of_its_table() {
    let figure = thermometer_histogram(&table("histogram", HISTOGRAM), &table("markers", MARKERS)).unwrap();
    let hot = table("drawn", &figure.csv).filter("start_temperature", f64::INFINITY).unwrap();
    let probabilities = hot.column("probability").unwrap();
    let expected = [0.1, 0.2 + 0.1, 0.6];
    assert!(probabilities.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
}

/// A step that is read without bias starts at its start; the network's own reading of the start is taken off.
#[test]
fn a_step_in_the_plane_leads_from_its_start() {
    let drawn = table("plane", &plane_of(RG_LINES).unwrap().csv);
    let of_network = drawn.filter("panel", "(a) read by the network").unwrap();
    let ends = of_network.filter("what", "step of the flow: end").unwrap();
    assert_eq!(ends.column("temperature").unwrap()[..2], [2.0, 3.5]);
    assert_eq!(drawn.filter("what", "end of a flow").unwrap().len(), 3);
}

#[test]
fn errors_tell_what_is_wrong_with_which_table() {
    let markers = table("markers", MARKERS);
    let empty = table("flow", FLOW.lines().next().unwrap());
    assert!(matches!(temperature_against_step(&empty, &markers), Err(FigureError::Empty { .. })));
    let two = table("flow", &format!("{FLOW}b,1,0,0,0,0,0,0,0\n"));
    let message = temperature_against_step(&two, &markers).unwrap_err().to_string();
    assert_eq!(message, "table 'flow' holds several machines (a, b): choose one");
    let message = training(&table("training", "machine,seed,epoch\na,1,1\n")).unwrap_err().to_string();
    assert!(message.starts_with("table 'training' has no column 'reconstruction_error'"), "{message}");
    let message = configurations(&table("pictures", CONFIGURATIONS), (3, 3)).unwrap_err().to_string();
    assert_eq!(message, "table 'pictures': a configuration has 4 spins, the lattice 9 sites");
    let message = eigenvectors_on((3, 3)).unwrap_err().to_string();
    assert_eq!(message, "table 'eigenvectors': a pattern has 4 numbers, the lattice 9 sites");
}

#[test]
fn a_quantity_of_which_nothing_is_known_has_no_panel() {
    let text =
        TRAINING.replace("0.3,", "nan,").replace(",0.4,", ",nan,").replace(",0.1,", ",nan,").replace(",0.2,", ",nan,");
    let drawn = words(&training(&table("training", &text)).unwrap());
    assert!(!drawn.contains("reconstruction error") && !drawn.contains("(d)"), "{drawn}");
    assert!(drawn.contains("weight norm") && drawn.contains("(c)"), "{drawn}");
}
