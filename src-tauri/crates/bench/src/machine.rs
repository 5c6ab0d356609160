//! What the figures were taken on, and what the process has used of it.
//!
//! Linux tells all of it; elsewhere the places stay empty and the case says so.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What the figures were taken on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_mb: u64,
    pub(crate) system: String,
    pub(crate) day: String,
    pub(crate) rapport: String,
    pub(crate) load_before: String,
}

impl Machine {
    pub(crate) fn here(day: &str) -> Self {
        let cpus = read("/proc/cpuinfo");
        let model = field(&cpus, "model name").unwrap_or("unknown processor");
        let memory = field(&read("/proc/meminfo"), "MemTotal").and_then(kilobytes);
        Self {
            cpu: model.to_owned(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_mb: memory.unwrap_or(0) / 1024,
            system: format!(
                "{} {}",
                std::env::consts::OS,
                read("/proc/sys/kernel/osrelease").trim()
            ),
            day: day.to_owned(),
            rapport: env!("CARGO_PKG_VERSION").to_owned(),
            load_before: read("/proc/loadavg")
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "{}, {} cores, {} MB, {}; {}; Rapport {}; load before {} (waits for a processor left out)",
            self.cpu,
            self.cores,
            self.memory_mb,
            self.system,
            self.day,
            self.rapport,
            self.load_before
        )
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.split_once(':'))
        .map(|(_, value)| value.trim())
}

fn kilobytes(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse().ok()
}

/// The most memory this process ever held, in megabytes.
pub(crate) fn peak_mb() -> Option<f64> {
    let status = read("/proc/self/status");
    let kb = field(&status, "VmHWM").and_then(kilobytes)?;
    Some(crate::stopwatch::large(kb) / 1024.0)
}

/// Bytes this process has handed to `write`, and had written to a disk.
pub(crate) fn written() -> Option<(u64, u64)> {
    let io = read("/proc/self/io");
    let number = |name| field(&io, name).and_then(kilobytes);
    Some((number("wchar")?, number("write_bytes")?))
}

/// The bytes of the database and its log.
pub(crate) fn size_of(database: &Path) -> u64 {
    files_of(database).iter().map(|it| it.1).sum()
}

/// Size and time of the last change of the database and its log.
pub(crate) fn files_of(database: &Path) -> Vec<(String, u64, Option<std::time::SystemTime>)> {
    ["", "-wal"]
        .iter()
        .map(|end| {
            let mut name = database.as_os_str().to_owned();
            name.push(end);
            let meta = fs::metadata(&name).ok();
            let size = meta.as_ref().map_or(0, fs::Metadata::len);
            let changed = meta.and_then(|it| it.modified().ok());
            (format!("rapport.db{end}"), size, changed)
        })
        .collect()
}
