//! A message as it reads after everything that was done to it.
//!
//! Edits, redactions and reactions arrive in any order, twice, and before the
//! message itself. So they are kept as they came, and the visible message is a
//! fold over all of them that does not depend on their order.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::conversation::Readable;
use rapport_model::{Handle, Mailbox, Message, Millis, Patch, PatchKind, Reaction};

use crate::people::address_key;

/// The message `handle` with `patches` applied. Patches that aim at something
/// else are left out; a redaction may aim at the message or at another patch.
#[must_use]
pub fn message_with(handle: &Handle, base: &Message, patches: &[Patch]) -> Message {
    let taken_back: BTreeSet<&Handle> = patches
        .iter()
        .filter(|it| matches!(it.what, PatchKind::Redact(_)))
        .map(|it| &it.target)
        .collect();
    let live: BTreeMap<(Millis, &Handle), &Patch> = patches
        .iter()
        .filter(|it| it.target == *handle && !taken_back.contains(&it.handle))
        .map(|it| ((it.at, &it.handle), it))
        .collect();

    let mut shown = base.clone();
    if let Some(reason) = live.values().find_map(|it| match &it.what {
        PatchKind::Redact(reason) => Some(reason.clone()),
        PatchKind::Edit { .. } | PatchKind::React(_) => None,
    }) {
        return redacted(shown, reason);
    }
    if matches!(base.readable, Readable::Redacted(_)) {
        return shown;
    }
    for patch in live.values() {
        match &patch.what {
            PatchKind::Edit {
                text,
                html,
                mentions,
            } if may_edit(base, patch) => {
                shown.text.clone_from(text);
                shown.html.clone_from(html);
                shown.mentions.clone_from(mentions);
                shown.edited = Some(patch.at);
                if matches!(shown.readable, Readable::Undecryptable(_)) {
                    shown.readable = Readable::Yes;
                }
            }
            PatchKind::React(key) => shown.reactions.push(Reaction {
                key: key.clone(),
                from: patch.from.clone(),
                handle: Some(patch.handle.clone()),
            }),
            PatchKind::Edit { .. } | PatchKind::Redact(_) => {}
        }
    }
    let mut seen = BTreeSet::new();
    shown
        .reactions
        .retain(|it| seen.insert((who(&it.from), it.key.clone())));
    shown.reactions.retain(|it| {
        it.handle
            .as_ref()
            .is_none_or(|handle| !taken_back.contains(handle))
    });
    shown
}

/// Only the sender may edit, and an edit older than what the source already
/// folded in says nothing new.
fn may_edit(base: &Message, patch: &Patch) -> bool {
    who(&base.from) == who(&patch.from) && base.edited.is_none_or(|at| at <= patch.at)
}

fn who(it: &Mailbox) -> String {
    address_key(&it.address, None).unwrap_or_else(|| it.address.value.clone())
}

fn redacted(mut shown: Message, reason: Option<String>) -> Message {
    shown.text.clear();
    shown.html = None;
    shown.subject = None;
    shown.mentions.clear();
    shown.attachments.clear();
    shown.reactions.clear();
    shown.edited = None;
    shown.readable = Readable::Redacted(reason);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rapport_model::Address;

    fn by(name: &str) -> Mailbox {
        Mailbox {
            name: None,
            address: Address::matrix(format!("@{name}:example.org")),
        }
    }

    fn patch(handle: &str, target: &str, at: i64, from: &str, what: PatchKind) -> Patch {
        Patch {
            target: target.into(),
            handle: handle.into(),
            at: Millis(at),
            from: by(from),
            what,
        }
    }

    fn edit(text: &str) -> PatchKind {
        PatchKind::Edit {
            text: text.into(),
            html: None,
            mentions: vec![],
        }
    }

    fn hello() -> Message {
        Message::plain("!r".into(), by("ada"), "hello")
    }

    #[test]
    fn only_the_sender_edits_and_the_latest_edit_wins() {
        let patches = [
            patch("$3", "$m", 30, "eve", edit("mine now")),
            patch("$2", "$m", 20, "ada", edit("hello Bob")),
            patch("$1", "$m", 10, "ada", edit("helo")),
        ];
        let shown = message_with(&"$m".into(), &hello(), &patches);
        assert_eq!(
            (shown.text.as_str(), shown.edited),
            ("hello Bob", Some(Millis(20)))
        );
    }

    #[test]
    fn taking_an_edit_back_shows_what_was_before() {
        let mut patches = vec![
            patch("$1", "$m", 10, "ada", edit("first")),
            patch("$2", "$m", 20, "ada", edit("second")),
        ];
        patches.push(patch("$3", "$2", 30, "ada", PatchKind::Redact(None)));
        assert_eq!(message_with(&"$m".into(), &hello(), &patches).text, "first");
    }

    #[test]
    fn one_person_reacts_once_with_one_emoji_and_can_take_it_back() {
        let mut patches = vec![
            patch("$1", "$m", 10, "bob", PatchKind::React("👍".into())),
            patch("$2", "$m", 11, "bob", PatchKind::React("👍".into())),
            patch("$4", "$m", 12, "ada", PatchKind::React("👍".into())),
        ];
        assert_eq!(
            message_with(&"$m".into(), &hello(), &patches)
                .reactions
                .len(),
            2
        );
        patches.push(patch("$3", "$1", 13, "bob", PatchKind::Redact(None)));
        patches.push(patch("$5", "$2", 14, "bob", PatchKind::Redact(None)));
        assert_eq!(
            message_with(&"$m".into(), &hello(), &patches)
                .reactions
                .len(),
            1
        );
    }

    #[test]
    fn a_redacted_message_keeps_no_word_of_its_text() {
        let patches = [
            patch("$9", "$m", 5, "mod", PatchKind::Redact(Some("spam".into()))),
            patch("$1", "$m", 10, "ada", edit("spam spam")),
        ];
        let shown = message_with(&"$m".into(), &hello(), &patches);
        assert_eq!(shown.text, "");
        assert_eq!(shown.readable, Readable::Redacted(Some("spam".into())));
    }

    fn some_patch() -> impl Strategy<Value = Patch> {
        let what = prop_oneof![
            "[xyz]{1,3}".prop_map(|text| edit(&text)),
            "[+-]".prop_map(PatchKind::React),
            Just(PatchKind::Redact(None)),
        ];
        (
            "[a-f]",
            prop_oneof![4 => Just("m".to_owned()), 1 => "[a-f]"],
            0..4_i64,
            "(ada|bob)",
            what,
        )
            .prop_map(|(handle, target, at, from, what)| patch(&handle, &target, at, &from, what))
    }

    /// As a store keeps them: one patch a handle.
    fn distinct(patches: Vec<Patch>) -> Vec<Patch> {
        let mut by_handle = BTreeMap::new();
        for it in patches {
            by_handle.entry(it.handle.clone()).or_insert(it);
        }
        by_handle.into_values().collect()
    }

    proptest! {
        #[test]
        fn order_and_repeats_of_arrival_do_not_matter(patches in proptest::collection::vec(some_patch(), 0..8).prop_map(distinct), seed in any::<u64>()) {
            let straight = message_with(&"m".into(), &hello(), &patches);
            let mut shuffled = patches.clone();
            shuffled.extend(patches);
            let rng = crate::rng::Rng::seeded(seed);
            for i in (1..shuffled.len()).rev() {
                let j = usize::try_from(rng.below(i as u64 + 1)).unwrap();
                shuffled.swap(i, j);
            }
            prop_assert_eq!(message_with(&"m".into(), &hello(), &shuffled), straight);
        }
    }
}
