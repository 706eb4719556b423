//! The training step and the flow of ±1 units on the CPU, fused: fields, tanh, sampling, statistics and update in one go.
//!
//! For n_v = 100, n_h = 81 dense products cost 2 · 8100 operations a product and sample. Here four units of ±1 select one
//! of sixteen tabulated sums (module `products`), so a product is 25 · 96 additions; tanh and random numbers are computed
//! sixteen at a time. The hidden units are split into blocks of sixteen, each owned by one thread in every phase of the
//! step, so that no sum depends on the number of threads. The same bits come out for any number of threads and at every
//! instruction set ([`Level`]).

mod activation;
mod barrier;
mod bits;
mod crew;
mod flow;
mod lanes;
mod machine;
mod products;
mod scratch;
#[cfg(test)]
mod tests;
mod together;
mod training;
mod update;

pub use flow::flow;
pub use lanes::Level;
pub(crate) use lanes::{Kernel, Wide};
pub use together::train_together;
pub use training::{Batches, TrainingState, train};
