//! Rules for the thermometer.

use super::{MAX_UNITS, Problem, batch_too_large, check_memory, check_size};
use crate::config::schema::{ControlKind, HeadKind, NetworkKind, Settings};

/// Checks `[thermometer]` against the data.
pub(super) fn check(settings: &Settings) -> Result<(), Problem> {
    let (thermometer, data) = (&settings.thermometer, &settings.data);
    for width in thermometer.layers.iter().chain([&thermometer.n_features]) {
        check_size("thermometer.layers", *width, MAX_UNITS)?;
    }
    let (temperatures, fields) = settings.thermometer_grid();
    let n_points = temperatures.len() * fields.len();
    if n_points < 2 {
        return Err(Problem::new(
            "data.temperatures",
            "the data has one state point, but the thermometer needs at least two to tell apart",
            "add a temperature or a field, or give the thermometer a grid of its own: thermometer.temperatures = [0, 1, 2]",
        ));
    }
    let n_samples = n_points.saturating_mul(thermometer.n_samples.unwrap_or(data.n_samples).get());
    check_memory(data, "thermometer.n_samples", n_samples)?;
    if thermometer.batch_size.get() > n_samples {
        return Err(batch_too_large("thermometer.batch_size", n_samples));
    }
    if data.control == ControlKind::PermutedSites && thermometer.network == NetworkKind::Local {
        return Err(Problem::new(
            "data.control",
            "the thermometer's network \"local\" sees neighbours on the lattice, and permuted sites have none",
            "choose thermometer.network = \"dense\", which sees every spin by itself",
        ));
    }
    if thermometer.head == HeadKind::Regressor && temperatures.iter().any(|t| t.is_infinite()) {
        return Err(Problem::new(
            "thermometer.head",
            "a regressor returns a finite temperature and cannot learn T = inf",
            "take inf out of data.temperatures (flows may still start there), give it a thermometer.temperatures without, or choose head = \"classifier\"",
        ));
    }
    check_weights(settings)
}

fn check_weights(settings: &Settings) -> Result<(), Problem> {
    let Some(weights) = &settings.thermometer.temperature_weights else { return Ok(()) };
    let key = "thermometer.temperature_weights";
    if settings.thermometer.head == HeadKind::Regressor {
        let message = "a regressor cannot undo weights as a softmax can: its readings would be shifted";
        return Err(Problem::new(key, message, "remove the weights, or choose head = \"classifier\""));
    }
    let n_temperatures = settings.thermometer_grid().0.len();
    if weights.len() != n_temperatures {
        let message = format!("{} weights for {n_temperatures} temperatures", weights.len());
        return Err(Problem::new(key, &message, "give each temperature of the thermometer's grid one positive number"));
    }
    Ok(())
}
