//! Planted tables, the smallest from which each figure can be drawn.

pub(super) const MARKERS: &str =
    "name,label,temperature,field\ntc,critical *T*_{c},2.269,0\nmixture,training mixture,2.57,0\n";
pub(super) const CONFIGURATIONS: &str = "machine,seed,start_temperature,start_field,step,chain,spins\n\
    a,1,0,0,0,0,1111\na,1,0,0,1,0,1101\na,1,inf,0,0,0,0110\na,1,inf,0,1,0,0100\na,2,inf,0,1,0,0000\n";
pub(super) const FLOW: &str = "machine,seed,start_temperature,start_field,step,thermometer_temperature,\
    thermometer_temperature_error,energy_temperature,energy_temperature_error\n\
    a,1,0,0,0,0.1,0.01,0,0\na,1,0,0,1,1,0.1,0.9,0.1\na,1,0,0,10,2.5,0.1,2.4,0.1\n\
    a,1,inf,0,0,inf,,inf,\na,1,inf,0,1,4,0.1,900,100\na,1,inf,0,10,2.6,0.1,,\n";
pub(super) const HISTOGRAM: &str = "machine,seed,start_temperature,start_field,step,class_temperature,class_field,probability,\
    probability_error\na,1,0,0,0,0,0,0.9,0.01\na,1,0,0,0,1,0,0.1,0.01\na,1,0,0,0,inf,0,0,0\n\
    a,1,inf,0,0,0,0,0.1,0.01\na,1,inf,0,0,1,0,0.2,0.01\na,1,inf,0,0,1,1,0.1,0.01\na,1,inf,0,0,inf,0,0.6,0.01\n";
pub(super) const CALIBRATION: &str = "temperature,field,mean_temperature,temperature_spread,bayes_mean_temperature,\
    bayes_temperature_spread,cramer_rao_temperature_spread,field_spread,bayes_field_spread,cramer_rao_field_spread,\
    bayes_relative_entropy,excess,excess_error\n\
    0,0,0.1,0.1,0,0,,0,0,,1.5,0.01,0.02\n2,0,2.1,0.3,2,0.25,0.24,0.1,0.1,0.1,1.5,0.03,0.02\n\
    5,0,4.5,1,4.6,1,1.6,0.1,0.1,0.1,1,0.01,0.03\ninf,0,5,1,5,1,inf,0.1,0.1,inf,1,0,\n\
    2,1,2.1,0.3,2,0.25,0.24,0.1,0.1,0.1,1.5,0.03,0.02\n5,1,4.5,1,4.6,1,1.6,0.1,0.1,0.1,1,0.01,0.03\n";
pub(super) const CONFUSION: &str = "temperature,field,read_temperature,read_field,network,bayes\n\
    1,0,1,0,0.5,0.5\n1,0,1,1,0.25,0.25\n1,0,inf,0,0.25,0.25\n1,1,1,0,0.5,0.5\n1,1,1,1,0.25,0.25\n1,1,inf,0,0.25,0.25\n\
    inf,0,1,0,0.1,0.2\ninf,0,inf,0,0.9,0.8\n";
pub(super) const RELIABILITY: &str = "reader,bin,n,probability,frequency,frequency_error\n\
    network,0,0,,,\nnetwork,8,100,0.05,0.04,0.02\nnetwork,12,100,0.3,0.35,0.05\n\
    bayes,8,100,0.05,0.05,0.02\nbayes,12,100,0.31,0.3,0.05\n";
pub(super) const TRAINING: &str = "machine,seed,epoch,reconstruction_error,pseudo_likelihood,free_energy_gap,weight_norm\n\
    n_h=4,1,1,0.3,-0.6,0,1\nn_h=4,2,1,0.4,-0.6,0,1\nn_h=4,1,100,0.1,-0.3,,3\nn_h=4,2,100,0.2,-0.3,,3\n";
pub(super) const LIKELIHOOD: &str = "machine,seed,epoch,relative_entropy,relative_entropy_error,ln_likelihood,ln_likelihood_error\n\
    n_h=4,1,0,30,0.5,-69,0.5\nn_h=4,1,1,3,0.5,-42,0.5\nn_h=4,1,100,0.1,0.2,-40,0.5\n";
pub(super) const OBSERVABLES: &str = "temperature,field,n_samples,energy_per_site,energy_per_site_error,energy_per_site_exact,\
    specific_heat_per_site,specific_heat_per_site_error,specific_heat_per_site_exact,abs_magnetization_per_site,\
    abs_magnetization_per_site_error,abs_magnetization_per_site_exact\n\
    0,0,10,-2,0,-2,0,0,0,1,0,1\n2,0,10,-1.7,0.05,-1.745,0.7,0.1,0.723,0.9,0.05,0.911\ninf,0,10,0,0.1,0,,,0,0.1,0.1,0.08\n";

pub(super) const RELAXATION: &str = "machine,seed,start_temperature,start_field,step,bond_energy_per_site,bond_energy_per_site_error,\
    abs_magnetization_per_site,abs_magnetization_per_site_error\n\
    a,1,0,0,0,-2,0,1,0\na,1,0,0,1,-1.5,0.1,0.8,0.1\na,1,inf,0,0,0,0.1,0.1,0.01\na,1,inf,0,1,-1,0.1,0.6,0.1\n";
pub(super) const CORRELATIONS: &str = "law,machine,seed,temperature,field,distance,correlation,correlation_error\n\
    boltzmann,,,0,0,0,1,0\nboltzmann,,,0,0,1,1,0\nboltzmann,,,0,0,2,1,0\nboltzmann,,,2.25,0,0,1,0\nboltzmann,,,2.25,0,1,0.7,0.01\n\
    boltzmann,,,2.25,0,2,0.6,0.01\nboltzmann,,,6,0,0,1,0\nboltzmann,,,6,0,1,0.17,0.01\nboltzmann,,,6,0,2,-0.001,0.01\n\
    mixture,,,nan,nan,0,1,0\nmixture,,,nan,nan,1,0.6,0.01\nmixture,,,nan,nan,2,0.5,0.01\n\
    flow-end,a,0,nan,nan,0,1,0\nflow-end,a,0,nan,nan,1,0.6,0.02\nflow-end,a,0,nan,nan,2,0.5,0.02\n\
    flow-end,a,1,nan,nan,0,1,0\nflow-end,a,1,nan,nan,1,0.64,0.02\nflow-end,a,1,nan,nan,2,0.56,0.02\n";
pub(super) const LENGTHS: &str = "law,temperature,field,correlation_length,binder_ratio\nboltzmann,0,0,inf,0.67\n\
    boltzmann,2.25,0,9.5,0.63\nboltzmann,6,0,0.7,0.01\nmixture,nan,nan,3.1,0.5\n";
pub(super) const FLOW_LENGTHS: &str = "machine,seed,start_temperature,start_field,step,correlation_length,correlation_length_error,\
    binder_ratio,binder_ratio_error\na,0,0,0,0,inf,nan,0.667,0\na,0,0,0,1,12,2,0.65,0.01\na,0,0,0,10,4,0.2,0.5,0.02\n\
    a,0,inf,0,0,0,0.2,-0.01,0.05\na,0,inf,0,1,0.9,0.1,0.1,0.04\na,0,inf,0,10,3.8,0.2,0.48,0.02\n";
pub(super) const MAGNETIZATIONS: &str = "source,machine,seed,distance_to_tc,abs_magnetization_per_site,abs_magnetization_per_site_error\n\
    samples,,,0.02,0.77,0.005\nsamples,,,0.1,0.84,0.004\nsamples,,,0.4,0.94,0.002\nreconstructions,a,0,0.02,0.66,0.005\n\
    reconstructions,a,0,0.1,0.74,0.004\nreconstructions,a,0,0.4,0.86,0.004\nreconstructions,a,1,0.02,0.68,0.005\n\
    reconstructions,a,1,0.1,0.74,0.004\nreconstructions,a,1,0.4,0.87,0.004\nfinite-lattice,,,0.02,0.772,0\n\
    finite-lattice,,,0.4,0.941,0\ninfinite-lattice,,,0.02,0.68,0\ninfinite-lattice,,,0.4,0.94,0\n";
pub(super) const MAGNETIZATION_FITS: &str = "source,machine,seed,least_reduced_distance,exponent,exponent_error\n\
    samples,,,0.005,0.045,0.004\nsamples,,,0.05,0.09,0.002\nreconstructions,a,0,0.005,0.05,0.01\n\
    reconstructions,a,1,0.005,0.06,0.01\nreconstructions,a,all,0.005,0.055,0.007\ninfinite-lattice,,,0.05,0.1,nan\n";
pub(super) const SIZES: &str = "law,quantity,side,value,value_error,scaled,scaled_error\nsamples,correlation,8,0.45,0.01,0.757,0.01\n\
    samples,correlation,32,0.32,0.01,0.76,0.01\nsamples,susceptibility,8,41,0.1,1.08,0.01\n\
    samples,susceptibility,32,465,1,1.08,0.01\nsamples,abs_magnetization,8,0.78,0.01,1.01,0.01\n\
    samples,abs_magnetization,32,0.65,0.01,1.01,0.01\na,correlation,8,0.5,0.02,0.8,0.02\n";
pub(super) const SIZE_FITS: &str = "law,quantity,ln_amplitude,slope\nsamples,correlation,-0.27,-0.25\n";
pub(super) const END_POINTS: &str = "machine,n_hidden,seed,reading,temperature\na,4,0,thermometer,3.1\na,4,1,thermometer,3.2\n\
    a,4,all,thermometer,99\nb,16,0,thermometer,3.0\na,4,0,exact,2.9\na,4,1,exact,2.8\nb,16,0,exact,2.6\n\
    a,4,0,energy,2.9\n";
pub(super) const AUTOCORRELATION: &str = "machine,seed,quantity,lag,autocorrelation\na,0,bond_energy_per_site,0,1\n\
    a,0,bond_energy_per_site,10,0.1\na,0,abs_magnetization_per_site,0,1\na,0,abs_magnetization_per_site,10,0.2\n\
    a,0,magnetization_per_site,0,1\na,0,magnetization_per_site,10,0.5\n";
pub(super) const STATIONARY: &str = "machine,seed,quantity,value,probability,probability_error,machine_law,mixture\n\
    a,0,bond_energy_per_site,-2,0.1,0.01,nan,0.3\na,0,bond_energy_per_site,-1,0.9,0.01,nan,0.7\n\
    a,0,abs_magnetization_per_site,0,0.5,0.01,nan,0\na,0,abs_magnetization_per_site,1,0.5,0.01,nan,1\n";
pub(super) const VECTOR_FIELD: &str = "seed,reading,start_temperature,start_field,temperature,temperature_error,field,field_error,\
    next_temperature,next_temperature_error,next_field,next_field_error\n\
    all,thermometer,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\nall,thermometer,4,2,3.5,0.1,2,0.1,3,0.1,1.8,0.1\n\
    all,thermometer,inf,0,5,0.1,1,0.1,4,0.1,1,0.1\n0,thermometer,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\n\
    all,exact,1,0,1,0.1,0,0.1,2,0.1,0.5,0.1\nall,exact,4,2,4,0.1,2,0,60,900,2,90\nall,exact,inf,2,90,9,2,9,5,1,1,1\n";
pub(super) const PLANE_END_POINTS: &str = "seed,reading,temperature,temperature_error,field,field_error,covariance\n\
    0,thermometer,2.4,0.1,0.5,0.05,0.004\n1,thermometer,2.6,0.1,0.6,0.05,nan\nall,thermometer,2.5,0.1,0.55,0.05,0.001\n\
    0,exact,2.4,nan,0.5,nan,nan\nall,exact,2.4,nan,0.5,nan,nan\n";
pub(super) const RIDGES: &str = "line,field,temperature,temperature_error\nspecific-heat,0,2.34,0\nspecific-heat,2,4.5,0\n\
    specific-heat-sampled,0,2.3,0.1\nsusceptibility,1,4.5,0\nsusceptibility,2,6,0\n";
pub(super) const RG_LINES: &str = "line,step,temperature,field\n0,0,1,0.1\n0,1,1.5,0.3\n0,2,2.9,1.1\n";
pub(super) const RG_STEPS: &str = "map,temperature,field,next_temperature,next_temperature_error,next_field,next_field_error\n\
    decimation,1,0,1.5,0,0,0\ndecimation,2,0,4.4,0,0,0\nblock-spins,1,0,1.6,0.1,0,0\nblock-spins,4,2,9,0.3,5,0.4\n";
pub(super) const HEAT_MAP: &str = "temperature,field,specific_heat_per_site\n1,0,0\n1,1,0.1\n2,0,1\n2,1,nan\n";
pub(super) const SPECTRUM: &str = "machine,seed,epoch,rank,eigenvalue,eigenvalue_independent,participation_ratio,mean_wave_number,\
    largest_star\na,0,0,1,1,1,2,1,0.5\na,0,9,1,20,2,4,0,1\na,0,9,2,1,1,2,1.5,0.9\na,1,9,1,30,2,4,0,1\na,1,9,2,0,1,2,1.5,0.9\n";
pub(super) const WEIGHTS: &str = "machine,seed,epoch,largest_eigenvalue,relative_participation_ratio,n_above_edge,translation_symmetry,\
    marchenko_pastur_edge\na,0,0,1,1,0,0.01,2\na,0,9,20,0.2,1,0.5,5\na,1,0,1,1,0,0.01,2\na,1,9,30,0.2,1,0.5,6\n";
pub(super) const EIGENVECTORS: &str = "machine,seed,rank,site,component\na,0,1,0,0.5\na,0,1,1,0.5\na,0,1,2,0.5\na,0,1,3,0.5\n\
    a,0,2,0,0.5\na,0,2,1,-0.5\na,0,2,2,0.5\na,0,2,3,-0.5\na,1,1,0,1\n";
pub(super) const PRODUCTS: &str = "machine,seed,site,other_site,product\na,0,0,0,9\na,0,0,1,0.5\na,0,0,2,-0.25\na,0,1,1,8\na,0,1,2,0.5\n\
    a,0,2,2,9\n";
pub(super) const PRODUCTS_AGAINST_DISTANCE: &str = "machine,seed,distance,n_pairs,product,product_spread\na,0,0,3,8.6,0.4\na,0,1,4,0.5,0\n\
    a,0,1.5,2,-0.25,0.1\na,1,0,3,8.6,0.4\na,1,1,4,0.4,0\na,1,1.5,2,-0.2,0.1\n";
pub(super) const RECEPTIVE_FIELDS: &str =
    "machine,seed,rank,site,weight\na,0,1,0,2\na,0,1,1,-1\na,0,1,2,0\na,0,1,3,0\n";
pub(super) const HIDDEN_UNITS: &str = "machine,seed,rank,norm,correlation_with_magnetization,square_correlation_with_bond_energy\n\
    a,0,1,2.236,-0.97,nan\n";
pub(super) const ENERGIES: &str = "machine,seed,origin,temperature,field,energy_per_site,magnetization_per_site,marginal_energy_per_site,\
    joint_energy_per_site,exact_energy_per_site\na,0,data,2,0,-2,1,-1,-1.1,-1\na,0,data,2,0,-1,0.5,-0.4,-0.4,-0.5\n\
    a,0,reconstruction,2,0,-1,0.5,-0.4,-0.4,-0.5\na,0,flow-end,2,0,-1,-0.5,-0.4,-0.4,-0.5\na,1,data,2,0,-1,0.5,-0.4,-0.4,9\n";
pub(super) const RELATION: &str = "machine,seed,epoch,origin,energy,energy_per_site,machine_energy_per_site,correlation,slope,\
    relative_slope,explained_of_rest\na,0,0,data,marginal,-1.5,-0.7,0,0,0,0\na,0,0,data,joint,-1.5,-0.7,0,0,0,0\n\
    a,0,0,data,exact,-1.5,-0.7,1,0.5,1,1\na,0,9,data,marginal,-1.5,-0.7,0.912,0.6,1.2,0.1\n\
    a,0,9,data,joint,-1.5,-0.7,0.9,0.7,1.4,nan\na,0,9,data,exact,-1.5,-0.75,1,0.5,1,1\n";
pub(super) const COUPLINGS: &str = "machine,seed,epoch,distance,coupling,expected_coupling\na,0,0,1,0,0.5\na,0,9,1,0.2,0.5\n\
    a,0,9,1.4142135623730951,0.1,0\na,1,0,1,0.01,0.5\na,1,9,1,0.21,0.5\na,1,9,1.4142135623730951,0.11,0\n";
pub(super) const COUPLING_SUMMARY: &str =
    "machine,seed,epoch,explained_by_pairs\na,0,0,1\na,0,9,0.95\na,1,0,1\na,1,9,0.9\n";
pub(super) const CONTROLS: &str = "folder,title,what,machine,n_seeds,thermometer_temperature,thermometer_temperature_error,\
    thermometer_temperature_median,exact_temperature,exact_temperature_error,exact_temperature_median,energy_temperature,\
    energy_temperature_error,energy_temperature_median,energy_per_site,energy_per_site_error,energy_per_site_median,\
    abs_magnetization_per_site,abs_magnetization_per_site_error,abs_magnetization_per_site_median,correlation_at_1,\
    correlation_at_1_error,correlation_at_1_median,correlation_at_2,correlation_at_2_error,correlation_at_2_median,\
    correlation_at_half,correlation_at_half_error,correlation_at_half_median,correlation_length,correlation_length_error,\
    correlation_length_median,binder_ratio,binder_ratio_error,binder_ratio_median\n\
    wide,Wide grid,machine,a,2,3,0.1,3,2.5,0.1,2.5,2.5,0.1,2.5,-1,0.1,-1,0.5,0.1,0.5,0.5,0.1,0.5,0.4,0.1,0.4,0.2,,0.2,3,1,3,0.6,0,0.6\n\
    wide,Wide grid,critical_temperature,,,2.3,,,2.3,,,2.3,,,-1.4,,,0.7,,,0.7,,,,,,,,,,,,,,\n\
    wide,Wide grid,training_mixture,,,2.9,,,2.6,,,2.6,,,-1.1,,,0.6,,,0.55,,,0.4,,,0.3,,,2.5,,,0.61,,\n\
    untrained,Gaussian,machine,b,1,5.5,,5.5,400,,400,inf,,inf,0,,0,0.1,,0.1,0,,0,0,,0,0,,0,0,,0,0,,0\n";
pub(super) const CONTROLS_OF_SEEDS: &str = "folder,machine,seed,thermometer_temperature,exact_temperature,energy_temperature,energy_per_site,\
    abs_magnetization_per_site,correlation_at_1,correlation_at_2,correlation_at_half,correlation_length,binder_ratio\n\
    wide,a,0,2.9,2.4,2.4,-1.1,0.4,0.6,0.5,0.2,2,0.6\nwide,a,1,3.1,2.6,2.6,-0.9,0.6,0.4,0.3,0.2,4,0.6\n\
    untrained,b,0,5.5,400,inf,0,0.1,0,0,0,0,0\n";
pub(super) const ENDS_ALONG: &str = "machine,seed,epoch,training_time,reading,temperature,temperature_error\n\
    n_h=4,0,0,0,thermometer,inf,nan\nn_h=4,0,1,5,thermometer,4,0.1\nn_h=4,0,9,45,thermometer,2.3,0.1\n\
    n_h=4,1,9,45,thermometer,2.5,0.1\nn_h=4,all,1,5,thermometer,4,0.1\nn_h=4,all,9,45,thermometer,2.4,0.1\n\
    n_h=4,all,1,5,exact,30,9\nn_h=4,all,9,45,exact,2.4,0.1\nn_h=9,all,9,45,exact,2.6,0.1\n\
    n_h=9,all,9,45,thermometer,2.6,0.1\n";
pub(super) const END_STATES: &str = "machine,seed,training_time,abs_magnetization_per_site,abs_magnetization_per_site_error,\
    connected_correlation,connected_correlation_error,free_spin_temperature,free_spin_temperature_error,\
    distance_to_boltzmann,distance_to_boltzmann_error,distance_to_free_spins,distance_to_free_spins_error,\
    distance_to_mixture,distance_to_mixture_error\n\
    n_h=4,0,0,0.08,0.01,0,0.001,inf,nan,0.001,0.002,-0.001,0.002,1,0.1\n\
    n_h=4,0,5,0.5,0.01,0.001,0.001,2.9,nan,0.1,0.01,-0.001,0.002,0.8,0.1\n\
    n_h=4,1,5,0.5,0.01,0.001,0.001,2.9,nan,0.1,0.01,-0.001,0.002,0.8,0.1\n\
    n_h=4,all,5,0.5,0.01,0.001,0.001,2.9,nan,0.1,0.01,-0.001,0.002,0.8,0.1\n\
    n_h=4,all,45,0.8,0.01,0.02,0.001,2.4,0.01,0.3,0.01,0.05,0.002,0.5,0.1\n\
    n_h=9,all,45,0.7,0.01,0.12,0.001,2.5,0.01,0.02,0.01,0.4,0.02,nan,nan\n";
pub(super) const STATE_REFERENCES: &str = "name,abs_magnetization_per_site,connected_correlation\n\
    critical,0.75,0.14\ntraining-mixture,0.55,0.13\nboltzmann,0.95,0.03\nboltzmann,0.5,0.25\nboltzmann,0.1,0.1\n\
    free-spins,0.5,0\n";
pub(super) const RANK_ONE: &str =
    "machine,training_time,abs_magnetization_per_site,temperature\nn_h=4,5,0.4,3\nn_h=4,45,0.8,2.4\n";
pub(super) const LIKELIHOOD_ALONG: &str = "machine,seed,training_time,relative_entropy,relative_entropy_error\n\
    n_h=4,0,0,40,1\nn_h=4,0,5,30,1\nn_h=4,1,5,32,1\nn_h=4,0,45,20,1\nn_h=9,0,45,10,1\n";
pub(super) const WEIGHTS_ALONG: &str = "machine,seed,epoch,relative_participation_ratio,relative_participation_ratio_error\n\
    n_h=4,0,0,1,nan\nn_h=4,0,1,0.5,nan\nn_h=4,1,1,0.5,nan\nn_h=4,all,1,0.5,0.01\nn_h=4,all,9,0.3,0.01\n";
pub(super) const FIXED_POINTS: &str = "name,temperature,field,thermal_eigenvalue,magnetic_eigenvalue,stability\n\
    ferromagnetic,0,0,2,2,unstable\naligned,0,inf,inf,0,saddle\nparamagnetic,inf,nan,0,1,stable\n";
