//! The weights: spectrum and eigenvectors of w wᵀ, and w wᵀ itself on the lattice.

use anyhow::Result;
use ising_data::{Waves, waves};
use ising_theory::Lattice;
use models::spectrum::{
    Spectrum, independent_eigenvalues, independent_participation_ratio, marchenko_pastur_edge, weight_products,
};

use super::{Subject, participation_ratio};
use crate::{
    table::{Cell, Table},
    training::machine::Snapshot,
};

/// Eigenvectors of the trained machine that are written.
const N_EIGENVECTORS: usize = 16;

/// Sites whose pairs are written: the whole lattice up to 20 x 20, its first rows where it is larger.
pub(crate) const N_MAPPED: usize = 400;

/// An eigenvector is extended if it is spread over more than this part of the sites. Independent weights have a third, plane waves
/// two thirds or four ninths, a copy of a single site 1/N.
const EXTENDED: f64 = 0.2;

/// Decimals of w wᵀ in its table.
const ROUNDING: f64 = 1e6;

/// All tables; `advance` is called after every snapshot.
pub(super) fn tables(subject: &Subject<'_>, advance: &dyn Fn() -> Result<()>) -> Result<Vec<Table>> {
    let mut eigenvalues = Table::new("spectrum", SPECTRUM);
    let mut weights = Table::new("weights", WEIGHTS);
    let mut last = None;
    for snapshot in &subject.snapshots {
        let spectrum = Spectrum::of(&snapshot.parameters)?;
        push_eigenvalues(&mut eigenvalues, subject, snapshot, &spectrum)?;
        push_weights(&mut weights, subject, snapshot, &spectrum)?;
        last = Some(spectrum);
        advance()?;
    }
    let mut tables = vec![eigenvalues, weights];
    if let Some(spectrum) = last {
        tables.push(eigenvectors(subject, &spectrum)?);
    }
    let products = weight_products(&subject.trained().parameters)?;
    tables.extend([products_table(subject, &products)?, against_distance(subject, &products)?]);
    Ok(tables)
}

const SPECTRUM: [&str; 10] = [
    "machine",
    "seed",
    "n_hidden",
    "epoch",
    "rank",
    "eigenvalue",
    "eigenvalue_independent",
    "participation_ratio",
    "mean_wave_number",
    "largest_star",
];

/// Every eigenvalue, beside that of its rank for independent weights of the same norm, and how its eigenvector is spread over
/// the sites and over the wave vectors.
fn push_eigenvalues(table: &mut Table, subject: &Subject<'_>, snapshot: &Snapshot, spectrum: &Spectrum) -> Result<()> {
    let machine = &snapshot.parameters;
    let square = machine.weight_norm().powi(2);
    let independent = independent_eigenvalues(machine.n_visible, machine.n_hidden);
    let modes = spectrum.eigenvalues.iter().zip(independent).zip(&spectrum.eigenvectors);
    for (rank, ((&eigenvalue, independent), vector)) in modes.enumerate() {
        let Waves { mean_wave_number, largest_star } = waves(subject.lattice, vector)?;
        let counts = [machine.n_hidden.into(), snapshot.epoch.into(), (rank + 1).into()];
        let of_vector = [participation_ratio(vector), mean_wave_number, largest_star];
        let numbers = [&[eigenvalue, square * independent], &of_vector[..]].concat();
        let numbers: Vec<Cell> = numbers.into_iter().map(Into::into).collect();
        table.push([&subject.cells()[..], &counts, &numbers].concat())?;
    }
    Ok(())
}

/// What the rows of the seeds agree in, and what is averaged over them.
pub(super) const KEYS: [&str; 3] = ["machine", "n_hidden", "epoch"];
pub(super) const VALUES: [&str; 10] = [
    "weight_norm",
    "largest_eigenvalue",
    "participation_ratio",
    "relative_participation_ratio",
    "marchenko_pastur_edge",
    "n_above_edge",
    "n_above_one",
    "translation_symmetry",
    "n_extended_above_edge",
    "n_localized_above_edge",
];

const WEIGHTS: [&str; 14] = [
    "machine",
    "seed",
    "n_hidden",
    "epoch",
    "weight_norm",
    "largest_eigenvalue",
    "participation_ratio",
    "relative_participation_ratio",
    "marchenko_pastur_edge",
    "n_above_edge",
    "n_above_one",
    "translation_symmetry",
    "n_extended_above_edge",
    "n_localized_above_edge",
];

/// The spectrum in a few numbers. λ = 1 is where a reconstruction begins to amplify: to first order in the spins a step of the
/// flow by its means, v′ = tanh(w tanh(wᵀv)), is v′ = w wᵀ v, so that a pattern with λ > 1 grows and one with λ < 1 fades.
fn push_weights(table: &mut Table, subject: &Subject<'_>, snapshot: &Snapshot, spectrum: &Spectrum) -> Result<()> {
    let machine = &snapshot.parameters;
    let edge = marchenko_pastur_edge(machine);
    let n_above = spectrum.n_above(edge);
    let is_extended = |vector: &&Vec<f64>| super::participation_ratio(vector) > EXTENDED * machine.n_visible as f64;
    let n_extended = spectrum.eigenvectors.iter().take(n_above).filter(is_extended).count();
    let participation_ratio = spectrum.participation_ratio();
    let independent = independent_participation_ratio(machine.n_visible, machine.n_hidden);
    let mut row = subject.cells().to_vec();
    row.extend([machine.n_hidden.into(), snapshot.epoch.into()]);
    row.extend([
        machine.weight_norm().into(),
        spectrum.eigenvalues.first().copied().unwrap_or(f64::NAN).into(),
        participation_ratio.into(),
        (participation_ratio / independent).into(),
        edge.into(),
        n_above.into(),
        spectrum.n_above(1.0).into(),
        translation_symmetry(subject.lattice, &weight_products(machine)?).into(),
        n_extended.into(),
        (n_above - n_extended).into(),
    ]);
    table.push(row)?;
    Ok(())
}

/// What the mean over translations keeps of w wᵀ off its diagonal: its share of Σ_{i≠j} (w wᵀ)²ᵢⱼ, 1 for a machine to which all
/// sites are alike, 1/N in the mean for independent weights; NaN where there is nothing off the diagonal.
fn translation_symmetry(lattice: Lattice, products: &[f64]) -> f64 {
    let n = lattice.n_sites();
    let at = |site: usize, by: usize| products[site * n + lattice.translated(site, by)];
    let (mut kept, mut total) = (0.0, 0.0);
    for by in 1..n {
        let sum: f64 = (0..n).map(|site| at(site, by)).sum();
        kept += sum * sum / n as f64;
        total += (0..n).map(|site| at(site, by).powi(2)).sum::<f64>();
    }
    kept / total
}

/// The leading eigenvectors of the trained machine.
fn eigenvectors(subject: &Subject<'_>, spectrum: &Spectrum) -> Result<Table> {
    let mut table = Table::new("eigenvectors", ["machine", "seed", "rank", "site", "component"]);
    for (rank, vector) in spectrum.eigenvectors.iter().take(N_EIGENVECTORS).enumerate() {
        for (site, component) in vector.iter().enumerate() {
            table.push([&subject.cells()[..], &[(rank + 1).into(), site.into(), (*component).into()]].concat())?;
        }
    }
    Ok(table)
}

/// w wᵀ of the trained machine, each pair of the first [`N_MAPPED`] sites once.
fn products_table(subject: &Subject<'_>, products: &[f64]) -> Result<Table> {
    let mut table = Table::new("weight-products", ["machine", "seed", "site", "other_site", "product"]);
    let n = subject.lattice.n_sites();
    let n_mapped = n.min(N_MAPPED);
    for site in 0..n_mapped {
        for other in site..n_mapped {
            let product = (products[site * n + other] * ROUNDING).round() / ROUNDING;
            table.push([&subject.cells()[..], &[site.into(), other.into(), product.into()]].concat())?;
        }
    }
    Ok(table)
}

/// Mean and standard deviation of w wᵀ over the pairs of sites at every distance.
fn against_distance(subject: &Subject<'_>, products: &[f64]) -> Result<Table> {
    let header = ["machine", "seed", "distance", "n_pairs", "product", "product_spread"];
    let mut table = Table::new("weight-products-against-distance", header);
    let (lattice, n) = (subject.lattice, subject.lattice.n_sites());
    let mut pairs: Vec<(f64, f64)> =
        (0..n * n).map(|pair| (lattice.distance(pair / n, pair % n), products[pair])).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    for equal in pairs.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let n_pairs = equal.len() as f64;
        let mean = equal.iter().map(|pair| pair.1).sum::<f64>() / n_pairs;
        let spread = (equal.iter().map(|pair| (pair.1 - mean).powi(2)).sum::<f64>() / n_pairs).sqrt();
        table.push(
            [&subject.cells()[..], &[equal[0].0.into(), equal.len().into(), mean.into(), spread.into()]].concat(),
        )?;
    }
    Ok(table)
}
