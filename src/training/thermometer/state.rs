//! A training under way, and its files.

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use models::{LayerParameters, ThermometerShape, ThermometerTrainer};

use super::{Apprentice, Epoch, N_COLUMNS};
use crate::{artifacts::TensorFile, training::Position};

/// A training under way.
pub(super) struct State {
    pub(super) trainer: ThermometerTrainer,
    pub(super) position: Position,
    /// Sum of the losses of the epoch's batches so far.
    pub(super) loss: f64,
    pub(super) history: Vec<Epoch>,
    /// The layers of the best epoch, where they may be asked for.
    best: Option<Vec<LayerParameters>>,
}

impl State {
    pub(super) fn begin(apprentice: &Apprentice<'_>, shape: &ThermometerShape, device: &Device) -> Result<Self> {
        let trainer = trainer(apprentice, shape, &apprentice.initial_layers(shape), device)?;
        Ok(Self { trainer, position: Position::default(), loss: 0.0, history: Vec::new(), best: None })
    }

    /// Notes what the epoch has come to, and begins the next.
    pub(super) fn end_epoch(&mut self, training_loss: f64, held_out_loss: f64, keeps_best: bool) -> Result<()> {
        let epoch = self.position.epoch + 1;
        ensure!(
            held_out_loss.is_finite(),
            "the thermometer's training diverged in epoch {epoch}: try a smaller thermometer.learning_rate"
        );
        self.history.push([epoch as f64, training_loss, held_out_loss]);
        if keeps_best && self.best_epoch() == epoch {
            self.best = Some(self.trainer.parameters()?);
        }
        self.loss = 0.0;
        self.position = Position { epoch, batch: 0 };
        Ok(())
    }

    /// Whether `patience` epochs have brought nothing better.
    pub(super) fn is_exhausted(&self, patience: usize) -> bool {
        self.position.epoch >= self.best_epoch() + patience
    }

    /// The first epoch with the least loss on held-out data; 0 before all.
    fn best_epoch(&self) -> usize {
        self.history.iter().min_by(|a, b| a[2].total_cmp(&b[2])).map_or(0, |epoch| epoch[0] as usize)
    }

    /// The best layers if they were kept, else the last.
    pub(super) fn finish(self) -> Result<(Vec<LayerParameters>, Vec<Epoch>)> {
        let layers = self.best.map_or_else(|| self.trainer.parameters(), Ok)?;
        Ok((layers, self.history))
    }

    pub(super) fn save(&self, apprentice: &Apprentice<'_>) -> Result<TensorFile> {
        let history = self.history.concat();
        let file =
            with_layers(weight_file(&self.trainer.parameters()?), BEST, self.best.as_deref().unwrap_or_default());
        Ok(file
            .text("kind", "checkpoint of a thermometer")
            .text("fingerprint", apprentice.fingerprint)
            .text("epoch", self.position.epoch)
            .text("batch", self.position.batch)
            .f64("loss", &[1], &[self.loss])
            .f64("history", &[self.history.len(), N_COLUMNS], &history)
            .u8("optimizer", self.trainer.optimizer_state()?))
    }

    pub(super) fn restore(
        apprentice: &Apprentice<'_>,
        shape: &ThermometerShape,
        file: &TensorFile,
        device: &Device,
    ) -> Result<Self> {
        ensure!(
            file.get_text("fingerprint")? == apprentice.fingerprint,
            "the checkpoint belongs to other settings or other data: train anew with --restart"
        );
        let trainer = trainer(apprentice, shape, &layers(shape, file)?, device)?;
        let history: Vec<Epoch> = file.get_f64("history")?.1.as_chunks().0.to_vec();
        let has_best = apprentice.settings.patience.is_some() && !history.is_empty();
        Ok(Self {
            trainer: trainer.with_optimizer_state(file.get_u8("optimizer")?.to_vec())?,
            position: Position { epoch: file.get_text("epoch")?.parse()?, batch: file.get_text("batch")?.parse()? },
            loss: file.get_f64("loss")?.1.first().copied().unwrap_or_default(),
            best: has_best.then(|| named_layers(shape, file, BEST)).transpose()?,
            history,
        })
    }
}

fn trainer(
    apprentice: &Apprentice<'_>,
    shape: &ThermometerShape,
    layers: &[LayerParameters],
    device: &Device,
) -> Result<ThermometerTrainer> {
    let trainer = ThermometerTrainer::new(shape, layers, device)?;
    Ok(match apprentice.class_weights() {
        None => trainer,
        Some(weights) => trainer.with_class_weights(&weights)?,
    })
}

/// Before the number of a layer, in weight files and, of the best epoch's, in checkpoints.
const LAYER: &str = "layer-";
const BEST: &str = "best-layer-";

/// A file with the thermometer's layers: `layer-0.weights` `[n_inputs, n_outputs]`, `layer-0.bias`, …
pub fn weight_file(layers: &[LayerParameters]) -> TensorFile {
    with_layers(TensorFile::default(), LAYER, layers)
}

fn with_layers(file: TensorFile, name: &str, layers: &[LayerParameters]) -> TensorFile {
    layers.iter().enumerate().fold(file, |file, (depth, layer)| {
        file.f32(&format!("{name}{depth}.weights"), &[layer.n_inputs, layer.n_outputs], &layer.weights).f32(
            &format!("{name}{depth}.bias"),
            &[layer.n_outputs],
            &layer.bias,
        )
    })
}

/// The layers in a weight file or checkpoint.
///
/// # Errors
/// When layers are missing.
pub fn layers(shape: &ThermometerShape, file: &TensorFile) -> Result<Vec<LayerParameters>> {
    named_layers(shape, file, LAYER)
}

fn named_layers(shape: &ThermometerShape, file: &TensorFile, name: &str) -> Result<Vec<LayerParameters>> {
    let read = |(depth, (n_inputs, n_outputs)): (usize, (usize, usize))| {
        let (_, weights) = file.get_f32(&format!("{name}{depth}.weights"))?;
        let (_, bias) = file.get_f32(&format!("{name}{depth}.bias"))?;
        Ok(LayerParameters { n_inputs, n_outputs, weights, bias })
    };
    shape.layers().into_iter().enumerate().map(read).collect::<Result<_>>().context("this is no such thermometer")
}
