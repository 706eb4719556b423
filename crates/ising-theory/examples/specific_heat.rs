//! The exact specific heat of the 10 × 10 torus, beside the ring's and the infinite lattice's, and where it is largest.
//!
//! ```sh
//! cargo build --release --workspace --examples && target/release/examples/specific_heat
//! ```
#![expect(clippy::print_stdout, reason = "an example prints")]

use ising_theory::{CRITICAL_TEMPERATURE, Lattice, TheoryError, onsager, specific_heat_maximum, thermodynamics};

fn main() -> Result<(), TheoryError> {
    let (ring, torus) = (Lattice::ring(100)?, Lattice::square(10)?);
    println!("c per site at H = 0\n    T   ring of 100   10 x 10   infinite square lattice");
    for temperature in [1.0, 1.5, 2.0, 2.25, CRITICAL_TEMPERATURE, 2.5, 3.0, 4.0, 6.0] {
        let [chain, finite] = [thermodynamics(ring, temperature, 0.0)?, thermodynamics(torus, temperature, 0.0)?];
        let (chain, finite) = (chain.specific_heat_per_site, finite.specific_heat_per_site);
        let infinite = onsager(temperature)?.specific_heat_per_site;
        println!("{temperature:5.3}   {chain:11.6}   {finite:7.6}   {infinite:.6}");
    }
    println!("\nwhere c of the 10 x 10 torus is largest\n    H       T          c");
    for field in [0.0, 0.5, 1.0, 2.0] {
        let maximum = specific_heat_maximum(torus, field)?;
        println!("{field:5.2}   {:.5}   {:.6}", maximum.temperature, maximum.specific_heat_per_site);
    }
    Ok(())
}
