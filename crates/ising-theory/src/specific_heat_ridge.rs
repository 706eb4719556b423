//! Lines of maximal specific heat, (∂C/∂T)_H = 0.

use crate::check::check_field;
use crate::cumulants::FieldTerm;
use crate::error::TheoryError;
use crate::jet::Jet;
use crate::lattice::Lattice;
use crate::thermodynamics::energy_moments;

/// Ratio of successive temperatures of the first scan.
const SCAN_RATIO: f64 = 1.05;
/// Below this c per site a maximum may be rounding.
const NEGLIGIBLE: f64 = 1e-10;
/// Points put into a bracket at each step.
const N_POINTS: usize = 8;
/// Relative width of a bracket, and relative spread of c in it, inside which c is a polynomial of degree 7.
const NARROW: f64 = 3e-3;
const FLAT: f64 = 1e-4;
/// Relative width of a bracket that rounding does not let become narrower.
const NARROWEST: f64 = 1e-13;

/// A maximum of c over T at fixed field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpecificHeatMaximum {
    /// Where it lies.
    pub temperature: f64,
    /// c there.
    pub specific_heat_per_site: f64,
}

/// The highest maximum of c(T) of a finite lattice at fixed `field`, the field term included in the energy.
///
/// # Errors
/// A field that is not finite or too large for a maximum in f64, or a torus above L = 12 in a field.
pub fn specific_heat_maximum(lattice: Lattice, field: f64) -> Result<SpecificHeatMaximum, TheoryError> {
    let maxima = specific_heat_maxima(lattice, field, FieldTerm::Included)?;
    let highest = maxima.into_iter().max_by(|a, b| a.specific_heat_per_site.total_cmp(&b.specific_heat_per_site));
    highest.ok_or(TheoryError::InvalidField { field })
}

/// The same where it is known to lie between two temperatures, `low` > 0: a sixth of the work.
///
/// # Errors
/// As [`specific_heat_maximum`].
pub fn specific_heat_maximum_between(
    lattice: Lattice,
    field: f64,
    low: f64,
    high: f64,
) -> Result<SpecificHeatMaximum, TheoryError> {
    check_field(field)?;
    refine(low, high, &|temperatures: &[f64]| specific_heats(lattice, temperatures, field, FieldTerm::Included))
}

/// All maxima of c(T) above T = 0.02, by increasing temperature.
///
/// In a small field a finite lattice has a second one at low temperature, where the whole lattice turns over:
/// T ≈ 0.83 N H.
///
/// # Errors
/// As [`specific_heat_maximum`].
pub fn specific_heat_maxima(
    lattice: Lattice,
    field: f64,
    term: FieldTerm,
) -> Result<Vec<SpecificHeatMaximum>, TheoryError> {
    check_field(field)?;
    maxima(field, |temperatures| specific_heats(lattice, temperatures, field, term))
}

fn specific_heats(
    lattice: Lattice,
    temperatures: &[f64],
    field: f64,
    term: FieldTerm,
) -> Result<Vec<f64>, TheoryError> {
    let moments = energy_moments(lattice, temperatures, field, term)?;
    Ok(moments.iter().zip(temperatures).map(|(moments, t)| moments.covariance_per_site / (t * t)).collect())
}

/// Where a function known at evenly spaced temperatures is largest, by the polynomial through the eight of them around its
/// largest value; none if that is at an end, or if not all eight are finite.
pub fn tabulated_maximum(temperatures: &[f64], values: &[f64]) -> Option<f64> {
    let inside = 1..temperatures.len().min(values.len()).saturating_sub(1);
    let top = inside.clone().max_by(|&i, &j| values[i].total_cmp(&values[j]))?;
    let is_top = values.iter().all(|value| value.is_nan() || *value <= values[top]);
    let first = (top + 1).saturating_sub(N_POINTS / 2).min((inside.end + 1).saturating_sub(N_POINTS));
    let nodes = temperatures.get(first..first + N_POINTS)?;
    let around = values.get(first..first + N_POINTS)?;
    if !is_top || around.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let temperature = top_of_polynomial(nodes, around.to_vec()).temperature;
    (temperatures[top - 1]..=temperatures[top + 1]).contains(&temperature).then_some(temperature)
}

/// The maxima of any c(T) at this field.
pub(crate) fn maxima(
    field: f64,
    specific_heat: impl Fn(&[f64]) -> Result<Vec<f64>, TheoryError>,
) -> Result<Vec<SpecificHeatMaximum>, TheoryError> {
    let hottest = 4.0 + 2.0 * field.abs();
    let scan: Vec<f64> =
        std::iter::successors(Some(0.02), |t| Some(t * SCAN_RATIO)).take_while(|t| *t < hottest).collect();
    let values = specific_heat(&scan)?;
    let is_top = |i: &usize| values[*i] > NEGLIGIBLE && values[i - 1] < values[*i] && values[*i] >= values[i + 1];
    (1..scan.len() - 1).filter(is_top).map(|i| refine(scan[i - 1], scan[i + 1], &specific_heat)).collect()
}

/// Narrows a bracket of a maximum, then takes the zero of the slope of the polynomial through its points.
fn refine(
    mut low: f64,
    mut high: f64,
    specific_heat: &impl Fn(&[f64]) -> Result<Vec<f64>, TheoryError>,
) -> Result<SpecificHeatMaximum, TheoryError> {
    loop {
        let step = (high - low) / (N_POINTS - 1) as f64;
        let nodes: Vec<f64> = (0..N_POINTS).map(|i| low + step * i as f64).collect();
        let values = specific_heat(&nodes)?;
        let top = (1..N_POINTS - 1).max_by(|&i, &j| values[i].total_cmp(&values[j])).unwrap_or(1);
        let spread = values[top] - values.iter().copied().fold(f64::INFINITY, f64::min);
        let narrow = high - low < NARROW * low && spread <= FLAT * values[top];
        if narrow || high - low < NARROWEST * low {
            return Ok(top_of_polynomial(&nodes, values));
        }
        (low, high) = (nodes[top - 1], nodes[top + 1]);
    }
}

fn top_of_polynomial(nodes: &[f64], mut coefficients: Vec<f64>) -> SpecificHeatMaximum {
    for order in 1..nodes.len() {
        for i in (order..nodes.len()).rev() {
            coefficients[i] = (coefficients[i] - coefficients[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    let polynomial = |t: f64| {
        let newton = coefficients.iter().zip(nodes).rev();
        newton.fold(Jet::constant(0.0), |sum, (&coefficient, &node)| {
            sum * (Jet::coupling(t) - Jet::constant(node)) + Jet::constant(coefficient)
        })
    };
    let mut temperature = 0.5 * (nodes[0] + nodes[nodes.len() - 1]);
    for _ in 0..8 {
        let at = polynomial(temperature);
        temperature -= at.k / at.kk;
    }
    SpecificHeatMaximum { temperature, specific_heat_per_site: polynomial(temperature).value }
}
