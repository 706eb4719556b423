//! How fast this machine does each kind of work: measured in a fraction of a second, or more exactly in some.

use anyhow::Result;
use burn::tensor::{Device, Tensor};
use ising_theory::{Lattice, MagnetizationTable};
use models::{
    LayerParameters, ThermometerTrainer,
    likelihood::{Annealing, annealed_ln_z},
};

use super::{
    counts::Counts,
    kind::Kind,
    steps::{annealing_step, flow_step, table, training_sample},
    work::PASSES_OF_TRAINING,
};
use crate::{
    bench::{rate, rbm},
    cli::{BenchFlow, BenchRbm},
    config::{Settings, schema::Rbm},
    training::thermometer::Apprentice,
};

/// Units per second: of training on one thread, of [`Kind::Serial`] on one thread, of the others on all threads together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates([f64; 6]);

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// A third of a second.
    Quick,
    /// Some ten seconds.
    Thorough,
}

/// Units of [`Kind::Serial`] that one thread does in the time of a unit of [`Kind::Tables`].
const SERIAL_IN_TABLE: f64 = 10.0;

impl Rates {
    /// Those of the two cores with AVX2 on which the constants of the work were found: enough to tell a tiny run from a long one.
    pub const REFERENCE: Self = Self([7e10, 1.1e11, 2e10, 1.6e10, 2e8, 1e9]);

    /// Units per second.
    pub fn of(&self, kind: Kind) -> f64 {
        self.0[kind as usize]
    }

    /// Measures them on a device, with the threads of the pool, with a machine of this size.
    ///
    /// # Errors
    /// When the device fails.
    pub fn measure(size: Size, device: &Device, effort: Effort) -> Result<Self> {
        let bench = Bench { size, device, effort };
        let tables = bench.tables()?;
        let serial = SERIAL_IN_TABLE * tables / rayon::current_num_threads() as f64;
        Ok(Self([bench.training()?, bench.flow()?, bench.annealing()?, bench.network()?, tables, serial]))
    }
}

/// The lattice of the thermometer that is measured, and how many configurations are trained on at once.
const SIDE: usize = 10;
const BATCH: usize = 500;

/// The machine that is measured: one whose weights do not fit a cache is slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    n_visible: usize,
    n_hidden: usize,
    batch: usize,
}

impl Size {
    /// About that of the talk's first experiment.
    pub const USUAL: Self = Self { n_visible: SIDE * SIDE, n_hidden: 80, batch: BATCH };

    /// Weights from which on a machine is measured at its own size, as far as that is allowed.
    const LARGE: usize = 1 << 17;

    /// What of a larger machine is measured: no more may be allocated before it is known to fit.
    const MOST_VISIBLE: usize = 1 << 13;
    const MOST_HIDDEN: usize = 1 << 9;

    /// The largest machine of an experiment, if it is large.
    pub fn of(settings: &Settings, lattice: Lattice) -> Self {
        let n_visible = lattice.n_sites().min(Self::MOST_VISIBLE);
        let of_machine = |rbm: &Rbm| Self {
            n_visible,
            n_hidden: rbm.n_hidden.get().min(Self::MOST_HIDDEN),
            batch: rbm.batch_size.of(settings.n_training_samples()).min(BATCH),
        };
        let largest = settings.rbm.iter().map(of_machine).max_by_key(|size| size.n_hidden);
        largest.filter(|size| size.n_weights() > Self::LARGE).unwrap_or(Self::USUAL)
    }

    fn n_weights(self) -> usize {
        self.n_visible.saturating_mul(self.n_hidden)
    }

    /// So many of the usual machine are about the work of how many of this one.
    fn of_usual(self, n: usize) -> usize {
        (n * Self::USUAL.n_weights() / self.n_weights()).max(1)
    }
}

struct Bench<'a> {
    size: Size,
    device: &'a Device,
    effort: Effort,
}

impl Bench<'_> {
    fn n_runs(&self) -> usize {
        match self.effort {
            Effort::Quick => 2,
            Effort::Thorough => 9,
        }
    }

    /// How many times the quick amount of work a run does.
    fn times(&self) -> usize {
        match self.effort {
            Effort::Quick => 1,
            Effort::Thorough => 6,
        }
    }

    fn training(&self) -> Result<f64> {
        let Size { n_visible, n_hidden, batch } = self.size;
        let samples = batch * self.size.of_usual(8);
        let settings = BenchRbm {
            visible: n_visible,
            hidden: n_hidden,
            batch,
            samples,
            epochs: self.times(),
            n_gibbs_steps: 1,
            machines: 1,
            threads: None,
            device: None,
        };
        let epochs = rbm::epochs_per_second(&settings, 1, self.n_runs(), self.device)?;
        Ok(epochs.median * samples as f64 * training_sample(n_visible as f64, n_hidden as f64, 1.0, false))
    }

    fn flow(&self) -> Result<f64> {
        let Size { n_visible, n_hidden, .. } = self.size;
        let settings = BenchFlow {
            visible: n_visible,
            hidden: n_hidden,
            chains: 1000,
            steps: self.size.of_usual(30) * self.times(),
            threads: None,
            device: None,
        };
        let steps = rbm::steps_per_second(&settings, self.n_runs(), self.device)?;
        Ok(steps.median * flow_step(n_visible as f64, n_hidden as f64))
    }

    fn annealing(&self) -> Result<f64> {
        let Size { n_visible, n_hidden, .. } = self.size;
        let machine = rbm::random_parameters(n_visible, n_hidden, 0);
        let base = vec![0.0; n_visible];
        let (n_chains, annealing) = (32, Annealing { n_temperatures: self.size.of_usual(50) * self.times(), key: 1 });
        annealed_ln_z(&machine, &base, n_chains, annealing, &|| true)?;
        let n_steps = (n_chains * annealing.n_temperatures) as f64;
        let measured = rate(self.n_runs(), || {
            annealed_ln_z(&machine, &base, n_chains, annealing, &|| true).map_or(f64::NAN, |_| n_steps)
        });
        Ok(measured.median * annealing_step(n_visible as f64, n_hidden as f64))
    }

    /// Training of the thermometer of the default settings.
    fn network(&self) -> Result<f64> {
        let (settings, lattice) = (Settings::default(), Lattice::square(SIDE)?);
        let (temperatures, fields) = settings.thermometer_grid();
        let points = ising_data::grid(&temperatures, &fields)?;
        let apprentice =
            Apprentice { settings: &settings.thermometer, lattice, points: &points, seed: 1, fingerprint: "" };
        let shape = apprentice.shape();
        let layer = |(n_inputs, n_outputs): (usize, usize)| LayerParameters {
            n_inputs,
            n_outputs,
            weights: (0..n_inputs * n_outputs).map(|i| 0.1 * (i as f32).sin()).collect(),
            bias: vec![0.0; n_outputs],
        };
        let layers: Vec<_> = shape.layers().into_iter().map(layer).collect();
        let device = self.device.clone().autodiff();
        let mut trainer = ThermometerTrainer::new(&shape, &layers, self.device)?;
        let spins = Tensor::<2>::ones([BATCH, lattice.n_sites()], &device);
        let classes = Tensor::zeros([BATCH], &device);
        let n_steps = self.times();
        let mut failure = None;
        let measured = rate(self.n_runs(), || {
            for _ in 0..n_steps {
                failure = trainer.step(spins.clone(), classes.clone(), 1e-3).err().or(failure.take());
            }
            (n_steps * BATCH) as f64
        });
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(measured.median * PASSES_OF_TRAINING * Counts::of(&settings, lattice).network()),
        }
    }

    fn tables(&self) -> Result<f64> {
        let side = 8;
        MagnetizationTable::new(side, 2.0)?;
        let n_tables = self.times();
        let measured = rate(self.n_runs(), || {
            let made = (0..n_tables).filter_map(|_| MagnetizationTable::new(side, 2.0).ok());
            made.count() as f64
        });
        Ok(measured.median * table(Lattice::square(side)?))
    }
}
