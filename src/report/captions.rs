//! What each figure shows, in a sentence; also what a reader who cannot see it is told.

use crate::config::schema::FigureKind;

pub(super) fn caption(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Configurations => "Configurations along the flow: one chain from each of several temperatures.",
        FigureKind::ThermometerHistogram => {
            "The thermometer's softmax, averaged over the configurations, at several steps of the flow from both ends of the grid."
        }
        FigureKind::TemperatureAgainstStep => {
            "Temperature against step of the flow, read by the network and inferred from the energy, from every start."
        }
        FigureKind::Calibration => "The thermometer at every state point beside the bounds that no reader can beat.",
        FigureKind::Confusion => "What the thermometer takes each state point for, beside the exact posterior.",
        FigureKind::Reliability => "How often what the thermometer gives a probability is the truth.",
        FigureKind::Training => "Training curves of the machines.",
        FigureKind::Likelihood => "Distance of the machines from the exact law of their data along the training.",
        FigureKind::Observables => "Energy, specific heat and magnetization of the samples beside exact values.",
        FigureKind::MapOnTemperatureAxis => {
            "The temperature after a step of the flow against that before, beside the renormalization group."
        }
        FigureKind::Plane => {
            "The plane of temperature and field: steps and ends of the flow, renormalization, the line of maximal specific heat."
        }
        FigureKind::SpecificHeatMap => "The exact specific heat over the plane, its ridge, and the ends of the flow.",
        FigureKind::Relaxation => "Energy and magnetization against step of the flow, from every start.",
        FigureKind::EndPointAgainstNHidden => "Where the flow ends against the number of hidden units.",
        FigureKind::EndsAlongTraining => {
            "The end of the flow along the training, read by the network and exactly; its magnetization and connected correlation; \
             KL divergence of the RBM from its data; evenness of the spectrum."
        }
        FigureKind::EndState => {
            "KL divergences of the end of the flow from the nearest Boltzmann distribution, from free spins and from the training \
             mixture along the training; its connected correlation against its magnetization."
        }
        FigureKind::Stationary => {
            "Autocorrelation and stationary law of a long run, beside the machine's own and the data's."
        }
        FigureKind::Spectrum => {
            "Eigenvalues of w wᵀ against their rank beside those of independent weights, and the wave numbers of their eigenvectors."
        }
        FigureKind::SpectrumAlongTraining => "The spectrum of w wᵀ along the training.",
        FigureKind::Eigenvectors => "The leading eigenvectors of w wᵀ on the lattice.",
        FigureKind::WeightProducts => "The products w wᵀ of all pairs of sites, and their mean against distance.",
        FigureKind::ReceptiveFields => "The weights of the leading hidden units on the lattice: what each reacts to.",
        FigureKind::EnergyRelation => "The machine's energy against the energy of the lattice.",
        FigureKind::EnergyRelationAlongTraining => {
            "How the machine's energy comes to follow the energy of the lattice."
        }
        FigureKind::Couplings => "The machine's marginal energy as an Ising model: couplings against distance.",
        FigureKind::Correlations => "The two-point function where the flow ends, beside that of the data.",
        FigureKind::CorrelationLength => "Correlation length and Binder's ratio against step of the flow.",
        FigureKind::SoftmaxMap => {
            "The thermometer's softmax over temperature and field, averaged over all chains at the end of the flow, over exact samples of the state point read there, and over free spins of the same magnetizations."
        }
        FigureKind::Trajectories => {
            "The flow through the plane of temperature and field from several starts, and the ends of all starts with the errors of their likelihood."
        }
        FigureKind::EndsInPlane => {
            "Where the flows of all machines end in the plane of temperature and field, with the lines of maximal specific heat and of constant magnetization."
        }
        FigureKind::Spectra => "Eigenvalues of w wᵀ of all machines against their rank on one linear axis.",
        FigureKind::EnergyRelationPanels => {
            "The marginal energy of machines against the energy of the lattice, over hidden units and epochs."
        }
        FigureKind::MagnetizationExponent => {
            "The magnetization below the critical temperature, of samples and after one step, and its exponent."
        }
    }
}
