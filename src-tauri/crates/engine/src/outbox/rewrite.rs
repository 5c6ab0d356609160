//! Commands that change while they wait. Pure.
//!
//! Field edits of one item melt into one; sends never do. A command that aims at
//! something not yet created follows it to the handle the source gives it.

use rapport_model::command::{Edit, Outgoing};
use rapport_model::field::set_field;
use rapport_model::{CollectionId, Command, Handle, Revision};

use crate::merge::same;

/// Whether an undo window applies: things other people see at once, or that
/// cannot be taken back. Edits of fields, reactions and read marks leave at once,
/// because a second edit undoes them exactly.
#[must_use]
pub const fn has_undo_window(command: &Command) -> bool {
    matches!(
        command,
        Command::Send { .. } | Command::Act { .. } | Command::Delete { .. }
    )
}

/// `later` melted into `earlier`: the base is what the user first saw, the value
/// what they last said. Fields that end where they began fall out.
#[must_use]
pub fn melt(earlier: &[Edit], later: &[Edit]) -> Vec<Edit> {
    let mut out = earlier.to_vec();
    for edit in later {
        match out.iter_mut().find(|it| it.field == edit.field) {
            Some(it) => it.mine = edit.mine.clone(),
            None => out.push(edit.clone()),
        }
    }
    out.retain(|it| !same(&it.base, &it.mine));
    out
}

/// Melts a field edit into a waiting command on the same item: another edit, or
/// the creation of the item. `None` when they do not melt.
#[must_use]
pub fn absorb(waiting: &Command, edits: &[Edit]) -> Option<Command> {
    match waiting {
        Command::SetFields {
            target,
            kind,
            edits: earlier,
            base,
        } => Some(Command::SetFields {
            target: target.clone(),
            kind: *kind,
            edits: melt(earlier, edits),
            base: base.clone(),
        }),
        Command::Create {
            collection,
            body,
            link,
        } => {
            let mut body = body.clone();
            for edit in edits {
                set_field(&mut body, &edit.field, &edit.mine).ok()?;
            }
            Some(Command::Create {
                collection: collection.clone(),
                body,
                link: link.clone(),
            })
        }
        Command::Send { .. }
        | Command::EditMessage { .. }
        | Command::Redact { .. }
        | Command::React { .. }
        | Command::MarkRead { .. }
        | Command::Act { .. }
        | Command::Delete { .. } => None,
    }
}

/// The handle a command aims at; a `Send` aims at its conversation, a `Create`
/// at nothing yet.
#[must_use]
pub const fn target(command: &Command) -> Option<&Handle> {
    match command {
        Command::Send { conversation, .. } | Command::MarkRead { conversation, .. } => {
            Some(&conversation.handle)
        }
        Command::EditMessage { message, .. }
        | Command::Redact { message, .. }
        | Command::React { message, .. } => Some(&message.handle),
        Command::SetFields { target, .. }
        | Command::Act { target, .. }
        | Command::Delete { target, .. } => Some(&target.handle),
        Command::Create { .. } => None,
    }
}

/// The command with every mention of `from` replaced by `to`, or `None` when it
/// names `from` nowhere. Only handles in `collection` are meant.
#[must_use]
pub fn retarget(
    command: &Command,
    collection: &CollectionId,
    from: &Handle,
    to: &Handle,
) -> Option<Command> {
    if command.collection() != collection {
        return None;
    }
    let mut out = command.clone();
    let swap = |handle: &mut Handle| {
        if handle == from {
            handle.clone_from(to);
        }
    };
    match &mut out {
        Command::Send {
            conversation,
            message,
        } => {
            swap(&mut conversation.handle);
            let Outgoing {
                reply_to, thread, ..
            } = message;
            for it in [reply_to, thread] {
                it.as_mut().map(swap);
            }
        }
        Command::MarkRead {
            conversation,
            up_to,
        } => {
            swap(&mut conversation.handle);
            swap(up_to);
        }
        Command::EditMessage {
            message,
            conversation,
            ..
        }
        | Command::Redact {
            message,
            conversation,
            ..
        }
        | Command::React {
            message,
            conversation,
            ..
        } => {
            swap(&mut message.handle);
            swap(conversation);
        }
        Command::SetFields { target, .. }
        | Command::Act { target, .. }
        | Command::Delete { target, .. } => swap(&mut target.handle),
        Command::Create { .. } => {}
    }
    (out != *command).then_some(out)
}

/// The command with a new base revision, where it has one.
#[must_use]
pub fn on_revision(command: &Command, revision: Option<&Revision>) -> Command {
    let mut out = command.clone();
    match &mut out {
        Command::SetFields { base, .. }
        | Command::Act { base, .. }
        | Command::Delete { base, .. } => *base = revision.cloned(),
        Command::Send { .. }
        | Command::EditMessage { .. }
        | Command::Redact { .. }
        | Command::React { .. }
        | Command::MarkRead { .. }
        | Command::Create { .. } => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rapport_model::{FieldName, FieldValue, ItemRef, Kind};

    fn edit(field: &str, base: &str, mine: &str) -> Edit {
        Edit {
            field: field.into(),
            base: FieldValue::text(Some(base)),
            mine: FieldValue::text(Some(mine)),
        }
    }

    #[test]
    fn two_edits_of_one_field_become_one_from_the_first_value_to_the_last() {
        let melted = melt(
            &[edit("title", "a", "b")],
            &[edit("title", "b", "c"), edit("state", "x", "y")],
        );
        assert_eq!(
            melted,
            vec![edit("title", "a", "c"), edit("state", "x", "y")]
        );
    }

    #[test]
    fn an_edit_and_its_opposite_leave_nothing_to_send() {
        assert_eq!(
            melt(&[edit("title", "a", "b")], &[edit("title", "b", "a")]),
            vec![]
        );
    }

    #[test]
    fn what_waits_for_a_new_item_follows_it_to_its_handle() {
        let collection = CollectionId::from("rooms");
        let react = Command::React {
            message: ItemRef::new("rooms", "local"),
            conversation: "!r".into(),
            key: "+".into(),
        };
        let moved = retarget(&react, &collection, &"local".into(), &"$1".into()).unwrap();
        assert_eq!(target(&moved), Some(&Handle::from("$1")));
        assert_eq!(
            retarget(&moved, &collection, &"local".into(), &"$1".into()),
            None
        );
        assert_eq!(
            retarget(&react, &"mail".into(), &"local".into(), &"$1".into()),
            None
        );
    }

    #[test]
    fn sends_never_melt() {
        let send = Command::Send {
            conversation: ItemRef::new("rooms", "!r"),
            message: Outgoing::default(),
        };
        assert_eq!(absorb(&send, &[edit("text", "a", "b")]), None);
    }

    proptest! {
        #[test]
        fn melting_keeps_the_last_word_on_every_field(
            values in proptest::collection::vec(("[ab]", "[xyz]"), 1..12)
        ) {
            let mut now: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
            let mut waiting = Vec::new();
            for (field, value) in &values {
                let was = now.get(field).cloned().unwrap_or_default();
                waiting = melt(&waiting, &[edit(field, &was, value)]);
                now.insert(field.clone(), value.clone());
            }
            for (field, value) in &now {
                let sent = waiting.iter().find(|it| it.field == FieldName(field.clone()));
                prop_assert_eq!(sent.map(|it| it.mine.to_string()), Some(value.clone()));
                prop_assert!(sent.is_some_and(|it| it.base.is_empty()));
            }
            let one = Command::SetFields { target: ItemRef::new("c", "1"), kind: Kind::Task, edits: waiting.clone(), base: None };
            prop_assert_eq!(absorb(&one, &[]), Some(one));
        }
    }
}
