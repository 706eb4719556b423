//! Claims about the distribution of configurations at the end of the flow: free spins, a critical lattice, a Boltzmann state.

use anyhow::Result;

use super::{
    evidence::Evidence,
    finding::{Claim, Finding, Subject},
    measured::Measured,
    spread::Starts,
    verdict::Expectation,
};
use crate::table::Table;

/// A connected correlation G(1) − G(L/2) smaller than this is none: a seventh of that at T = 2.25 on 10 x 10 sites, half of that
/// at T = 2.
const UNCORRELATED: f64 = 0.02;

/// Distributions nearer than this, in nats per configuration, are the same: on 10 x 10 sites near Tc what a shift of T by 0.1
/// makes; it takes some 50 configurations, ln 100/0.1, to tell them apart.
const SAME: f64 = 0.1;

/// Relative deviations from the values at Tc: of the connected correlation, and of Binder's ratio, which can be above the one at Tc
/// by no more than a tenth.
const CORRELATED: f64 = 0.1;
const BINDER: f64 = 0.05;

/// All claims about the state at the end of the flows of an entry, after so many epochs or all of the training.
pub(super) fn judge(
    evidence: &Evidence,
    machine: &str,
    epoch: Option<f64>,
    starts: impl Fn(&str) -> Result<Starts>,
) -> Result<Vec<Finding>> {
    let Some(states) = &evidence.end_states else { return Ok(Vec::new()) };
    let rows = states.filter("machine", machine)?;
    let Some(epoch) = epoch.or_else(|| rows.column("epoch").ok()?.into_iter().reduce(f64::max)) else {
        return Ok(Vec::new());
    };
    let rows = rows.filter("epoch", epoch)?;
    let seeds = rows.text("seed")?.into_iter().filter(|seed| *seed != "all");
    let data_sets: Vec<u64> = seeds.map(|seed| evidence.data_set(machine, seed)).collect();
    let of_seeds = |column: &str| of_seeds(&rows, column);
    let (correlation, binder) = (of_seeds("connected_correlation")?, of_seeds("binder_ratio")?);
    let (free, boltzmann) = (of_seeds("distance_to_free_spins")?, of_seeds("distance_to_boltzmann")?);
    let further: Vec<f64> = free.iter().zip(&boltzmann).map(|(free, boltzmann)| free - boltzmann).collect();
    let critical = |column: &str| critical(evidence.state_references.as_ref(), column);
    let relative = |values: &[f64], reference: f64| values.iter().map(|value| value / reference).collect::<Vec<f64>>();

    let at_most = |most| Expectation::Within(f64::NEG_INFINITY, most);
    let about_one = |deviation: f64| Expectation::Within(1.0 - deviation, 1.0 + deviation);
    let product =
        ("end-is-a-product-state", "The end of the flow is a product state: free spins with a magnetization.");
    let at_tc = ("end-is-critical", "The end of the flow is correlated as the lattice is at its critical temperature.");
    let thermal = ("end-is-a-boltzmann-state", "The end of the flow is a Boltzmann distribution of the lattice.");
    let n_hidden = evidence.n_hidden(machine)?;
    let subject =
        Subject { folder: &evidence.folder, machine, n_hidden: &n_hidden, reading: "end state", step: f64::NAN };
    let mut findings = Vec::new();
    for ((name, sentence), quantity, values, expectation) in [
        (product, "G(1) − G(L/2)", correlation.clone(), Expectation::Within(-UNCORRELATED, UNCORRELATED)),
        (product, "KL divergence to free spins with the same distribution of M, in nats", free, at_most(SAME)),
        (product, "the same less that to the nearest Boltzmann distribution", further, at_most(0.0)),
        (
            at_tc,
            "G(1) − G(L/2) over that at Tc",
            relative(&correlation, critical("connected_correlation")?),
            about_one(CORRELATED),
        ),
        (at_tc, "Binder's ratio over that at Tc", relative(&binder, critical("binder_ratio")?), about_one(BINDER)),
        (thermal, "KL divergence to the nearest Boltzmann distribution, in nats", boltzmann, at_most(SAME)),
    ] {
        let measured = Measured::new(data_sets.iter().copied().zip(values));
        // Not every distance is known for every lattice.
        if measured.n_seeds > 0 {
            let source = "this program";
            let mut finding = subject.judge(Claim::new(name, sentence, source), quantity, measured, &expectation);
            finding.needs_an_end(starts("exact")?);
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// A column of the rows of single seeds.
fn of_seeds(rows: &Table, column: &str) -> Result<Vec<f64>> {
    let seeds = rows.text("seed")?.into_iter().zip(rows.column(column)?);
    Ok(seeds.filter(|(seed, _)| *seed != "all").map(|(_, value)| value).collect())
}

/// The value of the lattice at Tc; NaN where it is not known.
fn critical(references: Option<&Table>, column: &str) -> Result<f64> {
    let Some(references) = references else { return Ok(f64::NAN) };
    Ok(references.filter("name", "critical")?.column(column)?.first().copied().unwrap_or(f64::NAN))
}
