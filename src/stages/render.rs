//! `render`: the figures, each a function of tables.

use anyhow::{Context, Result, ensure};
use ising_theory::Lattice;

use super::{
    Stage, dissect, dissections, flow, flow_tasks, likelihood, machine_folder, machine_tasks, machines, pick,
    read_of_all_machines, read_table,
};
use crate::{
    config::{
        Config,
        schema::{self, FigureKind},
    },
    figures::{self, EndTables, EndsTables, Figure, PlaneTables, SoftmaxTables, TrajectoryTables},
    pipeline::{Task, Work, Workbench},
    table::Table,
};

pub(super) fn task(config: &Config) -> Task<'_> {
    let stages = [Stage::Sample, Stage::TrainThermometer, Stage::Analyze];
    Task {
        name: Stage::Render.name().into(),
        settings: pick(config, &["title", "figures"]),
        inputs: stages
            .map(|stage| stage.name().to_owned())
            .into_iter()
            .chain(machine_tasks(&config.settings))
            .chain(flow_tasks(&config.settings))
            .chain(dissections(&config.settings))
            .chain(machines(&config.settings).map(|(rbm, index)| likelihood::task_name(rbm, index)))
            .collect(),
        precious: false,
        work: Work::alone(|workbench| run(config, workbench)),
    }
}

fn run(config: &Config, workbench: &mut Workbench<'_>) -> Result<()> {
    for settings in &config.settings.figures {
        let name = settings.file_name();
        let figure = draw(config, settings, workbench).with_context(|| format!("the figure {name} cannot be drawn"))?;
        for (file, bytes) in figure.files(&format!("figures/{name}")) {
            workbench.write(&file, bytes)?;
        }
        workbench.progress.say(&workbench.path(&format!("figures/{name}.png")).display().to_string());
    }
    Ok(())
}

fn draw(config: &Config, settings: &schema::Figure, workbench: &Workbench<'_>) -> Result<Figure> {
    let read = |file: &str| read_table(workbench, file);
    let of_all = |file: &str| read_of_all_machines(config, workbench, machine_folder, file);
    let machine = settings.machine.as_deref().unwrap_or(&config.settings.rbm[0].name);
    let of_machine = |file: &str| -> Result<Table> { Ok(read(file)?.filter("machine", machine)?) };
    let flow = |file: &str| -> Result<Table> {
        Ok(read_of_all_machines(config, workbench, flow::folder, file)?.filter("machine", machine)?)
    };
    let inside_all = |file: &str| read_of_all_machines(config, workbench, dissect::folder, file);
    let inside = |file: &str| -> Result<Table> { Ok(inside_all(file)?.filter("machine", machine)?) };
    Ok(match settings.kind {
        FigureKind::Configurations => {
            let table = flow("configurations.csv")?;
            figures::configurations(&choose(table, settings)?, extent(config.lattice))?
        }
        FigureKind::ThermometerHistogram => {
            let table = flow("histogram.csv")?;
            figures::thermometer_histogram(&choose(table, settings)?, &read("analysis/markers.csv")?)?
        }
        FigureKind::TemperatureAgainstStep => {
            figures::temperature_against_step(&flow("flow.csv")?, &read("analysis/markers.csv")?)?
        }
        FigureKind::Calibration => figures::calibration(&read("thermometer/calibration.csv")?)?,
        FigureKind::Confusion => figures::confusion(&read("thermometer/confusion.csv")?)?,
        FigureKind::Reliability => figures::reliability(&read("thermometer/reliability.csv")?)?,
        FigureKind::Training => figures::training(&of_all("training.csv")?)?,
        FigureKind::Likelihood => figures::likelihood(&of_all("likelihood.csv")?)?,
        FigureKind::Relaxation => figures::relaxation(&flow("flow.csv")?)?,
        FigureKind::EnergyRelation => {
            figures::energy_relation(&inside("energies.csv")?, &inside("energy-relation.csv")?)?
        }
        FigureKind::EnergyRelationAlongTraining => {
            figures::energy_relation_along_training(&inside_all("energy-relation.csv")?)?
        }
        FigureKind::Couplings => {
            figures::couplings(&inside_all("couplings.csv")?, &inside_all("coupling-summary.csv")?)?
        }
        FigureKind::Correlations => {
            figures::correlations(&read("analysis/correlations.csv")?, machine, &read("analysis/markers.csv")?)?
        }
        FigureKind::CorrelationLength => {
            let (data, markers) = (read("analysis/correlation-length.csv")?, read("analysis/markers.csv")?);
            figures::correlation_length(&flow("flow.csv")?, &data, &markers)?
        }
        FigureKind::MagnetizationExponent => {
            let (points, fits) = (read("analysis/magnetization.csv")?, read("analysis/magnetization-exponent.csv")?);
            figures::magnetization_exponent(&points, &fits, machine)?
        }
        FigureKind::EndPointAgainstNHidden => {
            let (ends, markers) = (read("analysis/end-points.csv")?, read("analysis/markers.csv")?);
            figures::end_point_against("n_hidden", "number of hidden units *n*_{h}", &ends, &markers)?
        }
        FigureKind::EndsAlongTraining => {
            let theory = "analysis/rank-one-theory.csv";
            let theory = workbench.path(theory).exists().then(|| read(theory)).transpose()?;
            figures::ends_along_training(EndsTables {
                ends: &read("analysis/ends-along-training.csv")?,
                states: &read("analysis/end-states.csv")?,
                likelihood: &of_all("likelihood.csv")?,
                weights: &read("analysis/weights.csv")?,
                markers: &read("analysis/markers.csv")?,
                references: &read("analysis/state-references.csv")?,
                theory: theory.as_ref(),
            })?
        }
        FigureKind::EndState => {
            figures::end_state(&read("analysis/end-states.csv")?, &read("analysis/state-references.csv")?)?
        }
        FigureKind::Stationary => {
            figures::stationary(&flow("autocorrelation.csv")?, &flow("stationary-histogram.csv")?)?
        }
        FigureKind::Spectrum => figures::spectrum(&inside("spectrum.csv")?, &inside("weights.csv")?)?,
        FigureKind::SpectrumAlongTraining => figures::spectrum_along_training(&inside_all("weights.csv")?)?,
        FigureKind::Eigenvectors => {
            figures::eigenvectors(&inside("eigenvectors.csv")?, &inside("spectrum.csv")?, extent(config.lattice))?
        }
        FigureKind::WeightProducts => {
            let against_distance = inside("weight-products-against-distance.csv")?;
            figures::weight_products(&inside("weight-products.csv")?, &against_distance)?
        }
        FigureKind::ReceptiveFields => {
            let (fields, units) = (inside("receptive-fields.csv")?, inside("hidden-units.csv")?);
            figures::receptive_fields(&fields, &units, extent(config.lattice))?
        }
        FigureKind::Observables => {
            let (exact, infinite) = (read("analysis/exact.csv")?, read("analysis/infinite.csv")?);
            figures::observables(&read("data/observables.csv")?, Some(&exact), Some(&infinite))?
        }
        FigureKind::MapOnTemperatureAxis => {
            let (rg, markers) = (read("analysis/rg-steps.csv")?, read("analysis/markers.csv")?);
            figures::map_on_temperature_axis(&flow("flow.csv")?, &rg, &markers)?
        }
        FigureKind::Plane => figures::plane(PlaneTables {
            vector_field: &of_machine("analysis/vector-field.csv")?,
            end_points: &of_machine("analysis/end-points.csv")?,
            ridges: &read("analysis/ridges.csv")?,
            markers: &read("analysis/markers.csv")?,
            rg_lines: &read("analysis/rg-lines.csv")?,
            rg_steps: &read("analysis/rg-steps.csv")?,
            rg_fixed_points: &read("analysis/rg-fixed-points.csv")?,
        })?,
        FigureKind::SpecificHeatMap => {
            let (map, ridges) = (read("analysis/specific-heat-map.csv")?, read("analysis/ridges.csv")?);
            let ends = of_machine("analysis/end-points.csv")?;
            let (markers, fixed_points) = (read("analysis/markers.csv")?, read("analysis/rg-fixed-points.csv")?);
            figures::specific_heat_map(&map, &ridges, &markers, &ends, &fixed_points)?
        }
        FigureKind::SoftmaxMap | FigureKind::Trajectories | FigureKind::EndsInPlane => {
            in_plane(settings, &read, &of_machine, &flow)?
        }
        FigureKind::Spectra => figures::spectra(&inside_all("spectrum.csv")?)?,
        FigureKind::EnergyRelationPanels => {
            figures::energy_relation_panels(&inside_all("energies-along-training.csv")?)?
        }
    })
}

/// A way to read a table of a run.
type Read<'a> = dyn Fn(&str) -> Result<Table> + 'a;

/// The figures of ends and ways in the (T, H) plane; `of_machine` and `flow` read the rows of the machine shown.
fn in_plane(settings: &schema::Figure, read: &Read<'_>, of_machine: &Read<'_>, flow: &Read<'_>) -> Result<Figure> {
    let (ridges, fixed_points) = (read("analysis/ridges.csv")?, read("analysis/rg-fixed-points.csv")?);
    let constant = "analysis/constant-magnetization.csv";
    Ok(match settings.kind {
        FigureKind::SoftmaxMap => figures::softmax_map(SoftmaxTables {
            maps: &of_machine("analysis/softmax-maps.csv")?,
            ridge: &of_machine("analysis/softmax-ridge.csv")?,
            ridges: &ridges,
            constant_magnetization: &of_machine(constant)?,
            rg_fixed_points: &fixed_points,
        })?,
        FigureKind::Trajectories => figures::trajectories(TrajectoryTables {
            flow: &flow("flow.csv")?,
            ends_of_starts: &of_machine("analysis/ends-of-starts.csv")?,
            ridges: &ridges,
            constant_magnetization: &of_machine(constant)?,
            rg_fixed_points: &fixed_points,
        })?,
        _ => figures::ends_in_plane(EndTables {
            ends_of_starts: &read("analysis/ends-of-starts.csv")?,
            end_points: &read("analysis/end-points.csv")?,
            ridges: &ridges,
            constant_magnetization: &read(constant)?,
            rg_fixed_points: &fixed_points,
        })?,
    })
}

/// The rows of the chosen steps and starting temperatures; without a choice all, of which the figure shows some.
fn choose(table: Table, settings: &schema::Figure) -> Result<Table> {
    let mut chosen = table.clone();
    if let Some(steps) = &settings.steps {
        let steps: Vec<f64> = steps.iter().map(|&step| step as f64).collect();
        chosen = chosen.retain("step", &steps)?;
    }
    if let Some(starts) = &settings.temperatures {
        chosen = chosen.retain("start_temperature", &starts.values())?;
    }
    ensure!(
        !chosen.is_empty(),
        "no row has these steps and temperatures; recorded are the steps {:?} from the temperatures {:?}",
        table.distinct("step")?,
        table.distinct("start_temperature")?
    );
    Ok(chosen)
}

/// Rows and columns of a picture: a ring is one strip.
fn extent(lattice: Lattice) -> (usize, usize) {
    match lattice {
        Lattice::Square { side, .. } => (side, side),
        Lattice::Ring { n_sites, .. } => (1, n_sites),
    }
}
