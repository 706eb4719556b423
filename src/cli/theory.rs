//! `experiments theory`: which system, and where.

use clap::{Args, Subcommand, ValueEnum, builder::RangedU64ValueParser};

/// Extents whose sums end in a second or so.
fn extent(most: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(2..=most)
}

/// `experiments theory`; J = k_B = 1, per site, the field term included in the energy.
#[derive(Debug, Subcommand)]
pub enum TheoryCommand {
    /// The ring, exactly.
    Ring {
        /// Number of sites, up to ten million [default: the infinite chain]
        #[arg(long, value_name = "N", value_parser = extent(10_000_000))]
        sites: Option<usize>,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The L x L torus: exactly at any (T, H) up to L = 12, at H = 0 for any L.
    Square {
        /// Side L, up to a million.
        #[arg(long, value_name = "L", value_parser = extent(1_000_000))]
        side: usize,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The Bethe lattice: the mean field of a site and its neighbours.
    Bethe {
        /// Number of neighbours, up to 1000.
        #[arg(long, value_name = "Z", default_value_t = 4, value_parser = extent(1000))]
        coordination: usize,
        /// Where.
        #[command(flatten)]
        point: StatePointArgs,
    },
    /// The infinite square lattice at H = 0 (Onsager 1944, Yang 1952).
    Onsager {
        /// Temperature T.
        #[arg(long, value_name = "T", allow_negative_numbers = true)]
        temperature: f64,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// The line of maximal specific heat, (dC/dT)_H = 0: every maximum at the given fields.
    Ridge(Ridge),
    /// A renormalization trajectory: decimation of the chain (exact), or Migdal-Kadanoff on the square lattice.
    Rg(Flow),
}

/// A state point.
#[derive(Args, Debug)]
pub struct StatePointArgs {
    /// Temperature T; 0 and inf are allowed.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub temperature: f64,
    /// Field H.
    #[arg(long, value_name = "H", default_value_t = 0.0, allow_negative_numbers = true)]
    pub field: f64,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// A system with a line of maximal specific heat.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum System {
    /// The ring of --sites sites.
    Ring,
    /// The torus of side --side, at most 12 in a field.
    Square,
    /// The Bethe lattice with four neighbours.
    Bethe,
}

/// `experiments theory ridge`.
#[derive(Args, Debug)]
pub struct Ridge {
    /// The system.
    pub system: System,
    /// Sites of the ring, up to ten thousand.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = extent(10_000))]
    pub sites: usize,
    /// Side of the torus, up to a thousand at H = 0.
    #[arg(long, value_name = "L", default_value_t = 10, value_parser = extent(1000))]
    pub side: usize,
    /// Fields H.
    #[arg(long = "field", value_name = "H", num_args = 1.., value_delimiter = ',', default_values_t = [0.0, 0.1, 0.5, 1.0, 2.0, 4.5], allow_negative_numbers = true)]
    pub fields: Vec<f64>,
    /// Take the specific heat of the bond energy alone.
    #[arg(long)]
    pub without_field_term: bool,
    /// Print a JSON list.
    #[arg(long)]
    pub json: bool,
}

/// `experiments theory rg`.
#[derive(Args, Debug)]
pub struct Flow {
    /// Temperature T > 0 to start from.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub temperature: f64,
    /// Field H to start from.
    #[arg(long, value_name = "H", default_value_t = 0.0, allow_negative_numbers = true)]
    pub field: f64,
    /// Number of steps, each doubling the length scale.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub steps: usize,
    /// Migdal-Kadanoff on the square lattice in place of decimation of the chain.
    #[arg(long)]
    pub migdal_kadanoff: bool,
    /// Print a JSON list.
    #[arg(long)]
    pub json: bool,
}
