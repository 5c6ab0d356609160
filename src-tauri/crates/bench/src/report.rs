//! What was measured, beside what is aimed at, as a table and as JSON.

use std::path::Path;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::machine::Machine;

/// One figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) case: String,
    pub(crate) size: u64,
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    /// In words, as it stands in the table.
    pub(crate) aim: Option<String>,
    pub(crate) met: Option<bool>,
    /// What it consists of or was compared with.
    pub(crate) note: Option<String>,
}

impl Figure {
    pub(crate) fn new(case: &str, size: u64, what: &str, value: f64, unit: &str) -> Self {
        Self {
            case: case.to_owned(),
            size,
            what: what.to_owned(),
            value,
            unit: unit.to_owned(),
            aim: None,
            met: None,
            note: None,
        }
    }

    pub(crate) fn at_most(mut self, aim: f64) -> Self {
        self.aim = Some(format!("≤ {aim}"));
        self.met = Some(self.value <= aim);
        self
    }

    pub(crate) fn at_least(mut self, aim: f64) -> Self {
        self.aim = Some(format!("≥ {aim}"));
        self.met = Some(self.value >= aim);
        self
    }

    pub(crate) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    fn shown(&self) -> String {
        let value = self.value;
        let number = if value.abs() >= 100.0 {
            format!("{value:.0}")
        } else if value.abs() >= 10.0 {
            format!("{value:.1}")
        } else {
            format!("{value:.2}")
        };
        format!("{number} {}", self.unit).trim_end().to_owned()
    }
}

/// Everything of one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) figures: Vec<Figure>,
}

impl Report {
    /// What only shows beside another size: a search may not grow with the file.
    pub(crate) fn compare_sizes(&mut self) {
        let p95 = |case: &str, size: u64, all: &[Figure]| {
            all.iter()
                .find(|it| it.case == case && it.size == size && it.what == "p95")
                .map(|it| it.value)
        };
        let mut more = Vec::new();
        for case in ["search", "search as you type"] {
            let Some(base) = p95(case, 10_000, &self.figures) else {
                continue;
            };
            for size in [100_000, 1_000_000] {
                if let Some(value) = p95(case, size, &self.figures) {
                    let growth = Figure::new(case, size, "p95 beside 10k", value / base, "×");
                    more.push(if size == 1_000_000 {
                        growth.at_most(3.0)
                    } else {
                        growth
                    });
                }
            }
        }
        self.figures.extend(more);
    }

    pub(crate) fn table(&self) -> String {
        let mut table = Table::new();
        table
            .load_preset(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(["case", "items", "what", "figure", "aim", "met", "note"]);
        for it in &self.figures {
            table.add_row([
                it.case.clone(),
                if it.size == 0 {
                    String::new()
                } else {
                    it.size.to_string()
                },
                it.what.clone(),
                it.shown(),
                it.aim.clone().unwrap_or_default(),
                it.met
                    .map_or("", |met| if met { "yes" } else { "NO" })
                    .to_owned(),
                it.note.clone().unwrap_or_default(),
            ]);
        }
        for right in [1, 3] {
            if let Some(column) = table.column_mut(right) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let table = table.to_string();
        let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
        format!("{}\n{}", self.machine.line(), lines.join("\n"))
    }

    pub(crate) fn write(&self, to: &Path) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(std::fs::write(to, text)?)
    }
}
