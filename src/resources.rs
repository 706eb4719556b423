//! What this machine has room for: memory that this process may still take, and free space for its files.

use std::{fs, path::Path};

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, System};

/// Room for a run, in bytes; nothing where the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Memory that this process can still take.
    pub memory: Option<u64>,
    /// Space where the results go.
    pub disk: Option<u64>,
}

impl Room {
    /// The room for a run whose results go to `folder`, which need not exist yet.
    pub fn of(folder: &Path) -> Self {
        Self { memory: Memory::of_machine().map(|memory| memory.available), disk: free_space(folder) }
    }
}

/// Memory in bytes, limits of this process included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// What the machine has, or a container allows.
    pub total: u64,
    /// What can still be taken.
    pub available: u64,
}

impl Memory {
    /// That of this machine: the least of what the system has left, a control group allows and a limit on the address space
    /// (`ulimit -v`) allows.
    pub fn of_machine() -> Option<Self> {
        let mut system = System::new();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let pid = sysinfo::get_current_pid().ok()?;
        let kind = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
        let process = system.process(pid);
        let mut memory = Self { total: system.total_memory(), available: system.available_memory() };
        let group = process.and_then(sysinfo::Process::cgroup_limits).or_else(|| system.cgroup_limits());
        if let Some(group) = group {
            // What the group uses beyond its processes' own memory is cache, which makes way.
            memory = memory.limited(group.total_memory, group.rss);
        }
        if let Some(limit) = address_space_limit() {
            memory = memory.limited(limit, process.map_or(0, sysinfo::Process::virtual_memory));
        }
        (memory.total > 0).then_some(memory)
    }

    /// At most `limit`, of which `used` is taken.
    fn limited(self, limit: u64, used: u64) -> Self {
        Self { total: self.total.min(limit), available: self.available.min(limit.saturating_sub(used)) }
    }
}

/// The soft limit on this process's address space, where there is one and the system tells.
fn address_space_limit() -> Option<u64> {
    address_space_limit_in(&fs::read_to_string("/proc/self/limits").ok()?)
}

fn address_space_limit_in(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Free space on the disk of `folder`, or of the nearest folder above it that exists.
pub fn free_space(folder: &Path) -> Option<u64> {
    fs4::available_space(nearest_existing(folder)).ok()
}

/// `folder`, or the nearest folder above it that exists.
pub fn nearest_existing(folder: &Path) -> &Path {
    let above = folder.ancestors().find(|path| path.is_dir());
    above.unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_narrow_the_memory() {
        let memory = Memory { total: 100, available: 60 };
        assert_eq!(memory.limited(200, 10), memory);
        assert_eq!(memory.limited(80, 10), Memory { total: 80, available: 60 });
        assert_eq!(memory.limited(80, 50), Memory { total: 80, available: 30 });
        assert_eq!(memory.limited(80, 90).available, 0);
    }

    #[test]
    fn a_limit_on_the_address_space_is_read() {
        let limits =
            |soft| format!("Limit  Soft Limit  Hard Limit\nMax address space         {soft}  unlimited  bytes\n");
        assert_eq!(address_space_limit_in(&limits("2097152000")), Some(2_097_152_000));
        assert_eq!(address_space_limit_in(&limits("unlimited")), None);
    }

    #[test]
    fn the_room_of_a_folder_to_come_is_that_of_its_disk() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(nearest_existing(&here.join("none/of/these")), here);
        assert_eq!(nearest_existing(Path::new("none/of/these")), Path::new("."));
        assert!(free_space(&here.join("none")).is_some_and(|bytes| bytes > 0));
    }
}
