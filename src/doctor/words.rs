//! The report as text.

use std::fmt::Write;

use super::{ConfigReport, DeviceReport, Report};
use crate::estimate::{amount, duration};

impl Report {
    /// The report as text.
    pub fn describe(&self) -> String {
        let build = if self.optimized { "release" } else { "debug" };
        let mut text = format!("experiments {} ({}), {build} build\n", self.version, self.commit);
        let known = |bytes: Option<u64>| bytes.map_or("unknown".into(), |bytes| amount(bytes as f64));
        let speed = self.disk_speed.map_or("not writable".into(), |speed| format!("{}/s written", amount(speed)));
        let devices: Vec<String> = self.devices.iter().map(DeviceReport::describe).collect();
        let rows = [
            ("threads", format!("{}, {}", self.n_threads, self.simd)),
            ("devices", devices.join(", ")),
            ("memory", format!("{}, {} available", known(self.total_memory), known(self.available_memory))),
            ("disk", format!("{} free for {}, {speed}", known(self.free_disk), self.folder.display())),
            ("speed", self.describe_speeds()),
        ];
        for (name, value) in rows {
            let _ = writeln!(text, "  {name:<9} {value}");
        }
        let _ = writeln!(text, "\n{:<28} {:>10} {:>10} {:>10}", "config", "time", "memory", "disk");
        text.extend(self.configs.iter().map(ConfigReport::describe));
        if !self.advice.is_empty() {
            text += "\nadvice\n";
        }
        text.extend(self.advice.iter().map(|advice| format!("  - {advice}\n")));
        text
    }

    fn describe_speeds(&self) -> String {
        let speeds: Vec<String> =
            self.speeds.iter().map(|speed| format!("{} {:.2}", speed.name, speed.relative)).collect();
        format!("{} (1: two cores with AVX2)", speeds.join(", "))
    }
}

impl DeviceReport {
    fn describe(&self) -> String {
        match &self.problem {
            None => format!("{} works", self.name),
            Some(problem) => {
                format!("{} does not open ({})", self.name, problem.lines().next().unwrap_or("no reason given"))
            }
        }
    }
}

impl ConfigReport {
    fn describe(&self) -> String {
        let name = self.file.file_stem().unwrap_or_default().to_string_lossy();
        let numbers = if self.seconds.is_nan() {
            [const { String::new() }; 3]
        } else {
            [duration(self.seconds), amount(self.memory), amount(self.disk)]
        };
        let [time, memory, disk] = numbers;
        let row = format!("{name:<28} {time:>10} {memory:>10} {disk:>10}");
        let problem = self.problem.iter().flat_map(|problem| problem.lines()).map(|line| format!("  {line}\n"));
        format!("{}\n{}", row.trim_end(), problem.collect::<String>())
    }
}
