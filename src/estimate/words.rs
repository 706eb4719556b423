//! Estimates in words.

use super::Estimate;
use crate::stages::Stage;

/// Stages below this share of the time are not named.
const NAMED_SHARE: f64 = 0.1;

impl Estimate {
    /// In one line, as "about 12 min (train-rbm 9 min, flow 2 min) on 2 threads, 310 MB of memory, 45 MB on disk".
    pub fn describe(&self) -> String {
        let room = format!("{} of memory, {} on disk", amount(self.memory), amount(self.disk));
        if !self.is_timed {
            return format!("about {room}; how long this device takes is not foreseen");
        }
        let total = self.seconds();
        let mut named: Vec<(Stage, f64)> = self.stages.clone();
        named.retain(|(_, seconds)| *seconds >= NAMED_SHARE * total && total > 1.0);
        named.sort_by(|a, b| b.1.total_cmp(&a.1));
        let named: Vec<String> =
            named.into_iter().map(|(stage, seconds)| format!("{} {}", stage.name(), duration(seconds))).collect();
        let stages = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
        let threads = if self.n_threads == 1 { "thread" } else { "threads" };
        format!("about {}{stages} on {} {threads}, {room}", duration(total), self.n_threads)
    }
}

/// A time that is not known exactly: "40 s", "12 min", "2.5 h", "3 days".
pub fn duration(seconds: f64) -> String {
    let (minutes, hours) = (seconds / 60.0, seconds / 3600.0);
    match seconds {
        _ if seconds < 1.0 => "1 s".into(),
        _ if seconds < 99.5 => format!("{} s", two_digits(seconds)),
        _ if minutes < 99.5 => format!("{} min", two_digits(minutes)),
        _ if hours < 48.0 => format!("{} h", two_digits(hours)),
        _ if hours < 24.0 * 3650.0 => format!("{} days", two_digits(hours / 24.0)),
        _ => "decades".into(),
    }
}

/// An amount of bytes that is not known exactly, in decimal units: "310 MB", "4.5 GB".
pub fn amount(bytes: f64) -> String {
    let units = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let (unit, name) = units.into_iter().find(|(unit, _)| bytes >= 0.9995 * unit).unwrap_or((1.0, "bytes"));
    format!("{} {name}", two_digits(bytes / unit))
}

/// Two significant digits, three before the point: 1.4, 14, 140.
fn two_digits(number: f64) -> String {
    if number < 9.95 {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    } else if number < 99.5 {
        format!("{number:.0}")
    } else {
        format!("{:.0}", (number / 10.0).round() * 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_amounts_have_two_digits() {
        let durations = [0.2, 3.24, 42.4, 99.6, 725.0, 5400.0, 9000.0, 200_000.0, 1e12];
        let said = ["1 s", "3.2 s", "42 s", "1.7 min", "12 min", "90 min", "2.5 h", "2.3 days", "decades"];
        assert_eq!(durations.map(duration), said);
        let amounts = [12.0, 1500.0, 45e6, 314e6, 999.9e6, 4.55e9, 2e13];
        assert_eq!(amounts.map(amount), ["12 bytes", "1.5 kB", "45 MB", "310 MB", "1 GB", "4.5 GB", "20 TB"]);
    }

    #[test]
    fn an_estimate_is_one_line_that_names_the_long_stages() {
        let stages = vec![(Stage::Sample, 1.0), (Stage::TrainRbm, 540.0), (Stage::Flow, 180.0)];
        let estimate = Estimate { stages, memory: 310e6, disk: 45e6, n_threads: 2, is_timed: true };
        let line = "about 12 min (train-rbm 9 min, flow 3 min) on 2 threads, 310 MB of memory, 45 MB on disk";
        assert_eq!(estimate.describe(), line);
        let on_gpu = Estimate { is_timed: false, ..estimate }.describe();
        assert!(on_gpu.starts_with("about 310 MB of memory, 45 MB on disk") && !on_gpu.contains("min"), "{on_gpu}");
    }
}
