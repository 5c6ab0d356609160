//! The menu of a program's tray icon, read and pressed over the session bus as a panel would.
//! There is no panel: the menu is served by the program itself, whoever draws it.

use super::Desktop;
use super::child::output;
use crate::servers::HarnessError;

/// Where indicators live on the bus of their program.
const INDICATORS: &str = "/org/ayatana/NotificationItem";

/// One entry of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The menu's number of it.
    pub id: u32,
    /// Its text.
    pub label: String,
    /// It can be pressed.
    pub enabled: bool,
    /// It has a mark.
    pub checked: bool,
}

impl Desktop {
    /// The tray menu of the program with this process id, without its lines; empty as long as
    /// there is none.
    ///
    /// # Errors
    /// When the bus does not answer.
    pub fn tray_menu(&self, process: u32) -> Result<Vec<Entry>, HarnessError> {
        let Some((owner, menu)) = self.tray(process)? else {
            return Ok(Vec::new());
        };
        let layout = [
            "com.canonical.dbusmenu.GetLayout",
            "int32 0",
            "int32 -1",
            "@as []",
        ];
        Ok(entries(&self.asks(&owner, &menu, &layout)?))
    }

    /// Presses the entry whose text begins so in the tray menu of that program: a count
    /// behind it may change between a look and the press.
    ///
    /// # Errors
    /// When there is no such entry, or the bus does not answer.
    pub fn press_in_tray(&self, process: u32, label: &str) -> Result<(), HarnessError> {
        let missing = || HarnessError::Missing {
            what: format!("“{label}” in the tray"),
            remedy: "Look at what the tray has.".to_owned(),
        };
        let (owner, menu) = self.tray(process)?.ok_or_else(missing)?;
        let all = self.tray_menu(process)?;
        let entry = all.iter().find(|it| it.label.starts_with(label));
        let id = format!("int32 {}", entry.ok_or_else(missing)?.id);
        let press = [
            "com.canonical.dbusmenu.Event",
            &id,
            "'clicked'",
            "<int32 0>",
            "uint32 0",
        ];
        self.asks(&owner, &menu, &press).map(drop)
    }

    /// On which name of the bus and under which path the program serves its menu.
    fn tray(&self, process: u32) -> Result<Option<(String, String)>, HarnessError> {
        let bus = "org.freedesktop.DBus";
        let names = self.asks(bus, "/", &["org.freedesktop.DBus.ListNames"])?;
        for name in names.split('\'').filter(|it| it.starts_with(':')) {
            let ask = ["org.freedesktop.DBus.GetConnectionUnixProcessID", name];
            // One that has left meanwhile is not the one.
            let of = self.asks(bus, "/", &ask).unwrap_or_default();
            if of.trim() != format!("(uint32 {process},)") {
                continue;
            }
            let words = [
                "introspect",
                "--session",
                "--dest",
                name,
                "--object-path",
                INDICATORS,
            ];
            let there = output("gdbus", &words, &self.environment()).unwrap_or_default();
            let indicator = there.lines().find_map(|line| {
                let node = line.trim().strip_prefix("node ")?.trim_end_matches(" {");
                (node != INDICATORS && !node.is_empty()).then(|| node.trim_end_matches("};").trim())
            });
            if let Some(indicator) = indicator {
                let menu = format!("{INDICATORS}/{indicator}/Menu");
                return Ok(Some((name.to_owned(), menu)));
            }
        }
        Ok(None)
    }

    fn asks(&self, name: &str, path: &str, words: &[&str]) -> Result<String, HarnessError> {
        let mut all = vec!["call", "--session", "--dest", name, "--object-path", path];
        all.push("--method");
        all.extend(words);
        output("gdbus", &all, &self.environment())
    }
}

/// The entries of a layout as `gdbus` prints it: each begins with its number and what it has.
fn entries(layout: &str) -> Vec<Entry> {
    layout
        .split("<(")
        .filter_map(|entry| {
            let (id, rest) = entry.split_once(", {")?;
            let label = text(rest, "'label': <")?;
            Some(Entry {
                id: id.parse().ok()?,
                label: label.replace('_', ""),
                enabled: !rest.contains("'enabled': <false>"),
                checked: rest.contains("'toggle-state': <1>"),
            })
        })
        .collect()
}

/// The text behind this, in whichever quotes.
fn text<'a>(rest: &'a str, begin: &str) -> Option<&'a str> {
    let behind = rest.split_once(begin)?.1;
    let quote = behind.chars().next()?;
    behind.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_read_without_its_lines() {
        let layout = "(uint32 4, (0, {'children-display': <'submenu'>}, [<(1, {'label': \
            <'Open'>}, @av [])>, <(2, {'type': <'separator'>}, @av [])>, <(3, {'enabled': \
            <false>, 'label': <\"Don't\">, 'toggle-state': <1>}, @av [])>]))";
        let read = entries(layout);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].id, read[0].label.as_str()), (1, "Open"));
        assert!(read[0].enabled && !read[0].checked);
        assert_eq!((read[1].id, read[1].label.as_str()), (3, "Don't"));
        assert!(!read[1].enabled && read[1].checked);
    }
}
