//! What a source takes, in values and in words: so that what it never takes is refused when it
//! is asked for, and not after it has waited in the outbox.

use super::manifest::Manifest;
use crate::item::Kind;

/// What a source takes of one kind of write where that aims, as far as it is known without
/// asking the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Only the source can tell.
    Unsaid,
    /// Nothing of the kind there.
    Nothing,
    /// These alone: the fields of an edit, or the buttons of an item.
    Only(Vec<String>),
}

impl Offer {
    /// These names alone.
    #[must_use]
    pub fn only(names: &[&str]) -> Self {
        Self::Only(names.iter().map(|&it| it.to_owned()).collect())
    }
}

impl Manifest {
    /// Whether such a command on such a kind of item is taken at all; on any kind, when it is
    /// not known on which.
    #[must_use]
    pub fn takes(&self, command: &str, kind: Option<Kind>) -> bool {
        let fits = |of: Kind| kind.is_none_or(|it| it == of);
        self.writes
            .iter()
            .any(|it| it.command == command && fits(it.kind))
    }

    /// Everything that is taken, in words: `tasks (new, changed), reactions`.
    #[must_use]
    pub fn taken(&self) -> String {
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for write in self.writes {
            let (how, what) = words(write.command, write.kind);
            match said.iter_mut().find(|(of, _)| *of == what) {
                Some((_, all)) => all.extend(how),
                None => said.push((what, how.into_iter().collect())),
            }
        }
        let said: Vec<String> = said
            .into_iter()
            .map(|(what, how)| match how.as_slice() {
                [] => what,
                all => format!("{what} ({})", all.join(", ")),
            })
            .collect();
        said.join(", ")
    }
}

/// What such a command brings, in words: `changed tasks`, `reactions`.
#[must_use]
pub fn wish(command: &str, kind: Kind) -> String {
    match words(command, kind) {
        (Some(how), what) => format!("{how} {what}"),
        (None, what) => what,
    }
}

/// How, and of what.
fn words(command: &str, kind: Kind) -> (Option<&'static str>, String) {
    let how = match command {
        "react" => return (None, "reactions".to_owned()),
        "mark_read" => return (None, "read marks".to_owned()),
        "act" => return (None, format!("buttons of {}s", kind.word())),
        "edit_message" | "set_fields" => "changed",
        "redact" => "withdrawn",
        "delete" => "deleted",
        _ => "new",
    };
    (Some(how), format!("{}s", kind.word()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::{ConflictCheck, Deletions, Delivery, Write};

    const fn write(command: &'static str, kind: Kind) -> Write {
        Write {
            command,
            kind,
            check: ConflictCheck::None,
        }
    }

    static MANIFEST: Manifest = Manifest {
        name: "desk",
        title: "Desk",
        about: "",
        form: &[],
        auth: &[],
        kinds: &[],
        deletions: Deletions::Stream,
        writes: &[
            write("send", Kind::Message),
            write("create", Kind::Task),
            write("set_fields", Kind::Task),
            write("react", Kind::Message),
            write("act", Kind::Record),
        ],
        fixed: &[],
        delivery: Delivery::Poll,
    };

    #[test]
    fn what_is_taken_is_said_in_words_people_use() {
        assert_eq!(
            MANIFEST.taken(),
            "messages (new), tasks (new, changed), reactions, buttons of records"
        );
        assert_eq!(wish("redact", Kind::Message), "withdrawn messages");
        assert_eq!(wish("mark_read", Kind::Conversation), "read marks");
    }

    #[test]
    fn a_command_is_taken_on_the_kinds_it_is_named_with() {
        assert!(MANIFEST.takes("set_fields", Some(Kind::Task)));
        assert!(!MANIFEST.takes("set_fields", Some(Kind::Record)));
        assert!(MANIFEST.takes("act", None));
        assert!(!MANIFEST.takes("delete", None));
    }
}
