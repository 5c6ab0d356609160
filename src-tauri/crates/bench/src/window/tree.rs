//! What a program and the processes it started hold and use.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use crate::failure::Failure;
use crate::stopwatch::large;

/// Ticks of a processor in a second, as every Linux tells them to programs.
const TICKS: u64 = 100;

/// A process as `/proc/PID/stat` tells it.
#[derive(Clone, Debug)]
struct Process {
    parent: u32,
    name: String,
    ticks: u64,
}

fn read(id: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name may hold anything, brackets included.
    let (head, rest) = stat.rsplit_once(')')?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| words.get(at).and_then(|it| it.parse::<u64>().ok());
    Some(Process {
        parent: u32::try_from(number(1)?).ok()?,
        name: head.split_once('(')?.1.to_owned(),
        ticks: number(11)? + number(12)?,
    })
}

/// The process and all that descend from it.
fn tree(root: u32) -> Result<BTreeMap<u32, Process>, Failure> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|it| it.parse().ok()) else {
            continue;
        };
        // One that ended between listing and reading is not there.
        if let Some(process) = read(id) {
            all.insert(id, process);
        }
    }
    let below = |mut id: u32| {
        while id != root {
            match all.get(&id) {
                Some(process) if process.parent != 0 => id = process.parent,
                _ => return false,
            }
        }
        true
    };
    let ours: Vec<u32> = all.keys().copied().filter(|id| below(*id)).collect();
    if ours.is_empty() {
        return Err(Failure::Wrong("the program has ended by itself".to_owned()));
    }
    all.retain(|id, _| ours.contains(id));
    Ok(all)
}

/// Memory in megabytes: of a page that several share, each has its part.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) all: f64,
    /// By name of the program.
    pub(super) parts: BTreeMap<String, f64>,
}

impl Memory {
    pub(super) fn words(&self) -> String {
        let parts: Vec<String> = self
            .parts
            .iter()
            .map(|(name, mb)| format!("{name} {mb:.0}"))
            .collect();
        format!("{:.0} MB: {}", self.all, parts.join(", "))
    }
}

/// What the tree holds now.
pub(super) fn memory(root: u32) -> Result<Memory, Failure> {
    let mut parts = BTreeMap::new();
    for (id, process) in tree(root)? {
        let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        let kb = rollup
            .lines()
            .find_map(|line| line.strip_prefix("Pss:"))
            .and_then(|it| it.trim().split(' ').next()?.parse::<u64>().ok())
            .unwrap_or(0);
        *parts.entry(process.name).or_insert(0.0) += large(kb) / 1024.0;
    }
    Ok(Memory {
        all: parts.values().sum(),
        parts,
    })
}

/// The processor's time that the tree has used so far, by name of the program.
pub(super) fn spent(root: u32) -> Result<BTreeMap<String, Duration>, Failure> {
    let mut out = BTreeMap::new();
    for process in tree(root)?.into_values() {
        let time = Duration::from_millis(process.ticks * 1_000 / TICKS);
        *out.entry(process.name).or_insert(Duration::ZERO) += time;
    }
    Ok(out)
}

/// The processes of the tree.
pub(super) fn ids(root: u32) -> Result<Vec<u32>, Failure> {
    Ok(tree(root)?.into_keys().collect())
}

/// Whether none of them is left.
pub(super) fn gone(ids: &[u32]) -> bool {
    ids.iter().all(|id| {
        let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let state = state.rsplit_once(')').map(|it| it.1.trim_start());
        state.is_none_or(|it| it.starts_with('Z'))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_a_tree_of_its_own() {
        let own = std::process::id();
        assert!(ids(own).unwrap().contains(&own));
        assert!(memory(own).unwrap().all > 1.0);
        assert!(!gone(&[own]));
    }
}
