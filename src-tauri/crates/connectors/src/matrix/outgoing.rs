//! What the user wants to say, as the content of events. Pure.

use rapport_model::command::Outgoing;
use serde_json::{Map, Value, json};

use super::content::{MARK, mentions};
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

/// The content of an edit, made from the content that the message was sent with: other clients
/// put the new content in its place. `None` for a message that is neither text nor file.
pub(super) fn edit(id: &str, target: &str, text: &str, before: &Value) -> Option<Value> {
    let kind = before.get("msgtype").and_then(Value::as_str)?;
    // Who was mentioned still is; mentioned in the edit itself, they would be called again.
    let mut new = spoken(text, &mentions(before));
    match kind {
        "m.text" | "m.notice" | "m.emote" => {}
        "m.image" | "m.file" | "m.audio" | "m.video" => new = captioned(before, new)?,
        _ => return None,
    }
    let mut content = new.clone();
    content.insert("m.mentions".to_owned(), json!({}));
    // For clients that do not know edits: the new text with a star, as they do it.
    content.insert("body".to_owned(), json!(format!("* {text}")));
    if let Some(html) = new.get("formatted_body").and_then(Value::as_str) {
        content.insert("formatted_body".to_owned(), json!(format!("* {html}")));
    }
    content.insert("m.new_content".to_owned(), Value::Object(new));
    let relation = json!({"rel_type": "m.replace", "event_id": target});
    content.insert("m.relates_to".to_owned(), relation);
    Some(marked(content, id))
}

/// A file's content under another text. The file itself, its name and its small picture stay.
fn captioned(before: &Value, text: Map<String, Value>) -> Option<Map<String, Value>> {
    let mut content = before.as_object()?.clone();
    // Without a caption the body was the name.
    if !content.contains_key("filename")
        && let Some(name) = content.get("body").cloned()
    {
        content.insert("filename".to_owned(), name);
    }
    for name in ["format", "formatted_body", "m.relates_to", MARK] {
        content.remove(name);
    }
    content.extend(text.into_iter().filter(|(name, _)| name != "msgtype"));
    Some(content)
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
        let before = json!({"msgtype": "m.text", "body": "a"});
        let content = edit("c", "$e", "**b**", &before).expect("an edit");
        assert_eq!(content["body"], json!("* **b**"));
        assert_eq!(content["m.new_content"]["body"], json!("**b**"));
        assert_eq!(
            content["m.relates_to"],
            json!({"rel_type": "m.replace", "event_id": "$e"})
        );
    }

    #[test]
    fn another_caption_leaves_the_file_where_it_is() {
        let file = json!({"url": "mxc://x/y", "key": {"k": "z"}});
        let before = json!({
            "msgtype": "m.image", "body": "*the crane*", "filename": "a.png", "file": file,
            "info": {"size": 5}, "format": "org.matrix.custom.html", "formatted_body": "<em>",
            "m.relates_to": {"m.in_reply_to": {"event_id": "$r"}}, MARK: "c0",
        });
        let content = edit("c", "$e", "the mast", &before).expect("an edit");
        let new = json!({
            "msgtype": "m.image", "body": "the mast", "filename": "a.png", "file": file,
            "info": {"size": 5}, "m.mentions": {},
        });
        assert_eq!(content["m.new_content"], new);
        // Who does not know edits sees the picture again, and no empty message.
        assert_eq!(content["body"], json!("* the mast"));
        assert_eq!(
            (&content["msgtype"], &content["file"]),
            (&json!("m.image"), &file)
        );
        assert_eq!(content[MARK], json!("c"));
    }

    #[test]
    fn a_first_caption_does_not_take_the_name_of_the_file() {
        let before = json!({"msgtype": "m.file", "body": "offer.pdf", "url": "mxc://x/y"});
        let content = edit("c", "$e", "ours", &before).expect("an edit");
        let new = &content["m.new_content"];
        assert_eq!(
            (&new["body"], &new["filename"]),
            (&json!("ours"), &json!("offer.pdf"))
        );
    }

    #[test]
    fn who_was_mentioned_still_is_after_an_edit_and_is_not_called_again() {
        let before = json!({
            "msgtype": "m.text", "body": "@ada:x",
            "m.mentions": {"user_ids": ["@ada:x"], "room": true},
        });
        let content = edit("c", "$e", "now, @ada:x", &before).expect("an edit");
        let new = &content["m.new_content"];
        assert_eq!(new["m.mentions"], before["m.mentions"]);
        let html = new["formatted_body"].as_str().expect("a link");
        assert!(html.contains("https://matrix.to/#/@ada:x"), "{html}");
        assert_eq!(content["m.mentions"], json!({}));
    }

    #[test]
    fn what_is_neither_text_nor_file_is_not_turned_into_text() {
        for before in [
            json!({"msgtype": "m.location", "body": "here", "geo_uri": "geo:1,2"}),
            json!({"msgtype": "com.example.poll", "body": "a poll"}),
            json!({}),
        ] {
            assert_eq!(edit("c", "$e", "b", &before), None, "{before}");
        }
    }
}
