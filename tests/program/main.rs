//! Tests of the whole program, in one file to link: what each is about stands at its head.

mod common;

mod along_training;
mod architecture;
mod circles;
mod configs;
mod controls;
mod correlations;
mod data_sets;
mod estimate;
mod fixtures;
mod folder;
mod gallery;
mod inside;
mod log;
mod machines;
mod pipeline;
mod report;
mod resume;
mod sweep;
mod thermometer;
mod units;
