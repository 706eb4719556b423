//! Files of machines: weights, and snapshots of a training.

use anyhow::{Context, Result, ensure};
use models::RbmParameters;

use crate::artifacts::TensorFile;

/// A machine as it was after some epochs of its training.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Epochs done.
    pub epoch: usize,
    /// The machine then.
    pub parameters: RbmParameters,
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
    ensure!(n_visible > 0 && n_hidden > 0, "a machine of {n_visible} visible and {n_hidden} hidden units is none");
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
    let epochs: Vec<f64> = snapshots.iter().map(|snapshot| snapshot.epoch as f64).collect();
    let all = |part: fn(&RbmParameters) -> &Vec<f32>| -> Vec<f32> {
        snapshots.iter().flat_map(|snapshot| part(&snapshot.parameters)).copied().collect()
    };
    file.f64("snapshot_epochs", &[n], &epochs)
        .f32("snapshot_weights", &[n, n_visible, n_hidden], &all(|p| &p.weights))
        .f32("snapshot_visible_bias", &[n, n_visible], &all(|p| &p.visible_bias))
        .f32("snapshot_hidden_bias", &[n, n_hidden], &all(|p| &p.hidden_bias))
}

/// What [`with_snapshots`] added.
///
/// # Errors
/// When arrays are missing or do not fit together.
pub fn snapshots(file: &TensorFile) -> Result<Vec<Snapshot>> {
    let (_, epochs) = file.get_f64("snapshot_epochs")?;
    let (shape, weights) = file.get_f32("snapshot_weights")?;
    let &[n, n_visible, n_hidden] = shape else { anyhow::bail!("the snapshots have the shape {shape:?}") };
    let (_, visible_bias) = file.get_f32("snapshot_visible_bias")?;
    let (_, hidden_bias) = file.get_f32("snapshot_hidden_bias")?;
    let whole = [epochs.len() == n, visible_bias.len() == n * n_visible, hidden_bias.len() == n * n_hidden];
    ensure!(whole == [true; 3], "the arrays of the snapshots do not fit together");
    let part = |values: &[f32], i: usize, length: usize| values[i * length..(i + 1) * length].to_vec();
    let snapshot = |(i, &epoch): (usize, &f64)| Snapshot {
        epoch: epoch as usize,
        parameters: RbmParameters {
            n_visible,
            n_hidden,
            weights: part(&weights, i, n_visible * n_hidden),
            visible_bias: part(&visible_bias, i, n_visible),
            hidden_bias: part(&hidden_bias, i, n_hidden),
        },
    };
    Ok(epochs.iter().enumerate().map(snapshot).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_read_back() -> Result<()> {
        let machine = |epoch: usize| RbmParameters {
            visible_bias: vec![0.5, epoch as f32],
            ..RbmParameters::untrained(2, 3, (0..6).map(|i| (i * epoch) as f32).collect())
        };
        for epochs in [vec![], vec![0, 1, 20]] {
            let taken: Vec<_> = epochs.iter().map(|&epoch| Snapshot { epoch, parameters: machine(epoch) }).collect();
            let bytes = with_snapshots(TensorFile::default(), &taken).to_bytes();
            assert_eq!(snapshots(&TensorFile::from_bytes(&bytes)?)?, taken);
        }
        Ok(())
    }
}
