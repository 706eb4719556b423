//! Every figure on a small table: valid SVG, the same bytes again, the words a reader needs, and clear errors.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use super::*;
use resvg::usvg::roxmltree;

const MARKERS: &str = "name,label,temperature,field\ntc,critical *T*_{c},2.269,0\nmixture,training mixture,2.57,0\n";
const CONFIGURATIONS: &str = "machine,seed,start_temperature,start_field,step,chain,spins\n\
    a,1,0,0,0,0,1111\na,1,0,0,1,0,1101\na,1,inf,0,0,0,0110\na,1,inf,0,1,0,0100\na,2,inf,0,1,0,0000\n";
const FLOW: &str = "machine,seed,start_temperature,start_field,step,thermometer_temperature,\
    thermometer_temperature_error,energy_temperature,energy_temperature_error\n\
    a,1,0,0,0,0.1,0.01,0,0\na,1,0,0,1,1,0.1,0.9,0.1\na,1,0,0,10,2.5,0.1,2.4,0.1\n\
    a,1,inf,0,0,inf,,inf,\na,1,inf,0,1,4,0.1,900,100\na,1,inf,0,10,2.6,0.1,,\n";
const HISTOGRAM: &str = "machine,seed,start_temperature,start_field,step,class_temperature,class_field,probability,\
    probability_error\na,1,0,0,0,0,0,0.9,0.01\na,1,0,0,0,1,0,0.1,0.01\na,1,0,0,0,inf,0,0,0\n\
    a,1,inf,0,0,0,0,0.1,0.01\na,1,inf,0,0,1,0,0.2,0.01\na,1,inf,0,0,1,1,0.1,0.01\na,1,inf,0,0,inf,0,0.6,0.01\n";
const CALIBRATION: &str = "temperature,field,mean_temperature,temperature_spread,bayes_mean_temperature,\
    bayes_temperature_spread,cramer_rao_temperature_spread,field_spread,bayes_field_spread,cramer_rao_field_spread,\
    bayes_relative_entropy,excess,excess_error\n\
    0,0,0.1,0.1,0,0,,0,0,,1.5,0.01,0.02\n2,0,2.1,0.3,2,0.25,0.24,0.1,0.1,0.1,1.5,0.03,0.02\n\
    5,0,4.5,1,4.6,1,1.6,0.1,0.1,0.1,1,0.01,0.03\ninf,0,5,1,5,1,inf,0.1,0.1,inf,1,0,\n\
    2,1,2.1,0.3,2,0.25,0.24,0.1,0.1,0.1,1.5,0.03,0.02\n5,1,4.5,1,4.6,1,1.6,0.1,0.1,0.1,1,0.01,0.03\n";
const CONFUSION: &str = "temperature,field,read_temperature,read_field,network,bayes\n\
    1,0,1,0,0.5,0.5\n1,0,1,1,0.25,0.25\n1,0,inf,0,0.25,0.25\n1,1,1,0,0.5,0.5\n1,1,1,1,0.25,0.25\n1,1,inf,0,0.25,0.25\n\
    inf,0,1,0,0.1,0.2\ninf,0,inf,0,0.9,0.8\n";
const RELIABILITY: &str = "reader,bin,n,probability,frequency,frequency_error\n\
    network,0,0,,,\nnetwork,8,100,0.05,0.04,0.02\nnetwork,12,100,0.3,0.35,0.05\n\
    bayes,8,100,0.05,0.05,0.02\nbayes,12,100,0.31,0.3,0.05\n";
const TRAINING: &str = "machine,seed,epoch,reconstruction_error,pseudo_likelihood,free_energy_gap,weight_norm\n\
    n_h=4,1,1,0.3,-0.6,0,1\nn_h=4,2,1,0.4,-0.6,0,1\nn_h=4,1,100,0.1,-0.3,,3\nn_h=4,2,100,0.2,-0.3,,3\n";
const LIKELIHOOD: &str = "machine,seed,epoch,relative_entropy,relative_entropy_error,ln_likelihood,ln_likelihood_error\n\
    n_h=4,1,0,30,0.5,-69,0.5\nn_h=4,1,1,3,0.5,-42,0.5\nn_h=4,1,100,0.1,0.2,-40,0.5\n";
const OBSERVABLES: &str = "temperature,field,n_samples,energy_per_site,energy_per_site_error,energy_per_site_exact,\
    specific_heat_per_site,specific_heat_per_site_error,specific_heat_per_site_exact,abs_magnetization_per_site,\
    abs_magnetization_per_site_error,abs_magnetization_per_site_exact\n\
    0,0,10,-2,0,-2,0,0,0,1,0,1\n2,0,10,-1.7,0.05,-1.745,0.7,0.1,0.723,0.9,0.05,0.911\ninf,0,10,0,0.1,0,,,0,0.1,0.1,0.08\n";

const RELAXATION: &str = "machine,seed,start_temperature,start_field,step,bond_energy_per_site,bond_energy_per_site_error,\
    abs_magnetization_per_site,abs_magnetization_per_site_error\n\
    a,1,0,0,0,-2,0,1,0\na,1,0,0,1,-1.5,0.1,0.8,0.1\na,1,inf,0,0,0,0.1,0.1,0.01\na,1,inf,0,1,-1,0.1,0.6,0.1\n";
const END_POINTS: &str = "machine,n_hidden,seed,reading,temperature\na,4,0,thermometer,3.1\na,4,1,thermometer,3.2\n\
    a,4,all,thermometer,99\nb,16,0,thermometer,3.0\na,4,0,exact,2.9\na,4,1,exact,2.8\nb,16,0,exact,2.6\n\
    a,4,0,energy,2.9\n";
const AUTOCORRELATION: &str = "machine,seed,quantity,lag,autocorrelation\na,0,bond_energy_per_site,0,1\n\
    a,0,bond_energy_per_site,10,0.1\na,0,abs_magnetization_per_site,0,1\na,0,abs_magnetization_per_site,10,0.2\n\
    a,0,magnetization_per_site,0,1\na,0,magnetization_per_site,10,0.5\n";
const STATIONARY: &str = "machine,seed,quantity,value,probability,probability_error,machine_law,mixture\n\
    a,0,bond_energy_per_site,-2,0.1,0.01,nan,0.3\na,0,bond_energy_per_site,-1,0.9,0.01,nan,0.7\n\
    a,0,abs_magnetization_per_site,0,0.5,0.01,nan,0\na,0,abs_magnetization_per_site,1,0.5,0.01,nan,1\n";
const VECTOR_FIELD: &str = "seed,reading,start_temperature,start_field,temperature,temperature_error,field,field_error,\
    next_temperature,next_temperature_error,next_field,next_field_error\n\
    all,thermometer,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\nall,thermometer,4,2,3.5,0.1,2,0.1,3,0.1,1.8,0.1\n\
    all,thermometer,inf,0,5,0.1,1,0.1,4,0.1,1,0.1\n0,thermometer,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\n\
    all,exact,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\nall,exact,4,2,4,0.1,2,0,60,900,2,90\nall,exact,inf,2,90,9,2,9,5,1,1,1\n";
const PLANE_END_POINTS: &str = "seed,reading,temperature,temperature_error,field,field_error,covariance\n\
    0,thermometer,2.4,0.1,0.5,0.05,0.004\n1,thermometer,2.6,0.1,0.6,0.05,nan\nall,thermometer,2.5,0.1,0.55,0.05,0.001\n\
    0,exact,2.4,nan,0.5,nan,nan\nall,exact,2.4,nan,0.5,nan,nan\n";
const RIDGES: &str = "line,field,temperature,temperature_error\nspecific-heat,0,2.34,0\nspecific-heat,2,4.5,0\n\
    specific-heat-sampled,0,2.3,0.1\nsusceptibility,1,4.5,0\nsusceptibility,2,6,0\n";
const RG_LINES: &str = "line,step,temperature,field\n0,0,1,0.1\n0,1,1.5,0.3\n0,2,2.9,1.1\n";
const RG_STEPS: &str = "map,temperature,field,next_temperature,next_temperature_error,next_field,next_field_error\n\
    decimation,1,0,1.5,0,0,0\ndecimation,2,0,4.4,0,0,0\nblock-spins,1,0,1.6,0.1,0,0\nblock-spins,4,2,9,0.3,5,0.4\n";
const HEAT_MAP: &str = "temperature,field,specific_heat_per_site\n1,0,0\n1,1,0.1\n2,0,1\n2,1,nan\n";
const SPECTRUM: &str = "machine,seed,epoch,rank,eigenvalue,eigenvalue_independent,participation_ratio,mean_wave_number,\
    largest_star\na,0,0,1,1,1,2,1,0.5\na,0,9,1,20,2,4,0,1\na,0,9,2,1,1,2,1.5,0.9\na,1,9,1,30,2,4,0,1\na,1,9,2,0,1,2,1.5,0.9\n";
const WEIGHTS: &str = "machine,seed,epoch,largest_eigenvalue,relative_participation_ratio,n_above_edge,translation_symmetry,\
    marchenko_pastur_edge\na,0,0,1,1,0,0.01,2\na,0,9,20,0.2,1,0.5,5\na,1,0,1,1,0,0.01,2\na,1,9,30,0.2,1,0.5,6\n";
const EIGENVECTORS: &str = "machine,seed,rank,site,component\na,0,1,0,0.5\na,0,1,1,0.5\na,0,1,2,0.5\na,0,1,3,0.5\n\
    a,0,2,0,0.5\na,0,2,1,-0.5\na,0,2,2,0.5\na,0,2,3,-0.5\na,1,1,0,1\n";
const PRODUCTS: &str = "machine,seed,site,other_site,product\na,0,0,0,9\na,0,0,1,0.5\na,0,0,2,-0.25\na,0,1,1,8\na,0,1,2,0.5\n\
    a,0,2,2,9\n";
const PRODUCTS_AGAINST_DISTANCE: &str = "machine,seed,distance,n_pairs,product,product_spread\na,0,0,3,8.6,0.4\na,0,1,4,0.5,0\n\
    a,0,1.5,2,-0.25,0.1\na,1,0,3,8.6,0.4\na,1,1,4,0.4,0\na,1,1.5,2,-0.2,0.1\n";
const RECEPTIVE_FIELDS: &str = "machine,seed,rank,site,weight\na,0,1,0,2\na,0,1,1,-1\na,0,1,2,0\na,0,1,3,0\n";
const HIDDEN_UNITS: &str = "machine,seed,rank,norm,correlation_with_magnetization,square_correlation_with_bond_energy\n\
    a,0,1,2.236,-0.97,nan\n";
const ENERGIES: &str = "machine,seed,origin,temperature,field,energy_per_site,magnetization_per_site,marginal_energy_per_site,\
    joint_energy_per_site,exact_energy_per_site\na,0,data,2,0,-2,1,-1,-1.1,-1\na,0,data,2,0,-1,0.5,-0.4,-0.4,-0.5\n\
    a,0,reconstruction,2,0,-1,0.5,-0.4,-0.4,-0.5\na,0,flow-end,2,0,-1,-0.5,-0.4,-0.4,-0.5\na,1,data,2,0,-1,0.5,-0.4,-0.4,9\n";
const RELATION: &str = "machine,seed,epoch,origin,energy,energy_per_site,machine_energy_per_site,correlation,slope,\
    relative_slope,explained_of_rest\na,0,0,data,marginal,-1.5,-0.7,0,0,0,0\na,0,0,data,joint,-1.5,-0.7,0,0,0,0\n\
    a,0,0,data,exact,-1.5,-0.7,1,0.5,1,1\na,0,9,data,marginal,-1.5,-0.7,0.912,0.6,1.2,0.1\n\
    a,0,9,data,joint,-1.5,-0.7,0.9,0.7,1.4,nan\na,0,9,data,exact,-1.5,-0.75,1,0.5,1,1\n";
const COUPLINGS: &str = "machine,seed,epoch,distance,coupling,expected_coupling\na,0,0,1,0,0.5\na,0,9,1,0.2,0.5\n\
    a,0,9,1.4142135623730951,0.1,0\na,1,0,1,0.01,0.5\na,1,9,1,0.21,0.5\na,1,9,1.4142135623730951,0.11,0\n";
const COUPLING_SUMMARY: &str = "machine,seed,epoch,explained_by_pairs\na,0,0,1\na,0,9,0.95\na,1,0,1\na,1,9,0.9\n";

fn table(name: &str, text: &str) -> Table {
    Table::from_csv(name, text).unwrap()
}

/// Every figure under its name.
fn gallery() -> Vec<(&'static str, Figure)> {
    let (markers, pictures) = (table("markers", MARKERS), table("configurations", CONFIGURATIONS));
    vec![
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
            let [map, ridges, ends] = [HEAT_MAP, RIDGES, PLANE_END_POINTS].map(|text| table("map", text));
            specific_heat_map(&map, &ridges, &markers, &ends).unwrap()
        }),
        ("observables", observables(&table("observables", OBSERVABLES), None, None).unwrap()),
        ("relaxation", relaxation(&table("relaxation", RELAXATION)).unwrap()),
        ("ends", end_point_against_n_hidden(&table("end points", END_POINTS), &markers).unwrap()),
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
    ]
}

fn eigenvectors_on(lattice: (usize, usize)) -> Result<Figure, FigureError> {
    eigenvectors(&table("eigenvectors", EIGENVECTORS), &table("spectrum", SPECTRUM), lattice)
}

fn plane_of(rg_lines: &str) -> Result<Figure, FigureError> {
    plane(PlaneTables {
        vector_field: &table("vector field", VECTOR_FIELD),
        end_points: &table("end points", PLANE_END_POINTS),
        ridges: &table("ridges", RIDGES),
        markers: &table("markers", MARKERS),
        rg_lines: &table("rg lines", rg_lines),
        rg_steps: &table("rg steps", RG_STEPS),
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
    let expected: [(&str, &[&str]); 26] = [
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
        ("ends", &["number of hidden units n h", "read by the network", "critical T c (2.269)"]),
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
            &["data: r = 0.912", "end of the flow", "slope 1/ T : perfect machine", "| m |", "energy E / N [ J ]"],
        ),
        ("energies along training", &["correlation of F (v ) and E", "perfect machine", "epoch", "d F /d E"]),
        (
            "couplings",
            &["distance r [lattice constants]", "1/ T of the data", "epoch", "± 1 standard deviation over 2 seeds"],
        ),
    ];
    for ((name, figure), (of, labels)) in gallery().iter().zip(expected) {
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
