//! The settings of a figure.

use serde::{Deserialize, Serialize};

use super::{rbm::Rbm, schema::Settings, values::Temperatures};

/// What a figure shows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// Configurations along the flow.
    Configurations,
    /// The thermometer's averaged softmax at chosen steps.
    ThermometerHistogram,
    /// Temperature against step from every start.
    TemperatureAgainstStep,
    /// The thermometer against its limits.
    Calibration,
    /// What the thermometer takes each state point for.
    Confusion,
    /// Whether its probabilities are kept.
    Reliability,
    /// Training curves.
    Training,
    /// Distance of the machines from the data along their training.
    Likelihood,
    /// Observables of the samples against exact values.
    Observables,
    /// The temperature after a step against that before, beside the renormalization group.
    MapOnTemperatureAxis,
    /// The (T, H) plane: steps and ends of the flow, renormalization, lines of maxima.
    Plane,
    /// The specific heat over the (T, H) plane.
    SpecificHeatMap,
    /// Eigenvalues of w wᵀ against their rank, and what their eigenvectors are like.
    Spectrum,
    /// The spectrum of w wᵀ along the training.
    SpectrumAlongTraining,
    /// The leading eigenvectors of w wᵀ on the lattice.
    Eigenvectors,
    /// w wᵀ as a map and against distance.
    WeightProducts,
    /// The weights of the leading hidden units on the lattice.
    ReceptiveFields,
    /// Energy and magnetization against step from every start.
    Relaxation,
    /// The two-point function where the flow ends, beside that of the data.
    Correlations,
    /// Correlation length and Binder's ratio against step from every start.
    CorrelationLength,
    /// Where the flow ends, against the number of hidden units.
    EndPointAgainstNHidden,
    /// The energy of a machine against that of the lattice.
    EnergyRelation,
    /// How machines come to follow it.
    EnergyRelationAlongTraining,
    /// The marginal energy as an Ising model: couplings against distance.
    Couplings,
    /// Autocorrelation and stationary law of a long run; needs flow.n_stationary_steps.
    Stationary,
    /// Where the flow ends along the training, and what is known of the RBMs by then; needs flow.along_training.
    EndsAlongTraining,
    /// What the configurations at the end of the flow are, along the training; needs flow.along_training.
    EndState,
    /// The magnetization below Tc with its exponent, after one step and of the samples; needs a torus at H = 0 and starts near Tc.
    MagnetizationExponent,
    /// The averaged softmax over (T, H) at the end of the flow, beside its controls; needs several fields and a classifier.
    SoftmaxMap,
    /// The flow through the (T, H) plane from several starts; needs several fields.
    Trajectories,
    /// The ends of the flows of all machines in the (T, H) plane; needs several fields.
    EndsInPlane,
    /// The spectra of w wᵀ of all machines on one linear axis.
    Spectra,
    /// The energy of machines against that of the lattice, over hidden units and epochs.
    EnergyRelationPanels,
}

impl FigureKind {
    /// Every kind that can be drawn of any run.
    pub const ALL: [Self; 23] = [
        Self::Configurations,
        Self::ThermometerHistogram,
        Self::TemperatureAgainstStep,
        Self::Calibration,
        Self::Confusion,
        Self::Reliability,
        Self::Training,
        Self::Likelihood,
        Self::Observables,
        Self::MapOnTemperatureAxis,
        Self::Plane,
        Self::SpecificHeatMap,
        Self::Relaxation,
        Self::Correlations,
        Self::CorrelationLength,
        Self::EnergyRelation,
        Self::EnergyRelationAlongTraining,
        Self::Couplings,
        Self::Spectrum,
        Self::SpectrumAlongTraining,
        Self::Eigenvectors,
        Self::WeightProducts,
        Self::ReceptiveFields,
    ];
}

/// `[[figures]]`: one figure.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it shows.
    pub kind: FigureKind,
    /// Name of its files; without it the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The machine shown, by name; without it the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Steps of the flow shown (configurations, thermometer-histogram).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<usize>>,
    /// Starting temperatures shown (configurations, thermometer-histogram).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperatures: Option<Temperatures>,
}

impl Figure {
    /// Name of its files, without the ending.
    pub fn file_name(&self) -> String {
        let kind = || toml::Value::try_from(self.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        self.name.clone().or_else(kind).unwrap_or_default()
    }

    pub(super) fn of(kind: FigureKind) -> Self {
        Self { kind, name: None, machine: None, steps: None, temperatures: None }
    }

    /// Of a machine other than the first: `plane-persistent`.
    fn of_machine(kind: FigureKind, machine: &str) -> Self {
        let of_first = Self::of(kind);
        Self { name: Some(format!("{}-{machine}", of_first.file_name())), machine: Some(machine.into()), ..of_first }
    }
}

/// The figures of a file that names none: every kind that can be drawn of any run, and those that its settings make possible;
/// where the flow goes, and the eigenvectors, of every entry of `[[rbm]]`, the rest of the first.
pub(super) fn default_figures(settings: &Settings) -> Vec<Figure> {
    let sizes = || settings.rbm.iter().map(|rbm| rbm.n_hidden);
    let has_scan = sizes().any(|size| Some(size) != sizes().next());
    let scan = has_scan.then_some(FigureKind::EndPointAgainstNHidden);
    let long_run = settings.flow.n_stationary_steps.map(|_| FigureKind::Stationary);
    let ends = [FigureKind::EndsAlongTraining, FigureKind::EndState];
    let along_training = ends.into_iter().filter(|_| settings.flow.along_training);
    let of_run =
        FigureKind::ALL.into_iter().chain(scan).chain(long_run).chain(along_training).chain(in_plane(settings));
    let mut where_to = vec![FigureKind::TemperatureAgainstStep, FigureKind::MapOnTemperatureAxis, FigureKind::Plane];
    where_to.push(FigureKind::Eigenvectors);
    where_to.extend(settings.has_softmax_map().then_some(FigureKind::SoftmaxMap));
    where_to.extend(settings.has_plane().then_some(FigureKind::Trajectories));
    let of_machine = |rbm: &Rbm| where_to.iter().map(|&kind| Figure::of_machine(kind, &rbm.name)).collect::<Vec<_>>();
    of_run.map(Figure::of).chain(settings.rbm.iter().skip(1).flat_map(of_machine)).collect()
}

/// Figures that several fields, several machines or data of one temperature make possible.
fn in_plane(settings: &Settings) -> impl Iterator<Item = FigureKind> {
    let (several, has_plane) = (settings.rbm.len() > 1, settings.has_plane());
    let has_one_temperature = settings.data.temperatures.values().len() == 1;
    let possible = [
        (FigureKind::SoftmaxMap, settings.has_softmax_map()),
        (FigureKind::Trajectories, has_plane),
        (FigureKind::EndsInPlane, has_plane && several),
        (FigureKind::Spectra, several),
        (FigureKind::EnergyRelationPanels, has_one_temperature),
    ];
    possible.into_iter().filter(|(_, is_possible)| *is_possible).map(|(kind, _)| kind)
}
