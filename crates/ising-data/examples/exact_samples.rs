//! Exact, independent configurations of the 10 × 10 torus: measured, compared with exact values, and written to a file if one
//! is named.
//!
//! ```sh
//! cargo build --release --workspace --examples && target/release/examples/exact_samples samples.safetensors
//! ```
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use ising_data::{SampleSet, Sampler, StatePoint, observables, stream::Purpose};
use ising_theory::{Lattice, thermodynamics};

fn main() -> Result<(), Box<dyn Error>> {
    let (lattice, seed, n_samples) = (Lattice::square(10)?, 1, 10_000);
    let points = [(2.0, 0.0), (2.269, 0.0), (3.0, 0.0), (3.0, 0.5)].map(|(t, h)| StatePoint::new(t, h));
    let points = points.into_iter().collect::<Result<Vec<_>, _>>()?;
    let spins = Sampler::Exact.sample(lattice, &points, n_samples, seed, Purpose::Sample, &|_| true)?.spins;

    println!(
        "{n_samples} configurations each\n    T      H    e measured             e exact      c measured      c exact"
    );
    for (i, &point) in points.iter().enumerate() {
        let measured = observables(lattice, point, &spins.slice(i * n_samples..(i + 1) * n_samples)?)?;
        let exact = thermodynamics(lattice, point.temperature(), point.field())?;
        let (e, c) = (measured.energy_per_site, measured.specific_heat_per_site);
        println!(
            "{:5.3}  {:5.2}   {:9.5} ± {:.5}   {:9.5}   {:.3} ± {:.3}   {:.4}",
            point.temperature(),
            point.field(),
            e.value,
            e.error,
            exact.energy_per_site,
            c.value,
            c.error,
            exact.specific_heat_per_site
        );
    }

    if let Some(file) = std::env::args().nth(1) {
        let metadata = [("seed".to_owned(), seed.to_string())];
        std::fs::write(&file, SampleSet::new(lattice, &points, spins, metadata.into())?.to_bytes())?;
        println!("written: {file}");
    }
    Ok(())
}
