//! What the user wants to say, as the content of events. Pure.

use rapport_model::command::Outgoing;
use serde_json::{Map, Value, json};

use super::content::MARK;
use super::markdown;
use super::wire::is_id;

/// The content of a text message.
pub(super) fn text(id: &str, out: &Outgoing) -> Value {
    let mut content = spoken(&out.text, &out.mentions);
    place(&mut content, out);
    marked(content, id)
}

/// A file's content with its place in the conversation. `caption` stands under the file, in
/// the same message.
pub(super) fn file(id: &str, file: Value, caption: bool, out: &Outgoing) -> Value {
    let mut content = file.as_object().cloned().unwrap_or_default();
    if caption {
        for (name, value) in spoken(&out.text, &out.mentions) {
            if name != "msgtype" {
                content.insert(name, value);
            }
        }
    }
    place(&mut content, out);
    marked(content, id)
}

/// The content of an edit.
pub(super) fn edit(id: &str, target: &str, text: &str) -> Value {
    let new = spoken(text, &[]);
    let mut content = new.clone();
    // For clients that do not know edits: the new text with a star, as they do it.
    content.insert("body".to_owned(), json!(format!("* {text}")));
    if let Some(html) = new.get("formatted_body").and_then(Value::as_str) {
        content.insert("formatted_body".to_owned(), json!(format!("* {html}")));
    }
    content.insert("m.new_content".to_owned(), Value::Object(new));
    let relation = json!({"rel_type": "m.replace", "event_id": target});
    content.insert("m.relates_to".to_owned(), relation);
    marked(content, id)
}

/// The content of a reaction.
pub(super) fn reaction(id: &str, target: &str, key: &str) -> Value {
    json!({
        "m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": key},
        MARK: id,
    })
}

fn spoken(text: &str, mentions: &[String]) -> Map<String, Value> {
    let mut content = Map::new();
    content.insert("msgtype".to_owned(), json!("m.text"));
    content.insert("body".to_owned(), json!(text));
    if let Some(html) = markdown::html(text, mentions) {
        content.insert("format".to_owned(), json!("org.matrix.custom.html"));
        content.insert("formatted_body".to_owned(), json!(html));
    }
    // Always there: without it, servers and clients search the text for names.
    let users: Vec<&String> = mentions
        .iter()
        .filter(|id| is_id(id, '@') && id.contains(':'))
        .collect();
    let mut named = Map::new();
    if !users.is_empty() {
        named.insert("user_ids".to_owned(), json!(users));
    }
    if mentions.iter().any(|id| id == "@room") {
        named.insert("room".to_owned(), json!(true));
    }
    content.insert("m.mentions".to_owned(), Value::Object(named));
    content
}

fn place(content: &mut Map<String, Value>, out: &Outgoing) {
    let relation = match (&out.thread, &out.reply_to) {
        (Some(thread), reply) => json!({
            "rel_type": "m.thread",
            "event_id": thread,
            "is_falling_back": reply.is_none(),
            "m.in_reply_to": {"event_id": reply.as_ref().unwrap_or(thread)},
        }),
        (None, Some(reply)) => json!({"m.in_reply_to": {"event_id": reply}}),
        (None, None) => return,
    };
    content.insert("m.relates_to".to_owned(), relation);
}

fn marked(mut content: Map<String, Value>, id: &str) -> Value {
    content.insert(MARK.to_owned(), json!(id));
    Value::Object(content)
}

#[cfg(test)]
mod tests {
    use rapport_model::Handle;

    use super::*;

    fn out(text: &str) -> Outgoing {
        Outgoing {
            text: text.to_owned(),
            ..Outgoing::default()
        }
    }

    #[test]
    fn a_plain_text_carries_its_mark_and_an_empty_list_of_mentions() {
        assert_eq!(
            text("c1", &out("Hello")),
            json!({"msgtype": "m.text", "body": "Hello", "m.mentions": {}, MARK: "c1"})
        );
    }

    #[test]
    fn an_answer_in_a_thread_says_that_it_is_meant() {
        let mut out = Outgoing {
            thread: Some(Handle::new("$t")),
            ..out("x")
        };
        let relation = |out: &Outgoing| text("c", out)["m.relates_to"].clone();
        assert_eq!(relation(&out)["is_falling_back"], json!(true));
        assert_eq!(relation(&out)["m.in_reply_to"]["event_id"], json!("$t"));
        out.reply_to = Some(Handle::new("$r"));
        assert_eq!(relation(&out)["is_falling_back"], json!(false));
        assert_eq!(relation(&out)["m.in_reply_to"]["event_id"], json!("$r"));
    }

    #[test]
    fn only_real_users_are_mentioned() {
        let mentions = ["@ada:x", "@room", "bert", "@"].map(str::to_owned).to_vec();
        let content = text(
            "c",
            &Outgoing {
                mentions,
                ..out("@ada:x")
            },
        );
        assert_eq!(
            content["m.mentions"],
            json!({"user_ids": ["@ada:x"], "room": true})
        );
    }

    #[test]
    fn a_caption_stands_beside_the_file_name() {
        let picture = json!({"msgtype": "m.image", "body": "a.png", "filename": "a.png"});
        let content = file("c", picture.clone(), true, &out("*Look*"));
        assert_eq!(
            (&content["msgtype"], &content["filename"]),
            (&json!("m.image"), &json!("a.png"))
        );
        assert_eq!(content["body"], json!("*Look*"));
        assert_eq!(content["formatted_body"], json!("<p><em>Look</em></p>"));
        assert_eq!(file("c", picture, false, &out(""))["body"], json!("a.png"));
    }

    #[test]
    fn an_edit_carries_the_text_for_old_and_new_clients() {
        let content = edit("c", "$e", "**b**");
        assert_eq!(content["body"], json!("* **b**"));
        assert_eq!(content["m.new_content"]["body"], json!("**b**"));
        assert_eq!(
            content["m.relates_to"],
            json!({"rel_type": "m.replace", "event_id": "$e"})
        );
    }
}
