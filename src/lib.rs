//! The application around the crates `ising-theory`, `ising-data` and `models`: files, time, words to the user.
//!
//! The data's way: [`config`] → [`pipeline`] → [`stages`] (sample, train-thermometer, train-rbm, flow, dissect, analyze,
//! render) → tables → [`figures`]. Only [`progress`] prints, only [`device`] knows the backends' cargo features.

pub mod artifacts;
pub mod bench;
pub mod claims;
pub mod cli;
pub mod config;
pub mod device;
pub mod exact;
pub mod exponents;
pub mod figures;
pub mod fit;
pub mod fixed_point;
pub mod inspect;
pub mod interrupt;
pub mod pipeline;
pub mod progress;
pub mod reading;
pub mod stages;
pub mod status;
pub mod table;
pub mod theory;
pub mod training;
