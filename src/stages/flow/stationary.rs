//! The long run: how the chains behave once the flow has come to its end, beside the machine's own law and the data's.

use anyhow::Result;
use ising_data::{
    PackedSpins, bond_energies, magnetizations,
    stream::{self, Purpose},
};
use ising_theory::Lattice;
use models::{
    Rbm,
    likelihood::{EXACT_LIMIT, exact_samples},
};
use rayon::prelude::*;
use statistics::{Autocorrelation, Estimate, autocorrelation, mean};

use super::chains::Chains;
use crate::{
    interrupt,
    progress::Work,
    stages::{
        control::Control,
        histogram::{Histogram, Observed, QUANTITIES, Quantity, total_variation},
    },
    table::{Cell, Table},
};

/// Records of a long run: a run of more steps records every so many.
const MAX_RECORDS: usize = 10_000;

/// Samples of the machine's own law.
const N_SAMPLES: usize = 100_000;

/// A long run to be made.
pub(super) struct LongRun<'a> {
    /// The machine's name and index.
    pub(super) machine: (&'a str, u64),
    pub(super) lattice: Lattice,
    pub(super) n_steps: usize,
    pub(super) key: u64,
    pub(super) seed: u64,
    pub(super) control: &'a Control,
    /// The training data.
    pub(super) mixture: PackedSpins,
}

/// The tables of a long run.
pub(super) struct StationaryTables {
    pub(super) autocorrelation: Table,
    pub(super) stationary: Table,
    pub(super) histogram: Table,
}

/// What the chains did: a record of every chain at every recorded step.
struct Records {
    /// Steps between two records.
    interval: usize,
    /// Shape `[n_chains, n_records]`.
    chains: Vec<Vec<Observed>>,
}

impl LongRun<'_> {
    /// Lets `chains` run on from `step` and looks at them.
    pub(super) fn run(&self, machine: &Rbm, chains: Chains, step: usize, work: &Work<'_>) -> Result<StationaryTables> {
        let records = self.record(machine, chains, step, work)?;
        let parameters = machine.parameters()?;
        let own = if parameters.n_visible.min(parameters.n_hidden) <= EXACT_LIMIT {
            let key = stream::key(self.seed, Purpose::MachineSample, self.machine.1, 0);
            let spins = exact_samples(&parameters, N_SAMPLES, key)?;
            self.observe(PackedSpins::from_f32(parameters.n_visible, &spins)?)?
        } else {
            Vec::new()
        };
        let mixture = self.observe(self.mixture.clone())?;
        let memories = QUANTITIES.par_iter().map(|(_, of)| autocorrelation(&records.series(*of)));
        let memories: Vec<Autocorrelation> = memories.collect::<Result<_, _>>()?;
        Ok(StationaryTables {
            autocorrelation: self.autocorrelation(&records, &memories)?,
            stationary: self.summary(&records, &memories, [&own, &mixture])?,
            histogram: self.histogram(&records, [&own, &mixture])?,
        })
    }

    fn record(&self, machine: &Rbm, mut chains: Chains, mut step: usize, work: &Work<'_>) -> Result<Records> {
        let interval = self.n_steps.div_ceil(MAX_RECORDS);
        let mut records: Vec<Vec<Observed>> = Vec::new();
        for _ in 0..self.n_steps / interval {
            chains = chains.advance(machine, self.key, step, step + interval)?;
            step += interval;
            let seen = self.observe(chains.spins(self.lattice.n_sites())?)?;
            records.resize_with(seen.len(), Vec::new);
            records.iter_mut().zip(seen).for_each(|(chain, seen)| chain.push(seen));
            work.advance(interval as u64);
            interrupt::check()?;
        }
        Ok(Records { interval, chains: records })
    }

    fn observe(&self, spins: PackedSpins) -> Result<Vec<Observed>> {
        let spins = self.control.undo(spins)?;
        let states = bond_energies(self.lattice, &spins)?.into_iter().zip(magnetizations(&spins));
        Ok(states.map(|(energy, m)| Observed::new(self.lattice, energy, m)).collect())
    }

    fn head(&self, quantity: &str) -> Vec<Cell> {
        vec![self.machine.0.into(), self.machine.1.into(), quantity.into()]
    }

    /// ρ(t) of every quantity at some fifty lags.
    fn autocorrelation(&self, records: &Records, memories: &[Autocorrelation]) -> Result<Table> {
        let mut table = Table::new("autocorrelation", ["machine", "seed", "quantity", "lag", "autocorrelation"]);
        for ((quantity, _), Autocorrelation { function, .. }) in QUANTITIES.iter().zip(memories) {
            let mut lag = 0;
            while lag < function.len() {
                let numbers = [(lag * records.interval).into(), function[lag].into()];
                table.push(self.head(quantity).into_iter().chain(numbers).collect::<Vec<_>>())?;
                lag = (lag + 1).max((1.15 * lag as f64) as usize);
            }
        }
        Ok(table)
    }

    /// Means of the chains with τ, beside those of the machine's law and of the data; how far the chains from the first half
    /// of the starts differ from the others; and the distances of the laws of (e, |m|).
    fn summary(&self, records: &Records, memories: &[Autocorrelation], references: [&[Observed]; 2]) -> Result<Table> {
        let mut table = Table::new("stationary", SUMMARY);
        let flat: Vec<Observed> = records.chains.concat();
        let mut distances = Vec::new();
        for reference in references {
            let of_chains = total_variation(&flat, reference);
            let floor = halves(&records.chains).hypot(halves(&reference.iter().map(|&o| vec![o]).collect::<Vec<_>>()));
            distances.extend([of_chains, 0.5 * floor].map(Cell::from));
        }
        for ((quantity, of), Autocorrelation { time: tau, .. }) in QUANTITIES.into_iter().zip(memories) {
            let of_chain: Vec<f64> = records.series(of).iter().map(|chain| mean(chain).value).collect();
            let (first, second) = of_chain.split_at(of_chain.len() / 2);
            let (first, second) = (mean(first), mean(second));
            let interval = records.interval as f64;
            let n_records = flat.len() as f64;
            let values: Vec<f64> = flat.iter().map(|seen| of(*seen)).collect();
            let Estimate { value, error } = mean(&values);
            let mut row = self.head(quantity);
            row.extend([records.chains.len().into(), self.n_steps.into()]);
            row.extend(
                [value, error * (2.0 * tau.value).sqrt(), tau.value * interval, tau.error * interval].map(Cell::from),
            );
            row.push((n_records / (2.0 * tau.value)).into());
            row.extend([first.value - second.value, first.error.hypot(second.error)].map(Cell::from));
            for reference in references {
                let Estimate { value, error } = mean(&reference.iter().map(|&seen| of(seen)).collect::<Vec<_>>());
                row.extend([value, error].map(Cell::from));
            }
            row.extend(distances.iter().cloned());
            table.push(row)?;
        }
        Ok(table)
    }

    /// Histograms of every quantity: of the chains, with errors from their scatter, of the machine and of the data.
    fn histogram(&self, records: &Records, references: [&[Observed]; 2]) -> Result<Table> {
        let mut table = Table::new("stationary histogram", HISTOGRAM);
        for (quantity, of) in QUANTITIES {
            let bins = Histogram::bins(records.chains.iter().flatten().chain(references[0]).chain(references[1]), of);
            let chains: Vec<Vec<f64>> = records.chains.iter().map(|chain| bins.fractions(chain, of)).collect();
            let laws = references.map(|reference| bins.fractions(reference, of));
            for (i, &value) in bins.values().iter().enumerate() {
                let Estimate { value: probability, error } = mean(&chains.iter().map(|f| f[i]).collect::<Vec<_>>());
                let numbers = [value, probability, error, laws[0][i], laws[1][i]].map(Cell::from);
                table.push(self.head(quantity).into_iter().chain(numbers).collect::<Vec<_>>())?;
            }
        }
        Ok(table)
    }
}

const SUMMARY: [&str; 20] = [
    "machine",
    "seed",
    "quantity",
    "n_chains",
    "n_steps",
    "mean",
    "mean_error",
    "autocorrelation_time",
    "autocorrelation_time_error",
    "n_effective",
    "start_difference",
    "start_difference_error",
    "machine_mean",
    "machine_mean_error",
    "mixture_mean",
    "mixture_mean_error",
    "total_variation_to_machine",
    "total_variation_to_machine_floor",
    "total_variation_to_mixture",
    "total_variation_to_mixture_floor",
];

const HISTOGRAM: [&str; 8] =
    ["machine", "seed", "quantity", "value", "probability", "probability_error", "machine_law", "mixture"];

impl Records {
    fn series(&self, of: Quantity) -> Vec<Vec<f64>> {
        self.chains.iter().map(|chain| chain.iter().map(|&seen| of(seen)).collect()).collect()
    }
}

/// Total variation between every second chain and the others: twice the noise in that of all chains, their memory included.
fn halves(chains: &[Vec<Observed>]) -> f64 {
    let half = |first: usize| chains.iter().skip(first).step_by(2).flatten().copied().collect::<Vec<_>>();
    total_variation(&half(0), &half(1))
}
