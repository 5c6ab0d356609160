//! What each kind of event becomes, on events in the form a homeserver gives them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rapport_model::conversation::Attachment;

use super::*;

const ME: &str = "@bert:hub.test";

fn fixture(name: &str) -> String {
    let all: Value = serde_json::from_str(include_str!("fixtures/timeline.json")).expect("JSON");
    let all = all.as_array().expect("a list");
    let found = all.iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no fixture {name}"))["event"].to_string()
}

fn mapped(raw: &str, locked: Option<&str>) -> Mapped {
    let names = BTreeMap::from([("@ada:hub.test".to_owned(), "Ada\0".to_owned())]);
    let read = Some(Millis(1_780_000_005_000));
    event(
        raw,
        locked,
        &Scene {
            room: "!r:hub.test",
            me: ME,
            names: &names,
            read,
        },
    )
}

fn change(name: &str) -> Change {
    match mapped(&fixture(name), None) {
        Mapped::Change(change) => *change,
        other => panic!("{name}: {other:?}"),
    }
}

fn item(name: &str) -> Item {
    match change(name) {
        Change::Upsert(item) => *item,
        other => panic!("{name}: {other:?}"),
    }
}

fn message(name: &str) -> Message {
    match item(name).body {
        Body::Message(message) => message,
        other => panic!("{name}: {other:?}"),
    }
}

fn patch(name: &str) -> Patch {
    match change(name) {
        Change::Patch(patch) => patch,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_text_arrives_with_its_sender_its_moment_and_its_mentions() {
    let item = item("text");
    assert_eq!(
        (item.handle.as_str(), item.at),
        ("$text", Millis(1_780_000_000_000))
    );
    assert_eq!(item.link, None);
    let message = message("text");
    assert_eq!(message.text, "Good morning, Bert");
    assert_eq!(message.conversation.as_str(), "!r:hub.test");
    assert_eq!(message.from.name.as_deref(), Some("Ada\u{fffd}"));
    assert_eq!(message.mentions, [ME]);
    assert!(!message.mine);
}

#[test]
fn what_the_user_has_read_or_said_is_not_unread() {
    assert!(!message("text").unread, "read before");
    assert!(message("image").unread, "came after");
    assert!(!message("own").unread && message("own").mine);
}

#[test]
fn an_own_message_knows_the_wish_it_came_from_on_every_device() {
    assert_eq!(item("own").link, Some(LinkId::from("c-txn")));
    assert_eq!(
        item("own from an earlier device").link,
        Some(LinkId::from("c-mark"))
    );
}

#[test]
fn the_quote_of_an_answer_is_taken_off_and_the_rest_is_kept() {
    let reply = message("reply with quote");
    assert_eq!(reply.reply_to, Some(Handle::from("$own")));
    assert_eq!(reply.text, "Hi!\n> not a quote");
    assert_eq!(reply.html.as_deref(), Some("Hi!"));
}

#[test]
fn in_a_thread_only_a_meant_answer_is_an_answer() {
    let plain = message("in thread");
    assert_eq!(
        (plain.thread, plain.reply_to),
        (Some(Handle::from("$text")), None)
    );
    let meant = message("reply in thread");
    assert_eq!(meant.thread, Some(Handle::from("$text")));
    assert_eq!(meant.reply_to, Some(Handle::from("$own")));
}

#[test]
fn edits_reactions_and_redactions_are_patches_under_their_own_handles() {
    let edit = patch("edit");
    assert_eq!(
        (edit.target.as_str(), edit.handle.as_str()),
        ("$text", "$edit")
    );
    let text = "Good morning".to_owned();
    let mentions = vec!["@room".to_owned()];
    assert_eq!(
        edit.what,
        PatchKind::Edit {
            text,
            html: None,
            mentions
        }
    );
    assert_eq!(patch("reaction").what, PatchKind::React("👍".to_owned()));
    let redaction = patch("redaction");
    assert_eq!(redaction.target.as_str(), "$text");
    assert_eq!(
        redaction.what,
        PatchKind::Redact(Some("wrong room".to_owned()))
    );
    assert_eq!(
        patch("redaction before room version 11").target.as_str(),
        "$react"
    );
}

#[test]
fn a_message_taken_back_stays_as_a_sign_and_a_reaction_taken_back_is_nothing() {
    let gone = message("redacted");
    assert_eq!(
        gone.readable,
        Readable::Redacted(Some("wrong room".to_owned()))
    );
    assert_eq!(gone.text, "");
    assert_eq!(mapped(&fixture("redacted reaction"), None), Mapped::Nothing);
}

#[test]
fn a_picture_has_a_caption_and_a_small_form() {
    let picture = message("image");
    assert_eq!(picture.text, "the crane");
    assert_eq!(
        picture.attachments,
        [Attachment {
            name: "crane.jpg".to_owned(),
            mime: "image/jpeg".to_owned(),
            size: Some(52_000),
            source: r#"{"url":"mxc://hub.test/abc"}"#.to_owned(),
            thumbnail: Some(r#"{"small":"mxc://hub.test/abc"}"#.to_owned()),
            content_id: None,
        }]
    );
}

#[test]
fn an_encrypted_file_carries_its_keys_in_its_address() {
    let file = message("encrypted file");
    assert_eq!(file.text, "");
    let [attachment] = file.attachments.as_slice() else {
        panic!("{file:?}")
    };
    let source: content::Source = serde_json::from_str(&attachment.source).expect("a source");
    let content::Source::File(file) = source else {
        panic!("{source:?}")
    };
    assert_eq!(file["key"]["alg"], "A256CTR");
    assert_eq!(
        (attachment.name.as_str(), &attachment.thumbnail),
        ("offer.pdf", &None)
    );
}

#[test]
fn other_kinds_are_shown_as_far_as_they_can_be() {
    assert_eq!(
        message("html").html.as_deref(),
        Some("<strong>now</strong>")
    );
    assert_eq!(message("emote").text, "* Ada\u{fffd} waves");
    assert_eq!(message("sticker").attachments.len(), 1);
    assert_eq!(message("location").text, "The yard\ngeo:48.2,16.3");
    assert_eq!(message("poll").text, "When?\n- Monday\n- Friday");
    assert_eq!(message("older poll").text, "When?\n- Monday");
    let odd = message("unknown message");
    assert_eq!(odd.text, "A chart of the week");
    assert_eq!(
        odd.readable,
        Readable::Unsupported("com.example.chart".to_owned())
    );
    assert_eq!(message("unknown event that speaks").text, "A note");
    assert_eq!(
        message("call").readable,
        Readable::Unsupported("a call".to_owned())
    );
}

#[test]
fn what_only_changes_the_room_is_no_message() {
    assert_eq!(mapped(&fixture("join"), None), Mapped::Nothing);
    assert_eq!(mapped(&fixture("silent event"), None), Mapped::Nothing);
}

#[test]
fn an_undecryptable_message_says_why() {
    let raw = fixture("encrypted");
    let Mapped::Change(change) = mapped(&raw, Some("its key has not arrived yet")) else {
        panic!("no change")
    };
    let Change::Upsert(item) = *change else {
        panic!("no item")
    };
    let Body::Message(message) = item.body else {
        panic!("no message")
    };
    let why = "its key has not arrived yet".to_owned();
    assert_eq!(message.readable, Readable::Undecryptable(why));
}

#[test]
fn an_event_that_cannot_be_mapped_is_put_aside_with_its_reason() {
    let hostile = [
        (
            r#"{"event_id":"$1","sender":"@a:x","type":"m.room.message"}"#,
            "$1",
        ),
        (
            r#"{"event_id":"$2","sender":7,"origin_server_ts":1,"type":"m.room.message"}"#,
            "$2",
        ),
        (
            r#"{"event_id":"$3","sender":"@a:x","origin_server_ts":1,"type":"m.reaction","content":{"m.relates_to":{"rel_type":"m.annotation","key":"x"}}}"#,
            "$3",
        ),
        (
            r#"{"event_id":"$4","sender":"@a:x","origin_server_ts":1,"type":"m.room.redaction","content":{"redacts":{}}}"#,
            "$4",
        ),
        (r#"{"sender":"@a:x"}"#, "unnamed:"),
        ("not json", "unnamed:"),
    ];
    for (raw, handle) in hostile {
        let Mapped::Poison(poison) = mapped(raw, None) else {
            panic!("{raw} was mapped")
        };
        assert!(
            poison.handle.as_str().starts_with(handle),
            "{raw}: {}",
            poison.handle
        );
        assert!(!poison.reason.is_empty());
        assert_eq!(
            mapped(raw, None),
            Mapped::Poison(poison),
            "the same each time"
        );
    }
}

#[test]
fn a_message_with_broken_parts_is_still_readable() {
    let raw = r#"{"event_id":"$1","sender":"@a:x","origin_server_ts":1,"type":"m.room.message",
        "content":{"msgtype":"m.text","body":"still\u0000here","m.mentions":[1],
        "m.relates_to":"odd","formatted_body":5,"format":"org.matrix.custom.html"}}"#;
    let Mapped::Change(change) = mapped(raw, None) else {
        panic!("not mapped")
    };
    let Change::Upsert(item) = *change else {
        panic!("no item")
    };
    assert!(!item.raw.clone().unwrap_or_default().contains('\0'));
    let Body::Message(message) = item.body else {
        panic!("no message")
    };
    assert_eq!(
        (message.text.as_str(), message.html),
        ("still\u{fffd}here", None)
    );
}

/// JSON of any shape, with the names the mapping looks for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[$@!mé\u{0}> :./a-z]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "m.room.message",
            "m.text",
            "m.image",
            "m.replace",
            "m.thread",
            "m.annotation",
            "$a",
            "@a:x",
            "mxc://x/y",
            "m.reaction",
            "m.room.redaction",
            "m.poll.start",
        ])
        .prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "type",
        "event_id",
        "sender",
        "origin_server_ts",
        "content",
        "body",
        "msgtype",
        "url",
        "file",
        "info",
        "m.relates_to",
        "m.in_reply_to",
        "rel_type",
        "key",
        "m.new_content",
        "m.mentions",
        "user_ids",
        "unsigned",
        "redacted_because",
        "redacts",
        "m.poll",
        "answers",
        "question",
        "m.text",
        "filename",
        "mimetype",
        "thumbnail_url",
        "state_key",
        "format",
        "formatted_body",
    ]);
    leaf.prop_recursive(5, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_of_any_shape_stops_the_page(mut value in any_json(), locked in any::<bool>()) {
        let reason = locked.then_some("no key");
        let _any = mapped(&value.to_string(), reason);
        // And again with a sound frame, so that the content is reached.
        if let Some(object) = value.as_object_mut() {
            object.insert("event_id".to_owned(), "$e".into());
            object.insert("sender".to_owned(), "@a:x".into());
            object.insert("origin_server_ts".to_owned(), 5.into());
            object.remove("state_key");
            let _any = mapped(&value.to_string(), reason);
        }
    }

    #[test]
    fn no_text_is_taken_for_an_event(raw in ".{0,200}") {
        prop_assert!(!matches!(mapped(&raw, None), Mapped::Change(_)));
    }
}
