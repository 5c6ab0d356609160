//! Ids of the messages of the scenes, so that other facts can point at them.

use crate::when::Day;
use crate::world::scene_chats::{CHATS, SceneChat};
use crate::world::scene_mails::{MAILS, SceneMail};
use crate::world::{HOME, person};

/// The mail of the scenes with that key.
pub(crate) fn mail(key: &str) -> Option<&'static SceneMail> {
    MAILS.iter().find(|m| m.key == key)
}

/// The Message-ID of a mail of the scenes.
pub(crate) fn mail_id(mail: &SceneMail) -> String {
    let domain = person(mail.from).map_or(HOME, |p| p.domain());
    format!("{}@{domain}", mail.key)
}

/// The chat message of the scenes with that key.
pub(crate) fn chat(key: &str) -> Option<(usize, &'static SceneChat)> {
    CHATS
        .iter()
        .enumerate()
        .find(|(_, c)| !key.is_empty() && c.key == key)
}

/// The id of the chat message of the scenes at that place.
pub(crate) fn chat_id(at: usize) -> String {
    format!("$scene-{:03}", at + 1)
}

/// The id of what caused a task: `mail:key` or `chat:key`.
pub(crate) fn cause_id(cause: &str) -> Option<String> {
    match cause.split_once(':')? {
        ("mail", key) => mail(key).map(mail_id),
        ("chat", key) => chat(key).map(|(at, _)| chat_id(at)),
        _ => None,
    }
}

/// When someone made a task of that cause: some minutes after it was read.
pub(crate) fn cause_time(cause: &str) -> Option<(Day, u32)> {
    let (day, second) = match cause.split_once(':')? {
        ("mail", key) => mail(key).map(|m| (m.day, m.second))?,
        ("chat", key) => chat(key).map(|(_, c)| (c.day, c.second))?,
        _ => return None,
    };
    Some((day, second + 19 * 60))
}
