//! What could be better about a machine.

use super::Report;
use crate::estimate::amount;

/// Less memory or disk than this is little.
const LITTLE_MEMORY: u64 = 1 << 30;
const LITTLE_DISK: u64 = 1 << 30;
/// Bytes per second below which checkpoints hold up a training.
const SLOW_DISK: f64 = 20e6;
/// A speed, in that of the machine that estimates were tuned on, below which something is wrong.
const SLOW: f64 = 0.2;

/// One sentence for everything that is amiss.
pub(super) fn advice(report: &Report) -> Vec<String> {
    let mut advice = Vec::new();
    let mut say = |is_amiss: bool, text: String| advice.extend(is_amiss.then_some(text));
    say(!report.optimized, "this is a debug build, many times slower: cargo build --release".into());
    say(
        report.simd == "portable" && cfg!(target_arch = "x86_64"),
        "this processor, or the virtual machine, has no AVX2: training and flow take several times as long; look for another \
         machine for long runs"
            .into(),
    );
    for device in report.devices.iter().filter(|device| device.problem.is_some()) {
        say(
            true,
            format!("the device {} does not open: look at its driver, or choose another with --device", device.name),
        );
    }
    if let Some(available) = report.available_memory {
        let text = format!("only {} of memory are available: close other programs", amount(available as f64));
        say(available < LITTLE_MEMORY, text);
    }
    let folder = report.folder.display();
    if let Some(free) = report.free_disk {
        let text = format!(
            "only {} are free for {folder}: make room, or give runs another folder with --out",
            amount(free as f64)
        );
        say(free < LITTLE_DISK, text);
    }
    match report.disk_speed {
        None => say(true, format!("nothing can be written to {folder}: give runs another folder with --out")),
        Some(speed) => say(
            speed < SLOW_DISK,
            format!(
                "the disk of {folder} takes {} a second: use another with --out, or save less often with --checkpoint-every 60",
                amount(speed)
            ),
        ),
    }
    if report.optimized && report.speeds.iter().all(|speed| speed.relative < SLOW) {
        say(true, "everything is slow: do other programs use the processor? (estimates take that for lasting)".into());
    }
    let n_large = report.configs.iter().filter(|config| config.problem.is_some()).count();
    say(n_large > 0, format!("{n_large} of the configs cannot run here: experiments config check says why"));
    advice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{DeviceReport, Speed};

    fn healthy() -> Report {
        Report {
            version: "0",
            commit: "none",
            optimized: true,
            n_threads: 2,
            simd: "AVX2",
            devices: vec![DeviceReport { name: "flex", problem: None }],
            total_memory: Some(8 << 30),
            available_memory: Some(4 << 30),
            folder: "artifacts".into(),
            free_disk: Some(40 << 30),
            disk_speed: Some(200e6),
            speeds: vec![Speed { name: "training", units_per_second: 1e10, relative: 0.5 }],
            configs: Vec::new(),
            advice: Vec::new(),
        }
    }

    #[test]
    fn a_healthy_machine_gets_no_advice_and_each_ill_its_own() {
        assert_eq!(advice(&healthy()), Vec::<String>::new());
        let broken = DeviceReport { name: "wgpu", problem: Some("no adapter".into()) };
        let slow = Speed { relative: 0.1, ..healthy().speeds[0] };
        for (report, expected) in [
            (Report { optimized: false, ..healthy() }, "debug build"),
            (Report { devices: vec![broken], ..healthy() }, "wgpu does not open"),
            (Report { available_memory: Some(100 << 20), ..healthy() }, "only 100 MB of memory"),
            (Report { free_disk: Some(5 << 20), ..healthy() }, "only 5.2 MB are free"),
            (Report { disk_speed: Some(1e6), ..healthy() }, "takes 1 MB a second"),
            (Report { disk_speed: None, ..healthy() }, "nothing can be written"),
            (Report { speeds: vec![slow], ..healthy() }, "everything is slow"),
        ] {
            let found = advice(&report);
            assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        }
    }
}
