//! The words of `[cluster]`: they go into a job script, where others would be commands.

use super::{super::cluster::Cluster, Problem};

/// Letters that mean nothing to a shell.
const PLAIN: &str = "._-+:/,=@%";

pub(super) fn check(cluster: &Cluster) -> Result<(), Problem> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || PLAIN.contains(letter);
    match cluster.words().find(|(_, word)| word.is_empty() || !word.chars().all(is_plain)) {
        None => Ok(()),
        Some((key, word)) => {
            let message = format!("{word:?} cannot stand in a job script");
            Err(Problem::new(&format!("cluster.{key}"), &message, &format!("letters, digits and {PLAIN} are allowed")))
        }
    }
}
