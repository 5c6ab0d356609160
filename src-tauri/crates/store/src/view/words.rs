//! Ways to go on with a half-typed query: operators by name, and their values
//! out of what is here.

use rusqlite::params;

use super::common::contains;
use super::rows::{Completion, Completions};
use crate::db::Reader;
use crate::error::StoreError;
use crate::search::{Has, Standing};

/// The operators with what they ask for.
const OPERATORS: [(&str, &str); 9] = [
    ("from", "who wrote it"),
    ("to", "whom it is for"),
    ("in", "a conversation, folder or account"),
    ("customer", "the customer it belongs to"),
    ("kind", "what it is"),
    ("has", "what it has"),
    ("is", "where it stands"),
    ("before", "before a day"),
    ("after", "on a day or later"),
];
/// The kinds worth naming.
const KINDS: [&str; 16] = [
    "mail",
    "chat",
    "conversation",
    "task",
    "event",
    "page",
    "contact",
    "organisation",
    "ticket",
    "opportunity",
    "quote",
    "order",
    "invoice",
    "payment",
    "note",
    "call",
];
/// Words for days.
const DAYS: [&str; 5] = ["today", "yesterday", "7d", "30d", "1y"];
/// Rows looked at for one value.
const AMONG: u32 = 50;

/// The word at a cursor.
struct Word<'a> {
    from: usize,
    to: usize,
    /// Up to the cursor.
    typed: &'a str,
}

/// The word around a cursor that counts UTF-16 units. A value in open quotes is
/// one word with its blanks.
fn word_at(text: &str, cursor: Option<u32>) -> Word<'_> {
    let mut at = text.len();
    if let Some(cursor) = cursor {
        let mut units = 0_u32;
        for (byte, c) in text.char_indices() {
            if units >= cursor {
                at = byte;
                break;
            }
            units = units.saturating_add(u32::try_from(c.len_utf16()).unwrap_or(1));
        }
    }
    let (mut from, mut quoted) = (0, false);
    for (byte, c) in text.get(..at).unwrap_or(text).char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c.is_whitespace() && !quoted {
            from = byte.saturating_add(c.len_utf8());
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    let stop = |c: char| if quoted { c == '"' } else { c.is_whitespace() };
    let mut to = at.saturating_add(rest.find(stop).unwrap_or(rest.len()));
    if quoted && text.get(to..).is_some_and(|it| it.starts_with('"')) {
        to = to.saturating_add(1);
    }
    Word {
        from,
        to,
        typed: text.get(from..at).unwrap_or_default(),
    }
}

fn units(text: &str, byte: usize) -> u32 {
    let before = text.get(..byte).unwrap_or(text);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// A value as a query writes it: in quotes when it has a blank.
fn value(operator: &str, text: &str) -> String {
    let text = text.replace('"', "");
    if text.contains(char::is_whitespace) {
        format!("{operator}:\"{text}\" ")
    } else {
        format!("{operator}:{text} ")
    }
}

impl Reader<'_> {
    /// Ways to go on with a query at a cursor (in UTF-16 units; the end when
    /// absent), at most `most`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn completions(
        &self,
        text: &str,
        cursor: Option<u32>,
        most: u32,
    ) -> Result<Completions, StoreError> {
        let word = word_at(text, cursor);
        let bare = word.typed.trim_start_matches('-');
        let sign = word
            .typed
            .get(..word.typed.len().saturating_sub(bare.len()))
            .unwrap_or_default();
        let mut words = match bare.split_once(':') {
            None => operators(bare),
            Some((operator, begun)) => {
                let operator = operator.to_lowercase();
                self.values(&operator, begun.trim_matches('"'))?
            }
        };
        for it in &mut words {
            it.insert.insert_str(0, sign);
        }
        words.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(Completions {
            from: units(text, word.from),
            to: units(text, word.to),
            words,
        })
    }

    /// The values of an operator that begin with or contain what was typed.
    fn values(&self, operator: &str, begun: &str) -> Result<Vec<Completion>, StoreError> {
        let known = |all: &[&str], about: &str| {
            let lower = begun.to_lowercase();
            all.iter()
                .filter(|it| it.starts_with(&lower))
                .map(|it| Completion {
                    insert: value(operator, it),
                    shown: (*it).to_owned(),
                    about: about.to_owned(),
                })
                .collect::<Vec<_>>()
        };
        Ok(match operator {
            "from" | "to" => {
                let mut out = known(&["me"], "person");
                out.extend(self.named_values(
                    operator,
                    begun,
                    "person",
                    "SELECT p.name, max(coalesce(h.last_item, 0)) AS last FROM person p \
                     LEFT JOIN heard h ON h.person = p.id WHERE p.name LIKE ?1 ESCAPE '\\' GROUP BY p.name \
                     ORDER BY p.name LIKE ?2 ESCAPE '\\' DESC, last DESC LIMIT ?3",
                )?);
                out
            }
            "customer" => self.named_values(
                operator,
                begun,
                "customer",
                "SELECT g.name FROM org g WHERE g.name LIKE ?1 ESCAPE '\\' \
                 AND EXISTS (SELECT 1 FROM node n \
                   WHERE n.org = g.id AND n.side = 1 AND n.item IS NOT NULL) \
                 ORDER BY g.name LIKE ?2 ESCAPE '\\' DESC, g.name LIMIT ?3",
            )?,
            "in" => {
                let mut out = self.named_values(
                    operator,
                    begun,
                    "account",
                    "SELECT label FROM account WHERE label LIKE ?1 ESCAPE '\\' \
                     ORDER BY label LIKE ?2 ESCAPE '\\' DESC, label LIMIT ?3",
                )?;
                out.extend(self.named_values(
                    operator,
                    begun,
                    "folder",
                    "SELECT DISTINCT title FROM collection WHERE title LIKE ?1 ESCAPE '\\' \
                     AND vanished = 0 ORDER BY title LIKE ?2 ESCAPE '\\' DESC, title LIMIT ?3",
                )?);
                // The newest rooms; mail threads have subjects, which are words.
                out.extend(self.named_values(
                    operator,
                    begun,
                    "conversation",
                    "SELECT i.title FROM conversation v CROSS JOIN item i ON i.id = v.item \
                     WHERE v.kind <> 'mail_thread' AND i.title LIKE ?1 ESCAPE '\\' \
                     ORDER BY i.title LIKE ?2 ESCAPE '\\' DESC, v.last_item DESC LIMIT ?3",
                )?);
                out
            }
            "kind" => known(&KINDS, "kind"),
            "has" => known(&Has::ALL.map(Has::word), "has"),
            "is" => known(&Standing::ALL.map(Standing::word), "state"),
            "before" | "after" => known(&DAYS, "day"),
            _ => Vec::new(),
        })
    }

    fn named_values(
        &self,
        operator: &str,
        begun: &str,
        about: &str,
        sql: &str,
    ) -> Result<Vec<Completion>, StoreError> {
        let inside = contains(begun);
        let begins = inside.trim_start_matches('%').to_owned();
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![inside, begins, AMONG], |row| {
            row.get::<_, String>(0)
        })?;
        let mut out: Vec<Completion> = Vec::new();
        for name in rows {
            let name = name?;
            if name.trim().is_empty() || out.iter().any(|it| it.shown == name) {
                continue;
            }
            out.push(Completion {
                insert: value(operator, &name),
                shown: name,
                about: about.to_owned(),
            });
        }
        Ok(out)
    }
}

fn operators(begun: &str) -> Vec<Completion> {
    let lower = begun.to_lowercase();
    OPERATORS
        .iter()
        .filter(|(name, _)| name.starts_with(&lower))
        .map(|(name, about)| Completion {
            insert: format!("{name}:"),
            shown: format!("{name}:"),
            about: (*about).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_cursor_is_found_in_the_windows_own_counting() {
        // The smiley is two units for the window and four bytes here.
        let text = "😀 fro invoice";
        let word = word_at(text, Some(6));
        assert_eq!(word.typed, "fro");
        assert_eq!((units(text, word.from), units(text, word.to)), (3, 6));
    }

    #[test]
    fn a_name_in_open_quotes_is_one_word() {
        let text = "customer:\"Calder Va";
        let word = word_at(text, None);
        assert_eq!((word.from, word.to, word.typed), (0, text.len(), text));
        let text = "x in:\"key acc\" y";
        let word = word_at(text, Some(10));
        assert_eq!((word.typed, word.to), ("in:\"key ", 14));
    }

    #[test]
    fn a_name_with_blanks_goes_into_quotes_and_loses_its_own() {
        assert_eq!(value("from", "Ann \"Bo\" Li"), "from:\"Ann Bo Li\" ");
        assert_eq!(value("is", "open"), "is:open ");
    }

    #[test]
    fn an_operator_is_offered_by_its_beginning() {
        let names: Vec<String> = operators("b").into_iter().map(|it| it.insert).collect();
        assert_eq!(names, ["before:"]);
        assert!(operators("invoice").is_empty());
    }
}
