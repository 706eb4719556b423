//! The application around the crates `ising-theory`, `ising-data` and `models`: files, time, words to the user.
//!
//! The data's way: [`config`] → [`pipeline`] → [`stages`] (sample, train-thermometer, train-rbm, flow, dissect, analyze,
//! render) → tables → [`figures`]. Only [`progress`] prints, only [`device`] knows the backends' cargo features.
//!
//! A stage is a function from its settings and earlier files to files of its own, in tasks ([`pipeline::Task`]) that know what they depend
//! on; what is up to date is not done again. A figure is a function of [`table::Table`]s. [`training`] holds the epoch loops with their
//! checkpoints, [`artifacts`] the writing of files, [`reading`] what a thermometer says of configurations, [`claims`] the verdicts on
//! finished runs. Everything else serves a command of its own: [`theory`], [`mod@bench`], [`inspect`], [`status`], [`doctor`]. What a run will take is counted by [`estimate`].
//!
//! Physics: `docs/physics.md`; rooms and rules: `docs/architecture.md`; files: `docs/file-formats.md`.

pub mod artifacts;
pub mod bench;
pub mod claims;
pub mod cli;
pub mod compare;
pub mod config;
pub mod data_sets;
pub mod device;
pub mod doctor;
pub mod estimate;
pub mod exact;
pub mod exponents;
pub mod figures;
pub mod fixed_point;
pub mod init;
pub mod inspect;
pub mod interrupt;
pub mod pipeline;
pub mod progress;
pub mod reading;
pub mod report;
pub mod resources;
pub mod stages;
pub mod status;
pub mod sweep;
pub mod table;
pub mod theory;
pub mod training;
