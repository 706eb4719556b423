//! `experiments bench`: what is measured, and how large.

use std::num::NonZeroUsize;

use clap::{Args, Subcommand};

use crate::device::Backend;

/// `experiments bench`.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Flips per nanosecond of the heat bath, samples per second of the exact and the perfect sampler, at Tc.
    Sampler(BenchSampler),
    /// Epochs per second of contrastive divergence.
    Rbm(BenchRbm),
    /// Configuration-steps per second of the sampled flow.
    Flow(BenchFlow),
}

/// `experiments bench rbm`.
#[derive(Args, Clone, Copy, Debug)]
pub struct BenchRbm {
    /// Visible units.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive)]
    pub visible: usize,
    /// Hidden units.
    #[arg(long, value_name = "N", default_value_t = 81, value_parser = positive)]
    pub hidden: usize,
    /// Samples of a batch.
    #[arg(long, value_name = "B", default_value_t = 100, value_parser = positive)]
    pub batch: usize,
    /// Samples of an epoch.
    #[arg(long, value_name = "N", default_value_t = 25_000, value_parser = positive)]
    pub samples: usize,
    /// Epochs of a run.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = positive)]
    pub epochs: usize,
    /// The k of CD-k.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = positive)]
    pub n_gibbs_steps: usize,
    /// Machines trained together; their epochs are added up.
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = positive)]
    pub machines: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Device [default: the first compiled in]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
}

/// `experiments bench flow`.
#[derive(Args, Clone, Copy, Debug)]
pub struct BenchFlow {
    /// Visible units.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive)]
    pub visible: usize,
    /// Hidden units.
    #[arg(long, value_name = "N", default_value_t = 81, value_parser = positive)]
    pub hidden: usize,
    /// Chains.
    #[arg(long, value_name = "N", default_value_t = 25_000, value_parser = positive)]
    pub chains: usize,
    /// Steps of a run.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = positive)]
    pub steps: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Device [default: the first compiled in]
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<Backend>,
}

/// More of anything would fill the memory before it could be measured.
const LARGEST: usize = 100_000_000;

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=LARGEST) => Ok(n),
        _ => Err(format!("{text} is not allowed here: a whole number from 1 to {LARGEST} is needed")),
    }
}

/// `experiments bench sampler`.
#[derive(Args, Debug)]
pub struct BenchSampler {
    /// Side of the torus.
    #[arg(long, value_name = "L", default_value_t = 10, value_parser = positive)]
    pub side: usize,
    /// Replicas of the heat bath, rounded up to whole blocks of 512.
    #[arg(long, value_name = "R", default_value_t = 512, value_parser = positive)]
    pub replicas: usize,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}
