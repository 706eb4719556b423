//! Files of machines: weights, and snapshots of a training.

use anyhow::{Context, Result, ensure};
use models::RbmParameters;

use crate::artifacts::TensorFile;

/// An RBM at one moment of its training.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Epochs done: a whole number, or a fraction within the first epoch.
    pub epoch: f64,
    /// Updates of the parameters done.
    pub n_updates: u64,
    /// The RBM then.
    pub parameters: RbmParameters,
}

impl Snapshot {
    /// A number that no other snapshot of the training has: the epoch, or within the first one a number beyond all epochs.
    pub fn stream_index(&self) -> u64 {
        const WITHIN_FIRST_EPOCH: u64 = 1 << 48;
        if self.epoch > 0.0 && self.epoch < 1.0 { WITHIN_FIRST_EPOCH | self.n_updates } else { self.epoch as u64 }
    }
}

/// A file with the machine's weights: `weights` `[n_visible, n_hidden]`, `visible_bias`, `hidden_bias`.
pub fn weight_file(parameters: &RbmParameters) -> TensorFile {
    with_parameters(TensorFile::default(), "", parameters)
}

/// The machine in a weight file or checkpoint.
///
/// # Errors
/// When arrays are missing or do not fit together.
pub fn parameters(file: &TensorFile) -> Result<RbmParameters> {
    get_parameters(file, "")
}

/// Adds a machine's arrays, their names behind a prefix.
pub(super) fn with_parameters(file: TensorFile, prefix: &str, parameters: &RbmParameters) -> TensorFile {
    let RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias } = parameters;
    file.f32(&format!("{prefix}weights"), &[*n_visible, *n_hidden], weights)
        .f32(&format!("{prefix}visible_bias"), &[*n_visible], visible_bias)
        .f32(&format!("{prefix}hidden_bias"), &[*n_hidden], hidden_bias)
}

/// What [`with_parameters`] added.
pub(super) fn get_parameters(file: &TensorFile, prefix: &str) -> Result<RbmParameters> {
    let (shape, weights) = file.get_f32(&format!("{prefix}weights"))?;
    let &[n_visible, n_hidden] = shape else { anyhow::bail!("the weights have the shape {shape:?}, not two sides") };
    ensure_has_units(n_visible, n_hidden)?;
    let (_, visible_bias) = file.get_f32(&format!("{prefix}visible_bias"))?;
    let (_, hidden_bias) = file.get_f32(&format!("{prefix}hidden_bias"))?;
    let parameters = RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias };
    parameters.validate().context("this is no machine")?;
    Ok(parameters)
}

/// Adds snapshots of one training: `snapshot_epochs` `[n]`, `snapshot_weights` `[n, n_visible, n_hidden]`,
/// `snapshot_visible_bias` `[n, n_visible]`, `snapshot_hidden_bias` `[n, n_hidden]`.
pub fn with_snapshots(file: TensorFile, snapshots: &[Snapshot]) -> TensorFile {
    let n = snapshots.len();
    let first = snapshots.first().map(|snapshot| &snapshot.parameters);
    let (n_visible, n_hidden) = first.map_or((0, 0), |p| (p.n_visible, p.n_hidden));
    let epochs: Vec<f64> = snapshots.iter().map(|snapshot| snapshot.epoch).collect();
    let all = |part: fn(&RbmParameters) -> &Vec<f32>| -> Vec<f32> {
        snapshots.iter().flat_map(|snapshot| part(&snapshot.parameters)).copied().collect()
    };
    file.f64("snapshot_epochs", &[n], &epochs)
        .f32("snapshot_weights", &[n, n_visible, n_hidden], &all(|p| &p.weights))
        .f32("snapshot_visible_bias", &[n, n_visible], &all(|p| &p.visible_bias))
        .f32("snapshot_hidden_bias", &[n, n_hidden], &all(|p| &p.hidden_bias))
}

/// The snapshots that [`with_snapshots`] added, of a training with `updates_per_epoch` updates in an epoch.
///
/// # Errors
/// When arrays are missing or do not fit together.
pub fn snapshots(file: &TensorFile, updates_per_epoch: usize) -> Result<Vec<Snapshot>> {
    let (_, epochs) = file.get_f64("snapshot_epochs")?;
    let (shape, weights) = file.get_f32("snapshot_weights")?;
    let &[n, n_visible, n_hidden] = shape else { anyhow::bail!("the snapshots have the shape {shape:?}") };
    if n == 0 {
        ensure!(epochs.is_empty(), "the arrays of the snapshots do not fit together");
        return Ok(Vec::new());
    }
    ensure_has_units(n_visible, n_hidden)?;
    let (_, visible_bias) = file.get_f32("snapshot_visible_bias")?;
    let (_, hidden_bias) = file.get_f32("snapshot_hidden_bias")?;
    let n_weights = n_visible.checked_mul(n_hidden);
    let whole = |values: &[f32], each: Option<usize>| each.and_then(|each| n.checked_mul(each)) == Some(values.len());
    ensure!(
        epochs.len() == n
            && whole(&weights, n_weights)
            && whole(&visible_bias, Some(n_visible))
            && whole(&hidden_bias, Some(n_hidden)),
        "the arrays of the snapshots do not fit together"
    );
    let biases = visible_bias.chunks_exact(n_visible).zip(hidden_bias.chunks_exact(n_hidden));
    let machines = weights.chunks_exact(weights.len() / n).zip(biases).map(|(weights, (visible_bias, hidden_bias))| {
        let [weights, visible_bias, hidden_bias] = [weights, visible_bias, hidden_bias].map(<[f32]>::to_vec);
        RbmParameters { n_visible, n_hidden, weights, visible_bias, hidden_bias }
    });
    let snapshot = |(&epoch, parameters): (&f64, RbmParameters)| {
        parameters.validate().with_context(|| format!("the snapshot of epoch {epoch} is no machine"))?;
        Ok(Snapshot { epoch, n_updates: (epoch * updates_per_epoch as f64).round() as u64, parameters })
    };
    epochs.iter().zip(machines).map(snapshot).collect()
}

fn ensure_has_units(n_visible: usize, n_hidden: usize) -> Result<()> {
    ensure!(n_visible > 0 && n_hidden > 0, "a machine of {n_visible} visible and {n_hidden} hidden units is none");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_read_back() -> Result<()> {
        let machine = |n_updates: usize| RbmParameters {
            visible_bias: vec![0.5, n_updates as f32],
            ..RbmParameters::untrained(2, 3, (0..6).map(|i| (i * n_updates) as f32).collect())
        };
        for updates in [vec![], vec![0, 1, 20, 50, 250]] {
            let snapshot = |n_updates: usize| Snapshot {
                epoch: n_updates as f64 / 50.0,
                n_updates: n_updates as u64,
                parameters: machine(n_updates),
            };
            let taken: Vec<_> = updates.into_iter().map(snapshot).collect();
            let bytes = with_snapshots(TensorFile::default(), &taken).to_bytes();
            assert_eq!(snapshots(&TensorFile::from_bytes(&bytes)?, 50)?, taken);
        }
        Ok(())
    }

    /// Their checksums are right: a stranger can write what they want.
    #[test]
    fn snapshots_that_are_no_machines_are_refused() {
        let planted = |[n, n_visible, n_hidden]: [usize; 3], lengths: [usize; 3], value: f32| {
            let [weights, visible, hidden] = lengths.map(|length| vec![value; length]);
            let file = TensorFile::default()
                .f64("snapshot_epochs", &[n], &vec![0.0; n])
                .f32("snapshot_weights", &[n, n_visible, n_hidden], &weights)
                .f32("snapshot_visible_bias", &[visible.len()], &visible)
                .f32("snapshot_hidden_bias", &[hidden.len()], &hidden);
            TensorFile::from_bytes(&file.to_bytes()).and_then(|file| snapshots(&file, 50))
        };
        assert_eq!(planted([2, 1, 3], [6, 2, 6], 0.5).map(|taken| taken.len()).ok(), Some(2));
        for (shape, lengths, value) in [
            ([2, 0, 1 << 63], [0, 0, 0], 0.0),
            ([2, 16, 0], [0, 32, 0], 0.0),
            ([2, 0, 16], [0, 0, 32], 0.0),
            ([2, 1, 3], [6, 2, 5], 0.0),
            ([2, 1, 3], [6, 2, 6], f32::NAN),
        ] {
            assert!(planted(shape, lengths, value).is_err(), "{shape:?}");
        }
    }
}
