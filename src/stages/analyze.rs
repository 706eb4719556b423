//! `analyze`: where the flows end, beside what is known of the lattice: thermodynamics and renormalization.

mod correlations;
mod ends;
mod exact_plane;
mod lines;
mod magnetization;
mod markers;
mod over_seeds;
mod rank_one;
mod renormalization;
mod ridges;
mod softmax;
mod state_references;

use std::ops::Range;

use anyhow::Result;
use ising_data::{SampleSet, StatePoint};

pub(super) use self::markers::Marker;
use self::{
    correlations::{correlation_lengths, correlations},
    exact_plane::ExactPlane,
    lines::{constant_magnetization, fixed_points_of_renormalization},
    markers::{markers, markers_table, mixture_by_network, mixture_table},
    over_seeds::with_means_over_seeds,
    softmax::{SoftmaxTables, softmax_tables},
};
use super::{
    SAMPLES, Stage, dissect, dissections,
    drawing::ising_samples,
    flow, flow_tasks, on_lattice, pick,
    plane::{agreement_of_starts, end_points, ends_of_starts, fixed_points, vector_field},
    read_of_all_machines, read_samples, read_table, write_table,
};
use crate::{
    config::{Config, schema::ControlKind},
    data_sets::DataSets,
    pipeline::{Task, Work, Workbench},
    table::Table,
};

pub(super) fn task(config: &Config) -> Task<'_> {
    Task {
        name: Stage::Analyze.name().into(),
        settings: pick(config, &["seed", "data"]),
        inputs: [Stage::Sample, Stage::TrainThermometer]
            .map(|stage| stage.name().to_owned())
            .into_iter()
            .chain(flow_tasks(&config.settings))
            .chain(dissections(&config.settings))
            .collect(),
        precious: false,
        work: Work::alone(|workbench| run(config, workbench)),
    }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let observables = read_table(workbench, "data/observables.csv")?;
    let fields = config.settings.data.fields.values();
    let by_network = match config.settings.data.control {
        // The thermometer was calibrated on the lattice.
        ControlKind::MeanField => None,
        _ => mixture_by_network(&observables, &read_table(workbench, "thermometer/calibration.csv")?)?,
    };
    let markers = markers(config.lattice, &fields, &observables, by_network)?;
    let flow = read_of_all_machines(config, workbench, flow::folder, "flow.csv")?;
    let data_sets = DataSets::of(&config.table());
    let end_points = end_points(&flow, &config.settings.rbm, &markers, &data_sets)?;
    let vector_field = vector_field(&flow, config.lattice, &data_sets)?;
    write_table(workbench, "analysis/agreement-of-starts.csv", &agreement_of_starts(&flow)?)?;
    write_table(workbench, "analysis/fixed-points.csv", &fixed_points(&vector_field, &end_points, &data_sets)?)?;
    write_table(workbench, "analysis/vector-field.csv", &vector_field)?;
    write_table(workbench, "analysis/end-points.csv", &end_points)?;
    write_table(workbench, "analysis/ends-of-starts.csv", &ends_of_starts(&flow, &config.settings.rbm)?)?;
    write_table(workbench, "analysis/markers.csv", &markers_table(&markers)?)?;
    correlate(config, workbench, &observables, &flow, &data_sets)?;
    write_table(workbench, "analysis/mixture.csv", &mixture_table(config.lattice, &fields, &observables)?)?;
    ends::write(config, workbench, &flow, &data_sets)?;
    average_insides(config, workbench)?;
    let plane = if config.settings.flow.along_training {
        let samples = on_lattice(config, &read_samples(config, workbench, SAMPLES)?)?;
        let (plane, theory) = rayon::join(|| ExactPlane::new(config), || rank_one::theory(config, &samples));
        write_table(workbench, "analysis/rank-one-theory.csv", &theory?)?;
        plane?
    } else {
        ExactPlane::new(config)?
    };
    let ridges = describe_lattice(config, &plane, workbench)?;
    if config.settings.has_plane() {
        describe_ends(config, [&flow, &ridges], plane.hottest(), workbench)?;
    }
    Ok(())
}

/// Of data with several fields: lines of constant magnetization through the ends, and the softmax there with its controls.
fn describe_ends(
    config: &Config,
    [flow, ridges]: [&Table; 2],
    hottest: f64,
    workbench: &mut Workbench<'_>,
) -> Result<()> {
    let constant = constant_magnetization(config.lattice, flow, hottest)?;
    write_table(workbench, "analysis/constant-magnetization.csv", &constant)?;
    if config.settings.has_softmax_map() {
        let mut maps = Vec::new();
        for rbm in &config.settings.rbm {
            let of_seed = |seed| read_table(workbench, &format!("{}/softmax-map.csv", flow::folder(rbm, seed)));
            maps.push((rbm.name.clone(), (0..rbm.seeds.get() as u64).map(of_seed).collect::<Result<Vec<_>>>()?));
        }
        let SoftmaxTables { maps, ridge } = softmax_tables(&maps, ridges, &constant, &DataSets::of(&config.table()))?;
        write_table(workbench, "analysis/softmax-maps.csv", &maps)?;
        write_table(workbench, "analysis/softmax-ridge.csv", &ridge)?;
    }
    Ok(())
}

/// What was found inside the machines, with means over the seeds.
fn average_insides(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    let data_sets = DataSets::of(&config.table());
    for (name, keys, values) in dissect::AVERAGED {
        let file = format!("{name}.csv");
        let table = read_of_all_machines(config, workbench, dissect::folder, &file)?;
        write_table(workbench, &format!("analysis/{file}"), &with_means_over_seeds(&table, keys, values, &data_sets)?)?;
    }
    Ok(())
}

/// How far spins are correlated: in the samples, and along the flow; the magnetization near Tc.
fn correlate(
    config: &Config,
    workbench: &mut Workbench<'_>,
    observables: &Table,
    flow: &Table,
    data_sets: &DataSets,
) -> Result<()> {
    let samples = on_lattice(config, &read_samples(config, workbench, SAMPLES)?)?;
    let by_distance = read_of_all_machines(config, workbench, flow::folder, "correlations.csv")?;
    let is_shuffled = config.settings.data.control == ControlKind::MeanField;
    let found = correlations(&samples, is_shuffled, observables, &by_distance)?;
    write_table(workbench, "analysis/correlations.csv", &found)?;
    write_table(workbench, "analysis/correlation-length.csv", &correlation_lengths(&samples, flow)?)?;
    let points = magnetization::points(config.lattice, observables, flow)?;
    write_table(workbench, "analysis/magnetization-exponent.csv", &magnetization::exponents(&points, data_sets)?)?;
    write_table(workbench, "analysis/magnetization.csv", &points)
}

/// What is known of the lattice: exact curves and map, lines of maxima, renormalization. Returns the lines of maxima.
fn describe_lattice(config: &Config, plane: &ExactPlane, workbench: &mut Workbench<'_>) -> Result<Table> {
    let samples = ising_samples(config, workbench)?;
    write_table(workbench, "analysis/exact.csv", &plane.curves()?)?;
    write_table(workbench, "analysis/infinite.csv", &plane.infinite_curves()?)?;
    write_table(workbench, "analysis/specific-heat-map.csv", &plane.specific_heat_map()?)?;
    let ridges = ridges::ridges(config.lattice, plane, &samples)?;
    write_table(workbench, "analysis/ridges.csv", &ridges)?;
    let mixture = on_lattice(config, &read_samples(config, workbench, SAMPLES)?)?.spins;
    let references = state_references::state_references(config, plane, &mixture)?;
    write_table(workbench, "analysis/state-references.csv", &references)?;
    write_table(workbench, "analysis/rg-lines.csv", &renormalization::lines(config.lattice, plane)?)?;
    let steps = renormalization::steps(plane, &samples, config.settings.seed.into())?;
    write_table(workbench, "analysis/rg-steps.csv", &steps)?;
    let fixed_points = fixed_points_of_renormalization(config.lattice)?;
    write_table(workbench, "analysis/rg-fixed-points.csv", &fixed_points)?;
    Ok(ridges)
}

/// The state points of a data set and where their samples lie in it.
fn state_points(samples: &SampleSet) -> Vec<(StatePoint, Range<usize>)> {
    let mut found = Vec::new();
    let mut start = 0;
    for equal in samples.points.chunk_by(|a, b| a == b) {
        found.push((equal[0], start..start + equal.len()));
        start += equal.len();
    }
    found
}
